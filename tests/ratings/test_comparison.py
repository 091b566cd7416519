"""The letters that people gave, by model and by pair of models."""

import builtins
import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.ratings.answers import COMMENT, OVERALL, Rating
from distilabel_selfinstruct.ratings.comparison import compare

NEEDS_LIBRARIES = pytest.mark.skipif(
    importlib.util.find_spec("statsmodels") is None, reason="statsmodels is not installed"
)

FIGURE_6 = {
    "GPT3": (1, 0, 64, 187),
    "GPT3+T0": (44, 31, 59, 118),
    "GPT3+SuperNI": (74, 30, 80, 68),
    "GPT3-Self-Inst+SuperNI": (83, 54, 84, 31),
    "GPT3-Self-Inst": (112, 49, 66, 25),
    "InstructGPT001": (128, 45, 61, 18),
    "InstructGPT002": (168, 40, 34, 10),
    "InstructGPT003": (192, 30, 28, 2),
}
"""The numbers in the bars of the paper's figure, from A to D."""

RATERS = st.sampled_from(["anna", "ben", "carl"])
LETTERS = st.sampled_from("ABCD")


def rating(record, value, rater="anna", question=OVERALL, at="2026-01-01T00:00:00+00:00"):
    return Rating(record, "Sort.", rater, question, value, at)


def one_model(*letters):
    """The result of a model whose answers got these letters, one rater each."""
    ratings = [rating(f"r{number}", letter) for number, letter in enumerate(letters)]
    records = {f"t{number}": f"r{number}" for number in range(len(letters))}
    return compare(ratings, {"x": records}).models[0]


def test_letters_are_counted_and_a_and_b_are_acceptable():
    result = one_model(*"AABCDDDD")
    assert result.counts == {"A": 2, "B": 1, "C": 1, "D": 4}
    assert result.shares == {"A": 0.25, "B": 0.125, "C": 0.125, "D": 0.5}
    assert (result.answers, result.rated_answers, result.ratings, result.acceptable.value) == (8, 8, 8, 0.375)


def test_the_numbers_of_figure_6_come_out_as_they_went_in_for_their_rater():
    records = {model: {f"t{task}": f"{model} {task}" for task in range(252)} for model in FIGURE_6}
    letters = {model: "".join(map(str.__mul__, "ABCD", counts)) for model, counts in FIGURE_6.items()}
    ratings = [
        rating(f"{model} {task}", letter, rater)
        for model, given in letters.items()
        for rater, own in (("anna", given), ("ben", "D" * 252))
        for task, letter in enumerate(own)
    ]
    result = compare(ratings, records)
    assert [rater.rater for rater in result.raters] == ["anna", "ben"]
    anna, ben = ({each.model: tuple(each.counts.values()) for each in rater.models} for rater in result.raters)
    assert anna == FIGURE_6
    assert ben == dict.fromkeys(FIGURE_6, (0, 0, 0, 252))
    assert {each.model: each.counts["A"] for each in result.models} == {model: a for model, (a, *_) in FIGURE_6.items()}
    acceptable = {each.model: each.acceptable.value for each in result.raters[0].models}
    # The paper: "only 5% behind InstructGPT001".
    assert round(100 * (acceptable["InstructGPT001"] - acceptable["GPT3-Self-Inst"]), 1) == 4.8


@NEEDS_LIBRARIES
def test_the_interval_is_wilsons():
    acceptable = one_model(*"A" * 7, *"D" * 13).acceptable
    # 7 of 20: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n) with z = 1.959964.
    assert (round(acceptable.lower, 4), round(acceptable.upper, 4)) == (0.1812, 0.5671)


@NEEDS_LIBRARIES
@pytest.mark.parametrize(("letters", "share"), [("AAAA", 1.0), ("DDDD", 0.0)])
def test_the_interval_has_a_width_at_the_ends_and_stays_within_them(letters, share):
    acceptable = one_model(*letters).acceptable
    assert acceptable.value == share
    assert 0.0 <= acceptable.lower <= share <= acceptable.upper <= 1.0
    assert acceptable.upper - acceptable.lower > 0.4


@NEEDS_LIBRARIES
def test_more_raters_of_the_same_answers_do_not_narrow_the_interval():
    records = {"x": {"t1": "r1", "t2": "r2"}}
    letters = [("r1", "A"), ("r2", "D")]
    once = compare([rating(*letter) for letter in letters], records).models[0]
    often = compare(
        [rating(*letter, rater) for letter in letters for rater in ("anna", "ben", "carl")], records
    ).models[0]
    assert (once.ratings, often.ratings) == (2, 6)
    assert once.acceptable == often.acceptable


def test_each_answer_weighs_the_same_however_many_rated_it():
    ratings = [rating("r1", "A", rater) for rater in ("anna", "ben", "carl")] + [rating("r2", "D")]
    result = compare(ratings, {"x": {"t1": "r1", "t2": "r2"}}).models[0]
    assert (result.counts["A"], result.shares["A"], result.acceptable.value) == (3, 0.5, 0.5)


def test_an_answer_of_two_models_counts_for_both_and_is_a_tie():
    result = compare([rating("same", "B")], {"x": {"t": "same"}, "y": {"t": "same"}})
    assert [model.counts["B"] for model in result.models] == [1, 1]
    assert [(pair.wins, pair.ties, pair.losses) for pair in result.pairs] == [(0, 1, 0)]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("A", "B", (1, 0, 0)),
        ("C", "C", (0, 1, 0)),
        ("D", "C", (0, 0, 1)),
        ("AD", "BC", (0, 1, 0)),
        ("AC", "B", (0, 1, 0)),
        ("AAB", "AB", (1, 0, 0)),
    ],
)
def test_the_mean_of_the_raters_decides_a_task(first, second, outcome):
    ratings = [
        rating(record, letter, rater)
        for record, letters in (("r1", first), ("r2", second))
        for letter, rater in zip(letters, ("anna", "ben", "carl")[: len(letters)], strict=True)
    ]
    (pair,) = compare(ratings, {"x": {"t": "r1"}, "y": {"t": "r2"}}).pairs
    assert (pair.wins, pair.ties, pair.losses) == outcome


def test_tasks_of_which_one_answer_is_not_rated_or_not_there_are_not_compared():
    ratings = [rating("r1", "A"), rating("r3", "A")]
    (pair,) = compare(ratings, {"x": {"t1": "r1", "t2": "r3"}, "y": {"t1": "r2"}}).pairs
    assert (pair.wins, pair.ties, pair.losses) == (0, 0, 0)


def test_the_latest_letter_of_a_rater_counts_and_comments_do_not():
    ratings = [rating("r1", "A"), rating("r1", "C", at="2026-02-01T00:00:00Z"), rating("r1", "fine", question=COMMENT)]
    assert compare(ratings, {"x": {"t": "r1"}}).models[0].counts == {"A": 0, "B": 0, "C": 1, "D": 0}


def test_without_ratings_there_are_no_shares():
    result = one_model()
    assert (result.ratings, result.acceptable.value, set(result.shares.values())) == (0, None, {None})


def test_without_the_library_there_is_a_share_and_a_note_and_no_interval(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("statsmodels"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    result = compare([rating("r1", "A")], {"x": {"t": "r1"}})
    assert (result.models[0].acceptable.value, result.models[0].acceptable.lower) == (1.0, None)
    assert "distilabel-selfinstruct[analysis]" in result.note


@given(st.lists(st.tuples(st.integers(0, 5), RATERS, LETTERS), unique_by=lambda letter: letter[:2]), st.randoms())
def test_the_order_of_ratings_changes_nothing_and_pairs_are_mirrored(given_, random):
    ratings = [rating(f"r{number}", letter, rater) for number, rater, letter in given_]
    records = {"x": {"t0": "r0", "t1": "r1", "t2": "r2"}, "y": {"t0": "r3", "t1": "r4", "t2": "r2"}}
    result = compare(ratings, records)
    random.shuffle(ratings)
    assert compare(ratings, records) == result
    (pair,), (mirrored,) = result.pairs, compare(ratings, dict(reversed(records.items()))).pairs
    assert (pair.wins, pair.ties, pair.losses) == (mirrored.losses, mirrored.ties, mirrored.wins)
    for model in result.models:
        assert sum(model.counts.values()) == model.ratings
        of_raters = [each for rater in result.raters for each in rater.models if each.model == model.model]
        assert {letter: sum(each.counts[letter] for each in of_raters) for letter in "ABCD"} == model.counts
        if model.ratings:
            assert sum(model.shares.values()) == pytest.approx(1)
