"""`make_llm`: which LLM a text names, and what is said when it names none that can be used."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.config.providers import natural_form
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, MissingKeyError, SelfInstructError
from distilabel_selfinstruct.llms import PROVIDERS, OpenAICompatibleLLM, RecordedLLM, make_llm
from tests.gguf_files import LLAMA, gguf_file
from tests.live_argilla import skip_or_fail


@pytest.fixture(autouse=True)
def _without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_API_KEY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where none of the extras is installed."""
    for module in ("transformers", "torch", "vllm", "xllamacpp", "litellm"):
        monkeypatch.setitem(sys.modules, module, None)


def message_for(llm: str, kind: type[SelfInstructError], **options: Any) -> str:
    with pytest.raises(kind) as caught:
        make_llm(llm, **options)
    return str(caught.value)


# --- LLMs


def test_openai_takes_any_address() -> None:
    llm = make_llm("openai:small", base_url="http://localhost:1234/v1")
    assert isinstance(llm, OpenAICompatibleLLM)
    assert (llm.model, llm.base_url) == ("small", "http://localhost:1234/v1")


def test_openai_takes_the_address_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1234/v1")
    llm = make_llm("openai:small")
    assert isinstance(llm, OpenAICompatibleLLM)
    assert llm.base_url == "http://localhost:1234/v1"


def test_openai_goes_to_openai_where_nothing_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    llm = make_llm("openai:gpt-4o-mini")
    assert isinstance(llm, OpenAICompatibleLLM)
    assert llm.base_url == "https://api.openai.com/v1"


def test_a_model_name_may_hold_colons_and_slashes() -> None:
    llm = make_llm("ollama:library/llama3.2:1b")
    assert llm.model_name == "library/llama3.2:1b"


def test_ollama_is_asked_on_this_machine_without_a_key() -> None:
    llm = make_llm("ollama:llama3.2")
    assert isinstance(llm, OpenAICompatibleLLM)
    assert llm.base_url == "http://localhost:11434/v1"
    assert llm.api_key_variable == "OLLAMA_API_KEY"


def test_hf_is_asked_with_the_hub_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    llm = make_llm("hf:org/model", prompt_form="chat")
    assert isinstance(llm, OpenAICompatibleLLM)
    llm.load()
    assert llm.api_key is not None
    assert llm.api_key.get_secret_value() == "hf_test"


def test_recorded_names_a_recording() -> None:
    llm = make_llm("recorded:demo")
    assert isinstance(llm, RecordedLLM)
    assert llm.model_name == "recorded:demo"


def test_generation_kwargs_reach_the_llm() -> None:
    assert make_llm("ollama:m", generation_kwargs={"top_p": 0.3}).get_generation_kwargs() == {"top_p": 0.3}


@pytest.mark.parametrize("key", ["sk-test\n", "sk-test\r\n", "  sk-test ", "\tsk-test"])
def test_blanks_and_line_ends_around_a_key_are_not_part_of_it(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    llm = make_llm("openai:small")
    assert isinstance(llm, OpenAICompatibleLLM)
    llm.load()
    assert llm.api_key is not None
    assert llm.api_key.get_secret_value() == "sk-test"


@pytest.mark.parametrize("provider", ["openai", "hf"])
@pytest.mark.parametrize("key", ["sk-te\nst", "sk-te\rst", "sk-t\u00e9st"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, provider: str, key: str
) -> None:
    variable = {"openai": "OPENAI_API_KEY", "hf": "HF_TOKEN"}[provider]
    monkeypatch.setenv(variable, key)
    message = message_for(f"{provider}:m", ConfigError, prompt_form="chat")
    assert message == f"The API key in {variable} holds a line end or a letter that no key has: set it again."


@pytest.mark.parametrize("variable", ["OPENAI_API_KEY", "HF_TOKEN"])
def test_a_key_of_blanks_counts_as_none(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, " \n")
    provider = {"OPENAI_API_KEY": "openai", "HF_TOKEN": "hf"}[variable]
    assert variable in message_for(f"{provider}:m", MissingKeyError, prompt_form="chat")


# --- messages


def test_an_unknown_provider_is_named_with_all_that_there_are() -> None:
    message = message_for("openia:gpt-4o", ConfigError)
    assert message == f"'openia:gpt-4o' names no provider ({', '.join(PROVIDERS)}): did you mean openai:gpt-4o?"


@pytest.mark.parametrize("text", ["", ":gpt-4o"])
def test_a_text_without_provider_is_refused(text: str) -> None:
    message = message_for(text, ConfigError)
    assert message == f"{text!r} names no provider: write PROVIDER:MODEL, with one of {', '.join(PROVIDERS)}."


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("gpt-4o-mini", "openai:gpt-4o-mini"),
        ("Qwen/Qwen3-8B", "openai:Qwen/Qwen3-8B"),
        ("llama3.2:1b", "ollama:llama3.2:1b"),
        ("models/tiny.gguf", "gguf:models/tiny.gguf"),
        ("Olama:llama3.2", "ollama:llama3.2"),
        ("OpenAI:gpt-4o", "openai:gpt-4o"),
        ("anthropic:claude-haiku-4-5", "litellm:anthropic/claude-haiku-4-5"),
        ("Google:gemini-2.5-flash", "litellm:gemini/gemini-2.5-flash"),
    ],
)
def test_a_model_without_its_provider_is_answered_with_what_may_be_meant(text: str, meant: str) -> None:
    assert message_for(text, ConfigError).endswith(f"did you mean {meant}?")


def test_an_address_in_place_of_a_model_is_answered_with_where_it_belongs() -> None:
    message = message_for("http://localhost:8000/v1", ConfigError)
    assert message.endswith("is an address: write openai:MODEL, and give the address of the server in `base_url`.")


@pytest.mark.parametrize("end", ["/chat/completions", "/completions", "/chat/completions/ "])
def test_the_address_of_requests_is_no_base_url(end: str) -> None:
    message = message_for("openai:m", ConfigError, base_url=f"http://localhost:8000/v1{end}")
    assert message.endswith("is the address of requests: give that of the API, up to and including /v1.")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_model_is_refused_for_every_provider(provider: str) -> None:
    assert message_for(f"{provider}:", ConfigError) == f"'{provider}:' names no model: write {provider}:MODEL."


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name not in ("openai", "ollama", "hf")])
def test_a_base_url_is_refused_where_there_is_no_server(provider: str) -> None:
    message = message_for(f"{provider}:m", ConfigError, base_url="http://localhost/v1")
    assert message == f"{provider} takes no base URL: use openai:m for a server at http://localhost/v1."


def test_a_missing_openai_key_names_the_variable() -> None:
    assert "set the environment variable OPENAI_API_KEY" in message_for("openai:gpt-4o", MissingKeyError)


def test_a_missing_hub_token_names_the_variable() -> None:
    assert "set the environment variable HF_TOKEN" in message_for("hf:m", MissingKeyError, prompt_form="chat")


def test_a_missing_key_is_noticed_with_a_slash_at_the_end_of_the_address() -> None:
    message_for("openai:gpt-4o", MissingKeyError, base_url="https://api.openai.com/v1/")


def test_hf_with_completion_prompts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    assert "use `prompt_form=chat`" in message_for("hf:m", ConfigError, prompt_form="completion")


@pytest.mark.usefixtures("_without_extras")
@pytest.mark.parametrize(
    ("llm", "extra"),
    [
        ("transformers:m", "transformers"),
        ("vllm:m", "vllm"),
        ("litellm:m", "litellm"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(llm: str, extra: str) -> None:
    message = message_for(llm, MissingExtraError, prompt_form="chat")
    assert f"pip install 'distilabel-selfinstruct[{extra}]'" in message


@pytest.mark.parametrize("provider", ["transformers", "vllm"])
@pytest.mark.parametrize("path", ["./nowhere", "../nowhere", "/nowhere/at/all", "~/nowhere"])
def test_a_path_that_is_no_folder_is_not_looked_for_on_the_hub(provider: str, path: str) -> None:
    with pytest.raises(ConfigError, match=f"'{provider}:{path}' names no folder"):
        make_llm(f"{provider}:{path}")


def test_a_folder_without_a_model_is_refused_with_how_to_finish_its_training(tmp_path: Path) -> None:
    if find_spec("transformers") is None or find_spec("torch") is None:
        skip_or_fail("transformers and torch are not installed: they are in the extra transformers.")
    assert "holds no model: config.json is missing." in message_for(f"transformers:{tmp_path}", ConfigError)
    (tmp_path / "finetune.json").write_text('{"status": "started"}')
    message = message_for(f"transformers:{tmp_path}", ConfigError, prompt_form="chat")
    assert "the training there is not finished. Resume it with the command that began it." in message


def test_a_gguf_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = message_for(f"gguf:{tmp_path / 'm.gguf'}", ConfigError, prompt_form="chat")
    assert "m.gguf" in message


@pytest.mark.usefixtures("_without_extras")
def test_a_gguf_file_without_the_engine_is_answered_with_the_command_that_installs_it(tmp_path: Path) -> None:
    message = message_for(f"gguf:{gguf_file(tmp_path / 'm.gguf')}", MissingExtraError, prompt_form="completion")
    assert "pip install 'distilabel-selfinstruct[local]'" in message


def test_a_base_model_in_a_gguf_file_is_refused_for_chat_prompts(tmp_path: Path) -> None:
    message = message_for(f"gguf:{gguf_file(tmp_path / 'm.gguf')}", ConfigError, prompt_form="chat")
    assert "no chat template, as base models have none: use `prompt_form=completion`" in message


def test_the_file_of_a_model_says_which_form_of_prompts_it_is_made_for(tmp_path: Path) -> None:
    base = gguf_file(tmp_path / "base.gguf")
    chat = gguf_file(tmp_path / "chat.gguf", {**LLAMA, "tokenizer.chat_template": "{{ messages }}"})
    assert [natural_form(f"gguf:{base}"), natural_form(f"gguf:{chat}")] == ["completion", "chat"]
    assert natural_form("openai:m") is None


@pytest.mark.usefixtures("_without_extras")
@pytest.mark.parametrize(
    ("llm", "options"),
    [
        ("openia:gpt-4o", {}),
        ("gpt-4o", {}),
        ("openai:", {}),
        ("openai:gpt-4o", {}),
        ("hf:m", {}),
        ("recorded:missing", {}),
        ("recorded:demo", {"base_url": "http://localhost/v1"}),
        ("vllm:m", {}),
    ],
)
def test_every_message_is_one_sentence_that_names_a_remedy(llm: str, options: dict[str, Any]) -> None:
    message = message_for(llm, SelfInstructError, **options)
    assert re.fullmatch(r"[^\n]+: [^\n]+[.?]", message)
    assert not re.search(r"\. [A-Z]", message)
