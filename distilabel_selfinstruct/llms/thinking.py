"""Thoughts of reasoning models: switched off where a server lets us, and given room where it does not.

Servers have no common word for it, and many pass over a field that they do not know. So each way is tried until one is
neither refused nor without effect on the answers. Nothing is sent before a first thought was seen, unless a user chose.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.prompts import Thinking

ANSWERS_TO_JUDGE_BY = 4
"""From how many answers on a stage is judged by how many of them ended inside thoughts."""

_LEAST_ROOM = 256
"""Tokens below which room for thoughts is of no use."""


@dataclass(frozen=True, slots=True)
class Way:
    """Fields of the body that steer thoughts, and how to speak of them. No fields: the server's default."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""


def _template(*, enabled: bool) -> Way:
    # Qwen3, GLM and others read the first, Granite and DeepSeek-V3.1 the second; a template passes over what it does
    # not know. vLLM, SGLang and llama.cpp's server hand both to it.
    fields = {"chat_template_kwargs": {"enable_thinking": enabled, "thinking": enabled}}
    return Way(fields, f"chat_template_kwargs.enable_thinking {str(enabled).lower()}")


def _effort(effort: str) -> Way:
    return Way({"reasoning_effort": effort}, f"reasoning_effort {effort}")


def _gateway_effort(effort: str) -> Way:
    return Way({"reasoning": {"effort": effort}}, f"reasoning.effort {effort}")  # OpenRouter


def _switch(state: str) -> Way:
    return Way({"thinking": {"type": state}}, f"thinking {state}")  # DeepSeek's own service, and others like it


def _flag(*, enabled: bool) -> Way:
    return Way({"enable_thinking": enabled}, f"enable_thinking {str(enabled).lower()}")  # Alibaba's service


# From no thoughts to few. Who shows thoughts is an open server or a gateway; who hides them is OpenAI, or like it.
_OFF_WHERE_SHOWN = (
    _template(enabled=False), _effort("none"), _switch("disabled"), _gateway_effort("none"), _flag(enabled=False),
    _effort("minimal"), _effort("low"),
)  # fmt: skip
_OFF_WHERE_HIDDEN = (
    _effort("none"), _gateway_effort("none"), _effort("minimal"), _effort("low"), _template(enabled=False),
    _switch("disabled"), _flag(enabled=False),
)  # fmt: skip
_ON = (
    Way(), _template(enabled=True), _switch("enabled"), _gateway_effort("medium"), _effort("medium"),
    _flag(enabled=True),
)  # fmt: skip

STEERING = frozenset(name for way in (*_OFF_WHERE_SHOWN, *_ON) for name in way.fields)
"""The fields that steer thoughts. Where a user sends one of them, nothing is tried beside it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer shows of thoughts.

    `size` is how long they are, in tokens or characters, and 0 for none. `is_shown`: the answer holds their text.
    `unfinished`: the answer ended inside them.
    """

    size: int = 0
    is_shown: bool = False
    unfinished: bool = False


class _Phase(Enum):
    WATCHING = "nothing is sent, and no thought was seen"
    TRYING = "what is sent has yet to prove itself"
    PROVEN = "what is sent works"
    SETTLED = "there is nothing left to try"


@dataclass(slots=True)
class _Tally:
    """The answers to what was sent in one turn. `size` is that of the thoughts that came to an end."""

    answers: int = 0
    with_thoughts: int = 0
    unfinished: int = 0
    size: int = 0


class ThinkingControl:
    """Finds the way that makes a model think as wanted, by what the server refuses and by what its answers show.

    Args:
        wanted: `off`, `on` or an effort; None: off, and nothing is tried before a thought was seen.
        room: tokens for thoughts on top of the limit of an answer, where there are thoughts.
        hides_thoughts: whether the server is known to show no thoughts, as OpenAI's.
        can_steer: False where no field is to be sent: for completion prompts, or where a user sends one.
        tell: is given the notes.
    """

    def __init__(
        self,
        wanted: Thinking | None,
        *,
        room: int,
        hides_thoughts: bool = False,
        can_steer: bool = True,
        tell: Callable[[Note], None],
    ) -> None:
        self._wants_none = wanted in (None, "off")
        self._wanted = wanted
        self._can_steer = can_steer
        self._tell = tell
        self._most_room = room
        self._room = 0 if self._wants_none else room
        self._phase = _Phase.WATCHING
        self._left: list[Way] = []
        self._sent = [Way()]  # by turn
        self._refused: set[int] = set()
        self._tallies: defaultdict[int, _Tally] = defaultdict(_Tally)
        self._num_answers = self._num_unfinished = 0
        if wanted is not None:
            self._begin(hides_thoughts=hides_thoughts)

    @property
    def turn(self) -> int:
        """Grows with each change of what is sent. The turn of a request tells what it was sent with."""
        return len(self._sent) - 1

    @property
    def fields(self) -> Mapping[str, Any]:
        """What to send for now."""
        return self._sent[-1].fields

    @property
    def room(self) -> int:
        """Tokens to add to the limit of an answer for now."""
        return self._room

    @property
    def is_trying(self) -> bool:
        """Whether what is sent has yet to prove itself: one request is enough to find out."""
        return self._phase is _Phase.TRYING

    def refuse(self, turn: int) -> bool:
        """Take in that a server refused the fields of a turn. Returns whether something else is sent now."""
        self._refused.add(turn)
        if turn == self.turn and self._sent[-1].fields:
            self._next()
        return turn != self.turn

    def shrink_room(self, turn: int) -> bool:
        """Take in that the server's context is too small in a turn. Returns whether something else is sent now."""
        if turn == self.turn and self._room:
            self._most_room = self._room // 2 if self._room >= 2 * _LEAST_ROOM else 0
            self._change(self._sent[-1], room=self._most_room)
            self._say("The server's context is too small for `thinking_tokens`: thoughts get the room there is.")
        return turn != self.turn

    def see(self, turn: int, seen: Seen) -> bool:
        """Take in what an answer shows. Returns whether to send the request again.

        That is so where the answer ended inside thoughts, and something else is sent now than was sent for it.
        """
        tally = self._tallies[turn]
        tally.answers += 1
        tally.with_thoughts += bool(seen.size)
        tally.unfinished += seen.unfinished
        tally.size += 0 if seen.unfinished else seen.size
        if turn == self.turn:
            self._judge(seen, tally)
        return seen.unfinished and turn != self.turn

    def finish(self, *, unfinished: bool) -> None:
        """Count a request that is over. Says so once more than half of them have ended inside thoughts."""
        self._num_answers += 1
        self._num_unfinished += unfinished
        if self._num_answers >= ANSWERS_TO_JUDGE_BY and 2 * self._num_unfinished > self._num_answers:
            remedy = "or another model" if self._wants_none else "less effort, or `thinking=off`"
            self._say(
                "More than half of the answers end inside the model's thoughts: stop, and start again with more room "
                f"for them (`thinking_tokens`, now {self._most_room:,}), {remedy}.",
                NoteKind.QUALITY,
            )

    def _begin(self, *, hides_thoughts: bool) -> None:
        if self._can_steer and self._wants_none:
            self._left = list(_OFF_WHERE_HIDDEN if hides_thoughts else _OFF_WHERE_SHOWN)
        elif self._can_steer and self._wanted == "on":
            self._left = list(_ON)
        elif self._can_steer and self._wanted is not None:
            self._left = [_effort(self._wanted), _gateway_effort(self._wanted)]
        self._next()

    def _judge(self, seen: Seen, tally: _Tally) -> None:
        if self._phase is _Phase.WATCHING:
            if seen.size:
                self._begin(hides_thoughts=not seen.is_shown)
        elif self._phase is _Phase.SETTLED:
            if seen.size and self._wants_none:
                self._give_room()
        elif 2 * self._num_good(tally) < tally.answers:
            self._next()
        else:
            if self._phase is _Phase.TRYING:
                self._phase = _Phase.PROVEN
                self._say_what_works()
            if seen.unfinished:
                self._give_room()

    def _num_good(self, tally: _Tally) -> int:
        """How many answers are as wanted. Of an effort, nothing in an answer tells."""
        if self._wants_none:
            return tally.answers - tally.with_thoughts
        return tally.with_thoughts if self._wanted == "on" else tally.answers

    def _next(self) -> None:
        """Go on to the next way, or settle for the best of all where none is left."""
        if self._left:
            self._phase = _Phase.TRYING
            self._change(self._left.pop(0), room=self._room)
            return
        self._phase = _Phase.SETTLED
        answered = [turn for turn in self._tallies if turn not in self._refused]
        best = max(answered, key=self._worth, default=0)
        if self._sent[best] != self._sent[-1]:
            self._change(self._sent[best], room=self._room)
        if self._wants_none and any(tally.with_thoughts for tally in self._tallies.values()):
            self._give_room()
        elif self._wanted == "on" and not any(tally.with_thoughts for tally in self._tallies.values()):
            self._say("No thoughts are seen, whatever the server is told.")
        elif not self._wants_none and self._wanted != "on":
            self._say(f"The server takes no word about effort: `thinking={self._wanted}` changes nothing.")

    def _worth(self, turn: int) -> tuple[float, float, float, int]:
        """How well a turn did: by answers as wanted, by thoughts that came to an end, by how short those were.

        Of equals the last is best: ways are tried from no thoughts to few.
        """
        tally = self._tallies[turn]
        finished = tally.answers - tally.unfinished
        mean_size = tally.size / finished if finished else 0.0
        return self._num_good(tally) / tally.answers, finished / tally.answers, -mean_size, turn

    def _give_room(self) -> None:
        if self._room == self._most_room:
            return
        self._change(self._sent[-1], room=self._most_room)
        thinks = "The model has thoughts before it answers"
        if self._can_steer:
            words = self._sent[-1].words
            thinks = f"The model's thoughts cannot be switched off altogether{f', even by {words}' if words else ''}"
        self._say(f"{thinks}: an answer may take {self._room:,} tokens more for them (`thinking_tokens`).")

    def _change(self, way: Way, *, room: int) -> None:
        self._sent.append(way)
        self._room = room

    def _say_what_works(self) -> None:
        words = self._sent[-1].words
        if self._wants_none:
            if any(tally.with_thoughts for tally in self._tallies.values()):
                self._say(f"The model thinks before it answers: its thoughts are switched off by {words}.")
        else:
            how = f" ({words})" if words else ""
            self._say(f"The model thinks before it answers{how}, with {self._room:,} tokens for its thoughts.")

    def _say(self, text: str, kind: NoteKind = NoteKind.SAMPLING) -> None:
        self._tell(Note(kind, "thinking", text))
