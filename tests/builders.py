"""Builders for the records that tests need."""

from collections.abc import Iterable
from typing import Any

from distilabel_selfinstruct.records import Completion, Instance, Request, SeedTask, Stage

# Instructions that share no word, so that no two are near-duplicates.
_WORDS = ("sort", "rank", "count", "name", "spell", "draft", "greet", "plan", "weigh", "judge", "shorten", "merge")


def seed_task(number: int, *, is_classification: bool = False, instruction: str | None = None) -> SeedTask:
    word = _WORDS[number % len(_WORDS)]
    return SeedTask(
        id=f"task_{number}",
        name=f"task_{number}",
        instruction=instruction or distinct_instruction(f"{word}{number}"),
        instances=(Instance("", f"answer {number}"),),
        is_classification=is_classification,
    )


def seed_tasks(count: int, *, classification: int = 0) -> tuple[SeedTask, ...]:
    return tuple(seed_task(number, is_classification=number < classification) for number in range(count))


def distinct_instruction(word: str) -> str:
    return " ".join(f"{word}{suffix}" for suffix in ("a", "b", "c", "d"))


def seed_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    task = seed_task(number)
    row = {
        "id": task.id,
        "name": task.name,
        "instruction": task.instruction,
        "instances": [{"input": "", "output": "fine"}],
        "is_classification": False,
    }
    return {**row, **changes}


def numbered_list(instructions: Iterable[str], first: int = 9) -> str:
    """A completion of instruction generation: it goes on after "9."."""
    lines = [f"{number}. {instruction}" for number, instruction in enumerate(instructions, first)]
    return "\n".join(lines).removeprefix(f"{first}.")


def generation_request(number: int) -> Request:
    return Request(Stage.INSTRUCTION_GENERATION, number, "prompt")


def listing(*instructions: str) -> Completion:
    return Completion(numbered_list(instructions), "stop")
