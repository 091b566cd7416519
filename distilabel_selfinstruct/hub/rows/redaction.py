"""The configuration and the pipeline of a run, without secrets, private addresses and local paths."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.stages import STAGES
from distilabel_selfinstruct.records import Stage

SEEDS_FILE = "seed_tasks.jsonl"
"""The name of the seed file in the repository and in its `run.yaml`, whatever its own name is."""

LOCAL_URL = "http://localhost:8000/v1"
"""Replaces the address of a private server."""

_PUBLIC_HOSTS = frozenset(
    {
        "api.anthropic.com", "api.cohere.ai", "api.deepseek.com", "api.fireworks.ai", "api.groq.com", "api.mistral.ai",
        "api.openai.com", "api.together.xyz", "api.x.ai", "generativelanguage.googleapis.com", "localhost", "127.0.0.1",
        "openrouter.ai", "router.huggingface.co",
    }
)  # fmt: skip

# The cost, the speed and the server of a run are private. They do not change what it makes.
_PRIVATE_OPTIONS = frozenset(
    {
        "base_url", "max_cost", "max_failures", "max_in_flight", "max_minutes", "max_requests", "max_tokens",
        "max_wait_minutes", "prices", "request_retries", "request_timeout", "requests_per_minute", "threads",
        "tokens_per_minute",
    }
)  # fmt: skip

_SECRET_FIELDS = re.compile(r"api_?key$|^(hf_)?token$|secret|password|authorization|headers$", re.IGNORECASE)
_PATH = re.compile(r"^(/|~|\.{1,2}[\\/]|\\\\|[A-Za-z]:[\\/]|file:)")


def public_text(text: str) -> str:
    """The text or, if it is a path, its last part: `/home/ann/models/tiny.gguf` becomes `tiny.gguf`."""
    if _PATH.match(text) or (("/" in text or "\\" in text) and "\n" not in text and _exists(text)):
        return re.split(r"[\\/]", text.rstrip("\\/"))[-1].lstrip("~")
    return text


def public_model(name: str) -> str:
    """The name of a model, with its provider if it has one, and without the folders of a file."""
    provider, colon, model = name.partition(":")
    if colon and len(provider) > 1 and not _PATH.match(name):
        return f"{provider}:{public_text(model)}"
    return public_text(name)


def public_url(url: str) -> str:
    """The address of a well-known service without credentials and query, or `LOCAL_URL` for any other server."""
    parts = urlsplit(url)
    if parts.hostname not in _PUBLIC_HOSTS:
        return LOCAL_URL
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def public_config(config: RunConfig) -> dict[str, Any]:
    """The options that decide what a run makes, for `selfinstruct run --config` on any machine."""
    options = config.model_dump(mode="json", exclude_none=True, exclude=set(_PRIVATE_OPTIONS))
    options["llm"] = public_model(config.llm)
    options["extra_body"] = public_value(config.extra_body)
    options[STAGES] = {stage.value: _public_stage(config, stage) for stage in config.stages}
    if not any(options[STAGES].values()):
        del options[STAGES]
    # The default depends on the provider, so the form is written down.
    options["prompt_form"] = config.effective_prompt_form
    options["prompts"] = public_text(config.prompts)
    if config.seed_tasks:
        options["seed_tasks"] = SEEDS_FILE
    options.pop("human_feedback", None)  # the ratings of another run name people
    options.pop("against", None)  # files of the user; the card names them
    return options


def _public_stage(config: RunConfig, stage: Stage) -> dict[str, Any]:
    own = config.for_stage(stage)
    options = {name: value for name, value in config.stages[stage].items() if name not in _PRIVATE_OPTIONS}
    if own.llm != config.llm:
        options["llm"] = public_model(own.llm)
    if "extra_body" in options:
        options["extra_body"] = public_value(own.extra_body)
    if own.effective_prompt_form != config.effective_prompt_form:
        options["prompt_form"] = own.effective_prompt_form
    return options


def public_pipeline(pipeline: dict[str, Any]) -> dict[str, Any]:
    """A pipeline as distilabel describes it, for `distilabel pipeline run --config` on any machine."""
    return {name: public_value(value, name) for name, value in pipeline.items()}


def public_value(value: Any, field: str = "") -> Any:
    """A value of a configuration, without what its names or its looks say is secret or private."""
    if isinstance(value, dict):
        return {
            name: public_value(item, str(name))
            for name, item in value.items()
            # The list of parameters is long, and distilabel does not read it back.
            if name != "runtime_parameters_info" and not (_SECRET_FIELDS.search(str(name)) and item)
        }
    if isinstance(value, list):
        return [] if field == "against" else [public_value(item) for item in value]
    if not isinstance(value, str):
        return value
    if field in ("state_dir", "human_feedback", "cache_dir"):
        return ""
    if field == "seed_tasks":
        return SEEDS_FILE if value else ""
    if field.endswith("url"):
        return public_url(value)
    return public_text(value)


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False
