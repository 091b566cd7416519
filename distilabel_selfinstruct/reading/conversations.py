"""Conversations as tasks: ShareGPT's `from` and `value`, OpenAI's `role` and `content`, and lists of texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.reading.values import nested, objects_of, show, text_of

COLUMNS = ("conversations", "messages", "conversation", "dialogue", "dialog", "turns", "contents")

_USER = frozenset({"user", "human", "prompter", "instruction", "question"})
_ASSISTANT = frozenset({"assistant", "gpt", "chatgpt", "bot", "model", "bard", "bing", "answer", "ai"})
_SYSTEM = frozenset({"system", "developer"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """The first question of a conversation and its answer. `answer` is None if there is none.

    `system` is what came before them, and `more` says whether further turns follow, which are not read.
    """

    question: str
    answer: str | None
    system: str = ""
    more: bool = False


def is_conversation(value: object) -> bool:
    """Whether a value is a list of turns."""
    turns = objects_of(value)
    return turns is not None and all(_role(part) is not None for turn in turns for part in _parts(turn))


def is_sharegpt(value: object) -> bool:
    """Whether the turns are those of ShareGPT."""
    turns = objects_of(value)
    return bool(turns) and "from" in (turns or [{}])[0]


def first_exchange(value: object) -> Exchange:
    """The first question in a conversation with its answer. What an assistant says before it is skipped.

    Raises:
        ValueError: there is no question, or a turn is no text. The message is the end of a sentence.
    """
    question: list[str] = []
    answer: list[str] = []
    system: list[str] = []
    turns = _turns(value)
    for number, (role, text) in enumerate(turns):
        if role in _SYSTEM:
            system.append(text)
        elif role in _ASSISTANT and question:
            answer.append(text)
            following = [other for other, _ in turns[number + 1 :]]
            return Exchange("\n\n".join(question), text, "\n\n".join(system), more=bool(following))
        elif role in _USER:
            question.append(text)
    if not question:
        raise ValueError("is a conversation in which no user says anything")
    return Exchange("\n\n".join(question), None, "\n\n".join(system))


def _turns(value: object) -> list[tuple[str, str]]:
    value = nested(value)
    if isinstance(value, list) and value and all(isinstance(turn, str) for turn in value):
        return [("assistant" if number % 2 else "user", turn) for number, turn in enumerate(value)]
    turns = objects_of(value)
    if turns is None:
        raise ValueError(f"is {show(value)}, not a conversation")
    found = []
    for turn in (part for each in turns for part in _parts(each)):
        role = _role(turn)
        if role is None:
            raise ValueError(f"has a turn without a role: {show(dict(turn))}")
        text = _text(turn)
        if text is not None:
            found.append((role, text))
    return found


def _parts(turn: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A turn, or the two turns of an object that has a question and its answer."""
    if _role(turn) is not None:
        return [turn]
    pair = [{"role": name, "content": text} for name, text in turn.items() if name.casefold() in _USER | _ASSISTANT]
    return sorted(pair, key=lambda part: str(part["role"]).casefold() in _ASSISTANT) or [turn]


def _role(turn: Mapping[str, Any]) -> str | None:
    role = next((turn[name] for name in ("role", "from", "speaker") if isinstance(turn.get(name), str)), None)
    return role.strip().casefold() if role else None


def _text(turn: Mapping[str, Any]) -> str | None:
    content = next((turn[name] for name in ("content", "value", "text", "parts") if turn.get(name) is not None), None)
    parts = objects_of(content) if isinstance(content, list) else None
    if parts is None:
        return text_of(content)
    texts = [text_of(part.get("text")) for part in parts if part.get("type", "text") == "text"]
    return "\n".join(text for text in texts if text)
