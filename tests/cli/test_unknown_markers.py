"""A run says which markers of its model were not read."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.cli.unknown_markers import unknown_markers_note
from distilabel_selfinstruct.languages import texts_of
from distilabel_selfinstruct.records import Reason, RecordedRejection

FOLDER = Path("runs/korean")


def rejection(request: int, detail: str, reason: Reason = Reason.UNKNOWN_MARKERS) -> RecordedRejection:
    return RecordedRejection("instance_filtering", reason, detail, "text", "instruction", request)


def note_on(rejections: list[RecordedRejection], language: str = "en", num_responses: int = 8) -> str:
    return unknown_markers_note(rejections, FOLDER, texts_of(language), num_responses)


def test_the_words_are_named_with_their_counts_and_what_to_do():
    note = note_on([rejection(1, "입력, 출력"), rejection(2, "출력"), rejection(2, "출력")])
    assert note.startswith("2 responses were rejected as unknown_markers")
    assert "출력: (3), 입력: (1)." in note
    assert "--prompts FOLDER" in note
    assert note.endswith("selfinstruct rejections runs/korean --reason unknown_markers")


@given(st.integers(0, 60), st.sampled_from(["ko", "ja", "zh", "de", "es", "fr"]))
def test_the_hint_of_a_language_says_the_share_and_the_words_and_how_to_see_them(num_others, language):
    note = note_on([rejection(1, "Gegeben"), rejection(2, "Gegeben")], language, 2 + num_others)
    assert f"{2 / (2 + num_others):.0%}" in note
    assert "Gegeben: (2)" in note
    assert "rejected" not in note
    assert note.endswith("selfinstruct rejections runs/korean --reason unknown_markers")


@given(st.lists(st.sampled_from([reason for reason in Reason if reason is not Reason.UNKNOWN_MARKERS])))
def test_nothing_is_said_of_other_rejections(reasons):
    assert note_on([rejection(n, "x", reason) for n, reason in enumerate(reasons)]) == ""


def test_a_word_of_a_model_is_no_command_to_the_terminal():
    assert "\x1b" not in note_on([rejection(1, "\x1b[31mGiven")])
