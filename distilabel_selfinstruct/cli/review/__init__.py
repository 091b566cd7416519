"""`selfinstruct review`: people rate the data of a run in Argilla."""

import typer

from distilabel_selfinstruct.cli.review import compare, pull, push, serve, settings, status

HELP = "Let people rate the data of a run in Argilla, and keep the rows that they find good."

app = typer.Typer(no_args_is_help=True)
app.command("serve", help=serve.HELP)(serve.serve)
app.command("push", help=push.HELP)(push.push)
app.command("pull", help=pull.HELP)(pull.pull)
app.command("status", help=status.HELP)(status.status)
app.add_typer(settings.app, name="settings", help=settings.HELP)
app.add_typer(compare.app, name="compare", help=compare.HELP)
