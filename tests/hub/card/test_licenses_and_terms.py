import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.hub.card.licenses import License, find_license
from distilabel_selfinstruct.hub.card.model_terms import terms_of


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("CC-BY-4.0", "cc-by-4.0"),
        ("mit", "mit"),
        ("ODbL-1.0", "odbl"),
        (" Apache-2.0 ", "apache-2.0"),
        ("GPL-3.0-only", "gpl-3.0"),
    ],
)
def test_spdx_identifiers_become_the_hubs(text, id):
    assert find_license(text) == License(id)


@pytest.mark.parametrize("text", [None, ""])
def test_a_license_is_asked_for_and_never_made_up(text):
    with pytest.raises(ConfigError, match=r"say with `license` how others may use it \(apache-2\.0, cc-by-4\.0"):
        find_license(text)


def test_an_unknown_license_is_answered_with_near_ones():
    with pytest.raises(ConfigError, match=r"does not know the license 'cc-by-40'\. Did you mean cc-by-4\.0"):
        find_license("cc-by-40")


def test_unknown_is_no_license():
    with pytest.raises(ConfigError, match="does not know the license 'unknown'"):
        find_license("unknown")


def test_another_license_needs_a_name_and_an_address():
    with pytest.raises(ConfigError, match="`license_name` and `license_link`"):
        find_license("other", name="Acme 1.0")
    assert find_license("other", name="Acme 1.0", link="https://acme.example/license").id == "other"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://acme.example/a b", "https://acme.example/>x", "acme"])
def test_the_address_of_a_license_is_one(link):
    with pytest.raises(ConfigError, match="`license_link` is"):
        find_license("other", name="Acme 1.0", link=link)


def test_a_name_does_not_go_with_a_known_license():
    with pytest.raises(ConfigError, match="are for `license=other`: omit them with `license=mit`"):
        find_license("mit", name="Mine")


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("gpt-4o-mini", "OpenAI"), ("openai/gpt-4.1", "OpenAI"), ("text-davinci-001", "OpenAI"), ("o3-mini", "OpenAI"),
        ("claude-sonnet-4", "Anthropic"), ("gemini-2.5-flash", "Google"), ("google/gemma-2-9b-it", "Google"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Meta"), ("llama3.2:3b", "Meta"), ("Meta-Llama-3-8B", "Meta"),
        ("llama-4-scout", "Meta"), ("DeepSeek-R1-Distill-Llama-8B", "Meta"), ("grok-3", "xAI"),
        ("command-r-plus", "Cohere"), ("openai/gpt-oss-20b", "OpenAI"),
    ],
)  # fmt: skip
def test_models_with_terms_on_outputs_are_named(model, maker):
    [(named, terms)] = terms_of([model])
    assert (named, terms.maker) == (model, maker)
    assert terms.link.startswith("https://")


@pytest.mark.parametrize(
    "model", ["gpt2", "Qwen/Qwen3-8B", "TinyLlama-1.1B", "marco-o1", "recorded:demo", "mistralai/Mistral-7B-v0.3"]
)
def test_models_without_such_terms_are_not(model):
    assert terms_of([model]) == []


def test_open_weights_are_not_under_the_terms_of_the_service():
    [(_, terms)] = terms_of(["gpt-oss-120b"])
    assert terms.kind == "open_weights"
