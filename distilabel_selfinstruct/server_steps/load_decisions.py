"""A step that loads the decisions of people from Argilla."""

from typing import TYPE_CHECKING, Literal

from distilabel.steps.base import GeneratorStep
from pydantic import Field, PrivateAttr, SecretStr
from typing_extensions import override

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.host_fixes.orphans import die_with_parent
from distilabel_selfinstruct.ratings.decisions import (
    REVIEWED,
    Accept,
    Decision,
    DecisionRule,
    DecisionStatus,
    decide,
)
from distilabel_selfinstruct.reading import open_rows
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.review.argilla.connection import open_client
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE
from distilabel_selfinstruct.review.argilla.responses import Target
from distilabel_selfinstruct.review.pulling.gather import gather
from distilabel_selfinstruct.review.pulling.summary import summarize
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import RuntimeParameter
from distilabel_selfinstruct.task_types import is_classification_task

if TYPE_CHECKING:
    from distilabel.typing import GeneratorStepOutput


@cites_self_instruct
class LoadDecisionsFromArgilla(CheckedOptions, GeneratorStep):
    """Load the instances that people accepted in Argilla, with the outputs that they corrected.

    The texts come from `instances` and the answers from Argilla. They are joined by a hash of the texts, so no text is
    read back from Argilla. Only submitted answers count. Everything is read when the step is loaded.

    Attributes:
        dataset_names: the Argilla datasets; several if each rater has one.
        workspace: the workspace of the datasets.
        accept: how many raters must accept a row: `majority`, `all` or `any`.
        worst_rating: the worst overall rating that still accepts a row, from `A` to `D`.
        use_corrections: whether a corrected output replaces the original.
        include: `kept` for the rows that people kept, `all` for all rows with the decisions on them.

    Runtime parameters:
        - `instances`: the rows that were pushed: a file or dataset with `instruction`, `input` and `output`.
        - `min_raters`: how many people must have rated a row; before that it is undecided. Defaults to `1`.
        - `api_url`: address of Argilla. Defaults to `ARGILLA_API_URL`, or else the embedded server that runs.
        - `api_key`: key of an owner or admin there. Defaults to `ARGILLA_API_KEY`, or that of the embedded server.
        - `batch_size`: number of rows in a batch. Defaults to `50`.

    Output columns:
        - instruction (`str`): the instruction.
        - input (`str`): the input; empty if there is none.
        - output (`str`): the output to use.
        - original_output (`str`): the output as it was rated.
        - is_classification (`bool`): whether it is a classification task.
        - verdict (`str`): the decision: `kept`, `dropped` or `undecided`.
        - reason (`str`): why, in a word.
        - detail (`str`): why, in a sentence with the counts.
        - num_raters (`int`): how many raters voted.
        - corrected (`bool`): whether a rater wrote the output.
        - record (`str`): the id of the record in Argilla.

    Categories:
        - load

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Load the rows of a run that its raters kept:

        ```python
        from distilabel_selfinstruct.server_steps import LoadDecisionsFromArgilla

        decisions = LoadDecisionsFromArgilla(instances="demo/instances.jsonl", dataset_names=["selfinstruct-demo"])
        decisions.load()
        rows, is_last = next(decisions.process())
        ```
    """

    instances: RuntimeParameter[str] = Field(default="", description="The rows that were pushed: a file or a dataset.")
    min_raters: RuntimeParameter[int] = Field(default=1, ge=1, description="How many people must have rated a row.")
    api_url: RuntimeParameter[str] = Field(
        default="", description="Address of Argilla; empty for that of the environment."
    )
    api_key: RuntimeParameter[SecretStr] = Field(
        default=SecretStr(""), description="Key of an owner or admin there; empty for that of the environment."
    )
    dataset_names: list[str] = Field(min_length=1)
    workspace: str = WORKSPACE
    accept: Accept = "majority"
    worst_rating: Literal["A", "B", "C", "D"] = "B"
    use_corrections: bool = True
    include: Literal["kept", "all"] = "kept"

    _rows: list[Row] = PrivateAttr(default_factory=list)

    @property
    def outputs(self) -> list[str]:
        """An instance and the decision on it."""
        return [
            "instruction", "input", "output", "original_output", "is_classification", "verdict", "reason", "detail",
            "num_raters", "corrected", "record",
        ]  # fmt: skip

    def load(self) -> None:
        """Read the rows and the answers, and decide. An error in a later call would hang the pipeline.

        Raises:
            ConfigError: no instances are named, an option cannot work, or there is no row to load.
            InputFileError: the instances cannot be read.
            ArgillaError: Argilla cannot be reached, or has none of the datasets.
        """
        super().load()
        die_with_parent()
        if not self.instances:
            raise ConfigError(f"instances of {self.name} is empty: name the file or dataset that was pushed.")
        rule = DecisionRule(self.accept, self.min_raters, self.worst_rating, self.use_corrections)
        targets = [Target(name, self.workspace) for name in self.dataset_names]
        key = self.api_key.get_secret_value()
        with open_client(api_url=self.api_url or None, api_key=key or None) as client:
            gathered = gather(client, list(open_rows(self.instances)), targets)
        for note in summarize(gathered, ()).notes:
            self._logger.warning(f"{self.name}: {note}")
        decisions = decide(gathered.rows, gathered.merged.ratings, rule)
        statuses = REVIEWED if self.include == "all" else (DecisionStatus.KEPT,)
        self._rows = [_row(decision) for decision in decisions if decision.status in statuses]
        if not self._rows:
            raise ConfigError(
                f"The {len(gathered.merged.ratings):,} answers keep none of the {len(decisions):,} rows of "
                f"{self.instances}: let people rate more rows, or set include to 'all'."
            )

    @override
    def process(self, offset: int = 0) -> "GeneratorStepOutput":
        """Yield batches of `batch_size` rows. Only the last batch may be smaller.

        Args:
            offset: how many rows to skip.
        """
        batch_size = self.batch_size or 1
        # If the host skips all rows, it still needs a last batch, which is empty.
        for start in range(offset, max(len(self._rows), offset + 1), batch_size):
            yield self._rows[start : start + batch_size], start + batch_size >= len(self._rows)


def _row(decision: Decision) -> Row:
    return {
        "instruction": decision.row["instruction"],
        "input": decision.row["input"],
        "output": decision.output,
        "original_output": decision.row["output"],
        "is_classification": is_classification_task(decision.row.get("is_classification")),
        "verdict": decision.status.value,
        "reason": decision.reason.value,
        "detail": decision.detail,
        "num_raters": decision.num_raters,
        "corrected": decision.corrected,
        "record": decision.record,
    }
