"""`python -m embedded`: start the server."""

from .launch import main

main()
