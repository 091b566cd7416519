"""Chat formats: a user asks, the model answers."""

from typing import Literal, get_args

from distilabel_selfinstruct.formatting.examples import Example

Message = dict[str, str]

Join = Literal["blank-line", "newline", "labelled"]
"""How instruction and input become one message; see `user_text`."""

JOINS: tuple[Join, ...] = get_args(Join)

_SHAREGPT_NAMES = {"system": "system", "user": "human", "assistant": "gpt"}


def user_text(example: Example, join: Join = "blank-line") -> str:
    """What the user says: the instruction, and the input after it if there is one.

    `blank-line` parts them by an empty line, `newline` by a line break, `labelled` by an empty line and `Input: `.
    """
    if not example.input:
        return example.instruction
    between = {"blank-line": "\n\n", "newline": "\n", "labelled": "\n\nInput: "}[join]
    return f"{example.instruction}{between}{example.input}"


def question(example: Example, system_prompt: str = "", join: Join = "blank-line") -> list[Message]:
    """The messages before the answer: a system message if there is a system prompt, and the user's."""
    system = [_message("system", system_prompt)] if system_prompt else []
    return [*system, _message("user", user_text(example, join))]


def answer(example: Example) -> list[Message]:
    """The assistant's message, in a list of its own."""
    return [_message("assistant", example.output)]


def sharegpt_turns(messages: list[Message]) -> list[Message]:
    """The messages as ShareGPT writes them: `from` system, human or gpt, and `value`."""
    return [{"from": _SHAREGPT_NAMES[message["role"]], "value": message["content"]} for message in messages]


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}
