"""`selfinstruct status` and `selfinstruct rejections`: what a run has done so far, and what it dropped."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import jsonl, run_layout

STATUS_HELP = "How far a run is: while it works, after it was interrupted, or when it is done."
REJECTIONS_HELP = "What a run dropped, by stage and rule, with examples."

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")]


def status(folder: Folder) -> None:
    """Counts of the run in DIR."""
    from rich import get_console

    from distilabel_selfinstruct.cli.display import progress_view
    from distilabel_selfinstruct.config import RunConfig
    from distilabel_selfinstruct.running.folder import RunFolder
    from distilabel_selfinstruct.running.progress import ProgressReader

    run = RunFolder(folder)
    description = run.read_description()
    config = RunConfig(**description["config"])
    progress = ProgressReader(run.state, config.num_instructions).read()
    console = get_console()
    console.print(f"{run.path}: {_state(run.is_held, description)}", highlight=False, soft_wrap=True, markup=False)
    console.print(progress_view(config, progress, timed=False))


def rejections(
    folder: Folder,
    reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only this stage.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="How many examples of each.")] = 2,
) -> None:
    """Counts per rule, and examples with what decided and the request they came from."""
    from rich import get_console

    from distilabel_selfinstruct.cli.display import rejections_table

    rows = [
        row
        for row in _rejections(folder)
        if (reason is None or row["reason"] == reason) and (stage is None or row["stage"] == stage)
    ]
    console = get_console()
    console.print(rejections_table(rows))
    shown: Counter[tuple[str, str]] = Counter()
    for row in rows:
        rule = (row["stage"], row["reason"])
        shown[rule] += 1
        if shown[rule] <= examples:
            about = f" of {row['instruction']!r}" if row["instruction"] else ""
            decided = f" ({row['detail']})" if row["detail"] else ""
            origin = f"request {row['request']} of {row['stage']}{about}"
            text = f"{row['reason']}{decided}, {origin}:\n    {row['text']!r:.300}"
            console.print(text, highlight=False, soft_wrap=True, markup=False)


def _rejections(folder: Path) -> list[dict[str, Any]]:
    written = folder / run_layout.REJECTIONS
    files = [written] if written.exists() else sorted(folder.glob(f"{run_layout.STATE}/*/{run_layout.STEP_REJECTIONS}"))
    if not files and not (folder / run_layout.DESCRIPTION).exists():
        raise RunFolderError(f"{folder} holds no run: run.json is missing.")
    return [line.value for file in files for line in jsonl.scan(file) if not line.fault]


def _state(is_held: bool, description: dict[str, Any]) -> str:
    if is_held:
        return "running"
    status = description.get("status")
    if status == "started":
        return "interrupted; the same command goes on"
    if status == "stopped":
        return f"stopped: {description.get('stop_reason')} The same command goes on."
    if status == "failed":
        return f"failed: {' '.join(description.get('problems', []))}"
    return f"{status}: {description.get('stop_reason')}"
