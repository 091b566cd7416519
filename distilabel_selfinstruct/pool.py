"""The task pool: human-written and machine-generated instructions (paper, section 2.2)."""

from collections.abc import Sequence
from random import Random

from distilabel_selfinstruct.errors import SeedTaskError
from distilabel_selfinstruct.records import SeedTask
from distilabel_selfinstruct.similarity import NoveltyIndex, Verdict


class TaskPool:
    """Instructions to sample in-context examples from, and the novelty rule for those that want to enter.

    Args:
        seed_tasks: the human-written tasks; all of them count for novelty.
        index: an empty novelty index; the pool fills it.
        classification_only: sample human-written examples among the classification tasks only.

    Raises:
        SeedTaskError: there is no task to sample from.
    """

    def __init__(
        self, seed_tasks: Sequence[SeedTask], index: NoveltyIndex, *, classification_only: bool = False
    ) -> None:
        self._human = [task.instruction for task in seed_tasks if task.is_classification or not classification_only]
        if not self._human:
            kind = "classification task" if classification_only else "seed task"
            raise SeedTaskError(f"None of the {len(seed_tasks)} seed tasks is a {kind}: add some to the seed file.")
        self._generated: list[str] = []
        self._index = index
        index.extend(task.instruction for task in seed_tasks)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def num_human(self) -> int:
        """How many human-written instructions can be sampled."""
        return len(self._human)

    @property
    def num_generated(self) -> int:
        """How many machine-generated instructions were admitted."""
        return len(self._generated)

    def sample(self, random: Random, num_instructions: int, num_generated: int, among_generated: int) -> list[str]:
        """In-context instructions in random order: up to `num_generated` machine-generated ones, the rest human.

        Only the first `among_generated` admitted instructions are sampled from, so that a sample can be drawn from
        the pool as it stood earlier. Until enough have been admitted, human-written ones take their place.
        """
        candidates = self._generated[:among_generated]
        generated = random.sample(candidates, min(num_generated, len(candidates)))
        human = random.sample(self._human, min(num_instructions - len(generated), len(self._human)))
        sample = generated + human
        random.shuffle(sample)
        return sample

    def admit(self, instruction: str) -> Verdict:
        """Let the instruction in if it is new against every seed task and every instruction admitted before."""
        verdict = self._index.admit(instruction, with_nearest=True)
        if verdict.admitted:
            self._generated.append(instruction)
        return verdict
