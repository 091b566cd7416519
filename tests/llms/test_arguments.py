"""Parameters that only a server or a model knows, in the words of each LLM."""

from typing import Any

import pytest

from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.arguments import generation_arguments
from distilabel_selfinstruct.prompts import apply_overrides, default_decoding
from distilabel_selfinstruct.records import Stage
from tests.llms.dialects import exchange, fields, requests
from tests.llms.test_completion_client import InProcessLLM, OllamaLikeLLM
from tests.local_openai_server import text

SEEDED = apply_overrides(default_decoding(Stage.CLASSIFICATION, form="chat"), {"seed": 7, "repetition_penalty": 1.0})


def test_they_go_into_the_body_of_a_request() -> None:
    done = exchange(lambda _: text("No"), *requests(), decoding=SEEDED, extra_body={"top_k": 40})
    assert fields(done.bodies[0]) == {
        "temperature": 0.0,
        "max_tokens": 16,
        "seed": 7,
        "repetition_penalty": 1.0,
        "top_k": 40,
    }


def test_those_of_a_stage_win_over_those_of_the_run() -> None:
    done = exchange(lambda _: text("No"), *requests(), decoding=SEEDED, extra_body={"seed": 1})
    assert done.bodies[0]["seed"] == 7


def test_those_of_generation_kwargs_win_over_those_of_a_stage() -> None:
    llm = OpenAICompatibleLLM(model="small", generation_kwargs={"extra_body": {"seed": 1, "min_p": 0.1}})
    assert generation_arguments(llm, SEEDED).keywords["extra_body"] == {
        "seed": 1,
        "min_p": 0.1,
        "repetition_penalty": 1.0,
    }


def test_they_are_options_of_ollama() -> None:
    assert generation_arguments(OllamaLikeLLM(), SEEDED).keywords["options"]["seed"] == 7


def test_a_model_in_this_process_gets_those_that_it_knows_and_the_others_are_named() -> None:
    arguments = generation_arguments(InProcessLLM(), SEEDED)
    assert arguments.keywords["repetition_penalty"] == 1.0
    assert arguments.left_out == ("seed",)


def test_no_repetition_penalty_is_added_to_the_sampling_of_the_paper() -> None:
    plain = default_decoding(Stage.CLASSIFICATION)
    assert generation_arguments(InProcessLLM(), plain).keywords["repetition_penalty"] == 1.0
    wanted = apply_overrides(plain, {"repetition_penalty": 1.2})
    assert generation_arguments(InProcessLLM(), wanted).keywords["repetition_penalty"] == 1.2


@pytest.mark.parametrize("value", [0, False, ""])
def test_one_that_is_left_out_is_named_whatever_its_value(value: Any) -> None:
    decoding = apply_overrides(default_decoding(Stage.CLASSIFICATION), {"seed": value})
    assert generation_arguments(InProcessLLM(), decoding).left_out == ("seed",)
