"""Sampling parameters: the paper's, and those that only a server knows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import load_config
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.journal.completions import request_key
from distilabel_selfinstruct.prompts import PARAMETERS, Decoding, apply_overrides, check_extra_body, default_decoding
from distilabel_selfinstruct.records import Request, Stage

CLASSIFICATION = default_decoding(Stage.CLASSIFICATION)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", 7),
        ("top_k", 40),
        ("min_p", 0.05),
        ("min_tokens", 2),
        ("repetition_penalty", 1.1),
        ("length_penalty", 0.5),
        ("logit_bias", {"50256": -100}),
        ("stop_token_ids", [1, 2]),
        ("guided_choice", ["Yes", "No"]),
        ("ignore_eos", False),
        ("user", ""),
    ],
)
def test_a_name_that_the_paper_does_not_have_is_kept_for_the_server(name: str, value: Any) -> None:
    decoding = apply_overrides(CLASSIFICATION, {name: value, "temperature": 0.2})
    assert decoding.extra_body == {name: value}
    assert (decoding.temperature, decoding.max_tokens) == (0.2, 3)
    assert decoding.as_row()["extra"] == {name: value}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("temprature", "temperature"),
        ("Temperature", "temperature"),
        ("top-p", "top_p"),
        ("topp", "top_p"),
        ("max_token", "max_tokens"),
        ("presense_penalty", "presence_penalty"),
        ("frequency_penality", "frequency_penalty"),
        ("max_new_tokens", "max_tokens"),
        ("max_completion_tokens", "max_tokens"),
        ("stop_sequences", "stop"),
    ],
)
def test_a_misspelled_name_is_answered_with_what_may_be_meant(name: str, meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        apply_overrides(CLASSIFICATION, {name: 1})
    assert str(caught.value) == f"There is no sampling parameter {name!r}: did you mean {meant}?"


@pytest.mark.parametrize("name", ["model", "messages", "prompt", "n", "stream", "extra", "extra_body"])
def test_what_the_run_sets_itself_cannot_be_given(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^The parameter '{name}' cannot be given"):
        apply_overrides(CLASSIFICATION, {name: 1})
    with pytest.raises(ConfigError, match=f"^The parameter '{name}' cannot be given"):
        check_extra_body({name: 1})


@pytest.mark.parametrize("value", [None, [None], {"a": {"b": None}}])
def test_a_value_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="give a value, or leave out what has none"):
        check_extra_body({"seed": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, {"a": object()}, "\ud800"])
def test_a_value_that_json_does_not_know_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"^The parameter seed is .*, which JSON does not know"):
        apply_overrides(CLASSIFICATION, {"seed": value})


@pytest.mark.parametrize("name", [*PARAMETERS, "max_completion_tokens"])
def test_a_sampling_parameter_among_the_extra_fields_is_sent_where_it_belongs(name: str) -> None:
    with pytest.raises(ConfigError, match=r"use `decoding=STAGE\.\w+=VALUE`"):
        check_extra_body({name: 1})


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(VALUES)
def test_a_value_of_ones_own_arrives_as_it_is(value: Any) -> None:
    decoding = apply_overrides(CLASSIFICATION, {"seed": value})
    assert decoding.extra_body == {"seed": value}
    assert hash(decoding) == hash(apply_overrides(CLASSIFICATION, {"seed": value}))


def test_a_row_of_the_papers_decoding_has_the_papers_parameters_only() -> None:
    assert tuple(CLASSIFICATION.as_row()) == PARAMETERS


def test_a_request_with_another_parameter_is_another_request() -> None:
    request = Request(Stage.CLASSIFICATION, 0, "Is it?")
    decodings = [apply_overrides(CLASSIFICATION, overrides) for overrides in ({}, {"seed": 1}, {"seed": 2})]
    assert len({request_key(request, decoding) for decoding in decodings}) == 3
    assert request_key(request, CLASSIFICATION) == request_key(request, Decoding(0.0, 0.0, 0.0, 0.0, 3, ("\n", "Task")))


@pytest.mark.parametrize(("text", "meant"), [("off", "off"), ("on", "on"), ("low", "low"), ("'off'", "off")])
def test_thinking_is_read_as_yaml_writes_it(tmp_path: Any, text: str, meant: str) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(f"thinking: {text}")
    assert load_config(path, {}).thinking == meant


def test_an_unknown_effort_is_named_with_those_that_there_are(tmp_path: Any) -> None:
    with pytest.raises(ConfigError, match="`thinking` is 'hgih': it should be 'off', 'on', 'minimal'"):
        load_config(None, {"thinking": "hgih"})


def test_the_extra_body_of_a_configuration_is_checked() -> None:
    with pytest.raises(ConfigError, match="The extra field 'temperature' is a sampling parameter"):
        load_config(None, {"extra_body": {"temperature": 1}})
