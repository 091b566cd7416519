"""The task pool: human-written and machine-generated instructions (paper, section 2.2)."""

from collections.abc import Sequence
from random import Random

from distilabel_selfinstruct.errors import SeedTaskError
from distilabel_selfinstruct.ratings.feedback import Feedback
from distilabel_selfinstruct.records import SeedTask
from distilabel_selfinstruct.similarity import Neighbor, NoveltyIndex, NoveltyResult

NO_FEEDBACK = Feedback()


class TaskPool:
    """Instructions to sample in-context examples from, and the novelty rule for those that want to enter.

    Its human side is the seed tasks, and with feedback also the instructions that people endorsed (our addition).
    Banned instructions are never sampled, seed tasks or not. All of these count for novelty, so that nothing close to a
    banned instruction enters again.

    Args:
        seed_tasks: the human-written tasks.
        index: an empty novelty index; the pool fills it.
        feedback: what people said about instructions of earlier runs.
        classification_only: sample human-written examples among the classification tasks only.

    Raises:
        SeedTaskError: there is no task to sample from.
    """

    def __init__(
        self,
        seed_tasks: Sequence[SeedTask],
        index: NoveltyIndex,
        *,
        feedback: Feedback = NO_FEEDBACK,
        classification_only: bool = False,
    ) -> None:
        seeds = {task.instruction.strip() for task in seed_tasks}
        self._banned = frozenset(feedback.banned)
        candidates = [task.instruction for task in seed_tasks if task.is_classification or not classification_only]
        endorsed = feedback.to_sample(classification_only=classification_only)
        self._human = [text for text in candidates if text.strip() not in self._banned]
        self._num_banned_human = len(candidates) - len(self._human)
        self._human += [text for text in endorsed if text not in seeds]
        if not self._human:
            kind = "classification task" if classification_only else "seed task"
            if candidates:
                raise SeedTaskError(
                    f"All {len(candidates)} {kind}s were rated D by people: add others to the seed file."
                )
            raise SeedTaskError(f"None of the {len(seed_tasks)} seed tasks is a {kind}: add some to the seed file.")
        self._generated: list[str] = []
        self._index = index
        index.extend(task.instruction for task in seed_tasks)
        index.extend(text for text, _ in feedback.endorsed if text not in seeds)
        index.extend(text for text in feedback.banned if text not in seeds)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def human(self) -> tuple[str, ...]:
        """The human side: the seed tasks and endorsed instructions that can be sampled."""
        return tuple(self._human)

    @property
    def num_human(self) -> int:
        """How many instructions of the human side can be sampled."""
        return len(self._human)

    @property
    def num_banned_human(self) -> int:
        """How many seed tasks would be sampled if they were not banned."""
        return self._num_banned_human

    @property
    def num_generated(self) -> int:
        """How many machine-generated instructions were admitted."""
        return len(self._generated)

    def sample(self, random: Random, num_instructions: int, num_generated: int, among_generated: int) -> list[str]:
        """In-context instructions in random order: up to `num_generated` machine-generated ones, the rest human.

        Only the first `among_generated` admitted instructions are sampled from, so that a sample can be drawn from
        the pool as it stood earlier. Until enough have been admitted, human-written ones fill the sample.
        """
        candidates = self._generated[:among_generated]
        generated = random.sample(candidates, min(num_generated, len(candidates)))
        human = random.sample(self._human, min(num_instructions - len(generated), len(self._human)))
        sample = generated + human
        random.shuffle(sample)
        return sample

    def admit(self, instruction: str) -> NoveltyResult:
        """Let the instruction in if it is new against all that counts for novelty and all that was admitted before."""
        if instruction.strip() in self._banned:  # whatever the threshold and the tokenizer say
            return NoveltyResult(admitted=False, nearest=Neighbor(instruction.strip(), 1.0))
        verdict = self._index.admit(instruction, with_nearest=True)
        if verdict.admitted:
            self._generated.append(instruction)
        return verdict
