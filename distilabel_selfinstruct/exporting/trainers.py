"""Configurations of trainers for exported rows, with the paper's values. Each runs in the folder of the rows.

Read in the code of TRL 1.16, Axolotl 0.19 and LLaMA-Factory 0.9.5.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from distilabel_selfinstruct.errors import ConfigError, OutputFileError, reading
from distilabel_selfinstruct.exporting.recipe import Recipe
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import Format
from distilabel_selfinstruct.records import Row

Trainer = Literal["trl", "axolotl", "llama-factory"]

TRAINERS: tuple[Trainer, ...] = get_args(Trainer)

DEFAULT_MODEL = "HuggingFaceTB/SmolLM2-135M"
"""A small base model whose end token is that of GPT-3."""

FORMATS_OF: dict[Trainer, tuple[Format, ...]] = {
    "trl": ("trl-prompt-completion", "trl-conversational-prompt-completion"),
    "axolotl": ("trl-prompt-completion", "openai"),
    "llama-factory": ("self-instruct",),
}
"""The formats that each trainer is configured for. The first is that of the paper, for base models."""

LLAMA_FACTORY_LIST = "dataset_info.json"
"""The list of datasets that LLaMA-Factory looks for in the folder of the rows."""


@dataclass(frozen=True, slots=True)
class ExportedConfig:
    """A configuration that was written, and the command that trains with it, to be run in its folder."""

    path: Path
    command: str


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Rows that a configuration is for: their file, their format and how many tokens the longest may have at most."""

    file: Path
    format: Format
    num_rows: int
    max_tokens: int

    @property
    def output(self) -> str:
        """The folder of the tuned model, beside the rows."""
        return f"{self.file.stem}.tuned"


def choose_format(format: Format | None, trainer: Trainer | None) -> Format:
    """The format that is asked for, or else the first of the trainer.

    Raises:
        ConfigError: neither is given, or the trainer is not configured for the format.
    """
    if trainer is None:
        if format is None:
            raise ConfigError("An export needs `format` or `trainer`: name what is to read the rows.")
        return format
    formats = FORMATS_OF[trainer]
    if format is not None and format not in formats:
        raise ConfigError(
            f"There is no configuration of {trainer} for the format {format}: use {' or '.join(formats)}."
        )
    return format or formats[0]


def max_tokens(rows: Sequence[Row]) -> int:
    """How many tokens a row can have at most, whatever the model: one for each byte, and some special ones.

    A limit on lengths that is no lower than this cuts nothing. Rows are padded to the longest of their batch only.
    """
    longest = max((len(jsonl.dumps(row).encode()) for row in rows), default=0)
    return -(-(longest + 64) // 64) * 64


def config_text(trainer: Trainer, data: TrainingData, model: str, recipe: Recipe, name: str) -> tuple[str, str]:
    """The text of a configuration with this file name, and the command for it."""
    command, values = _WRITERS[trainer](data, model, recipe)
    command = f"{command} {name}"
    comments = [
        f"# In this folder: {command}",
        *_NOTES[trainer],
        "# As in the paper: each row is seen twice and is an example by itself, and prompts have no part in the loss.",
    ]
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1_000)
    return "\n".join([*comments, text]), command


def llama_factory_list(folder: Path, data: Sequence[TrainingData]) -> str:
    """The list of datasets with entries for these files, and for whatever it had before.

    Raises:
        OutputFileError: there is a file with this name that is no such list.
    """
    path = folder / LLAMA_FACTORY_LIST
    held: Any = {}
    if path.exists():
        try:
            with reading(path):
                held = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            held = None
    if not isinstance(held, dict):
        raise OutputFileError(f"{path} is no list of datasets: choose another folder with `output`.", path)
    entries = {
        each.file.stem: {"file_name": each.file.name, "columns": {"prompt": "prompt", "response": "completion"}}
        for each in data
    }
    return json.dumps({**held, **entries}, indent=2, ensure_ascii=False) + "\n"


def trl_values(recipe: Recipe) -> dict[str, Any]:
    """The values of TRL's `SFTConfig` for a recipe: what is trained on and how, not where."""
    return {
        "completion_only_loss": True,
        "packing": False,
        "max_length": None,
        "num_train_epochs": recipe.num_epochs,
        "per_device_train_batch_size": recipe.rows_at_a_time,
        "gradient_accumulation_steps": recipe.accumulation_steps,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "linear",
        "seed": recipe.random_seed,
        "logging_steps": 1,
        "report_to": "none",
    }


_NOTES: dict[Trainer, tuple[str, ...]] = {
    "trl": ("# Without a GPU add three lines here: use_cpu: true, bf16: false, gradient_checkpointing: false.",),
    "axolotl": (),
    "llama-factory": ("# The rows end with the end token of the model as a text, which the export was told.",),
}

_Written = tuple[str, Mapping[str, Any]]


def _trl(data: TrainingData, model: str, recipe: Recipe) -> _Written:
    dataset = {"path": "json", "data_files": data.file.name, "split": "train"}
    named = {"model_name_or_path": model, "datasets": [dataset]}
    kept = {"save_strategy": "epoch", "output_dir": data.output}
    return "trl sft --config", {**named, **trl_values(recipe), **kept}


def _axolotl(data: TrainingData, model: str, recipe: Recipe) -> _Written:
    dataset: dict[str, Any] = {"path": data.file.name, "ds_type": "json"}
    if data.format == "openai":
        dataset |= {"type": "chat_template", "field_messages": "messages", "roles_to_train": ["assistant"]}
    else:  # the row is trained on as it is: no words are put around the prompt, and the end token is added
        whole = "{instruction}"
        fields = {"field_instruction": "prompt", "field_output": "completion"}
        dataset["type"] = {**fields, "format": whole, "no_input_format": whole}
    return "axolotl train", {
        "base_model": model,
        "datasets": [dataset],
        "dataset_prepared_path": f"{data.file.stem}.prepared",
        "train_on_inputs": False,
        "sample_packing": False,
        "sequence_len": data.max_tokens,
        "pad_to_sequence_len": False,
        "num_epochs": recipe.num_epochs,
        "micro_batch_size": recipe.rows_at_a_time,
        "gradient_accumulation_steps": recipe.accumulation_steps,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler": "linear",
        "optimizer": "adamw_torch",
        "bf16": "auto",
        "gradient_checkpointing": True,
        "seed": recipe.random_seed,
        "logging_steps": 1,
        "saves_per_epoch": 1,
        "output_dir": data.output,
    }


def _llama_factory(data: TrainingData, model: str, recipe: Recipe) -> _Written:
    return "llamafactory-cli train", {
        "model_name_or_path": model,
        "stage": "sft",
        "do_train": True,
        "finetuning_type": recipe.method,
        "dataset": data.file.stem,
        "dataset_dir": ".",
        "template": "empty",
        "train_on_prompt": False,
        "packing": False,
        "cutoff_len": data.max_tokens,
        "num_train_epochs": recipe.num_epochs,
        "per_device_train_batch_size": recipe.rows_at_a_time,
        "gradient_accumulation_steps": recipe.accumulation_steps,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "linear",
        "bf16": True,
        "seed": recipe.random_seed,
        "logging_steps": 1,
        "save_strategy": "epoch",
        "report_to": "none",
        "output_dir": data.output,
    }


_WRITERS: dict[Trainer, Callable[[TrainingData, str, Recipe], _Written]] = {
    "trl": _trl,
    "axolotl": _axolotl,
    "llama-factory": _llama_factory,
}
