"""A folder for a comparison, whose name is that of its dataset."""

from pathlib import Path
from uuid import uuid4

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / f"figure-{uuid4().hex[:8]}"
