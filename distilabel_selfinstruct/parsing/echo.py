"""The prompt inside the answer: base models repeat it, or go on with a next task of their own invention."""

import re

from distilabel_selfinstruct.records import Reason, Rejection

# A task's line in the format of the prompts, in bold too; "Task" alone is one that a stop sequence has cut.
_TASK_LINE = re.compile(r"^[ \t]*(?:\*\*|#{1,6}[ \t]*)?Task(?:[ \t]*:[ \t]*(?:\*\*)?(.*)|[ \t]*)$", re.MULTILINE)

# The header of the reference's first prompt, which models of the GPT-3 kind like to begin again.
LIST_HEADER = re.compile(r"[ \t]*Come up with a series of (?:\w+ )?tasks\b.{0,120}", re.IGNORECASE)

NUM_PROMPT_INSTRUCTIONS = 8
"""The reference shows eight instructions in the prompt: an echo holds eight before the first new one."""


def without_prompt(text: str, prompt: str | None) -> tuple[str, tuple[Rejection, ...]]:
    """The text after an exact repetition of the prompt at its start, where there is one."""
    prompt = (prompt or "").strip()
    start = len(text) - len(text.lstrip())
    if prompt and text.startswith(prompt, start):
        end = start + len(prompt)
        return text[end:], (Rejection(prompt, Reason.PROMPT_ECHO, "the whole prompt"),)
    return text, ()


def own_task(text: str, instruction: str) -> tuple[str, tuple[Rejection, ...], bool]:
    """The part of a response that belongs to `instruction`, what was cut off, and whether its end was.

    If the task's own line stands in the text, the answer follows the last such line; before it stands the
    echo of the prompt. From the next "Task:" on, the model answers a question nobody asked.
    """
    # A bare "Task" is a cut-off line only at the very end; elsewhere it is text.
    end = len(text.rstrip())
    lines = [line for line in _TASK_LINE.finditer(text) if line[1] is not None or line.end() >= end]
    if not lines:
        return text, (), False
    rejected: list[Rejection] = []
    start = 0
    own = [line for line in lines if _same(line[1] or "", instruction)]
    if own:
        start = own[-1].end()
        rejected += _echo(text[: own[-1].start()], "before the task")
    elif not text[: lines[0].start()].strip() and not instruction.strip() and lines[0][1]:
        start = lines[0].end()  # whose task this is, the caller did not say
    following = next((line for line in lines if line.start() >= start), None)
    if following is None:
        return text[start:], tuple(rejected), False
    rejected += _echo(text[following.start() :], "the next task")
    return text[start : following.start()], tuple(rejected), True


def _same(line: str, instruction: str) -> bool:
    wanted = " ".join(instruction.split()).casefold()
    given = " ".join(line.replace("**", "").split()).casefold()
    return bool(wanted) and given == wanted


def _echo(text: str, detail: str) -> list[Rejection]:
    text = text.strip()
    return [Rejection(text, Reason.PROMPT_ECHO, detail)] if text else []
