"""The review of a run: the files in `DIR/review`, and the Argilla datasets that belong to it."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError, reading
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.run_rows import run_file
from distilabel_selfinstruct.ratings.answers import QUESTIONS
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE, dataset_name
from distilabel_selfinstruct.review.argilla.records import row_fault
from distilabel_selfinstruct.review.argilla.responses import Target
from distilabel_selfinstruct.review.argilla.settings import read_settings
from distilabel_selfinstruct.review.folder.push_file import read_pushed


class ReviewFolder:
    """The paths of the review of a run, and what the files hold.

    Args:
        run: the output folder of the run.
    """

    def __init__(self, run: str | os.PathLike[str]) -> None:
        self.run = Path(run)
        self.path = self.run / run_layout.REVIEW
        self.instances = self.run / run_layout.INSTANCES
        self.ratings = self.run / run_layout.RATINGS
        self.replaced = self.run / run_layout.REPLACED_RATINGS
        self.decisions = self.run / run_layout.DECISIONS
        self.pulled = self.run / run_layout.PULLED
        self.lock = self.path / "lock"

    def require_run(self) -> None:
        """Check that the folder holds a run that has written its rows.

        Raises:
            RunFolderError: it does not.
        """
        run_file(self.run, run_layout.INSTANCES)

    def read_rows(self) -> list[Row]:
        """The instances of the run.

        Raises:
            RunFolderError: the folder holds no run that has ended.
            InputFileError: the file is damaged.
        """
        self.require_run()
        return list(jsonl.read(self.instances))

    def read_replaced_rows(self) -> list[Row]:
        """The rows that were pushed and that the run no longer has.

        Raises:
            InputFileError: the file is damaged.
        """
        path = self.run / run_layout.REPLACED_ROWS
        rows = jsonl.read(path) if path.exists() else ()
        return [{**row, "input": row.get("input") or ""} for row in rows if not row_fault(row)]

    def read_pulled(self) -> dict[str, Any]:
        """What the last pull wrote into `pull.json`; empty if there was none.

        Raises:
            RunFolderError: the file cannot be read, or is damaged.
        """
        try:
            with reading(self.pulled, RunFolderError):
                if not self.pulled.exists():
                    return {}
                content = json.loads(self.pulled.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise self.damaged_pull(str(error)) from error
        if not isinstance(content, dict):
            raise self.damaged_pull("it holds no object")
        return content

    def damaged_pull(self, reason: str) -> RunFolderError:
        """The error for a `pull.json` that cannot be used."""
        return RunFolderError(f"{self.pulled} is damaged ({reason}): repair or remove it.", self.pulled)

    def targets(self, names: Sequence[str] = (), workspace: str | None = None) -> list[Target]:
        """The datasets to read: the named ones, or those that were pushed, or the default dataset of a push.

        Raises:
            RunFolderError: `push.json` is damaged.
        """
        pushed = read_pushed(self.run)
        known = {
            dataset.name: Target(dataset.name, dataset.workspace, dataset.rater, dataset.records)
            for dataset in (pushed.datasets if pushed else ())
        }
        chosen = names or tuple(known) or (dataset_name("selfinstruct", self.run.resolve().name),)
        targets = [known.get(name, Target(name, WORKSPACE)) for name in dict.fromkeys(chosen)]
        return [replace(target, workspace=workspace or target.workspace) for target in targets]

    def questions(self) -> tuple[str, ...]:
        """The questions of the settings that were pushed last.

        Raises:
            RunFolderError: `push.json` is damaged.
        """
        pushed = read_pushed(self.run)
        try:
            settings = read_settings(pushed.settings) if pushed else read_settings()
        except (ConfigError, InputFileError):  # the user's own file has moved or changed
            return QUESTIONS
        return tuple(question.name for question in settings.questions)
