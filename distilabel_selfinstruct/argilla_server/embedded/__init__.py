"""The part that runs inside the process of the Argilla server, in the server's own environment.

It does not import the rest of this package, and the rest does not import it: `argilla_server.server` starts it with the
Python of the other environment, and talks to it through its standard input and output (see `launch`).
"""
