"""`selfinstruct run`: all stages, from seed tasks to filtered instances."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from distilabel_selfinstruct.cli.run_options import overrides_of, takes_run_options
from distilabel_selfinstruct.config import RunConfig, load_config
from distilabel_selfinstruct.records import RunStatus

HELP = "Generate instructions and instances with a model, and write them to a folder."

STOPPED_STATUS = 3
"""Exit status of a run that stopped at a limit or was interrupted, and can be resumed."""


@takes_run_options
def run(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for what is made.")],
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML with any of these options; options given here override it."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start over: replace the run in the folder, if nobody has rated it.")
    ] = False,
    extend: Annotated[
        bool, typer.Option("--extend", help="Let the run in the folder grow to more instructions.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the run would take, and show its prompts; ask nothing.")
    ] = False,
    **given: Any,
) -> None:
    """Run all stages."""
    settings = load_config(config, overrides_of(given))
    # distilabel takes seconds to import, reads its log level then, and would show local variables in tracebacks.
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
    if dry_run:
        _show_forecast(settings)
        return
    from distilabel_selfinstruct import host_fixes
    from distilabel_selfinstruct.cli.display import RunDisplay
    from distilabel_selfinstruct.running.runner import run as run_pipeline

    host_fixes.restore_plain_tracebacks()
    display = RunDisplay(settings)
    with display:
        result = run_pipeline(settings, output, fresh=fresh, extend=extend, on_progress=display.update)
    display.show_result(result)
    if result.status is RunStatus.STOPPED:
        raise typer.Exit(STOPPED_STATUS)


def _show_forecast(settings: RunConfig) -> None:
    from rich import get_console

    from distilabel_selfinstruct.cli.forecast import forecast_view
    from distilabel_selfinstruct.running.plan import plan_run

    get_console().print(forecast_view(plan_run(settings)))
