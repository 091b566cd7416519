"""Rows to a file, as the last step of a pipeline that is run from a YAML file."""

from pathlib import Path
from typing import TYPE_CHECKING

from distilabel.steps import Step, StepInput
from pydantic import Field, PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.errors import ConfigError, writing
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.host_fixes.orphans import die_with_parent
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import RuntimeParameter

if TYPE_CHECKING:
    from distilabel.typing import StepOutput


@cites_self_instruct
class RowsToJsonLines(CheckedOptions, Step):
    """Write rows to a file as they come, one JSON object a line, and hand them on.

    `distilabel pipeline run --config` keeps what a pipeline made only if it is told a repository on the Hub. With this
    step at its end, a pipeline leaves its rows in a file. A file with content is refused before any row is made, and
    never overwritten. If the pipeline fails, the file holds the rows of the batches before.

    Runtime parameters:
        - `path`: the file; a relative path counts from the folder in which the pipeline is started. Defaults to
            `instances.jsonl`.

    Input columns:
        - dynamic (all columns): what to write.

    Output columns:
        - dynamic (all columns): the same.

    Categories:
        - save

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Write a row:

        ```python
        from distilabel_selfinstruct.steps import RowsToJsonLines

        to_file = RowsToJsonLines(path="opposites.jsonl")
        to_file.load()
        rows = next(to_file.process([{"instruction": "Name the opposite.", "input": "cold", "output": "hot"}]))
        to_file.unload()
        ```
    """

    path: RuntimeParameter[str] = Field(default="instances.jsonl", min_length=1, description="The file to write to.")

    _rows: jsonl.Appender = PrivateAttr()
    _is_open: bool = PrivateAttr(default=False)
    _num_rows: int = PrivateAttr(default=0)

    @property
    def inputs(self) -> list[str]:
        """Any columns."""
        return []

    @property
    def outputs(self) -> list[str]:
        """The columns that came in."""
        return []

    def load(self) -> None:
        """Open the file, before anything is paid for.

        Raises:
            ConfigError: the file has content already.
            OutputFileError: it cannot be written.
        """
        super().load()
        die_with_parent()
        path = Path(self.path).absolute()
        with writing(path, "Give the step another file."):
            if path.exists() and path.stat().st_size:
                raise ConfigError(f"{path} has content already: name another file, or move this one.")
            self._rows = jsonl.Appender(path)
        self._is_open, self._num_rows = True, 0

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Write the rows and yield them.

        Raises:
            OutputFileError: they cannot be written.
        """
        with writing(self.path, "Make room, and run the pipeline again with another file."):
            self._rows.append(inputs)
        self._num_rows += len(inputs)
        yield inputs

    @override
    def unload(self) -> None:
        """Close the file, and say where it is."""
        if self._is_open:  # the host also unloads a step that could not be loaded
            self._is_open = False
            self._rows.close()
            self._logger.info(f"{self.name}: {self._num_rows:,} rows are in {self._rows.path}.")
        super().unload()
