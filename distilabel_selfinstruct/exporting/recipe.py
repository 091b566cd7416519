"""How a model is fine-tuned: the paper's values, and for what it leaves to OpenAI's service, usual ones."""

from dataclasses import dataclass
from typing import Literal, get_args

Method = Literal["full", "lora"]
"""Train all weights, as in the paper, or small matrices beside them (arXiv 2106.09685)."""

METHODS: tuple[Method, ...] = get_args(Method)

NUM_EPOCHS = 2
"""`n_epochs` of the paper."""

LEARNING_RATES: dict[Method, float] = {"full": 2e-5, "lora": 2e-4}
"""The rate of Alpaca, which repeated the paper with open weights; LoRA wants ten times as much."""

_SHARE_IN_A_BATCH = 0.002
"""OpenAI's service put 0.2% of the rows into a batch when the paper was written, 256 rows at most."""

_BATCH_SIZES = (8, 256)
_ROWS_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """The values of a training. The loss is on the completion alone, and each row is an example by itself.

    `batch_size` rows make one step of the optimizer; `rows_at_a_time` of them are in memory together.
    """

    batch_size: int
    rows_at_a_time: int
    method: Method = "full"
    num_epochs: float = NUM_EPOCHS
    learning_rate: float = LEARNING_RATES["full"]
    random_seed: int = 42

    @property
    def accumulation_steps(self) -> int:
        """How many times rows go through the model before a step of the optimizer."""
        return max(1, self.batch_size // self.rows_at_a_time)


def recipe_for(
    num_rows: int,
    *,
    method: Method = "full",
    num_epochs: float = NUM_EPOCHS,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    random_seed: int = 42,
) -> Recipe:
    """The recipe for so many rows.

    Args:
        num_rows: the rows to train on.
        method: whether all weights are trained.
        num_epochs: how often each row is seen.
        learning_rate: the first rate, which falls to 0 in a line; by default that of the method.
        batch_size: rows to a step of the optimizer; by default 0.2% of them, but at least 8 and at most 256.
        random_seed: fixes the order of the rows and the first weights of LoRA.
    """
    smallest, largest = _BATCH_SIZES
    size = batch_size or min(max(round(num_rows * _SHARE_IN_A_BATCH), smallest), largest)
    at_a_time = next(rows for rows in range(min(size, _ROWS_AT_A_TIME), 0, -1) if size % rows == 0)
    rate = LEARNING_RATES[method] if learning_rate is None else learning_rate
    return Recipe(size, at_a_time, method, num_epochs, rate, random_seed)
