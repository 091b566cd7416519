"""`selfinstruct status` and `selfinstruct rejections`: what a run has done so far, and what it dropped."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.screen import line, show
from distilabel_selfinstruct.records import RecordedRejection, Stage

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")]


def status(folder: Folder) -> None:
    """Counts of the run in DIR, by stage too, with what failed and what the stages had to say."""
    from rich import get_console

    from distilabel_selfinstruct.analysis.quality import QualityWatch
    from distilabel_selfinstruct.cli.notes import all_notes
    from distilabel_selfinstruct.cli.progress_view import progress_view, shown_failure
    from distilabel_selfinstruct.cli.run_tables import stages_table
    from distilabel_selfinstruct.config import described_run
    from distilabel_selfinstruct.files import run_layout
    from distilabel_selfinstruct.files.locks import holder_of
    from distilabel_selfinstruct.running.progress_reader import ProgressReader

    description, config = described_run(folder)
    state = folder / run_layout.STATE
    is_held = holder_of(folder / run_layout.LOCK) is not None
    watch = QualityWatch(classification_only=config.classification_only)
    console = get_console()
    for text in (f"{folder}: {_state(is_held, description)}", f"Model: {config.llm_in_words}"):
        line(console, text)
    if not state.is_dir():
        line(console, f"Its journals ({state.name}/) are missing, so it is not known how far it came.")
        return
    progress = ProgressReader(state, config.num_instructions, watch).read()
    show(console, progress_view(config, progress, timed=False))
    show(console, stages_table(progress))
    failed = [
        f"{stage.value}: {counts.failed:,} requests failed, the last one with: {shown_failure(counts.last_failure)}"
        for stage, counts in progress.stages.items()
        if counts.failed
    ]
    damaged = (
        [f"Damaged records that are left out: {progress.damaged:,} ({progress.damage}). The next run sets them aside."]
        if progress.damaged
        else []
    )
    for text in (*all_notes(progress.notes), *failed, *damaged):
        line(console, text)


def rejections(
    folder: Folder,
    reason: Annotated[str | None, typer.Option(help="Only this reason, such as near_duplicate.")] = None,
    stage: Annotated[
        str | None,
        typer.Option(help="Only this stage, such as instance_filtering."),
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="How many examples of each.")] = 2,
) -> None:
    """Counts per rule, and examples with what decided and the request they came from."""
    from rich import get_console

    from distilabel_selfinstruct.cli.run_tables import rejections_table
    from distilabel_selfinstruct.cli.show import reason_named
    from distilabel_selfinstruct.config.stages import stage_named
    from distilabel_selfinstruct.files.run_rows import unfinished_run
    from distilabel_selfinstruct.reporting.entries import recorded_rejections

    wanted = reason_named(reason)
    only = None if stage is None else stage_named(stage, among=Stage).value
    shown = [
        rejection
        for rejection in recorded_rejections(folder)
        if (wanted is None or rejection.reason is wanted) and (only is None or rejection.stage == only)
    ]
    console = get_console()
    show(console, rejections_table(shown))
    counts: Counter[tuple[str, str]] = Counter()
    for rejection in shown:
        rule = (rejection.stage, rejection.reason.value)
        counts[rule] += 1
        if counts[rule] <= examples:
            line(console, _example(rejection))
    if unfinished := unfinished_run(folder):
        line(console, with_flags(unfinished))


def _example(rejection: RecordedRejection) -> str:
    about = f" of {rejection.instruction!r}" if rejection.instruction else ""
    decided = f" ({rejection.detail})" if rejection.detail else ""
    origin = f"request {rejection.request} of {rejection.stage}{about}"
    return f"{rejection.reason.value}{decided}, {origin}:\n    {rejection.text!r:.300}"


def _state(is_held: bool, description: dict[str, Any]) -> str:
    from distilabel_selfinstruct.files.run_rows import why_unfinished
    from distilabel_selfinstruct.records import RunStatus

    if is_held:
        return "running"
    status = description.get("status")
    if status not in [known.value for known in RunStatus]:
        return f"its status is {status!r:.80}, which this version does not know. Use the version that wrote it."
    return with_flags(why_unfinished(description) or f"finished: {description.get('stop_reason')}")
