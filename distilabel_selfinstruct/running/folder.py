"""The output folder of a run: its paths, and whether a run may start or be resumed in it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.bootstrap.loop import sampling_lag
from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.config.options import is_free_to_change, is_per_stage
from distilabel_selfinstruct.config.stages import STAGES
from distilabel_selfinstruct.errors import RunFolderError, reading, writing
from distilabel_selfinstruct.files import atomic, jsonl, run_layout
from distilabel_selfinstruct.files.leases import RENEWED_EVERY
from distilabel_selfinstruct.files.locks import FolderLock, lock
from distilabel_selfinstruct.journal.run_records import read_rejections
from distilabel_selfinstruct.journal.shared_folder import SharedFolder, share
from distilabel_selfinstruct.journal.stop_file import forget_stop
from distilabel_selfinstruct.records import MODEL_STAGES, Reason, RunStatus, Stage
from distilabel_selfinstruct.running.clearing import (
    make_cache,
    refuse_linked_folders,
    refuse_to_clear,
    remove_cache,
    remove_run,
    what_people_said,
)
from distilabel_selfinstruct.running.inputs import completed, digests_of_models, identity_of, inputs_of

_GROWS = "`num_instructions`"
"""The option that may grow when a run is extended."""


class RunFolder:
    """Paths of a run, and its description in `run.json`.

    Args:
        path: the folder. It need not exist.
        tell: is told, in a sentence, if the folder is locked in an unusual way.
    """

    def __init__(self, path: str | os.PathLike[str], tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell
        self._held: FolderLock | None = None
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
    def prepared(
        self, config: RunConfig, *, fresh: bool = False, extend: bool = False, preview: int | None = None
    ) -> Iterator[RunConfig]:
        """Hold the folder for this process, with the run described in it: a new one, or one that is resumed.

        Args:
            config: what to run.
            fresh: start over, and replace the run in the folder.
            extend: let the run in the folder grow to a higher number of instructions.
            preview: how many instructions are made to be shown; None for the run itself.

        Yields:
            The configuration in force: where it leaves `sampling_lag` open, that of the run.

        Raises:
            RunFolderError: the folder cannot be written, has `::` in its path, is held by another process, holds
                something that is no run, holds a run with other settings (the message shows each difference), or is to
                start over and people have rated the run there.
        """
        remedy = "Give another output folder."
        with writing(self.path, remedy):
            self._refuse_what_is_no_run()
            self.path.mkdir(parents=True, exist_ok=True)
            self._held = held = lock(self.path / run_layout.LOCK, kind=config.locks)
        if held.why_leased:
            self._tell(f"{self.path} is locked by a lease, renewed every {RENEWED_EVERY:g} s: {held.why_leased}.")
        with held:
            with writing(self.path, remedy):
                refuse_linked_folders(self.path)
                if fresh and self.description.exists():
                    refuse_to_clear(self.path)
                    remove_run(self.path)
                self._refuse_to_forget()
                config = self._described(config, extend=extend, preview=preview)
                self.state.mkdir(exist_ok=True)
                if held.why_leased:
                    (self.state / run_layout.LEASED).touch()
                forget_stop(self.state)
                for derived in (run_layout.STEP_RESULTS, run_layout.STEP_REJECTIONS, run_layout.END):
                    for file in self.state.glob(f"*/{derived}"):
                        file.unlink()  # they are written again; whoever watches must not read the old ones
                make_cache(self.path)
            yield config

    def check_held(self) -> None:
        """Check that this process still holds the folder.

        Raises:
            FolderInUseError: another process has taken it over.
        """
        if self._held is not None:
            self._held.check()

    def shared(self) -> SharedFolder:
        """The folder as other machines must see it; it is marked for them.

        Raises:
            OSError: it cannot be marked.
        """
        is_leased = self._held is not None and self._held.why_leased
        return share(self.state.resolve(), None if is_leased else (self.path / run_layout.LOCK).resolve())

    def check(self, config: RunConfig, *, fresh: bool = False, extend: bool = False) -> None:
        """Find out whether a run may start or be resumed here, without a change to the folder: see `prepared`.

        Raises:
            RunFolderError: it may not.
        """
        with writing(self.path, "Give another output folder."):
            self._refuse_what_is_no_run()
            refuse_linked_folders(self.path)
            if fresh and self.description.exists():
                refuse_to_clear(self.path)
            elif self.description.exists():
                self._refuse_to_forget()
                self._resumed(config, extend=extend)

    def is_finished(self, config: RunConfig) -> bool:
        """Whether the run here is finished, and running it again with this configuration would change nothing.

        Raises:
            RunFolderError: the run is finished and has other settings (the message shows each difference), or its
                description is damaged, or the folder cannot be entered.
        """
        with reading(self.path, RunFolderError):
            if not self.description.exists():
                return False
            description, before = described_run(self.path)
            if description.get("status") != RunStatus.FINISHED.value:
                return False
            config = completed(config, before)
            self._refuse_differences(before, config, description, extend=False)
            made = [self.instructions, self.instances, self.rejections, self.dataset]
            made += [self.state / stage.value / run_layout.STEP_RESULTS for stage in Stage]
            if not all(path.exists() for path in made):
                return False
            ends_as_before = (before.patience, before.min_acceptance) == (config.patience, config.min_acceptance)
            if not ends_as_before and sum(1 for _ in jsonl.read(self.instructions)) < config.num_instructions:
                return False
            return not any(row.reason is Reason.FAILED_REQUEST for row in read_rejections(self.rejections))

    def finish(self, outcome: dict[str, Any]) -> None:
        """Add how the run ended to its description, and remove what only distilabel needed."""
        self._write({**described_run(self.path)[0], **outcome})
        remove_cache(self.path)

    def _described(self, config: RunConfig, *, extend: bool, preview: int | None) -> RunConfig:
        """The configuration of the run that starts or is resumed here; `run.json` describes it."""
        if not self.description.exists():
            first = config.for_stage(Stage.INSTRUCTION_GENERATION)
            lag = config.sampling_lag or sampling_lag(config.num_instructions, first.max_in_flight)
            config = config.model_copy(update={"sampling_lag": lag})
        else:
            config = self._resumed(config, extend=extend)
        self._write(
            {
                "config": _without_secrets(config.model_dump(mode="json", exclude_none=True)),
                "inputs": inputs_of(config),
                "models": digests_of_models(config),
                "versions": {name: version(name) for name in ("distilabel-selfinstruct", "distilabel", "datasets")},
                "status": RunStatus.STARTED.value,
                **({} if preview is None else {run_layout.PREVIEW: preview}),
            }
        )
        return config

    def _resumed(self, config: RunConfig, *, extend: bool) -> RunConfig:
        """The configuration with which the run that is here is resumed."""
        description, before = described_run(self.path)
        if run_layout.REGENERATION in description:
            raise RunFolderError(
                f"{self.path} holds a run whose outputs were regenerated, which `selfinstruct regenerate` resumes: "
                "give another folder.",
                self.path,
            )
        config = completed(config, before)
        self._refuse_differences(before, config, description, extend=extend)
        return config

    def _refuse_what_is_no_run(self) -> None:
        if "::" in str(self.path.absolute()):
            raise RunFolderError(
                f"{self.path.absolute()} has '::' in it, and `datasets` takes what follows for another file system: "
                "give another output folder.",
                self.path,
            )
        if self.path.exists() and not self.description.exists() and any(self.path.iterdir()):
            raise RunFolderError(
                f"{self.path} holds something that is no run: give a new or an empty folder.", self.path
            )

    def _refuse_differences(
        self, before: RunConfig, config: RunConfig, description: dict[str, Any], *, extend: bool
    ) -> None:
        """Refuse to resume with settings that would make another dataset; name each difference."""
        differences = _differences(before, config)
        if extend:
            differences = [text for text in differences if not text.startswith(_GROWS)]
            if config.num_instructions < before.num_instructions:
                differences.append(f"{_GROWS} was {before.num_instructions} and can only grow")
        differences += [
            f"the {'files of `against`' if name == 'against' else name} changed"
            for name, digest in inputs_of(config).items()
            if getattr(before, name) == getattr(config, name) and description.get("inputs", {}).get(name) != digest
        ]
        models = description.get("models", {})
        differences += [
            f"the file of {llm} changed"
            for llm, digest in digests_of_models(config).items()
            if models.get(llm, digest) != digest
        ]
        if differences:
            more = " `extend` lets it grow to more instructions." if differences[0].startswith(_GROWS) else ""
            raise RunFolderError(
                f"{self.path} holds a run with other settings: {'; '.join(differences)}. Give the same settings to "
                f"resume it, another folder, or `fresh` to replace what is there.{more}",
                self.path,
            )

    def _write(self, description: dict[str, Any]) -> None:
        self.check_held()
        atomic.write(self.description, json.dumps(description, indent=2, ensure_ascii=False) + "\n", private=True)

    def _refuse_to_forget(self) -> None:
        """Refuse to replace rows that people rate when what the model answered is gone."""
        said = what_people_said(self.path)
        if said and self.instances.exists() and not any(self.state.glob(f"*/{run_layout.COMPLETIONS}")):
            raise RunFolderError(
                f"{self.state} holds no answers, and {said} says what people think of the rows in {self.path}: restore "
                f"it, or move the folder {run_layout.REVIEW} elsewhere and the run starts over.",
                self.state,
            )


def _without_secrets(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a run, or of a stage, with addresses as they may be kept."""
    kept = {**options}
    if kept.get("base_url"):
        kept["base_url"] = redact_url(kept["base_url"])
    if STAGES in kept:
        kept[STAGES] = {stage: _without_secrets(own) for stage, own in kept[STAGES].items()}
    return kept


def _differences(before: RunConfig, config: RunConfig) -> list[str]:
    """What differs between two configurations and changes what is made, one text for each option and stage."""
    differences = []
    for name, field in sorted(RunConfig.model_fields.items()):
        if is_free_to_change(field) or name == STAGES:
            continue
        if not is_per_stage(field):
            if getattr(before, name) != getattr(config, name):
                differences.append(_difference(name, getattr(before, name), getattr(config, name)))
            continue
        values = {
            stage: tuple(identity_of(name, getattr(one.for_stage(stage), name)) for one in (before, config))
            for stage in MODEL_STAGES
        }
        if len({repr(pair) for pair in values.values()}) == 1:
            values = {Stage.INSTRUCTION_GENERATION: values[Stage.INSTRUCTION_GENERATION]}
        for stage, (old, new) in values.items():
            if old != new:
                differences.append(_difference(name, old, new, f" of {stage.value}" if len(values) > 1 else ""))
    return differences


def _difference(name: str, before: object, now: object, of_stage: str = "") -> str:
    return f"`{name}`{of_stage} was {_in_words(before)} and is {_in_words(now)}"


def _in_words(value: object) -> str:
    """The value of an option as its user gives it."""
    if value is None or value in ([], {}, ""):
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict) else str(value)
