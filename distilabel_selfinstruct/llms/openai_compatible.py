"""Any server that speaks the OpenAI API, in whatever dialect of it: its rules, its thoughts, its counts."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any, ClassVar

from distilabel.mixins.runtime_parameters import RuntimeParameter
from distilabel.models.llms.base import AsyncLLM
from distilabel.models.llms.openai import OpenAILLM
from distilabel.models.llms.utils import prepare_output
from distilabel.typing import FormattedInput, GenerateOutput
from pydantic import Field, PrivateAttr, SecretStr, validate_call

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.config.api_keys import clean_key, key_in, require_meant_for
from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.config.providers import OPENAI_URL, is_openai
from distilabel_selfinstruct.errors import MissingKeyError
from distilabel_selfinstruct.journal.notes import Note
from distilabel_selfinstruct.llms.dialect import UNFINISHED, Dialect, Lesson, Manner, SentRequest
from distilabel_selfinstruct.llms.reading_answers import ModelResponse
from distilabel_selfinstruct.llms.sending import BodySender, Spent
from distilabel_selfinstruct.llms.server_rules import Wanted, wanted_from
from distilabel_selfinstruct.llms.transport.client import ServerClient
from distilabel_selfinstruct.llms.transport.errors import APIStatusError
from distilabel_selfinstruct.llms.usage import TokenUsage, bill
from distilabel_selfinstruct.prompts import THINKING_TOKENS, Thinking

NO_KEY = "no-key-is-needed"
"""What is sent where there is no key: a server that needs none ignores it."""

OPENAI_SECONDS, SECONDS = 120, 600
"""How long the whole of an answer is waited for: OpenAI answers sooner, a model on a small machine takes its time."""


class OpenAICompatibleLLM(CheckedOptions, OpenAILLM):
    """distilabel's `OpenAILLM`, which adapts to the server and returns all that an answer says.

    A string goes to `/v1/completions`, a list of messages to `/v1/chat/completions`. A parameter that the server
    refuses is renamed or left out from then on. Thoughts of a reasoning model are switched off or given room, and never
    part of the text. The output of each request holds `finish_reason`, `retries`, `reasoning`, `reasoning_tokens` and
    `cached_tokens` besides the host's own keys. A server at another address than OpenAI's needs no key.

    Attributes:
        model: the model's name on the server.
        base_url: address of the API, up to and including `/v1`.
        api_key: the key. Left out, it is read from the variable `api_key_variable` when the model is loaded.
        api_key_variable: name of the environment variable that holds the key.
        extra_body: further fields of the body of every request.
        thinking: whether and how hard a reasoning model thinks: `off`, `on`, or an effort such as `low`. Left out: off
            where the server allows that.
        thinking_tokens: tokens for thoughts on top of the limit of an answer, where they cannot be switched off.

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
    extra_body: dict[str, Any] = Field(default_factory=dict)
    thinking: Thinking | None = None
    thinking_tokens: int = Field(default=THINKING_TOKENS, ge=0)

    _is_remote: ClassVar[bool] = True
    """Whether the proxies of the environment lead to the server."""

    _listener: Callable[[Note], Any] | None = PrivateAttr(default=None)
    _told: set[Note] = PrivateAttr(default_factory=set)
    _dialects: dict[bool, Dialect] = PrivateAttr(default_factory=dict)
    _trial: asyncio.Lock = PrivateAttr(default_factory=asyncio.Lock)
    _sender: BodySender | None = PrivateAttr(default=None)

    def load(self) -> None:
        """Create the client.

        Raises:
            MissingKeyError: the server is OpenAI's and no key was given.
            ConfigError: the key holds a character that no header can carry, or is not meant for this server.
        """
        given = self.api_key.get_secret_value() if self.api_key and "api_key" in self.model_fields_set else ""
        if not given:
            require_meant_for(self.api_key_variable, str(self.base_url or OPENAI_URL))
        key = clean_key(given, "api_key") or key_in(self.api_key_variable)
        if not key and is_openai(self.base_url):
            raise MissingKeyError("openai", self.api_key_variable)
        self.api_key = SecretStr(key or NO_KEY)
        self._dialects, self._told, self._trial = {}, set(), asyncio.Lock()
        self.timeout = self.timeout or (OPENAI_SECONDS if is_openai(self.base_url) else SECONDS)
        if self.structured_output or self.use_offline_batch_generation:
            super().load()  # what the host does for these needs its own client
        else:
            AsyncLLM.load(self)
        url = str(self.base_url or OPENAI_URL)
        client = ServerClient(
            url,
            self.api_key.get_secret_value(),
            seconds=self.timeout,
            headers=self.default_headers,
            trusts_environment=self._is_remote,
        )
        self._sender = BodySender(client, self.model, redact_url(url), retries=self.max_retries or 0)

    def unload(self) -> None:
        """Close the connections."""
        super().unload()
        if self._sender is not None and self._sender.client.is_open:
            self.event_loop.run_until_complete(self._sender.client.close())
        self._sender = None

    def leave_retries(self, read_headers: Callable[[Mapping[str, str]], None]) -> None:
        """Send each request once from now on: retries that know nothing of other requests do more harm than good.

        Args:
            read_headers: gets the headers of each answer that is no error.
        """
        self._sender = replace(self._loaded, retries=0, attempts=1, read_headers=read_headers)

    @property
    def _loaded(self) -> BodySender:
        if self._sender is None:
            raise RuntimeError("The LLM is not loaded: call load() first.")
        return self._sender

    def on_note(self, listener: Callable[[Note], Any]) -> None:
        """Have the listener told what is learned about the server, each thing once. Without one it is logged."""
        self._listener = listener

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
        """Ask the server until it answers in a form that it takes.

        A refusal of a parameter is followed by the same request without it. An answer that ended inside thoughts is
        asked for again if thoughts are treated in another way meanwhile. What all answers cost is counted, also on the
        exception if there is one (see `usage.billed`).

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
            The generations with their token counts, finish reasons and thoughts.
        """
        wanted = wanted_from(
            input,
            num_generations,
            max_new_tokens,
            frequency_penalty,
            presence_penalty,
            temperature,
            top_p,
            stop,
            {**self._fields_of(input), **(extra_body or {})},
        )
        spent = Spent()
        try:
            response = await self._answered(wanted, spent)
        except Exception as error:
            bill(error, spent.usage)
            raise
        return output_of(response, spent.usage, spent.retries)

    def _fields_of(self, input: FormattedInput) -> dict[str, Any]:
        """Fields of the body that the LLM itself adds to the request with this prompt."""
        del input
        return {}

    @property
    def client(self) -> ServerClient:
        """What asks the server, once the LLM is loaded."""
        return self._loaded.client

    async def check(self, *, is_chat: bool) -> TokenUsage:
        """Have the server answer a small request with one token, to see that it can be asked at all.

        Returns:
            What that cost. Without an answer, it is on the exception (see `usage.billed`).
        """
        prompt: Any = [{"role": "user", "content": "Hello"}] if is_chat else "Hello"
        wanted, spent = Wanted(prompt, {"temperature": 1.0, "top_p": 1.0}, 1), Spent()
        try:
            await self._taken(self.dialect(prompt), wanted, spent)
        except Exception as error:
            bill(error, spent.usage)
            raise
        return spent.usage

    async def list_models(self) -> Any:
        """The server's list of models, as it came."""
        return json.loads((await self.client.get("/models")).text)

    async def aclose(self) -> None:
        """Close the connections to the server; from the event loop in which it was asked."""
        await self.client.close()

    async def _answered(self, wanted: Wanted, spent: Spent) -> ModelResponse:
        """The answer to a request, in a turn of the dialect that nothing better is known for."""
        dialect = self.dialect(wanted.input)
        while True:
            # Entering a context costs a tenth of what is ours of a request, and most need none.
            async with self._one_at_a_time_while_trying(dialect) if dialect.is_trying else _FREE:
                sent, response = await self._taken(dialect, wanted, spent)
                response = dialect.read(response, sent, wanted)
                if not dialect.judge(response, sent):
                    return response

    async def _taken(self, dialect: Dialect, wanted: Wanted, spent: Spent) -> tuple[SentRequest, ModelResponse]:
        """The first response to a request that the server does not refuse, and the form of it that was sent."""
        while True:
            sent = dialect.request(wanted)
            try:
                response = await self._loaded.send(sent.body, spent)
            except APIStatusError as error:
                lesson = dialect.learn(error, sent, wanted)
                if lesson is Lesson.NONE:
                    raise
                if lesson is Lesson.UNFINISHED:
                    return sent, UNFINISHED
                continue
            dialect.note_odd_counts(response.odd_counts)
            return sent, response

    def dialect(self, input: FormattedInput) -> Dialect:
        """What is known of the server, for requests with such an input."""
        is_chat = not isinstance(input, str)
        if is_chat not in self._dialects:
            manner = Manner(self.thinking, self.thinking_tokens, self.extra_body)
            self._dialects[is_chat] = Dialect(
                manner, is_chat=is_chat, is_openai=is_openai(self.base_url), tell=self._tell
            )
        return self._dialects[is_chat]

    @asynccontextmanager
    async def _one_at_a_time_while_trying(self, dialect: Dialect) -> AsyncIterator[None]:
        """Hold requests back while one of them finds out how to treat thoughts: each try is paid for."""
        if dialect.is_trying:
            async with self._trial:
                if dialect.is_trying:
                    yield
                    return
        yield

    def _tell(self, note: Note) -> None:
        if note in self._told:
            return
        self._told.add(note)
        if self._listener is None:
            self._logger.warning(note.text)
        else:
            self._listener(note)


_FREE = nullcontext()


def output_of(response: ModelResponse, usage: TokenUsage, retries: int) -> GenerateOutput:
    """What `OpenAICompatibleLLM.agenerate` returns for a response, with what it took altogether."""
    answers = response.answers
    output: Any = prepare_output(
        generations=[answer.text for answer in answers],
        input_tokens=[usage.input_tokens],
        output_tokens=[usage.output_tokens],
    )
    output["finish_reason"] = [answer.finish_reason for answer in answers]
    output["retries"] = [retries] * len(answers)
    output["reasoning"] = [answer.reasoning for answer in answers]
    output["reasoning_tokens"] = [usage.reasoning_tokens]
    output["cached_tokens"] = [usage.cached_tokens]
    return output  # type: ignore[no-any-return]
