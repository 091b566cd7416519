"""What is published about a run."""

import os
from pathlib import Path

import pytest
import yaml

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.hub.rows import redaction


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("gguf:/home/ann/models/tiny.gguf", "gguf:tiny.gguf"),
        ("transformers:~/models/mine", "transformers:mine"),
        ("vllm:./out/checkpoint-9", "vllm:checkpoint-9"),
        ("openai:gpt-4o-mini", "openai:gpt-4o-mini"),
        ("ollama:llama3.2:3b", "ollama:llama3.2:3b"),
        ("hf:Qwen/Qwen3-8B", "hf:Qwen/Qwen3-8B"),
        ("/home/ann/models/tiny.gguf", "tiny.gguf"),
        ("C:\\Users\\ann\\tiny.gguf", "tiny.gguf"),
    ],
)
def test_models_are_named_without_folders(name, public):
    assert redaction.public_model(name) == public


def test_a_relative_folder_of_a_model_is_not_published(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("secret-project/model").mkdir(parents=True)
    assert redaction.public_model("transformers:secret-project/model") == "transformers:model"


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://ann:secret@api.openai.com/v1?key=secret", "https://api.openai.com/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://gpu-7.acme.internal:8000/v1", redaction.LOCAL_URL),
        ("http://10.1.2.3:8000/v1", redaction.LOCAL_URL),
    ],
)
def test_only_addresses_of_well_known_services_are_published(url, public):
    assert redaction.public_url(url) == public


def test_the_public_configuration_has_nothing_of_the_users_machine_and_still_loads(tmp_path):
    config = RunConfig(
        llm="gguf:/home/ann/tiny.gguf",
        base_url="http://ann:secret@gpu-7.internal/v1",
        seed_tasks="/home/ann/acme-secret-seeds.jsonl",
        human_feedback="/home/ann/run1",
        prompts="/home/ann/prompts",
        prices={"tiny": {"input": 1, "output": 2}},
        max_cost=12.5,
    )
    public = yaml.safe_dump(redaction.public_config(config))
    assert not any(word in public for word in ("ann", "secret", "internal", "12.5", "prices", "run1"))
    assert RunConfig(**yaml.safe_load(public)).seed_tasks == "seed_tasks.jsonl"


def test_the_public_pipeline_has_nothing_of_the_users_machine():
    step = {
        "state_dir": "/home/ann/run/state",
        "seed_tasks": "/home/ann/seeds.jsonl",
        "human_feedback": "/home/ann/ratings.jsonl",
        "prompts": "/home/ann/prompts",
        "max_tokens": 7,
        "max_requests": None,
        "runtime_parameters_info": [{"name": "resources"}],
        "llm": {
            "base_url": "http://gpu-7.internal:8000/v1",
            "model": "/home/ann/tiny",
            "api_key": "sk-secret",
            "token": "sk-secret",
            "default_headers": {"X-Key": "sk-secret"},
            "api_key_variable": "OPENAI_API_KEY",
        },
    }
    public = redaction.public_pipeline({"pipeline": {"steps": [{"step": step}]}})
    [wrapped] = public["pipeline"]["steps"]
    assert not any(word in yaml.safe_dump(public) for word in ("ann", "internal", "sk-secret"))
    assert wrapped["step"]["max_tokens"] == 7
    assert wrapped["step"]["state_dir"] == wrapped["step"]["human_feedback"] == ""
    assert wrapped["step"]["seed_tasks"] == "seed_tasks.jsonl"
    assert wrapped["step"]["llm"]["api_key_variable"] == "OPENAI_API_KEY"
    assert "runtime_parameters_info" not in wrapped["step"]


def test_a_text_that_is_no_path_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert redaction.public_text("and/or") == "and/or"
    assert redaction.public_text("\n\n") == "\n\n"
    assert os.sep in redaction.public_text("text/with\nbreaks")
