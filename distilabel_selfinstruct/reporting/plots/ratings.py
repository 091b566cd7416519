"""Figure 6 of the paper: the letters that people gave to the answers of each model."""

from collections.abc import Mapping

from distilabel_selfinstruct.reporting.plots import style

_COLORS = {"A": style.GREEN, "B": style.SKY, "C": style.ORANGE, "D": style.VERMILION}
_SMALLEST = 0.035
"""The share of a bar that has room for a number inside."""


def draw_ratings(counts: Mapping[str, Mapping[str, int]], format: style.PlotFormat = "svg") -> bytes:
    """A stacked bar for each model with the number of each letter, from A to D.

    Args:
        counts: for each model, the number of ratings by letter.
        format: of the file.
    """
    most = max(1, *(sum(by_letter.values()) for by_letter in counts.values()))
    with style.drawing(words=counts, format=format) as pen:
        figure = style.new_figure(7.2, 0.9 + 0.42 * len(counts))
        axes = figure.add_subplot()
        for number, by_letter in enumerate(counts.values()):
            left = 0
            for letter, color in _COLORS.items():
                count = by_letter[letter]
                axes.barh(
                    number, count, left=left, height=0.72, facecolor=color, edgecolor="white", lw=0.8,
                    label=None if number else letter,
                )  # fmt: skip
                if count >= _SMALLEST * most:
                    axes.text(
                        left + count / 2, number, f"{count:,}", ha="center", va="center", fontsize=9,
                        color=style.ink_on(color), gid=f"count-{number}-{letter}",
                    )  # fmt: skip
                left += count
        axes.set_yticks(
            range(len(counts)), [pen.drawable(model, f"{number}") for number, model in enumerate(counts, 1)]
        )
        axes.margins(y=0.02)
        axes.invert_yaxis()
        axes.set_xlim(0, most)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_major_locator(style.whole_numbers())
        axes.set_xlabel("ratings")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=len(_COLORS), frameon=False, fontsize=9)
        return style.encode(figure, format)
