"""One small request before a run: a wrong address, key or model name is found before any work."""

import asyncio
import re

from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms.failures import said_in, without_secrets
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.transport.errors import (
    APIAnswerError,
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    PermissionDeniedError,
    RedirectError,
    RequestTimeoutError,
)
from distilabel_selfinstruct.prompts import PromptForm

SECONDS = 60
RETRIES = 1


# What an error means for the whole run. A server that is busy or ill at the moment (429, 5xx) is not listed: requests
# are retried later.
_REFUSALS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (AuthenticationError, PermissionDeniedError),
        "The server at {url} refuses the key in {variable}: {said}.",
    ),
    (NotFoundError, "The server at {url} has no model {model!r} for {form} prompts: {said}."),
    (BadRequestError, "The server at {url} refuses requests to {model!r}: {said}."),
    (
        (RequestTimeoutError, asyncio.TimeoutError),
        "The server at {url} does not answer within {seconds} s: check that it is up.",
    ),
    (APIConnectionError, "No server can be reached at {url} ({cause}): check the address."),
    (RedirectError, "The server at {url} is not where it was: {said}."),
    ((ValueError, APIAnswerError), "The server at {url} gives no completion: {said}."),
)

_NO_COMPLETIONS = (
    "The server at {url} has no model {model!r} for completion prompts: {said}. If it is a chat model, use "
    "`prompt_form=chat`."
)

# By the form of the prompt and by what a server says: a model that takes the other form.
_WRONG_FORMS: tuple[tuple[PromptForm, re.Pattern[str], type[Exception], str], ...] = (
    (
        "completion",
        re.compile(r"chat model|chat[ /]completions|completion operation does not work", re.IGNORECASE),
        APIStatusError,
        "The server at {url} takes chat prompts for {model!r}: use `prompt_form=chat`.",
    ),
    (
        "completion",
        re.compile(""),
        NotFoundError,
        _NO_COMPLETIONS,
    ),
    (
        "chat",
        re.compile(r"chat[ _]template", re.IGNORECASE),
        APIStatusError,
        "The model {model!r} at {url} has no chat template, as base models have none: use `prompt_form=completion`.",
    ),
)


def probe(llm: LLM, prompt_form: PromptForm) -> str | None:
    """Ask an OpenAI-compatible server for one token. Other LLMs are loaded where they run, and not probed.

    Returns:
        What the server said if it is busy or ill at the moment; None if it answered, or was not asked.

    Raises:
        ModelError: the server cannot be reached, or refuses the key, the model or the form of prompt.
    """
    if not isinstance(llm, OpenAICompatibleLLM):
        return None
    llm = llm.model_copy()
    llm.timeout, llm.max_retries = SECONDS, RETRIES
    llm.on_note(lambda _: None)  # each stage says what it learns
    llm.load()
    try:
        asyncio.run(_ask(llm, prompt_form))
    except Exception as error:  # what is not listed does not stop the run
        for kinds, sentence in (*_wrong_form(prompt_form, _said(error, llm)), *_REFUSALS):
            if isinstance(error, kinds):
                filled = sentence.format(
                    url=redact_url(str(llm.base_url)),
                    variable=llm.api_key_variable,
                    model=llm.model,
                    form=prompt_form,
                    seconds=SECONDS,
                    said=_said(error, llm),
                    cause=without_secrets(llm, str(error.__cause__ or error)),
                )
                raise ModelError(filled) from None
        return _said(error, llm)
    return None


async def _ask(llm: OpenAICompatibleLLM, prompt_form: PromptForm) -> None:
    try:
        await llm.check(is_chat=prompt_form == "chat")
    finally:
        await llm.aclose()


def _wrong_form(form: PromptForm, said: str) -> list[tuple[type[Exception], str]]:
    """What to say first if the model may take prompts of the other form."""
    return [(kind, sentence) for of, words, kind, sentence in _WRONG_FORMS if of == form and words.search(said)]


def _said(error: Exception, llm: OpenAICompatibleLLM) -> str:
    """The server's own words, without the full stop."""
    return said_in(llm, error).rstrip(".")
