"""Figure 3 of the paper: the most common verbs, each with its most common nouns around it."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from distilabel_selfinstruct.analysis.verb_noun import VerbNouns
from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.reporting.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INNER, MIDDLE, OUTER, EDGE = 0.36, 0.92, 1.24, 1.78
"""Radii of the hole, the ring of verbs, the ring of nouns (their names are outside) and the edge of the picture."""

ROOM_FOR_A_NUMBER = 0.07

MIN_DEGREES_VERB = 5.0
MIN_DEGREES_NOUN = 2.6
"""Narrower sectors have no room for a name. The table in the report has all names."""

Arc = tuple[float, float, str]
"""The start and the end in degrees, clockwise from the top, and the color."""


def draw_sunburst(verb_nouns: VerbNouns, format: style.PlotFormat = "svg", texts: Texts | None = None) -> bytes:
    """Draw the two rings. The width of a sector is the share of its instructions among those in the figure."""
    with style.drawing(texts, words_of(verb_nouns), format) as pen:
        covered = pen.texts.say("report.axes.covered", share=f"{verb_nouns.share_covered:.0%}")
        figure = style.new_figure(7.6, 7.6)
        axes = figure.add_subplot()
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.set_xlim(-EDGE, EDGE)
        axes.set_ylim(-EDGE, EDGE)
        start = 0.0
        for number, sector in enumerate(verb_nouns.sectors):
            color = style.PALETTE[number % len(style.PALETTE)]
            width = sum(count for _, count in sector.nouns) * 360 / verb_nouns.covered
            _ring(axes, (start, start + width, color), INNER, MIDDLE)
            if width >= MIN_DEGREES_VERB:
                _name(
                    axes,
                    pen.drawable(sector.verb, _number(number)),
                    start + width / 2,
                    (INNER + MIDDLE) / 2,
                    inside=style.ink_on(color),
                )
            _draw_nouns(
                axes,
                [
                    (pen.drawable(noun, _number(number, place)), count)
                    for place, (noun, count) in enumerate(sector.nouns)
                ],
                start,
                360 / verb_nouns.covered,
                color,
            )
            start += width
        axes.text(0, 0, covered, ha="center", va="center", fontsize=12)
        return style.encode(figure, format)


def words_of(verb_nouns: VerbNouns) -> list[str]:
    """The verbs and nouns in the figure."""
    return [word for sector in verb_nouns.sectors for word in (sector.verb, *(noun for noun, _ in sector.nouns))]


def numbered_words(verb_nouns: VerbNouns, texts: Texts) -> list[tuple[str, str]]:
    """What the numbers in a PNG file stand for: the numbers and words whose letters no font here can draw."""
    undrawn = style.undrawn_words(words_of(verb_nouns), texts)
    entries = []
    for number, sector in enumerate(verb_nouns.sectors):
        nouns = [(_number(number, place), noun) for place, (noun, _) in enumerate(sector.nouns)]
        entries += [(_number(number), sector.verb), *nouns]
    return [(number, word) for number, word in entries if word in undrawn]


def _number(verb: int, noun: int | None = None) -> str:
    """The number of a verb, as in "3", or of one of its nouns, as in "3.1"."""
    return f"{verb + 1}" if noun is None else f"{verb + 1}.{noun + 1}"


def _draw_nouns(axes: "Axes", nouns: Sequence[tuple[str, int]], start: float, degrees_each: float, color: str) -> None:
    for number, (noun, count) in enumerate(nouns):
        width = count * degrees_each
        _ring(axes, (start, start + width, style.tinted(color, 0.35 + 0.15 * number)), MIDDLE, OUTER)
        if width >= MIN_DEGREES_NOUN:
            _name(axes, noun, start + width / 2, OUTER + 0.03)
        start += width


def _ring(axes: "Axes", arc: Arc, inner: float, outer: float) -> None:
    from matplotlib.patches import Wedge

    start, end, color = arc
    axes.add_patch(
        Wedge((0, 0), outer, 90 - end, 90 - start, width=outer - inner, facecolor=color, edgecolor="white", lw=0.7)
    )


def _name(axes: "Axes", word: str, angle: float, radius: float, inside: str = "") -> None:
    """Write a word along the radius, never upside down. `inside` is the color of a word that is centered there.

    A number stands upright: a 6 along the radius could be a 9.
    """
    flipped, is_number = angle > 180, word.replace(".", "").isdecimal()  # noqa: PLR2004 - half a turn
    if is_number and not inside:
        radius += ROOM_FOR_A_NUMBER
    axes.text(
        radius * math.sin(math.radians(angle)),
        radius * math.cos(math.radians(angle)),
        word,
        rotation=0 if is_number else (270 if flipped else 90) - angle,
        rotation_mode="anchor",
        ha="center" if inside or is_number else "right" if flipped else "left",
        va="center",
        color=inside or style.INK,
        fontsize=9 if inside else 8,
    )
