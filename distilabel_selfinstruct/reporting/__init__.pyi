# The names of this room. This list is its one declaration: `__init__.py` reads them from here.

from .build import build_report as build_report
from .contents import FORMAT as FORMAT
from .contents import Report as Report
from .contents import RunFacts as RunFacts
from .page import to_html as to_html
from .rows import Table as Table
from .rows import tables as tables
from .sources import ReportSource as ReportSource
from .sources import read_source as read_source
from .sources import source_of_rows as source_of_rows
from .written import ReportResult as ReportResult
from .written import report as report
