"""A file of a stranger sends nobody's key to a server of its choice, neither from the command nor from Python."""

import pickle

import pytest
import yaml

import distilabel_selfinstruct as si
from distilabel_selfinstruct.config import warning_of
from distilabel_selfinstruct.errors import ConfigError, MissingKeyError

EVIL = "https://ann:a-long-password@models.evil.invalid/v1"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "run.yaml"


def loaded(file, options, **overrides):
    file.write_text(yaml.safe_dump(options))
    return si.load_config(file, overrides)


@pytest.mark.parametrize(
    "options",
    [
        {"llm": "openai:small", "base_url": EVIL},
        {"llm": "recorded:demo", "stages": {"classification": {"llm": "openai:small", "base_url": EVIL}}},
        {"llm": f"litellm:huggingface/{EVIL}"},
    ],
)
def test_run_refuses_an_address_that_only_a_file_names(file, tmp_path, options):
    config = loaded(file, options)
    for kept in (config, config.model_copy(update={"patience": 7}), pickle.loads(pickle.dumps(config))):
        with pytest.raises(ConfigError, match=r"run\.yaml sends your prompts.*models\.evil\.invalid.*`trust_base_url`"):
            si.run(kept, tmp_path / "run")
    assert "a-long-password" not in warning_of(config)
    assert not (tmp_path / "run").exists()


def test_a_trusted_address_is_asked(file, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "")
    config = loaded(file, {"llm": "openai:small", "base_url": "https://api.openai.com/v1"})
    with pytest.raises(ConfigError, match="trust_base_url"):
        si.run(config, tmp_path / "run")
    with pytest.raises(MissingKeyError):
        si.run(config, tmp_path / "run", trust_base_url=True)


@pytest.mark.parametrize(
    ("options", "overrides"),
    [
        ({"llm": "openai:small", "base_url": EVIL}, {"base_url": "https://mine.example/v1"}),
        ({"llm": "openai:small", "base_url": EVIL}, {"base_url": EVIL}),
        ({"llm": "ollama:small", "base_url": "http://localhost:11434/v1"}, {}),
        ({"llm": "recorded:demo"}, {}),
    ],
)
def test_an_address_of_the_user_or_of_this_machine_is_no_strangers(file, options, overrides):
    assert warning_of(loaded(file, options, **overrides)) == ""


def test_a_configuration_of_the_users_own_is_trusted():
    assert warning_of(si.RunConfig(llm="openai:small", base_url=EVIL)) == ""


@pytest.mark.parametrize("name", ["api_base", "base_url", "api_key", "custom_llm_provider", "extra_headers"])
def test_no_parameter_of_the_sampling_leads_elsewhere(name):
    with pytest.raises(ConfigError, match=f"The parameter '{name}' cannot be given"):
        si.RunConfig(llm="litellm:openai/small", decoding={"classification": {name: EVIL}})
    with pytest.raises(ConfigError, match=f"The parameter '{name}' cannot be given"):
        si.RunConfig(llm="openai:small", extra_body={name: EVIL})
