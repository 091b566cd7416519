"""The novelty rule of Self-Instruct, for any column of any pipeline."""

from typing import TYPE_CHECKING, Any, Literal

from distilabel.steps import Step, StepInput
from pydantic import Field, PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.records import Reason, Rejection
from distilabel_selfinstruct.similarity import Neighbor, NoveltyIndex
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import JournaledStep, RuntimeParameter

if TYPE_CHECKING:
    from distilabel.typing import StepOutput


@cites_self_instruct
class RougeLNoveltyFilter(JournaledStep, Step):
    """Drop rows whose text is too similar to that of a row before: near-duplicates, by exact ROUGE-L.

    A row passes if the ROUGE-L F1 of its text with every text that passed before is at most `max_rouge_l`. Rows without
    a text in the column pass. The step remembers the texts that passed, so it must not run as several replicas.

    Attributes:
        column: the column to compare.
        tokenizer: `rouge_score` (ASCII letters and digits) or `unicode` (all scripts).
        against: a file or dataset whose texts, in the same column, count as texts that passed before. Defaults to none.

    Runtime parameters:
        - `max_rouge_l`: the highest ROUGE-L that counts as new, from 0 to 1. Defaults to `0.7`.
        - `state_dir`: folder for the journal. Defaults to none.

    Input columns:
        - dynamic (determined by `column`): the text to compare.

    Output columns:
        - nearest_rouge_l (`float`): ROUGE-L F1 with the most similar text that passed before; 0 for the first one.
        - dynamic (`nearest_` and the name of the column): that text.

    Categories:
        - filtering

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Drop a text that is too similar:

        ```python
        from distilabel_selfinstruct.steps import RougeLNoveltyFilter

        novelty = RougeLNoveltyFilter(column="instruction")
        novelty.load()
        texts = ["Name the capital of France.", "Name the capital city of France."]
        rows = next(novelty.process([{"instruction": text} for text in texts]))
        ```
    """

    column: str = "instruction"
    tokenizer: Literal["rouge_score", "unicode"] = "rouge_score"
    against: str = ""
    max_rouge_l: RuntimeParameter[float] = Field(
        default=0.7, ge=0.0, le=1.0, description="The highest ROUGE-L that still counts as new."
    )

    _index: NoveltyIndex = PrivateAttr()
    _num_rows: int = PrivateAttr(default=0)

    @property
    def inputs(self) -> list[str]:
        """The column to compare."""
        return [self.column]

    @property
    def outputs(self) -> list[str]:
        """The nearest text and its ROUGE-L."""
        return ["nearest_rouge_l", f"nearest_{self.column}"]

    def load(self) -> None:
        """Start with an empty index, or with the texts of `against`.

        Raises:
            InputFileError: `against` cannot be read, or a row of it has no text.
        """
        super().load()
        self._index = NoveltyIndex(self.max_rouge_l, self.tokenizer)
        if self.against:
            for number, row in enumerate(read_rows(self.against), 1):
                if not isinstance(row.get(self.column), str):
                    raise InputFileError(
                        f"{self.against}, row {number}: there is no text under {self.column!r}.", self.against
                    )
                self._index.add(row[self.column])

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Yield the rows that are new, in their order."""
        passed: list[dict[str, Any]] = []
        for row in inputs:
            number, self._num_rows = self._num_rows, self._num_rows + 1
            text = row.get(self.column)
            nearest, admitted = Neighbor("", 0.0), True
            if isinstance(text, str):
                result = self._index.admit(text, with_nearest=True)
                nearest, admitted = result.nearest or nearest, result.admitted
            if admitted:
                passed.append({**row, "nearest_rouge_l": nearest.rouge_l, f"nearest_{self.column}": nearest.text})
            else:
                detail = f"ROUGE-L {nearest.rouge_l:.3f} with: {nearest.text}"
                rejection = Rejection(str(text), Reason.NEAR_DUPLICATE, detail)
                self._journal.record_rejections([rejection], stage="novelty_filter", request=number)
        yield passed
