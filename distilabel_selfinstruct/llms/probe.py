"""One small request before a run: a wrong address, key or model name is found before any work."""

import asyncio
from typing import Any

import openai
from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.prompts import Prompt, PromptForm

SECONDS = 60
RETRIES = 1


# What an error means for the whole run. A server that is busy or ill at the moment (429, 5xx) is not listed: requests
# are retried later.
_REFUSALS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (openai.AuthenticationError, openai.PermissionDeniedError),
        "The server at {url} refuses the key in {variable}: {said}.",
    ),
    (openai.NotFoundError, "The server at {url} has no model {model!r} for {form} prompts: {said}."),
    (openai.BadRequestError, "The server at {url} refuses requests to {model!r}: {said}."),
    (
        (openai.APITimeoutError, asyncio.TimeoutError),
        "The server at {url} does not answer within {seconds} s: check that it is up.",
    ),
    (openai.APIConnectionError, "No server can be reached at {url} ({cause}): check the address."),
    (ValueError, "The server at {url} gives no completion: {said}."),
)


def probe(llm: LLM, prompt_form: PromptForm) -> None:
    """Ask an OpenAI-compatible server for one token. Other LLMs are loaded where they run, and not probed.

    Raises:
        ModelError: the server cannot be reached, or refuses the key, the model or the form of prompt.
    """
    if not isinstance(llm, OpenAICompatibleLLM):
        return
    llm = llm.model_copy()
    llm.timeout, llm.max_retries = SECONDS, RETRIES
    llm.load()
    try:
        asyncio.run(_ask(llm, "" if prompt_form == "completion" else []))
    except Exception as error:  # what is not listed does not stop the run
        for kinds, sentence in _REFUSALS:
            if isinstance(error, kinds):
                filled = sentence.format(
                    url=llm.base_url,
                    variable=llm.api_key_variable,
                    model=llm.model,
                    form=prompt_form,
                    seconds=SECONDS,
                    said=_said(error, llm),
                    cause=error.__cause__ or error,
                )
                raise ModelError(filled) from None


async def ask_for_a_token(llm: OpenAICompatibleLLM, form: Prompt) -> None:
    """Ask something small, in the form of the given prompt.

    Raises:
        Exception: whatever the client raises where there is no answer.
    """
    prompt: Any = "Hello" if isinstance(form, str) else [{"role": "user", "content": "Hello"}]
    await llm.agenerate(input=prompt, max_new_tokens=1)


async def _ask(llm: OpenAICompatibleLLM, form: Prompt) -> None:
    try:
        # The client's own limit is on each pause between bytes.
        await asyncio.wait_for(ask_for_a_token(llm, form), SECONDS * (1 + RETRIES))
    finally:
        await llm.aclose()


def _said(error: Exception, llm: OpenAICompatibleLLM) -> str:
    """The server's own words, without the key that some servers repeat."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    text = str(said or error).rstrip(".")
    return text.replace(llm.api_key.get_secret_value(), "***") if llm.api_key else text
