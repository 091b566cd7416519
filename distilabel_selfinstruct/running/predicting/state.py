"""The folder beside a file of predictions: the journal of what was asked, and the settings with which it was."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.files.locks import is_of_lock, lock
from distilabel_selfinstruct.records import RunStatus

Settings = Mapping[str, Any]
"""What decides which answers are made, as JSON, by the name of the option."""

TASKS, MODEL_FILE = "tasks", "model_file"
"""The settings that are digests: of all tasks and prompts, and of the file of the model."""

_CHANGES = {TASKS: "the tasks or their prompts changed", MODEL_FILE: "the file of the model changed"}


class PredictionState:
    """The folder of a file of predictions: `FILE.state` beside `FILE`.

    Args:
        output: the file.
    """

    def __init__(self, output: str | os.PathLike[str]) -> None:
        self.output = Path(output)
        self.path = self.output.with_name(f"{self.output.name}{run_layout.PREDICTION_STATE}")
        self._description = self.path / run_layout.PREDICTION
        self._replaced = self.path / "replaced"

    @contextmanager
    def prepared(self, settings: Settings, *, fresh: bool) -> Iterator[None]:
        """Hold the folder for this process, with the settings in it.

        Where no request was answered and none failed, all is as before at the end.

        Args:
            settings: those of this attempt.
            fresh: start over, and replace the predictions.

        Raises:
            RunFolderError: the file is none of predictions, or was made with other settings (the message shows each).
            FolderInUseError: another process works on the file.
            OutputFileError: the folder cannot be written.
        """
        known = self._described()
        taken = self.output if self.output.exists() else self.path
        if known is None and (self.output.exists() or self._holds_something()):
            raise RunFolderError(f"{taken} is there and was not made by predict: give another file.", taken)
        with writing(self.path, "Give another file."):
            self.path.mkdir(parents=True, exist_ok=True)
            held = lock(self.path / run_layout.LOCK)
        with held:
            if known is not None and not fresh:
                self._refuse_differences(known.get("settings", {}), settings)
            with writing(self.path, "Give another file."):
                if fresh:
                    self._set_aside()
                self._write({"settings": settings, "status": RunStatus.STARTED.value})
            try:
                yield
            finally:
                if (known is None or fresh) and not self._has_records():
                    self._clear()
                    self._take_back()
                shutil.rmtree(self._replaced, ignore_errors=True)

    def finish(self, outcome: Mapping[str, Any]) -> None:
        """Add how the predictions ended to their description."""
        with writing(self.path):
            self._write({**(self._described() or {}), **outcome})

    def _holds_something(self) -> bool:
        """Whether the folder holds more than what an attempt leaves that ended at once."""
        return self.path.exists() and not all(self._is_kept(path) for path in self.path.iterdir())

    def _is_kept(self, path: Path) -> bool:
        return is_of_lock(path) or path.name == self._replaced.name

    def _described(self) -> dict[str, Any] | None:
        try:
            held = json.loads(self._description.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise RunFolderError(
                f"{self._description} cannot be read ({error}): restore it, or give another file.", self._description
            ) from None
        return held if isinstance(held, dict) else {}

    def _refuse_differences(self, before: Settings, now: Settings) -> None:
        differences = [
            _CHANGES.get(name) or f"`{name}` was {_shown(before, name)} and is {_shown(now, name)}"
            for name in dict.fromkeys((*now, *before))
            if before.get(name) != now.get(name)
        ]
        if len(differences) > 1:  # another wording changes the prompts, and says more than that they changed
            differences = [text for text in differences if text.startswith("`")]
        if differences:
            raise RunFolderError(
                f"{self.output} was begun with other settings: {'; '.join(differences)}. Give the same settings to "
                "resume, another file, or `fresh` to replace it.",
                self.output,
            )

    def _has_records(self) -> bool:
        return any(path.stat().st_size for path in self.path.glob(f"*/{run_layout.COMPLETIONS}"))

    def _set_aside(self) -> None:
        """Keep what is there until there is an answer of the new attempt: the model may turn out to be mistyped."""
        shutil.rmtree(self._replaced, ignore_errors=True)
        found = [path for path in (*self.path.iterdir(), self.output) if not is_of_lock(path)]
        self._replaced.mkdir()
        for path in found:
            if path.exists():
                path.replace(self._replaced / path.name)

    def _take_back(self) -> None:
        if self._replaced.exists():
            for path in self._replaced.iterdir():
                path.replace((self.path if path.name != self.output.name else self.output.parent) / path.name)

    def _clear(self) -> None:
        """Remove what an attempt without an answer has written."""
        self.output.unlink(missing_ok=True)
        for path in self.path.iterdir():
            if self._is_kept(path):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _write(self, description: Mapping[str, Any]) -> None:
        versions = {"distilabel-selfinstruct": version("distilabel-selfinstruct")}
        text = json.dumps({**description, "versions": versions}, indent=2, ensure_ascii=False)
        atomic.write(self._description, f"{text}\n", private=True)


def _shown(settings: Settings, name: str) -> str:
    value = settings.get(name)
    if value is None or value in ({}, ""):
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
