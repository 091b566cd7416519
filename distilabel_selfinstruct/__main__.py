"""`python -m distilabel_selfinstruct` is the `selfinstruct` command."""

from distilabel_selfinstruct.cli import main

main()
