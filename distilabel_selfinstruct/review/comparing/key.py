"""Who gave which answer in a blind comparison: the one place that knows, `DIR/comparison.json`. It is not for raters.

What goes to Argilla is a record per task and answer, in random order; of those in one request Argilla makes another
random order. A record holds the texts and a hash of the task: models are named neither in it nor around it, and the
texts of all models are set alike.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ArgillaError, ConfigError, RunFolderError
from distilabel_selfinstruct.evaluation import Task, join
from distilabel_selfinstruct.files import atomic, jsonl
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.review.pushing.sampling import place

KEY_FILE = "comparison.json"

NOTE = "Who gave which answer. Keep it from those who rate."

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a task and the models that gave it. `record` is its `record_id`, `task` a hash of the task."""

    record: str
    task: str
    instruction: str
    input: str
    output: str
    models: tuple[str, ...]

    @property
    def row(self) -> dict[str, str]:
        """What is pushed of it."""
        return {"instruction": self.instruction, "input": self.input, "output": self.output, "task": self.task}


@dataclass(frozen=True, slots=True)
class ComparisonKey:
    """The answers in the order in which they are sent, and the models in the order in which they were named.

    `missing` counts, by model, the tasks of the others that it does not answer; `num_left_out` counts the tasks that
    are not compared for that reason, and `sample` is the most tasks that may be.
    """

    models: tuple[str, ...]
    answers: tuple[Answer, ...]
    seed: int
    sample: int | None
    missing: Mapping[str, int]
    num_left_out: int

    @property
    def num_tasks(self) -> int:
        """How many tasks are compared."""
        return len({answer.task for answer in self.answers})

    @property
    def num_shared(self) -> int:
        """Answers that are the same as another model's to the same task, and not pushed once more."""
        return sum(len(answer.models) - 1 for answer in self.answers)

    @property
    def num_telling(self) -> int:
        """Answers that name one of the models, which may tell a rater whose they are."""
        return sum(any(is_named_in(model, answer.output) for model in self.models) for answer in self.answers)

    @property
    def records(self) -> dict[str, dict[str, str]]:
        """The record of each model's answer, by task."""
        return {
            model: {answer.task: answer.record for answer in self.answers if model in answer.models}
            for model in self.models
        }

    def require_continues(self, earlier: "ComparisonKey | None", folder: Path) -> None:
        """See to it that what was pushed before is part of this: what is added must not tell whose it is.

        Raises:
            RunFolderError: the models are others, or one of the answers is no longer there.
        """
        if earlier is None:
            return
        now = {(answer.record, frozenset(answer.models)) for answer in self.answers}
        then = {(answer.record, frozenset(answer.models)) for answer in earlier.answers}
        if set(self.models) != set(earlier.models) or not then <= now:
            raise RunFolderError(
                f"{folder} holds another comparison, of {', '.join(earlier.models)} on {earlier.num_tasks:,} tasks: "
                "give the same files and options to go on with it, or a new --output."
            )


def make_key(
    answers: Mapping[str, Mapping[Task, str]], *, seed: int = 42, sample: int | None = None, incomplete: bool = False
) -> ComparisonKey:
    """Choose the tasks, and put all answers to them in an order that depends on nothing but their texts and the seed.

    Args:
        answers: the answer to each task, by model.
        seed: fixes the choice and the order.
        sample: how many tasks; all if there are no more. A larger sample holds the smaller one.
        incomplete: take also tasks that not all models answer.

    Raises:
        ConfigError: there are fewer than two models.
        ArgillaError: there is no task to compare them on.
    """
    if len(answers) < 2:  # noqa: PLR2004 - one model cannot be compared
        raise ConfigError(f"A comparison needs two models or more, not {len(answers)}: name each with --answers.")
    joined = join(answers, incomplete=incomplete)
    if not joined.tasks:
        counts = ", ".join(f"{model} answers {len(given):,}" for model, given in answers.items())
        raise ArgillaError(
            f"There is no task that all models answer ({counts}): instruction and input must be the same."
        )
    ids = {task: record_id(*task, "")[:12] for task in joined.tasks}
    chosen = sorted(joined.tasks, key=lambda task: place(seed, "task", ids[task]))[:sample]
    found = [answer for task in chosen for answer in _answers(task, ids[task], answers)]
    return ComparisonKey(
        models=tuple(answers),
        answers=tuple(sorted(found, key=lambda answer: place(seed, "answer", answer.record))),
        seed=seed,
        sample=sample,
        missing=joined.missing,
        num_left_out=joined.num_left_out,
    )


def _answers(task: Task, identity: str, answers: Mapping[str, Mapping[Task, str]]) -> list[Answer]:
    """The different answers to a task, each with all models that gave it."""
    models: dict[str, list[str]] = {}
    for model, given in answers.items():
        if task in given:
            models.setdefault(given[task], []).append(model)
    return [Answer(record_id(*task, text), identity, *task, text, tuple(who)) for text, who in models.items()]


def is_named_in(model: str, text: str) -> bool:
    """Whether the text holds the model's name: the same words in a row, whatever stands between them."""
    wanted, words = _WORD.findall(model.casefold()), _WORD.findall(text.casefold())
    return f" {' '.join(wanted)} " in f" {' '.join(words)} " if wanted else model in text


def write_key(folder: Path, key: ComparisonKey) -> None:
    """Write the key into the folder, which is made if need be.

    Raises:
        RunFolderError: it cannot be written.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write(path, jsonl.dumps({"note": NOTE, **asdict(key)}) + "\n")
    except OSError as error:
        raise RunFolderError(f"Cannot write {path}: {error.strerror or error}.") from error


def read_key(folder: Path) -> ComparisonKey | None:
    """The key in the folder; None if there is none.

    Raises:
        RunFolderError: it cannot be read, or holds something else.
    """
    path = folder / KEY_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return ComparisonKey(
            models=tuple(content["models"]),
            answers=tuple(_answer(entry) for entry in content["answers"]),
            seed=content["seed"],
            sample=content["sample"],
            missing=content["missing"],
            num_left_out=content["num_left_out"],
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFolderError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunFolderError(
            f"{path} is damaged ({type(error).__name__}: {error}): remove it and push the same files again."
        ) from error


def _answer(entry: Mapping[str, Any]) -> Answer:
    models: Sequence[str] = entry["models"]
    return Answer(**{**entry, "models": tuple(models)})
