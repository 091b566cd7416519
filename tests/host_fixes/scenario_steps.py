"""Steps for the pipelines of `scenarios.py`; like a user's own they import nothing of our package."""

# No `from __future__ import annotations` here: the host could not tell which argument is the step's input.
import os
import signal
import time
from typing import Any

from distilabel.models.llms.base import LLM
from distilabel.steps import GeneratorStep, GlobalStep, Step, StepInput
from distilabel.steps.tasks.base import Task
from pydantic import SecretStr


class DetailedError(Exception):
    """Cannot be unpickled, as many errors of clients: its class takes more than the message."""

    def __init__(self, message: str, *, detail: str) -> None:
        super().__init__(f"{message}: {detail}")


class Numbers(GeneratorStep):
    """Rows with `k` from 0 to `n` - 1."""

    n: int = 30
    # How it ends: "last" (as it should), "silently", "empty" (an empty last batch), or before batch 2 with
    # "raising", "dying" or "killed" (the process).
    ending: str = "last"
    # What else is wrong with it: "slow", "raise in load", "raise in unload".
    fault: str = "none"

    def load(self) -> None:
        super().load()
        if self.fault == "raise in load":
            raise DetailedError("load boom", detail="no model")

    def unload(self) -> None:
        super().unload()
        if self.fault == "raise in unload":
            raise RuntimeError("unload boom")

    @property
    def outputs(self) -> list[str]:
        return ["k"]

    def process(self, offset: int = 0) -> Any:
        for start in range(offset, self.n, self.batch_size):
            if self.ending == "raising" and start == 2 * self.batch_size:
                raise RuntimeError("generator boom")
            if self.ending == "dying" and start == 2 * self.batch_size:
                os._exit(9)
            if self.ending == "killed" and start == 2 * self.batch_size:
                os.kill(os.getpid(), signal.SIGKILL)
            if self.fault == "slow":
                time.sleep(1.0)
            end = min(start + self.batch_size, self.n)
            yield [{"k": k} for k in range(start, end)], self.ending == "last" and end == self.n
        if self.ending == "empty":
            yield [], True


class Keep(Step):
    """Keeps rows with `k` below `below`, and of these the ones divisible by `divisor`."""

    below: int = 1000
    divisor: int = 1

    @property
    def inputs(self) -> list[str]:
        return ["k"]

    def process(self, inputs: StepInput) -> Any:
        yield [row for row in inputs if row["k"] < self.below and row["k"] % self.divisor == 0]


class Mark(Step):
    """Adds `mark` and misbehaves at the batch that holds the row `at`, in the way that `fault` names."""

    fault: str = "none"
    at: int = -1
    lock: str = ""

    @property
    def inputs(self) -> list[str]:
        return ["k"]

    @property
    def outputs(self) -> list[str]:
        return ["mark"]

    def load(self) -> None:
        super().load()
        if self.fault == "die in load":
            os._exit(9)
        if self.fault == "raise in load":
            raise DetailedError("load boom", detail="no model")
        if self.lock:
            self._be_the_only_one()

    def _be_the_only_one(self) -> None:
        try:
            os.close(os.open(self.lock, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            if self.fault == "second dies":
                os._exit(9)
            raise ValueError("another replica has the lock") from None
        time.sleep(1.0)  # so that this replica is loaded after the other has failed

    def process(self, inputs: StepInput) -> Any:
        first = inputs[0]["k"]  # raises on an empty batch, as a user's step may
        if any(row["k"] == self.at for row in inputs):
            if self.fault == "raise":
                raise ValueError("step boom")
            if self.fault == "die":
                os._exit(9)
            if self.fault == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.fault == "unsendable":
                yield [{"k": row["k"], "mark": lambda: None} for row in inputs]
                return
        if self.fault == "slow" or (self.fault == "slow first" and first == 0):
            time.sleep(1.0)
        marked = [{**row, "mark": os.getpid()} for row in inputs]
        if self.fault == "two yields":
            yield marked[:5]
            yield marked[5:]
        elif self.fault == "no yield":
            return
        else:
            yield marked

    def unload(self) -> None:
        super().unload()
        if self.fault in ("raise in unload", "second raises"):
            raise RuntimeError("unload boom")


class Everything(GlobalStep):
    """Adds `total`, the number of rows."""

    fault: str = "none"

    @property
    def outputs(self) -> list[str]:
        return ["total"]

    def process(self, inputs: StepInput) -> Any:
        if self.fault == "raise":
            raise ValueError("global boom")
        yield [{**row, "total": len(inputs)} for row in inputs]


class Together(Step):
    """Two predecessors, side by side."""

    @property
    def inputs(self) -> list[str]:
        return ["k"]

    def process(self, *inputs: StepInput) -> Any:
        yield [{"k": left["k"], "other": right["k"]} for left, right in zip(*inputs, strict=False)]


class EverythingTogether(GlobalStep):
    """All rows of two predecessors, one after the other."""

    def process(self, *inputs: StepInput) -> Any:
        yield [row for rows in inputs for row in rows]


class Concatenate(Step):
    """All rows of several routes, batch by batch."""

    @property
    def inputs(self) -> list[str]:
        return ["k"]

    def process(self, *inputs: StepInput) -> Any:
        yield [row for rows in inputs for row in rows]


# Columns that change in row 60, by name: (before, from then on). 50 rows make a file.
CHANGING_COLUMNS: dict[str, tuple[Any, Any]] = {
    "none_then_text": (None, "x"),
    "empty_list_then_list": ([], ["x"]),
    "struct_gains_key": ({"a": 1}, {"a": 1, "b": "z"}),
    "struct_none_then_text": ({"a": None}, {"a": "x"}),
    "empty_struct_then_struct": ({}, {"a": 1}),
    "int_then_float": (1, 1.5),
    "int_then_text": (1, "x"),
    "list_then_text": ([1, 2], "x"),
    "big_int": (1, 2**70),
    "surrogate": ("fine", "broken \ud800"),
}


class Change(Step):
    """Adds every column of `CHANGING_COLUMNS`, `late`, which only rows from 60 have, and `mixed`."""

    @property
    def inputs(self) -> list[str]:
        return ["k"]

    def process(self, inputs: StepInput) -> Any:
        rows = []
        for row in inputs:
            late = row["k"] >= 60
            changed = {**row, **{name: values[late] for name, values in CHANGING_COLUMNS.items()}}
            changed["mixed"] = "x" if row["k"] % 2 else 1
            rows.append({**changed, "late": "here"} if late else changed)
        yield rows


class Same(GlobalStep):
    """Passes its input on."""

    def process(self, inputs: StepInput) -> Any:
        yield inputs


class CountingLLM(LLM):
    """Answers `num_generations` times, with the number of the generation behind the prompt."""

    def load(self) -> None:
        super().load()

    @property
    def model_name(self) -> str:
        return "counting"

    def generate(self, inputs: Any, num_generations: int = 1) -> Any:
        """Answer.

        Args:
            inputs: the prompts.
        """
        return [
            {"generations": [f"{chat[0]['content']}-{i}" for i in range(num_generations)], "statistics": {}}
            for chat in inputs
        ]


class Ask(Task):
    """Sends `question` to the model."""

    @property
    def inputs(self) -> list[str]:
        return ["question"]

    @property
    def outputs(self) -> list[str]:
        return ["answer", "model_name"]

    def format_input(self, input: dict[str, Any]) -> Any:
        return [{"role": "user", "content": input["question"]}]

    def format_output(self, output: str | None, input: Any = None) -> dict[str, Any]:
        return {"answer": output}


class WithSecrets(Step):
    """Has a secret under a name of its own, and fields with short names."""

    token: SecretStr | None = None
    key: str = "shown key"
    api: str = "shown api"

    def process(self, inputs: StepInput) -> Any:
        yield inputs
