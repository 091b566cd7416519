"""What all figures share: colors, fonts, and how they become files.

The colors are those of Okabe and Ito, which people with any form of color blindness can tell apart. No figure relies
on color alone. The font comes with matplotlib and letters become outlines in SVG, so a figure looks the same
everywhere. Equal data give equal bytes, on one machine at least: letters that this font lacks are drawn with one that
is installed (see `fonts`).
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError
from distilabel_selfinstruct.languages import Texts, texts_of
from distilabel_selfinstruct.reporting.plots.fonts import FONT, font_with, fonts_for, undrawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, GRAY = "#56B4E9", "#CC79A7", "#F0E442", "#999999"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, GRAY)
INK = "#222222"
LIGHT = "#E3E3E3"

PIXELS_PER_INCH = 150

PlotFormat = Literal["svg", "png"]

AXES = "report.axes"

_BRIGHT = 140  # of 255, weighted as the eye sees the three colors

_SETTINGS: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": [FONT],
    "font.size": 10.0,
    "grid.color": LIGHT,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "distilabel-selfinstruct",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True, slots=True)
class Pen:
    """How the texts of a figure are written.

    Attributes:
        texts: what the axes say: English if a letter of the language can neither be drawn nor stay text.
        fonts: the names of the fonts, the first choice first.
        as_text: whether words stay text, which whoever shows the figure draws with its own fonts.
    """

    texts: Texts
    fonts: tuple[str, ...]
    as_text: bool = False

    def drawable(self, word: str, stand_in: str) -> str:
        """A word, or what stands for it where a letter cannot be drawn: matplotlib would draw a box, and warn."""
        return stand_in if not self.as_text and undrawn(word, self.fonts) else word


@contextmanager
def drawing(texts: Texts | None = None, words: Iterable[str] = (), format: PlotFormat = "png") -> Iterator[Pen]:
    """Draw figures in our style, whatever the settings of the user are.

    Args:
        texts: what the axes say. The default is English.
        words: words of the data that the figure shows.
        format: of the file. In an SVG file, what no font here can draw stays text.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingExtraError("Plots", "analysis") from error
    texts = texts or texts_of("en")
    said, held = "".join(texts.group(AXES)), "".join(words)
    fonts = fonts_for(said + held)
    as_text = format == "svg" and bool(undrawn(said + held, fonts))
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        mpl.rcParams["font.family"] = list(fonts)
        if as_text:
            mpl.rcParams["svg.fonttype"] = "none"
            warnings.filterwarnings("ignore", r"Glyph \d+", UserWarning)
        in_language = as_text or not undrawn(said, fonts)
        yield Pen(texts if in_language else texts_of("en"), fonts, as_text)


def undrawn_words(words: Iterable[str], texts: Texts) -> frozenset[str]:
    """The words of a figure that a PNG file cannot show, because no font here has their letters.

    Args:
        words: all words of the data that the figure shows.
        texts: what its axes say.
    """
    shown = tuple(words)
    fonts = fonts_for("".join((*texts.group(AXES), *shown)))
    return frozenset(word for word in shown if undrawn(word, fonts))


def font_to_install(words: Iterable[str], texts: Texts) -> str:
    """The font that figures in PNG files need for all their words and axes, by name; empty if they need none.

    Letters that are written from right to left need none: matplotlib cannot write them with any font.
    """
    text = "".join((*texts.group(AXES), *words))
    return font_with(undrawn(text, fonts_for(text)))


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure of this size in inches. It needs no window system."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def encode(figure: "Figure", format: PlotFormat) -> bytes:
    """The figure as a file.

    Raises:
        ConfigError: there is no such format.
    """
    if format not in {"svg", "png"}:
        raise ConfigError(f"There is no plot format {format!r}: use svg or png.")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    content = BytesIO()
    if format == "svg":
        canvas: Any = FigureCanvasSVG(figure)  # its methods have no types
        canvas.print_svg(content, metadata={"Date": None, "Creator": None})
    else:
        FigureCanvasAgg(figure)
        figure.savefig(content, format="png", dpi=PIXELS_PER_INCH, metadata={"Software": None}, facecolor="white")
    return content.getvalue()


def whole_numbers() -> "MaxNLocator":
    """Ticks for an axis of whole numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5, integer=True, min_n_ticks=1)


def horizontal_grid(axes: "Axes") -> None:
    """Draw light lines, so that heights can be read."""
    axes.grid(axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def tinted(color: str, share: float) -> str:
    """The color mixed with white. A share of 0 gives the color itself, 1 gives white."""
    parts = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def ink_on(color: str) -> str:
    """Black or white, whichever is easier to read on the color."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > _BRIGHT else "#ffffff"
