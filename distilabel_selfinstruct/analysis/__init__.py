"""What a dataset looks like in the paper's terms (paper, sections 2.3 and 3)."""

from distilabel_selfinstruct.analysis.generation import Period, RuleCount, acceptance_periods, count_rejections
from distilabel_selfinstruct.analysis.histograms import Histogram, length_histogram, share_histogram
from distilabel_selfinstruct.analysis.labels import ClassBalance, class_balance
from distilabel_selfinstruct.analysis.table_1 import PAPER, Statistics, statistics

__all__ = [
    "PAPER",
    "ClassBalance",
    "Histogram",
    "Period",
    "RuleCount",
    "Statistics",
    "acceptance_periods",
    "class_balance",
    "count_rejections",
    "length_histogram",
    "share_histogram",
    "statistics",
]
