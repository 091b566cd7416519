"""What a user of Data Designer writes: the configurations of the plugins.

Data Designer imports this module whenever it is imported itself, so it is light.
"""

from typing import Literal

from data_designer.config.base import ConfigBase, ProcessorConfig, SingleColumnConfig
from data_designer.config.seed_source import SeedSource
from pydantic import Field

from distilabel_selfinstruct.records import Mode, TokenizerName


class RougeLNoveltyProcessorConfig(ProcessorConfig):
    """Keep a row if the text in a column is new: near-duplicates are dropped from the whole dataset at its end.

    The rows that stay also get `nearest_rouge_l` and `nearest_COLUMN`. The rows that are dropped are an output of the
    processor, under its name: `results.load_processor_dataset(NAME)`.
    """

    processor_type: Literal["selfinstruct-rouge-l-novelty"] = "selfinstruct-rouge-l-novelty"
    column: str = Field(default="instruction", description="The column to compare.")
    max_rouge_l: float = Field(default=0.7, ge=0, le=1, description="The highest ROUGE-L F1 that counts as new.")
    tokenizer: TokenizerName = Field(
        default="auto", description="The name of a tokenizer, or auto: by the script of the texts."
    )


class CompletionColumnConfig(SingleColumnConfig):
    """What all columns have in common that are read from a model's answer.

    Beside the column itself, `NAME_rejected` holds what was dropped, as a JSON list of objects with `text`, `reason`
    and `detail`.
    """

    column: str = Field(description="The column with the model's answer.")
    mode: Mode = Field(default="default", description="strict: what the paper's reference implementation does.")
    language: str = Field(default="en", description="BCP-47 tag of the texts, or the folder of a language pack.")

    @property
    def required_columns(self) -> list[str]:
        """The column with the answer."""
        return [self.column]

    @property
    def side_effect_columns(self) -> list[str]:
        """The column with what was dropped."""
        return [f"{self.name}_rejected"]


class InstructionsColumnConfig(CompletionColumnConfig):
    """The instructions in an answer to the prompt of instruction generation: a list of texts."""

    column_type: Literal["selfinstruct-instructions"] = "selfinstruct-instructions"


class TaskTypeColumnConfig(CompletionColumnConfig):
    """Whether an instruction is a classification task, as an answer says: true, false, or none if it does not say."""

    column_type: Literal["selfinstruct-classification"] = "selfinstruct-classification"


class InstancesColumnConfig(CompletionColumnConfig):
    """The instances in an answer: a list of objects with `input` and `output`."""

    column_type: Literal["selfinstruct-instances"] = "selfinstruct-instances"
    instruction_column: str = Field(default="instruction", description="The column with the instruction.")
    classification_column: str = Field(
        default="is_classification",
        description="The column that says whether it is a classification task; what is no yes counts as no.",
    )

    @property
    def required_columns(self) -> list[str]:
        """The answer, the instruction and the task type."""
        return [self.column, self.instruction_column, self.classification_column]


class SeedTasksSource(ConfigBase, SeedSource):  # their check of plugins wants the former, their reader the latter
    """Seed tasks, a row for each.

    A row has `id`, `name`, `instruction`, `is_classification`, `instances`, and the `input` and `output` of the first
    instance.
    """

    seed_type: Literal["selfinstruct-seed-tasks"] = "selfinstruct-seed-tasks"
    path: str | None = Field(default=None, description="A file of seed tasks. Unset: those of the language.")
    language: str = Field(default="en", description="A packaged language, or the folder of a language pack.")
