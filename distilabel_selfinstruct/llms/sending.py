"""One request over HTTP: a body out, a response in, and what that took."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from distilabel_selfinstruct.llms.failures import RequestTimeoutError
from distilabel_selfinstruct.llms.reading_answers import BrokenAnswerError, ModelResponse, decoded, read_response
from distilabel_selfinstruct.llms.usage import TokenUsage, billed

BROKEN_ANSWERS = 3
"""How many broken answers to one request are taken before it counts as failed."""


@dataclass(slots=True)
class Spent:
    """What a request took so far."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    retries: int = 0


@dataclass(frozen=True, slots=True)
class BodySender:
    """Sends bodies to a server.

    `client` is that of `openai`. `attempts` is how often a body is sent whose answers are broken; `seconds` is the time
    limit for the whole of an answer, None for that of the client, which is on each pause between bytes.
    """

    client: Any
    model: str
    url: str
    attempts: int = BROKEN_ANSWERS
    seconds: float | None = None

    async def send(self, body: dict[str, Any], spent: Spent) -> ModelResponse:
        """The response to a body, after as many broken ones as are taken; `spent` grows by all that was billed.

        Raises:
            BrokenAnswerError: the last answer is broken as well.
            WrongAPIError: what answers is another API.
            RequestTimeoutError: no whole answer came in time.
            openai.OpenAIError: the client got no answer.
        """
        client = self.client
        name, api = ("prompt", client.completions) if "prompt" in body else ("messages", client.chat.completions)
        # All else goes as further fields: the client knows only some of the names, and those differ by its version.
        required = {"model": self.model, name: body[name]}
        others = {field: value for field, value in body.items() if field != name}
        # The client itself retries what it knows as passing: 408, 409, 429, 5xx, lost connections, time-outs. It knows
        # nothing of answers that arrive and are broken.
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(BrokenAnswerError),
            wait=wait_random_exponential(multiplier=0.5, max=8),
            stop=stop_after_attempt(self.attempts),
            reraise=True,
        ):
            with attempt:
                raw = await self._in_time(api.with_raw_response.create(**required, extra_body=others))
                spent.retries += raw.retries_taken
                response = self._read(raw, spent)
        return response

    async def list_models(self) -> Any:
        """The server's list of models, as it came."""
        response = await self.client.models.with_raw_response.list()
        return response.http_response.json()

    async def _in_time(self, answer: Awaitable[Any]) -> Any:
        if self.seconds is None:
            return await answer
        try:
            return await asyncio.wait_for(answer, self.seconds)
        except asyncio.TimeoutError:
            raise RequestTimeoutError(self.seconds) from None

    def _read(self, raw: Any, spent: Spent) -> ModelResponse:
        try:
            response = read_response(decoded(raw.text, raw.headers.get("content-type", "json"), self.url))
        except BrokenAnswerError as error:
            spent.usage += billed(error)
            spent.retries += 1
            raise
        spent.usage += response.usage
        return response
