"""The page of `make reproduce`: what was and was not learnt, beside the paper's figures."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.evaluation import Cut, Evaluation, FileScores
from distilabel_selfinstruct.evaluation.resampling import Interval
from distilabel_selfinstruct.files import atomic
from distilabel_selfinstruct.reporting.plots import style

TABLE_3 = {"GPT3 (base)": 6.8, "GPT3 + T0 training": 37.9, "GPT3 Self-Inst": 39.9, "InstructGPT001": 40.8}
"""ROUGE-L on the 119 test tasks of SuperNI (paper, Table 3)."""

FIGURE_7 = {"175 (seeds)": 31.0, "all": 44.4, "all, outputs of InstructGPT003": 54.4}
"""Share of answers to the 252 tasks that people rated A, by generated instructions (paper, Figure 7)."""

TITLES = {
    "superni": "Tasks of Super-NaturalInstructions (as in Table 3)",
    "user": "User-oriented tasks (from the paper's 252)",
    "held-out": "Seed tasks that were held out from training, though not from the prompts that made the data (no file "
    "of SuperNI or of the 252 was given)",
}
COPY = "copy-input"

CSS = """
body { font: 16px/1.45 system-ui, sans-serif; color: #222; max-width: 60em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse; margin: .8em 0 } caption { text-align: left; font-weight: 600; padding: .3em 0 }
th, td { padding: .25em .9em .25em 0; text-align: right; vertical-align: top; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left } small { color: #666; display: block }
.beside { display: flex; gap: 3em; flex-wrap: wrap } img { max-width: 100% }
:is(td, th).text { text-align: left; white-space: pre-wrap; overflow-wrap: anywhere; width: 25% }
"""


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The scores of a set of tasks: the first file is the base model, the second the tuned one, then copy-input.

    `by_cut` has the scores by where answers are cut; None is as they are. `examples` are prompts with their reference
    and the two answers.
    """

    name: str
    by_cut: Mapping[Cut | None, Evaluation]
    examples: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def title(self) -> str:
        """What the set is."""
        return TITLES.get(self.name, self.name)

    def scores(self, cut: Cut | None) -> tuple[FileScores, FileScores, FileScores]:
        """The scores of base, tuned and copy-input."""
        base, tuned, copied = self.by_cut[cut].files
        return base, tuned, copied


@dataclass(frozen=True, slots=True)
class Proof:
    """All that the page shows: the settings, what each part took, `finetune.json`, and the scores."""

    settings: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Any]]
    trained: Mapping[str, Any]
    sets: tuple[AnswerSet, ...]


def findings(answers: AnswerSet) -> Iterator[str]:
    """What the figures of a set show and what they do not, in sentences."""
    base, tuned, copied = answers.scores(None)
    before, after = (scores.answers.ended if scores.answers else None for scores in (base, tuned))
    if before is not None and after is not None:
        learnt = "Stopping was learnt" if after - before >= 20 else "Stopping was not learnt"  # noqa: PLR2004
        if before >= 80:  # noqa: PLR2004
            learnt = "The base model stopped by itself already"
        yield f"{learnt}: {before:.0f}% of the answers ended by themselves before training, {after:.0f}% after."
    yield f"ROUGE-L of the answers as they are: {_verdict(tuned.differences['rougeL'])}"
    for cut in answers.by_cut:
        if cut is not None:
            difference = answers.scores(cut)[1].differences["rougeL"]
            yield f"ROUGE-L of the {_cut_name(cut)}, where stopping hardly counts: {_verdict(difference)}"
    copied_score = copied.metrics.overall.rouge_l
    if copied_score >= max(scores.metrics.overall.rouge_l for scores in (base, tuned)):
        yield f"Copying the input, without any model, scores {copied_score:.1f}: neither model's answers as is beat it."


def _verdict(difference: Interval) -> str:
    """A difference in words, with what its interval allows to say."""
    if difference.low > 0:
        shown = "better than the base model"
    elif difference.high < 0:
        shown = "worse than the base model"
    else:
        shown = "no difference is shown, since the interval holds 0"
    return f"{difference.value:+.1f} ({difference.low:+.1f} to {difference.high:+.1f}), {shown}."


def _cut_name(cut: Cut | None) -> str:
    return "as is" if cut is None else cut.value.replace("-", " ")


def write_page(path: Path, proof: Proof) -> None:
    """Write the page: one file that loads nothing."""
    name = escape(Path(proof.settings["model"]).name)
    table_3 = _table(
        "Table 3: ROUGE-L on SuperNI, 11,900 rows",
        ("model", "ROUGE-L"),
        ((name, f"{score:.1f}") for name, score in TABLE_3.items()),
    )
    figure_7 = _table(
        "Figure 7: rated A by people, 252 tasks",
        ("instructions", "A"),
        ((name, f"{share:.1f}%") for name, share in FIGURE_7.items()),
    )
    sections = "".join(_section(answers) for answers in proof.sets)
    atomic.write(
        path,
        f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Self-Instruct, reproduced small</title>
<style>{CSS}</style>
<h1>Self-Instruct at a small size: {name}, before and after</h1>
<p>{_setup(proof)}</p>
{sections}
<h2>The paper's figures</h2>
<div class="beside">
{table_3}
{figure_7}
</div>
<p>{_caveat(proof)}</p>
<h2>What it took</h2>
{_table("", ("part", "seconds", "seconds of processors", "peak memory, MB"), _costs(proof.parts))}
</html>
""",
    )


def _setup(proof: Proof) -> str:
    trained, settings = proof.trained["settings"], proof.settings
    source = "the model itself" if settings["data"] == "self" else "the packaged recording of a run"
    return escape(
        f"The data are the seed tasks and what {source} made of them. The model is tuned on "
        f"{proof.trained['num_rows']:,} rows ({proof.trained['num_trained_tokens']:,} trained tokens in all) by "
        f"{trained['method']}, {trained['num_epochs']:g} epochs, learning rate {trained['learning_rate']:g}, "
        f"{proof.trained['device']}; {proof.trained['num_unfit_rows']:,} rows did not fit into the model. Tasks with "
        "long prompts are left out, to save time. Answers are greedy, without stop sequences, of at most "
        f"{settings['max_tokens']} tokens. Intervals hold 95% of 10,000 resamples of the tasks; one seed, one training."
    )


def _caveat(proof: Proof) -> str:
    return escape(
        "Do not read these figures as the same measurement. The paper's base model runs on for up to 1,024 tokens, and "
        f"ROUGE-L of a model that never stops falls with that limit; here it is {proof.settings['max_tokens']}. The "
        "paper tuned a model of 175 billion parameters on 82 thousand instances. Figure 7 counts what people rated, "
        "which no figure on this page does: selfinstruct review compare push lets people rate these answers."
    )


def _section(answers: AnswerSet) -> str:
    said = "".join(f"<li>{escape(text)}</li>" for text in findings(answers))
    count = answers.by_cut[None].num_tasks
    examples = _table(
        "Examples, not chosen by their scores",
        ("task", "reference", "base", "tuned"),
        answers.examples,
        text=True,
    )
    picture = base64.b64encode(draw(answers)).decode("ascii")
    return (
        f"<h2>{escape(answers.title)}: {count:,} rows</h2><ul>{said}</ul>"
        f'<img alt="ROUGE-L with intervals" src="data:image/svg+xml;base64,{picture}">'
        f"{_scores_table(answers)}{examples if answers.examples else ''}"
    )


def _scores_table(answers: AnswerSet) -> str:
    headings = ["answers", "end by themselves", "mean tokens", "empty"]
    headings += [f"ROUGE-L, {_cut_name(cut)}" for cut in answers.by_cut]
    rows = []
    for index, label in enumerate(("base", "tuned", COPY)):
        known = answers.scores(None)[index].answers
        ended = "" if known is None or known.ended is None else f"{known.ended:.0f}%"
        tokens = "" if known is None or known.mean_tokens is None else f"{known.mean_tokens:.0f}"
        cells = [label, ended, tokens, "" if known is None else f"{known.num_empty}"]
        for cut in answers.by_cut:
            if label == COPY and cut is not None:
                cells.append("")  # only answers of models are cut
                continue
            interval = answers.scores(cut)[index].intervals["rougeL"]
            cells.append(f"{interval.value:.1f}\n{interval.low:.1f} to {interval.high:.1f}")
        rows.append(cells)
    return _table("", headings, rows)


def draw(answers: AnswerSet) -> bytes:
    """ROUGE-L of base, tuned and copy-input with intervals, as is and cut, as an SVG file."""
    with style.drawing():
        figure = style.new_figure(7.2, 0.75 + 0.3 * (2 * len(answers.by_cut) + 1))
        axes = figure.add_subplot()
        lines: list[tuple[str, str, str, Interval]] = []
        for cut in answers.by_cut:
            base, tuned, _ = answers.scores(cut)
            lines += [
                (f"{name}, {_cut_name(cut)}", color, marker, scores.intervals["rougeL"])
                for name, color, marker, scores in (
                    ("base", style.GRAY, "o", base),
                    ("tuned", style.BLUE, "s", tuned),
                )
            ]
        lines.append((COPY, style.ORANGE, "D", answers.scores(None)[2].intervals["rougeL"]))
        for number, (_, color, marker, interval) in enumerate(lines):
            axes.plot([interval.low, interval.high], [number, number], color=color, lw=2)
            axes.plot([interval.value], [number], color=color, marker=marker, ms=7)
            axes.annotate(f"{interval.value:.1f}", (interval.high, number), xytext=(6, 0), va="center", fontsize=8.5,
                          textcoords="offset points")  # fmt: skip
        axes.set_yticks(range(len(lines)), [name for name, *_ in lines])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.margins(x=0.1)
        axes.grid(axis="x")
        axes.set_xlabel("ROUGE-L, with 95% intervals")
        return style.encode(figure, "svg")


def _costs(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    def line(name: str, seconds: float, of_processors: float, peak: int) -> tuple[str, str, str, str]:
        return name, f"{seconds:,.0f}", f"{of_processors:,.0f}", f"{peak:,}"

    for name, part in parts.items():
        yield line(name, part["seconds"], part["cpu_seconds"], part["peak_mb"])
    wall, used = (sum(part[name] for part in parts.values()) for name in ("seconds", "cpu_seconds"))
    yield line("all", wall, used, max(part["peak_mb"] for part in parts.values()))


def _table(caption: str, headings: Iterable[str], rows: Iterable[Iterable[str]], *, text: bool = False) -> str:
    start = '<td class="text">' if text else "<td>"
    head = "".join(start.replace("td", "th") + f"{escape(name)}</th>" for name in headings)
    body = "".join(f"<tr>{''.join(start + _cell(cell, text=text) + '</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<caption>{escape(caption)}</caption>' if caption else ''}<tr>{head}</tr>{body}</table>"


def _cell(value: str, *, text: bool) -> str:
    if text:
        return escape(value)
    first, _, rest = value.partition("\n")
    return escape(first) + (f"<small>{escape(rest)}</small>" if rest else "")
