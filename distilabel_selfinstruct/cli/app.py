"""The commands. Each lives in a module of its own, which imports what it needs when it is called."""

from typing import Annotated

import typer

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.cli import (
    convert,
    evaluate,
    export,
    filter,  # noqa: A004 - the command is called so
    finetune,
    language,
    models,
    parse,
    predict,
    prompts,
    publish,
    regenerate,
    report,
    review,
    run,
    seeds,
    show,
    status,
)
from distilabel_selfinstruct.cli.interrupts import stop_by_exception
from distilabel_selfinstruct.cli.screen import say

app = typer.Typer(
    name="selfinstruct",
    help="Instruction data that a language model makes of itself: Self-Instruct (arXiv 2212.10560) on distilabel.",
    epilog="Try it without a model or a key: selfinstruct run --output demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", help=run.HELP)(run.run)
app.command("status", help=status.STATUS_HELP)(status.status)
app.command("show", help=show.HELP)(show.show)
app.command("rejections", help=status.REJECTIONS_HELP)(status.rejections)
app.command("filter", help=filter.HELP, cls=filter.FilterCommand)(filter.filter_)
app.command("convert", help=convert.HELP)(convert.convert)
app.command("export", help=export.HELP)(export.export)
app.command("finetune", help=finetune.HELP)(finetune.finetune)
app.command("regenerate", help=regenerate.HELP)(regenerate.regenerate)
app.command("publish", help=publish.HELP)(publish.publish)
app.command("report", help=report.HELP)(report.report)
app.command("models", help=models.HELP)(models.models)
app.command("predict", help=predict.HELP)(predict.predict)
app.command("evaluate", help=evaluate.HELP)(evaluate.evaluate)
app.add_typer(parse.app, name="parse", help=parse.HELP)
app.add_typer(language.app, name="language", help=language.HELP)
app.add_typer(prompts.app, name="prompts", help=prompts.HELP)
app.add_typer(seeds.app, name="seeds", help=seeds.HELP)
app.add_typer(review.app, name="review", help=review.HELP)


def _print_version(value: bool) -> None:
    if value:
        say(f"distilabel-selfinstruct {__version__}")
        raise typer.Exit


@app.callback()
def selfinstruct(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Before a command; the option answers by itself."""
    del version
    if context.invoked_subcommand != "run":
        stop_by_exception()
