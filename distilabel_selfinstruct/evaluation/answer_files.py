"""Files of answers, a file for each model, against a file of references."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation.references import score
from distilabel_selfinstruct.evaluation.tasks import answers_of, references_of
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, SkippedRow, Source
from distilabel_selfinstruct.similarity import Tokenizer, TokenizerChoice, get_tokenizer

FileName = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class FileScores:
    """The scores of one file of answers: means over its `num_tasks` tasks, from 0 to 1.

    `num_unanswered` counts tasks without an answer, `num_unknown` answers without a reference. Neither is in the means.
    `skipped` are the rows that could not be used.
    """

    file: str
    num_tasks: int
    rouge_l: float
    exact_match: float
    num_unanswered: int
    num_unknown: int
    skipped: tuple[SkippedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of all files, in the order in which they were given. `num_tasks` counts the tasks with references.

    `skipped` are the rows of the references that could not be used.
    """

    num_tasks: int
    files: tuple[FileScores, ...]
    skipped: tuple[SkippedRow, ...] = ()


@checks_arguments
def evaluate(
    predictions: FileName | Sequence[FileName],
    references: Source,
    *,
    column: str | None = None,
    reference_column: str | None = None,
    reference_columns: Mapping[str, str] | None = None,
    tokenizer: str | Tokenizer = "auto",
    on_progress: Callable[[str], None] = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> Evaluation:
    """Score the answers of models by ROUGE-L and exact match (paper, section 4.3).

    Args:
        predictions: a file or dataset with the tasks and answers (see `reading.open_rows`), or several of them.
        references: a file or dataset with the same tasks and a reference or a list of them, or with seed tasks.
        column: the column of the answers. By default it is what the reader takes for the output.
        reference_column: the column of the references.
        reference_columns: which column of the references is which, as `columns` in `reading.ReadOptions`.
        tokenizer: `rouge_score` for the tokenizer and stemmer of that package, `unicode` for the letters of all
            scripts, a callable from text to tokens, or `auto`: by the script of the references.
        on_progress: is called with the name of each file before it is scored.
        **reading: how the rows are read (see `reading.ReadOptions`); `columns` counts for the answers.

    Raises:
        InputFileError: a file cannot be read, or answers none of the tasks.
        ConfigError: no tokenizer has that name.
    """
    sources = [predictions] if isinstance(predictions, str | os.PathLike) else predictions
    options, choice = ReadOptions(**reading), TokenizerChoice(tokenizer)
    if not choice.is_open:
        get_tokenizer(choice.tokenizer)  # a wrong name is an error before a file is read
    of_references: ReadingArguments = {**reading, "columns": reference_columns}
    wanted, skipped = references_of(references, reference_column, **of_references)
    for texts in wanted.values():
        for text in texts:
            choice.see(text)
    tokenize = None if choice.tokenizer == "rouge_score" else get_tokenizer(choice.tokenizer)
    if choice.note:
        options.on_note(choice.note)
    files = [os.fspath(source) for source in sources]
    given = {file: answers_of(file, column, **reading) for file in files}
    results = []
    for file, (answers, skipped_there) in given.items():
        on_progress(file)
        scores = score(answers, wanted, tokenize)
        if scores.rouge_l is None or scores.exact_match is None:
            against = os.fspath(references) if isinstance(references, str | os.PathLike) else "the references"
            raise InputFileError(
                f"{file} answers none of the tasks of {against}: instruction and input must be the same.", file
            )
        results.append(
            FileScores(
                file,
                scores.num_tasks,
                scores.rouge_l,
                scores.exact_match,
                scores.num_unanswered,
                scores.num_unknown,
                skipped_there,
            )
        )
    return Evaluation(len(wanted), tuple(results), skipped)
