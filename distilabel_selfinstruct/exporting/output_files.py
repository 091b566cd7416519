"""The files of an export: their names, whether they may be written, and their writing."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from distilabel_selfinstruct.errors import ConfigError, OutputFileError, writing
from distilabel_selfinstruct.exporting.training_rows import is_run, name_of
from distilabel_selfinstruct.files import atomic, jsonl, run_layout
from distilabel_selfinstruct.formatting import Format, OpenAIFinding
from distilabel_selfinstruct.reading import Source, stem
from distilabel_selfinstruct.records import Row


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written. `findings` are what OpenAI would refuse or cut, for the format `openai` only."""

    path: Path
    num_rows: int
    findings: tuple[OpenAIFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputFiles:
    """The files to write: rows to train on and to test with, for each of the subsets, and what was left out.

    `are_ours`: they stand in the folder of a run, where each export replaces them.
    """

    output: Path
    are_ours: bool = False

    def train(self, subset: str = "") -> Path:
        """The file of the rows to train on; of a subset with its name, where there are several."""
        return self.output.with_name(f"{self.output.stem}.{subset}.jsonl") if subset else self.output

    def test(self, subset: str = "") -> Path:
        """The file of the rows to test with."""
        return self._beside(self.train(subset), "test.jsonl")

    def config(self, subset: str, trainer: str) -> Path:
        """The configuration of a trainer for the rows to train on."""
        return self._beside(self.train(subset), f"{trainer}.yaml")

    @property
    def rejected(self) -> Path:
        """The file of all that was left out."""
        return self._beside(self.output, "rejected.jsonl")

    @staticmethod
    def _beside(path: Path, ending: str) -> Path:
        return path.with_name(f"{path.stem}.{ending}")


def output_files(source: Source, output: Path | None, format: Format) -> OutputFiles:
    """The files to write: by default in the folder of a run, or beside a file.

    Raises:
        ConfigError: the source is neither a run nor a file, and `output` names no file.
    """
    path = _path(source)
    if output is not None:
        return OutputFiles(output)
    if path is not None and is_run(path):
        return OutputFiles(path / run_layout.EXPORT / f"{format}.jsonl", are_ours=True)
    if path is None or not path.is_file():
        raise ConfigError(f"{name_of(source)} is neither a run nor a file: name the file to write with `output`.")
    return OutputFiles(path.with_name(f"{stem(path)}.{format}.jsonl"))


def refuse_to_replace(source: Source, files: Iterable[Path], *, overwrite: bool) -> None:
    """Refuse to replace folders, the file that is read, and without `overwrite` any file.

    Raises:
        OutputFileError: one of the files must not be replaced.
    """
    path = _path(source)
    for file in files:
        if file.is_dir() or (path is not None and path.is_file() and file.exists() and file.samefile(path)):
            raise OutputFileError(f"{file} cannot be replaced: choose another name with `output`.", file)
        if file.exists() and not overwrite:
            raise OutputFileError(
                f"{file} exists: choose another name with `output`, or replace it with `overwrite`.", file
            )


def write_files(
    contents: Mapping[Path, Sequence[Row]], texts: Mapping[Path, str] | None = None
) -> dict[Path, ExportedFile]:
    """Write the files that have rows, and texts, all or none. Earlier files that would have no rows are removed."""
    first = next(iter(contents))
    with writing(first):
        first.parent.mkdir(parents=True, exist_ok=True)
        writers: dict[Path, Callable[[Path], object]] = {
            path: partial(_write_rows, rows) for path, rows in contents.items() if rows
        }
        writers |= {path: partial(_write_text, text) for path, text in (texts or {}).items()}
        atomic.write_all(writers)
        for path, rows in contents.items():
            if not rows:
                path.unlink(missing_ok=True)
    return {path: ExportedFile(path, len(rows)) for path, rows in contents.items() if rows}


def _path(source: Source) -> Path | None:
    return Path(source) if isinstance(source, str | os.PathLike) else None


def _write_rows(rows: Sequence[Row], path: Path) -> None:
    _write_text("".join(jsonl.dumps(row) + "\n" for row in rows), path)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
