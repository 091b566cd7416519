"""The description of a run in its folder, `run.json`: the one place that reads it."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.errors import RunFolderError, reading
from distilabel_selfinstruct.files import run_layout


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
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise RunFolderError(
            f"{path} is damaged, or another version wrote it: it describes no run of this version.", path
        ) from error
