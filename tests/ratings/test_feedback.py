import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.ratings.answers import COMMENT, OVERALL, VALID_TASK, Rating, record_id, write_ratings
from distilabel_selfinstruct.ratings.feedback import Feedback, derive_feedback, load_feedback


def ratings(instruction: str, letters: str, **changes: object) -> list[Rating]:
    """An overall rating of each letter, by raters of their own, on as many instances of the instruction."""
    return [
        Rating(record_id(instruction, str(number), ""), instruction, f"rater{number}", OVERALL, letter, **changes)
        for number, letter in enumerate(letters)
    ]


@pytest.mark.parametrize("letters", ["A", "AA", "AAB", "AAC", "AAABC"])
def test_mostly_a_and_no_d_is_endorsed(letters):
    assert derive_feedback(ratings("Sing.", letters)) == Feedback(endorsed=(("Sing.", False),), num_rated=1)


@pytest.mark.parametrize("letters", ["D", "DD", "DA", "DAADBD", "CD"])
def test_at_least_half_d_is_banned(letters):
    assert derive_feedback(ratings("Sing.", letters)) == Feedback(banned=("Sing.",), num_rated=1)


@pytest.mark.parametrize("letters", ["B", "C", "AB", "AAD", "AAAAAAAD", "BBD", "ABCC"])
def test_anything_else_is_rated_and_in_neither_group(letters):
    assert derive_feedback(ratings("Sing.", letters)) == Feedback(num_rated=1)


def test_all_instances_of_an_instruction_count_together():
    one, other = ratings("Sing.", "A"), [Rating("another record", " Sing.\n", "anna", OVERALL, "D")]
    assert derive_feedback([*one, *other]) == Feedback(banned=("Sing.",), num_rated=1)


def test_only_the_latest_answer_of_a_rater_about_a_record_counts():
    first = Rating("r", "Sing.", "anna", OVERALL, "D", "2026-01-01T10:00:00Z")
    second = Rating("r", "Sing.", "anna", OVERALL, "A", "2026-01-01T12:00:00+01:00")
    assert (
        derive_feedback([second, first])
        == derive_feedback([first, second])
        == Feedback(endorsed=(("Sing.", False),), num_rated=1)
    )


def test_answers_to_other_questions_change_nothing():
    others = [Rating("r", "Sing.", "anna", VALID_TASK, "no"), Rating("r", "Dance.", "anna", COMMENT, "D")]
    assert derive_feedback([*ratings("Sing.", "A"), *others]) == derive_feedback(ratings("Sing.", "A"))


def test_a_classification_task_is_endorsed_as_one():
    feedback = derive_feedback([*ratings("Yes or no?", "A", is_classification=True), *ratings("Sing.", "A")])
    assert feedback.endorsed == (("Sing.", False), ("Yes or no?", True))
    assert feedback.to_sample(classification_only=True) == ("Yes or no?",)


LETTERS = st.text("ABCD", min_size=1, max_size=6)


@given(st.dictionaries(st.sampled_from(["Sing.", "Dance.", "Yes or no?"]), LETTERS), st.randoms(use_true_random=False))
def test_the_order_of_ratings_changes_nothing_and_no_instruction_is_in_both_groups(given_letters, random):
    all_ratings = [rating for text, letters in given_letters.items() for rating in ratings(text, letters)]
    feedback = derive_feedback(all_ratings)
    random.shuffle(all_ratings)
    assert derive_feedback(all_ratings) == feedback
    endorsed = {text for text, _ in feedback.endorsed}
    assert not endorsed & set(feedback.banned)
    assert feedback.num_rated == len(given_letters)
    for text, letters in given_letters.items():
        count = Counter(letters)
        assert (text in endorsed) == (count["A"] > len(letters) / 2 and "D" not in letters)
        assert (text in feedback.banned) == (count["D"] >= len(letters) / 2)


# --- files


def test_a_file_and_the_run_folder_that_holds_it_give_the_same(tmp_path):
    path = tmp_path / "run" / "review" / "ratings.jsonl"
    path.parent.mkdir(parents=True)
    write_ratings(path, [*ratings("Sing.", "AA"), *ratings("Dance.", "D")])
    feedback = load_feedback(path)
    assert feedback == Feedback(endorsed=(("Sing.", False),), banned=("Dance.",), num_rated=2)
    assert load_feedback(tmp_path / "run") == feedback


def test_no_source_is_no_feedback():
    assert load_feedback(None) == Feedback()
    assert Feedback().summary() == ""


def test_the_summary_says_how_many_join_and_how_many_stay_out():
    feedback = derive_feedback([*ratings("Sing.", "A"), *ratings("Yes or no?", "A", is_classification=True)])
    assert feedback.summary() == (
        "Human feedback on 2 instructions: 2 rated A (sampled like human-written ones), 0 rated D (never sampled)."
    )
    assert ": 1 rated A among the classification tasks (" in feedback.summary(classification_only=True)


def refusal(source) -> str:
    with pytest.raises(InputFileError) as error:
        load_feedback(source)
    return str(error.value)


def test_a_run_folder_without_ratings_says_how_to_get_them(tmp_path):
    assert refusal(tmp_path) == (
        f"There is no {tmp_path}/review/ratings.jsonl: get the ratings with selfinstruct review pull {tmp_path}."
    )


def test_a_missing_file_is_named(tmp_path):
    assert refusal(tmp_path / "nowhere.jsonl").startswith(f"Cannot read {tmp_path}/nowhere.jsonl: No such file")


@pytest.mark.parametrize("others", [[], [Rating("r", "Sing.", "anna", VALID_TASK, "yes")]])
def test_ratings_without_an_overall_one_say_what_is_needed(tmp_path, others):
    write_ratings(tmp_path / "ratings.jsonl", others)
    assert "holds no answer to the question 'overall' (A to D)" in refusal(tmp_path / "ratings.jsonl")


GOOD = {"record": "r", "instruction": "Sing.", "rater": "anna", "question": OVERALL, "value": "A"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "line 2: the line is not JSON"),
        (json.dumps({**GOOD, "value": "E"}), "line 2: 'value' of overall is 'E' and must be one of A, B, C, D."),
        (json.dumps({**GOOD, "instruction": None}), "line 2: 'instruction' is None and must be a text."),
        (
            json.dumps({**GOOD, "instruction": " "}),
            "the overall answer of anna on r has no instruction: remove the line.",
        ),
    ],
)
def test_a_malformed_line_is_named(tmp_path, row, message):
    path = tmp_path / "ratings.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{row}\n")
    assert message in refusal(path)
