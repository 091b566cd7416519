"""`selfinstruct parse`: what the parsers and rules make of completions in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import Completion, Mode, Rejection, Row

HELP = "Read model responses from a file, without asking a model: tune a prompt on responses that you have paid for."

app = typer.Typer(no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(metavar="FILE.jsonl", help="Rows with id, text (or raw_text, answer) and finish_reason."),
]
ModeOption = Annotated[Mode, typer.Option(help="strict reads as the paper's reference implementation does.")]
LanguageOption = Annotated[str, typer.Option(help="BCP-47 tag of the instructions, such as en or ko.")]


@dataclass(frozen=True, slots=True)
class _FileRow:
    """A row of the file, and its number from 1."""

    file: Path
    number: int
    row: Row

    def text(self, column: str) -> str | None:
        """The text in a column; None if there is none."""
        value = self.row.get(column)
        return value if isinstance(value, str) else None

    def completion(self) -> Completion:
        """The response."""
        column = next((name for name in ("text", "raw_text", "answer") if name in self.row), None)
        if column is None:
            self.refuse("there is no response; put it under text, raw_text or answer")
        text = self.row[column]
        if not isinstance(text, str | None):
            self.refuse(f"{column} is {text!r}; make it a text or null")
        return Completion(text, self.text("finish_reason"))

    def is_classification(self) -> bool:
        """The task type."""
        value = self.row.get("is_classification")
        if not isinstance(value, bool):
            self.refuse(f"is_classification is {value!r}; make it true or false")
        return value

    def refuse(self, fault: str) -> NoReturn:
        """Name the row and what is wrong with it."""
        raise InputFileError(f"{self.file}, row {self.number}: {fault}.", self.file)


@app.command("instructions")
def instructions(file: File, mode: ModeOption = "default", language: LanguageOption = "en") -> None:
    """Print the new instructions in each response, before they are compared with a pool."""
    from distilabel_selfinstruct.parsing.filtered import read_instructions

    def read(row: _FileRow) -> Row:
        parsed = read_instructions(row.completion(), mode=mode, language=language, prompt=row.text("prompt"))
        return {"kept": list(parsed.kept), "rejected": _rejected(parsed.rejected)}

    _print_rows(file, read)


@app.command("classification")
def classification(file: File, mode: ModeOption = "default") -> None:
    """Print whether each response calls the task a classification task: true, false, or null if it does not say."""
    from distilabel_selfinstruct.parsing.filtered import read_classification

    def read(row: _FileRow) -> Row:
        answer = read_classification(row.completion(), mode=mode)
        return {"is_classification": answer.is_classification, "rejected": _rejected(answer.rejected)}

    _print_rows(file, read)


@app.command("instances")
def instances(file: File, mode: ModeOption = "default") -> None:
    """Print the valid instances in each response. Rows also hold `instruction` and `is_classification`."""
    from distilabel_selfinstruct.parsing.filtered import read_instances
    from distilabel_selfinstruct.prompts import load_prompts

    shown = load_prompts().shown_instances

    def read(row: _FileRow) -> Row:
        parsed = read_instances(
            row.completion(),
            is_classification=row.is_classification(),
            instruction=row.text("instruction") or "",
            mode=mode,
            shown=shown,
        )
        kept = [{"input": instance.input, "output": instance.output} for instance in parsed.kept]
        return {"kept": kept, "rejected": _rejected(parsed.rejected)}

    _print_rows(file, read)


def _print_rows(file: Path, read: Callable[[_FileRow], Row]) -> None:
    for number, row in enumerate(jsonl.read(file), 1):
        typer.echo(jsonl.dumps({"id": row.get("id"), **read(_FileRow(file, number, row))}))


def _rejected(rejections: tuple[Rejection, ...]) -> list[Row]:
    return [
        {"text": rejection.text, "reason": rejection.reason.value, "detail": rejection.detail}
        for rejection in rejections
    ]
