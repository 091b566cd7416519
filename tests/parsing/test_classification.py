import pytest

from distilabel_selfinstruct.parsing import parse_classification
from distilabel_selfinstruct.records import Completion, Reason


@pytest.mark.parametrize(
    "answer",
    [
        " Yes",
        "yes",
        "YES",
        "Yes.",
        "**Yes**",
        '"Yes"',
        "Yes, because it has labels.",
        "Yes\n\nTask: next",
        "A: Yes",
        "Answer: Yes",
        "The answer is yes.",
        "Is it classification? Yes",
        "<think>hm, no?</think>Yes",
        "This is a classification task.",
        "네",
        "예.",
        "是的。",
        "はい",
        "ใช่",
        "Ja",
        "Oui",
        "Sí",
    ],
)
def test_yes_in_any_form_is_yes(answer: str) -> None:
    answer = answer.removeprefix("A: ")
    assert parse_classification(Completion(answer, "stop")).is_classification is True


@pytest.mark.parametrize(
    "answer",
    [
        " No",
        "no",
        "NO.",
        "No, it is open-ended.",
        "**No**",
        "Answer: **No**",
        "Is this a classification task? No.",
        "This is not a classification task.",
        "It isn't a classification task",
        "Not a classification task.",
        "아니요",
        "不是",
        "否",
        "いいえ",
        "ไม่ใช่",
        "Nein",
        "Non",
    ],
)
def test_no_in_any_form_is_no(answer: str) -> None:
    assert parse_classification(Completion(answer, "stop")).is_classification is False


@pytest.mark.parametrize(
    "answer",
    [
        "Maybe",
        "Yes or No",
        "Yes/No",
        "Not sure.",
        "No idea",
        "1",
        "It depends",
        "Yesterday",
        "Norway",
        "是否",
        "<think>yes",
    ],
)
def test_an_answer_without_a_verdict_is_none_and_says_so(answer: str) -> None:
    parsed = parse_classification(Completion(answer, "stop"))
    assert parsed.is_classification is None
    assert [one.reason for one in parsed.rejected] == [Reason.UNCLEAR_ANSWER]


def test_an_answer_cut_by_length_is_read_like_any_other() -> None:
    assert parse_classification(Completion("Yes, since", "length")).is_classification is True


def test_a_failed_request_is_no_verdict() -> None:
    parsed = parse_classification(Completion(None))
    assert parsed.is_classification is None
    assert [one.reason for one in parsed.rejected] == [Reason.FAILED_REQUEST]


@pytest.mark.parametrize(
    ("answer", "verdict"), [(" Yes", True), ("YES", True), ("Yes.", False), ("Maybe", False), ("", False)]
)
def test_strict_mode_takes_only_a_bare_yes(answer: str, verdict: bool) -> None:
    assert parse_classification(Completion(answer), "strict").is_classification is verdict


def test_an_echoed_prompt_is_no_part_of_the_answer() -> None:
    prompt = "Task: Sort this.\nIs it classification?"
    assert parse_classification(Completion(f"{prompt} No"), prompt=prompt).is_classification is False
