"""A step that sends instances to Argilla."""

from typing import TYPE_CHECKING, Any

from distilabel.steps import Step, StepInput
from pydantic import Field, PositiveInt, PrivateAttr, SecretStr
from typing_extensions import override

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.errors import ArgillaError, ConfigError, InputFileError
from distilabel_selfinstruct.host_fixes.orphans import die_with_parent
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.review.argilla.connection import connect
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE, open_dataset
from distilabel_selfinstruct.review.argilla.records import prepare, row_fault
from distilabel_selfinstruct.review.argilla.settings import load_settings, read_settings
from distilabel_selfinstruct.review.argilla.upload import Uploader
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import RuntimeParameter

if TYPE_CHECKING:
    import argilla as rg
    from distilabel.typing import StepOutput


@cites_self_instruct
class SelfInstructToArgilla(CheckedOptions, Step):
    """Send each batch of instances to Argilla for people to rate, and pass all rows on.

    Rows that Argilla holds already are not added again, and keep the answers of people. No row is lost because of
    Argilla: if it cannot be reached or refuses a row, the step passes the rows on all the same. The log says why at the
    first failure, and at the end how many rows are missing. To send them later, run the pipeline again or use
    `selfinstruct review push`.

    Attributes:
        dataset_name: the Argilla dataset; it is made if it does not exist.
        workspace: its workspace; it is made if it does not exist and the user may make one.
        settings: what raters see and answer: `instances`, `comparison`, or a YAML file.
        run: a name for these rows, to filter by.

    Runtime parameters:
        - `min_submitted`: how many answers complete a record; 0 for the number in the settings. Defaults to `0`.
        - `api_url`: address of Argilla. Defaults to `ARGILLA_API_URL`, or else the embedded server that runs.
        - `api_key`: key of an owner or admin there. Defaults to `ARGILLA_API_KEY`, or that of the embedded server.
        - `input_batch_size`: number of rows that are sent at a time. Defaults to `250`.

    Input columns:
        - instruction (`str`): the instruction.
        - input (`str`, optional): the input. Defaults to none.
        - output (`str`): the output.
        - is_classification (`bool`, optional): whether it is a classification task, to filter by.
        - nearest_rouge_l (`float`, optional): ROUGE-L with the nearest instruction, to filter by.
        - model_name (`str`, optional): the model, to filter by. Raters do not see it.

    Output columns:
        - record (`str`): the id of the record in Argilla; empty for a row that nobody can rate.

    Categories:
        - load

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Send an instance to the server that `selfinstruct review serve` started:

        ```python
        from distilabel_selfinstruct.server_steps import SelfInstructToArgilla

        to_argilla = SelfInstructToArgilla(dataset_name="opposites")
        to_argilla.load()
        row = {"instruction": "Name the opposite.", "input": "cold", "output": "hot"}
        rows = next(to_argilla.process([row]))
        ```
    """

    min_submitted: RuntimeParameter[int] = Field(
        default=0, ge=0, description="How many answers complete a record; 0 for the number in the settings."
    )
    api_url: RuntimeParameter[str] = Field(
        default="", description="Address of Argilla; empty for that of the environment."
    )
    api_key: RuntimeParameter[SecretStr] = Field(
        default=SecretStr(""), description="Key of an owner or admin there; empty for that of the environment."
    )
    input_batch_size: RuntimeParameter[PositiveInt] = Field(
        default=250, description="Number of rows that are sent at a time."
    )
    dataset_name: str = Field(min_length=1)
    workspace: str = WORKSPACE
    settings: str = "instances"
    run: str = ""

    _client: "rg.Argilla | None" = PrivateAttr(default=None)
    _uploader: Uploader | None = PrivateAttr(default=None)
    _stored: int = PrivateAttr(default=0)
    _missing: int = PrivateAttr(default=0)
    _complained: bool = PrivateAttr(default=False)

    @property
    def inputs(self) -> dict[str, bool]:
        """An instance, and columns to filter by."""
        return {
            "instruction": True,
            "input": False,
            "output": True,
            "is_classification": False,
            "nearest_rouge_l": False,
            "model_name": False,
        }

    @property
    def outputs(self) -> list[str]:
        """The id of the record."""
        return ["record"]

    def load(self) -> None:
        """Connect, and find or make the dataset. If that fails, the log says why and the next batch tries again.

        Raises:
            ConfigError, InputFileError: the settings cannot be used.
        """
        super().load()
        die_with_parent()
        read_settings(self.settings)
        self._open()

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Send the rows and yield them with the ids of their records, in order."""
        prepared = prepare(inputs, run=self.run)
        missing = len(prepared.failed)
        for row in prepared.failed:
            self._complain(f"a row cannot be rated: {row.reason}.")
        if self._uploader is None:
            self._open()
        if self._uploader is None:
            missing += len(prepared.records)
        else:
            try:
                sent = self._uploader.send(prepared.records)
            except ArgillaError as error:
                self._complain(str(error))
                self._close()  # the next batch connects again, which fails fast if nobody answers
                missing += len(prepared.records)
            else:
                self._stored += sent.stored
                missing += len(sent.failed)
                for _, reason in sent.failed:
                    self._complain(f"Argilla refused a row: {reason}.")
        self._missing += missing
        yield [_with_id(row) for row in inputs]

    def unload(self) -> None:
        """Log how many rows are in Argilla and how many are not, and close the connection."""
        if self._missing:
            self._logger.warning(
                f"{self.name}: {self._stored:,} records are in Argilla. {self._missing:,} rows are not, and were "
                "passed on all the same: send them with 'selfinstruct review push', or run the pipeline again."
            )
        elif self._stored:
            self._logger.info(f"{self.name}: {self._stored:,} records are in Argilla.")
        self._close()
        super().unload()

    def _open(self) -> None:
        try:
            self._client = connect(self.api_url or None, self.api_key.get_secret_value() or None)
            dataset = open_dataset(
                self._client,
                self.dataset_name,
                self.workspace,
                load_settings(self.settings, client=self._client, min_submitted=self.min_submitted or None),
                min_submitted=self.min_submitted or None,
            )
        except (ArgillaError, ConfigError, InputFileError) as error:
            self._complain(str(error))
            self._close()
        else:
            self._uploader = Uploader(self._client, dataset)

    def _close(self) -> None:
        if self._client is not None:
            self._client.http_client.close()
        self._client = self._uploader = None

    def _complain(self, sentence: str) -> None:
        if not self._complained:
            self._complained = True
            self._logger.warning(f"{self.name}: {sentence} Rows are passed on; later failures are only counted.")


def _with_id(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    identity = "" if row_fault(row) else record_id(row["instruction"], row.get("input") or "", row["output"])
    return {**row, "record": identity}
