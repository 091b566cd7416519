"""Every option of a run reaches the step, the loop, the client or the limit that it is for."""

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import pytest
from distilabel.constants import STEP_ATTR_NAME

from distilabel_selfinstruct.bootstrap.loop import sampling_lag
from distilabel_selfinstruct.bootstrap_factory import bootstrap_for, rules_for
from distilabel_selfinstruct.cli.left_out_values import with_values
from distilabel_selfinstruct.config import Price, RunConfig
from distilabel_selfinstruct.config.options import bounds
from distilabel_selfinstruct.config.step_fields import config_of
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.ratings.feedback import Feedback
from distilabel_selfinstruct.records import InFlight, Reason, Stage, TokenizerName
from distilabel_selfinstruct.running.budget import used_up
from distilabel_selfinstruct.running.pipeline import self_instruct_pipeline
from distilabel_selfinstruct.running.progress import Progress, StageProgress
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from tests.builders import seed_row
from tests.gguf_files import gguf_file

FIRST, SECOND, THIRD, FOURTH = Stage
MODEL_STEPS = (FIRST, SECOND, THIRD)

ARRIVES_IN_STEPS: dict[str, tuple[Any, tuple[Stage, ...]]] = {
    "prompts": ("de", (*MODEL_STEPS, FOURTH)),
    "prompt_form": ("chat", MODEL_STEPS),
    "max_in_flight": (7, MODEL_STEPS),
    "requests_per_minute": (600, MODEL_STEPS),
    "tokens_per_minute": (9000, MODEL_STEPS),
    "request_retries": (2, MODEL_STEPS),
    "max_wait_minutes": (3.0, MODEL_STEPS),
    "batch": (True, MODEL_STEPS),
    "max_requests": (70, MODEL_STEPS),
    "mode": ("strict", (*MODEL_STEPS, FOURTH)),
    "seed_tasks": ("/seeds.jsonl", (FIRST,)),
    "human_feedback": ("/ratings.jsonl", (FIRST,)),
    "against": (["tasks.jsonl"], (FIRST, FOURTH)),
    "num_instructions": (9, (FIRST,)),
    "classification_only": (True, (FIRST,)),
    "language": ("ko", (*MODEL_STEPS, FOURTH)),
    "max_rouge_l": (0.5, (FIRST,)),
    "tokenizer": ("unicode", (FIRST,)),
    "min_words": (2, (FIRST,)),
    "max_words": (99, (FIRST,)),
    "forbidden_words": (["tree"], (FIRST,)),
    "disabled_rules": (["asks_for_program"], (FIRST, FOURTH)),
    "num_prompt_instructions": (6, (FIRST,)),
    "num_prompt_generated": (1, (FIRST,)),
    "sampling_lag": (11, (FIRST,)),
    "patience": (13, (FIRST,)),
    "min_acceptance": (0.3, (FIRST,)),
    "batch_size": (17, (FIRST,)),
    "random_seed": (7, (FIRST, FOURTH)),
    "max_instances": (2, (FOURTH,)),
}
"""A value that is not the default, and the steps that must have it under the name of the option."""

ARRIVES_IN_THE_CLIENT: dict[str, tuple[Any, str]] = {
    "llm": ("openai:small", "model"),
    "base_url": ("http://localhost:1/v1", "base_url"),
    "request_timeout": (33, "timeout"),
    "extra_body": ({"top_k": 40}, "extra_body"),
    "thinking": ("low", "thinking"),
    "thinking_tokens": (77, "thinking_tokens"),
}

ARRIVES_IN_LOCAL_SERVERS = ("threads",)
IS_A_LIMIT = ("max_tokens", "max_cost", "max_minutes", "max_failures", "prices")
ARRIVES_BY_STAGE = ("decoding", "stages")
ARRIVES_IN_RESOURCES = ("replicas", "gpus_per_replica")
DECIDES_WHERE = ("ray", "locks")

SERVER = {"llm": "openai:small", "base_url": "http://localhost:1/v1"}


def steps_of(config: RunConfig) -> dict[Stage, Any]:
    dag = self_instruct_pipeline(config).dag
    return {stage: dag.get_step(stage.value)[STEP_ATTR_NAME] for stage in Stage}


def test_the_tables_here_name_every_option_once() -> None:
    named = [*ARRIVES_IN_STEPS, *ARRIVES_IN_THE_CLIENT, *ARRIVES_IN_LOCAL_SERVERS, *IS_A_LIMIT, *ARRIVES_BY_STAGE]
    named += [*ARRIVES_IN_RESOURCES, *DECIDES_WHERE]
    assert sorted(named) == sorted(RunConfig.model_fields)


@pytest.mark.parametrize("name", ARRIVES_IN_STEPS)
def test_an_option_arrives_in_its_steps_and_in_no_other(name: str) -> None:
    value, stages = ARRIVES_IN_STEPS[name]
    assert value != RunConfig.model_fields[name].get_default(call_default_factory=True)
    steps = steps_of(RunConfig(**{**SERVER, name: value}))
    arrived = {stage for stage, step in steps.items() if getattr(step, name, None) == value}
    # The host has a batch size of its own in every step.
    assert arrived - set(stages) == set()
    assert arrived == set(stages)


@pytest.mark.parametrize("stage", [SECOND, THIRD, FOURTH])
def test_the_batch_size_arrives_in_the_steps_that_get_rows(stage: Stage) -> None:
    assert steps_of(RunConfig(**SERVER, batch_size=17))[stage].input_batch_size == 17


def test_replicas_arrive_in_the_stages_that_ask_about_rows() -> None:
    assert [step.resources.replicas for step in steps_of(RunConfig(**SERVER, replicas=3)).values()] == [1, 3, 3, 1]


@pytest.mark.skipif("CI" not in os.environ and find_spec("xllamacpp") is None, reason="needs the extra local")
def test_gpus_arrive_in_the_stages_that_load_a_model(tmp_path: Path) -> None:
    model = {"llm": f"gguf:{gguf_file(tmp_path / 'small.gguf')}", "prompt_form": "completion"}
    steps = steps_of(RunConfig(**model, ray="local", replicas=2, gpus_per_replica=4))
    assert [step.resources.gpus for step in steps.values()] == [4, 4, 4, None]
    assert [steps[stage].llm.gpus for stage in MODEL_STEPS] == [4, 4, 4]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"llm": "vllm:small"}, "`gpus_per_replica` is for a cluster of Ray"),
        ({**SERVER, "ray": "auto"}, "openai:small is asked elsewhere"),
    ],
)
def test_gpus_are_refused_where_no_process_on_ray_loads_a_model(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        RunConfig(**options, gpus_per_replica=1)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["--ray"], ["--ray", "local"]),
        (["--ray", "-o", "x"], ["--ray", "local", "-o", "x"]),
        (["--ray", "auto", "-o", "x"], ["--ray", "auto", "-o", "x"]),
        (["--ray=auto", "-n", "3"], ["--ray=auto", "-n", "3"]),
        (["-o", "x", "--fresh"], ["-o", "x", "--fresh"]),
    ],
)
def test_ray_without_an_address_is_a_cluster_on_this_machine(given: list[str], meant: list[str]) -> None:
    assert with_values(given, {"--ray": "local"}) == meant


@pytest.mark.parametrize("stage", [SECOND, THIRD])
def test_a_stage_that_sends_batches_gets_all_of_its_rows_at_once(stage: Stage) -> None:
    steps = steps_of(RunConfig(**SERVER, batch=True, num_instructions=700))
    assert steps[stage].input_batch_size == 700
    assert steps[FOURTH].input_batch_size != 700


@pytest.mark.parametrize("name", ARRIVES_IN_THE_CLIENT)
def test_an_option_of_the_client_arrives_in_every_stage_that_asks(name: str) -> None:
    value, attribute = ARRIVES_IN_THE_CLIENT[name]
    wanted = value.partition(":")[2] if name == "llm" else value
    steps = steps_of(RunConfig(**{**SERVER, name: value}))
    assert [getattr(steps[stage].llm, attribute) for stage in MODEL_STEPS] == [wanted] * 3


@pytest.mark.parametrize("option", [{"extra_body": {"top_k": 40}}, {"thinking": "off"}, {"batch": True}])
def test_an_option_for_servers_is_refused_for_a_model_that_is_none(option: dict[str, Any]) -> None:
    (name,) = option
    with pytest.raises(ConfigError, match=f"'recorded:demo' takes no `{name}`: it is for models"):
        steps_of(RunConfig(**option))


OF_ONE_STAGE = {"max_in_flight": 7, "prompt_form": "completion"}


@pytest.mark.parametrize("stage", MODEL_STEPS)
@pytest.mark.parametrize("name", OF_ONE_STAGE)
def test_an_option_of_one_stage_arrives_in_its_step_only(name: str, stage: Stage) -> None:
    steps = steps_of(RunConfig(**SERVER, stages={stage: {name: OF_ONE_STAGE[name]}}))
    assert [one for one in MODEL_STEPS if getattr(steps[one], name) == OF_ONE_STAGE[name]] == [stage]


@pytest.mark.parametrize("stage", MODEL_STEPS)
@pytest.mark.parametrize("name", ARRIVES_IN_THE_CLIENT)
def test_an_option_of_the_client_of_one_stage_arrives_there_only(name: str, stage: Stage) -> None:
    value, attribute = ARRIVES_IN_THE_CLIENT[name]
    value = "openai:other" if name == "llm" else value
    wanted = value.partition(":")[2] if name == "llm" else value
    config = RunConfig(llm="openai:small", base_url="http://localhost:2/v1", stages={stage: {name: value}})
    steps = steps_of(config)
    assert [one for one in MODEL_STEPS if getattr(steps[one].llm, attribute) == wanted] == [stage]


@pytest.mark.parametrize(
    ("num_instructions", "llm", "rows"),
    [(1, "openai:m", 1), (10, "openai:m", 1), (100, "openai:m", 5), (50_000, "openai:m", 500), (10, "recorded:m", 500)],
)
def test_a_short_run_hands_on_single_rows_and_a_long_one_many(num_instructions: int, llm: str, rows: int) -> None:
    assert RunConfig(llm=llm, num_instructions=num_instructions).effective_batch_size == rows


@pytest.mark.parametrize("stage", MODEL_STEPS)
def test_decoding_arrives_in_its_own_stage_only(stage: Stage) -> None:
    steps = steps_of(RunConfig(**SERVER, decoding={stage: {"temperature": 0.9}}))
    assert [one for one in MODEL_STEPS if steps[one].decoding] == [stage]
    assert steps[stage].decoding == {"temperature": 0.9}


def used(**counts: int) -> dict[str, Any]:
    """What a `Progress` is made of when one stage has these counts."""
    return {"stages": {stage: StageProgress(**(counts if stage is SECOND else {})) for stage in Stage}}


@pytest.mark.parametrize(
    ("options", "progress", "said"),
    [
        (
            {"max_tokens": 9},
            used(input_tokens=4, output_tokens=5),
            "`max_tokens` (9) was reached. Raise `max_tokens` to resume.",
        ),
        (
            {"max_cost": 2, "prices": {"small": Price(input=1_000_000, output=0)}},
            used(input_tokens=2),
            "`max_cost` (2) was reached. Raise `max_cost` to resume.",
        ),
        ({"max_minutes": 1}, {"elapsed": 60.0}, "`max_minutes` (1) was reached. Run the same command again to resume."),
        (
            {"max_failures": 2},
            {**used(failed=3), "last_failure": "HTTP 500"},
            "`max_failures` (2) was exceeded. The last failure was: HTTP 500. Run the same command again to resume.",
        ),
    ],
)
def test_a_limit_stops_the_run_once_it_is_reached_and_not_before(
    options: dict[str, Any], progress: dict[str, Any], said: str
) -> None:
    config = RunConfig(**SERVER, **options)
    assert used_up(config, Progress(1, **progress)) == said
    assert used_up(config, Progress(1)) == ""
    assert used_up(RunConfig(**SERVER), Progress(1, **progress)) == ""


def test_failures_of_an_earlier_attempt_do_not_count_against_the_limit() -> None:
    config = RunConfig(**SERVER, max_failures=2)
    assert used_up(config, Progress(1, **used(failed=5)), failures_before=3) == ""
    assert used_up(config, Progress(1, **used(failed=6)), failures_before=3) != ""


LOOP = {
    "num_instructions": 9,
    "num_prompt_instructions": 6,
    "num_prompt_generated": 1,
    "classification_only": True,
    "mode": "strict",
    "language": "ko",
    "prompt_form": "chat",
    "random_seed": 7,
    "patience": 13,
    "min_acceptance": 0.3,
}


@pytest.mark.parametrize("name", LOOP)
def test_an_option_arrives_in_the_loop(name: str) -> None:
    bootstrap = bootstrap_for(RunConfig(**{name: LOOP[name]}), load_prompts(), Feedback())
    assert getattr(bootstrap._settings, name) == LOOP[name]


def test_the_novelty_rule_of_the_loop_has_its_threshold_and_its_tokenizer() -> None:
    texts = "Name three rivers in the south of France.", "Name three rivers in the north of Spain."
    strict = bootstrap_for(RunConfig(max_rouge_l=0.1), load_prompts(), Feedback())._pool
    loose = bootstrap_for(RunConfig(max_rouge_l=0.99), load_prompts(), Feedback())._pool
    assert [strict.admit(text).admitted for text in texts].count(True) < 2
    assert [loose.admit(text).admitted for text in texts] == [True, True]
    seen = bootstrap_for(RunConfig(tokenizer="unicode"), load_prompts(), Feedback())._pool
    unseen = bootstrap_for(RunConfig(tokenizer="rouge_score"), load_prompts(), Feedback())._pool
    chinese = "把这个句子翻译成英文。"
    assert [seen.admit(chinese).admitted, seen.admit(chinese).admitted] == [True, False]
    assert [unseen.admit(chinese).admitted, unseen.admit(chinese).admitted] == [True, True]


def test_the_loop_samples_from_the_given_seeds_and_what_people_endorsed(tmp_path: Path) -> None:
    rows = [seed_row(number) for number in range(8)]
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    liked = Feedback(endorsed=(("Name a bridge that people like.", False),), num_rated=1)
    bootstrap = bootstrap_for(RunConfig(seed_tasks=str(tmp_path / "seeds.jsonl")), load_prompts(), liked)
    assert set(bootstrap.human_instructions) == {row["instruction"] for row in rows} | {liked.endorsed[0][0]}


def test_classification_only_samples_from_the_classification_tasks_among_the_seeds() -> None:
    every = load_seed_tasks(None)
    chosen = bootstrap_for(RunConfig(classification_only=True), load_prompts(), Feedback()).human_instructions
    assert set(chosen) == {task.instruction for task in every if task.is_classification}
    assert len(chosen) < len(every)


def test_the_rules_of_the_options_are_those_of_the_loop() -> None:
    config = RunConfig(min_words=2, disabled_rules=["asks_for_program"])
    rules = bootstrap_for(config, load_prompts(), Feedback())._settings.rules
    assert [rule.reason for rule in rules or ()] == [rule.reason for rule in rules_for(config)]
    assert Reason.ASKS_FOR_PROGRAM not in [rule.reason for rule in rules or ()]


@pytest.mark.parametrize("name", [name for name, (_, stages) in ARRIVES_IN_STEPS.items() if FIRST in stages])
def test_a_step_hands_its_options_on_to_the_loop(name: str) -> None:
    value, _ = ARRIVES_IN_STEPS[name]
    step = steps_of(RunConfig(**{**SERVER, name: value}))[FIRST]
    assert getattr(config_of(step), name) == value


@pytest.mark.parametrize("name", [name for name in ARRIVES_IN_STEPS if name not in ("batch_size", "prompt_form")])
def test_a_step_refuses_what_a_run_refuses(name: str) -> None:
    _, stages = ARRIVES_IN_STEPS[name]
    field = RunConfig.model_fields[name]
    for stage in stages:
        own = type(steps_of(RunConfig(**SERVER))[stage]).model_fields[name]
        assert bounds(own) == bounds(field)
        assert own.get_default(call_default_factory=True) == field.get_default(call_default_factory=True)


def test_the_sampling_lag_is_the_window_of_the_loop() -> None:
    given, chosen = RunConfig(sampling_lag=11), RunConfig(num_instructions=5000, max_in_flight=6)
    assert bootstrap_for(given, load_prompts(), Feedback())._settings.window == 11
    assert bootstrap_for(chosen, load_prompts(), Feedback())._settings.window == sampling_lag(5000, 6)


@pytest.mark.parametrize(
    ("num_instructions", "max_in_flight", "lag"),
    [
        (1, "auto", 5), (160, "auto", 8), (1000, "auto", 50), (50_000, "auto", 768),
        (1, 1, 1), (1, 5, 5), (100, 5, 5), (400, 5, 20), (50_000, 5, 120), (50_000, 32, 768), (50_000, 200, 2500),
    ],
)  # fmt: skip
def test_the_lag_is_24_windows_but_at_most_a_quarter_of_the_requests_to_expect(
    num_instructions: int, max_in_flight: InFlight, lag: int
) -> None:
    assert sampling_lag(num_instructions, max_in_flight) == lag


def test_thresholds_words_and_switched_off_rules_arrive_in_the_filter_rules() -> None:
    config = RunConfig(min_words=2, max_words=5, forbidden_words=["tree"], disabled_rules=["asks_for_program"])
    rules = rules_for(config)
    broken = {rule.reason: rule.broken_by for rule in rules}
    assert Reason.ASKS_FOR_PROGRAM not in broken
    assert (broken[Reason.TOO_SHORT]("Two words"), broken[Reason.TOO_SHORT]("One")) == (None, "1 words")
    assert any(rule.broken_by("One two three four five six") for rule in rules if rule.reason is Reason.TOO_LONG)
    assert (broken[Reason.FORBIDDEN_WORD]("Draw a tree"), broken[Reason.FORBIDDEN_WORD]("Draw a map")) == ("tree", None)


def test_paths_are_made_absolute_for_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    step = steps_of(RunConfig(**SERVER, seed_tasks="seeds.jsonl", human_feedback="before"))[FIRST]
    assert (step.seed_tasks, step.human_feedback) == (str(tmp_path / "seeds.jsonl"), str(tmp_path / "before"))


@pytest.mark.parametrize("tokenizer", get_args(TokenizerName))
def test_every_tokenizer_arrives_in_the_step_that_admits_instructions(tokenizer: str) -> None:
    assert steps_of(RunConfig(**SERVER, language="ko", tokenizer=tokenizer))[FIRST].tokenizer == tokenizer
