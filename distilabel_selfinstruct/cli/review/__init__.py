"""`selfinstruct review`: people rate the data of a run in Argilla."""

import typer

from distilabel_selfinstruct.cli.lazy_commands import LazyCommand, lazy_group

COMMANDS = (
    LazyCommand(
        "serve", "Run an Argilla server with its web page on this machine. Ctrl-C stops it.", f"{__name__}.serve:serve"
    ),
    LazyCommand(
        "push",
        "Send the instances of a run to Argilla for people to rate. Sending them again adds and loses nothing.",
        f"{__name__}.push:push",
    ),
    LazyCommand(
        "pull",
        "Get the ratings of a run from Argilla, and decide which rows to keep. No rating is ever lost.",
        f"{__name__}.pull:pull",
    ),
    LazyCommand(
        "status",
        "Show who has rated how much, what is left, how far the raters agree, and how good the data is so far.",
        f"{__name__}.status:status",
    ),
    LazyCommand(
        "settings",
        "What raters see and answer: copy the packaged settings, to change them.",
        f"{__name__}.settings:app",
    ),
    LazyCommand(
        "compare",
        "Compare models: people rate their answers from A to D and do not see which model gave them (section 4.4).",
        f"{__name__}.compare:app",
    ),
)

app = typer.Typer(no_args_is_help=True, cls=lazy_group(COMMANDS))
