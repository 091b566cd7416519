"""The tables of a report, as names of columns and rows of texts."""

from dataclasses import dataclass

from distilabel_selfinstruct import analysis
from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.ratings import table_2
from distilabel_selfinstruct.ratings.agreement import Estimate
from distilabel_selfinstruct.reporting.contents import Report


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under the names of their columns. The first column says what a row is about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(report: Report, texts: Texts) -> dict[str, Table]:
    """All tables with rows, by name, in the words of a language."""
    found = {
        "table_1": _table_1(report, texts),
        "verb_noun": _verb_noun(report, texts),
        "near_duplicates": _near_duplicates(report, texts),
        "similar_pairs": _similar_pairs(report, texts),
        "labels": _labels(report, texts),
        "languages": _languages(report, texts),
        "table_2": _table_2(report, texts),
        "overall": _overall(report, texts),
        "agreement": _agreement(report, texts),
        "rejections": Table(
            _columns(texts, "stage", "rule", "dropped"),
            tuple(
                (texts.name("report.stages", rule.stage), texts.name("report.rules", rule.reason), f"{rule.count:,}")
                for rule in report.rejections
            ),
        ),
        "usage": _usage(report, texts),
    }
    return {name: table for name, table in found.items() if table.rows}


def _table_1(report: Report, texts: Texts) -> Table:
    this, paper, unknown = report.table_1, analysis.PAPER, texts.say("report.values.unknown")
    classification, other = this.classification_instructions, this.non_classification_instructions
    rows = [
        ("instructions", f"{this.instructions:,}", f"{paper.instructions:,}"),
        (
            "classification",
            f"{classification:,}" if report.has_task_types else unknown,
            f"{paper.classification_instructions:,}",
        ),
        ("other", f"{other:,}" if report.has_task_types else unknown, f"{paper.non_classification_instructions:,}"),
        ("instances", f"{this.instances:,}", f"{paper.instances:,}"),
        ("empty_input", f"{this.instances_with_empty_input:,}", f"{paper.instances_with_empty_input:,}"),
        ("instruction_length", f"{this.instruction_length:.1f}", f"{paper.instruction_length:.1f}"),
        ("input_length", f"{this.input_length:.1f}", f"{paper.input_length:.1f}"),
        ("output_length", f"{this.output_length:.1f}", f"{paper.output_length:.1f}"),
    ]
    untyped = (("classification_failed", this.unclassified_instructions), ("not_asked", this.unasked_instructions))
    for name, count in untyped:
        if count:
            rows.insert(3, (name, f"{count:,}", "0"))
    return Table(
        _columns(texts, "statistic", "this_dataset", "paper"),
        tuple((texts.say(f"report.table_1.{name}"), *values) for name, *values in rows),
    )


def _verb_noun(report: Report, texts: Texts) -> Table:
    sectors = report.verb_nouns.sectors if report.verb_nouns else ()
    return Table(
        _columns(texts, "verb", "instructions", "nouns"),
        tuple(
            (sector.verb, f"{sector.count:,}", ", ".join(f"{noun} {count:,}" for noun, count in sector.nouns))
            for sector in sectors
        ),
    )


def _near_duplicates(report: Report, texts: Texts) -> Table:
    found, total = report.near_duplicates, report.table_1.instructions
    if found is None:
        return Table((), ())
    return Table(
        _columns(texts, "threshold", "would_be_dropped", "share"),
        tuple(
            (f"{threshold:.1f}", f"{dropped:,}", _share(dropped, total))
            for threshold, dropped in zip(found.thresholds, found.dropped, strict=True)
        ),
    )


def _similar_pairs(report: Report, texts: Texts) -> Table:
    examples = report.near_duplicates.examples if report.near_duplicates else ()
    return Table(
        ("ROUGE-L", *_columns(texts, "instruction", "earlier")),
        tuple((f"{pair.rouge_l:.2f}", pair.instruction, pair.earlier) for pair in examples),
    )


def _labels(report: Report, texts: Texts) -> Table:
    balance = report.class_balance
    if balance is None:
        return Table((), ())
    return Table(
        _columns(texts, "label", "instances", "share"),
        tuple((label, f"{count:,}", _share(count, balance.instances)) for label, count in balance.most_common),
    )


def _languages(report: Report, texts: Texts) -> Table:
    found = report.languages
    if found is None:
        return Table((), ())
    return Table(
        _columns(texts, found.by, "instructions", "share"),
        tuple(
            (name or texts.say("report.values.none"), f"{count:,}", _share(count, found.identified))
            for name, count in found.counts
        ),
    )


def _table_2(report: Report, texts: Texts) -> Table:
    if report.review is None:
        return Table((), ())
    rows = []
    for name in ("valid_task", "input_appropriate", "output_correct", "all_valid"):
        this, paper = getattr(report.review.quality, name), getattr(table_2.PAPER, name)
        yes = texts.say("report.values.part", part=f"{this.yes:,}", whole=f"{this.rated:,}")
        rows.append((texts.say(f"report.questions.{name}"), yes, _percent(this.share), _percent(paper.share)))
    return Table(_columns(texts, "question", "yes", "this_dataset", "paper"), tuple(rows))


def _overall(report: Report, texts: Texts) -> Table:
    letters = report.review.overall if report.review else ()
    total = sum(count for _, count in letters)
    rows = tuple((letter, f"{count:,}", _share(count, total)) for letter, count in letters) if total else ()
    return Table(_columns(texts, "overall", "answers", "share"), rows)


def _agreement(report: Report, texts: Texts) -> Table:
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
                    _question(question.question, texts),
                    f"{question.num_shared_items:,}",
                    _percent(question.percent.value),
                    _estimate(kappa, texts),
                    _estimate(question.fleiss_kappa, texts),
                    _estimate(alpha, texts),
                    paper,
                )
            )
    columns = ("question", "rated_by_several", "same_answer", "cohen", "fleiss", "krippendorff", "paper")
    return Table(_columns(texts, *columns), tuple(rows))


def _usage(report: Report, texts: Texts) -> Table:
    if report.usage is None or not report.usage.stages:
        return Table((), ())
    rows = [
        (
            texts.name("report.stages", usage.stage),
            f"{usage.requests:,}",
            f"{usage.failed:,}",
            f"{usage.retries:,}",
            f"{usage.input_tokens:,}" if usage.input_tokens else "–",
            f"{usage.output_tokens:,}" if usage.output_tokens else "–",
            f"{usage.seconds:.1f}" if usage.seconds else "–",
        )
        for usage in (*report.usage.stages, report.usage.total)
    ]
    columns = ("stage", "requests", "failed", "retried", "tokens_in", "tokens_out", "seconds")
    return Table(_columns(texts, *columns), tuple(rows))


def _columns(texts: Texts, *names: str) -> tuple[str, ...]:
    return tuple(texts.say(f"report.columns.{name}") for name in names)


def _question(name: str, texts: Texts) -> str:
    """The question in words; its name if it is one of the user's own."""
    key = f"report.questions.{name}"
    return texts.say(key) if key in texts else name


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "–"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _estimate(estimate: Estimate, texts: Texts) -> str:
    if estimate.value is None:
        return "–"
    value = f"{estimate.value:.2f}"
    if estimate.lower is None or estimate.upper is None:
        return value
    bounds = {"lower": f"{estimate.lower:.2f}", "upper": f"{estimate.upper:.2f}"}
    return texts.say("report.values.interval", value=value, **bounds)
