"""Figures of a dataset as SVG or PNG files (the extra `analysis`). The caller omits figures without data."""

from distilabel_selfinstruct.reporting.plots.generation import draw_acceptance, draw_rejections
from distilabel_selfinstruct.reporting.plots.histograms import draw_lengths, draw_seed_similarity
from distilabel_selfinstruct.reporting.plots.ratings import draw_ratings
from distilabel_selfinstruct.reporting.plots.style import PlotFormat, font_to_install
from distilabel_selfinstruct.reporting.plots.sunburst import draw_sunburst, numbered_words

__all__ = [
    "PlotFormat",
    "draw_acceptance",
    "draw_lengths",
    "draw_ratings",
    "draw_rejections",
    "draw_seed_similarity",
    "draw_sunburst",
    "font_to_install",
    "numbered_words",
]
