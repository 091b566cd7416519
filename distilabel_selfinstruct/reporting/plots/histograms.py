"""Figures 4 and 5 of the paper: similarity with the seeds, and lengths."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from distilabel_selfinstruct.analysis import Histogram
from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.reporting.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_seed_similarity(histogram: Histogram, format: style.PlotFormat = "svg", texts: Texts | None = None) -> bytes:
    """The number of instructions by their highest ROUGE-L with a seed instruction."""
    with style.drawing(texts) as pen:
        figure = style.new_figure(7.2, 3.2)
        axes = figure.add_subplot()
        _bars(axes, histogram, style.BLUE)
        axes.set_xlim(0, 1)
        axes.set_xlabel(pen.texts.say("report.axes.seed_similarity"))
        axes.set_ylabel(pen.texts.say("report.axes.instructions"))
        _mark_mean(axes, histogram, pen.texts.say("report.axes.mean", mean=f"{histogram.mean:.2f}"))
        return style.encode(figure, format)


def draw_lengths(
    histograms: Mapping[str, Histogram], format: style.PlotFormat = "svg", texts: Texts | None = None
) -> bytes:
    """A panel for each kind of text, with the number of texts by length in words. Empty histograms are left out.

    Args:
        histograms: those of `instruction`, `input` or `output`.
        format: of the file.
        texts: what the axes say. The default is English.
    """
    shown = {name: histogram for name, histogram in histograms.items() if histogram.total}
    with style.drawing(texts) as pen:
        figure = style.new_figure(7.2, 2.4 * len(shown))
        panels = figure.subplots(len(shown), squeeze=False)[:, 0]
        for axes, (name, histogram), color in zip(panels, shown.items(), style.PALETTE, strict=False):
            _bars(axes, histogram, color)
            _mark_beyond(axes, histogram, color, pen.texts)
            axes.xaxis.set_major_locator(style.whole_numbers())
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.set_title(pen.texts.say(f"report.axes.{name}_lengths"), loc="left", fontsize=10.5, fontweight="bold")
            axes.set_ylabel(pen.texts.say(f"report.axes.{name}s"))
            _mark_mean(axes, histogram, pen.texts.say("report.axes.mean", mean=f"{histogram.mean:.1f}"))
        panels[-1].set_xlabel(pen.texts.say("report.axes.words"))
        return style.encode(figure, format)


def _bars(axes: "Axes", histogram: Histogram, color: str) -> None:
    width = histogram.edges[1] - histogram.edges[0]
    axes.bar(histogram.edges[:-1], histogram.counts, width=width, align="edge", color=color, edgecolor="white", lw=0.6)
    axes.set_xlim(0, histogram.edges[-1])
    axes.set_ylim(0, 1.15 * max(*histogram.counts, histogram.beyond, 1))  # room for the words above the bars
    axes.yaxis.set_major_locator(style.whole_numbers())
    axes.yaxis.set_major_formatter("{x:,.0f}")
    style.horizontal_grid(axes)


def _mark_beyond(axes: "Axes", histogram: Histogram, color: str, texts: Texts) -> None:
    """Draw a hatched bar for texts that are longer than the axis."""
    if not histogram.beyond:
        return
    width = histogram.edges[1] - histogram.edges[0]
    start = histogram.edges[-1] + width
    axes.bar(start, histogram.beyond, width=width, align="edge", fc="white", ec=color, hatch="////", lw=0.8)
    axes.set_xlim(0, start + 1.5 * width)
    axes.annotate(
        texts.say("report.axes.longer", count=f"{histogram.beyond:,}"),
        (start + width / 2, histogram.beyond),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        fontsize=8.5,
    )


def _mark_mean(axes: "Axes", histogram: Histogram, text: str) -> None:
    axes.axvline(histogram.mean, color=style.INK, ls="--", lw=1.2)
    axes.annotate(
        text,
        (histogram.mean, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(5, -2),
        textcoords="offset points",
        va="top",
        fontsize=9,
    )
