"""The varied wordings of the paper."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given

from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.formatting.templates import (
    END_OF_TEXT,
    Template,
    prompt_and_completion,
    templates_of,
)
from tests.formatting.builders import FILLED, TEXTS

pytestmark = pytest.mark.slow

WITH_INPUT, WITHOUT_INPUT = templates_of("en")

EVERY_TEMPLATE = pytest.mark.parametrize(
    "template", [*WITH_INPUT, *WITHOUT_INPUT], ids=lambda template: repr(template.prompt)
)


def test_the_templates_with_input_are_those_of_the_reference() -> None:
    assert [template.fill("Do.", "x") + template.answer("y") for template in WITH_INPUT] == [
        "Do.\nInput: x\nOutput: y",
        "Do.\n\nInput: x\n\nOutput: y",
        "Task: Do.\nInput: x\nOutput: y",
        "Do.\n\nx\n\nOutput: y",
        "Do.\n\nx\n\ny",
        "Do.\nx\n\ny",
        "Task: Do.\n\nx\n\ny",
    ]


def test_the_templates_without_input_are_those_of_the_reference() -> None:
    assert [template.fill("Do.", "") + template.answer("y") for template in WITHOUT_INPUT] == [
        "Do. Output: y",
        "Do.\nOutput: y",
        "Do.\n\nOutput: y",
        "Do.\ny",
        "Do.\n\ny",
        "Task: Do.\n\ny",
    ]


@EVERY_TEMPLATE
@given(instruction=FILLED, text=TEXTS)
def test_no_place_is_left_unfilled_and_no_brace_of_a_text_is_lost(
    template: Template, instruction: str, text: str
) -> None:
    parts = template.prompt.replace("{instruction}", "\0I").replace("{input}", "\0X")
    assert template.fill(instruction, text) == parts.replace("\0I", instruction, 1).replace("\0X", text, 1)


@EVERY_TEMPLATE
@given(output=FILLED)
def test_the_output_is_found_again_in_the_completion(template: Template, output: str) -> None:
    lead = " " if template.prompt.endswith("Output:") else ""
    assert template.answer(output) == lead + output


@pytest.mark.parametrize(("text", "templates"), [("cold", WITH_INPUT), ("", WITHOUT_INPUT)])
def test_every_template_is_drawn_about_equally_often(text: str, templates: tuple[Template, ...]) -> None:
    example = Example("Name the opposite.", text, "hot")
    counts = Counter(prompt_and_completion(example, Random(seed))[0] for seed in range(3000))
    assert set(counts) == {template.fill(example.instruction, text) for template in templates}
    expected = 3000 / len(templates)
    assert all(abs(count - expected) < 5 * expected**0.5 for count in counts.values())


def test_a_label_goes_about_half_of_the_time() -> None:
    example = Example("Name the opposite.", "Word: cold", "hot")
    with_label = sum("Word: cold" in prompt_and_completion(example, Random(seed))[0] for seed in range(1000))
    assert 430 < with_label < 570


def test_an_input_that_strict_mode_cuts_to_nothing_gets_a_template_without_input() -> None:
    example = Example("Complete it.", "Word:", "hot")
    prompts = {prompt_and_completion(example, Random(seed), "strict")[0] for seed in range(200)}
    assert {template.fill("Complete it.", "") for template in WITHOUT_INPUT} < prompts


def test_the_end_stands_last() -> None:
    _, completion = prompt_and_completion(Example("Do.", "", "y"), Random(1), end=END_OF_TEXT)
    assert completion.strip() == "y<|endoftext|>"


def test_the_templates_of_korean_hold_no_english_marker() -> None:
    wordings = [template.prompt for templates in templates_of("ko") for template in templates]
    assert len(wordings) == 13
    assert not [wording for wording in wordings if "Input" in wording or "Output" in wording or "Task" in wording]
    prompt, completion = prompt_and_completion(Example("거꾸로 써 줘.", "나무", "무나"), Random(1), language="ko")
    assert "나무" in prompt
    assert completion.strip() == "무나"
