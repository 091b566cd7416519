"""What holds for every text: parsers never raise, lose nothing silently, and read back what is written."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_classification, parse_instances, parse_instructions
from distilabel_selfinstruct.records import Completion, Instance, Mode, Parsed

# A first example pays for imports and compiled patterns.

MODES = st.sampled_from(["strict", "default"])
FINISH_REASONS = st.sampled_from([None, "stop", "length"])

# Pieces of every format, so that random texts come close to real ones.
PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        " ",
        "1. ",
        "9.",
        "10. ",
        "\n10. ",
        "\n11) ",
        "(12) ",
        "- ",
        "* ",
        "**",
        "### ",
        "Task:",
        "Task",
        "Task 3: ",
        "Example 1",
        "Example",
        "Example:\n",
        "Input:",
        "\nInput: ",
        "Output:",
        "\nOutput 2: ",
        "Class label:",
        "\nClass label: ",
        "Answer: ",
        "<think>",
        "</think>",
        "```\n",
        "\n```",
        "Sure! Here are tasks:",
        "Yes",
        "no",
        "---",
        "Come up with a series of tasks:\n",
        "Speaker 1: ",
        "A: ",
        "Let me know",
        "다음은 작업입니다:",
        "以下是任务：",
        "한국어",
        "ไทย",
        "日本語",
        "x",
        "Write a poem.",
        "\ud800",
        "\x00",
        "\r\n",
        "\u2028",
        '"',
        "'",
        ".",
        ":",
        "\uff1a",
        "I'm sorry",
    ]
)
ANY_CHARACTER = st.characters(codec=None, exclude_categories=())
TEXTS = st.one_of(
    st.text(ANY_CHARACTER),
    st.lists(PIECES, max_size=25).map("".join),
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=15).map("".join),
)

# Words without markers, numbers or marks, so that a rendering has one reading.
WORDS = st.text("abcdefgkmuvwxyzéñ가나다", min_size=2, max_size=8)
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: " ".join(words) + ".")


def all_texts(parsed: Parsed[str] | Parsed[Instance]) -> list[str]:
    kept = [one if isinstance(one, str) else one.text for one in parsed.kept]
    return [*kept, *(rejection.text for rejection in parsed.rejected)]


@given(st.none() | TEXTS, FINISH_REASONS, MODES, st.none() | TEXTS)
@example("<think>", "length", "default", None)
def test_no_text_makes_a_parser_raise_and_every_result_can_be_written(
    text: str | None, finish_reason: str | None, mode: Mode, prompt: str | None
) -> None:
    completion = Completion(text, finish_reason)
    results: list[str] = all_texts(parse_instructions(completion, mode, prompt))
    for is_classification in (True, False):
        results += all_texts(
            parse_instances(completion, is_classification=is_classification, mode=mode, instruction="x", prompt=prompt)
        )
    verdict = parse_classification(completion, mode, prompt)
    results += [rejection.text for rejection in verdict.rejected]
    "".join(results).encode("utf-8")


@given(TEXTS, FINISH_REASONS, MODES)
def test_no_response_vanishes_without_a_word(text: str, finish_reason: str | None, mode: Mode) -> None:
    completion = Completion(text, finish_reason)
    for is_classification in (True, False):
        parsed = parse_instances(completion, is_classification=is_classification, mode=mode)
        assert parsed.kept or parsed.rejected
    if mode == "default":
        listed = parse_instructions(completion, mode)
        assert listed.kept or listed.rejected


@given(st.lists(SENTENCES, min_size=1, max_size=9), st.sampled_from(["{}. ", "{}) ", "**{}.** ", "### {}. "]))
def test_a_rendered_list_reads_back(sentences: list[str], number: str) -> None:
    text = "\n".join(number.format(place) + sentence for place, sentence in enumerate(sentences, 9))
    assert parse_instructions(Completion(text)).kept == tuple(
        sentence[0].upper() + sentence[1:] for sentence in sentences
    )


@given(st.lists(SENTENCES, min_size=1, max_size=9), FINISH_REASONS, MODES)
def test_every_item_is_kept_or_rejected(sentences: list[str], finish_reason: str | None, mode: Mode) -> None:
    text = "\n".join(f"{place}. {sentence}" for place, sentence in enumerate(sentences, 9))
    found = [each.lower() for each in all_texts(parse_instructions(Completion(text[2:], finish_reason), mode))]
    assert sorted(found) == sorted(sentences)


PROSE = st.lists(st.text("abc XYZ.,?!-()", min_size=1), min_size=1, max_size=5)


@given(PROSE)
def test_reading_what_was_read_changes_nothing(items: list[str]) -> None:
    once = parse_instructions(Completion("\n10. ".join(items))).kept
    rendered = "\n".join(f"{place}. {item}" for place, item in enumerate(once, 9))
    if all(item[0].isalpha() for item in once):
        assert parse_instructions(Completion(rendered)).kept == once


PAIRS = st.lists(st.builds(Instance, SENTENCES | st.just(""), SENTENCES), min_size=1, max_size=5)


@given(PAIRS)
def test_rendered_examples_read_back(pairs: list[Instance]) -> None:
    lines = []
    for number, pair in enumerate(pairs, 1):
        lines += [f"Example {number}", f"Input: {pair.input}"] if pair.input else [f"Example {number}"]
        lines.append(f"Output: {pair.output}")
    completion = Completion("\n".join(lines))
    assert parse_instances(completion, is_classification=False).kept == tuple(pairs)


@given(PAIRS)
def test_rendered_labels_read_back(pairs: list[Instance]) -> None:
    text = "\n".join(f"Class label: {pair.output}\n{pair.input}" for pair in pairs)
    for mode in ("default", "strict"):
        assert parse_instances(Completion(text), is_classification=True, mode=mode).kept == tuple(pairs)


# Quadratic work on this much takes minutes; the bound leaves room for a slow machine.
CHARACTERS, SECONDS = 100_000, 20
REPEATED = (
    "a",
    "a ",
    "\n",
    " ",
    "1",
    "10. ",
    "\n10. a b c d",
    ". 10. ",
    "- a\n",
    "Output ",
    "Output: x\n",
    " Output: ",
    "Answer: x\n",
    "Input: a\nOutput: b\nOutput: c\n",
    "Example",
    "Example 1\n",
    "Example:\n",
    "Class label: a\n",
    "Task\n",
    "Task: x\n",
    "Sure!\n",
    "```\n",
    "<think>",
    "</think>",
    "**a**\n",
    "# a\n\n",
    "A: b\n",
    "---\n",
    "\x00",
    "\ud800",
    "中",
    "คำ ",
    "Come up with a series of tasks\n",
)


def read_every_way(text: str) -> float:
    completion = Completion(text, "length")
    started = time.perf_counter()
    for mode in ("strict", "default"):
        parse_instructions(completion, mode)
        parse_classification(completion, mode)
        parse_instances(completion, is_classification=False, mode=mode)
        parse_instances(completion, is_classification=True, mode=mode, instruction="x")
    return time.perf_counter() - started


@pytest.mark.slow
@pytest.mark.parametrize("piece", REPEATED, ids=repr)
def test_a_long_repetition_of_anything_is_read_in_linear_time(piece: str) -> None:
    assert read_every_way((piece * (CHARACTERS // len(piece) + 1))[:CHARACTERS]) < SECONDS


@pytest.mark.slow
def test_a_megabyte_of_everything_is_read_in_linear_time() -> None:
    text = "".join(REPEATED)
    assert read_every_way((text * (1_000_000 // len(text) + 1))[:1_000_000]) < SECONDS


@pytest.mark.parametrize(
    "line", ["\u0130nput: x", "\u0131nput: x", "\u0131nput 1: x", "Clas\u017f label: a", "Solut\u0131on: y"]
)
def test_a_letter_that_equals_another_one_but_for_its_case_ends_nothing(line: str) -> None:
    # Patterns that ignore case take more letters for equal than `casefold` does.
    for is_classification in (True, False):
        completion = Completion(f"{line}\nOutput: b", "stop")
        parse_instances(completion, is_classification=is_classification, mode="default", language="en")
