"""A generator works ahead of the steps after it, and no further than they have room for."""

from collections import deque
from random import Random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from distilabel_selfinstruct import host_fixes

host_fixes.apply()  # before the host is imported, whose warnings would be errors here

from distilabel.pipeline import Pipeline
from distilabel.pipeline.batch import _Batch
from distilabel.pipeline.batch_manager import _BatchManager
from distilabel.steps import GeneratorStep, Step, StepInput

from distilabel_selfinstruct.host_fixes.batch_counts import unanswered_batches
from distilabel_selfinstruct.host_fixes.read_ahead import BATCHES_AHEAD
from distilabel_selfinstruct.host_fixes.rows_without_use import count_rows


class Ahead(GeneratorStep):
    """It runs ahead."""

    runs_ahead: bool = True

    def process(self, offset: int = 0) -> Any:
        yield [], True


class OneByOne(Step):
    """Works on one batch at a time."""

    def process(self, inputs: StepInput) -> Any:  # type: ignore[override]
        yield inputs


class Early(OneByOne):
    """Works on several."""

    rows_ahead: int = 0

    def begin_batch(self, inputs: list[dict[str, Any]], first_row: int) -> None:
        """Begin."""


class Waiting(deque[Any]):
    """What was sent to a step."""

    def put(self, sent: Any) -> None:
        if isinstance(sent, _Batch):
            self.append(sent)


class DrivenPipeline(Pipeline):
    """A generator and steps after it, in this process; each answers when it is told to."""

    @property
    def QueueClass(self) -> Any:  # noqa: N802 (the host's name)
        return Waiting

    def start(self, num_rows: int) -> None:
        """Send the first request."""
        self.left = self.num_rows = num_rows
        self.names = [name for level in self.dag.iter_based_on_trophic_levels() for name in level]
        self.steps = {name: self.dag.get_step(name)["step"] for name in self.names}
        self._steps_load_status = dict.fromkeys(self.names, 1)
        self._stages_last_batch = [[]]
        self._batch_manager = _BatchManager.from_dag(self.dag)
        self.uses_cache, self.was_saved = False, True
        self._write_buffer = self.counter = count_rows(self)
        self._create_steps_input_queues()
        self._request_initial_batches()

    @property
    def waiting(self) -> list[str]:
        """The steps that have something to answer."""
        return [name for name in self.names if self._steps_input_queues[name] and (self.left or name != self.names[0])]

    def answer(self, name: str, place: int) -> None:
        """Have a step answer one of the batches that it has."""
        queue = self._steps_input_queues[name]
        place %= min(len(queue), self.dag.get_step_replica_count(name))
        batch = queue[place]
        del queue[place]
        rows = batch.data[0] if batch.data else []
        if name == self.names[0]:
            count = min(self.left, self.steps[name].batch_size)
            rows = [{"k": self.num_rows - self.left + number} for number in range(count)]
            self.left -= count
            batch.last_batch = not self.left
        batch.set_data([rows])
        self._process_batch(batch)
        self._manage_batch_flow(batch)

    @property
    def num_inside(self) -> int:
        """How many rows have left the generator and not come out at the end."""
        return self.num_rows - self.left - self.counter.num_rows

    def has_room(self, name: str) -> bool:
        """Whether a step has no more than it needs."""
        return len(unanswered_batches(self, name)) <= self.batches_ahead(name)

    def batches_ahead(self, name: str) -> int:
        """How many batches a step needs."""
        rows = getattr(self.steps[name], "rows_ahead", 0)
        return max(BATCHES_AHEAD, 1 + -(-rows // self.steps[name].input_batch_size))


kinds_of_steps = st.tuples(st.integers(1, 12), st.sampled_from([None, 0, 3, 20]), st.integers(1, 3))


@given(st.integers(1, 12), st.lists(kinds_of_steps, min_size=1, max_size=4), st.integers(1, 150), st.integers())
@example(5, [(1000, None, 1), (3, None, 1)], 100, 0)
def test_a_slow_step_holds_back_its_source(
    size: int, kinds: list[tuple[int, int | None, int]], num_rows: int, seed: int
) -> None:
    with DrivenPipeline(name="driven") as pipeline:
        last: Any = Ahead(name="generator", batch_size=size)
        for number, (input_size, rows_ahead, replicas) in enumerate(kinds):
            options: dict[str, Any] = {"input_batch_size": input_size, "resources": {"replicas": replicas}}
            options |= {} if rows_ahead is None else {"rows_ahead": rows_ahead}
            step = (OneByOne if rows_ahead is None else Early)(name=f"step_{number}", **options)
            last >> step
            last = step
    pipeline.start(num_rows)
    chance = Random(seed)
    first, *after = pipeline.names
    most = size + sum((pipeline.batches_ahead(name) + 3) * pipeline.steps[name].input_batch_size for name in after)
    speeds = {name: chance.choice([0.01, 1]) for name in pipeline.names}
    while waiting := pipeline.waiting:
        (name,) = chance.choices(waiting, [speeds[name] for name in waiting])
        pipeline.answer(name, chance.randrange(3))
        assert pipeline.num_inside <= most
        is_in_order = all(kind[2] == 1 for kind in kinds)
        if pipeline.left and is_in_order and all(map(pipeline.has_room, after)):
            assert unanswered_batches(pipeline, first) or first in pipeline.waiting
    assert (pipeline.left, pipeline.counter.num_rows) == (0, num_rows)
