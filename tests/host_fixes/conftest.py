"""`run_scenarios` runs pipelines of `scenarios.py` in processes with a timeout: a hang is a result."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import processes

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Outcome:
    """What a scenario returned, or that it hung or crashed; and all that it printed."""

    result: dict[str, Any] | None
    hung: bool
    printed: str

    def __getitem__(self, key: str) -> Any:
        assert self.result is not None, f"hung: {self.hung}\n{self.printed[-3000:]}"
        return self.result[key]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the only leaf step."""
        return self["rows"].get("default", [])


RunScenarios = Callable[..., dict[str, Outcome]]


@pytest.fixture(scope="session")
def run_scenarios(tmp_path_factory: pytest.TempPathFactory) -> RunScenarios:
    """Call with groups of scenarios: groups run side by side, the scenarios of a group one after the other.

    The latter saves imports of the host; where hangs are expected, groups of one are needed.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(_HERE.parent.parent), str(_HERE)]),
        "PYTHONWARNINGS": "ignore",
        "TMPDIR": str(tmp_path_factory.mktemp("tmp")),
        "DISTILABEL_LOG_LEVEL": "ERROR",
    }

    def run_group(names: tuple[str, ...], options: tuple[str, ...], limit: float) -> dict[str, Outcome]:
        results, log = tmp_path_factory.mktemp("results"), tmp_path_factory.mktemp("log") / "log.txt"
        command = [sys.executable, str(_HERE / "scenarios.py"), str(results), *names, *options]
        with log.open("w") as printed:
            common: dict[str, Any] = {
                "env": environment, "stdout": printed, "stderr": printed, "start_new_session": True,
            }  # fmt: skip
            if "spawned_workers" in names:  # spawning imports the main module again, which must be the scenario's
                process = subprocess.Popen(command, **common)
            else:
                process = processes.popen(
                    command, imported="host-alone" if "--host-alone" in options else "package", **common
                )
            try:
                process.wait(limit)
                hung = False
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # the workers too
                process.wait()
                hung = True
        outcomes = {}
        for name in names:
            file = results / f"{name}.json"
            result = json.loads(file.read_text()) if file.exists() else None
            unfinished = result is None or name == names[-1]  # the last may have a result and never end
            outcomes[name] = Outcome(result, hung and unfinished, log.read_text(errors="replace"))
        return outcomes

    def run(*groups: tuple[str, ...], options: tuple[str, ...] = (), limit: float = 90, at_once: int = 3) -> Any:
        with ThreadPoolExecutor(at_once) as pool:
            done = pool.map(lambda group: run_group(group, options, limit), groups)
            return {name: outcome for outcomes in done for name, outcome in outcomes.items()}

    return run
