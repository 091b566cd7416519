"""`selfinstruct parse`: what the parsers and rules make of completions in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.reading_options import Delimiter, Encoding, Split, StrictRows, reading_arguments
from distilabel_selfinstruct.cli.screen import say_data, warn
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import Completion, Mode, Rejection, Row
from distilabel_selfinstruct.task_types import read_task_type

if TYPE_CHECKING:
    from distilabel_selfinstruct.reading import ReadingArguments

app = typer.Typer(no_args_is_help=True)

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="Rows with id, text (or raw_text, raw_instances, answer) and finish_reason."),
]
ModeOption = Annotated[Mode, typer.Option(help="strict reads as the paper's reference implementation does.")]
LanguageOption = Annotated[
    str, typer.Option(help="BCP-47 tag of the texts, such as en or ko, or the folder of a language pack.")
]


Column = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The column of the responses. Default: text, raw_text, raw_instances or answer."),
]

_RESPONSES = ("text", "raw_text", "raw_instances", "answer")


@dataclass(frozen=True, slots=True)
class _Response:
    """A row of the file, and the column of its response."""

    row: Row
    column: str | None

    def text(self, column: str) -> str | None:
        """The text in a column; None if there is none."""
        value = self.row.get(column)
        return value if isinstance(value, str) else None

    def completion(self) -> Completion:
        """The response.

        Raises:
            ValueError: there is none. The message is the end of a sentence about the row.
        """
        column = self.column or next((name for name in _RESPONSES if name in self.row), None)
        if column is None or column not in self.row:
            raise ValueError(f"has no response; put it under {self.column or ', '.join(_RESPONSES)}")
        text = self.row[column]
        if not isinstance(text, str | None):
            shown = shorten(repr(text), 60, placeholder="...")
            raise ValueError(f"has {shown} under {column}, not a text or null")  # noqa: TRY004 - it is data
        return Completion(text, self.text("finish_reason"))

    def is_classification(self) -> bool:
        """The task type.

        Raises:
            ValueError: the row does not say. The message is the end of a sentence about the row.
        """
        found = read_task_type(self.row.get("is_classification"))
        if found is None:
            raise ValueError("does not say under is_classification whether it is true or false")
        return found


@app.command("instructions")
def instructions(
    file: File,
    mode: ModeOption = "default",
    language: LanguageOption = "en",
    column: Column = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Print the new instructions in each response, before they are compared with a pool."""
    from distilabel_selfinstruct.parsing.filtered import read_instructions

    def read(row: _Response) -> Row:
        parsed = read_instructions(row.completion(), mode=mode, language=language, prompt=row.text("prompt"))
        return {"kept": list(parsed.kept), "rejected": _rejected(parsed.rejected)}

    _print_rows(file, reading_arguments(None, split, delimiter, encoding, strict_rows=strict_rows), column, read)


@app.command("classification")
def classification(
    file: File,
    mode: ModeOption = "default",
    language: LanguageOption = "en",
    column: Column = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Print whether each response calls the task a classification task: true, false, or null if it does not say."""
    from distilabel_selfinstruct.parsing.filtered import read_classification

    def read(row: _Response) -> Row:
        answer = read_classification(row.completion(), mode=mode, language=language)
        return {"is_classification": answer.is_classification, "rejected": _rejected(answer.rejected)}

    _print_rows(file, reading_arguments(None, split, delimiter, encoding, strict_rows=strict_rows), column, read)


@app.command("instances")
def instances(
    file: File,
    mode: ModeOption = "default",
    language: LanguageOption = "en",
    column: Column = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Print the valid instances in each response. Rows also hold `instruction` and `is_classification`."""
    from distilabel_selfinstruct.languages import find_pack
    from distilabel_selfinstruct.parsing.filtered import read_instances
    from distilabel_selfinstruct.prompts import load_prompts

    pack = find_pack(language)
    shown = load_prompts(language if pack and pack.has_prompts else "en").shown_instances

    def read(row: _Response) -> Row:
        parsed = read_instances(
            row.completion(),
            is_classification=row.is_classification(),
            instruction=row.text("instruction") or "",
            mode=mode,
            shown=shown,
            language=language,
        )
        kept = [{"input": instance.input, "output": instance.output} for instance in parsed.kept]
        return {"kept": kept, "rejected": _rejected(parsed.rejected)}

    _print_rows(file, reading_arguments(None, split, delimiter, encoding, strict_rows=strict_rows), column, read)


def _print_rows(file: str, options: "ReadingArguments", column: str | None, read: Callable[[_Response], Row]) -> None:
    from distilabel_selfinstruct.reading import ReadOptions, open_rows, summary

    rows = open_rows(file, ReadOptions(**options), quiet=True)
    name = None if column is None else rows.column(column)
    num_printed = 0
    for row in rows.originals():
        try:
            if not isinstance(row.original, dict):
                raise ValueError(f"is {jsonl.json_kind(row.original)}, not an object")  # noqa: TRY004, TRY301
            parsed = read(_Response(row.original, name))
        except ValueError as error:
            rows.skip(row, str(error))
            continue
        num_printed += 1
        say_data(jsonl.dumps({"id": row.original.get("id"), **parsed}))
    rows.require_usable(num_printed)
    warn(summary(rows.skipped))


def _rejected(rejections: tuple[Rejection, ...]) -> list[Row]:
    return [
        {"text": rejection.text, "reason": rejection.reason.value, "detail": rejection.detail}
        for rejection in rejections
    ]
