"""The prompt inside the answer: base models repeat it, or go on with a next task of their own invention.

The rule for a next task: it ends the answer in whatever spelling it comes, and what follows is never kept for the
wrong instruction. The prompt's own "Task:" is always one; "Task 6:", "task:", "**Instruction:**" and the like are one
where a field of the format follows, and words of the text where none does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from distilabel_selfinstruct.languages import Pack
from distilabel_selfinstruct.parsing.marker_lines import BLANK, DECORATION, Kind, Marker, MarkerReader
from distilabel_selfinstruct.parsing.task_words import next_words, number_signs, task_words
from distilabel_selfinstruct.records import Reason, Rejection

_TASK_LINE = r"""
    (?:(?:NEXT)[ ]+)?(?P<name>WORDS)BLANK*
    (?:(?:\#|(?:SIGN)\.?[ ])?(?P<number>\d{1,4})BLANK*)?(?:[*_\]]{1,3}BLANK*)?
    (?:(?P<colon>[:\uff1a])[*_]{0,3}BLANK*|(?<=BLANK)[-\u2013\u2014]BLANK+|(?:\.BLANK*)?$)
    """

# Hash marks alone on a line part the tasks of some prompts. Beside comments they are a frame.
_SEPARATOR = re.compile(r"[ \t]*#{3,}[ \t]*")

# Alpaca's word for the output.
_RESPONSE = re.compile(r"[ \t]*(?:#{2,6}[ \t]*)?[*_]{0,3}Response[*_]{0,3}[:\uff1a]", re.IGNORECASE)

# The header of the reference's first prompt, which models of the GPT-3 kind like to begin again.
LIST_HEADER = re.compile(r"[ \t]*Come up with a series of (?:\w+ )?tasks\b.{0,120}", re.IGNORECASE)

NUM_PROMPT_INSTRUCTIONS = 8
"""The reference shows eight instructions in the prompt: an echo holds eight before the first new one."""


class TaskLines:
    """Finds the lines that may begin a task, in the words of some languages.

    Args:
        packs: the languages.
        markers: finds the markers of the same languages.
    """

    def __init__(self, packs: Sequence[Pack], markers: MarkerReader) -> None:
        self.markers = markers
        self.prompt_words = frozenset(pack.own_markers.task[0] for pack in packs)
        names = {"BLANK": BLANK, "NEXT": next_words(packs), "WORDS": task_words(packs), "SIGN": number_signs(packs)}
        pattern = re.sub("|".join(names), lambda found: names[found[0]].replace(" ", "[ ]"), _TASK_LINE)
        self._line = re.compile(DECORATION.replace("LEVELS", "1,6") + pattern, re.VERBOSE | re.IGNORECASE)

    def match(self, line: str) -> re.Match[str] | None:
        """The beginning of a task at the head of a line, if there is one."""
        return self._line.match(line)


def without_prompt(text: str, prompt: str | None) -> tuple[str, tuple[Rejection, ...]]:
    """The text after an exact repetition of the prompt at its start, where there is one."""
    prompt = (prompt or "").strip()
    start = len(text) - len(text.lstrip())
    if prompt and text.startswith(prompt, start):
        end = start + len(prompt)
        return text[end:], (Rejection(prompt, Reason.PROMPT_ECHO, "the whole prompt"),)
    return text, ()


def own_task(text: str, instruction: str, task_lines: TaskLines) -> tuple[str, tuple[Rejection, ...], bool]:
    """The part of a response that belongs to `instruction`, what was cut off, and whether its end was.

    If the task's own line stands in the text, the answer follows the last such line; before it stands the
    echo of the prompt. From the next task on, the model answers a question nobody asked. At the end of the text, that
    may be the task itself once more.
    """
    lines = text.split("\n")
    tasks = list(_tasks(lines, instruction, task_lines))
    if not tasks:
        return text, (), False
    rejected: list[Rejection] = []
    start = 0
    own = [task for task in tasks if task.is_own and _has_text(lines[task.line + 1 :])]
    if own:
        start = own[-1].line + 1
        rejected += _echo(lines[: own[-1].line], "before the task")
    elif not _has_text(lines[: tasks[0].line]) and not instruction.strip() and tasks[0].text:
        start = tasks[0].line + 1  # whose task this is, the caller did not say
    following = next((task.line for task in tasks if task.line >= start), None)
    if following is None:
        return "\n".join(lines[start:]), tuple(rejected), False
    rejected += _echo(lines[following:], "the next task")
    return "\n".join(lines[start:following]), tuple(rejected), True


@dataclass(frozen=True, slots=True)
class _Task:
    """A line that begins a task: its index, the task on it, and whether that is the task at hand."""

    line: int
    text: str
    is_own: bool


def _tasks(lines: Sequence[str], instruction: str, task_lines: TaskLines) -> Iterator[_Task]:
    """The lines that begin a task."""
    reader = task_lines.markers
    markers = list(map(reader.marker_of, lines))
    wanted = _normalized(instruction)
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    last = max((index for index, line in enumerate(lines) if line.strip()), default=-1)
    found = {index: task for index, line in enumerate(lines) if (task := task_lines.match(line)) is not None}
    following = _next_fields(lines, markers, found, reader.marker_of("Output:"))
    seen = _Seen(task_lines)
    for index, line in enumerate(lines):
        seen.add(markers[index])
        begins = seen.makes_a_beginning_of(following[index])
        task = found.get(index)
        if task is not None:
            text = line[task.end() :].strip()
            is_own = bool(wanted) and _normalized(text) == wanted
            was_cut = index == last and not text and _may_be_cut(task, task_lines)
            out_of_turn = seen.out_of_turn(task)
            if is_own or was_cut or out_of_turn or begins or _is_of_the_prompt(task, task_lines):
                yield _Task(index, text, is_own)
        elif (begins or following[index] is None) and index > first and _separates(lines, index):
            yield _Task(index, "", is_own=False)


@dataclass(slots=True)
class _Seen:
    """The markers above a line, as far as they tell the next example of a task from a next task."""

    task_lines: TaskLines
    examples: set[int] = field(default_factory=set)
    tasks: set[int] = field(default_factory=set)
    output: bool = False

    def add(self, marker: Marker | None) -> None:
        """Take in the marker of the line, if it has one."""
        if marker is None:
            return
        if marker.kind is Kind.EXAMPLE and marker.number is not None:
            self.examples.add(marker.number)
        self.output = self.output or marker.kind is Kind.OUTPUT
        listed = self.task_lines.match(marker.rest)
        if listed and listed["number"]:  # "Output: Task 1: sweep the yard"
            self.tasks.add(int(listed["number"]))

    def makes_a_beginning_of(self, following: Marker | None) -> bool:
        """True where a next task begins before the field that follows; False for a next example of this task."""
        if following is None:
            return False
        if following.kind is Kind.EXAMPLE and following.number is not None:
            return following.number - 1 not in self.examples
        return following.kind is not Kind.ANSWER or not self.output

    def out_of_turn(self, task: re.Match[str]) -> bool:
        """True for "Task 4" where no "Task 3" came: it goes on with the prompt's numbers. Lists begin with 1."""
        if not task["number"] or not task["colon"]:
            return False
        number = int(task["number"])
        self.tasks.add(number)
        return number > 1 and number - 1 not in self.tasks


def _is_of_the_prompt(task: re.Match[str], task_lines: TaskLines) -> bool:
    """True for the prompt's own "Task:", which no number and no item decorates."""
    is_item = task["bullet"] or task["ordinal"] or task["quote"] or task["number"]
    return task["name"] in task_lines.prompt_words and bool(task["colon"]) and not is_item


def _may_be_cut(task: re.Match[str], task_lines: TaskLines) -> bool:
    """True for what a stop sequence leaves of the line of a task, and not for an answer in one word."""
    return task["name"] in task_lines.prompt_words or bool(task["colon"] or task["heading"] or task["number"])


def _separates(lines: Sequence[str], index: int) -> bool:
    if not _SEPARATOR.fullmatch(lines[index]):
        return False
    beside = [*lines[max(index - 1, 0) : index], *lines[index + 1 : index + 2]]
    return not any(line.lstrip().startswith("#") for line in beside)


def _next_fields(
    lines: Sequence[str], markers: Sequence[Marker | None], tasks: dict[int, re.Match[str]], output: Marker | None
) -> list[Marker | None]:
    """For each line, the first field after it and before the next line of a task, if there is one."""
    following: list[Marker | None] = []
    ahead: Marker | None = None
    for index in range(len(lines) - 1, -1, -1):
        following.append(ahead)
        if index in tasks:
            ahead = None
        elif markers[index] is not None:
            ahead = markers[index]
        elif _RESPONSE.match(lines[index]):
            ahead = output
    following.reverse()
    return following


def _normalized(text: str) -> str:
    return " ".join(text.replace("**", "").split()).casefold()


def _has_text(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _echo(lines: Sequence[str], detail: str) -> list[Rejection]:
    text = "\n".join(lines).strip()
    return [Rejection(text, Reason.PROMPT_ECHO, detail)] if text else []
