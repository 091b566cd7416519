"""When the fixes are applied, and what they say about themselves."""

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from distilabel_selfinstruct import host_fixes

_ROOT = Path(__file__).parents[2]
_FIXES = _ROOT / "distilabel_selfinstruct" / "host_fixes"
_MODULES_WITH_FIXES = sorted(path.stem for path in _FIXES.glob("*.py") if "\nFIXES = (" in path.read_text())


def test_another_version_of_the_host_is_left_alone():
    code = (
        "from distilabel_selfinstruct import host_fixes\n"
        "from distilabel.pipeline import Pipeline\n"
        "from distilabel.pipeline.batch_manager import _BatchManagerStep\n"
        "before = Pipeline.run, _BatchManagerStep.get_batch\n"
        "print(host_fixes._apply_to('1.5.4'), (Pipeline.run, _BatchManagerStep.get_batch) == before)\n"
        "print(host_fixes._apply_to('1.5.3'), (Pipeline.run, _BatchManagerStep.get_batch) == before)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False True", "True False"], done.stderr


def test_applying_twice_changes_nothing_more():
    host_fixes.apply()
    from distilabel.pipeline import Pipeline

    once = Pipeline.run
    assert host_fixes.apply()
    assert Pipeline.run is once


def test_the_fixes_are_for_the_installed_host():
    assert importlib.metadata.version("distilabel") == host_fixes.HOST_VERSION


@pytest.mark.parametrize("fix", host_fixes.FIXES, ids=lambda fix: fix.name)
def test_each_fix_names_its_location_and_a_test_that_exists(fix):
    file, _, function = fix.test.partition("::")
    source = (_ROOT / file).read_text()
    assert re.search(rf"^def {re.escape(function.partition('[')[0])}\(", source, re.MULTILINE)
    assert re.fullmatch(r"[\w/]+\.py:\d+", fix.host_location)
    path, line = fix.host_location.split(":")
    host = Path(importlib.metadata.distribution("distilabel").locate_file("distilabel"))
    assert int(line) <= len((host / path).read_text().splitlines())


def test_every_description_beside_a_fix_is_in_the_list():
    described = [(_FIXES / f"{module}.py").read_text().count("    HostFix(\n") for module in _MODULES_WITH_FIXES]
    assert 0 not in described
    assert sum(described) == len(host_fixes.FIXES)


def test_the_list_can_be_read_without_the_host():
    code = (
        "import sys\n"
        "from distilabel_selfinstruct import host_fixes\n"
        "assert host_fixes.FIXES\n"
        "print(sorted({'distilabel', 'datasets', 'pydantic'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_names_of_fixes_are_unique():
    names = [fix.name for fix in host_fixes.FIXES]
    assert names
    assert len(names) == len(set(names))
