"""The `selfinstruct` command. Nothing is imported here before Ctrl-C is answered."""

from distilabel_selfinstruct.cli.interrupts import stopping_at_once

__all__ = ["main"]

OBJECTS_BETWEEN_LOOKS = 100_000
"""Imports make hundreds of thousands of objects that stay, and to look through them for garbage every 700 takes a tenth
of the time of a command."""


def main(*, is_process: bool = True) -> None:
    """Run the command. What a user can put right is one sentence on standard error and exit status 1.

    Args:
        is_process: the process ends with the command, and Ctrl-C while it ends kills it.
    """
    with stopping_at_once(is_process=is_process):
        import gc
        import sys

        if is_process:
            gc.set_threshold(OBJECTS_BETWEEN_LOOKS)
        from distilabel_selfinstruct.cli.app import app
        from distilabel_selfinstruct.cli.flags import with_flags
        from distilabel_selfinstruct.cli.screen import warn
        from distilabel_selfinstruct.errors import SelfInstructError

        try:
            app()
        except SelfInstructError as error:
            warn(f"selfinstruct: {with_flags(str(error))}")
            sys.exit(1)
        except Exception as error:
            from distilabel_selfinstruct.cli.unexpected import report_of

            warn(report_of(error))
            sys.exit(1)
        finally:
            if is_process:
                gc.freeze()  # Python would look through all objects before it ends
