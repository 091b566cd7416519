"""OpenAI's rules for chat fine-tuning files, as its guide to supervised fine-tuning states them.

OpenAI checks a file only after the upload. Here the same faults are found before, with their line.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from distilabel_selfinstruct.errors import reading
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import Row

ROLES = ("system", "developer", "user", "assistant")
"""Who may speak. Tool calls have rules of their own, which are not checked here."""

MESSAGE_KEYS = frozenset({"role", "content", "name", "weight"})

MIN_EXAMPLES = 10
"""OpenAI refuses files with fewer."""

MAX_FILE_BYTES = 512 * 1024**2
"""OpenAI refuses larger uploads."""

MAX_EXAMPLE_TOKENS = 65_536
"""OpenAI's current models cut longer examples, and older models cut earlier."""

_BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class OpenAIFinding:
    """Something that OpenAI refuses (`error`) or cuts (`warning`). `line` is 0 for the whole file."""

    line: int
    severity: Literal["error", "warning"]
    message: str


def check_openai_file(path: str | os.PathLike[str]) -> list[OpenAIFinding]:
    """Everything in a chat fine-tuning file that breaks a rule of OpenAI.

    Raises:
        InputFileError: the file cannot be read.
    """
    findings: list[OpenAIFinding] = []
    num_examples = 0
    for line in jsonl.scan(path):
        num_examples += 1
        if line.fault:
            findings.append(OpenAIFinding(line.number, "error", f"the line {line.fault}"))
            continue
        findings += [OpenAIFinding(line.number, "error", message) for message in faults(line.value)]
        tokens = len(jsonl.dumps(line.value).encode()) // _BYTES_PER_TOKEN
        if tokens > MAX_EXAMPLE_TOKENS:
            message = f"about {tokens:,} tokens, of which OpenAI uses at most {MAX_EXAMPLE_TOKENS:,}"
            findings.append(OpenAIFinding(line.number, "warning", message))
    if num_examples < MIN_EXAMPLES:
        message = f"there are {num_examples} examples and OpenAI wants at least {MIN_EXAMPLES}"
        findings.append(OpenAIFinding(0, "error", message))
    with reading(path):
        size = Path(path).stat().st_size
    if size > MAX_FILE_BYTES:
        message = f"the file has {size // 1024**2:,} MB and OpenAI takes at most {MAX_FILE_BYTES // 1024**2:,}"
        findings.append(OpenAIFinding(0, "error", message))
    return findings


def faults(row: Row) -> Iterator[str]:
    """What is wrong with a training example."""
    if unknown := sorted(row.keys() - {"messages"}):
        yield f"the keys {', '.join(unknown)} are unknown beside 'messages'"
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "'messages' is not a list of messages"
        return
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            yield f"message {number} is not an object"
            continue
        yield from (f"message {number}: {fault}" for fault in _message_faults(message))
    last = messages[-1]
    if not isinstance(last, dict) or last.get("role") != "assistant":
        yield "the last message is not from the assistant, so there is nothing to learn"


def _message_faults(message: Row) -> Iterator[str]:
    if unknown := sorted(message.keys() - MESSAGE_KEYS):
        yield f"the keys {', '.join(unknown)} are unknown"
    if message.get("role") not in ROLES:
        yield f"the role is {message.get('role')!r} and must be one of {', '.join(ROLES)}"
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        yield "there is no content"
