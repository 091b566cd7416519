"""A report on a dataset: Tables 1 and 2 and figures 3 to 5 of the paper, and how the run went."""

from distilabel_selfinstruct.reporting.build import build_report
from distilabel_selfinstruct.reporting.contents import FORMAT, Report, RunFacts
from distilabel_selfinstruct.reporting.page import to_html
from distilabel_selfinstruct.reporting.rows import Table, tables
from distilabel_selfinstruct.reporting.sources import ReportSource, read_source, source_of_rows
from distilabel_selfinstruct.reporting.written import ReportResult, report

__all__ = [
    "FORMAT",
    "Report",
    "ReportResult",
    "ReportSource",
    "RunFacts",
    "Table",
    "build_report",
    "read_source",
    "report",
    "source_of_rows",
    "tables",
    "to_html",
]
