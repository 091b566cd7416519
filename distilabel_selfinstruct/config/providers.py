"""Providers of models: what can be said of `provider:model` before anything heavy is imported."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.config.api_keys import key_in, require_meant_for
from distilabel_selfinstruct.errors import ConfigError, MissingKeyError, RecordingError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.files.packaged import packaged_folder
from distilabel_selfinstruct.files.run_layout import COMPLETIONS
from distilabel_selfinstruct.files.user_folders import cache_folder
from distilabel_selfinstruct.model_files import NamedFile, find_gguf, read_gguf
from distilabel_selfinstruct.prompts import PromptForm

LITELLM_NAMES = {
    **dict.fromkeys(("google", "gemini"), "gemini"),
    **dict.fromkeys(("aws", "bedrock"), "bedrock"),
    **dict.fromkeys(("fireworks", "fireworks_ai"), "fireworks_ai"),
    **dict.fromkeys(("together", "together_ai"), "together_ai"),
    **dict.fromkeys(("vertex", "vertex_ai"), "vertex_ai"),
    **{name: name for name in ("anthropic", "azure", "cohere", "deepseek", "groq", "openrouter", "perplexity", "xai")},
}
"""Hosted providers that `litellm` asks, by the names that users write, with its own names for them."""

OPENAI_URL = "https://api.openai.com/v1"
OLLAMA_URL = "http://localhost:11434/v1"
HF_URL = "https://router.huggingface.co/v1"


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What is known of a provider.

    `address` is where its OpenAI-compatible server is asked if no base URL is given; None if it has none.
    `key_variable` holds its key. `chat_only` says what to do where it takes no completion prompts, as a sentence.
    """

    address: Callable[[], str] | None = None
    key_variable: str = ""
    chat_only: str = ""


KNOWN_PROVIDERS = {
    "openai": ProviderFacts(lambda: os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_URL, "OPENAI_API_KEY"),
    "ollama": ProviderFacts(lambda: OLLAMA_URL, "OLLAMA_API_KEY"),
    "hf": ProviderFacts(
        lambda: HF_URL, "HF_TOKEN", chat_only="Inference Providers take chat prompts only: use `prompt_form=chat`."
    ),
    "gguf": ProviderFacts(),
    "transformers": ProviderFacts(),
    "vllm": ProviderFacts(),
    "litellm": ProviderFacts(chat_only="litellm takes chat prompts only: use `prompt_form=chat`."),
    "recorded": ProviderFacts(),
}


def is_openai(base_url: str | None) -> bool:
    """Whether an address is that of OpenAI itself."""
    return (base_url or OPENAI_URL).rstrip("/") == OPENAI_URL


def check_llm(llm: str, base_url: str | None = None) -> tuple[str, str]:
    """The provider and the model that a text names; nothing is made, and neither a key nor a server is needed.

    Raises:
        ConfigError: the provider is unknown, the model is missing or is no file or name of a model on this machine,
            the provider takes no base URL, or what is given is none.
        RecordingError: it names a recording, and there is none.
        InputFileError: it names a model that comes as a package, and the file there is another one.
    """
    provider, _, model = llm.partition(":")
    if provider not in KNOWN_PROVIDERS:
        raise ConfigError(_no_provider(llm, provider))
    if not model:
        raise ConfigError(f"{llm!r} names no model: write {provider}:MODEL.")
    if base_url is not None and KNOWN_PROVIDERS[provider].address is None:
        raise ConfigError(f"{provider} takes no base URL: use openai:{model} for a server at {redact_url(base_url)}.")
    if base_url is not None and base_url.strip().rstrip("/").endswith("/completions"):
        shown = redact_url(base_url.strip())
        raise ConfigError(f"{shown!r} is the address of requests: give that of the API, up to and including /v1.")
    if provider == "recorded":
        recording_files(model)
    if provider == "gguf":
        gguf_file(model)
    # The Hub has no such names, and answers them, after a while, with a sentence about characters.
    if provider in ("transformers", "vllm") and model.startswith((".", "/", "~")) and not Path(model).is_dir():
        raise ConfigError(f"{llm!r} names no folder: give {provider}: the folder of a model, or its name on the Hub.")
    return provider, model


def check_access(llm: str, base_url: str | None, prompt_form: PromptForm) -> None:
    """Find out whether a provider can be asked at all, as far as this machine alone can tell.

    Raises:
        MissingKeyError: its key is not set.
        ConfigError: it takes no such prompts, or the key holds a character that no header can carry
            or is not meant for this server.
    """
    name = llm.partition(":")[0]
    provider = KNOWN_PROVIDERS[name]
    needs_key = name == "hf" or (name == "openai" and is_openai(server_of(llm, base_url)))
    if needs_key and not key_in(provider.key_variable):
        raise MissingKeyError(name, provider.key_variable)
    if address := server_of(llm, base_url):
        require_meant_for(provider.key_variable, address)
    if provider.chat_only and prompt_form == "completion":
        raise ConfigError(provider.chat_only)
    if prompt_form == "chat" and natural_form(llm) == "completion":
        raise ConfigError(f"{llm} has no chat template, as base models have none: use `prompt_form=completion`.")


def gguf_file(model: str) -> NamedFile:
    """The file that a text after `gguf:` names (see `find_gguf`)."""
    return find_gguf(model, cache_folder(os.environ), Path.home(), os.environ)


def natural_form(llm: str) -> PromptForm | None:
    """The form of prompts that the file of a model is made for; None where no file says it.

    Raises:
        ConfigError, InputFileError: there is no such file, or it is damaged.
    """
    provider, _, model = llm.partition(":")
    if provider != "gguf":
        return None
    return "completion" if read_gguf(gguf_file(model).path).chat_template is None else "chat"


def server_of(llm: str, base_url: str | None = None) -> str | None:
    """The address of the OpenAI-compatible server that a model is asked at; None if there is none."""
    provider = KNOWN_PROVIDERS.get(llm.partition(":")[0])
    if provider is None or provider.address is None:
        return None
    return (base_url or "").strip() or provider.address()


def recording_files(recording: str | os.PathLike[str]) -> list[Path]:
    """The files of a recording: a packaged one by name ("demo"), a file, a folder with one, or the folder of a run.

    A packaged name wins: a folder of the user that is called so needs a path, as in "./demo".

    Raises:
        RecordingError: there is none.
    """
    name = os.fspath(recording)
    packaged = packaged_folder("data/recordings", name)
    if packaged is None and name and Path(name).is_file():
        return [Path(name)]
    for folder in (Path(name), Path(name) / run_layout.STATE) if packaged is None else (packaged,):
        files = [folder / COMPLETIONS] if (folder / COMPLETIONS).is_file() else sorted(folder.glob(f"*/{COMPLETIONS}"))
        if name and files:
            return files
    raise RecordingError(f"There is no recording {name!r}: use 'demo', a file of completions, or the folder of a run.")


def _no_provider(llm: str, provider: str) -> str:
    """Which provider may be meant, where a text names none: the nearest name, or what such a model is asked by."""
    providers = ", ".join(KNOWN_PROVIDERS)
    near = get_close_matches(provider.lower(), KNOWN_PROVIDERS, n=1, cutoff=0.75)
    if near and ":" in llm:
        meant = f"{near[0]}:{llm.partition(':')[2]}"
    elif "://" in llm:
        return f"{llm!r} is an address: write openai:MODEL, and give the address of the server in `base_url`."
    elif ":" in llm and (hosted := LITELLM_NAMES.get(provider.lower())):
        meant = f"litellm:{hosted}/{llm.partition(':')[2]}"
    elif ":" in llm:
        meant = f"ollama:{llm}"  # "llama3.2:1b"
    elif llm.endswith(".gguf"):
        meant = f"gguf:{llm}"
    else:
        meant = f"openai:{llm}"
    if not provider or meant.endswith(":"):
        return f"{llm!r} names no provider: write PROVIDER:MODEL, with one of {providers}."
    return f"{llm!r} names no provider ({providers}): did you mean {meant}?"
