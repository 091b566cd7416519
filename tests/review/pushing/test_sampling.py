"""Which records people rate, and who rates which."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.review.argilla.records import ReviewRecord, prepare
from distilabel_selfinstruct.review.pushing.sampling import assign, sample


def records(num_instructions: int, *, classification: int = 0, instances: int = 1) -> list[ReviewRecord]:
    rows = [
        {
            "instruction": f"Task {number}.",
            "input": f"{instance}",
            "output": "fine",
            "is_classification": number < classification,
        }
        for number in range(num_instructions)
        for instance in range(instances)
    ]
    return list(prepare(rows).records)


def ids(chosen: list[ReviewRecord]) -> list[str]:
    return [record.id for record in chosen]


sizes = st.integers(0, 60)


@given(sizes, sizes, st.integers(1, 3), sizes, st.integers(0, 5))
def test_a_sample_has_the_size_that_was_wanted_and_one_instance_each(
    num: int, classification: int, instances: int, size: int, seed: int
) -> None:
    chosen = sample(records(num, classification=min(classification, num), instances=instances), size, seed)
    assert len(chosen) == min(size, num)
    assert len({record.instruction for record in chosen}) == len(chosen)


@given(st.integers(1, 60), sizes, sizes, st.integers(0, 5))
def test_a_sample_has_classification_tasks_in_proportion(num: int, classification: int, size: int, seed: int) -> None:
    classification = min(classification, num)
    chosen = sample(records(num, classification=classification), size, seed)
    wanted = len(chosen) * classification / num
    assert abs(sum(record.is_classification for record in chosen) - wanted) <= 0.5


@given(st.integers(1, 60), sizes, sizes, st.integers(0, 5))
def test_a_larger_sample_holds_the_smaller_one(num: int, classification: int, size: int, seed: int) -> None:
    these = records(num, classification=min(classification, num), instances=2)
    assert set(ids(sample(these, size, seed))) <= set(ids(sample(these, size + 1, seed)))


def test_a_sample_does_not_depend_on_the_order_of_the_rows() -> None:
    these = records(50, classification=10, instances=3)
    shuffled = list(these)
    Random(1).shuffle(shuffled)
    assert set(ids(sample(shuffled, 20, 42))) == set(ids(sample(these, 20, 42)))


def test_another_seed_gives_another_sample() -> None:
    these = records(200)
    assert ids(sample(these, 20, 1)) != ids(sample(these, 20, 2))


def test_a_sample_keeps_the_order_of_the_rows() -> None:
    these = records(50)
    chosen = sample(these, 20, 42)
    assert chosen == [record for record in these if record in chosen]


def test_the_papers_sample_of_the_papers_share_of_classification_tasks() -> None:
    # 11,584 of the paper's 52,445 instructions are classification tasks (Table 1).
    chosen = sample(records(2622, classification=579), 200, 42)
    assert (len(chosen), sum(record.is_classification for record in chosen)) == (200, 44)


@given(st.integers(0, 60), st.integers(1, 4), sizes, st.integers(0, 3))
def test_every_record_is_rated_by_all_or_by_one(num: int, num_raters: int, shared: int, seed: int) -> None:
    raters = [f"rater{number}" for number in range(num_raters)]
    these = records(num, classification=num // 4)
    shares = assign(these, raters, shared, seed)
    counts = {record.id: sum(record in share for share in shares.values()) for record in these}
    common = min(shared, num)
    assert sorted(counts.values()) == sorted([num_raters] * common + [1] * (num - common))


@given(st.integers(0, 60), st.integers(1, 4), sizes, st.integers(0, 3))
def test_shares_differ_by_one_at_most(num: int, num_raters: int, shared: int, seed: int) -> None:
    raters = [f"rater{number}" for number in range(num_raters)]
    lengths = [len(share) for share in assign(records(num, classification=num // 3), raters, shared, seed).values()]
    assert max(lengths) - min(lengths) <= 1


def test_each_rater_gets_as_many_classification_tasks() -> None:
    shares = assign(records(100, classification=25), ["anna", "ben"], 20, 42)
    counts = [sum(record.is_classification for record in share) for share in shares.values()]
    assert abs(counts[0] - counts[1]) <= 1


@given(st.integers(1, 40), st.integers(0, 30), st.integers(0, 20), st.integers(0, 20), st.integers(0, 3))
def test_records_that_come_later_change_nothing_about_those_before(
    num: int, more: int, shared: int, more_shared: int, seed: int
) -> None:
    raters = ["anna", "ben"]
    first = assign(records(num), raters, shared, seed)
    before: dict[str, set[str]] = {}
    for rater, share in first.items():
        for record in share:
            before.setdefault(record.id, set()).add(rater)
    second = assign(records(num + more), raters, shared + more_shared, seed, before)
    for rater in raters:
        assert set(ids(first[rater])) <= set(ids(second[rater]))
    twice = set(ids(second["anna"])) & set(ids(second["ben"]))
    assert {record for record in twice if record in before} == {who for who in before if len(before[who]) == 2}


def test_records_of_a_rater_who_left_go_to_the_others() -> None:
    these = records(10)
    first = assign(these, ["anna", "ben"], 0, 42)
    before = {record.id: {rater} for rater, share in first.items() for record in share}
    assert assign(these, ["anna"], 0, 42, before) == {"anna": these}


@pytest.mark.parametrize("size", [0, 5])
def test_nothing_gives_an_empty_sample(size: int) -> None:
    assert sample([], size, 42) == []
