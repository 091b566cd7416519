"""What a server does not take in a request, learned from its refusals, and requests in the form that it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.llms.refusals import LIMITS, Refusal, RefusalKind

MOST_HEIGHTS = 20
"""Changes of the height of the limit. A server that still refuses it then would never take one."""

# Where these are missing, every server does what these values say. That cannot be said of a `top_p` of 1 and a
# temperature of 1: vLLM then samples as the model's own `generation_config.json` says.
_SAME_WHEN_MISSING = {"n": 1, "presence_penalty": 0, "frequency_penalty": 0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request as the paper wants it: its sampling parameters, its limit on new tokens, its stop sequences.

    `input` is a completion prompt or a list of messages; `extra` are further fields of the body.
    """

    input: Any
    sampling: Mapping[str, float]
    limit: int
    stop: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


def wanted_from(
    input: Any,
    num_generations: int = 1,
    max_new_tokens: int = 128,
    frequency_penalty: float = 0.0,
    presence_penalty: float = 0.0,
    temperature: float = 1.0,
    top_p: float = 1.0,
    stop: str | list[str] | None = None,
    extra_body: dict[str, Any] | None = None,
) -> Wanted:
    """The request that the arguments of `OpenAICompatibleLLM.agenerate` ask for."""
    sampling = {
        "n": num_generations,
        "temperature": temperature,
        "top_p": top_p,
        "presence_penalty": presence_penalty,
        "frequency_penalty": frequency_penalty,
    }
    sequences = (stop,) if isinstance(stop, str) else tuple(stop or ())
    return Wanted(input, sampling, max_new_tokens, sequences, extra_body or {})


class ServerRules:
    """The rules of one server, as far as they are known. Each is learned once, and told as a note.

    Args:
        tell: is given a note for each rule learned.
    """

    def __init__(self, tell: Callable[[Note], None]) -> None:
        self._tell = tell
        self._dropped: set[str] = set()
        self._limit_name: str | None = LIMITS[0]
        self._highest_limit: int | None = None
        self._lowest_limit = 1
        self._num_heights = 0
        self._system_is_refused = False

    def body(self, wanted: Wanted) -> dict[str, Any]:
        """The fields of a request in the form that the server takes."""
        body: dict[str, Any] = {
            name: value
            for name, value in wanted.sampling.items()
            if name not in self._dropped and _SAME_WHEN_MISSING.get(name) != value
        }
        if body.get("temperature") == 0:
            # Greedy sampling looks at no other token. vLLM, text-generation-inference and Mistral refuse the paper's
            # `top_p` of 0 beside it.
            body.pop("top_p", None)
        if self._limit_name is not None:
            body[self._limit_name] = self.limit(wanted)
        if wanted.stop and self.sends_stop:
            body["stop"] = list(wanted.stop)
        body |= {name: value for name, value in wanted.extra.items() if name not in self._dropped}
        if isinstance(wanted.input, str):
            body["prompt"] = wanted.input
        else:
            body["messages"] = _without_system(wanted.input) if self._system_is_refused else wanted.input
        return body

    def limit(self, wanted: Wanted) -> int:
        """The limit on new tokens that is sent for a request."""
        return max(self._lowest_limit, min(wanted.limit, self._highest_limit or wanted.limit))

    @property
    def sends_stop(self) -> bool:
        """Whether stop sequences are sent; where they are not, the answers have to be cut."""
        return "stop" not in self._dropped

    def droppable(self, body: Mapping[str, Any]) -> list[str]:
        """The fields of a body that can be left out or sent in another form."""
        return [name for name in body if name not in ("messages", "prompt", "n")]

    def learn(self, refusal: Refusal, body: Mapping[str, Any]) -> bool:
        """Take a refusal of a body for a rule. Returns False where no rule can be made of it.

        A refusal of what is no longer sent, since another request learned it first, needs no rule and is True.
        """
        if refusal.kind is RefusalKind.FIELD and refusal.field in LIMITS:
            return self._rename_limit(refusal.field)
        if refusal.kind is RefusalKind.FIELD:
            self._drop(refusal.field)
            return True
        if refusal.kind is RefusalKind.LIMIT_TOO_HIGH:
            return self._lower_limit(refusal)
        if refusal.kind is RefusalKind.LIMIT_TOO_LOW:
            return self._raise_limit(refusal)
        if refusal.kind is RefusalKind.SYSTEM_ROLE and not self._system_is_refused:
            self._system_is_refused = True
            self._note("system message", "The model takes no system message: its text opens the user's message.")
        return refusal.kind is RefusalKind.SYSTEM_ROLE and _has_system(body)

    def _drop(self, name: str) -> None:
        if name in self._dropped:
            return
        self._dropped.add(name)
        if name == "stop":
            self._note(name, "The server refuses stop sequences: answers are cut at them after they have arrived.")
        else:
            self._note(name, f"The server refuses {name}: its own value is in force.")

    def _rename_limit(self, refused: str) -> bool:
        if refused != self._limit_name:
            return True
        self._dropped.add(refused)
        self._limit_name = next((name for name in LIMITS if name not in self._dropped), None)
        if self._limit_name is None:
            self._note("max_tokens", "The server takes no limit on the tokens of an answer: answers may be longer.")
        else:
            self._note("max_tokens", f"The server wants {self._limit_name} instead of {refused}.")
        return True

    def _lower_limit(self, refusal: Refusal) -> bool:
        if self._highest_limit is not None and self._highest_limit <= refusal.bound:
            return self._highest_limit >= self._lowest_limit
        if self._is_haggling():
            return False
        self._highest_limit = refusal.bound
        self._note("max_tokens", f"The server takes no more than {refusal.bound:,} new tokens: longer answers are cut.")
        return refusal.bound >= self._lowest_limit

    def _raise_limit(self, refusal: Refusal) -> bool:
        if self._lowest_limit < refusal.bound:
            if self._is_haggling():
                return False
            self._lowest_limit = refusal.bound
            self._note("max_tokens", f"The server takes no limit below {refusal.bound:,} new tokens.")
        return self._highest_limit is None or self._lowest_limit <= self._highest_limit

    def _is_haggling(self) -> bool:
        self._num_heights += 1
        return self._num_heights > MOST_HEIGHTS

    def _note(self, subject: str, text: str) -> None:
        self._tell(Note(NoteKind.SAMPLING, subject, text))


def _has_system(body: Mapping[str, Any]) -> bool:
    return any(message["role"] == "system" for message in body.get("messages", ()))


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages with the text of the system's at the start of the first of the user's."""
    system = "\n\n".join(str(message["content"]) for message in messages if message["role"] == "system")
    others = [dict(message) for message in messages if message["role"] != "system"]
    if system and others and isinstance(others[0]["content"], str):
        others[0]["content"] = f"{system}\n\n{others[0]['content']}"
    return others
