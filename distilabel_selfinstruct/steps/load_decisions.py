"""What people decided, as the start of a pipeline."""

from typing import TYPE_CHECKING, Any, Literal

from distilabel.steps.base import GeneratorStep
from pydantic import Field, PrivateAttr, SecretStr
from typing_extensions import override

from distilabel_selfinstruct.errors import ArgillaError, ConfigError
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.host_fixes.orphans import die_with_parent
from distilabel_selfinstruct.ratings.decisions import Accept, Decision, DecisionRule, decide
from distilabel_selfinstruct.review.argilla.connection import connect
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE
from distilabel_selfinstruct.review.argilla.responses import Target
from distilabel_selfinstruct.review.pulling.gather import gather
from distilabel_selfinstruct.review.pulling.summary import notes, summary
from distilabel_selfinstruct.steps.journaled_step import RuntimeParameter

if TYPE_CHECKING:
    from distilabel.typing import GeneratorStepOutput


class LoadDecisionsFromArgilla(GeneratorStep):
    """Load instances that people rated in Argilla: those they accept, with the outputs that they corrected.

    The texts come from `instances`, the answers from Argilla; they are joined by a hash of the texts, so that nothing
    is read back from the page. Only submitted answers count. Everything is read when the step is loaded.

    Attributes:
        dataset_names: the Argilla datasets; several when each rater has one of their own.
        workspace: the workspace that they are in.
        accept: how many raters must accept a row: `majority`, `all` or `any`.
        worst_rating: the worst overall rating that accepts, from `A` to `D`.
        use_corrections: whether a corrected output takes the place of the original.
        include: `kept` rows only, or `all` with their verdicts.

    Runtime parameters:
        - `instances`: the rows that were pushed: a file or dataset with `instruction`, `input` and `output`.
        - `min_raters`: how many must have rated a row; before that it is undecided. Defaults to `1`.
        - `api_url`: address of Argilla. Defaults to `ARGILLA_API_URL`, or else the embedded server that runs.
        - `api_key`: key of an owner or admin there. Defaults to `ARGILLA_API_KEY`, or that of the embedded server.
        - `batch_size`: rows per batch. Defaults to `50`.

    Output columns:
        - instruction (`str`): the instruction.
        - input (`str`): the input; empty where there is none.
        - output (`str`): the output to use.
        - original_output (`str`): the output as it was rated.
        - is_classification (`bool`): whether it is a classification task.
        - verdict (`str`): `kept`, `dropped` or `undecided`.
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
        Load what the raters of a run keep:

        ```python
        from distilabel_selfinstruct.steps import LoadDecisionsFromArgilla

        decisions = LoadDecisionsFromArgilla(instances="demo/instances.jsonl", dataset_names=["selfinstruct-demo"])
        decisions.load()
        rows, is_last = next(decisions.process())
        ```

    Citations:
        ```
        @misc{wang2022selfinstruct,
            title={Self-Instruct: Aligning Language Models with Self-Generated Instructions},
            author={Yizhong Wang and others},
            year={2022},
            eprint={2212.10560},
            archivePrefix={arXiv}
        }
        ```
    """

    instances: RuntimeParameter[str] = Field(default="", description="The rows that were pushed: a file or a dataset.")
    min_raters: RuntimeParameter[int] = Field(default=1, ge=1, description="How many must have rated a row.")
    api_url: RuntimeParameter[str] = Field(
        default="", description="Address of Argilla; empty: that of the environment."
    )
    api_key: RuntimeParameter[SecretStr] = Field(
        default=SecretStr(""), description="Key of an owner or admin there; empty: that of the environment."
    )
    dataset_names: list[str] = Field(min_length=1)
    workspace: str = WORKSPACE
    accept: Accept = "majority"
    worst_rating: Literal["A", "B", "C", "D"] = "B"
    use_corrections: bool = True
    include: Literal["kept", "all"] = "kept"

    _rows: list[dict[str, Any]] = PrivateAttr(default_factory=list)

    @property
    def outputs(self) -> list[str]:
        """An instance and what was decided about it."""
        return [
            "instruction", "input", "output", "original_output", "is_classification", "verdict", "reason", "detail",
            "num_raters", "corrected", "record",
        ]  # fmt: skip

    def load(self) -> None:
        """Read the rows and the answers, and decide. A generator that raised later would hang the pipeline.

        Raises:
            ConfigError: no instances are named.
            InputFileError: they cannot be read.
            ArgillaError: Argilla cannot be reached, has none of the datasets, or no row is to be loaded.
        """
        super().load()
        die_with_parent()
        if not self.instances:
            raise ConfigError(f"instances of {self.name} is empty: name the file or dataset that was pushed.")
        rule = DecisionRule(self.accept, self.min_raters, self.worst_rating, self.use_corrections)
        client = connect(self.api_url or None, self.api_key.get_secret_value() or None)
        try:
            targets = [Target(name, self.workspace) for name in self.dataset_names]
            gathered = gather(client, list(read_rows(self.instances)), targets)
        finally:
            client.api.http_client.close()
        for note in notes(summary(gathered, ())):
            self._logger.warning(f"{self.name}: {note}")
        decisions = decide(gathered.rows, gathered.merged.ratings, rule)
        self._rows = [_row(decision) for decision in decisions if self.include == "all" or decision.verdict == "kept"]
        if not self._rows:
            raise ArgillaError(
                f"None of the {len(decisions):,} rows of {self.instances} is kept by {len(gathered.merged.ratings):,} "
                "answers: rate more of them, or set include to 'all'."
            )

    @override
    def process(self, offset: int = 0) -> "GeneratorStepOutput":
        """Yield batches of `batch_size` rows; only the last one may be smaller, and it is never empty.

        Args:
            offset: how many rows to leave out at the start.
        """
        batch_size = self.batch_size or 1
        # The host may ask for what comes after the last row; then the last batch has none.
        for start in range(offset, max(len(self._rows), offset + 1), batch_size):
            yield self._rows[start : start + batch_size], start + batch_size >= len(self._rows)


def _row(decision: Decision) -> dict[str, Any]:
    return {
        "instruction": decision.row["instruction"],
        "input": decision.row["input"],
        "output": decision.output,
        "original_output": decision.row["output"],
        "is_classification": bool(decision.row.get("is_classification")),
        "verdict": decision.verdict,
        "reason": decision.reason,
        "detail": decision.detail,
        "num_raters": decision.num_raters,
        "corrected": decision.corrected,
        "record": decision.record,
    }
