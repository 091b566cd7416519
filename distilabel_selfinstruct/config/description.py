"""The description of a run in its folder, `run.json`: the one place that reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct import __version__
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
        config = description["config"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RunFolderError(f"{path} is damaged: it describes no run. Restore the file.", path) from error
    try:
        return description, RunConfig.model_validate(config)
    except ConfigError as error:
        raise RunFolderError(f"{path} was written by {_writer(description)}, or is damaged: {error}", path) from error


def why_unfinished(description: Mapping[str, Any]) -> str:
    """Why a run is not finished, to be read after "The run in DIR "; empty if it is finished."""
    status = description.get("status")
    if status == RunStatus.FINISHED.value:
        return ""
    if status == RunStatus.STARTED.value:
        return f"was interrupted. {RESUME}"
    known = {RunStatus.STOPPED: "stopped early", RunStatus.FAILED: "failed"}
    ended = {kind.value: words for kind, words in known.items()}.get(str(status), "is not finished")
    problems = description.get("problems") or ()
    listed = problems if isinstance(problems, list | tuple) else [problems]  # people edit these files
    reasons = [str(description.get("stop_reason") or ""), *map(str, listed)]
    reason = " ".join(filter(None, reasons))
    return f"{ended}: {reason}" if reason else f"{ended}."


def _writer(description: dict[str, Any]) -> str:
    versions = description.get("versions")
    version = versions.get("distilabel-selfinstruct") if isinstance(versions, dict) else None
    return f"version {version} (this is {__version__})" if version not in (None, __version__) else "another version"
