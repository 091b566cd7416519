"""A dataset as files for other programs: training files, and the rows without their near-duplicates."""

from distilabel_selfinstruct.exporting.near_duplicates import FilterResult, filter_dataset
from distilabel_selfinstruct.exporting.output_files import ExportedFile
from distilabel_selfinstruct.exporting.trainers import DEFAULT_MODEL, TRAINERS, ExportedConfig, Trainer
from distilabel_selfinstruct.exporting.training_files import ExportedSubset, ExportResult, export
from distilabel_selfinstruct.exporting.training_rows import ReviewCounts

__all__ = [
    "DEFAULT_MODEL",
    "TRAINERS",
    "ExportResult",
    "ExportedConfig",
    "ExportedFile",
    "ExportedSubset",
    "FilterResult",
    "ReviewCounts",
    "Trainer",
    "export",
    "filter_dataset",
]
