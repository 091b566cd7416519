"""`selfinstruct run`: all stages, from seed tasks to filtered instances."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.run_options import overrides_of, takes_run_options
from distilabel_selfinstruct.cli.screen import line, say, show
from distilabel_selfinstruct.config import RunConfig, load_config, refuse_foreign, warning_of
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import RunStatus

STOPPED_STATUS = 3
"""Exit status of a run that stopped at a limit or was interrupted, and can be resumed."""


@takes_run_options
def run(
    words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="The folder of the run: a new one, or one to resume. Required."
        ),
    ] = None,
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
    preview: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Make and show N instructions with their instances first. Nothing is kept but the answers, which the "
            "run itself, with the same options, does not ask again.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Estimate requests, tokens, time and cost, and show prompts, without a model."),
    ] = False,
    trust_base_url: Annotated[
        bool,
        typer.Option(
            "--trust-base-url", help="Send prompts and your key to the address that stands in the configuration file."
        ),
    ] = False,
    **given: Any,
) -> None:
    """Run all stages."""
    from distilabel_selfinstruct.running.folder import RunFolder
    from distilabel_selfinstruct.running.plan import check_plan
    from distilabel_selfinstruct.running.preview import check_preview
    from distilabel_selfinstruct.running.prices import with_known_prices

    output = _output_folder(output, words or [])
    overrides = overrides_of(given)
    settings = load_config(config, overrides)
    # distilabel takes seconds to import, reads its log level then, and would show local variables in tracebacks.
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
    check_preview(RunFolder(output), preview, fresh=fresh, extend=extend)
    if dry_run and preview is not None:
        raise ConfigError("--dry-run asks no model and --preview does: leave one of them out.")
    if dry_run:
        _show_forecast(settings)
        return
    if not (fresh or extend) and _is_finished(settings, output):
        return
    check_plan(settings)
    RunFolder(output).check(settings, fresh=fresh, extend=extend)
    if not trust_base_url:
        _confirm_addresses(settings)
    from distilabel_selfinstruct import host_fixes
    from distilabel_selfinstruct.cli.display import RunDisplay
    from distilabel_selfinstruct.running.runner import run as run_pipeline

    host_fixes.restore_plain_tracebacks()
    settings = with_known_prices(settings)
    display = RunDisplay(settings)
    with display:
        result = run_pipeline(
            settings,
            output,
            fresh=fresh,
            extend=extend,
            preview=preview,
            trust_base_url=True,
            on_progress=display.update,
            tell=display.tell,
        )
    display.show_result(result)
    if result.status is RunStatus.STOPPED:
        raise typer.Exit(STOPPED_STATUS)


def _output_folder(output: Path | None, words: list[str]) -> Path:
    """The folder of the run. Words without an option are most often meant as one, so the remedy says how to write it.

    Raises:
        ConfigError: there is none, or there are such words.
    """
    if words:
        meant = words[0] if output is None else output
        raise ConfigError(
            f"run takes no argument, and {words[0]!r} is one: name the folder of the run with --output {meant}."
        )
    if output is None:
        raise ConfigError("The folder of the run is missing: name it with --output DIR.")
    return output


def _confirm_addresses(settings: RunConfig) -> None:
    """Ask whether the addresses that the configuration names may have prompts and key; without a terminal, refuse."""
    if not sys.stdin.isatty():
        refuse_foreign(settings)
    elif warning := warning_of(settings):
        say(warning)
        if not typer.confirm("Do you trust that server?"):
            raise typer.Exit(1)


def _show_forecast(settings: RunConfig) -> None:
    from rich import get_console

    from distilabel_selfinstruct.cli.forecast import forecast_view
    from distilabel_selfinstruct.running.plan import plan_run

    show(get_console(), forecast_view(plan_run(settings, dry=True)))


def _is_finished(settings: RunConfig, output: Path) -> bool:
    """Whether there is nothing to do, and if so, say it. This takes no time: the host is not imported."""
    from rich import get_console

    from distilabel_selfinstruct.config import described_run
    from distilabel_selfinstruct.files import jsonl
    from distilabel_selfinstruct.running.folder import RunFolder

    folder = RunFolder(output)
    if not folder.is_finished(settings):
        return False
    instructions, instances = (sum(1 for _ in jsonl.read(path)) for path in (folder.instructions, folder.instances))
    reason = with_flags(str(described_run(folder.path)[0].get("stop_reason", "")))
    said = (
        f"The run in {folder.path} is finished, so nothing was done: {instructions:,} instructions, {instances:,} "
        f"instances. {reason} --extend with a higher --num-instructions lets it grow, --fresh starts over."
    )
    line(get_console(), said)
    return True
