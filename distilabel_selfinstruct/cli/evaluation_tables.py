"""The tables of `selfinstruct evaluate`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from distilabel_selfinstruct.cli.screen import cell
from distilabel_selfinstruct.cli.tables import PlainTable
from distilabel_selfinstruct.evaluation import Evaluation, Metrics
from distilabel_selfinstruct.evaluation.resampling import Interval

_Lines = list[tuple[str, list[str]]]


def score_tables(result: Evaluation) -> Iterator[PlainTable]:
    """The means of all answers, how answers end, differences, and the means by category and task; no empty table."""
    yield _table("answers", *_means(result))
    for title, headings, lines in (_answers(result), _differences(result)):
        if lines:
            yield _table("answers", title, headings, lines)
    for title, rows in (("By category", _by_category(result)), ("By task", _by_task(result))):
        if rows:
            lines = [
                (name, [figures.get(index, "") for index in range(len(result.files))]) for name, figures in rows.items()
            ]
            heading = f"{title}, in the measure that the category reports"
            yield _table(title.removeprefix("By "), heading, result.labels, lines)


def _table(first: str, title: str, headings: Sequence[str], lines: _Lines) -> PlainTable:
    table = PlainTable(title=title, title_justify="left")
    table.add_column(first, overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")
    for name, figures in lines:
        table.add_row(cell(name), *figures)
    return table


def _means(result: Evaluation) -> tuple[str, list[str], _Lines]:
    lines: _Lines = []
    for label, scores in zip(result.labels, result.files, strict=True):
        means = scores.metrics.overall
        rouge_l, *others = (f"{mean:.2f}" for mean in (means.rouge_l, means.rouge1, means.exact_match))
        count, bounds = f"{scores.metrics.num_tasks:,}", _bounds(scores.intervals["rougeL"])
        lines.append((label, [count, rouge_l, bounds, *others]))
    headings = ["tasks", "ROUGE-L", "95%", "ROUGE-1", "exact match"]
    return f"Against {result.num_tasks:,} tasks with references", headings, lines


def _answers(result: Evaluation) -> tuple[str, list[str], _Lines]:
    lines: _Lines = []
    for label, scores in zip(result.labels, result.files, strict=True):
        if (known := scores.answers) is not None:
            ended = "not known" if known.ended is None else f"{known.ended:.1f}%"
            tokens = "not known" if known.mean_tokens is None else f"{known.mean_tokens:,.1f}"
            lines.append((label, [ended, tokens, f"{known.mean_words:,.1f}", f"{known.num_empty:,}"]))
    return "How the answers end", ["ended by themselves", "mean tokens", "mean words", "empty"], lines


def _differences(result: Evaluation) -> tuple[str, list[str], _Lines]:
    lines: _Lines = []
    for label, scores in zip(result.labels, result.files, strict=True):
        if scores.differences:
            parts = [scores.differences[name] for name in ("rougeL", "exact_match")]
            cells = [text for one in parts for text in (f"{one.value:+.2f}", _bounds(one, "+.2f"))]
            lines.append((label, cells))
    return f"Differences from {result.labels[0]}, over the same tasks", ["ROUGE-L", "95%", "exact match", "95%"], lines


def _bounds(interval: Interval, form: str = ".2f") -> str:
    return f"{interval.low:{form}} to {interval.high:{form}}"


def _by_category(result: Evaluation) -> dict[str, dict[int, str]]:
    return _rows(
        {
            f"{category} ({'ROUGE-L' if measure == 'rougeL' else 'exact match'})": value
            for category, (measure, value) in metrics.reported_per_category.items()
        }
        for metrics in _metrics(result)
    )


def _by_task(result: Evaluation) -> dict[str, dict[int, str]]:
    return _rows(metrics.reported_per_task for metrics in _metrics(result))


def _metrics(result: Evaluation) -> Iterator[Metrics]:
    return (scores.metrics for scores in result.files)


def _rows(columns: Iterable[Mapping[str, float]]) -> dict[str, dict[int, str]]:
    """The cells by row and by column number."""
    rows: dict[str, dict[int, str]] = {}
    for index, column in enumerate(columns):
        for name, value in column.items():
            rows.setdefault(name, {})[index] = f"{value:.2f}"
    return rows
