"""Requests of a batch in the form that the server takes, and the output of an LLM from a line of its answer."""

from collections.abc import Mapping
from typing import Any

from distilabel_selfinstruct.llms.batch.lines import BatchLine
from distilabel_selfinstruct.llms.batch.request import BatchRequest
from distilabel_selfinstruct.llms.dialect import UNFINISHED, Lesson, SentRequest
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM, output_of
from distilabel_selfinstruct.llms.reading_answers import BrokenAnswerError, read_response
from distilabel_selfinstruct.llms.server_rules import wanted_from
from distilabel_selfinstruct.llms.transport.client import may_pass
from distilabel_selfinstruct.llms.transport.errors import FIRST_ERROR, APIStatusError, usage_beside
from distilabel_selfinstruct.llms.usage import bill, billed, read_usage

MOST_SENDINGS = 3
"""How often a request is sent, in one batch after the other, that fails in a way that may pass."""


class LostAnswerError(Exception):
    """A batch is over and holds no response to a request."""


class BatchedRequestError(APIStatusError):
    """A request of a batch was answered with an error, in the server's own words."""


class AnswerReader:
    """Speaks the dialect of a server in batches: what an answer teaches holds for those that are sent later.

    Args:
        llm: a loaded LLM.
    """

    def __init__(self, llm: OpenAICompatibleLLM) -> None:
        self._llm = llm
        self._turns: dict[str, int] = {}

    def is_trying(self, prompt: Any) -> bool:
        """Whether one request is enough for now, since its answer decides in what form others are sent."""
        return self._llm.dialect(prompt).is_trying

    def body(self, request: BatchRequest) -> dict[str, Any]:
        """The body of a request, without the model's name."""
        sent = self._llm.dialect(request.prompt).request(wanted_from(request.prompt, **request.keywords))
        self._turns[request.name] = sent.turn
        return sent.body

    def output(self, request: BatchRequest, line: BatchLine, body: Mapping[str, Any]) -> Any:
        """What the LLM would have given, or the exception it would have raised; None to send the request again.

        Args:
            request: the request.
            line: its answer.
            body: what was sent. Another attempt at the run may have sent it.
        """
        dialect, wanted = self._llm.dialect(request.prompt), wanted_from(request.prompt, **request.keywords)
        turn = self._turns.pop(request.name, dialect.request(wanted).turn)
        sent = SentRequest(dict(body), turn)
        response = UNFINISHED
        if line.status is None or line.status >= FIRST_ERROR:
            error = _error(line)
            request.usage += read_usage(usage_beside(line.body))[0]
            lesson = Lesson.NONE
            if isinstance(error, APIStatusError):
                lesson = dialect.learn(error, sent, wanted)
            if lesson is Lesson.SEND_AGAIN:
                return None
            if lesson is Lesson.NONE:
                return self._failed(request, error, is_passing=isinstance(error, LostAnswerError) or may_pass(error))
        else:
            try:
                response = read_response(line.body)
            except BrokenAnswerError as broken:
                request.usage += billed(broken)
                return self._failed(request, broken, is_passing=True)
            dialect.note_odd_counts(response.odd_counts)
        request.usage += response.usage
        response = dialect.read(response, sent, wanted)
        if dialect.judge(response, sent):
            return None
        return output_of(response, request.usage, request.failures)

    def _failed(self, request: BatchRequest, error: Exception, *, is_passing: bool) -> Exception | None:
        request.failures += is_passing
        if is_passing and request.failures < MOST_SENDINGS:
            return None
        bill(error, request.usage)
        return error


def _error(line: BatchLine) -> Exception:
    """The exception that the client raises for such an answer."""
    if line.status is None:
        return LostAnswerError(line.message or line.code or "the files of the batch hold no answer")
    body = line.body.get("error", line.body) if isinstance(line.body, Mapping) else line.body
    said = body.get("message") if isinstance(body, Mapping) else body
    return BatchedRequestError(str(said or line.message or "no reason"), status=line.status, body=body)
