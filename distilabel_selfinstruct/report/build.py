"""Makes a report, part by part."""

import os
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.analysis import (
    ClassBalance,
    Histogram,
    acceptance_periods,
    class_balance,
    count_rejections,
    length_histogram,
    statistics,
)
from distilabel_selfinstruct.analysis.verb_noun import Parser, VerbNouns, count_verb_nouns
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.report.languages import Languages, identify_languages, main_script
from distilabel_selfinstruct.report.report import Report
from distilabel_selfinstruct.report.review import summarize_review
from distilabel_selfinstruct.report.similarities import near_duplicates, seed_similarity
from distilabel_selfinstruct.report.sources import ReportSource, read_source, seed_file
from distilabel_selfinstruct.report.usage import read_usage
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.words import length_in_words, primary_language

Tell = Callable[[str], None]

NO_RUN = "The rows come from no run."
NO_INSTRUCTIONS = "There are no instructions."
FEWEST_IDENTIFIED = 20
"""Of fewer texts than this one misread short text may be the most common language."""


def build_report(
    source: str | os.PathLike[str] | ReportSource,
    *,
    seed_tasks: str | os.PathLike[str] | None = None,
    parser: Parser = "auto",
    split: str | None = None,
    tell: Tell = lambda _: None,
) -> Report:
    """Everything that can be said about a run or about other rows.

    Args:
        source: the folder of a run, a file or dataset of rows (see `tables.read_rows`), or a source made of rows.
        seed_tasks: the seed file, where it is not that of the run.
        parser: what finds verbs and nouns (see `count_verb_nouns`).
        split: which split of a dataset.
        tell: is called with the name of each part that takes time, before it is made.

    Raises:
        SelfInstructError: the rows cannot be read, or an option cannot work.
    """
    if not isinstance(source, ReportSource):
        tell("reading")
        source = read_source(source, split)
    left_out: dict[str, str] = {}
    texts = [row["instruction"] for row in source.instructions]
    tell("languages")
    languages = identify_languages(texts) if texts else None
    if languages is None:
        left_out["languages"] = left_out["near_duplicates"] = NO_INSTRUCTIONS
    tell("verbs and nouns")
    verb_nouns = _verb_nouns(texts, source, languages, parser, left_out)
    tell("similarity with the seeds")
    tokenizer = _tokenizer(source, languages)
    similarity = _seed_similarity(texts, source, tokenizer, seed_tasks, left_out)
    tell("near-duplicates")
    duplicates = near_duplicates(texts, tokenizer) if texts else None
    tell("lengths and labels")
    balance = _class_balance(source, left_out)
    parts_of_a_run = _parts_of_a_run(source, left_out)
    return Report(
        name=source.name,
        table_1=statistics(source.instructions, source.instances),
        lengths={
            "instruction": length_histogram(list(map(length_in_words, texts))),
            "input": length_histogram([length_in_words(row["input"]) for row in source.instances if row["input"]]),
            "output": length_histogram([length_in_words(row["output"]) for row in source.instances]),
        },
        has_instances=source.has_instances,
        has_task_types=source.has_task_types,
        run=_run(source),
        verb_nouns=verb_nouns,
        seed_similarity=similarity,
        near_duplicates=duplicates,
        class_balance=balance,
        languages=languages,
        left_out=left_out,
        **parts_of_a_run,
    )


def _verb_nouns(
    texts: list[str], source: ReportSource, languages: Languages | None, parser: Parser, left_out: dict[str, str]
) -> VerbNouns | None:
    if languages is None:
        left_out["verb_noun"] = NO_INSTRUCTIONS
        return None
    language = _language(source, languages)
    if language != "en":
        left_out["verb_noun"] = (
            f"The verbs and nouns of English only are known, and the instructions are in {language}."
        )
        return None
    return count_verb_nouns(texts, parser)


def _tokenizer(source: ReportSource, languages: Languages | None) -> str:
    """That of the run; for other rows the one that a run in their language would take."""
    if source.config is not None and source.config.tokenizer != "auto":
        return source.config.tokenizer
    return "rouge_score" if _language(source, languages) == "en" else "unicode"


def _language(source: ReportSource, languages: Languages | None) -> str:
    """That of the run; of other rows the most common one, English if they are too few and short to tell."""
    if source.config is not None:
        return primary_language(source.config.language)
    if languages is None or languages.main == "LATIN":
        return "en"
    too_few = languages.identified < FEWEST_IDENTIFIED and main_script(source.instructions[0]["instruction"]) == "LATIN"
    return "en" if too_few else languages.main


def _seed_similarity(
    texts: list[str],
    source: ReportSource,
    tokenizer: str,
    given: str | os.PathLike[str] | None,
    left_out: dict[str, str],
) -> Histogram | None:
    path, fault = seed_file(source, given)
    if fault or not texts:
        left_out["seed_similarity"] = fault or NO_INSTRUCTIONS
        return None
    return seed_similarity(texts, [seed.instruction for seed in load_seed_tasks(path)], tokenizer)


def _class_balance(source: ReportSource, left_out: dict[str, str]) -> ClassBalance | None:
    balance = class_balance(source.instances) if source.has_task_types else None
    if balance is None:
        left_out["class_balance"] = "The rows do not say which instructions are classification tasks."
    elif not balance.instances:
        left_out["class_balance"] = "There are no instances of classification instructions."
        return None
    return balance


def _run(source: ReportSource) -> dict[str, Any]:
    if source.config is None:
        return {}
    config = source.config
    return {
        "llm": config.llm,
        "language": config.language,
        "mode": config.mode,
        "num_instructions": config.num_instructions,
        "max_rouge_l": config.max_rouge_l,
        "random_seed": config.random_seed,
        "status": source.description.get("status", ""),
        "stop_reason": source.description.get("stop_reason", ""),
        "problems": source.description.get("problems", []),
        "versions": source.description.get("versions", {}),
    }


def _parts_of_a_run(source: ReportSource, left_out: dict[str, str]) -> dict[str, Any]:
    if source.config is None or source.folder is None:
        left_out.update(dict.fromkeys(("rejections", "acceptance", "usage", "review"), NO_RUN))
        return {}
    rejections = count_rejections(source.rejections)
    acceptance = acceptance_periods(source.instructions, source.rejections)
    usage = read_usage(source.folder / run_layout.STATE, source.config)
    if not rejections:
        left_out["rejections"] = "Nothing was dropped."
    if not acceptance:
        left_out["acceptance"] = "The rows do not say which request they came from."
    if usage is None:
        left_out["usage"] = "The folder holds no journals."
    if not source.ratings:
        left_out["review"] = (
            "Nobody has rated the instances yet: selfinstruct review push, and after the rating selfinstruct "
            "review pull."
        )
    return {
        "rejections": rejections,
        "acceptance": acceptance,
        "usage": usage,
        "review": summarize_review(source.ratings) if source.ratings else None,
    }
