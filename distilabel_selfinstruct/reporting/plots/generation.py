"""How a run went: what each rule dropped, and the share of admitted candidates over time."""

from collections.abc import Sequence

from distilabel_selfinstruct.analysis import Period, RuleCount
from distilabel_selfinstruct.languages import Texts, texts_of
from distilabel_selfinstruct.reporting.plots import style

_HATCHES = ("", "///", "...", "xx", "\\\\\\", "++")
"""Hatches show the stages in print and to people who cannot see the colors."""


def draw_rejections(rules: Sequence[RuleCount], format: style.PlotFormat = "svg", texts: Texts | None = None) -> bytes:
    """A bar for each rule, by stage."""
    stages = list(dict.fromkeys(rule.stage for rule in rules))
    most = max(rule.count for rule in rules)
    with style.drawing(texts, names_in(rules, texts or texts_of("en")), format) as pen:
        figure = style.new_figure(7.2, 0.9 + 0.27 * len(rules) + 0.2 * len(stages))
        axes = figure.add_subplot()
        named: set[str] = set()
        for number, rule in enumerate(rules):
            stage = stages.index(rule.stage)
            color = style.PALETTE[stage % len(style.PALETTE)]
            axes.barh(
                number + 0.4 * stage,
                rule.count,
                height=0.8,
                facecolor=style.tinted(color, 0.25),
                edgecolor=style.INK,
                lw=0.5,
                hatch=_HATCHES[stage % len(_HATCHES)],
                label=None
                if rule.stage in named
                else pen.drawable(pen.texts.name("report.stages", rule.stage), f"{stage + 1}"),
            )
            named.add(rule.stage)
            axes.text(rule.count + most * 0.01, number + 0.4 * stage, f"{rule.count:,}", va="center", fontsize=8.5)
        axes.set_yticks(
            [number + 0.4 * stages.index(rule.stage) for number, rule in enumerate(rules)],
            [
                pen.drawable(pen.texts.name("report.rules", rule.reason), f"{number}")
                for number, rule in enumerate(rules, 1)
            ],
        )
        axes.margins(y=0.01)
        axes.invert_yaxis()
        axes.set_xlim(0, most * 1.1)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_major_locator(style.whole_numbers())
        axes.set_xlabel(pen.texts.say("report.axes.dropped"))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=len(stages), frameon=False, fontsize=9)
        return style.encode(figure, format)


def names_in(rules: Sequence[RuleCount], texts: Texts) -> list[str]:
    """The names of the rules and their stages in the figure."""
    stages = [texts.name("report.stages", rule.stage) for rule in rules]
    return stages + [texts.name("report.rules", rule.reason) for rule in rules]


def draw_acceptance(periods: Sequence[Period], format: style.PlotFormat = "svg", texts: Texts | None = None) -> bytes:
    """The share of admitted candidates, a point for each period of requests."""
    known = [(period, share) for period in periods if (share := period.acceptance) is not None]
    with style.drawing(texts) as pen:
        figure = style.new_figure(7.2, 2.8)
        axes = figure.add_subplot()
        axes.plot(
            [(period.first_request + period.last_request) / 2 + 1 for period, _ in known],
            [100 * share for _, share in known],
            color=style.BLUE,
            marker="o",
            ms=4,
            clip_on=False,
        )
        axes.set_ylim(0, 105)
        axes.set_xlim(left=0)
        axes.yaxis.set_major_formatter("{x:.0f}%")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_major_locator(style.whole_numbers())
        axes.set_xlabel(pen.texts.say("report.axes.requests"))
        axes.set_ylabel(pen.texts.say("report.axes.admitted"))
        style.horizontal_grid(axes)
        return style.encode(figure, format)
