"""Steps that are ready to process, scripts for them, and what they left in their journals."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from distilabel.models.llms.base import AsyncLLM
from distilabel.models.llms.utils import prepare_output
from distilabel.steps.base import _Step
from pydantic import PrivateAttr

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.steps import InstructionGeneration
from distilabel_selfinstruct.testing import ScriptedLLM

AnyStep = TypeVar("AnyStep", bound=_Step)
Row = dict[str, Any]

STEP = "step"
"""The name of every step here, and with it of its journal's folder."""


def scripted(*responses: str | None, **options: Any) -> ScriptedLLM:
    return ScriptedLLM(responses=list(responses), **options)


@contextmanager
def loaded(step: AnyStep) -> Iterator[AnyStep]:
    step.name = STEP
    step.load()
    try:
        yield step
    finally:
        step.unload()


def processed(step: Any, rows: list[Row]) -> list[Row]:
    """All rows that the step makes of the rows, which are one batch."""
    with loaded(step):
        return [row for batch in step.process(rows) for row in batch]


def batches_of(step: InstructionGeneration, offset: int = 0) -> list[tuple[list[Row], bool]]:
    with loaded(step):
        return list(step.process(offset))


def generated(step: InstructionGeneration) -> list[str]:
    return [row["instruction"] for rows, _ in batches_of(step) for row in rows]


def journal(state: Path, name: str) -> list[Row]:
    """The rows of `completions`, `rejections`, `results` or `end` in the journal of `STEP`."""
    path = state / STEP / f"{name}.jsonl"
    return list(jsonl.read(path)) if path.exists() else []


def reasons(state: Path) -> list[str]:
    return [row["reason"] for row in journal(state, "rejections")]


def novel(key: object) -> str:
    """An instruction of its own for each key: too far from any other to be a near-duplicate."""
    return f"Explain north{key} east{key} south{key} west{key} today."


def numbered(*instructions: str) -> str:
    """The instructions as a base model goes on with the list of the prompt."""
    first, *others = instructions
    return f" {first}\n" + "".join(f"{number}. {text}\n" for number, text in enumerate(others, 10))


class RememberingLLM(ScriptedLLM):
    """A scripted LLM that keeps what it was asked: an LLM in this process gets messages, the prompt being the last."""

    _messages: list[list[dict[str, str]]] = PrivateAttr(default_factory=list)

    @property
    def _prompts(self) -> list[str]:
        return [messages[-1]["content"] for messages in self._messages]

    def generate(self, inputs: list[Any], num_generations: int = 1) -> list[Any]:
        self._messages += inputs
        return super().generate(inputs, num_generations)


class DelayedLLM(AsyncLLM):
    """Answers each prompt with two instructions that depend on the prompt alone, after a random time."""

    seed_of_delays: int
    seconds: float = 0.01

    _random: Random = PrivateAttr(default=None)
    _started: list[str] = PrivateAttr(default_factory=list)
    _finished: list[str] = PrivateAttr(default_factory=list)

    def load(self) -> None:
        super().load()
        self._random = Random(self.seed_of_delays)

    def unload(self) -> None:
        self.event_loop.close()

    @property
    def model_name(self) -> str:
        return "delayed"

    async def agenerate(self, input: Any, num_generations: int = 1) -> Any:
        key = hashlib.sha256(str(input).encode()).hexdigest()[:8]
        self._started.append(key)
        await asyncio.sleep(self._random.random() * self.seconds)
        self._finished.append(key)
        return prepare_output([numbered(novel(f"{key}a"), novel(f"{key}b"))] * num_generations)
