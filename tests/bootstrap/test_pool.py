from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.bootstrap.pool import TaskPool
from distilabel_selfinstruct.errors import SeedTaskError
from distilabel_selfinstruct.ratings.feedback import Feedback
from distilabel_selfinstruct.similarity import NoveltyIndex
from tests.builders import distinct_instruction, seed_tasks


def pool_with(human: int, generated: int = 0, **options) -> TaskPool:
    pool = TaskPool(seed_tasks(human, classification=human // 2), NoveltyIndex(0.7), **options)
    for number in range(generated):
        assert pool.admit(distinct_instruction(f"new{number}")).admitted
    return pool


def always_sampled(pool: TaskPool) -> set[str]:
    """Everything that a sample as large as the pool shows."""
    return set(pool.sample(Random(1), 1000, 1000, among_generated=1000))


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


# --- human feedback

SEEDS = [task.instruction for task in seed_tasks(20, classification=10)]
LIKED, DISLIKED = "Name three rivers that flow through France.", "Name the best country in the whole wide world."


def test_endorsed_instructions_are_sampled_beside_the_seed_tasks_and_banned_ones_are_not():
    pool = pool_with(20, feedback=Feedback(endorsed=((LIKED, False),), banned=(DISLIKED, SEEDS[3])))
    assert always_sampled(pool) == {*SEEDS, LIKED} - {SEEDS[3]}
    assert (pool.num_human, pool.num_banned_human, pool.num_generated) == (20, 1, 0)


def test_a_sample_still_has_six_of_the_human_side_when_much_was_endorsed():
    endorsed = tuple((distinct_instruction(f"liked{number}"), False) for number in range(40))
    sample = pool_with(20, generated=5, feedback=Feedback(endorsed=endorsed)).sample(Random(1), 8, 2, among_generated=5)
    assert sum(map(is_generated, sample)) == 2
    assert len(sample) == 8


def test_an_endorsed_seed_task_is_sampled_as_often_as_the_others():
    pool = pool_with(20, feedback=Feedback(endorsed=((SEEDS[3], True),)))
    assert (pool.num_human, len(pool)) == (20, 20)


def test_only_endorsed_classification_tasks_join_when_only_those_are_sampled():
    endorsed = ((LIKED, False), ("Is this text a joke or not?", True))
    pool = pool_with(20, classification_only=True, feedback=Feedback(endorsed=endorsed))
    assert always_sampled(pool) == {*SEEDS[:10], "Is this text a joke or not?"}


@pytest.mark.parametrize("near", [DISLIKED, "Name the best country in the whole wide universe.", LIKED])
def test_nothing_near_to_a_rated_instruction_enters(near):
    pool = pool_with(20, feedback=Feedback(endorsed=((LIKED, False),), banned=(DISLIKED,)))
    assert not pool.admit(near).admitted


def test_nothing_near_to_a_banned_seed_task_enters():
    assert not pool_with(20, feedback=Feedback(banned=(SEEDS[3],))).admit(SEEDS[3]).admitted


@pytest.mark.parametrize(("text", "max_rouge_l"), [(DISLIKED, 1.0), ("写一首关于秋天的诗。", 0.7)])
def test_a_banned_instruction_stays_out_where_the_novelty_rule_would_let_it_in(text, max_rouge_l):
    assert TaskPool(seed_tasks(3), NoveltyIndex(max_rouge_l)).admit(text).admitted
    pool = TaskPool(seed_tasks(3), NoveltyIndex(max_rouge_l), feedback=Feedback(banned=(text,)))
    verdict = pool.admit(f" {text}\n")
    assert not verdict.admitted
    assert (verdict.nearest.text, verdict.nearest.rouge_l) == (text, 1.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, "All 20 seed tasks were rated D"), ({"classification_only": True}, "All 10 classification tasks were rated")],
)
def test_seed_tasks_that_are_all_banned_are_an_error(options, said):
    with pytest.raises(SeedTaskError, match=said):
        pool_with(20, feedback=Feedback(banned=tuple(SEEDS)), **options)


@given(seed=st.integers(), generated=st.integers(0, 12))
def test_without_feedback_a_sample_is_what_it_was(seed, generated):
    random = Random(seed)
    shown = [distinct_instruction(f"new{number}") for number in range(generated)]
    sample = random.sample(shown, min(2, generated))
    sample += random.sample(SEEDS, 8 - len(sample))
    random.shuffle(sample)
    assert pool_with(20, generated).sample(Random(seed), 8, 2, among_generated=generated) == sample


@given(st.lists(st.sampled_from([*SEEDS, LIKED, DISLIKED]), max_size=12, unique=True), st.integers(0, 12))
def test_a_banned_instruction_is_in_no_sample(rated, num_banned):
    feedback = Feedback(endorsed=tuple((text, True) for text in rated[num_banned:]), banned=tuple(rated[:num_banned]))
    pool = pool_with(20, generated=2, feedback=feedback)
    assert not always_sampled(pool) & set(feedback.banned)
    assert set(feedback.to_sample()) <= always_sampled(pool)
