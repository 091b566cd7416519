"""The output folder of a run: what lies where, and whether it is free."""

import hashlib
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.seeds import packaged_seeds_path


class RunFolder:
    """Paths of a run, and its description in `run.json`.

    Args:
        path: the folder. It need not exist.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.description = self.path / "run.json"
        self.state = self.path / "state"
        self.cache = self.path / "cache"
        self.dataset = self.path / "dataset"
        self.instructions = self.path / "instructions.jsonl"
        self.instances = self.path / "instances.jsonl"
        self.rejections = self.path / "rejections.jsonl"
        self.pipeline = self.path / "pipeline.yaml"

    def prepare(self, config: RunConfig, *, fresh: bool) -> None:
        """Make the folder ready for a run that starts from nothing, and describe the run in it.

        Raises:
            RunFolderError: the folder cannot be written, holds another run and `fresh` was not asked for, or holds
                something that is no run.
        """
        try:
            if self.description.exists():
                if not fresh:
                    raise RunFolderError(
                        f"{self.path} holds a run already: give another folder, or --fresh to replace what is there."
                    )
                self._clear()
            elif self.path.exists() and any(self.path.iterdir()):
                raise RunFolderError(f"{self.path} holds something that is no run: give a new or an empty folder.")
            self.path.mkdir(parents=True, exist_ok=True)
            self._describe(config)
        except OSError as error:
            raise RunFolderError(f"Cannot use {self.path} as output folder: {error.strerror or error}.") from error

    def read_description(self) -> dict[str, Any]:
        """What `run.json` holds.

        Raises:
            RunFolderError: there is no run here, or its description is damaged.
        """
        try:
            description = json.loads(self.description.read_text(encoding="utf-8"))
        except OSError as error:
            raise RunFolderError(f"{self.path} holds no run: {self.description.name} is missing.") from error
        except ValueError as error:
            raise RunFolderError(f"{self.description} is damaged: {error}.") from error
        if not isinstance(description, dict):
            raise RunFolderError(f"{self.description} is damaged: it holds no object.")
        return description

    def finish(self, outcome: dict[str, Any]) -> None:
        """Add how the run ended to its description, and remove what only distilabel needed."""
        self._write({**self.read_description(), **outcome})
        shutil.rmtree(self.cache, ignore_errors=True)

    def _describe(self, config: RunConfig) -> None:
        seeds = Path(config.seed_tasks) if config.seed_tasks else packaged_seeds_path()
        self._write(
            {
                "config": config.model_dump(exclude_none=True),
                "seed_tasks_sha256": hashlib.sha256(seeds.read_bytes()).hexdigest(),
                "versions": {
                    package: version(package) for package in ("distilabel-selfinstruct", "distilabel", "datasets")
                },
                "status": "started",
            }
        )

    def _write(self, description: dict[str, Any]) -> None:
        partial = self.description.with_suffix(".partial")
        partial.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(self.description)

    def _clear(self) -> None:
        for folder in (self.state, self.cache, self.dataset):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.description, self.instructions, self.instances, self.rejections, self.pipeline):
            file.unlink(missing_ok=True)
