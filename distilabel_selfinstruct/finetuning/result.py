"""What a training that is finished gives back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import OutputFileError
from distilabel_selfinstruct.finetuning.folder import TrainingFolder
from distilabel_selfinstruct.finetuning.progress import TrainingProgress


@dataclass(frozen=True, slots=True)
class FinetuneResult:
    """A training that is finished.

    `num_tokens` are those that the model read in all, `num_trained_tokens` those of completions. `seconds` are those of
    training, all attempts together. `steps` have the loss of each step.
    """

    folder: Path
    num_rows: int
    num_tokens: int
    num_trained_tokens: int
    seconds: float
    steps: tuple[TrainingProgress, ...]


def result_of(folder: TrainingFolder, described: dict[str, Any]) -> FinetuneResult:
    """What the description of a training that is finished says.

    Raises:
        OutputFileError: it is damaged.
    """
    try:
        last = described["losses"][-1][0] if described["losses"] else 0
        steps = tuple(TrainingProgress(step, last, loss) for step, loss in described["losses"])
        return FinetuneResult(
            folder.path,
            described["num_rows"],
            described["num_tokens"],
            described["num_trained_tokens"],
            described["seconds"],
            steps,
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise OutputFileError(f"{folder.description} is damaged: give a new folder.", folder.description) from error
