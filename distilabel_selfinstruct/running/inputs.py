"""What decides if a resumed run makes the same dataset: its options, and digests of what it reads beside them."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from distilabel_selfinstruct.bootstrap_factory import texts_against
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.providers import gguf_file
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import find_pack
from distilabel_selfinstruct.model_files import digest_of
from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.records import MODEL_STAGES
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path


def inputs_of(config: RunConfig) -> dict[str, str]:
    """Hashes of what the run reads beside its options."""
    seeds = Path(config.seed_tasks) if config.seed_tasks else packaged_seeds_path(config.language)
    prompts = repr(load_prompts(config.prompts, config.language)).encode()
    inputs = {
        "seed_tasks": hashlib.sha256(seeds.read_bytes()).hexdigest(),
        "prompts": hashlib.sha256(prompts).hexdigest(),
    }
    pack = find_pack(config.language)
    if pack is not None:
        inputs["language"] = f"{pack.language} {pack.digest}"
    if (texts := texts_against(config)) is not None:
        inputs["against"] = texts.digest
    if config.human_feedback:
        # Of the verdicts, not of the file: more ratings that change no verdict change no run.
        verdicts = asdict(load_feedback(config.human_feedback))
        del verdicts["num_rated"]
        inputs["human_feedback"] = hashlib.sha256(json.dumps(verdicts).encode()).hexdigest()
    return inputs


def digests_of_models(config: RunConfig) -> dict[str, str]:
    """The SHA-256 digest of each model that is a file on this machine and still there, by what `identity_of` says."""
    digests = {}
    for llm in config.llms.values():
        provider, _, model = llm.partition(":")
        if provider == "gguf":
            try:
                digests[str(identity_of("llm", llm))] = digest_of(gguf_file(model).path)
            except ConfigError:  # a finished run can be looked at without its model
                continue
    return digests


def identity_of(name: str, value: object) -> object:
    """An option as it is compared: a model in a file is known by its name and its digest, wherever the file lies."""
    if name == "llm" and isinstance(value, str) and value.startswith("gguf:"):
        return f"gguf:{Path(value.partition(':')[2]).name}"
    return value


def completed(config: RunConfig, before: RunConfig) -> RunConfig:
    """A configuration with what it leaves open as it is in the run: the lag, and the form that a file decides."""
    if not config.sampling_lag:
        config = config.model_copy(update={"sampling_lag": before.sampling_lag})
    open_stages = {
        stage: before.for_stage(stage).prompt_form
        for stage in MODEL_STAGES
        if config.for_stage(stage).prompt_form is None and config.for_stage(stage).llm.startswith("gguf:")
    }
    stages = {stage: dict(options) for stage, options in config.stages.items()}
    for stage, form in open_stages.items():
        if form is not None:
            stages.setdefault(stage, {})["prompt_form"] = form
    return config.model_copy(update={"stages": stages})
