"""Figure 3 of the paper: the most common verbs, and around each its most common nouns."""

import math
from typing import TYPE_CHECKING

from distilabel_selfinstruct.analysis.verb_noun import VerbNouns
from distilabel_selfinstruct.report.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INNER, MIDDLE, OUTER, EDGE = 0.36, 0.92, 1.24, 1.78
"""Radii: the hole, the ring of verbs, the ring of nouns, whose names stand outside, the edge of the picture."""

NARROWEST_VERB = 5.0
NARROWEST_NOUN = 2.6
"""Degrees below which there is no room for a name. The report's table has them all."""

Arc = tuple[float, float, str]
"""From and to in degrees, clockwise from the top, and the color."""


def draw_sunburst(verb_nouns: VerbNouns, format: style.Format = "svg") -> bytes:
    """The two rings. A sector is as wide as the share of its instructions among those of the figure."""
    with style.drawing():
        figure = style.new_figure(7.6, 7.6)
        axes = figure.add_subplot()
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.set_xlim(-EDGE, EDGE)
        axes.set_ylim(-EDGE, EDGE)
        start = 0.0
        for place, sector in enumerate(verb_nouns.sectors):
            color = style.PALETTE[place % len(style.PALETTE)]
            width = sum(count for _, count in sector.nouns) * 360 / verb_nouns.covered
            _ring(axes, (start, start + width, color), INNER, MIDDLE)
            if width >= NARROWEST_VERB:
                _name(axes, sector.verb, start + width / 2, (INNER + MIDDLE) / 2, inside=style.ink_on(color))
            _draw_nouns(axes, sector.nouns, start, 360 / verb_nouns.covered, color)
            start += width
        axes.text(0, 0, f"{verb_nouns.share_covered:.0%}\nof all", ha="center", va="center", fontsize=12)
        return style.encode(figure, format)


def _draw_nouns(
    axes: "Axes", nouns: tuple[tuple[str, int], ...], start: float, degrees_each: float, color: str
) -> None:
    for place, (noun, count) in enumerate(nouns):
        width = count * degrees_each
        _ring(axes, (start, start + width, style.tinted(color, 0.35 + 0.15 * place)), MIDDLE, OUTER)
        if width >= NARROWEST_NOUN:
            _name(axes, noun, start + width / 2, OUTER + 0.03)
        start += width


def _ring(axes: "Axes", arc: Arc, inner: float, outer: float) -> None:
    from matplotlib.patches import Wedge

    start, end, color = arc
    axes.add_patch(
        Wedge((0, 0), outer, 90 - end, 90 - start, width=outer - inner, facecolor=color, edgecolor="white", lw=0.7)
    )


def _name(axes: "Axes", word: str, angle: float, radius: float, inside: str = "") -> None:
    """A word along the radius, readable from the right on the left half. `inside`: centered there, in this color."""
    flipped = angle > 180  # noqa: PLR2004 - half a turn
    axes.text(
        radius * math.sin(math.radians(angle)),
        radius * math.cos(math.radians(angle)),
        style.drawable(word),
        rotation=(270 if flipped else 90) - angle,
        rotation_mode="anchor",
        ha="center" if inside else "right" if flipped else "left",
        va="center",
        color=inside or style.INK,
        fontsize=9 if inside else 8,
    )
