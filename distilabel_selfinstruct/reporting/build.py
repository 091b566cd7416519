"""Makes a report, part by part."""

import os
from collections.abc import Callable
from typing import TypeVar

from typing_extensions import Unpack

from distilabel_selfinstruct.analysis import (
    ClassBalance,
    Histogram,
    Period,
    RuleCount,
    acceptance_periods,
    class_balance,
    count_rejections,
    length_histogram,
    statistics,
)
from distilabel_selfinstruct.analysis.quality import Hint
from distilabel_selfinstruct.analysis.verb_noun import Parser, VerbNouns, count_verb_nouns
from distilabel_selfinstruct.errors import MissingExtraError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.journal.faults import read_faults
from distilabel_selfinstruct.languages import find_pack, length_counter, tag_of
from distilabel_selfinstruct.reading import ReadingArguments, Source
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.languages import Languages, identify_languages, main_script
from distilabel_selfinstruct.reporting.missing import NO_INSTRUCTIONS, NO_RUN, Missing
from distilabel_selfinstruct.reporting.review import RatingSummary, summarize_ratings
from distilabel_selfinstruct.reporting.similarities import near_duplicates, seed_similarity
from distilabel_selfinstruct.reporting.sources import ReportSource, read_source, seed_file
from distilabel_selfinstruct.reporting.usage import Usage, read_usage
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.similarity import TokenizerChoice, resolve_tokenizer
from distilabel_selfinstruct.words import primary_language

OnProgress = Callable[[str], None]
"""Is called with the name of each part that takes time, before the part is made."""

Part = TypeVar("Part")

MIN_IDENTIFIED = 20
"""With fewer texts, a single mistake could decide which language is the most common one."""


def build_report(
    source: Source | ReportSource,
    *,
    seed_tasks: str | os.PathLike[str] | None = None,
    parser: Parser = "auto",
    on_progress: OnProgress = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> Report:
    """Describe a run or other rows.

    Args:
        source: the folder of a run, a file or dataset (see `reading.open_rows`), or rows that were read.
        seed_tasks: the seed file, if it is not that of the run.
        parser: what finds verbs and nouns (see `count_verb_nouns`).
        on_progress: is called with the name of each part that takes time, before the part is made.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        SelfInstructError: the rows cannot be read, or an option cannot work.
    """
    if not isinstance(source, ReportSource):
        on_progress("reading")
        source = read_source(source, **reading)
    left_out: dict[str, Missing] = {}

    def part(name: str, made: Part | Missing) -> Part | None:
        if isinstance(made, Missing):
            left_out[name] = made
            return None
        return made

    texts = [row["instruction"] for row in source.instructions]
    on_progress("languages")
    languages = part("languages", identify_languages(texts) if texts else NO_INSTRUCTIONS)
    language = _language(source, languages)
    on_progress("verbs and nouns")
    verb_nouns = part("verb_noun", _verb_nouns(texts, language, parser))
    on_progress("similarity with the seeds")
    tokenizer = _tokenizer(source, texts)
    similarity = part("seed_similarity", _seed_similarity(texts, source, tokenizer, seed_tasks))
    on_progress("near-duplicates")
    duplicates = part("near_duplicates", near_duplicates(texts, tokenizer) if texts else NO_INSTRUCTIONS)
    on_progress("lengths and labels")
    length = length_counter(source.config.language if source.config else None)
    return Report(
        name=source.name,
        table_1=statistics(source.instructions, source.instances, source.rejections, length),
        lengths={
            "instruction": length_histogram(list(map(length, texts))),
            "input": length_histogram([length(row["input"]) for row in source.instances if row["input"]]),
            "output": length_histogram([length(row["output"]) for row in source.instances]),
        },
        has_instances=source.has_instances,
        has_task_types=source.has_task_types,
        run=source.run,
        verb_nouns=verb_nouns,
        seed_similarity=similarity,
        near_duplicates=duplicates,
        class_balance=part("class_balance", _class_balance(source)),
        languages=languages,
        rejections=part("rejections", _rejections(source)) or (),
        acceptance=part("acceptance", _acceptance(source)) or (),
        usage=part("usage", _usage(source)),
        faults=_faults(source),
        review=part("review", _review(source)),
        left_out=left_out,
    )


def _language(source: ReportSource, languages: Languages | None) -> str:
    """The language of the run, or else the most common one. Of few and short texts it is English."""
    if source.config is not None:
        return primary_language(tag_of(source.config.language))
    if languages is None or languages.main == "LATIN":
        return "en"
    too_few = languages.identified < MIN_IDENTIFIED and main_script(source.instructions[0]["instruction"]) == "LATIN"
    return "en" if too_few else languages.main


def _tokenizer(source: ReportSource, texts: list[str]) -> str:
    """The tokenizer of the run, or else the one for the script of the texts."""
    if source.config is not None:
        return resolve_tokenizer(source.config.tokenizer, source.config.language, source.config.mode)
    choice = TokenizerChoice()
    for text in texts:
        choice.see(text)
    return str(choice.tokenizer)


def _verb_nouns(texts: list[str], language: str, parser: Parser) -> VerbNouns | Missing:
    if not texts:
        return NO_INSTRUCTIONS
    pack = find_pack(language)
    if pack is None or pack.verb_noun == "none":
        return Missing("verb_noun", {"language": language})
    if pack.verb_noun == "kiwi":
        return _korean_verb_nouns(texts)
    return count_verb_nouns(texts, parser)


def _korean_verb_nouns(texts: list[str]) -> VerbNouns | Missing:
    try:
        return count_verb_nouns(texts, "kiwi")
    except MissingExtraError:
        return Missing("kiwi")


def _seed_similarity(
    texts: list[str], source: ReportSource, tokenizer: str, given: str | os.PathLike[str] | None
) -> Histogram | Missing:
    path = seed_file(source, given)
    if isinstance(path, Missing):
        return path
    if not texts:
        return NO_INSTRUCTIONS
    return seed_similarity(texts, [seed.instruction for seed in load_seed_tasks(path)], tokenizer)


def _class_balance(source: ReportSource) -> ClassBalance | Missing:
    if not source.has_task_types:
        return Missing("no_task_types")
    balance = class_balance(source.instances)
    return balance if balance.instances else Missing("no_labels")


def _rejections(source: ReportSource) -> tuple[RuleCount, ...] | Missing:
    if source.folder is None:
        return NO_RUN
    return count_rejections(source.rejections) or Missing("nothing_dropped")


def _acceptance(source: ReportSource) -> tuple[Period, ...] | Missing:
    if source.folder is None:
        return NO_RUN
    periods = acceptance_periods(source.instructions, source.rejections)
    return periods or Missing("no_requests")


def _usage(source: ReportSource) -> Usage | Missing:
    if source.folder is None or source.config is None:
        return NO_RUN
    return read_usage(source.folder / run_layout.STATE, source.config) or Missing("no_journals")


def _faults(source: ReportSource) -> tuple[Hint, ...]:
    if source.folder is None or source.config is None:
        return ()
    state, classification_only = source.folder / run_layout.STATE, source.config.classification_only
    return tuple(read_faults(state, classification_only=classification_only))


def _review(source: ReportSource) -> RatingSummary | Missing:
    if source.folder is None:
        return NO_RUN
    if not source.ratings:
        return Missing("not_rated")
    return summarize_ratings(source.ratings)
