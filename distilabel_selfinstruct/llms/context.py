"""How many tokens a model takes, prompt and answer together: some servers say so in their list of models."""

import asyncio
from typing import Any

from distilabel_selfinstruct.config.providers import is_openai
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM

SECONDS = 10.0

# vLLM and SGLang, OpenRouter and Together, Groq, Mistral.
_NAMES = ("max_model_len", "context_length", "context_window", "max_context_length")


def context_of(llm: OpenAICompatibleLLM) -> int | None:
    """The context of the model in tokens; None where the server does not tell.

    Args:
        llm: the model; it need not be loaded.
    """
    if is_openai(llm.base_url):  # it does not tell, and all of its models take long prompts
        return None
    llm = llm.model_copy()
    llm.timeout, llm.max_retries = int(SECONDS), 0
    llm.load()
    try:
        return context_in(asyncio.run(_models(llm)), llm.model)
    except Exception:  # whatever a server answers here, it says nothing about its model
        return None


def context_in(listed: Any, model: str) -> int | None:
    """The context of a model in a server's list of models; None where it is not there.

    A server with one model may call it as it likes.
    """
    entries = listed.get("data", listed.get("models")) if isinstance(listed, dict) else listed
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    named = [entry for entry in entries if entry.get("id") == model] or (entries if len(entries) == 1 else [])
    for entry in named:
        # llama.cpp's server; `n_ctx_train` there is not what it was started with.
        meta = entry.get("meta")
        values = [*(entry.get(name) for name in _NAMES), meta.get("n_ctx") if isinstance(meta, dict) else None]
        for value in values:
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
    return None


async def _models(llm: OpenAICompatibleLLM) -> Any:
    try:
        return await llm.list_models()
    finally:
        await llm.aclose()
