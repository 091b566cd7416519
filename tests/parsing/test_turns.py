import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_classification, parse_instances, parse_instructions
from distilabel_selfinstruct.parsing.turns import first_turn
from distilabel_selfinstruct.records import Completion, Instance

ENDS = st.sampled_from(
    [
        "<|im_end|>",
        "<|endoftext|>",
        "<|eot_id|>",
        "<|end_of_text|>",
        "<|eom_id|>",
        "<|end|>",
        "<|return|>",
        "<|END_OF_TURN_TOKEN|>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
        "<end_of_turn>",
        "<eos>",
        "</s>",
        "[INST]",
        "[end of text]",
        "<|im_start|>user\n",
        "<|start_header_id|>user<|end_header_id|>\n\n",
        "<start_of_turn>user\n",
    ]
)
TEXTS = st.text("abc é가.\n", max_size=12)


@given(TEXTS, ENDS, st.text(max_size=12))
def test_the_first_token_that_ends_a_turn_ends_the_text(text: str, end: str, rest: str) -> None:
    assert first_turn(text + end + rest) == text


@given(ENDS, TEXTS)
def test_no_stage_keeps_what_stands_behind_such_a_token(end: str, rest: str) -> None:
    listed = parse_instructions(Completion(f"9. Name a bird.\n10. Sort these.{end}{rest}"))
    assert listed.kept == ("Name a bird.", "Sort these.")
    instances = parse_instances(Completion(f"Output: oats{end}\nOutput: {rest}"), is_classification=False)
    assert instances.kept == (Instance("", "oats"),)
    assert parse_classification(Completion(f"Yes{end}No")).is_classification is True


@pytest.mark.parametrize(
    "head",
    [
        "<|im_start|>assistant\n",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|begin_of_text|>",
        "<start_of_turn>model\n",
        "<s>",
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>",
    ],
)
def test_the_head_of_the_turn_itself_is_skipped(head: str) -> None:
    assert first_turn(f"{head}Output: oats</s>").strip() == "Output: oats"


@pytest.mark.parametrize(
    "text",
    [
        "Write <s>12 coins</s> to strike it.",
        "<s>12 coins</s> is struck out.",
        "f <| g |> h",
        "a < b | c > d",
        "<strong>",
    ],
)
def test_tags_and_operators_of_a_text_end_nothing(text: str) -> None:
    assert first_turn(text) == text
