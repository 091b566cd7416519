"""Tables of what a run made, dropped and asked."""

from collections import Counter
from collections.abc import Callable, Iterable

from distilabel_selfinstruct.analysis import PAPER, Statistics
from distilabel_selfinstruct.cli.tables import PlainTable
from distilabel_selfinstruct.records import RecordedRejection
from distilabel_selfinstruct.running.progress import Progress, StageProgress


def statistics_table(statistics: Statistics) -> PlainTable:
    """Table 1 of the paper for a run, beside the paper's own figures."""
    table = PlainTable(title="The dataset (Table 1 of the paper)", title_justify="left")
    table.add_column("statistic")
    table.add_column("this run", justify="right")
    table.add_column("paper", justify="right", style="dim")
    for name, this, paper in (
        ("instructions", statistics.instructions, PAPER.instructions),
        ("  classification", statistics.classification_instructions, PAPER.classification_instructions),
        (
            "  non-classification",
            statistics.non_classification_instructions,
            PAPER.non_classification_instructions,
        ),
        ("  not asked", statistics.unasked_instructions, PAPER.unasked_instructions),
        ("  classification failed", statistics.unclassified_instructions, PAPER.unclassified_instructions),
        ("instances", statistics.instances, PAPER.instances),
        ("  with empty input", statistics.instances_with_empty_input, PAPER.instances_with_empty_input),
        ("mean instruction length (words)", statistics.instruction_length, PAPER.instruction_length),
        ("mean non-empty input length (words)", statistics.input_length, PAPER.input_length),
        ("mean output length (words)", statistics.output_length, PAPER.output_length),
    ):
        if this or paper:
            table.add_row(name, _number(this), _number(paper))
    return table


def rejections_table(rejections: Iterable[RecordedRejection]) -> PlainTable:
    """How much was dropped, by stage and rule."""
    table = PlainTable(title="Dropped, by rule", title_justify="left")
    table.add_column("stage")
    table.add_column("reason")
    table.add_column("count", justify="right")
    counts: dict[str, Counter[str]] = {}
    for rejection in rejections:
        counts.setdefault(rejection.stage, Counter())[rejection.reason.value] += 1
    for stage, reasons in counts.items():
        ranked = sorted(((count, reason) for reason, count in reasons.items()), reverse=True)
        for number, (count, reason) in enumerate(ranked, 1):
            table.add_row(stage if number == 1 else "", reason, str(count), end_section=number == len(ranked))
    if not counts:
        table.add_row("", "nothing", "0")
    return table


def stages_table(progress: Progress) -> PlainTable:
    """What each stage did, in numbers; columns without any are left out."""
    columns: dict[str, Callable[[StageProgress], int]] = {
        "done": lambda stage: stage.finished,
        "requests": lambda stage: stage.requests,
        "failed": lambda stage: stage.failed,
        "retried": lambda stage: stage.retries,
        "tokens in": lambda stage: stage.input_tokens,
        "cached": lambda stage: stage.cached_tokens,
        "tokens out": lambda stage: stage.output_tokens,
        "thoughts": lambda stage: stage.reasoning_tokens,
    }
    shown = {name: count for name, count in columns.items() if any(map(count, progress.stages.values()))}
    table = PlainTable(title="By stage", title_justify="left")
    table.add_column("stage", no_wrap=True)
    for name in shown:
        table.add_column(name, justify="right")
    for stage, counts in progress.stages.items():
        numbers = (
            f"{count(counts):,}" if stage.asks_a_model or name == "done" else "" for name, count in shown.items()
        )
        table.add_row(stage.value, *numbers)
    return table


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
