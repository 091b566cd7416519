"""A report on a dataset: Tables 1 and 2 and figures 3 to 5 of the paper, and how the run went."""

from distilabel_selfinstruct.report.build import build_report
from distilabel_selfinstruct.report.page import to_html
from distilabel_selfinstruct.report.report import FORMAT, Report, RunFacts
from distilabel_selfinstruct.report.rows import Table, tables
from distilabel_selfinstruct.report.sources import ReportSource, read_source, source_of_rows
from distilabel_selfinstruct.report.written import ReportResult, write_report

__all__ = [
    "FORMAT",
    "Report",
    "ReportResult",
    "ReportSource",
    "RunFacts",
    "Table",
    "build_report",
    "read_source",
    "source_of_rows",
    "tables",
    "to_html",
    "write_report",
]
