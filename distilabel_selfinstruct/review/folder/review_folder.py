"""The review of a run: what lies where in `DIR/review`, and which Argilla datasets belong to it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ArgillaError, ConfigError, RunFolderError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.ratings.answers import QUESTIONS
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE, dataset_name
from distilabel_selfinstruct.review.argilla.responses import Target
from distilabel_selfinstruct.review.argilla.settings import read_settings
from distilabel_selfinstruct.review.folder.push_file import read_pushed


class ReviewFolder:
    """Paths of the review of a run.

    Args:
        run: the output folder of the run.
    """

    def __init__(self, run: str | Path) -> None:
        self.run = Path(run)
        self.path = self.run / run_layout.REVIEW
        self.instances = self.run / run_layout.INSTANCES
        self.ratings = self.run / run_layout.RATINGS
        self.replaced = self.run / run_layout.REPLACED_RATINGS
        self.decisions = self.run / run_layout.DECISIONS
        self.pulled = self.run / run_layout.PULLED
        self.lock = self.path / "lock"

    def require_run(self) -> None:
        """See to it that there is a run that has ended.

        Raises:
            RunFolderError: there is none.
        """
        if not self.instances.exists():
            raise RunFolderError(f"{self.run} holds no finished run: {self.instances.name} is missing.")

    def read_rows(self) -> list[dict[str, Any]]:
        """The instances of the run.

        Raises:
            RunFolderError: there are none.
            InputFileError: the file is damaged.
        """
        self.require_run()
        return list(jsonl.read(self.instances))

    def read_pulled(self) -> dict[str, Any]:
        """What the last pull wrote into `pull.json`; nothing if there was none.

        Raises:
            ArgillaError: the file is damaged.
        """
        if not self.pulled.exists():
            return {}
        try:
            content = json.loads(self.pulled.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ArgillaError(f"{self.pulled} is damaged ({error}): mend or remove it.") from error
        if not isinstance(content, dict):
            raise ArgillaError(f"{self.pulled} is damaged (it holds no object): mend or remove it.")
        return content

    def targets(self, names: Sequence[str] = (), workspace: str | None = None) -> list[Target]:
        """The datasets to read: those named, else those that were pushed, else the one that a push makes by default.

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
        """What raters were asked, in the settings that were pushed last.

        Raises:
            RunFolderError: `push.json` is damaged.
        """
        pushed = read_pushed(self.run)
        try:
            settings = read_settings(str(pushed.options["settings"])) if pushed else read_settings()
        except (ConfigError, KeyError):  # a file of one's own that is not there any more
            return QUESTIONS
        return tuple(question.name for question in settings.questions)
