"""`provider:model` to a distilabel LLM."""

import os
from collections.abc import Callable
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, MissingKeyError
from distilabel_selfinstruct.llms.api_keys import key_in, require_meant_for
from distilabel_selfinstruct.llms.openai_compatible import OPENAI_URL, OpenAICompatibleLLM, is_openai
from distilabel_selfinstruct.llms.recorded import RecordedLLM, recording_files
from distilabel_selfinstruct.prompts import PromptForm

OLLAMA_URL = "http://localhost:11434/v1"
HF_URL = "https://router.huggingface.co/v1"

_ADDRESSES: dict[str, Callable[[], str]] = {
    "openai": lambda: os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_URL,
    "ollama": lambda: OLLAMA_URL,
    "hf": lambda: HF_URL,
}
"""Where providers with an OpenAI-compatible server are asked, if no base URL is given."""

_COMPLETION_TEMPLATE = "{{ messages[0]['content'] }}"
"""A chat template under which a chat model in this process sees a completion prompt as it is."""


@checks_arguments
def make_llm(
    llm: str,
    *,
    base_url: str | None = None,
    prompt_form: PromptForm = "completion",
    generation_kwargs: dict[str, Any] | None = None,
) -> LLM:
    """The LLM that a text like "openai:gpt-4o-mini" names.

    Args:
        llm: provider and model, with a colon between them.
        base_url: address of an OpenAI-compatible server, up to and including `/v1`.
        prompt_form: which prompts the LLM will get.
        generation_kwargs: sampling parameters that override the paper's, in the LLM's own words.

    Raises:
        ConfigError: the provider is unknown, the model is missing, or the two options do not go with the provider.
        MissingExtraError: the provider's package is not installed.
        MissingKeyError: the provider's API key is not set.
    """
    provider, model = check_llm(llm, base_url)
    made = PROVIDERS[provider](model, base_url.strip() if base_url else None, prompt_form)
    made.generation_kwargs = generation_kwargs or {}
    return made


def check_llm(llm: str, base_url: str | None = None) -> tuple[str, str]:
    """The provider and the model that a text names; nothing is made, and neither a key nor a server is needed.

    Raises:
        ConfigError: the provider is unknown, the model is missing, or the provider takes no base URL.
        RecordingError: it names a recording, and there is none.
    """
    provider, _, model = llm.partition(":")
    if provider not in PROVIDERS:
        raise ConfigError(_no_provider(llm, provider))
    if not model:
        raise ConfigError(f"{llm!r} names no model: write {provider}:MODEL.")
    if base_url is not None and provider not in _ADDRESSES:
        raise ConfigError(f"{provider} takes no base URL: use openai:{model} for a server at {redact_url(base_url)}.")
    if provider == "recorded":
        recording_files(model)
    return provider, model


def server_of(llm: str, base_url: str | None = None) -> str | None:
    """The address of the OpenAI-compatible server that a model is asked at; None if there is none."""
    address = _ADDRESSES.get(llm.partition(":")[0])
    return None if address is None else base_url or address()


def _no_provider(llm: str, provider: str) -> str:
    """Which provider may be meant, where a text names none: the nearest name, or what such a model is asked by."""
    providers = ", ".join(PROVIDERS)
    near = get_close_matches(provider.lower(), PROVIDERS, n=1, cutoff=0.75)
    if near and ":" in llm:
        meant = f"{near[0]}:{llm.partition(':')[2]}"
    elif ":" in llm:
        meant = f"ollama:{llm}"  # "llama3.2:1b"
    elif llm.endswith(".gguf"):
        meant = f"llamacpp:{llm}"
    else:
        meant = f"openai:{llm}"
    if not provider or meant.endswith(":"):
        return f"{llm!r} names no provider: write PROVIDER:MODEL, with one of {providers}."
    return f"{llm!r} names no provider ({providers}): did you mean {meant}?"


def _openai(model: str, base_url: str | None, form: PromptForm) -> LLM:
    address = base_url or _ADDRESSES["openai"]()
    if is_openai(address) and not key_in("OPENAI_API_KEY"):
        raise MissingKeyError("openai", "OPENAI_API_KEY")
    return OpenAICompatibleLLM(model=model, base_url=address)


def _ollama(model: str, base_url: str | None, form: PromptForm) -> LLM:
    # Ollama's OpenAI-compatible address: it also takes completion prompts and says why a completion ended.
    return OpenAICompatibleLLM(
        model=model, base_url=base_url or _ADDRESSES["ollama"](), api_key_variable="OLLAMA_API_KEY"
    )


def _hf(model: str, base_url: str | None, form: PromptForm) -> LLM:
    if not key_in("HF_TOKEN"):
        raise MissingKeyError("hf", "HF_TOKEN")
    if form == "completion":
        raise ConfigError("Inference Providers take chat prompts only: use `prompt_form=chat`.")
    address = base_url or _ADDRESSES["hf"]()
    require_meant_for("HF_TOKEN", address)
    return OpenAICompatibleLLM(model=model, base_url=address, api_key_variable="HF_TOKEN")


def _transformers(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("transformers", "torch", extra="transformers")
    from distilabel.models.llms import TransformersLLM
    from transformers import AutoTokenizer

    if form == "chat":
        try:
            template = AutoTokenizer.from_pretrained(model).chat_template
        except (OSError, ValueError) as error:
            raise ConfigError(f"Cannot load the tokenizer of {model!r}: {error}") from error
        if template is None:  # the host would send the system message alone
            raise ConfigError(f"{model} has no chat template, as base models have none: use `prompt_form=completion`.")
    return TransformersLLM(model=model, chat_template=_COMPLETION_TEMPLATE if form == "completion" else None)


def _vllm(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("vllm", extra="vllm")
    from distilabel.models.llms import vLLM

    return vLLM(model=model, chat_template=_COMPLETION_TEMPLATE if form == "completion" else None)


def _llamacpp(model: str, base_url: str | None, form: PromptForm) -> LLM:
    if form == "completion":
        raise ConfigError(
            "llamacpp takes chat prompts only: use `prompt_form=chat`, or llama.cpp's server by openai and `base_url`."
        )
    if not Path(model).is_file():
        raise ConfigError(f"There is no GGUF file {model!r}: give the path of one after llamacpp:.")
    _require("llama_cpp", extra="llamacpp")
    from distilabel.models.llms import LlamaCppLLM

    return LlamaCppLLM(model_path=model, n_ctx=4096)


def _litellm(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("litellm", extra="litellm")
    if form == "completion":
        raise ConfigError("litellm takes chat prompts only: use `prompt_form=chat`.")
    from distilabel.models.llms import LiteLLM

    return LiteLLM(model=model)


def _recorded(model: str, base_url: str | None, form: PromptForm) -> LLM:
    return RecordedLLM(recording=model)


def _require(*modules: str, extra: str) -> None:
    if any(find_spec(module) is None for module in modules):
        raise MissingExtraError(f"The provider {extra!r}", extra)


PROVIDERS: dict[str, Callable[[str, str | None, PromptForm], LLM]] = {
    "openai": _openai,
    "ollama": _ollama,
    "hf": _hf,
    "transformers": _transformers,
    "vllm": _vllm,
    "llamacpp": _llamacpp,
    "litellm": _litellm,
    "recorded": _recorded,
}
