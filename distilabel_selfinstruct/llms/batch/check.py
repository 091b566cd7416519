"""Whether a server takes batches at all, found before the first request is paid."""

import asyncio

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms.batch.server import BatchServer
from distilabel_selfinstruct.llms.batch.waiting import is_missing, refusal
from distilabel_selfinstruct.llms.failures import said_by
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.transport.errors import AuthenticationError, PermissionDeniedError

SECONDS = 60


def check_batches(llm: OpenAICompatibleLLM) -> None:
    """Ask a server for its last batch; the LLM need not be loaded.

    Raises:
        ModelError: the server has no such endpoint, or refuses the key there.
    """
    llm = llm.model_copy()
    llm.timeout = SECONDS
    llm.load()
    try:
        asyncio.run(_check(llm))
    except Exception as error:  # what may pass does not stop the run
        if is_missing(error) or isinstance(error, AuthenticationError | PermissionDeniedError):
            said = said_by(llm, error).rstrip(".")
            who = f"The server at {redact_url(str(llm.base_url))}"
            raise ModelError(refusal(who, "list batches", error, said)) from None


async def _check(llm: OpenAICompatibleLLM) -> None:
    try:
        await BatchServer(llm.client).check()
    finally:
        await llm.aclose()
