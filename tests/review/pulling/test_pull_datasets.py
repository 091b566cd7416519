"""Which datasets a pull reads, and what it says of those that were changed or deleted."""

import argilla as rg
import pytest

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.ratings.answers import QUESTIONS
from tests.review.people import GOOD, WORKSPACE, answers, instance, statuses


def changed_settings(client, *names):
    yes_no = [rg.LabelQuestion(name, labels=["yes", "no"], client=client) for name in names if name in QUESTIONS]
    other = [rg.RatingQuestion(name, values=[1, 2, 3], client=client) for name in names if name not in QUESTIONS]
    texts = ("instruction", "input", "output")
    fields = [rg.TextField(name, required=name == "instruction", client=client) for name in texts]
    return rg.Settings(fields=fields, questions=[*yes_no, *other])


def test_changed_questions_are_reported_and_their_answers_kept(client, new_review):
    review = new_review([instance(0)], settings=changed_settings(client, "valid_task", "mood"))
    review.answer("anna", {0: {"valid_task": "yes", "mood": 3}})
    result = review.pull()
    assert answers(review) == [(0, "anna", "valid_task", "yes")]
    (other,) = review.summary()["other_answers"]
    assert (other["rater"], other["question"], other["value"]) == ("anna", "mood", 3)
    assert review.summary()["datasets"][0]["unknown_questions"] == ["mood"]
    assert "does not ask input_appropriate" in result.summary.notes[0]
    assert "also asks mood" in result.summary.notes[0]


def test_a_dataset_that_asks_nothing_of_ours_is_refused(client, new_review):
    review = new_review([instance(0)], settings=changed_settings(client, "mood"))
    with pytest.raises(ArgillaError, match="asks mood and none of our questions"):
        review.pull()


def test_the_datasets_that_were_pushed_are_read_and_put_together(review):
    review.add_dataset(f"{review.name}-ben", rows=review.rows[2:])
    review.says_pushed(None, "ben")
    review.answer("anna", {0: GOOD})
    review.answer("ben", {3: GOOD}, dataset=1)
    review.pull()
    assert statuses(review) == ["kept", "undecided", "undecided", "kept"]
    assert [dataset["rater"] for dataset in review.summary()["datasets"]] == [None, "ben"]


def test_a_deleted_dataset_of_several_is_reported_and_its_answers_stay(review):
    review.add_dataset(f"{review.name}-ben", rows=review.rows[2:])
    review.says_pushed(None, "ben")
    review.answer("ben", {3: GOOD}, dataset=1)
    review.pull()
    review.datasets[1].delete()
    result = review.pull()
    assert statuses(review)[3] == "kept"
    assert any("is no longer in Argilla" in note for note in result.summary.notes)
    assert review.summary()["deleted_datasets"] == [
        {"name": f"{review.name}-ben", "workspace": WORKSPACE, "rater": "ben"}
    ]


def test_it_is_an_error_when_no_dataset_is_left_and_nothing_is_touched(review):
    review.answer("anna", {0: GOOD})
    review.pull()
    before = answers(review)
    review.datasets[0].delete()
    with pytest.raises(ArgillaError, match=f"holds no dataset '{review.name}' in workspace 'selfinstruct'"):
        review.pull()
    assert answers(review) == before


def test_a_dataset_can_be_named_and_the_others_count_as_not_looked_at(review):
    review.add_dataset(f"{review.name}-second", rows=review.rows[2:])
    review.says_pushed(None, None)
    review.answer("anna", {0: GOOD})
    review.answer("ben", {3: GOOD}, dataset=1)
    review.pull()
    review.pull(datasets=[f"{review.name}-second"])
    assert statuses(review) == ["kept", "undecided", "undecided", "kept"]
    assert review.summary()["gone"] == 0
