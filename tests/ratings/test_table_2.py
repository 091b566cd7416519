"""Table 2: the majority of raters, for each instance and question."""

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.ratings.answers import CORRECTED_OUTPUT, OVERALL, QUALITY_QUESTIONS, Rating
from distilabel_selfinstruct.ratings.table_2 import PAPER, Count, quality


def answer(record: str, question: str, value: str, rater: str = "anna") -> Rating:
    return Rating(record, f"Task {record}", rater, question, value)


def all_three(record: str, *values: str, rater: str = "anna") -> list[Rating]:
    return [answer(record, *pair, rater) for pair in zip(QUALITY_QUESTIONS, values, strict=True)]


def test_the_papers_shares_are_those_of_table_2():
    shares = [
        count.share for count in (PAPER.valid_task, PAPER.input_appropriate, PAPER.output_correct, PAPER.all_valid)
    ]
    assert shares == [0.92, 0.79, 0.58, 0.54]


def test_each_question_is_counted_on_its_own():
    counted = quality([*all_three("1", "yes", "yes", "no"), *all_three("2", "yes", "no", "no")])
    assert (counted.valid_task, counted.input_appropriate) == (Count(2, 2), Count(1, 2))
    assert (counted.output_correct, counted.all_valid) == (Count(0, 2), Count(0, 2))


def test_the_majority_of_raters_decides():
    ratings = [answer("1", "valid_task", value, rater) for rater, value in (("a", "yes"), ("b", "no"), ("c", "yes"))]
    assert quality(ratings).valid_task == Count(1, 1)


def test_a_tie_is_a_no():
    ratings = [answer("1", "valid_task", "yes", "a"), answer("1", "valid_task", "no", "b")]
    assert quality(ratings).valid_task == Count(0, 1)


def test_an_instance_without_all_three_answers_is_left_out_of_all_valid():
    ratings = [*all_three("1", "yes", "yes", "yes"), answer("2", "valid_task", "no")]
    assert quality(ratings).all_valid == Count(1, 1)


def test_other_questions_do_not_count():
    assert quality([answer("1", OVERALL, "A"), answer("1", CORRECTED_OUTPUT, "yes")]).all_valid == Count(0, 0)


def test_nothing_rated_has_no_share():
    assert quality([]).all_valid.share is None


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(QUALITY_QUESTIONS), st.sampled_from(["yes", "no"]))))
def test_no_more_instances_are_valid_in_all_fields_than_in_one(answers):
    counted = quality(answer(*one, rater=str(number)) for number, one in enumerate(answers))
    for count in (counted.valid_task, counted.input_appropriate, counted.output_correct):
        assert counted.all_valid.yes <= count.yes <= count.rated <= 3
