"""The `selfinstruct` command. Nothing is imported here before Ctrl-C is answered."""

from distilabel_selfinstruct.cli.interrupts import stopping_at_once

__all__ = ["main"]


def main() -> None:
    """Run the command. What a user can put right is one sentence on standard error and exit status 1."""
    with stopping_at_once():
        import sys

        from distilabel_selfinstruct.cli.app import app
        from distilabel_selfinstruct.cli.flags import with_flags
        from distilabel_selfinstruct.cli.screen import warn
        from distilabel_selfinstruct.errors import SelfInstructError

        try:
            app()
        except SelfInstructError as error:
            warn(f"selfinstruct: {with_flags(str(error))}")
            sys.exit(1)
