"""What a server's refusal of a request says: which field of the body it does not take, and what it would take."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from distilabel_selfinstruct.analysis.short_context import names_short_context
from distilabel_selfinstruct.llms.transport.errors import APIStatusError

STATUSES = frozenset({400, 422})
"""The statuses by which servers refuse a field: 422 is that of FastAPI, Mistral and text-generation-inference."""

LIMITS = ("max_tokens", "max_completion_tokens")
"""The two names of the limit on new tokens: that of the API at its start, and that of OpenAI since its o-series."""


class RefusalKind(Enum):
    """What a server does not take."""

    FIELD = "a field, or its value"
    LIMIT_TOO_HIGH = "a limit above what it takes"
    LIMIT_TOO_LOW = "a limit below what it takes"
    CONTEXT = "more tokens than its context holds"
    SYSTEM_ROLE = "a system message"
    UNFINISHED_THOUGHTS = "an answer that ended inside the model's thoughts"
    UNKNOWN = "something that it does not name"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal. `field` is a field of the body that was sent; `bound` is the limit that the server would take."""

    kind: RefusalKind
    field: str = ""
    bound: int = 0


# Other names under which servers speak of a field.
_ALIASES = {
    **dict.fromkeys(LIMITS, r"max[ _]?(?:completion[ _]?|output[ _]?|new[ _]?)?tokens|num_predict"),
    "stop": r"stop(?:[ _]?(?:sequence|word|string)s?)?",
    "top_p": r"top[ _]?p",
    "presence_penalty": r"presence[ _]?penalty|penalty|penalties",
    "frequency_penalty": r"frequency[ _]?penalty|penalty|penalties",
    "chat_template_kwargs": r"chat_template_kwargs|enable_thinking",
    "reasoning": r"reasoning|effort",
}
_REFUSES = re.compile(
    r"not (?:currently )?(?:support|allow|permit|enabl|recogni|accept|availabl|compatib|implement|valid|take)|n't "
    r"|cannot|unsupport|unrecogni|unknown|unexpected|invalid|incompatib|deprecat|extra |additional |forbid|disallow"
    r"|must|should|only|at (?:most|least)|greater|less|between|range|too (?:many|long|large|small|low|high)|remove",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"max_tokens or model output limit was reached|could not finish the message", re.IGNORECASE)
_SYSTEM_ROLE = re.compile(
    r"(?:system|developer)[ '\"`]*(?:role|message|prompt|instruction)?s?\b.{0,30}(?:not |n't |unsupport)"
    r"|(?:not |n't )support.{0,10}['\"`]system['\"`]|only user(?:,| and) (?:model|assistant)|roles must alternate",
    re.IGNORECASE,
)
_NOT, _NO_NOT = r"(?:not|n't) (?:be )?", r"(?<!not )(?<!n't )(?<!not be )(?<!n't be )"
_LESS, _MORE = r"(?:less|lower|smaller|fewer) than", r"(?:greater|more|higher|larger) than"
# A negation turns a bound around: what "cannot be greater than 512" may be at most 512.
_TOO_HIGH = re.compile(
    rf"too (?:large|big|high)|at most|maximum|exceed|<=|(?<!not be )(?<!not )(?<!n't be ){_LESS}|{_NOT}{_MORE}",
    re.IGNORECASE,
)
_TOO_LOW = re.compile(rf"too (?:small|low)|at least|minimum|>=|{_NO_NOT}{_MORE}|{_NOT}{_LESS}", re.IGNORECASE)
_NOT_TOGETHER = re.compile(r"\bboth\b|only one of|together", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:[,_]\d{3})+\b|(?<![\w.])\d+\b(?!\.\d)")

# A message of FastAPI holds the whole input after the words "input", so only the path of the field is looked at.
_PATH = re.compile(r"['\"]loc['\"]: ?[(\[]([^)\]]{0,200})[)\]]")
_QUOTED = r"['\"`]"

_DEEPEST = 20
"""No server puts its words into so many objects."""


def read_refusal(error: "APIStatusError", sent: Mapping[str, Any], droppable: Sequence[str]) -> Refusal | None:
    """What a server refused, or None if the error is about something else than the fields of the body.

    Args:
        error: what the client raised.
        sent: the body of the request.
        droppable: the fields of it that need not be sent in this form.
    """
    if error.status_code not in STATUSES:
        return None
    said = _Said(error.body)
    text = "\n".join(said.texts)
    if _UNFINISHED.search(text):
        return Refusal(RefusalKind.UNFINISHED_THOUGHTS)
    if names_short_context(text) or "context_length_exceeded" in said.codes:
        return Refusal(RefusalKind.CONTEXT)
    field = _named_by_path(said.paths, droppable) or _named_in_text(text, droppable)
    limit = next((name for name in LIMITS if name in sent), "")
    if field and field == limit:
        return _limit_refusal(text, field, sent[limit])
    if field:
        return Refusal(RefusalKind.FIELD, field)
    if _SYSTEM_ROLE.search(text):
        return Refusal(RefusalKind.SYSTEM_ROLE)
    return Refusal(RefusalKind.UNKNOWN)


class _Said:
    """The parts of an error's body that are the server's own words, wherever it puts them.

    `input` and other copies of the request are passed over: they would name every field.
    """

    def __init__(self, body: object) -> None:
        self.texts: list[str] = []
        self.paths: list[str] = []
        self.codes: set[str] = set()
        self._read(body)

    def _read(self, value: object, depth: int = 0) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(value, str):
            self._read_text(value, depth)
        elif isinstance(value, list):
            for item in value:
                self._read(item, depth + 1)
        elif isinstance(value, Mapping):
            self._read_mapping(value, depth)

    def _read_mapping(self, value: Mapping[str, Any], depth: int) -> None:
        if isinstance(param := value.get("param"), str):
            self.paths.append(param)
        if isinstance(loc := value.get("loc"), list):
            self.paths.append(".".join(map(str, loc)))
        self.codes |= {str(value[name]) for name in ("code", "type") if value.get(name)}
        for name in ("message", "msg", "error", "detail", "details", "errors", "metadata", "raw"):
            self._read(value.get(name), depth + 1)

    def _read_text(self, text: str, depth: int) -> None:
        if text.lstrip().startswith(("{", "[")):  # a gateway hands on the JSON of the server behind it
            try:
                self._read(json.loads(text), depth + 1)
            except (ValueError, RecursionError):
                pass
            else:
                return
        paths = _PATH.findall(text)
        self.paths += [".".join(re.findall(r"\w+", path)) for path in paths]
        if not paths:
            self.texts.append(text)


def _named_by_path(paths: Sequence[str], droppable: Sequence[str]) -> str:
    """The first field that is a step of a path, such as `body.stop` or `reasoning.effort`."""
    for path in paths:
        for step in re.findall(r"\w+", path):
            for field in droppable:
                if step == field or (field in LIMITS and re.fullmatch(_ALIASES[field], step)):
                    return field
    return ""


def _named_in_text(text: str, droppable: Sequence[str]) -> str:
    """The field that a message is about: the first that it quotes, or else the first that it names."""
    if not _REFUSES.search(text):
        return ""
    named: list[tuple[bool, int, str]] = []
    for field in droppable:
        alias = _ALIASES.get(field, re.escape(field))
        found = list(_mentions(alias, text))
        if found:
            named.append((*min(found), field))
    if _NOT_TOGETHER.search(text) and len(named) > 1 and any(field == "top_p" for _, _, field in named):
        return "top_p"  # the temperature says more about the paper's sampling
    return min(named)[2] if named else ""


def _mentions(alias: str, text: str) -> Iterator[tuple[bool, int]]:
    """Each mention of a field: whether it lacks quotation marks, and where it stands."""
    for found in re.finditer(rf"({_QUOTED})?(?<![\w])(?:{alias})(?![\w])", text, re.IGNORECASE):
        yield found[1] is None, found.start()


def _limit_refusal(text: str, field: str, sent: int) -> Refusal:
    """Whether a server refuses the name of the limit or its height, and which height it would take."""
    numbers = {int(re.sub(r"\D", "", number)) for number in _NUMBER.findall(text)}
    lower, higher = {one for one in numbers if 0 < one < sent}, {one for one in numbers if one > sent}
    if lower and _TOO_HIGH.search(text):
        return Refusal(RefusalKind.LIMIT_TOO_HIGH, field, max(lower))
    if higher and _TOO_LOW.search(text):
        return Refusal(RefusalKind.LIMIT_TOO_LOW, field, min(higher))
    return Refusal(RefusalKind.FIELD, field)
