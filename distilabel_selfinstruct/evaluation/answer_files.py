"""Files of answers, a file for each model, against a file of references."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation.references import score
from distilabel_selfinstruct.evaluation.tasks import answers_of, references_of
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.similarity import Tokenizer, get_tokenizer

FileName = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class FileScores:
    """The scores of one file of answers: means over its `num_tasks` tasks, from 0 to 1.

    `num_unanswered` counts tasks without an answer, `num_unknown` answers without a reference. Neither is in the means.
    """

    file: str
    num_tasks: int
    rouge_l: float
    exact_match: float
    num_unanswered: int
    num_unknown: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of all files, in the order in which they were given. `num_tasks` counts the tasks with references."""

    num_tasks: int
    files: tuple[FileScores, ...]


@checks_arguments
def evaluate(
    predictions: FileName | Sequence[FileName],
    references: FileName,
    *,
    column: str = "output",
    reference_column: str = "output",
    tokenizer: str | Tokenizer = "rouge_score",
    on_progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Score the answers of models by ROUGE-L and exact match (paper, section 4.3).

    Args:
        predictions: a file or dataset with `instruction`, `input` (optional) and answers, or several of them.
        references: a file or dataset with the same tasks and a reference or a list of them, or with seed tasks.
        column: the column of the answers.
        reference_column: the column of the references.
        tokenizer: `rouge_score` for the tokenizer and stemmer of that package, `unicode` for the letters of all
            scripts, or a callable from text to tokens.
        on_progress: is called with the name of each file before it is scored.

    Raises:
        InputFileError: a file cannot be read, or answers none of the tasks.
        ConfigError: no tokenizer has that name.
    """
    sources = [predictions] if isinstance(predictions, str | os.PathLike) else predictions
    tokenize = None if tokenizer == "rouge_score" else get_tokenizer(tokenizer)
    wanted = references_of(read_rows(references), reference_column, os.fspath(references))
    files = [os.fspath(source) for source in sources]
    given = {file: answers_of(read_rows(file), column, file) for file in files}
    results = []
    for file, answers in given.items():
        on_progress(file)
        scores = score(answers, wanted, tokenize)
        if scores.rouge_l is None or scores.exact_match is None:
            against = os.fspath(references)
            raise InputFileError(
                f"{file} answers none of the tasks of {against}: instruction and input must be the same.", file
            )
        results.append(
            FileScores(
                file, scores.num_tasks, scores.rouge_l, scores.exact_match, scores.num_unanswered, scores.num_unknown
            )
        )
    return Evaluation(len(wanted), tuple(results))
