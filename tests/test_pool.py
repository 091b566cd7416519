from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import SeedTaskError
from distilabel_selfinstruct.pool import TaskPool
from distilabel_selfinstruct.similarity import NoveltyIndex
from tests.builders import distinct_instruction, seed_tasks


def pool_with(human: int, generated: int = 0, **options) -> TaskPool:
    pool = TaskPool(seed_tasks(human, classification=human // 2), NoveltyIndex(0.7), **options)
    for number in range(generated):
        assert pool.admit(distinct_instruction(f"new{number}")).admitted
    return pool


def is_generated(instruction: str) -> bool:
    return instruction.startswith("new")


def test_a_sample_has_six_human_and_two_generated_instructions():
    sample = pool_with(20, generated=5).sample(Random(1), 8, 2, among_generated=5)
    assert [is_generated(instruction) for instruction in sample].count(True) == 2
    assert len(sample) == 8


@pytest.mark.parametrize(("generated", "expected"), [(0, 0), (1, 1), (2, 2)])
def test_human_instructions_fill_up_until_enough_are_generated(generated, expected):
    sample = pool_with(20, generated).sample(Random(1), 8, 2, among_generated=generated)
    assert sum(map(is_generated, sample)) == expected
    assert len(sample) == 8


def test_a_sample_can_be_drawn_from_the_pool_as_it_stood_earlier():
    sample = pool_with(20, generated=9).sample(Random(1), 8, 2, among_generated=2)
    assert {text for text in sample if is_generated(text)} == {
        distinct_instruction("new0"),
        distinct_instruction("new1"),
    }


def test_only_classification_seed_tasks_are_sampled_when_asked_for():
    pool = pool_with(20, classification_only=True)
    human = {task.instruction for task in seed_tasks(20, classification=10) if task.is_classification}
    assert set(pool.sample(Random(1), 8, 0, among_generated=0)) <= human


def test_all_seed_tasks_count_for_novelty_even_if_they_are_not_sampled():
    pool = pool_with(20, classification_only=True)
    assert not pool.admit(seed_tasks(20)[-1].instruction).admitted


def test_no_classification_task_to_sample_from_is_an_error():
    with pytest.raises(SeedTaskError, match="None of the 3 seed tasks is a classification task"):
        TaskPool(seed_tasks(3), NoveltyIndex(0.7), classification_only=True)


@given(seed=st.integers(), generated=st.integers(0, 12), count=st.integers(1, 10), wanted=st.integers(0, 4))
def test_a_sample_never_repeats_an_instruction_and_depends_on_the_random_state_only(seed, generated, count, wanted):
    pool = pool_with(12, generated)
    sample = pool.sample(Random(seed), count, min(wanted, count), among_generated=generated)
    assert len(sample) == len(set(sample)) == count
    assert sample == pool.sample(Random(seed), count, min(wanted, count), among_generated=generated)


def test_what_is_admitted_grows_the_pool_and_what_is_not_does_not():
    pool = pool_with(10)
    assert pool.admit("Name three rivers that flow through France.").admitted
    assert not pool.admit("Name three rivers that flow through Italy.").admitted
    assert (len(pool), pool.num_generated, pool.num_human) == (11, 1, 10)
