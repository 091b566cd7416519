"""The parsers of Self-Instruct as column generators of Data Designer: each reads the answer in another column."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from data_designer.engine.column_generators.generators.base import ColumnGeneratorCellByCell

from distilabel_selfinstruct.datadesigner.configs import (
    InstancesColumnConfig,
    InstructionsColumnConfig,
    TaskTypeColumnConfig,
)
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.records import Completion, Rejection
from distilabel_selfinstruct.task_types import read_task_type


class InstructionsColumnGenerator(ColumnGeneratorCellByCell[InstructionsColumnConfig]):
    """Reads instructions; those that break a rule are dropped with the reason. Novelty is for the processor."""

    def generate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The row with its instructions."""
        config = self.config
        parsed = read_instructions(_completion(data[config.column]), mode=config.mode, language=config.language)
        return {**data, config.name: list(parsed.kept), **_dropped(config.name, parsed.rejected)}


class TaskTypeColumnGenerator(ColumnGeneratorCellByCell[TaskTypeColumnConfig]):
    """Reads whether the answer calls the task a classification task."""

    def generate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The row with its task type."""
        config = self.config
        read = read_classification(_completion(data[config.column]), mode=config.mode, language=config.language)
        return {**data, config.name: read.is_classification, **_dropped(config.name, read.rejected)}


class InstancesColumnGenerator(ColumnGeneratorCellByCell[InstancesColumnConfig]):
    """Reads instances; those that are invalid or contradict each other are dropped with the reason."""

    def generate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The row with its instances."""
        config = self.config
        task_type = data[config.classification_column]
        parsed = read_instances(
            _completion(data[config.column]),
            is_classification=bool(read_task_type(task_type.item() if hasattr(task_type, "item") else task_type)),
            instruction=str(data[config.instruction_column]),
            mode=config.mode,
            language=config.language,
        )
        instances = [{"input": instance.input, "output": instance.output} for instance in parsed.kept]
        return {**data, config.name: instances, **_dropped(config.name, parsed.rejected)}


def _completion(answer: object) -> Completion:
    """An answer; what is no text, as in a row whose generation failed, counts as a failed request."""
    return Completion(answer) if isinstance(answer, str) else Completion(None, error="there is no answer")


def _dropped(column: str, rejections: Iterable[Rejection]) -> dict[str, str]:
    return {f"{column}_rejected": json.dumps([asdict(rejection) for rejection in rejections], ensure_ascii=False)}
