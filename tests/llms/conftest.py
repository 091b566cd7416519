"""The host warns about its own fields and imports; here, as in the package, that is no error."""

import pytest

from distilabel_selfinstruct.host_fixes.import_warnings import silence

silence()  # while tests are collected


def pytest_configure(config: pytest.Config) -> None:
    for message in (
        "The 'default' attribute with value None",
        "Importing from 'distilabel.llms'",
        "Accessing the 'model_fields' attribute on the instance",
    ):
        config.addinivalue_line("filterwarnings", f"ignore:{message}")  # while they run
