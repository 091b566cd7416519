"""The description of a run in its folder, `run.json`: the one place that reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, RunFolderError, reading
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.files.run_rows import no_run, text_of, texts_of


def described_run(folder: Path) -> tuple[dict[str, Any], RunConfig]:
    """What `run.json` in the folder of a run says, and the configuration in it.

    People edit this file, and versions differ. So of `versions` and `inputs` only texts by name are read, `stop_reason`
    is a text, `problems` are texts, `notes` are objects, and `regeneration` is one, whatever stands there.

    Raises:
        RunFolderError: there is no run, or its description is damaged or of another version.
    """
    path = folder / run_layout.DESCRIPTION
    try:
        with reading(path, RunFolderError):
            if not path.exists():
                raise no_run(folder)
            description = json.loads(path.read_text(encoding="utf-8"))
        config = description["config"]
        description = {**description, **_readable(description)}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RunFolderError(f"{path} is damaged: it describes no run. Restore the file.", path) from error
    try:
        return description, RunConfig.model_validate(config)
    except ConfigError as error:
        raise RunFolderError(f"{path} was written by {_writer(description)}, or is damaged: {error}", path) from error


def _readable(description: Mapping[str, Any]) -> dict[str, Any]:
    notes = description.get("notes")
    return {
        **{name: _named_texts(description[name]) for name in ("inputs", "versions") if name in description},
        **({run_layout.REGENERATION: {}} if not isinstance(description.get(run_layout.REGENERATION, {}), dict) else {}),
        "stop_reason": text_of(description.get("stop_reason")),
        "problems": texts_of(description.get("problems")),
        "notes": [note for note in notes if isinstance(note, dict)] if isinstance(notes, list) else [],
    }


def _named_texts(value: object) -> dict[str, str]:
    named = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in named if isinstance(text, str)}


def _writer(description: dict[str, Any]) -> str:
    versions = description.get("versions")
    version = versions.get("distilabel-selfinstruct") if isinstance(versions, dict) else None
    return f"version {version} (this is {__version__})" if version not in (None, __version__) else "another version"
