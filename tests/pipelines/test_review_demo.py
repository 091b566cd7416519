import json
import sys
from pathlib import Path

from tests import processes
from tests.live_argilla import server_python

SCRIPT = Path(__file__).parent.parent.parent / "pipelines" / "review_demo.py"


def test_the_review_demo_goes_from_generation_to_decisions(tmp_path):
    server_python()
    done = processes.run(
        [sys.executable, SCRIPT, tmp_path / "demo"], capture_output=True, text=True, check=False, timeout=400
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "anna (simulated) rates 60 records." in done.stdout
    assert "Agreement of raters" in done.stdout
    decisions = (tmp_path / "demo" / "run" / "review" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    statuses = [json.loads(line)["verdict"] for line in decisions]
    assert {"kept", "dropped", "undecided"} == set(statuses)
    assert len(statuses) - statuses.count("undecided") == 60
