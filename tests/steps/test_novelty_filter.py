"""`RougeLNoveltyFilter` alone, on any column."""

from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.steps import RougeLNoveltyFilter
from tests.steps.builders import Row, journal, loaded, novel, processed, reasons

FRANCE = "Name the capital of France."
ALMOST = "Name the capital city of France."


def rows_of(*texts: Any, column: str = "instruction") -> list[Row]:
    return [{column: text, "id": number} for number, text in enumerate(texts)]


def passed(*texts: Any, **options: Any) -> list[int]:
    """The numbers of the texts that pass."""
    step = RougeLNoveltyFilter(**options)
    return [row["id"] for row in processed(step, rows_of(*texts, column=step.column))]


def test_a_near_duplicate_is_dropped() -> None:
    assert passed(FRANCE, ALMOST, novel(1)) == [0, 2]


def test_an_empty_batch_stays_empty() -> None:
    assert passed() == []


def test_a_batch_may_be_dropped_as_a_whole() -> None:
    with loaded(RougeLNoveltyFilter()) as step:
        next(step.process(rows_of(FRANCE)))
        assert next(step.process(rows_of(FRANCE, ALMOST))) == []


def test_what_passed_is_remembered_through_all_batches() -> None:
    with loaded(RougeLNoveltyFilter()) as step:
        batches = [next(step.process(rows_of(text))) for text in (FRANCE, novel(1), ALMOST)]
    assert [len(batch) for batch in batches] == [1, 1, 0]


def test_loading_again_forgets() -> None:
    step = RougeLNoveltyFilter()
    assert len(processed(step, rows_of(FRANCE))) == 1
    assert len(processed(step, rows_of(FRANCE))) == 1


def test_a_dropped_text_is_not_compared_with() -> None:
    # The third is near the second, which was dropped, and not near the first.
    assert passed("a b c d e f g h", "a b c d e f g x y", "d e f g x y z u v") == [0, 2]


@pytest.mark.parametrize("text", [None, 7, ["a"], {"a": 1}])
def test_rows_without_text_pass(text: Any) -> None:
    assert passed(text, text) == [0, 1]


def test_a_row_without_the_column_passes() -> None:
    (row,) = processed(RougeLNoveltyFilter(), [{"id": 1}])
    assert (row["nearest_rouge_l"], row["nearest_instruction"]) == (0.0, "")


def test_any_column_can_be_compared() -> None:
    assert passed(FRANCE, ALMOST, column="question") == [0]


def test_the_nearest_text_and_its_score_are_in_columns_named_after_the_column() -> None:
    step = RougeLNoveltyFilter(column="question", max_rouge_l=1.0)
    first, second = processed(step, rows_of(FRANCE, FRANCE, column="question"))
    assert (first["nearest_rouge_l"], first["nearest_question"]) == (0.0, "")
    assert (second["nearest_rouge_l"], second["nearest_question"]) == (1.0, FRANCE)


def test_the_documented_columns_are_those_of_the_rows() -> None:
    step = RougeLNoveltyFilter(column="question")
    (row,) = processed(step, rows_of(FRANCE, column="question"))
    assert step.inputs == ["question"]
    assert set(step.outputs) == row.keys() - {"question", "id"}


def test_texts_at_the_threshold_pass() -> None:
    assert passed("a b c d", "a b x y", max_rouge_l=0.5) == [0, 1]


def test_texts_above_the_threshold_are_dropped() -> None:
    assert passed("a b c d", "a b x y", max_rouge_l=0.49) == [0]


def test_the_unicode_tokenizer_compares_other_scripts() -> None:
    text = "请写一首关于春天的诗。"
    assert passed(text, text, tokenizer="unicode") == [0]
    assert passed(text, text, tokenizer="rouge_score") == [0, 1]


def test_what_is_dropped_is_in_the_journal_with_score_and_row(tmp_path: Path) -> None:
    passed(novel(1), FRANCE, ALMOST, state_dir=str(tmp_path))
    (rejection,) = journal(tmp_path, "rejections")
    assert (rejection["reason"], rejection["text"], rejection["request"]) == ("near_duplicate", ALMOST, 2)
    assert rejection["detail"] == f"ROUGE-L 0.909 with: {FRANCE}"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", " \n", "\x00\x1b", "\ud800 lone \udfff", "word " * 200_000])
def test_odd_texts_are_compared_like_any_other(text: str, tmp_path: Path) -> None:
    assert passed(novel(1), text, state_dir=str(tmp_path)) == [0, 1]
    assert reasons(tmp_path) == []


def test_rows_in_are_not_changed() -> None:
    rows = rows_of(FRANCE)
    processed(RougeLNoveltyFilter(), rows)
    assert rows == rows_of(FRANCE)


def test_the_tokenizer_follows_the_script_of_the_texts() -> None:
    assert passed("列出3种水果", "解释3个定律", "列出3种水果。") == [0, 1]


def test_the_tokenizer_changes_when_texts_of_another_script_come_and_what_passed_is_kept() -> None:
    with loaded(RougeLNoveltyFilter()) as step:
        batches = [rows_of(FRANCE, novel(1)), rows_of("列出3种水果", "解释3个定律"), rows_of("列出3种水果。", ALMOST)]
        assert [len(next(step.process(batch))) for batch in batches] == [2, 2, 0]
