"""`provider:model` to a distilabel LLM."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config.providers import KNOWN_PROVIDERS, check_access, check_llm, gguf_file, server_of
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError
from distilabel_selfinstruct.files.hub_names import require_hub_model
from distilabel_selfinstruct.files.run_rows import unfinished_training
from distilabel_selfinstruct.llms.local_server import LocalServerLLM
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.recorded import RecordedLLM
from distilabel_selfinstruct.model_files import loading_fault, read_gguf
from distilabel_selfinstruct.prompts import PromptForm


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
    check_access(llm, base_url, prompt_form)
    made = PROVIDERS[provider](model, base_url.strip() if base_url else None, prompt_form)
    made.generation_kwargs = generation_kwargs or {}
    return made


def _openai(model: str, base_url: str | None, form: PromptForm) -> LLM:
    return OpenAICompatibleLLM(model=model, base_url=server_of("openai:", base_url))


def _ollama(model: str, base_url: str | None, form: PromptForm) -> LLM:
    # Ollama's OpenAI-compatible address: it also takes completion prompts and says why a completion ended.
    variable = KNOWN_PROVIDERS["ollama"].key_variable
    return OpenAICompatibleLLM(model=model, base_url=server_of("ollama:", base_url), api_key_variable=variable)


def _hf(model: str, base_url: str | None, form: PromptForm) -> LLM:
    variable, address = KNOWN_PROVIDERS["hf"].key_variable, server_of("hf:", base_url)
    return OpenAICompatibleLLM(model=model, base_url=address, api_key_variable=variable)


def _transformers(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("transformers", "torch", extra="transformers")
    if (Path(model).expanduser() / "adapter_config.json").is_file() and find_spec("peft") is None:
        raise MissingExtraError(f"The adapter in {model}", "finetune")
    _require_model(model)
    if form == "chat":
        from transformers import AutoTokenizer

        try:
            template = AutoTokenizer.from_pretrained(model).chat_template
        except (OSError, ValueError) as error:
            raise ConfigError(f"Cannot load the tokenizer of {model!r}: {loading_fault(error)}.") from error
        if template is None:  # the host would send the system message alone
            raise ConfigError(f"{model} has no chat template, as base models have none: use `prompt_form=completion`.")
    return LocalServerLLM(engine="transformers", path=model, model=_name_of(model))


def _vllm(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("vllm", extra="vllm")
    _require_model(model)
    return LocalServerLLM(engine="vllm", path=model, model=_name_of(model))


def _gguf(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("xllamacpp", extra="local")
    file = gguf_file(model)
    read_gguf(file.path)  # a damaged one is refused here
    return LocalServerLLM(engine="gguf", path=str(file.path), model=file.model)


def _require_model(model: str) -> None:
    """Refuse at once what an engine finds out after a while: a name that the Hub lacks, and a folder without a model.

    Raises:
        ConfigError: there is no such model.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir():
        require_hub_model(model)
    elif not any((folder / name).is_file() for name in ("config.json", "adapter_config.json")):
        raise ConfigError(f"{model} holds no model: {unfinished_training(folder) or 'config.json is missing.'}")


def _name_of(model: str) -> str:
    """The name of a model of the Hub, or the last part of the path of a folder."""
    return Path(model).resolve().name if Path(model).expanduser().is_dir() else model


def _litellm(model: str, base_url: str | None, form: PromptForm) -> LLM:
    _require("litellm", extra="litellm")
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
    "gguf": _gguf,
    "transformers": _transformers,
    "vllm": _vllm,
    "litellm": _litellm,
    "recorded": _recorded,
}
