"""The parts of an export: the whole, or a subset for each size, with the configurations that train on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from distilabel_selfinstruct.exporting.output_files import OutputFiles
from distilabel_selfinstruct.exporting.recipe import recipe_for
from distilabel_selfinstruct.exporting.subsets import Subsets
from distilabel_selfinstruct.exporting.trainers import (
    LLAMA_FACTORY_LIST,
    ExportedConfig,
    Trainer,
    TrainingData,
    config_text,
    llama_factory_list,
    max_tokens,
)
from distilabel_selfinstruct.formatting import FormatOptions, Formatted, format_rows
from distilabel_selfinstruct.records import Row


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of an export in their format. `size` is empty for the whole; then `num_instructions` is not counted."""

    size: int | str
    num_instructions: int
    formatted: Formatted
    options: FormatOptions

    @property
    def name(self) -> str:
        """The size as part of a file name; empty for the whole."""
        return str(self.size)

    def contents(self, files: OutputFiles) -> dict[Path, Sequence[Row]]:
        """The rows by the file that they belong in."""
        return {files.train(self.name): self.formatted.train, files.test(self.name): self.formatted.test}


@dataclass(frozen=True, slots=True)
class Configs:
    """Configurations by the name of their part, and the texts of the files that they are made of."""

    by_part: Mapping[str, ExportedConfig] = field(default_factory=dict)
    texts: Mapping[Path, str] = field(default_factory=dict)


def split_into_parts(
    generated: Sequence[Row],
    seeds: Sequence[Row],
    sizes: Iterable[int | str],
    options: FormatOptions,
    test_fraction: float,
) -> tuple[Part, ...]:
    """A part for each size: so many generated instructions with all their rows, and the seeds.

    Raises:
        ConfigError: there are fewer instructions.
    """
    subsets = Subsets(generated, options)
    return tuple(
        Part(
            size,
            subsets.count(size),
            format_rows([*subsets.rows(size), *seeds], options, test_fraction=test_fraction),
            options,
        )
        for size in sizes
    )


def make_configs(parts: Iterable[Part], files: OutputFiles, trainer: Trainer, model: str) -> Configs:
    """A configuration for each part that has rows to train on.

    Args:
        parts: the parts.
        files: where their rows will lie.
        trainer: who trains on them.
        model: the base model. The path of a folder is made absolute, because the trainer runs elsewhere.

    Raises:
        OutputFileError: the list of datasets of LLaMA-Factory there is none.
    """
    model = str(Path(model).absolute()) if Path(model).is_dir() else model
    by_part: dict[str, ExportedConfig] = {}
    texts: dict[Path, str] = {}
    trained: list[TrainingData] = []
    for part in parts:
        rows, path = part.formatted.train, files.config(part.name, trainer)
        if not rows:
            continue
        data = TrainingData(files.train(part.name), part.options.format, len(rows), max_tokens(rows))
        recipe = recipe_for(len(rows), random_seed=part.options.random_seed)
        texts[path], command = config_text(trainer, data, model, recipe, path.name)
        by_part[part.name] = ExportedConfig(path, command)
        trained.append(data)
    if trainer == "llama-factory" and trained:
        folder = trained[0].file.parent
        texts[folder / LLAMA_FACTORY_LIST] = llama_factory_list(folder, trained)
    return Configs(by_part, texts)
