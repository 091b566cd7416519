"""The description of a run in its folder, `run.json`: the one place that reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, RunFolderError, reading
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.records import RESUME, RunStatus


def described_run(folder: Path) -> tuple[dict[str, Any], RunConfig]:
    """What `run.json` in the folder of a run says, and the configuration in it.

    Raises:
        RunFolderError: there is no run, or its description is damaged or of another version.
    """
    path = folder / run_layout.DESCRIPTION
    if not path.exists():
        raise RunFolderError(f"{folder} holds no run: {path.name} is missing.", folder)
    try:
        with reading(path, RunFolderError):
            description = json.loads(path.read_text(encoding="utf-8"))
        return description, RunConfig(**description["config"])
    except (ValueError, TypeError, KeyError, ValidationError, ConfigError) as error:
        raise RunFolderError(
            f"{path} is damaged, or another version wrote it: it describes no run of this version.", path
        ) from error


def why_unfinished(description: Mapping[str, Any]) -> str:
    """Why a run is not finished, to be read after "The run in DIR "; empty if it is finished."""
    status = description.get("status")
    if status == RunStatus.FINISHED.value:
        return ""
    if status == RunStatus.STARTED.value:
        return f"was interrupted. {RESUME}"
    known = {RunStatus.STOPPED: "stopped early", RunStatus.FAILED: "failed"}
    ended = {kind.value: words for kind, words in known.items()}.get(str(status), "is not finished")
    reasons = [str(description.get("stop_reason") or ""), *map(str, description.get("problems") or ())]
    reason = " ".join(filter(None, reasons))
    return f"{ended}: {reason}" if reason else f"{ended}."
