"""`selfinstruct regenerate`: a run with outputs of a stronger model."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.reading_options import Include
from distilabel_selfinstruct.cli.run import STOPPED_STATUS
from distilabel_selfinstruct.cli.run_options import overrides_of, takes_asking_options
from distilabel_selfinstruct.cli.sampling import Sampling, sampling_of
from distilabel_selfinstruct.cli.screen import line, warn, working

if TYPE_CHECKING:
    from distilabel_selfinstruct.running.regenerating import Regenerated


@takes_asking_options
def regenerate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of the run.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="A new folder, or one to resume: a run with the new outputs."
        ),
    ],
    preferences: Annotated[
        bool,
        typer.Option("--preferences", help="Also write preferences.jsonl: new outputs chosen, old ones rejected."),
    ] = False,
    include: Include = None,
    prompt_form: Annotated[
        Literal["completion", "chat"] | None,
        typer.Option(help="completion for base models, chat for others. Default: what the model is made for."),
    ] = None,
    disabled_rules: Annotated[
        list[str] | None, typer.Option(metavar="REASON", help="Switch off a rule for outputs. Repeatable.")
    ] = None,
    decoding: Sampling = None,
    **given: Any,
) -> None:
    """Ask for a new output for each instance. Run the same command again to resume: nothing is asked twice.

    Rows have the new output, original_output and output_model. What was dropped is in rejections.jsonl with its reason.
    """
    from rich import get_console

    from distilabel_selfinstruct.config import load_config

    options = {**overrides_of(given), **({"prompt_form": prompt_form} if prompt_form else {})}
    config = load_config(None, options)
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")  # distilabel reads it when it is imported
    from distilabel_selfinstruct.running.regenerating import regenerate as write_anew

    console = get_console()
    with working(console, "reading the run") as tell:
        result = write_anew(
            run,
            output,
            config,
            decoding=sampling_of(decoding),
            include=include or (),
            disabled_rules=disabled_rules or (),
            preferences=preferences,
            on_progress=lambda progress: tell(f"{progress.done:,} of {progress.requests:,} outputs"),
            tell=lambda text: line(console, with_flags(text)),
        )
    for text in _lines(result):
        line(console, text)
    if result.stop_reason:
        warn(f"Stopped: {with_flags(result.stop_reason)}")
        raise typer.Exit(STOPPED_STATUS)


def _lines(result: "Regenerated") -> Iterator[str]:
    unchanged = f", {result.num_unchanged:,} of them as they were" if result.num_unchanged else ""
    yield f"{result.folder}: {result.num_kept:,} of {result.num_rows:,} outputs regenerated{unchanged}."
    if result.reasons:
        ranked = sorted(result.reasons.items(), key=lambda item: -item[1])
        yield f"Dropped: {', '.join(f'{count:,} {reason}' for reason, count in ranked)} (rejections.jsonl says which)."
    if result.preferences is not None:
        yield f"Pairs for preference training: {result.preferences}"
    if result.progress is not None:
        tokens = result.progress.tokens
        yield f"{tokens.input:,} tokens in, {tokens.output:,} out."
