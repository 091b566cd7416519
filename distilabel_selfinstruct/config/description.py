"""The description of a run in its folder, `run.json`: the one place that reads it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, RunFolderError, reading
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.records import RESUME, RunStatus


def described_run(folder: Path) -> tuple[dict[str, Any], RunConfig]:
    """What `run.json` in the folder of a run says, and the configuration in it.

    People edit this file, and versions differ. So of `versions` and `inputs` only texts by name are read, `stop_reason`
    is a text, `problems` are texts, `notes` are objects, and `regeneration` is one, whatever stands there.

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
        description = {**description, **_readable(description)}
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
    reason = why_ended(description)
    return f"{ended}: {reason}" if reason else f"{ended}."


def why_ended(description: Mapping[str, Any]) -> str:
    """What a run says about its end; empty if it says nothing."""
    return " ".join(filter(None, [_text(description.get("stop_reason")), *_texts(description.get("problems"))]))


def _readable(description: Mapping[str, Any]) -> dict[str, Any]:
    notes = description.get("notes")
    return {
        **{name: _named_texts(description[name]) for name in ("inputs", "versions") if name in description},
        **({run_layout.REGENERATION: {}} if not isinstance(description.get(run_layout.REGENERATION, {}), dict) else {}),
        "stop_reason": _text(description.get("stop_reason")),
        "problems": _texts(description.get("problems")),
        "notes": [note for note in notes if isinstance(note, dict)] if isinstance(notes, list) else [],
    }


def _named_texts(value: object) -> dict[str, str]:
    named = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in named if isinstance(text, str)}


def _texts(value: object) -> list[str]:
    several: Iterable[object] = value if isinstance(value, list | tuple) else [value]
    return [text for text in map(_text, several) if text]


def _text(value: object) -> str:
    return str(value) if value or value == 0 else ""


def _writer(description: dict[str, Any]) -> str:
    versions = description.get("versions")
    version = versions.get("distilabel-selfinstruct") if isinstance(versions, dict) else None
    return f"version {version} (this is {__version__})" if version not in (None, __version__) else "another version"
