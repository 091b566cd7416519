"""The folder of a training: what is trained in `finetune.json`, and the checkpoints to resume from."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError, reading, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.records import RunStatus

DESCRIPTION = run_layout.TRAINING
ROWS = "rows.jsonl"
CURVE = "loss.svg"
ADAPTER = "adapter"
UNFIT = "unfit.jsonl"
LOCK = "lock"
_CHECKPOINTS = "checkpoints"
_LAST_FILE = "trainer_state.json"
_PARTIAL = ".partial-model"


class TrainingFolder:
    """Paths of a training, and its description.

    Args:
        path: the folder. It need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.description = path / DESCRIPTION
        self.checkpoints = path / _CHECKPOINTS

    def described(self) -> dict[str, Any]:
        """What `finetune.json` says; empty if there is none.

        Raises:
            RunFolderError: it is damaged, or the folder holds something else.
        """
        if not self.description.exists():
            if self.path.is_dir() and any(file.name not in {LOCK, _PARTIAL} for file in self.path.iterdir()):
                raise RunFolderError(f"{self.path} holds no training: give a new folder.", self.path)
            return {}
        try:
            with reading(self.description, RunFolderError):
                held = json.loads(self.description.read_text(encoding="utf-8"))
        except ValueError:
            held = None
        if not isinstance(held, dict) or not isinstance(held.get("settings"), dict):
            raise RunFolderError(f"{self.description} is damaged: restore it, or give a new folder.", self.description)
        return held

    def refuse_other_settings(self, settings: Mapping[str, Any]) -> None:
        """Refuse to resume what was begun with other settings. Where no step was saved yet, there is nothing to resume.

        Raises:
            RunFolderError: the message shows each difference.
        """
        described = self.described()
        held = described.get("settings", settings)
        if described.get("status") != RunStatus.FINISHED.value and self.last_checkpoint() is None:
            return
        differences = [
            f"{name} was {held.get(name)!r} and is now {settings.get(name)!r}"
            for name in dict.fromkeys([*held, *settings])
            if held.get(name) != settings.get(name)
        ]
        if differences:
            raise RunFolderError(
                f"{self.path} holds a training with other settings ({'; '.join(differences)}): give a new folder, or "
                "the same settings to resume.",
                self.path,
            )

    def describe(self, description: Mapping[str, Any]) -> None:
        """Write `finetune.json`."""
        with writing(self.description):
            atomic.write(self.description, json.dumps(description, indent=2, ensure_ascii=False) + "\n")

    def last_checkpoint(self) -> Path | None:
        """The latest checkpoint that was written to its end. What a killed process left is removed."""
        found = {}
        for folder in self.checkpoints.glob("checkpoint-*"):
            number = folder.name.rpartition("-")[2]
            if number.isdigit() and _is_whole(folder):
                found[int(number)] = folder
            else:
                shutil.rmtree(folder, ignore_errors=True)
        return found[max(found)] if found else None

    def save(self, write: Any) -> None:
        """Have a model written into the folder by a function from a path; its files appear when all are complete."""
        with writing(self.path):
            partial = self.path / _PARTIAL
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            write(partial)
            for file in sorted(partial.iterdir()):
                target = self.path / file.name
                if target.is_dir():
                    shutil.rmtree(target)
                file.replace(target)
            partial.rmdir()

    def forget_checkpoints(self) -> None:
        """Remove the checkpoints of a training that is finished."""
        shutil.rmtree(self.checkpoints, ignore_errors=True)


def _is_whole(checkpoint: Path) -> bool:
    """Whether the file is there that the trainer writes last."""
    try:
        return isinstance(json.loads((checkpoint / _LAST_FILE).read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        return False
