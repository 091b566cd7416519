"""The key of a blind comparison, `DIR/comparison.json`: which model gave which answer. It is not for raters.

Argilla gets a record for each task and answer, in random order, and it shuffles the records of a request once more. A
record holds the texts and a hash of the task. Nothing in it or around it names a model, and the texts of all models
look alike.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError, reading, writing
from distilabel_selfinstruct.evaluation import Task, join
from distilabel_selfinstruct.files import atomic, jsonl
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.review.pushing.sampling import sort_key

KEY_FILE = "comparison.json"

NOTE = "Which model gave which answer. Do not show it to raters."

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a task, and the models that gave it.

    `record` is its `record_id`, `task` a hash of the task. `reference` is what raters see beside it; empty for nothing.
    """

    record: str
    task: str
    instruction: str
    input: str
    output: str
    models: tuple[str, ...]
    reference: str = ""

    @property
    def row(self) -> dict[str, str]:
        """The row that is pushed."""
        texts = {"instruction": self.instruction, "input": self.input, "output": self.output}
        return {**texts, "task": self.task, "reference": self.reference}


@dataclass(frozen=True, slots=True)
class ComparisonKey:
    """The answers in the order in which they are sent, and the models in the order in which they were named.

    `missing` counts for each model the tasks of the others that it does not answer. `num_left_out` counts the tasks
    that are not compared for that reason. `sample` is the largest number of tasks.
    """

    models: tuple[str, ...]
    answers: tuple[Answer, ...]
    random_seed: int
    sample: int | None
    missing: Mapping[str, int]
    num_left_out: int

    @property
    def num_tasks(self) -> int:
        """The number of tasks."""
        return len({answer.task for answer in self.answers})

    @property
    def num_shared(self) -> int:
        """The number of answers that equal another model's answer to the same task and are not pushed again."""
        return sum(len(answer.models) - 1 for answer in self.answers)

    @property
    def num_naming(self) -> int:
        """The number of answers that name one of the models, so that a rater may guess who gave them."""
        return sum(any(is_named_in(model, answer.output) for model in self.models) for answer in self.answers)

    @property
    def records(self) -> dict[str, dict[str, str]]:
        """For each model, the record of its answer by task."""
        return {
            model: {answer.task: answer.record for answer in self.answers if model in answer.models}
            for model in self.models
        }

    def require_extends(self, earlier: "ComparisonKey | None", folder: Path) -> None:
        """Check that this comparison has all answers of an earlier one; else the new records would betray a model.

        Raises:
            RunFolderError: the models differ, or one of the earlier answers is missing.
        """
        if earlier is None:
            return
        now, then = (
            {(answer.record, frozenset(answer.models), answer.reference) for answer in key.answers}
            for key in (self, earlier)
        )
        if set(self.models) != set(earlier.models) or not then <= now:
            raise RunFolderError(
                f"{folder} holds another comparison, of {', '.join(earlier.models)} on {earlier.num_tasks:,} tasks: "
                "give the same files and options to extend it, or another `output`.",
                folder,
            )


def make_key(
    answers: Mapping[str, Mapping[Task, str]],
    *,
    random_seed: int = 42,
    sample: int | None = None,
    incomplete: bool = False,
    references: Mapping[Task, str] | None = None,
) -> ComparisonKey:
    """Choose the tasks, and put all answers to them in an order that depends only on their texts and the seed.

    Args:
        answers: the answer to each task, by model.
        random_seed: fixes the choice and the order.
        sample: how many tasks; all if there are no more. A larger sample contains the smaller one.
        incomplete: whether to compare also on tasks that not all models answer.
        references: what raters see beside the answers to a task, if anything.

    Raises:
        ConfigError: there are fewer than two models.
        InputFileError: there is no task to compare them on.
    """
    if len(answers) < 2:  # noqa: PLR2004 - one model cannot be compared
        raise ConfigError(f"A comparison needs two models or more, not {len(answers)}: name each with `answers`.")
    joined = join(answers, incomplete=incomplete)
    if not joined.tasks:
        counts = ", ".join(f"{model} answers {len(by_task):,}" for model, by_task in answers.items())
        raise InputFileError(
            f"There is no task that all models answer ({counts}): instruction and input must be the same."
        )
    ids = {task: record_id(*task, "")[:12] for task in joined.tasks}
    chosen = sorted(joined.tasks, key=lambda task: sort_key(random_seed, "task", ids[task]))[:sample]
    shown = references or {}
    unordered = [answer for task in chosen for answer in _answers(task, ids[task], answers, shown.get(task, ""))]
    return ComparisonKey(
        models=tuple(answers),
        answers=tuple(sorted(unordered, key=lambda answer: sort_key(random_seed, "answer", answer.record))),
        random_seed=random_seed,
        sample=sample,
        missing=joined.missing,
        num_left_out=joined.num_left_out,
    )


def _answers(task: Task, identity: str, answers: Mapping[str, Mapping[Task, str]], reference: str) -> list[Answer]:
    """The different answers to a task, each with all models that gave it."""
    models_of: dict[str, list[str]] = {}
    for model, by_task in answers.items():
        if task in by_task:
            models_of.setdefault(by_task[task], []).append(model)
    return [
        Answer(record_id(*task, text), identity, *task, text, tuple(models), reference)
        for text, models in models_of.items()
    ]


def is_named_in(model: str, text: str) -> bool:
    """Whether the text contains the words of the model's name in a row, with any signs between them."""
    wanted, words = _WORD.findall(model.casefold()), _WORD.findall(text.casefold())
    return f" {' '.join(wanted)} " in f" {' '.join(words)} " if wanted else model in text


def write_key(folder: Path, key: ComparisonKey) -> None:
    """Write the key into the folder, and make the folder if need be.

    Raises:
        OutputFileError: the key cannot be written.
    """
    path = folder / KEY_FILE
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write(path, jsonl.dumps({"note": NOTE, **asdict(key)}) + "\n")


def read_key(folder: Path) -> ComparisonKey | None:
    """The key in the folder; None if there is none.

    Raises:
        RunFolderError: the file cannot be read, or holds something else.
    """
    path = folder / KEY_FILE
    try:
        with reading(path, RunFolderError):
            if not path.exists():
                return None
            content = json.loads(path.read_text(encoding="utf-8"))
        return ComparisonKey(
            models=tuple(content["models"]),
            answers=tuple(_answer(entry) for entry in content["answers"]),
            random_seed=content["random_seed"],
            sample=content["sample"],
            missing=content["missing"],
            num_left_out=content["num_left_out"],
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunFolderError(
            f"{path} is damaged ({type(error).__name__}: {error}): remove it and push the same files again.", path
        ) from error


def _answer(entry: Mapping[str, Any]) -> Answer:
    models: Sequence[str] = entry["models"]
    return Answer(**{**entry, "models": tuple(models)})
