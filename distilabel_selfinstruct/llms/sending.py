"""One request over HTTP: a body out, a response in, and what that took."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from distilabel_selfinstruct.llms.reading_answers import BrokenAnswerError, ModelResponse, decoded, read_response
from distilabel_selfinstruct.llms.retry_after import seconds_to_wait
from distilabel_selfinstruct.llms.transport.answer import HttpAnswer
from distilabel_selfinstruct.llms.transport.client import ServerClient, encoded, may_pass
from distilabel_selfinstruct.llms.transport.errors import APIStatusError
from distilabel_selfinstruct.llms.usage import TokenUsage, billed, read_usage

BROKEN_ANSWERS = 3
"""How many broken answers to one request are taken before it counts as failed."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds before a request is sent again: at first, and at most. They double, and vary by half."""

LONGEST_ASKED = 120.0
"""A server that asks for a longer pause is not waited for."""


@dataclass(slots=True)
class Spent:
    """What a request took so far."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    retries: int = 0


@dataclass(frozen=True, slots=True)
class BodySender:
    """Sends bodies to a server.

    Args:
        client: asks the server.
        model: the name of the model on the server.
        url: the address, as messages show it.
        retries: how often a body is sent again after a failure that may pass.
        attempts: how often a body is sent whose answers are broken.
        read_headers: gets the headers of each answer that is no error.
    """

    client: ServerClient
    model: str
    url: str
    retries: int = 0
    attempts: int = BROKEN_ANSWERS
    read_headers: Callable[[Mapping[str, str]], None] | None = None

    async def send(self, body: dict[str, Any], spent: Spent) -> ModelResponse:
        """The response to a body, after as many broken ones as are taken; `spent` grows by all that was billed.

        Raises:
            BrokenAnswerError: the last answer is broken as well.
            WrongAPIError: what answers is another API.
            APIError: there is no answer, or it is an error.
            ValueError: the body cannot be sent as JSON.
        """
        path = "/completions" if "prompt" in body else "/chat/completions"
        content = encoded({"model": self.model, **body})
        failures = broken = 0
        while True:
            try:
                return self._read(await self.client.ask("POST", path, content), spent)
            except BrokenAnswerError as error:
                spent.usage += billed(error)
                broken += 1
                if broken >= self.attempts:
                    raise
                pause = _pause(broken)
            except Exception as error:
                if isinstance(error, APIStatusError):
                    spent.usage += read_usage(error.usage)[0]
                failures += 1
                if failures > self.retries or not may_pass(error):
                    raise
                asked = seconds_to_wait(error.headers, time.time()) if isinstance(error, APIStatusError) else None
                if asked is not None and asked > LONGEST_ASKED:
                    raise
                pause = _pause(failures) if asked is None else asked
            spent.retries += 1
            await asyncio.sleep(pause)

    def _read(self, answer: HttpAnswer, spent: Spent) -> ModelResponse:
        if self.read_headers is not None:
            self.read_headers(answer.headers)
        response = read_response(decoded(answer.text, answer.headers.get("content-type", "json"), self.url))
        spent.usage += response.usage
        return response


def _pause(failures: int) -> float:
    return random.uniform(0.5, 1) * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (failures - 1))
