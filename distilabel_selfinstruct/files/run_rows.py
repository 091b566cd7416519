"""The files of rows in the folder of a run: whether they are all that the run makes, and what to do if not.

Every command that reads the folder of a run asks here.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import FolderInUseError, RunFolderError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.files.locks import holder_of
from distilabel_selfinstruct.records import RESUME, RunStatus

RESUME_THE_RUN = "Resume the run with the command that began it."
"""As `RESUME`, for whoever sees it after another command."""


def no_run(folder: Path) -> RunFolderError:
    """What is said of a folder without a run, or of one that is not there."""
    if not folder.exists():
        return RunFolderError(f"There is no folder {folder}: check the path.", folder)
    return RunFolderError(f"{folder} holds no run: {run_layout.DESCRIPTION} is missing.", folder)


def run_file(folder: Path, name: str) -> Path:
    """The path of a file of rows in the folder of a run.

    Raises:
        RunFolderError: the folder holds no run, or the run has not written the file.
        FolderInUseError: it will, since it is still working.
    """
    path = folder / name
    if path.exists():
        return path
    if not (folder / run_layout.DESCRIPTION).exists():
        raise no_run(folder)
    holder = holder_of(folder / run_layout.LOCK)
    if holder is not None:
        raise FolderInUseError(
            f"The run in {folder} is still working and has not written {name} yet: wait until it has ended.",
            folder,
            holder,
        )
    description = _description(folder)
    if run_layout.PREVIEW in description and description.get("status") != RunStatus.FINISHED.value:
        raise RunFolderError(f"{folder} holds the preview of a run, which has no {name}: run it in full first.", folder)
    if description.get("status") == RunStatus.STARTED.value:
        raise RunFolderError(
            f"The run in {folder} was interrupted before it wrote {name}: resume it with the command that began it.",
            folder,
        )
    raise RunFolderError(f"{path} is missing: restore it, or give the command that made the run again.", path)


def unfinished_run(folder: Path) -> str:
    """Why the run in a folder is not finished, as a sentence; empty if it is, or if there is no run."""
    why = why_unfinished(description) if (description := _description(folder)) else ""
    if not why:
        return ""
    if holder_of(folder / run_layout.LOCK) is not None:
        return f"The run in {folder} is still working."
    return f"The run in {folder} {why}"


def unfinished_predictions(file: Path) -> str:
    """A sentence where a file of predictions is not finished; empty if it is, or if it is none."""
    state = file.with_name(f"{file.name}{run_layout.PREDICTION_STATE}")
    status = _description(state, run_layout.PREDICTION).get("status", RunStatus.FINISHED.value)
    if status == RunStatus.FINISHED.value:
        return ""
    if holder_of(state / run_layout.LOCK) is not None:
        return f"The predictions in {file} are still being made."
    return f"The predictions in {file} are not finished: resume them with the command that began them."


def unfinished_training(folder: Path) -> str:
    """The end of a sentence where a folder holds a training that is not finished; else empty."""
    status = _description(folder, run_layout.TRAINING).get("status", RunStatus.FINISHED.value)
    if status == RunStatus.FINISHED.value:
        return ""
    return "the training there is not finished. Resume it with the command that began it."


def why_unfinished(description: Mapping[str, Any]) -> str:
    """Why a run is not finished, to be read after "The run in DIR "; empty if it is finished."""
    status = description.get("status")
    if status == RunStatus.FINISHED.value:
        return ""
    if status == RunStatus.STARTED.value:
        return f"was interrupted. {RESUME_THE_RUN}"
    known = {RunStatus.STOPPED: "stopped early", RunStatus.FAILED: "failed"}
    ended = {kind.value: words for kind, words in known.items()}.get(str(status), "is not finished")
    reason = why_ended(description).replace(RESUME, RESUME_THE_RUN)
    return f"{ended}: {reason}" if reason else f"{ended}."


def why_ended(description: Mapping[str, Any]) -> str:
    """What a run says about its end; empty if it says nothing."""
    return " ".join(filter(None, [text_of(description.get("stop_reason")), *texts_of(description.get("problems"))]))


def texts_of(value: object) -> list[str]:
    """The texts in a value of a description, which people may have changed."""
    several: Iterable[object] = value if isinstance(value, list | tuple) else [value]
    return [text for text in map(text_of, several) if text]


def text_of(value: object) -> str:
    """A value of a description as a text; empty for none."""
    return str(value) if value or value == 0 else ""


def _description(folder: Path, name: str = run_layout.DESCRIPTION) -> dict[str, Any]:
    """What the description of a run says; empty if there is none, or none that can be read."""
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
