"""The folder of a regeneration: a run folder whose description also says which model rewrote the outputs, and how."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError, reading, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.files.locks import is_of_lock, lock
from distilabel_selfinstruct.records import RunStatus

ROWS, MODEL_FILE = "rows", "model_file"
"""The settings that are digests: of the rows and prompts, and of the file of the model."""

_CHANGES = {ROWS: "the rows of the run changed", MODEL_FILE: "the file of the model changed"}


class RegenerationFolder:
    """Paths of a regeneration, and its description.

    Args:
        path: the folder. It need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.description = path / run_layout.DESCRIPTION
        self.state = path / run_layout.STATE

    @contextmanager
    def prepared(self, description: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[bool]:
        """Hold the folder for this process, with the description of the run and these settings in it.

        Args:
            description: that of the run whose outputs are regenerated.
            settings: what decides which outputs are made, as JSON.

        Yields:
            Whether the regeneration here is finished.

        Raises:
            RunFolderError: the folder holds something else, or was begun with other settings.
            FolderInUseError: another process works in it.
        """
        with writing(self.path, "Give another folder."):
            self.path.mkdir(parents=True, exist_ok=True)
            held = lock(self.path / run_layout.LOCK)
        with held:
            before = self._described()
            finished = False
            if before is not None:
                self._refuse_differences(before[run_layout.REGENERATION].get("settings", {}), settings)
                finished = before.get("status") == RunStatus.FINISHED.value
            if not finished:
                self._write({**description, **_started(settings)})
            yield finished

    def finish(self, outcome: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
        """Add to the description how it ended, and beside the settings what came of it."""
        described = self._described() or {}
        regeneration = {**described.get(run_layout.REGENERATION, {}), **figures}
        self._write({**described, **outcome, run_layout.REGENERATION: regeneration})

    @property
    def figures(self) -> dict[str, Any]:
        """What the description says of the regeneration."""
        return dict((self._described() or {}).get(run_layout.REGENERATION, {}))

    def _described(self) -> dict[str, Any] | None:
        if not self.description.exists():
            if not all(map(is_of_lock, self.path.iterdir())):
                raise RunFolderError(f"{self.path} holds something else: give a new or an empty folder.", self.path)
            return None
        try:
            with reading(self.description, RunFolderError):
                held = json.loads(self.description.read_text(encoding="utf-8"))
        except ValueError:
            held = None
        if not isinstance(held, dict) or not isinstance(held.get(run_layout.REGENERATION), dict):
            raise RunFolderError(
                f"{self.path} holds a run whose outputs nobody regenerated: give a new folder.", self.path
            )
        return held

    def _refuse_differences(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        differences = [
            _CHANGES.get(name) or f"`{name}` was {before.get(name)!r} and is {now.get(name)!r}"
            for name in dict.fromkeys((*now, *before))
            if before.get(name) != now.get(name)
        ]
        if len(differences) > 1:  # another form of prompt changes all prompts, and says more than that
            differences = [text for text in differences if text.startswith("`")] or differences
        if differences:
            raise RunFolderError(
                f"{self.path} was begun with other settings: {'; '.join(differences)}. Give the same settings to "
                "resume, or a new folder.",
                self.path,
            )

    def _write(self, description: Mapping[str, Any]) -> None:
        with writing(self.description):
            atomic.write(self.description, json.dumps(description, indent=2, ensure_ascii=False) + "\n", private=True)


def _started(settings: Mapping[str, Any]) -> dict[str, Any]:
    started = {"status": RunStatus.STARTED.value, "stop_reason": "", "problems": []}
    return {**started, run_layout.REGENERATION: {"settings": dict(settings)}}
