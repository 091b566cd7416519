"""The dialect of one server: requests in the form that it takes, and what its refusals and answers teach."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.llms.reading_answers import ModelAnswer, ModelResponse, cut_at_stop
from distilabel_selfinstruct.llms.refusals import LIMITS, Refusal, RefusalKind, read_refusal
from distilabel_selfinstruct.llms.server_rules import ServerRules, Wanted
from distilabel_selfinstruct.llms.thinking import STEERING, Seen, ThinkingControl
from distilabel_selfinstruct.llms.transport.errors import APIStatusError
from distilabel_selfinstruct.prompts import THINKING_TOKENS, Thinking
from distilabel_selfinstruct.records import REFUSAL, TOOL_CALLS, is_cut_off, is_refused


@dataclass(frozen=True, slots=True)
class Manner:
    """How a user wants requests to be made: thoughts (see `ThinkingControl`), and further fields of every body."""

    thinking: Thinking | None = None
    thinking_tokens: int = THINKING_TOKENS
    extra_body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it went out: its body without the model's name, and the turn of the thinking control."""

    body: dict[str, Any]
    turn: int


class Lesson(Enum):
    """What is to be done after a refusal."""

    SEND_AGAIN = "the next body is another one"
    UNFINISHED = "the refusal stands for an answer that ended inside thoughts"
    NONE = "nothing can be done about it"


UNFINISHED = ModelResponse((ModelAnswer("", "length"),))
"""What OpenAI says by a refusal, when thoughts took all tokens. It tells no usage."""


class Dialect:
    """Speaks to one server. Requests may be in flight together: what one of them taught holds for all that follow.

    Args:
        manner: what the user wants.
        is_chat: whether requests are messages. No field steers the thoughts of a completion prompt.
        is_openai: whether the server is OpenAI's own.
        tell: is given a note for each thing learned.
    """

    def __init__(self, manner: Manner, *, is_chat: bool, is_openai: bool, tell: Callable[[Note], None]) -> None:
        self._manner = manner
        self._is_chat = is_chat
        self._tell = tell
        self._rules = ServerRules(tell)
        self._thoughts = ThinkingControl(
            manner.thinking,
            room=manner.thinking_tokens,
            hides_thoughts=is_openai,
            can_steer=is_chat and not STEERING & manner.extra_body.keys(),
            tell=tell,
        )
        self._prompt_opens_thoughts = False

    @property
    def is_trying(self) -> bool:
        """Whether one request is enough for now, since its answer decides in what form others are sent."""
        return self._thoughts.is_trying

    def request(self, wanted: Wanted) -> SentRequest:
        """A request in the form that the server takes, as far as that is known."""
        room = self._thoughts.room
        asked = Wanted(
            wanted.input,
            wanted.sampling,
            wanted.limit + room,
            # A server looks for stop sequences in the thoughts too.
            () if room else wanted.stop,
            {**self._manner.extra_body, **wanted.extra, **self._thoughts.fields},
        )
        return SentRequest(self._rules.body(asked), self._thoughts.turn)

    def learn(self, error: "APIStatusError", sent: SentRequest, wanted: Wanted) -> Lesson:
        """Take in that the server refused a request."""
        refusal = read_refusal(error, sent.body, self._rules.droppable(sent.body))
        if refusal is None:
            return Lesson.NONE
        if refusal.kind is RefusalKind.UNFINISHED_THOUGHTS:
            return Lesson.UNFINISHED
        if self._is_learned(refusal, sent) and self.request(wanted) != sent:
            return Lesson.SEND_AGAIN
        return Lesson.NONE

    def read(self, response: ModelResponse, sent: SentRequest, wanted: Wanted) -> ModelResponse:
        """The answers of a response as they would be had the server taken the request as it was wanted."""
        limit = next((sent.body[name] for name in LIMITS if name in sent.body), None)
        is_at_limit = limit is not None and response.usage.output_tokens >= limit
        answers = tuple(self._completed(answer, is_at_limit=is_at_limit) for answer in response.answers)
        if "stop" not in sent.body:
            answers = tuple(cut_at_stop(answer, wanted.stop) for answer in answers)
        return response if answers == response.answers else replace(response, answers=answers)

    def judge(self, response: ModelResponse, sent: SentRequest) -> bool:
        """Take in what an answer shows of thoughts. Returns whether to send the request again, in another form."""
        seen = self._seen(response)
        if self._thoughts.see(sent.turn, seen):
            return True
        self._thoughts.finish(unfinished=seen.unfinished)
        return False

    def note_odd_counts(self, names: tuple[str, ...]) -> None:
        """Say that counts of tokens cannot be relied on."""
        for name in names:
            text = f"The server gives counts of {name} that are no whole numbers from 0: they are taken for 0."
            self._tell(Note(NoteKind.USAGE, name, text))

    def _completed(self, answer: ModelAnswer, *, is_at_limit: bool) -> ModelAnswer:
        """The answer with what the server leaves to be guessed."""
        if answer.finish_reason is None and is_at_limit:
            answer = replace(answer, finish_reason="length")
        self._prompt_opens_thoughts |= answer.prompt_opens_thoughts
        if self._prompt_opens_thoughts and not answer.reasoning and is_cut_off(answer.finish_reason):
            return replace(answer, text="", reasoning=answer.text)  # the closing tag never came
        return answer

    def _is_learned(self, refusal: Refusal, sent: SentRequest) -> bool:
        """Whether something is done about a refusal."""
        if refusal.kind is RefusalKind.CONTEXT:
            return self._thoughts.shrink_room(sent.turn)
        steering = STEERING & sent.body.keys() - self._manner.extra_body.keys()
        # What is on trial is the first suspect where a server names nothing.
        if refusal.field in steering or (refusal.kind is RefusalKind.UNKNOWN and steering):
            return self._thoughts.refuse(sent.turn)
        return self._rules.learn(refusal, sent.body)

    def _seen(self, response: ModelResponse) -> Seen:
        answer = response.answers[0]
        size = response.usage.reasoning_tokens or len(answer.reasoning)
        is_empty = not answer.text.strip() and answer.finish_reason not in (REFUSAL, TOOL_CALLS)
        if not size and is_empty and self._is_chat and is_cut_off(answer.finish_reason):
            size = 1  # thoughts that are neither shown nor counted
        unfinished = bool(size) and is_empty and not is_refused(answer.finish_reason)
        return Seen(size, is_shown=bool(answer.reasoning), unfinished=unfinished)
