"""What runs inside the process of the Argilla server, in the server's own environment.

Nothing here imports the rest of this package, and nothing of the rest imports this: `argilla_server.server` starts it
with the Python of the other environment and speaks to it through its standard input and output (see `launch`).
"""
