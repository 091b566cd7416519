"""Tokens and labels: exactly the completion and the end token are trained on, else the row is named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.finetuning.label_check import check_labels, shown
from distilabel_selfinstruct.finetuning.tokenizing import IGNORED, TokenizedRow, tokenize_rows
from distilabel_selfinstruct.formatting import FormatOptions, format_rows
from distilabel_selfinstruct.formatting.templates import templates_of
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

pytestmark = pytest.mark.slow

END = (0, "<end>")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


def decode(tokens: Any) -> str:
    return "".join(END[1] if token == END[0] else chr(token) for token in tokens)


def row_and_tokens(prompt: str, completion: str) -> tuple[dict[str, str], TokenizedRow]:
    trained = [*map(ord, completion), END[0]]
    tokens = [*map(ord, prompt), *trained]
    return {"prompt": prompt, "completion": completion}, TokenizedRow(tokens, [IGNORED] * len(prompt) + trained)


def faults(row: dict[str, str], given: TokenizedRow, max_tokens: int | None = None) -> list[str]:
    return [each.fault for each in check_labels([row], [given], decode, END, max_tokens).unfit]


@given(prompt=TEXTS, completion=TEXTS, data=st.data())
def test_a_row_is_fit_only_with_the_whole_completion_and_its_end(prompt: str, completion: str, data: Any) -> None:
    row, whole = row_and_tokens(prompt, completion)
    assert faults(row, whole) == []
    cut = data.draw(st.integers(0, len(whole.tokens) - 1))
    assert faults(row, TokenizedRow(whole.tokens[:cut], whole.labels[:cut]))
    start = data.draw(st.integers(0, len(whole.tokens)).filter(lambda place: place != len(prompt)))
    moved = [IGNORED] * start + whole.tokens[start:]
    assert faults(row, TokenizedRow(whole.tokens, moved))
    changed = data.draw(st.integers(0, len(whole.tokens) - 1))
    other = [token if place != changed else token + 1 for place, token in enumerate(whole.tokens)]
    assert faults(row, TokenizedRow(other, [IGNORED] * len(prompt) + other[len(prompt) :]))
    assert faults(row, whole, max_tokens=len(whole.tokens) - 1)
    assert not faults(row, whole, max_tokens=len(whole.tokens))


def test_an_end_token_within_a_completion_is_named_with_the_row() -> None:
    row, _ = row_and_tokens("Say it.", "a<end>b")
    tokens = [*map(ord, "Say it."), ord("a"), 0, ord("b"), 0]
    check = check_labels([row], [TokenizedRow(tokens, [IGNORED] * 7 + tokens[7:])], decode, END, None)
    assert shown(check.unfit[0]) == "row 1 ('Say it.') has the end token <end> within its completion"
    assert (check.num_tokens, check.num_trained_tokens, check.longest) == (11, 4, 11)


def test_every_packaged_seed_in_every_template_is_trained_on_whole(tokenizer: Any) -> None:
    rows = [
        {"prompt": template.fill(task.instruction, each.input), "completion": template.answer(each.output)}
        for task in load_seed_tasks()
        for each in task.instances
        for template in templates_of("en")[0 if each.input else 1]
    ]
    check = check_tokenized(rows, tokenizer)
    assert check.unfit == ()
    assert check.num_rows == len(rows) > 1_000
    separate = tokenizer([row["prompt"] for row in rows])["input_ids"]
    joint = tokenizer([row["prompt"] + row["completion"] for row in rows])["input_ids"]
    # The case for which prompt and completion are made into tokens one by one.
    assert any(whole[: len(prompt)] != prompt for prompt, whole in zip(separate, joint, strict=True))


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_texts_of_all_kinds_are_trained_on_whole(tokenizer: Any, texts: list[tuple[str, str, str]]) -> None:
    rows = [{"instruction": one, "input": two, "output": three} for one, two, three in texts]
    made = format_rows(rows, FormatOptions(format="trl-prompt-completion")).train
    assert check_tokenized(list(made), tokenizer).unfit == ()


def check_tokenized(rows: list[dict[str, str]], tokenizer: Any) -> Any:
    def text(tokens: Any) -> str:
        return str(tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False))

    end = (tokenizer.eos_token_id, tokenizer.eos_token)
    return check_labels(rows, tokenize_rows(rows, tokenizer), text, end, None)
