"""A report on a dataset: Table 1, figures 3 to 5 and Table 2 of the paper, and how the run went."""

from distilabel_selfinstruct.report.build import build_report
from distilabel_selfinstruct.report.page import to_html
from distilabel_selfinstruct.report.report import FORMAT, Report
from distilabel_selfinstruct.report.rows import Table, tables
from distilabel_selfinstruct.report.sources import ReportSource, read_source, source_of_rows

__all__ = [
    "FORMAT",
    "Report",
    "ReportSource",
    "Table",
    "build_report",
    "read_source",
    "source_of_rows",
    "tables",
    "to_html",
]
