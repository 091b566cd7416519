"""`selfinstruct parse`: what the parsers and rules make of completions that were paid for already."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.records import Completion, Rejection

HELP = "Read model responses from a file, without asking a model: tune a prompt on what was paid for already."

app = typer.Typer(no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(metavar="FILE.jsonl", help="Rows with id, text (or raw_text, answer) and finish_reason."),
]
ModeOption = Annotated[
    Literal["strict", "default"],
    typer.Option(help="strict reads as the paper's reference implementation does."),
]
LanguageOption = Annotated[str, typer.Option(help="BCP-47 tag of the instructions, such as en or ko.")]
Row = dict[str, Any]


@app.command("instructions")
def instructions(file: File, mode: ModeOption = "default", language: LanguageOption = "en") -> None:
    """New instructions in each response, before the comparison with a pool."""

    def read(row: Row, place: str) -> Row:
        prompt = row.get("prompt")
        parsed = read_instructions(
            _completion(row, place),
            mode=mode,
            language=language,
            prompt=prompt if isinstance(prompt, str) else None,
        )
        return {"kept": list(parsed.kept), "rejected": _rejected(parsed.rejected)}

    _print_rows(file, read)


@app.command("classification")
def classification(file: File, mode: ModeOption = "default", language: LanguageOption = "en") -> None:
    """Whether each response says that the task is a classification task: true, false, or null if it does not say."""
    del language  # verdicts of all languages are read

    def read(row: Row, place: str) -> Row:
        verdict = read_classification(_completion(row, place), mode=mode)
        return {
            "is_classification": verdict.is_classification,
            "rejected": _rejected(verdict.rejected),
        }

    _print_rows(file, read)


@app.command("instances")
def instances(file: File, mode: ModeOption = "default", language: LanguageOption = "en") -> None:
    """Valid instances in each response. Rows also hold `instruction` and `is_classification`."""
    del language  # the rules for instances are the same in all languages; all three commands take the option

    def read(row: Row, place: str) -> Row:
        is_classification = row.get("is_classification")
        if not isinstance(is_classification, bool):
            raise InputFileError(f"{place}: is_classification is {is_classification!r}; make it true or false.")
        instruction = row.get("instruction")
        parsed = read_instances(
            _completion(row, place),
            is_classification=is_classification,
            instruction=instruction if isinstance(instruction, str) else "",
            mode=mode,
        )
        kept = [{"input": instance.input, "output": instance.output} for instance in parsed.kept]
        return {"kept": kept, "rejected": _rejected(parsed.rejected)}

    _print_rows(file, read)


def _print_rows(file: Path, read: Callable[[Row, str], Row]) -> None:
    for place, row in _numbered(file):
        typer.echo(jsonl.dumps({"id": row.get("id"), **read(row, place)}))


def _numbered(file: Path) -> Iterator[tuple[str, Row]]:
    for number, row in enumerate(jsonl.read(file), 1):
        yield f"{file}, row {number}", row


def _completion(row: Row, place: str) -> Completion:
    for column in ("text", "raw_text", "answer"):
        if column in row:
            text, finish_reason = row[column], row.get("finish_reason")
            if not isinstance(text, str | None):
                raise InputFileError(f"{place}: {column} is {text!r}; make it a text or null.")
            return Completion(text, finish_reason if isinstance(finish_reason, str) else None)
    raise InputFileError(f"{place}: there is no response; put it under text, raw_text or answer.")


def _rejected(rejections: tuple[Rejection, ...]) -> list[Row]:
    return [
        {"text": rejection.text, "reason": rejection.reason.value, "detail": rejection.detail}
        for rejection in rejections
    ]
