"""The options of `selfinstruct run` are those of `RunConfig`, and each arrives there."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.run_options import overrides_of, takes_run_options
from distilabel_selfinstruct.config import Price, RunConfig, load_config
from distilabel_selfinstruct.config.options import command_line, is_per_stage
from distilabel_selfinstruct.config.stages import SHORT_NAMES
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import MODEL_STAGES, Stage

GIVEN: dict[str, tuple[list[str], Any]] = {
    "llm": (["openai:small"], "openai:small"),
    "base_url": (["http://localhost:1/v1"], "http://localhost:1/v1"),
    "prompt_form": (["chat"], "chat"),
    "prompts": (["folder"], "folder"),
    "decoding": (["classification.temperature=0.5"], {Stage.CLASSIFICATION: {"temperature": 0.5}}),
    "extra_body": (['{"top_k": 40}'], {"top_k": 40}),
    "thinking": (["low"], "low"),
    "seed_tasks": (["seeds.jsonl"], "seeds.jsonl"),
    "human_feedback": (["before"], "before"),
    "classification_only": ([], True),
    "batch": ([], True),
    "language": (["ko"], "ko"),
    "mode": (["strict"], "strict"),
    "tokenizer": (["unicode"], "unicode"),
    "ray": (["auto"], "auto"),
    "locks": (["lease"], "lease"),
    "max_words": (["99"], 99),
    "max_rouge_l": (["0.5"], 0.5),
    "min_acceptance": (["0.5"], 0.5),
    "max_cost": (["0.5"], 0.5),
    "max_minutes": (["0.5"], 0.5),
    "forbidden_words": (["tree"], ["tree"]),
    "against": (["a.jsonl"], ["a.jsonl"]),
    "disabled_rules": (["too_long"], ["too_long"]),
}
"""What is written after an option, and the value that it means. All other options are whole numbers."""


BESIDE = {"gpus_per_replica": ("--ray", "auto", "--llm", "vllm:small")}
"""What an option cannot do without."""


def parsed(*arguments: str) -> dict[str, Any]:
    """The options that a command of `run`'s kind gets for these arguments."""
    got: dict[str, Any] = {}
    app = typer.Typer()

    @app.command()
    @takes_run_options
    def command(**given: Any) -> None:
        got.update(given)

    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return got


WRITTEN = [name for name, field in RunConfig.model_fields.items() if command_line(field) is not None]
"""The options that are on the command line under their own name."""


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "prices"])
def test_an_option_on_the_command_line_arrives_in_the_configuration(name: str) -> None:
    written, meant = GIVEN.get(name, (["3"], 3))
    given = parsed(f"--{name.replace('_', '-')}", *written, *BESIDE.get(name, ()))
    config = load_config(None, overrides_of(given))
    assert getattr(config, name) == meant
    assert meant != RunConfig.model_fields[name].get_default(call_default_factory=True)


def test_prices_come_from_a_file(tmp_path: Any) -> None:
    (tmp_path / "prices.yaml").write_text("small: {input: 1, output: 2}")
    config = load_config(None, overrides_of(parsed("--prices", str(tmp_path / "prices.yaml"))))
    assert config.prices == {"small": Price(input=1, output=2)}


def test_options_that_are_not_given_leave_the_file_in_force() -> None:
    assert parsed() == {}


def test_an_option_may_be_given_its_falsy_value() -> None:
    assert parsed("--max-failures", "0", "--sampling-lag", "0", "--min-acceptance", "0") == {
        "max_failures": 0,
        "sampling_lag": 0,
        "min_acceptance": 0.0,
    }


def test_repeated_options_add_up() -> None:
    given = parsed("--decoding", "classification.top_p=0.5", "--decoding", "classification.temperature=1")
    assert overrides_of(given)["decoding"] == {"classification": {"top_p": 0.5, "temperature": 1}}


@pytest.mark.parametrize("text", ["{", "[1]", "7", "top_k: 40", ""])
def test_an_extra_body_that_is_no_json_object_is_shown_how_one_looks(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        overrides_of({"extra_body": [text]})
    assert str(caught.value) == f"--extra-body {text!r} is no JSON object: write one such as '{{\"top_k\": 40}}'."


@pytest.mark.parametrize("name", RunConfig.model_fields)
def test_every_option_has_a_help_text(name: str) -> None:
    assert (RunConfig.model_fields[name].description or "").endswith(".")


def test_all_options_but_those_of_single_stages_are_on_the_command_line() -> None:
    assert set(RunConfig.model_fields) - set(WRITTEN) == {"stages"}


PER_STAGE_OPTIONS = [name for name in WRITTEN if is_per_stage(RunConfig.model_fields[name])]
WRITTEN_STAGES = [(Stage.CLASSIFICATION, "classification"), *((stage, name) for name, stage in SHORT_NAMES.items())]


@pytest.mark.parametrize("name", PER_STAGE_OPTIONS)
@pytest.mark.parametrize(("stage", "written_stage"), WRITTEN_STAGES)
def test_an_option_of_a_model_can_be_given_for_one_stage(name: str, stage: Stage, written_stage: str) -> None:
    (written,), meant = GIVEN.get(name, (["3"], 3))
    plain = () if name == "prompt_form" else ("--prompt-form", "completion")
    given = parsed("--llm", "openai:other", *plain, f"--{name.replace('_', '-')}", f"{written_stage}={written}")
    config = load_config(None, overrides_of(given))
    others = [getattr(config.for_stage(one), name) for one in MODEL_STAGES if one is not stage]
    assert getattr(config.for_stage(stage), name) == meant
    assert meant not in others


def test_a_plain_value_and_that_of_a_stage_go_together() -> None:
    given = parsed("--llm", "classification=openai:small", "--llm", "openai:big")
    assert load_config(None, overrides_of(given)).llms == {
        Stage.INSTRUCTION_GENERATION: "openai:big",
        Stage.CLASSIFICATION: "openai:small",
        Stage.INSTANCE_GENERATION: "openai:big",
    }


def test_an_equals_sign_in_a_value_is_no_stage() -> None:
    given = parsed("--llm", "openai:my=model", "--base-url", "http://localhost:1/v1?a=b")
    config = load_config(None, overrides_of(given))
    assert (config.llm, config.base_url) == ("openai:my=model", "http://localhost:1/v1?a=b")


def test_a_stage_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match="There is no stage 'clasification' that asks a model: use instruction_gen"):
        overrides_of(parsed("--llm", "clasification=openai:small"))
