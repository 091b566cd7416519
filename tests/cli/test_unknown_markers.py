"""A run says which markers of its model were not read."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.cli.unknown_markers import unknown_markers_note
from distilabel_selfinstruct.records import Reason, RecordedRejection

FOLDER = Path("runs/korean")


def rejection(request: int, detail: str, reason: Reason = Reason.UNKNOWN_MARKERS) -> RecordedRejection:
    return RecordedRejection("instance_filtering", reason, detail, "text", "instruction", request)


def test_the_words_are_named_with_their_counts_and_what_to_do():
    note = unknown_markers_note([rejection(1, "입력, 출력"), rejection(2, "출력"), rejection(2, "출력")], FOLDER)
    assert note.startswith("2 responses were rejected as unknown_markers")
    assert "출력: (3), 입력: (1)." in note
    assert "--prompts FOLDER" in note
    assert note.endswith("selfinstruct rejections runs/korean --reason unknown_markers")


@given(st.lists(st.sampled_from([reason for reason in Reason if reason is not Reason.UNKNOWN_MARKERS])))
def test_nothing_is_said_of_other_rejections(reasons):
    assert unknown_markers_note([rejection(n, "x", reason) for n, reason in enumerate(reasons)], FOLDER) == ""


def test_a_word_of_a_model_is_no_command_to_the_terminal():
    assert "\x1b" not in unknown_markers_note([rejection(1, "\x1b[31mGiven")], FOLDER)
