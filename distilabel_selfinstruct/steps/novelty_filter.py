"""The novelty rule of Self-Instruct, for any column of any pipeline."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from distilabel.steps import Step, StepInput
from pydantic import Field, PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.exporting.near_duplicates import known_texts
from distilabel_selfinstruct.reading import summary
from distilabel_selfinstruct.records import Reason, Rejection, TokenizerName
from distilabel_selfinstruct.similarity import Neighbor, NoveltyIndex, TokenizerChoice
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
        tokenizer: `rouge_score` (ASCII letters and digits), `unicode` (all scripts), or `auto`: by the script of the
            texts seen so far, and the log says so.
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
    tokenizer: TokenizerName = "auto"
    against: str = ""
    max_rouge_l: RuntimeParameter[float] = Field(
        default=0.7, ge=0.0, le=1.0, description="The highest ROUGE-L that still counts as new."
    )

    _index: NoveltyIndex = PrivateAttr()
    _choice: TokenizerChoice = PrivateAttr()
    _note: str = PrivateAttr(default="")

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
            ConfigError: the step has several replicas, of which each would see a part of the texts only.
            InputFileError: `against` cannot be read, or no row of it has a text.
        """
        if (replicas := self.resources.replicas or 1) > 1:
            raise ConfigError(
                f"{self.name} has {replicas} replicas, and each would compare a part of the texts only: give it one."
            )
        super().load()
        self._choice, self._note = TokenizerChoice(self.tokenizer), ""
        self._index = NoveltyIndex(self.max_rouge_l, self._choice.tokenizer)
        if self.against:
            known = known_texts(self.against, self.column)
            self._index.extend(known.texts)
            self._see(known.texts)
            if known.skipped:
                self._logger.warning(f"{self.name}: {summary(known.skipped)}")

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Yield the rows that are new, in their order."""
        self._see([text for row in inputs if isinstance(text := row.get(self.column), str)])
        passed: list[dict[str, Any]] = []
        for number, row in enumerate(inputs, self._number_rows(len(inputs))):
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

    def _see(self, texts: Sequence[str]) -> None:
        """Choose the tokenizer for all texts seen so far. On ASCII text all agree, so earlier decisions stand."""
        before = self._choice.tokenizer
        for text in texts:
            self._choice.see(text)
        if self._choice.tokenizer != before:
            passed = self._index.texts
            self._index = NoveltyIndex(self.max_rouge_l, self._choice.tokenizer)
            self._index.extend(passed)
        if texts and self._choice.is_open and self._note != self._choice.tokenizer:
            self._note = str(self._choice.tokenizer)
            self._logger.info(f"{self.name}: {self._choice.note}")
