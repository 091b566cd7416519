import pytest

from distilabel_selfinstruct.parsing import parse_classification
from distilabel_selfinstruct.records import Completion, Reason


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        (" Yes", "en"),
        ("yes", "en"),
        ("YES", "en"),
        ("Yes.", "en"),
        ("**Yes**", "en"),
        ('"Yes"', "en"),
        ("Yes, because it has labels.", "en"),
        ("Yes\n\nTask: next", "en"),
        ("A: Yes", "en"),
        ("Answer: Yes", "en"),
        ("The answer is yes.", "en"),
        ("Is it classification? Yes", "en"),
        ("<think>hm, no?</think>Yes", "en"),
        ("This is a classification task.", "en"),
        ("네", "ko"),
        ("예.", "ko"),
        ("是的。", "zh"),
        ("はい", "ja"),
        ("ใช่", "th"),
        ("Ja", "de"),
        ("Oui", "fr"),
        ("Sí", "es"),
    ],
)
def test_yes_in_any_form_is_yes(answer: str, language: str) -> None:
    answer = answer.removeprefix("A: ")
    parsed = parse_classification(Completion(answer, "stop"), language=language)
    assert parsed.is_classification is True


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        (" No", "en"),
        ("no", "en"),
        ("NO.", "en"),
        ("No, it is open-ended.", "en"),
        ("**No**", "en"),
        ("Answer: **No**", "en"),
        ("Is this a classification task? No.", "en"),
        ("This is not a classification task.", "en"),
        ("It isn't a classification task", "en"),
        ("Not a classification task.", "en"),
        ("아니요", "ko"),
        ("不是", "zh"),
        ("否", "zh"),
        ("いいえ", "ja"),
        ("ไม่ใช่", "th"),
        ("Nein", "de"),
        ("Non", "fr"),
    ],
)
def test_no_in_any_form_is_no(answer: str, language: str) -> None:
    parsed = parse_classification(Completion(answer, "stop"), language=language)
    assert parsed.is_classification is False


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
