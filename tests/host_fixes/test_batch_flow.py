"""The buffer before a step, without a pipeline: whatever arrives in whatever order, nothing is lost."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct import host_fixes

host_fixes.apply()  # before the host is imported, whose warnings would be errors here

from distilabel.pipeline.batch import _Batch
from distilabel.pipeline.batch_manager import _BatchManagerStep

sizes_of_batches = st.lists(st.integers(0, 7), min_size=1, max_size=8)


def buffer_after(*predecessors: str, input_batch_size: int | None) -> _BatchManagerStep:
    return _BatchManagerStep(
        step_name="after",
        accumulate=input_batch_size is None,
        input_batch_size=input_batch_size,
        data={name: [] for name in predecessors},
        next_expected_seq_no=dict.fromkeys(predecessors, (0, 0)),
        step_offset=dict.fromkeys(predecessors, (0, 0)),
    )


def batches_of(name: str, sizes: list[int]) -> list[_Batch]:
    batches, first = [], 0
    for number, size in enumerate(sizes):
        batch = _Batch(seq_no=number, step_name=name, last_batch=number == len(sizes) - 1)
        batch.set_data([[{"k": k} for k in range(first, first + size)]])
        batches.append(batch)
        first += size
    return batches


def everything_out_of(buffer: _BatchManagerStep, arriving: list[_Batch]) -> list[_Batch]:
    made = []
    for batch in arriving:
        buffer.add_batch(batch)
        while (new := buffer.get_batch()) is not None:
            made.append(new)
    return made


def assert_complete(made: list[_Batch], position: int, count: int) -> None:
    assert [batch.last_batch for batch in made] == [False] * (len(made) - 1) + [True]
    assert [batch.seq_no for batch in made] == list(range(len(made)))
    assert [row["k"] for batch in made for row in batch.data[position]] == list(range(count))


@given(sizes_of_batches, st.integers(1, 10), st.randoms(use_true_random=False))
def test_rows_come_out_in_order_with_one_last_batch(sizes, input_batch_size, random):
    arriving = batches_of("before", sizes)
    random.shuffle(arriving)
    made = everything_out_of(buffer_after("before", input_batch_size=input_batch_size), arriving)
    assert_complete(made, 0, sum(sizes))


@given(sizes_of_batches, sizes_of_batches, st.randoms(use_true_random=False))
def test_global_step_gets_one_batch_with_all_rows_of_both_predecessors(left, right, random):
    arriving = batches_of("left", left) + batches_of("right", right)
    random.shuffle(arriving)
    made = everything_out_of(buffer_after("left", "right", input_batch_size=None), arriving)
    assert len(made) == 1
    assert_complete(made, 0, sum(left))
    assert_complete(made, 1, sum(right))


@given(sizes_of_batches, st.integers(1, 10), st.data())
def test_two_predecessors_with_equally_many_rows_are_used_up(left, input_batch_size, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, sum(left)), max_size=5)))
    right = [end - start for start, end in itertools.pairwise([0, *cuts, sum(left)])]
    arriving = data.draw(st.permutations(batches_of("left", left) + batches_of("right", right)))
    made = everything_out_of(buffer_after("left", "right", input_batch_size=input_batch_size), arriving)
    assert_complete(made, 0, sum(left))
    assert_complete(made, 1, sum(left))
