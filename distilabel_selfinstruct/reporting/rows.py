"""The tables of a report, as names of columns and rows of texts."""

from dataclasses import dataclass

from distilabel_selfinstruct import analysis
from distilabel_selfinstruct.ratings import table_2
from distilabel_selfinstruct.ratings.agreement import Estimate
from distilabel_selfinstruct.reporting.contents import Report

_QUESTIONS = {
    "valid_task": "Is the instruction a task?",
    "input_appropriate": "Does the input fit the instruction?",
    "output_correct": "Is the output correct?",
    "all_valid": "All three",
    "overall": "Overall rating, A to D",
    "overall_binary": "Overall rating, A or B against C or D",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under the names of their columns. The first column says what a row is about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(report: Report) -> dict[str, Table]:
    """All tables with rows, by name."""
    found = {
        "table_1": _table_1(report),
        "verb_noun": _verb_noun(report),
        "near_duplicates": _near_duplicates(report),
        "similar_pairs": _similar_pairs(report),
        "labels": _labels(report),
        "languages": _languages(report),
        "table_2": _table_2(report),
        "overall": _overall(report),
        "agreement": _agreement(report),
        "rejections": Table(
            ("stage", "rule", "dropped"),
            tuple((_words(rule.stage), _words(rule.reason), f"{rule.count:,}") for rule in report.rejections),
        ),
        "usage": _usage(report),
    }
    return {name: table for name, table in found.items() if table.rows}


def _table_1(report: Report) -> Table:
    this, paper = report.table_1, analysis.PAPER
    rows = [
        ("instructions", f"{this.instructions:,}", f"{paper.instructions:,}"),
        (
            "– classification instructions",
            f"{this.classification_instructions:,}" if report.has_task_types else "unknown",
            f"{paper.classification_instructions:,}",
        ),
        (
            "– other instructions",
            f"{this.non_classification_instructions:,}" if report.has_task_types else "unknown",
            f"{paper.non_classification_instructions:,}",
        ),
        ("instances", f"{this.instances:,}", f"{paper.instances:,}"),
        ("– with empty input", f"{this.instances_with_empty_input:,}", f"{paper.instances_with_empty_input:,}"),
        ("mean instruction length (words)", f"{this.instruction_length:.1f}", f"{paper.instruction_length:.1f}"),
        ("mean non-empty input length (words)", f"{this.input_length:.1f}", f"{paper.input_length:.1f}"),
        ("mean output length (words)", f"{this.output_length:.1f}", f"{paper.output_length:.1f}"),
    ]
    unknown = (("– classification failed", this.unclassified_instructions), ("– not asked", this.unasked_instructions))
    for name, count in unknown:
        if count:
            rows.insert(3, (name, f"{count:,}", "0"))
    return Table(("statistic", "this dataset", "paper"), tuple(rows))


def _verb_noun(report: Report) -> Table:
    sectors = report.verb_nouns.sectors if report.verb_nouns else ()
    return Table(
        ("verb", "instructions", "most common nouns"),
        tuple(
            (sector.verb, f"{sector.count:,}", ", ".join(f"{noun} {count:,}" for noun, count in sector.nouns))
            for sector in sectors
        ),
    )


def _near_duplicates(report: Report) -> Table:
    found, total = report.near_duplicates, report.table_1.instructions
    if found is None:
        return Table((), ())
    return Table(
        ("threshold", "would be dropped", "share"),
        tuple(
            (f"{threshold:.1f}", f"{dropped:,}", _share(dropped, total))
            for threshold, dropped in zip(found.thresholds, found.dropped, strict=True)
        ),
    )


def _similar_pairs(report: Report) -> Table:
    examples = report.near_duplicates.examples if report.near_duplicates else ()
    return Table(
        ("ROUGE-L", "instruction", "earlier instruction"),
        tuple((f"{pair.rouge_l:.2f}", pair.instruction, pair.earlier) for pair in examples),
    )


def _labels(report: Report) -> Table:
    balance = report.class_balance
    if balance is None:
        return Table((), ())
    return Table(
        ("label", "instances", "share"),
        tuple((label, f"{count:,}", _share(count, balance.instances)) for label, count in balance.most_common),
    )


def _languages(report: Report) -> Table:
    found = report.languages
    if found is None:
        return Table((), ())
    return Table(
        (found.by, "instructions", "share"),
        tuple((name or "none", f"{count:,}", _share(count, found.identified)) for name, count in found.counts),
    )


def _table_2(report: Report) -> Table:
    if report.review is None:
        return Table((), ())
    rows = []
    for name in ("valid_task", "input_appropriate", "output_correct", "all_valid"):
        this, paper = getattr(report.review.quality, name), getattr(table_2.PAPER, name)
        rows.append((_QUESTIONS[name], f"{this.yes:,} of {this.rated:,}", _percent(this.share), _percent(paper.share)))
    return Table(("question", "yes", "this dataset", "paper"), tuple(rows))


def _overall(report: Report) -> Table:
    letters = report.review.overall if report.review else ()
    total = sum(count for _, count in letters)
    rows = tuple((letter, f"{count:,}", _share(count, total)) for letter, count in letters) if total else ()
    return Table(("overall rating", "answers", "share"), rows)


def _agreement(report: Report) -> Table:
    questions = report.review.agreement if report.review else ()
    rows = []
    for question in questions:
        if question.num_shared_items:
            alpha = question.alpha_ordinal or question.alpha_nominal
            # A mean over pairs has no interval, but the kappa of a single pair has one.
            kappa = question.pairs[0].kappa if len(question.pairs) == 1 else question.mean_kappa
            paper = f"κ {question.paper.kappa:.2f}" if question.paper else ""
            rows.append(
                (
                    _QUESTIONS.get(question.question, question.question),
                    f"{question.num_shared_items:,}",
                    _percent(question.percent.value),
                    _estimate(kappa),
                    _estimate(question.fleiss_kappa),
                    _estimate(alpha),
                    paper,
                )
            )
    columns = ("question", "rated by several", "same answer", "Cohen's κ", "Fleiss' κ", "Krippendorff's α", "paper")
    return Table(columns, tuple(rows))


def _usage(report: Report) -> Table:
    if report.usage is None or not report.usage.stages:
        return Table((), ())
    rows = [
        (
            _words(usage.stage),
            f"{usage.requests:,}",
            f"{usage.failed:,}",
            f"{usage.retries:,}",
            f"{usage.input_tokens:,}" if usage.input_tokens else "–",
            f"{usage.output_tokens:,}" if usage.output_tokens else "–",
            f"{usage.seconds:.1f}" if usage.seconds else "–",
        )
        for usage in (*report.usage.stages, report.usage.total)
    ]
    columns = ("stage", "requests", "failed", "retried", "tokens in", "tokens out", "mean seconds")
    return Table(columns, tuple(rows))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "–"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    interval = (
        f" ({estimate.lower:.2f} to {estimate.upper:.2f})"
        if estimate.lower is not None and estimate.upper is not None
        else ""
    )
    return f"{estimate.value:.2f}{interval}"
