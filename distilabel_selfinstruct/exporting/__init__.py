"""A dataset as files for other programs: training files, and the rows without their near-duplicates."""

from distilabel_selfinstruct.exporting.near_duplicates import FilterResult, filter_dataset
from distilabel_selfinstruct.exporting.training_files import ExportedFile, ExportResult, ReviewCounts, export

__all__ = [
    "ExportResult",
    "ExportedFile",
    "FilterResult",
    "ReviewCounts",
    "export",
    "filter_dataset",
]
