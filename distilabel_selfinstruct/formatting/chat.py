"""Chat formats: a user asks, the model answers."""

from typing import Literal, get_args

from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.languages import reading_pack

Message = dict[str, str]

Join = Literal["blank-line", "newline", "labeled"]
"""How instruction and input become one message (see `user_text`)."""

JOINS: tuple[Join, ...] = get_args(Join)

_SHAREGPT_NAMES = {"system": "system", "user": "human", "assistant": "gpt"}


def user_text(example: Example, join: Join = "blank-line", language: str = "en") -> str:
    """What the user says: the instruction, and the input after it if there is one.

    Between them is an empty line (`blank-line`), a line break (`newline`), or an empty line and the
    word for `Input: ` in the language (`labeled`).
    """
    if not example.input:
        return example.instruction
    between = {
        "blank-line": "\n\n",
        "newline": "\n",
        "labeled": f"\n\n{reading_pack(language).own_markers.input[0]}: ",
    }[join]
    return f"{example.instruction}{between}{example.input}"


def question(
    example: Example, system_prompt: str = "", join: Join = "blank-line", language: str = "en"
) -> list[Message]:
    """The messages before the answer: the system prompt if there is one, and the message of the user."""
    system = [_message("system", system_prompt)] if system_prompt else []
    return [*system, _message("user", user_text(example, join, language))]


def answer(example: Example) -> list[Message]:
    """The message of the assistant, as a list."""
    return [_message("assistant", example.output)]


def sharegpt_turns(messages: list[Message]) -> list[Message]:
    """The messages in the form of ShareGPT: `from` is system, human or gpt, `value` is the text."""
    return [{"from": _SHAREGPT_NAMES[message["role"]], "value": message["content"]} for message in messages]


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}
