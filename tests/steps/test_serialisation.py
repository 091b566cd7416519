"""Runtime parameters, and steps and pipelines that go to a file and come back."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from distilabel.models.llms import TransformersLLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from pydantic import SecretStr

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import OpenAICompatibleLLM, RecordedLLM
from distilabel_selfinstruct.running.pipeline import self_instruct_pipeline
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    FormatInstancesSFT,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
    RegenerateOutputs,
    RougeLNoveltyFilter,
    RowsToJsonLines,
)
from tests.steps.builders import processed, scripted

SECRET = "sk-test-0123456789abcdef"

STEPS: dict[str, Any] = {
    "InstructionGeneration": lambda: InstructionGeneration(
        name="a",
        llm=scripted("one", None),
        num_instructions=7,
        seed_tasks="seeds.jsonl",
        decoding={"temperature": 0.2, "stop": ["END"]},
        mode="strict",
        language="de",
        tokenizer="unicode",
        classification_only=True,
        prompt_form="chat",
    ),
    "ClassificationTaskIdentification": lambda: ClassificationTaskIdentification(
        name="b", llm=scripted(" Yes"), max_in_flight=3, decoding={"max_tokens": 5}
    ),
    "InstanceGeneration": lambda: InstanceGeneration(name="c", llm=RecordedLLM(), prompts="en", state_dir="state"),
    "InstanceFiltering": lambda: InstanceFiltering(name="d", max_instances=2, random_seed=9, mode="strict"),
    "RegenerateOutputs": lambda: RegenerateOutputs(
        name="g", llm=scripted("one"), prompt_form="chat", disabled_rules=["refusal"], decoding={"max_tokens": 5}
    ),
    "RougeLNoveltyFilter": lambda: RougeLNoveltyFilter(name="e", column="text", max_rouge_l=0.5),
    "RowsToJsonLines": lambda: RowsToJsonLines(name="h", path="made.jsonl"),
    "FormatInstancesSFT": lambda: FormatInstancesSFT(
        name="f", format="openai", mode="strict", system_prompt="Be brief.", join="labeled", random_seed=9
    ),
}
EVERY_STEP = pytest.mark.parametrize("make", STEPS.values(), ids=list(STEPS))


def a_pipeline(*steps: Any) -> Pipeline:
    with Pipeline(name="test") as pipeline:
        before = LoadDataFromDicts(name="rows", data=[{"instruction": "Sort it."}])
        for step in steps or (ClassificationTaskIdentification(name="b", llm=scripted(" Yes")),):
            before >> step
            before = step
    return pipeline


def parameters(step: Any) -> dict[str, Any]:
    return {one["name"]: one for one in step.get_runtime_parameters_info()}


# --- runtime parameters


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "InstructionGeneration",
            "num_instructions seed_tasks max_rouge_l random_seed patience max_requests decoding state_dir llm",
        ),
        ("ClassificationTaskIdentification", "decoding max_in_flight state_dir input_batch_size llm"),
        ("InstanceGeneration", "decoding max_in_flight state_dir input_batch_size llm"),
        ("InstanceFiltering", "max_instances random_seed state_dir input_batch_size"),
        ("RougeLNoveltyFilter", "max_rouge_l state_dir input_batch_size"),
        ("FormatInstancesSFT", "random_seed state_dir input_batch_size"),
    ],
)
def test_runtime_parameters_are_exposed(name: str, expected: str) -> None:
    assert set(expected.split()) <= parameters(STEPS[name]()).keys()


@EVERY_STEP
def test_every_runtime_parameter_is_optional_and_described(make: Any) -> None:
    info = parameters(make())
    info.pop("llm", None)
    info.pop("resources", None)
    assert [name for name, one in info.items() if not one["optional"] or not one.get("description")] == []


def test_a_runtime_parameter_given_as_text_on_the_command_line_becomes_a_number() -> None:
    step = InstanceFiltering()
    step.set_runtime_parameters({"max_instances": "3"})
    assert step.max_instances == 3


def test_a_sampling_parameter_given_as_text_on_the_command_line_becomes_a_number() -> None:
    step = ClassificationTaskIdentification(llm=scripted(" Yes"))
    step.set_runtime_parameters({"decoding": {"temperature": "0.3"}})
    (row,) = processed(step, [{"instruction": "Sort it."}])
    assert row["is_classification"] is True


@pytest.mark.parametrize(
    ("step", "parameter", "value"),
    [
        (InstanceFiltering, "max_instances", 0),
        # An empty value in YAML, which the host's own runtime parameters take.
        (InstanceFiltering, "max_instances", None),
        (RougeLNoveltyFilter, "max_rouge_l", None),
        (RougeLNoveltyFilter, "max_rouge_l", 1.5),
        (RougeLNoveltyFilter, "tokenizer", "spaces"),
        (InstanceFiltering, "mode", "loose"),
    ],
)
def test_a_value_that_cannot_work_is_refused_when_the_step_is_made(step: Any, parameter: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=parameter):
        step(**{parameter: value})


# --- steps


@EVERY_STEP
def test_a_step_comes_back_from_its_dump_as_it_was(make: Any) -> None:
    step = make()
    dump = step.dump()
    assert type(step).from_dict(json.loads(json.dumps(dump))).dump() == dump


@EVERY_STEP
def test_a_dump_holds_every_field_that_is_not_the_default(make: Any) -> None:
    step = make()
    dump = step.dump()
    chosen = step.model_fields_set - {"llm", "pipeline"}
    assert {name: dump[name] for name in chosen} == {name: getattr(step, name) for name in chosen}


def test_the_llm_comes_back_with_the_step() -> None:
    dump = STEPS["InstanceGeneration"]().dump()
    again = InstanceGeneration.from_dict(json.loads(json.dumps(dump)))
    assert isinstance(again.llm, RecordedLLM)


def test_a_script_that_starts_with_a_failure_has_a_signature() -> None:
    assert ClassificationTaskIdentification(llm=scripted(None, " Yes")).signature


# --- pipelines


@EVERY_STEP
@pytest.mark.parametrize("file_format", ["yaml", "json"])
def test_a_pipeline_comes_back_from_its_file_as_it_was(make: Any, file_format: Any, tmp_path: Path) -> None:
    step = make()
    if isinstance(step, InstructionGeneration):
        with Pipeline(name="test") as pipeline:
            make()
    else:
        with Pipeline(name="test") as pipeline:
            LoadDataFromDicts(name="rows", data=[{"instruction": "Sort it."}]) >> make()
    path = tmp_path / f"pipeline.{file_format}"
    pipeline.save(path, format=file_format)
    again = Pipeline.from_yaml(path) if file_format == "yaml" else Pipeline.from_json(path)
    assert again.dump() == pipeline.dump()
    assert again.signature == pipeline.signature


def test_the_whole_pipeline_comes_back_as_it_was(tmp_path: Path) -> None:
    pipeline = self_instruct_pipeline(RunConfig(num_instructions=5), state_dir=str(tmp_path / "state"))
    pipeline.save(tmp_path / "pipeline.yaml", format="yaml")
    assert Pipeline.from_yaml(tmp_path / "pipeline.yaml").dump() == pipeline.dump()


def test_the_pipeline_in_the_repository_is_the_one_of_the_script(tmp_path: Path) -> None:
    pipelines = Path(__file__).parents[2] / "pipelines"
    names: dict[str, Any] = {"__name__": "self_instruct"}
    exec((pipelines / "self_instruct.py").read_text(encoding="utf-8"), names)
    assert Pipeline.from_yaml(pipelines / "self_instruct.yaml").dump() == names["pipeline"].dump()


# --- secrets


def llms_with_secrets() -> dict[str, Any]:
    return {
        "OpenAICompatibleLLM": OpenAICompatibleLLM(model="m", base_url="http://h/v1", api_key=SecretStr(SECRET)),
        "TransformersLLM": TransformersLLM(model="m", token=SecretStr(SECRET)),
    }


@pytest.mark.parametrize("llm", ["OpenAICompatibleLLM", "TransformersLLM"])
@pytest.mark.parametrize("file_format", ["yaml", "json"])
def test_secrets_are_not_in_the_file(llm: str, file_format: Any, tmp_path: Path) -> None:
    with Pipeline(name="test") as pipeline:
        InstructionGeneration(name="a", llm=llms_with_secrets()[llm])
    path = tmp_path / f"pipeline.{file_format}"
    pipeline.save(path, format=file_format)
    text = path.read_text(encoding="utf-8")
    assert llm in text
    assert SECRET not in text


def test_a_key_of_the_environment_is_not_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    pipeline = self_instruct_pipeline(RunConfig(llm="openai:m", base_url="http://localhost/v1"))
    pipeline.save(tmp_path / "pipeline.yaml", format="yaml")
    assert SECRET not in (tmp_path / "pipeline.yaml").read_text(encoding="utf-8")


def test_the_name_of_the_variable_of_the_key_is_in_the_file(tmp_path: Path) -> None:
    pipeline = self_instruct_pipeline(RunConfig(llm="ollama:m"))
    pipeline.save(tmp_path / "pipeline.yaml", format="yaml")
    dump = yaml.safe_load((tmp_path / "pipeline.yaml").read_text(encoding="utf-8"))
    llms = [one["step"]["llm"] for one in dump["pipeline"]["steps"] if "llm" in one["step"]]
    assert [llm["api_key_variable"] for llm in llms] == ["OLLAMA_API_KEY"] * 3
