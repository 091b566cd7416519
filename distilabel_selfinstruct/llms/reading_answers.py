"""From the JSON of any OpenAI-compatible server to a text, the thoughts before it, and why it ended."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from distilabel_selfinstruct.llms.usage import TokenUsage, bill, read_usage
from distilabel_selfinstruct.records import REFUSAL, TOOL_CALLS

# The tags that open and close thoughts in a text: of most models, of Seed, Magistral, Kimi, Command A and OpenThinker.
_NAMES = "(?:think|thinking|thoughts?|reasoning)"
_TAGS = (
    (rf"<{_NAMES}(?:\s[^<>]{{0,80}})?>", rf"</{_NAMES}\s?>"),
    (r"<seed:think>", r"</seed:think>"),
    (r"\[THINK\]", r"\[/THINK\]"),
    (r"◁think▷", r"◁/think▷"),
    (r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    (r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
)
_OPENINGS = "|".join(opening for opening, _ in _TAGS)
_OPENING, _ANY_OPENING = re.compile(rf"\s*(?:{_OPENINGS})", re.IGNORECASE), re.compile(_OPENINGS, re.IGNORECASE)
_CLOSING = re.compile("|".join(closing for _, closing in _TAGS), re.IGNORECASE)

# The last two put marks around the answer, too.
_ANSWER_MARK = re.compile(
    r"\A\s*<\|(?:START_RESPONSE|begin_of_solution)\|>|<\|(?:END_RESPONSE|end_of_solution)\|>\s*\Z", re.IGNORECASE
)

# gpt-oss behind a server that does not read its format: the channel of the answer, and what stands around thoughts.
_FINAL_CHANNEL = re.compile(r"<\|channel\|>final(?:<\|constrain\|>\w+)?<\|message\|>")
_OTHER_CHANNEL = re.compile(r"\s*(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)")
_CHANNEL_MARK = re.compile(r"<\|(?:start\|>|channel\|>(?!final))\w+(?:<\|message\|>)?|<\|\w+\|>")

MOST_DIGITS = 12
"""Digits of a whole number in an answer. Longer ones are no counts of tokens, and could not be added up in a table."""


class BrokenAnswerError(ValueError):
    """An answer arrived and is not what the API promises; the next one may be."""


class WrongAPIError(ValueError):
    """What answers at the address is something else, such as a web page."""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """One choice of a response.

    `text` is what may be read as an answer; it is empty where there is none. `finish_reason` is the server's word, or
    `refusal` where the model refused and `tool_calls` where it called a tool instead. `prompt_opens_thoughts`: the tag
    that opens the thoughts is not in the answer, so it stands at the end of the prompt.
    """

    text: str
    finish_reason: str | None = None
    reasoning: str = ""
    prompt_opens_thoughts: bool = False


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """The answers of a response, what they cost, and the names of counts that are no whole numbers from 0."""

    answers: tuple[ModelAnswer, ...]
    usage: TokenUsage = field(default_factory=TokenUsage)
    odd_counts: tuple[str, ...] = ()


def decoded(content: str, content_type: str, url: str) -> Mapping[str, Any]:
    """The JSON object of an answer.

    Args:
        content: what the server sent.
        content_type: what it says that this is.
        url: its address, for messages.

    Raises:
        BrokenAnswerError: it is meant to be JSON, and is none.
        WrongAPIError: it is something else.
    """
    try:
        body = _decode(content.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        if "json" in content_type:
            raise BrokenAnswerError(f"the answer cannot be read: {error}") from error
        body = None
    if not isinstance(body, dict) or not {"choices", "error"} & body.keys():
        raise WrongAPIError(f"what answers at {url} is no OpenAI-compatible API: check the base URL")
    return body


def read_response(body: object) -> ModelResponse:
    """What the decoded JSON of a response says.

    Raises:
        BrokenAnswerError: it holds no answer; `usage.billed` has what it cost all the same.
    """
    holder = body if isinstance(body, dict) else {}
    usage, odd = read_usage(holder.get("usage"))
    choices = holder.get("choices")
    readable = [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
    # A proxy gives the error of the server behind it with status 200: for the whole response, or for a choice.
    fault = _fault(holder) or next((found for choice in readable if (found := _fault(choice))), "")
    if readable and not fault and not any(map(_is_damaged, readable)):
        return ModelResponse(tuple(_answer(choice) for choice in readable), usage, odd)
    lacking = "the answer holds a choice without a message or a text" if readable else "the answer holds no choices"
    broken = BrokenAnswerError(f"the answer is an error: {fault}" if fault else lacking)
    bill(broken, usage)
    raise broken


def split_thoughts(text: str) -> tuple[str, str]:
    """The answer in a text and the thoughts before it, each without the tags around thoughts.

    Only what stands before the answer is taken for thoughts: a pair of tags within an answer may be what it is about. A
    closing tag without an opening one ends thoughts that the prompt had begun, or that went on after they had named the
    tag: the answer follows the last one. Thoughts without an end leave no answer.
    """
    if _OTHER_CHANNEL.match(text) or _FINAL_CHANNEL.search(text):
        thoughts, _, rest = _partition(_FINAL_CHANNEL, text)
        return _CHANNEL_MARK.sub("", rest), _CHANNEL_MARK.sub("", thoughts).strip()
    found, start = [], 0
    while opening := _OPENING.match(text, start):
        closing = _CLOSING.search(text, opening.end())
        end, start = closing.span() if closing else (len(text), len(text))
        found.append(text[opening.end() : end])
    while (closing := _CLOSING.search(text, start)) and not (
        found and _ANY_OPENING.search(text, start, closing.start())
    ):
        found.append(text[start : closing.start()])
        start = closing.end()
    text = text[start:]
    joined = "\n".join(thoughts.strip() for thoughts in found if thoughts.strip())
    return (_ANSWER_MARK.sub("", text).lstrip("\n") if found else text), joined


def cut_at_stop(answer: ModelAnswer, stop: tuple[str, ...]) -> ModelAnswer:
    """The answer as a server would have given it that stops before the first of these sequences."""
    text = text_before_stop(answer.text, stop)
    return answer if text is None else replace(answer, text=text, finish_reason="stop")


def text_before_stop(text: str, stop: tuple[str, ...]) -> str | None:
    """The text up to the earliest stop sequence in it, or None where there is none."""
    found = [text.index(sequence) for sequence in stop if sequence and sequence in text]
    return text[: min(found)] if found else None


def _is_damaged(choice: Mapping[str, Any]) -> bool:
    """Whether a choice has no place for an answer. One where that is empty is an answer: thoughts took all tokens."""
    message = choice.get("message")
    is_ended = choice.get("finish_reason") not in (None, "")
    if isinstance(message, dict) and (message or is_ended):
        return False
    return not any(choice.get(name) is not None or (name in choice and is_ended) for name in ("text", "content"))


def _answer(choice: Mapping[str, Any]) -> ModelAnswer:
    """A choice of either API: with `message` for chat, with `text` for completions."""
    finish_reason = choice.get("finish_reason")
    finish_reason = str(finish_reason) if finish_reason not in (None, "") else None
    message = choice.get("message")
    if not isinstance(message, dict):
        message = choice
    content = _Content()
    content.read(message.get("content") if "content" in message else choice.get("text"))
    whole = "".join(content.text)
    text, tagged = split_thoughts(whole)
    apart = next((found for name in ("reasoning", "reasoning_content") if (found := _text(message.get(name)))), "")
    reasoning = "\n".join(part for part in (apart.strip(), *content.thoughts, tagged) if part)
    refusal = _text(message.get("refusal")) or "".join(content.refusals)
    if refusal and not text.strip():
        return ModelAnswer(refusal, REFUSAL, reasoning)
    if (message.get("tool_calls") or message.get("function_call")) and not text.strip():
        return ModelAnswer("", TOOL_CALLS, reasoning)
    return ModelAnswer(text, finish_reason, reasoning, bool(tagged) and whole.lstrip().startswith(tagged))


class _Content:
    """The parts of a message's content: a text, or a list of parts that are texts, thoughts or refusals."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.thoughts: list[str] = []
        self.refusals: list[str] = []

    def read(self, content: object) -> None:
        """Sort a content, or a part of one, by what it is. What is none of the three is passed over."""
        if isinstance(content, str):
            self.text.append(content)
        elif isinstance(content, list):
            for part in content:
                self.read(part)
        elif isinstance(content, dict):
            kind = content.get("type")
            if kind in ("thinking", "reasoning"):
                thoughts = _text(content.get("thinking") or content.get("text") or content.get("reasoning"))
                self.thoughts += [thoughts.strip()] if thoughts.strip() else []
            elif kind == "refusal":
                self.refusals.append(_text(content.get("refusal")))
            elif kind in (None, "text", "output_text"):
                self.text.append(_text(content.get("text")))


def _text(value: object) -> str:
    """A text as it is; the texts in a list of parts, joined; nothing for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(part.get("text") if isinstance(part, dict) else part) for part in value)
    return ""


def _whole_number(digits: str) -> float:
    """A count; a fraction, which is none, where there are more digits than anything here is counted with."""
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


_decode = json.JSONDecoder(parse_int=_whole_number).decode
"""To make a decoder takes as long as to read a short answer."""


def _fault(holder: Mapping[str, Any]) -> str:
    error = holder.get("error")
    if not error:
        return "the server gives no cause" if holder.get("finish_reason") == "error" else ""
    message = error.get("message") if isinstance(error, dict) else error
    return str(message or error)


def _partition(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    """The text before the first match, the match, and the text after it: as `str.partition` does."""
    found = pattern.search(text)
    return (text, "", "") if found is None else (text[: found.start()], found[0], text[found.end() :])
