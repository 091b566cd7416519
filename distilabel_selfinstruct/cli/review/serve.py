"""`selfinstruct review serve`: an Argilla server on this machine."""

import signal
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli import screen

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.argilla_server import RunningServer


class _Stopped(BaseException):
    """Ctrl-C, or a signal to end. It is not an `Exception`, so that no handler takes it for an error."""


def serve(
    home: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for its data. Default: argilla in the user's data folder."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes any free port.")] = 6900,
    raters: Annotated[
        str, typer.Option(metavar="NAMES", help="Accounts for raters, as in anna,ben. More can be added later.")
    ] = "",
) -> None:
    """Serve until Ctrl-C. The first start installs the server into a separate environment."""
    from rich import get_console

    from distilabel_selfinstruct.argilla_server import start

    console = get_console()
    names = [name.strip() for name in raters.split(",") if name.strip()]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        with screen.working(console) as tell:
            server = start(home, port, names, on_progress=tell if console.is_terminal else screen.say)
        with server:
            _show(console, server)
            server.wait()
    except _Stopped:
        screen.say("Stopped. All ratings are kept. Run the same command again to resume.")


def _stop(signal_number: int, frame: FrameType | None) -> None:
    del signal_number, frame
    for number in (signal.SIGINT, signal.SIGTERM):  # stopping takes seconds, and must not be interrupted
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


def _show(console: "Console", server: "RunningServer") -> None:
    line = partial(screen.line, console)
    line(f"Argilla runs at {server.url}, on this machine only. Its data is in {server.home}.")
    if server.new_accounts:
        width = max(len(account.username) for account in server.new_accounts)
        for account in server.new_accounts:  # a table would cut long names and passwords
            line(f"    {account.username:<{width}}  {account.role:<9}  password {account.password}")
        line(f"Passwords are shown only now. They are also in {server.home / 'credentials.json'}.")
    else:
        line(f"Accounts: {', '.join(server.passwords)}. Passwords are in {server.home / 'credentials.json'}.")
    line("Send a run to it: selfinstruct review push DIR")
    line("Ctrl-C stops the server.")
