"""The output folder of a run: what lies where, and whether a run may start or go on in it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.bootstrap.loop import sampling_lag
from distilabel_selfinstruct.config import FREE_TO_CHANGE, RunConfig
from distilabel_selfinstruct.errors import RunFolderError, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path


class RunFolder:
    """Paths of a run, and its description in `run.json`.

    Args:
        path: the folder. It need not exist.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.description = self.path / run_layout.DESCRIPTION
        self.state = self.path / run_layout.STATE
        self.cache = self.path / run_layout.CACHE
        self.dataset = self.path / run_layout.DATASET
        self.instructions = self.path / run_layout.INSTRUCTIONS
        self.instances = self.path / run_layout.INSTANCES
        self.rejections = self.path / run_layout.REJECTIONS
        self.pipeline = self.path / run_layout.PIPELINE

    @contextmanager
    def prepared(self, config: RunConfig, *, fresh: bool = False, extend: bool = False) -> Iterator[RunConfig]:
        """Hold the folder for this process, with the run described in it: a new one, or one that goes on.

        Args:
            config: what to run.
            fresh: start over, and replace the run that lies here.
            extend: let the run that lies here go on to a higher number of instructions.

        Yields:
            The configuration in force: where it leaves `sampling_lag` open, that of the run.

        Raises:
            RunFolderError: the folder cannot be written, is held by another process, holds something that is no run,
                holds a run with other settings (the message shows each difference), or is to start over and people have
                rated the run there.
        """
        remedy = "Give another output folder."
        with writing(self.path, remedy):
            if self.path.exists() and not self.description.exists() and any(self.path.iterdir()):
                raise RunFolderError(
                    f"{self.path} holds something that is no run: give a new or an empty folder.", self.path
                )
            self.path.mkdir(parents=True, exist_ok=True)
            held = lock(self.path / run_layout.LOCK)
        with held:
            with writing(self.path, remedy):
                if fresh:
                    self._refuse_to_replace_what_people_rated()
                    self._clear()
                config = self._described(config, extend=extend)
                self.state.mkdir(exist_ok=True)
                (self.state / run_layout.STOP).unlink(missing_ok=True)
                for derived in (run_layout.STEP_RESULTS, run_layout.STEP_REJECTIONS, run_layout.END):
                    for file in self.state.glob(f"*/{derived}"):
                        file.unlink()  # they are written again; whoever watches must not read the old ones
                shutil.rmtree(self.cache, ignore_errors=True)
            yield config

    @property
    def is_held(self) -> bool:
        """Whether a process works on the run now."""
        path = self.path / run_layout.LOCK
        if not path.exists():
            return False
        try:
            lock(path).close()
        except RunFolderError:
            return True
        return False

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
        if not isinstance(description, dict) or not isinstance(description.get("config"), dict):
            raise RunFolderError(f"{self.description} is damaged: it describes no run.")
        return description

    def finish(self, outcome: dict[str, Any]) -> None:
        """Add how the run ended to its description, and remove what only distilabel needed."""
        self._write({**self.read_description(), **outcome})
        shutil.rmtree(self.cache, ignore_errors=True)

    def _described(self, config: RunConfig, *, extend: bool) -> RunConfig:
        """The configuration of the run that starts or goes on here; `run.json` describes it."""
        if not self.description.exists():
            lag = config.sampling_lag or sampling_lag(config.num_instructions, config.max_in_flight)
            config = config.model_copy(update={"sampling_lag": lag})
        else:
            before = self.read_description()
            if not config.sampling_lag:
                config = config.model_copy(update={"sampling_lag": before["config"].get("sampling_lag", 0)})
            self._refuse_differences(before, _inputs(config), config, extend=extend)
        self._write(
            {
                "config": config.model_dump(exclude_none=True),
                "inputs": _inputs(config),
                "versions": {name: version(name) for name in ("distilabel-selfinstruct", "distilabel", "datasets")},
                "status": "started",
            }
        )
        return config

    def _refuse_differences(
        self, before: dict[str, Any], inputs: dict[str, str], config: RunConfig, *, extend: bool
    ) -> None:
        now = config.model_dump(exclude_none=True)
        then = before["config"]
        differences = [
            f"{name} was {then.get(name)!r} and is {now.get(name)!r}"
            for name in sorted({*now, *then} - FREE_TO_CHANGE - ({"num_instructions"} if extend else set()))
            if now.get(name) != then.get(name)
        ]
        differences += [
            f"the {name} changed"
            for name, of in inputs.items()
            if then.get(name) == now.get(name) and before.get("inputs", {}).get(name) != of
        ]
        if extend and now["num_instructions"] < then.get("num_instructions", 0):
            differences.append(f"num_instructions was {then['num_instructions']} and can only grow")
        if differences:
            more = " --extend lets it go on to more instructions." if differences[0].startswith("num_instr") else ""
            raise RunFolderError(
                f"{self.path} holds a run with other settings: {'; '.join(differences)}. Give the same settings to go "
                f"on, another folder, or --fresh to replace what is there.{more}"
            )

    def _write(self, description: dict[str, Any]) -> None:
        atomic.write(self.description, json.dumps(description, indent=2, ensure_ascii=False) + "\n")

    def _refuse_to_replace_what_people_rated(self) -> None:
        # Decisions may have been made by hand; without ratings they would still rule over the new rows.
        for name in (run_layout.RATINGS, run_layout.DECISIONS):
            if (self.path / name).exists():
                raise RunFolderError(
                    f"{self.path / name} says what people think of the run in {self.path}, so it is not replaced: move "
                    f"the folder {run_layout.REVIEW} elsewhere first, or give another output folder."
                )

    def _clear(self) -> None:
        """Remove the run and what was made of it. What people said is not touched."""
        for folder in (run_layout.STATE, run_layout.CACHE, run_layout.DATASET, run_layout.EXPORT):
            shutil.rmtree(self.path / folder, ignore_errors=True)
        rows = (run_layout.INSTRUCTIONS, run_layout.INSTANCES, run_layout.REJECTIONS)
        report = (run_layout.REPORT_PAGE, run_layout.REPORT_FIGURES)
        for file in (run_layout.DESCRIPTION, run_layout.PIPELINE, *rows, *report):
            (self.path / file).unlink(missing_ok=True)


def _inputs(config: RunConfig) -> dict[str, str]:
    """Hashes of what the run reads beside its options."""
    seeds = Path(config.seed_tasks) if config.seed_tasks else packaged_seeds_path()
    prompts = repr(load_prompts(config.prompts)).encode()
    inputs = {
        "seed_tasks": hashlib.sha256(seeds.read_bytes()).hexdigest(),
        "prompts": hashlib.sha256(prompts).hexdigest(),
    }
    if config.human_feedback:
        # Of the verdicts, not of the file: more ratings that change no verdict change no run.
        verdicts = asdict(load_feedback(config.human_feedback))
        del verdicts["num_rated"]
        inputs["human_feedback"] = hashlib.sha256(json.dumps(verdicts).encode()).hexdigest()
    return inputs
