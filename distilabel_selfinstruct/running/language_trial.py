"""A pack with a model: a few requests of each stage, and what could be read of the answers."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import Pack, load_pack
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.prompts import Prompt, PromptForm, PromptSet, default_decoding, load_prompts
from distilabel_selfinstruct.records import Completion, Reason, Rejection, Request, Stage
from distilabel_selfinstruct.running.asking import AskingProgress, ask, check_asking
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

NUM_REQUESTS = 20
"""Requests of each stage."""

_NUM_SHOWN = 8
_SHOWN_TEXTS = 3
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class StageTrial:
    """What came of one stage.

    Attributes:
        stage: which one.
        requests: how many were sent.
        answered: how many came back with a text.
        readable: how many answers gave something: an instruction, a verdict, an instance.
        kept: how many instructions, verdicts or instances these were.
        reasons: why texts were dropped, and how often.
        unknown_markers: the words that stand where markers should, and in how many answers.
        unreadable: the beginnings of some answers that gave nothing.
        stop_reason: why some requests were not sent; empty if all were.
    """

    stage: Stage
    requests: int
    answered: int
    readable: int
    kept: int
    reasons: Counter[Reason]
    unknown_markers: Counter[str]
    unreadable: tuple[str, ...]
    stop_reason: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one answer gave."""

    kept: int
    rejected: tuple[Rejection, ...]


class _Trial:
    """The three stages of a trial, which share a model and a folder."""

    def __init__(
        self,
        pack: Pack,
        config: RunConfig,
        folder: Path,
        requests: int,
        on_progress: Callable[[Stage, AskingProgress], None],
        tell: Callable[[str], None],
    ) -> None:
        self._language = str(pack.folder)
        self._prompts: PromptSet = load_prompts(pack.folder)
        self._config, self._folder, self._num = config, folder, requests
        self._form: PromptForm = config.effective_prompt_form
        self._on_progress, self._tell = on_progress, tell
        self._seeds = load_seed_tasks(pack.seed_file, self._language)
        self.tasks: list[str] = []

    def instructions(self) -> StageTrial:
        """The first stage; what it gives is what the others ask about."""
        rng = Random(self._config.random_seed)
        shown = [seed.instruction for seed in self._seeds]
        prompts = [
            self._prompts.instruction_generation(rng.sample(shown, min(_NUM_SHOWN, len(shown))), form=self._form)
            for _ in range(self._num)
        ]
        requests = [Request(Stage.INSTRUCTION_GENERATION, number, prompt) for number, prompt in enumerate(prompts)]

        def read(request: Request, completion: Completion) -> _Read:
            parsed = read_instructions(completion, language=self._language, prompt=_echoed(request.prompt))
            self.tasks += [text for text in parsed.kept if text not in self.tasks]
            return _Read(len(parsed.kept), parsed.rejected)

        return self._stage(Stage.INSTRUCTION_GENERATION, requests, read)

    def classification(self) -> StageTrial:
        """The second stage."""
        requests = [
            Request(Stage.CLASSIFICATION, number, self._prompts.classification(task, form=self._form), task)
            for number, task in enumerate(self._asked_about())
        ]

        def read(request: Request, completion: Completion) -> _Read:
            parsed = read_classification(completion, prompt=_echoed(request.prompt), language=self._language)
            return _Read(int(parsed.is_classification is not None), parsed.rejected)

        return self._stage(Stage.CLASSIFICATION, requests, read)

    def instances(self) -> StageTrial:
        """The third stage, in the wording of tasks that are no classification."""
        requests = [
            Request(
                Stage.INSTANCE_GENERATION,
                number,
                self._prompts.instances(task, is_classification=False, form=self._form),
                task,
            )
            for number, task in enumerate(self._asked_about())
        ]

        def read(request: Request, completion: Completion) -> _Read:
            parsed = read_instances(
                completion,
                is_classification=False,
                instruction=request.instruction,
                prompt=_echoed(request.prompt),
                shown=self._prompts.shown_instances,
                language=self._language,
            )
            return _Read(len(parsed.kept), parsed.rejected)

        return self._stage(Stage.INSTANCE_GENERATION, requests, read)

    def _asked_about(self) -> list[str]:
        """Instructions of the model, and seed tasks where it has given too few."""
        return [*self.tasks, *(seed.instruction for seed in self._seeds)][: self._num]

    def _stage(
        self, stage: Stage, requests: Sequence[Request], read: Callable[[Request, Completion], _Read]
    ) -> StageTrial:
        asked = ask(
            self._config,
            stage,
            requests,
            default_decoding(stage, form=self._form, markers=self._prompts.markers),
            self._folder / stage.value,
            on_progress=lambda progress: self._on_progress(stage, progress),
            tell=self._tell,
        )
        answered = [(request, one) for request, one in zip(requests, asked.completions, strict=True) if one.text]
        found = [(one, read(request, one)) for request, one in answered]
        rejected = [(number, rejection) for number, (_, held) in enumerate(found) for rejection in held.rejected]
        words = dict.fromkeys(  # each once an answer, in the order in which they came
            (number, word)
            for number, rejection in rejected
            if rejection.reason is Reason.UNKNOWN_MARKERS
            for word in rejection.detail.split(", ")
        )
        unreadable = [(one.text or "").strip()[:_SHOWN_CHARACTERS] for one, held in found if not held.kept]
        return StageTrial(
            stage=stage,
            requests=len(requests),
            answered=len(answered),
            readable=len(found) - len(unreadable),
            kept=sum(held.kept for _, held in found),
            reasons=Counter(rejection.reason for _, rejection in rejected),
            unknown_markers=Counter(word for _, word in words),
            unreadable=tuple(unreadable[:_SHOWN_TEXTS]),
            stop_reason=asked.stop_reason,
        )


def try_pack(
    language: str | os.PathLike[str],
    config: RunConfig,
    *,
    requests: int = NUM_REQUESTS,
    on_progress: Callable[[Stage, AskingProgress], None] = lambda _, __: None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[StageTrial]:
    """Ask a model some requests of each stage with the prompts of a pack, and read its answers with the pack.

    Nothing is kept. A stage whose requests were not all sent is the last one.

    Args:
        language: the tag of a packaged language, or a folder.
        config: how the model is asked.
        requests: how many requests each stage has at most.
        on_progress: is called whenever a request is done.
        tell: is told, in a sentence, what is waited for.

    Raises:
        ConfigError: the pack cannot be used or has no prompts, or an option has no meaning here.
        SeedTaskError: its seed tasks cannot be used.
        ModelError: the model cannot be reached.
    """
    pack = load_pack(language)
    if not pack.has_prompts or not pack.seed_file.is_file():
        lacks = "seed tasks" if pack.has_prompts else "prompts"
        raise ConfigError(
            f"The language pack {pack.folder} has no {lacks}: selfinstruct language check says what to do."
        )
    config = check_asking(config)
    trials = []
    with TemporaryDirectory() as folder:
        trial = _Trial(pack, config, Path(folder), requests, on_progress, tell)
        for stage in (trial.instructions, trial.classification, trial.instances):
            trials.append(stage())
            if trials[-1].stop_reason:
                break
    return trials


def _echoed(prompt: Prompt) -> str | None:
    """What a base model may repeat: the prompt, if it is a text."""
    return prompt if isinstance(prompt, str) else None
