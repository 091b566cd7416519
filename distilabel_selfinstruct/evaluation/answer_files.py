"""Files of answers, a file for each model, against references."""

import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import Enum

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import ConfigError, InputFileError, MissingColumnError
from distilabel_selfinstruct.evaluation.answers import AnswerFacts, Answers, Baseline, baseline_answers, read_answers
from distilabel_selfinstruct.evaluation.cuts import Cut
from distilabel_selfinstruct.evaluation.definitions import TaskFacts, read_definitions
from distilabel_selfinstruct.evaluation.lm_eval_task import write_lm_eval_task
from distilabel_selfinstruct.evaluation.metrics import metrics_of
from distilabel_selfinstruct.evaluation.references import Measure, Measures, Track, measure_of
from distilabel_selfinstruct.evaluation.resampling import SEED, Interval, difference_of, interval_of
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask, read_scored
from distilabel_selfinstruct.evaluation.scores import Evaluation, FileScores
from distilabel_selfinstruct.reading import OptionNames, ReadingArguments, ReadOptions, SkippedRow, Source
from distilabel_selfinstruct.similarity import TokenizerChoice

FileName = str | os.PathLike[str]

_REFERENCES = "references"

_OF_REFERENCES = OptionNames(columns="reference_columns", column="reference_column")


class MissingAnswers(str, Enum):
    """What a task without an answer counts: 0, or nothing."""

    ZERO = "zero"
    SKIP = "skip"


@checks_arguments
def evaluate(
    predictions: FileName | Sequence[FileName],
    references: Source | None = None,
    *,
    definitions: FileName | None = None,
    baselines: Sequence[Baseline] = (),
    column: str | None = None,
    reference_column: str | None = None,
    reference_columns: Mapping[str, str] | None = None,
    track: Track | None = None,
    tokenizer_path: FileName | None = None,
    missing: MissingAnswers = MissingAnswers.ZERO,
    cut: Cut | None = None,
    random_seed: int = SEED,
    lm_eval: FileName | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> Evaluation:
    """Score the answers of models by exact match, ROUGE-1 and ROUGE-L (paper, section 4.3).

    In the default track these are the figures of `compute_metrics.py` of Super-NaturalInstructions. A missing answer
    differs from an empty one: its exact match is 0 whatever the reference is.

    Args:
        predictions: a file or dataset with the tasks and answers (see `reading.open_rows`), or several of them. An
            answer belongs to the task with its `id` or, without one, with its instruction and input.
        references: a file or dataset with the same tasks and a reference or a list of them, or with seed tasks. By
            default they are in the column `references` of the first file of predictions.
        definitions: a file with the definitions of Super-NaturalInstructions, a row for each task with `Task`,
            `Definition`, `Categories` and `Positive Examples`. The column `task` of the references names the task.
        baselines: answers without a model that are scored beside the files.
        column: the column of the answers. By default it is what the reader takes for the output.
        reference_column: the column of the references. By default it is `references`, or else the output.
        reference_columns: which column of the references is which, as `columns` in `reading.ReadOptions`.
        track: what ROUGE compares. By default the script of the references decides: `default` or `unicode`.
        tokenizer_path: the folder with `vocab.json` and `merges.txt` of GPT-2, for the track `xlingual`, and to cut
            long prompts for `lm_eval`.
        missing: whether a task without an answer counts as 0 or is skipped.
        cut: where answers of files are cut before they are scored.
        random_seed: of the resamples for intervals (see `evaluation.resampling`).
        lm_eval: a new or empty folder, to which a task for lm-evaluation-harness is written that gives the same
            figures: those of the default track, of whole answers.
        on_progress: is called with the name of each file before it is scored.
        **reading: how the rows are read (see `reading.ReadOptions`); `columns` counts for the answers.

    Raises:
        InputFileError: a file cannot be read, or answers none of the tasks.
        ConfigError: nothing is to be scored, or an option lacks another that it needs.
        OutputFileError: the folder for `lm_eval` is not empty or cannot be written.
    """
    sources = [predictions] if isinstance(predictions, str | os.PathLike) else predictions
    options = ReadOptions(**reading)
    files = [os.fspath(source) for source in sources]
    source = references if references is not None else next(iter(files), None)
    if source is None or not (files or baselines or lm_eval):
        raise ConfigError("There is nothing to score: name a file of answers, or `references` and a baseline.")
    measure = None if track is None else measure_of(Track(track), tokenizer_path)
    facts = read_definitions(definitions, **reading) if definitions is not None else {}
    of_references: ReadingArguments = {**reading, "columns": reference_columns}
    if references is None:
        of_references["columns"] = {**(reading.get("columns") or {}), **(reference_columns or {})}
        reference_column = reference_column or _REFERENCES
    tasks, skipped = _read_references(source, reference_column, facts, of_references, are_given=references is not None)
    if not tasks:
        raise InputFileError(f"{_name_of(source)} holds no tasks with references.")
    chosen = Track(track) if track is not None else _track_of(tasks, options.on_note)
    measure = measure or measure_of(chosen)
    if lm_eval is not None:
        _check_lm_eval(chosen, cut)
        write_lm_eval_task(lm_eval, tasks, tokenizer_path)
    given = {file: read_answers(file, tasks, column, **reading) for file in files}
    described: dict[str, AnswerFacts] = {}
    for file, answers in given.items():
        _require_answers(file, answers, source)
        described[file] = answers.facts
        if cut is not None:
            answers.by_index = {index: Cut(cut)(text) for index, text in answers.by_index.items()}
    for baseline in map(Baseline, baselines):
        given[baseline.value.replace("-", "_")] = Answers(dict(baseline_answers(baseline, tasks)))
    units = _units(tasks)
    results: list[FileScores] = []
    first: Mapping[int, Measures] | None = None
    for name, answers in given.items():
        on_progress(name)
        scored = _scored(tasks, answers.by_index, measure, MissingAnswers(missing))
        results.append(
            FileScores(
                name,
                metrics_of([(tasks[index], measures) for index, measures in scored.items()], chosen),
                len(tasks) - len(answers.by_index),
                answers.num_unknown,
                _intervals(scored, units, random_seed),
                {} if first is None else _differences(first, scored, units, random_seed),
                described.get(name),
                answers.skipped,
            )
        )
        first = first or scored
    return Evaluation(len(tasks), tuple(results), skipped)


def _check_lm_eval(track: Track, cut: Cut | None) -> None:
    if track is not Track.DEFAULT:
        raise ConfigError(f"`lm_eval` is for the default track, and this is {track.value}: use `track=default`.")
    if cut is not None:
        raise ConfigError("`lm_eval` is for whole answers: omit `cut`, or score in two calls.")


def _units(tasks: Sequence[ScoredTask]) -> list[Hashable]:
    """What is resampled together: the instances of a task if all have the name of one, else each row by itself."""
    return [task.name for task in tasks] if all(task.name for task in tasks) else list(range(len(tasks)))


def _intervals(scored: Mapping[int, Measures], units: Sequence[Hashable], seed: int) -> dict[str, Interval]:
    return {name: interval_of(of, units, seed) for name, of in _by_measure(scored).items()}


def _differences(
    first: Mapping[int, Measures], second: Mapping[int, Measures], units: Sequence[Hashable], seed: int
) -> dict[str, Interval]:
    ours = _by_measure(first)
    return {name: difference_of(ours[name], theirs, units, seed) for name, theirs in _by_measure(second).items()}


def _read_references(
    source: Source,
    column: str | None,
    facts: Mapping[str, TaskFacts],
    reading: ReadingArguments,
    *,
    are_given: bool,
) -> tuple[list[ScoredTask], tuple[SkippedRow, ...]]:
    """The tasks with their references: of a file of their own, or of the first file of answers.

    Raises:
        InputFileError: they cannot be read.
    """
    if are_given:
        return read_scored(source, column, facts, names=_OF_REFERENCES, **reading)
    try:
        return read_scored(source, column, facts, names=OptionNames(column="reference_column"), **reading)
    except MissingColumnError as error:
        if column != _REFERENCES:
            raise
        remedy = "name a file that has them with `references`, or their column with `reference_column`"
        raise MissingColumnError(error.fault, remedy, error.path) from error


def _require_answers(file: str, answers: Answers, source: Source) -> None:
    """Check that a file answers some of the tasks.

    Raises:
        InputFileError: it does not.
    """
    if answers.by_index:
        return
    if not answers.num_unknown:
        raise InputFileError(f"{file} holds no answers: give a file of predictions.", file)
    tasks = _name_of(source)
    raise InputFileError(
        f"{file} answers none of the tasks of {tasks}: id, or instruction and input, must be the same.", file
    )


def _name_of(source: Source) -> str:
    return os.fspath(source) if isinstance(source, str | os.PathLike) else "the references"


def _by_measure(scored: Mapping[int, Measures]) -> dict[str, dict[int, float]]:
    return {
        "rougeL": {index: measures.rouge_l for index, measures in scored.items()},
        "exact_match": {index: measures.exact_match for index, measures in scored.items()},
    }


def _scored(
    tasks: Sequence[ScoredTask], answers: Mapping[int, str], measure: Measure, missing: MissingAnswers
) -> dict[int, Measures]:
    """The scores by the index of the task."""
    scored = {}
    for index, task in enumerate(tasks):
        if index in answers:
            scored[index] = measure(answers[index], task.references)
        elif missing is MissingAnswers.ZERO:
            scored[index] = Measures()
    return scored


def _track_of(tasks: Sequence[ScoredTask], on_note: Callable[[str], None]) -> Track:
    choice = TokenizerChoice("auto")
    for task in tasks:
        for text in task.references:
            choice.see(text)
    if choice.tokenizer == "rouge_score":
        on_note("Track: default, because nearly all letters are ASCII (`track=unicode` sees the others).")
        return Track.DEFAULT
    on_note("Track: unicode, because many letters of the references are outside ASCII.")
    return Track.UNICODE
