"""A model for each stage: how it is written, and what each stage gets."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import RunConfig, load_config
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import MODEL_STAGES, Stage

FIRST, SECOND, THIRD = MODEL_STAGES


def loaded(tmp_path: Path, text: str, **overrides: Any) -> RunConfig:
    path = tmp_path / "run.yaml"
    path.write_text(text)
    return load_config(path, overrides)


def test_one_model_is_that_of_all_stages() -> None:
    assert RunConfig(llm="openai:m").llms == dict.fromkeys(MODEL_STAGES, "openai:m")


def test_a_mapping_names_a_model_for_each_stage(tmp_path: Path) -> None:
    config = loaded(tmp_path, "llm: {instructions: openai:a, classification: openai:b, instances: openai:c}")
    assert config.llms == {FIRST: "openai:a", SECOND: "openai:b", THIRD: "openai:c"}
    assert config.llm_in_words == (
        "openai:a (instruction_generation), openai:b (classification), openai:c (instance_generation)"
    )


def test_a_stage_may_have_options_of_its_own(tmp_path: Path) -> None:
    text = """
llm: openai:big
prompt_form: chat
max_in_flight: 8
stages:
  instances: {llm: openai:base, base_url: "http://localhost:1/v1", prompt_form: completion, max_in_flight: 2}
  classification: openai:small
"""
    config = loaded(tmp_path, text)
    own = config.for_stage(THIRD)
    assert (own.llm, own.base_url, own.prompt_form, own.max_in_flight) == (
        "openai:base",
        "http://localhost:1/v1",
        "completion",
        2,
    )
    own = config.for_stage(SECOND)
    assert (own.llm, own.base_url, own.prompt_form, own.max_in_flight) == ("openai:small", None, "chat", 8)


def test_the_stages_may_stand_under_llm_with_their_options(tmp_path: Path) -> None:
    text = "llm: {instructions: openai:a, classification: openai:b, instances: {llm: ollama:c, request_timeout: 900}}"
    assert loaded(tmp_path, text).for_stage(THIRD).request_timeout == 900


def test_a_model_of_another_provider_is_not_asked_at_the_run_s_server() -> None:
    config = RunConfig(
        llm="openai:m",
        base_url="http://localhost:1/v1",
        stages={"classification": {"llm": "ollama:small"}, "instances": {"llm": "openai:other"}},
    )
    assert [config.for_stage(stage).base_url for stage in MODEL_STAGES] == [
        "http://localhost:1/v1",
        None,
        "http://localhost:1/v1",
    ]


def test_an_option_given_beside_the_file_is_for_all_stages_unless_it_names_one(tmp_path: Path) -> None:
    text = "llm: openai:a\nstages: {classification: {llm: openai:b, max_in_flight: 3}}"
    assert set(loaded(tmp_path, text, llm="openai:c").llms.values()) == {"openai:c"}
    assert loaded(tmp_path, text, llm="openai:c").for_stage(SECOND).max_in_flight == 3
    of_one = loaded(tmp_path, text, stages={"instances": {"llm": "openai:d"}})
    assert of_one.llms == {FIRST: "openai:a", SECOND: "openai:b", THIRD: "openai:d"}


def test_decoding_takes_the_short_names_too(tmp_path: Path) -> None:
    config = loaded(tmp_path, "decoding: {instances: {temperature: 0.5}}")
    assert config.decoding == {THIRD: {"temperature": 0.5}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "llm: {classification: openai:b}",
            "`llm` names no model for instruction_generation and instance_generation: name one for every stage",
        ),
        ("llm: {clasification: openai:b}", "There is no stage 'clasification' that asks a model: use instruction_gen"),
        ("stages: {instance_filtering: openai:b}", "There is no stage 'instance_filtering' that asks a model"),
        ("llm: openai:a\nstages: {classification: 3}", "`stages`.classification is 3: write a model, or its options"),
        ("stages: 3", "`stages` is 3: write STAGE: MODEL"),
        (
            "llm: openai:a\nstages: {classification: {max_in_flight: 0}}",
            "`max_in_flight` is 0 in classification: it should be",
        ),
        (
            "llm: openai:a\nstages: {classification: {language: de}}",
            "`language` cannot differ in classification: a stage takes llm, base_url, prompt_form, ",
        ),
        (
            "decoding: {instance_filtering: {temperature: 1}}",
            "There is no stage 'instance_filtering' that asks a model",
        ),
    ],
)
def test_what_cannot_work_in_a_stage_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        loaded(tmp_path, text)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


MODELS = st.sampled_from(["openai:a", "openai:b", "ollama:c", "recorded:demo"])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "llm": MODELS,
        "base_url": st.sampled_from([None, "http://localhost:1/v1"]),
        "prompt_form": st.sampled_from([None, "chat", "completion"]),
        "max_in_flight": st.integers(1, 9),
    },
)


@given(MODELS, st.dictionaries(st.sampled_from(MODEL_STAGES), OPTIONS))
def test_a_configuration_survives_its_file(llm: str, stages: dict[Stage, dict[str, Any]]) -> None:
    config = RunConfig(llm=llm, stages={stage.value: options for stage, options in stages.items()})
    for dumped in (config.model_dump(mode="json"), yaml.safe_load(yaml.safe_dump(config.model_dump(mode="json")))):
        again = RunConfig(**json.loads(json.dumps(dumped)))
        assert [again.for_stage(stage) for stage in MODEL_STAGES] == [config.for_stage(stage) for stage in MODEL_STAGES]


@given(MODELS, st.dictionaries(st.sampled_from(MODEL_STAGES), OPTIONS))
def test_a_stage_gets_what_it_names_and_else_what_the_run_has(llm: str, stages: dict[Stage, dict[str, Any]]) -> None:
    config = RunConfig(llm=llm, stages={stage.value: options for stage, options in stages.items()})
    for stage in MODEL_STAGES:
        own, given_there = config.for_stage(stage), stages.get(stage, {})
        for name in ("llm", "prompt_form", "max_in_flight"):
            assert getattr(own, name) == given_there.get(name, getattr(config, name))
        if "base_url" in given_there:
            assert own.base_url == given_there["base_url"]
