"""What all figures share: colors, fonts, and how they become files.

The colors are those of Okabe and Ito, which people with any form of color blindness can tell apart. No figure relies
on color alone. The font comes with matplotlib and letters become outlines in SVG, so a figure looks the same
everywhere. Equal data give equal bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, GRAY = "#56B4E9", "#CC79A7", "#F0E442", "#999999"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, GRAY)
INK = "#222222"
LIGHT = "#E3E3E3"

FONT = "DejaVu Sans"
PIXELS_PER_INCH = 150

PlotFormat = Literal["svg", "png"]

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


@contextmanager
def drawing() -> Iterator[None]:
    """Draw figures in our style, whatever the settings of the user are.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingExtraError("Plots", "analysis") from error
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


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


def drawable(text: str) -> str:
    """The text with a box for each character that the font lacks. matplotlib would draw a box too, and warn."""
    known = _characters()
    return "".join(letter if ord(letter) in known else "\N{WHITE SQUARE}" for letter in text)


@cache
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=[FONT]))).get_charmap())


def tinted(color: str, share: float) -> str:
    """The color mixed with white. A share of 0 gives the color itself, 1 gives white."""
    parts = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def ink_on(color: str) -> str:
    """Black or white, whichever is easier to read on the color."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > _BRIGHT else "#ffffff"
