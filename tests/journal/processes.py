"""Processes of their own that hold a journal."""

import subprocess
import sys
import textwrap
from pathlib import Path

from tests import processes
from tests.journal.builders import STEP

ROOT = Path(__file__).parents[2]


def script(body: str, state: Path, *arguments: object) -> "subprocess.Popen[str]":
    """A process of its own that has the journal of STEP open, as `journal`."""
    start = (
        "import os, sys, time\n"
        "from distilabel_selfinstruct.errors import FileError\n"
        "from distilabel_selfinstruct.journal.step_journal import StepJournal\n"
        "from distilabel_selfinstruct.journal.stop_file import ask_to_stop\n"
        "from distilabel_selfinstruct.prompts import default_decoding\n"
        "from distilabel_selfinstruct.records import Completion, Request, Stage\n"
        "DECODING = default_decoding(Stage.INSTRUCTION_GENERATION)\n"
        "def say(*values): print(*values, flush=True)\n"
        "journal = StepJournal(sys.argv[1], sys.argv[2], max_requests=int(sys.argv[3]))\n"
    )
    given = [STEP, 0][len(arguments) :]
    return processes.popen(
        [sys.executable, "-c", start + textwrap.dedent(body), str(state), *map(str, [*arguments, *given])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


HOLD = """
        say("open")
        sys.stdin.read()
"""


def said_by(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
