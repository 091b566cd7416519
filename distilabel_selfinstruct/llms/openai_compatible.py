"""Any server that speaks the OpenAI API, with its finish reason and its stop sequences."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from distilabel.mixins.runtime_parameters import RuntimeParameter
from distilabel.models.llms.openai import OpenAILLM
from distilabel.models.llms.utils import prepare_output
from distilabel.typing import FormattedInput, GenerateOutput
from pydantic import Field, PrivateAttr, SecretStr, validate_call
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from distilabel_selfinstruct.errors import MissingKeyError

OPENAI_URL = "https://api.openai.com/v1"

NO_KEY = "no-key-is-needed"
"""What a server that needs no key is sent; the client insists on something."""


BROKEN_ANSWERS = 3
"""How many broken answers to one request are taken before it counts as failed."""


OPENAI_SECONDS, SECONDS = 120, 600
"""How long the whole of an answer is waited for: OpenAI answers sooner, a model on a small machine takes its time."""


class BrokenAnswerError(ValueError):
    """An answer arrived and is not what the API promises; the next one may be."""


class WrongAPIError(ValueError):
    """What answers at the address is something else, such as a web page."""


def is_openai(base_url: str | None) -> bool:
    """Whether an address is that of OpenAI itself."""
    return (base_url or OPENAI_URL).rstrip("/") == OPENAI_URL


class OpenAICompatibleLLM(OpenAILLM):
    """distilabel's `OpenAILLM`, which also sends `stop` with completion prompts and returns why a completion ended.

    A string goes to `/v1/completions`, a list of messages to `/v1/chat/completions`. Each generation's
    `finish_reason` is in the output under that name. A server at another address than OpenAI's needs no key.

    Attributes:
        model: the model's name on the server.
        base_url: address of the API, up to and including `/v1`.
        api_key: the key. Left out, it is read from the variable `api_key_variable` when the model is loaded.
        api_key_variable: name of the environment variable that holds the key.

    Runtime parameters:
        - `base_url`: address of the API, up to and including `/v1`.
        - `api_key`: the key.
        - `max_retries`: how often the client retries a request. Defaults to `6`.
        - `timeout`: seconds to wait for a response. Defaults to `120` for OpenAI, `600` for other servers.
    """

    api_key_variable: str = "OPENAI_API_KEY"

    timeout: RuntimeParameter[int] | None = Field(
        default=None, description="Seconds to wait for a response. Unset: 120 for OpenAI, 600 for other servers."
    )

    _attempts: int = PrivateAttr(default=BROKEN_ANSWERS)

    def load(self) -> None:
        """Create the client.

        Raises:
            MissingKeyError: the server is OpenAI's and no key was given.
        """
        given = self.api_key.get_secret_value() if self.api_key and "api_key" in self.model_fields_set else ""
        key = given or os.environ.get(self.api_key_variable)
        if not key and is_openai(self.base_url):
            raise MissingKeyError("openai", self.api_key_variable)
        self.api_key = SecretStr(key or NO_KEY)
        self.timeout = self.timeout or (OPENAI_SECONDS if is_openai(self.base_url) else SECONDS)
        super().load()
        self._attempts = BROKEN_ANSWERS

    def leave_retries(self, read_headers: Callable[[Mapping[str, str]], None]) -> None:
        """Send each request once from now on, and open as many connections as there are requests.

        The client's own retries know nothing of other requests, and give up where a server asks for more than two
        minutes. Its pool would close all connections but 100 after each request.

        Args:
            read_headers: gets the headers of each answer that is no error.
        """
        import openai  # it takes a second, and not every stage asks a server

        async def read(response: Any) -> None:
            if response.is_success:
                read_headers(response.headers)

        limits = type(openai.DEFAULT_CONNECTION_LIMITS)(max_connections=None, max_keepalive_connections=None)
        http_client = openai.DefaultAsyncHttpxClient(limits=limits, event_hooks={"response": [read]})
        self._aclient = self._aclient.with_options(max_retries=0, http_client=http_client)
        self._attempts = 1

    @validate_call
    async def agenerate(  # type: ignore[override]
        self,
        input: FormattedInput,
        num_generations: int = 1,
        max_new_tokens: int = 128,
        frequency_penalty: float = 0.0,
        presence_penalty: float = 0.0,
        temperature: float = 1.0,
        top_p: float = 1.0,
        stop: str | list[str] | None = None,
        extra_body: dict[str, Any] | None = None,
    ) -> GenerateOutput:
        """Ask the server once.

        Args:
            input: a completion prompt, or messages in chat format.
            num_generations: the number of generations to create. Defaults to `1`.
            max_new_tokens: the most tokens that the model may generate. Defaults to `128`.
            frequency_penalty: penalty by frequency, from -2 to 2. Defaults to `0.0`.
            presence_penalty: penalty by presence, from -2 to 2. Defaults to `0.0`.
            temperature: sampling temperature. Defaults to `1.0`.
            top_p: nucleus sampling. Defaults to `1.0`.
            stop: up to four sequences before which the model stops. Defaults to `None`.
            extra_body: further fields of the request's body, for servers that know them. Defaults to `None`.

        Returns:
            The generations with their token counts and finish reasons.
        """
        fields: dict[str, Any] = {
            "model": self.model,
            "n": num_generations,
            "max_tokens": max_new_tokens,
            "frequency_penalty": frequency_penalty,
            "presence_penalty": presence_penalty,
            "temperature": temperature,
            "top_p": top_p,
            "extra_body": extra_body,
        }
        if stop:
            fields["stop"] = stop
        client: Any = self._aclient
        if isinstance(input, str):
            create, fields["prompt"] = client.completions.with_raw_response.create, input
        else:
            create, fields["messages"] = client.chat.completions.with_raw_response.create, input
        retries = -1
        # The client itself retries what it knows as passing: 408, 409, 429, 5xx, lost connections, time-outs. It knows
        # nothing of answers that arrive and are broken.
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(BrokenAnswerError),
            wait=wait_random_exponential(multiplier=0.5, max=8),
            stop=stop_after_attempt(self._attempts),
            reraise=True,
        ):
            with attempt:
                response = await create(**fields)
                retries += 1 + response.retries_taken
                completion, choices = self._read(response)
        return _output(completion, choices, retries)

    async def aclose(self) -> None:
        """Close the connections to the server; from the event loop in which it was asked."""
        await self._aclient.close()

    def _read(self, response: Any) -> tuple[Any, list[Any]]:
        try:
            completion = response.parse()
        except ValueError as error:
            raise BrokenAnswerError(f"the answer cannot be read: {error}") from error
        if not hasattr(completion, "choices"):
            raise WrongAPIError(f"what answers at {self.base_url} is no OpenAI-compatible API: check the base URL")
        if not completion.choices:
            raise BrokenAnswerError("the answer holds no choices")
        return completion, list(completion.choices)


def _output(completion: Any, choices: list[Any], retries: int) -> GenerateOutput:
    usage = completion.usage
    output: Any = prepare_output(
        generations=[choice.text if hasattr(choice, "text") else choice.message.content for choice in choices],
        input_tokens=[usage.prompt_tokens if usage else 0],
        output_tokens=[usage.completion_tokens if usage else 0],
    )
    output["finish_reason"] = [choice.finish_reason for choice in choices]
    output["retries"] = [retries] * len(choices)
    return output  # type: ignore[no-any-return]
