"""Instances as training rows."""

from typing import TYPE_CHECKING, Any

from distilabel.steps import Step, StepInput
from pydantic import Field, PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.formatting import COLUMNS, END_OF_TEXT, Format, FormatOptions, Join, format_row
from distilabel_selfinstruct.records import Mode, Rejection
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import JournaledStep, RuntimeParameter

if TYPE_CHECKING:
    from distilabel.typing import StepOutput


@cites_self_instruct
class FormatInstancesSFT(JournaledStep, Step):
    r"""Add the columns that a trainer reads: prompt and completion, or messages.

    Rows keep their order and their other columns. A row without an instruction or an output is dropped, and the journal
    has the reason. The wording of a row depends only on its texts and `random_seed`.

    Attributes:
        format: `self-instruct` (the paper's varied prompts and completions), `openai` or `trl-conversational`
            (messages), `trl-prompt-completion`, `trl-conversational-prompt-completion`, `alpaca` or `sharegpt`.
        mode: `default`, or `strict` to change inputs as the reference implementation does, in the two formats with
            varied prompts.
        system_prompt: begins each conversation, in formats with messages. Defaults to none.
        join: what stands between instruction and input in a message: `blank-line`, `newline`, or `labeled`, which
            also puts `Input:` before the input.
        end_of_text: closes each completion of `self-instruct`.

    Runtime parameters:
        - `random_seed`: fixes which prompt template each row gets. Defaults to `42`.
        - `state_dir`: folder for the journal. Defaults to none.

    Input columns:
        - instruction (`str`): the instruction.
        - input (`str`, optional): its input. Defaults to none.
        - output (`str`): the answer to learn.

    Output columns:
        - dynamic (determined by `format`): `prompt` and `completion`, `messages`, `conversations`, or for `alpaca` the
            input columns again, without outer white space.

    Categories:
        - format

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Make a conversation of an instance:

        ```python
        from distilabel_selfinstruct.steps import FormatInstancesSFT

        formatting = FormatInstancesSFT(format="trl-conversational")
        formatting.load()
        row = {"instruction": "Name the opposite.", "input": "cold", "output": "hot"}
        rows = next(formatting.process([row]))
        ```
    """

    format: Format = Field(default="self-instruct", description="What the trainer reads.")
    mode: Mode = Field(default="default", description="`strict` changes inputs as the reference does.")
    system_prompt: str = Field(default="", description="Begins each conversation.")
    join: Join = Field(default="blank-line", description="What stands between instruction and input in a message.")
    end_of_text: str = Field(default=END_OF_TEXT, description="Closes each completion of `self-instruct`.")
    random_seed: RuntimeParameter[int] = Field(default=42, description="Fixes which template each row gets.")

    _options: FormatOptions = PrivateAttr()

    @property
    def inputs(self) -> dict[str, bool]:
        """An instance."""
        return {"instruction": True, "input": False, "output": True}

    @property
    def outputs(self) -> list[str]:
        """The columns of the format."""
        return list(COLUMNS[self.format])

    def load(self) -> None:
        """Check the options.

        Raises:
            ConfigError: the format has no room for a system prompt.
        """
        super().load()
        self._options = FormatOptions(
            format=self.format,
            mode=self.mode,
            random_seed=self.random_seed,
            system_prompt=self.system_prompt,
            join=self.join,
            end_of_text=self.end_of_text,
        )

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Yield the rows with the columns of the format, in their order."""
        formatted: list[dict[str, Any]] = []
        for number, row in enumerate(inputs, self._number_rows(len(inputs))):
            columns = format_row(row, self._options)
            if isinstance(columns, Rejection):
                instruction = str(row.get("instruction") or "")
                self._journal.record_rejections(
                    [columns], stage="sft_formatting", request=number, instruction=instruction
                )
            else:
                formatted.append({**row, **columns})
        yield formatted
