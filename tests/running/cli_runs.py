"""Runs of the real command against a server on this machine whose answers depend on the prompts alone."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests import processes
from tests.local_openai_server import KEY, Asked, LocalOpenAIServer, Reply, server_error, text

ROOT = Path(__file__).parents[2]
SECONDS = 240
"""More than any of these runs needs on a busy machine; one that hangs, hangs for ever."""

OPTIONS = ("-n", 32, "--sampling-lag", 3, "--batch-size", 6, "--max-in-flight", 4)

INSTRUCTIONS = "instruction_generation"
CLASSIFICATION = "classification"
INSTANCES = "instance_generation"
STAGES = {1024: INSTRUCTIONS, 16: CLASSIFICATION}

Identity = tuple[str, str]


def stage_of(asked: Asked) -> str:
    return STAGES.get(asked.body["max_tokens"], INSTANCES)


def identity_of(asked: Asked) -> Identity:
    """What two requests have in common that are the same to the journal: the prompt, or what it is about."""
    if stage_of(asked) == INSTRUCTIONS:
        return INSTRUCTIONS, json.dumps(asked.body["messages"])
    about = asked.prompt.rsplit("Task: ", 1)[1].split("\n", 1)[0]
    return stage_of(asked), about


def number_of(asked: Asked) -> int:
    """A number that depends on the prompt alone."""
    return int(hashlib.sha256(asked.prompt.encode()).hexdigest()[:12], 16)


def answer(asked: Asked) -> Reply:
    """An answer in the format of its stage, with something to reject now and then, after 5 to 20 ms."""
    number = number_of(asked)
    if stage_of(asked) == INSTRUCTIONS:
        key = f"{number:x}"[:8]
        listed = [
            f"Explain north{key}{n} east{key}{n} south{key}{n} west{key}{n} today." for n in "abc"[: 2 + number % 2]
        ]
        listed += ["Draw a picture of a tree.", "Name the rivers that flow through the old town of Bern."]
        content = "".join(f"{n}. {instruction}\n" for n, instruction in enumerate(listed, 9))
    elif stage_of(asked) == CLASSIFICATION:
        content = "Yes" if number % 4 == 0 else "No"
    elif asked.body["max_tokens"] == 300:
        content = f"Class label: yes\nThe text {number}.\nClass label: no\nThe other text {number}."
    else:
        content = f"Example 1\nInput: cold {number}\nOutput: hot {number}\nExample 2\nInput: dry\nOutput: wet {number}"
    return replace(text(content), seconds=(5 + number % 16) / 1000)


class Model:
    """`answer`, which also tells when so many requests of a stage have arrived.

    While it `is_out`, it answers no small request either, by which a run looks whether it is there.
    """

    def __init__(self, reply: Callable[[Asked], Reply] = answer) -> None:
        self.is_out = False
        self.arrived: Counter[str] = Counter()
        self._reply = reply
        self._changed = threading.Condition()

    def __call__(self, asked: Asked) -> Reply:
        if is_probe(asked):
            return server_error() if self.is_out else text("H")
        with self._changed:
            self.arrived[stage_of(asked)] += 1
            self._changed.notify_all()
        return self._reply(asked)

    def wait_for(self, stage: str, count: int) -> None:
        """Return when so many requests of the stage have arrived."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.arrived[stage] >= count, SECONDS), (stage, self.arrived)


def is_probe(asked: Asked) -> bool:
    return bool(asked.body["max_tokens"] == 1)


def work(asked: Iterable[Asked]) -> list[Asked]:
    """What was asked, besides the probe before each run."""
    return [one for one in asked if not is_probe(one)]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    said: str
    complained: str


class Run:
    """A command in a process group of its own, as a shell would start it.

    Args:
        folder: the output folder.
        server: what to ask; None if the options say.
        options: further options of `selfinstruct run`.
        limit: the most bytes that a file may have: as if the disk were full then. 0 for no limit.
        has_flock: whether the kernel locks files.
        command: another command than `selfinstruct run`.
    """

    def __init__(
        self,
        folder: Path,
        server: LocalOpenAIServer | None,
        *options: object,
        limit: int = 0,
        has_flock: bool = True,
        command: Sequence[str] = (),
    ) -> None:
        own = ["--llm", "openai:small", "--base-url", server.url] if server else []
        module = ["-m", "distilabel_selfinstruct"]
        limited = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n" if limit else ""
        limited += "" if has_flock else "from tests.no_flock import refuse_flock\nrefuse_flock()\n"
        if limited:
            module = [
                "-c",
                f"{limited}import runpy\nrunpy.run_module('{module[1]}', run_name='__main__', alter_sys=True)",
            ]
        kept = {name: value for name, value in os.environ.items() if name not in ("OPENAI_BASE_URL", "HF_TOKEN")}
        self.folder = folder
        self.process = processes.popen(
            [sys.executable, *(command or [*module, "run", "-o", str(folder), *own, *map(str, options)])],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**kept, "COLUMNS": "200", "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": KEY},
            start_new_session=True,
        )

    def done(self) -> Done:
        """Wait for the end of the command and of all its processes."""
        try:
            said, complained = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            said, complained = self.process.communicate()
            raise AssertionError(f"not done after {SECONDS} s:\n{said[-2000:]}\n{complained[-2000:]}") from None
        assert self._ends_by_itself(), "processes of the run outlive it"
        return Done(self.process.returncode, said, complained)

    def kill(self) -> None:
        """Kill the main process and nothing else; return when none of the others is left."""
        self.process.kill()
        survived = not self._ends_by_itself()
        self.process.communicate(timeout=SECONDS)
        assert not survived, "processes of a run survive its kill"

    def signal(self, number: signal.Signals, *, group: bool = False) -> None:
        (os.killpg if group else os.kill)(self.process.pid, number)

    def _ends_by_itself(self) -> bool:
        until = time.monotonic() + 5
        while time.monotonic() < until:
            if not alive_in_group(self.process.pid):
                return True
            time.sleep(0.02)
        os.killpg(self.process.pid, signal.SIGKILL)
        return False


def alive_in_group(group: int) -> list[int]:
    alive = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:  # it ended in the meantime
            continue
        if int(of) == group and state != "Z":
            alive.append(int(stat.parent.name))
    return alive


def run(folder: Path, server: LocalOpenAIServer | None, *options: object, limit: int = 0) -> Done:
    return Run(folder, server, *options, limit=limit).done()


def finished(folder: Path, server: LocalOpenAIServer | None, *options: object) -> Done:
    """Run to the end, which must be a good one."""
    done = run(folder, server, *options)
    assert (done.status, done.complained) == (0, ""), done
    return done


def outputs(folder: Path) -> dict[str, bytes]:
    """What a run made, byte for byte, by file."""
    files = [folder / f"{name}.jsonl" for name in ("instructions", "instances", "rejections")]
    files += sorted(path for path in (folder / "dataset").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def journals(folder: Path) -> list[dict[str, Any]]:
    """All whole records of the completions of a run."""
    records = []
    for path in sorted(folder.glob("state/*/completions.jsonl")):
        content = path.read_bytes()
        records += [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
    return records


def recorded(folder: Path) -> Counter[Identity]:
    """The requests whose answers a run has."""
    return Counter(
        (row["stage"], json.dumps(row["prompt"]) if row["stage"] == INSTRUCTIONS else row["instruction"])
        for row in journals(folder)
        if row["text"] is not None
    )


def asked_again(asked: Iterable[Asked], known: Counter[Identity]) -> list[Identity]:
    return [identity_of(one) for one in work(asked) if identity_of(one) in known]


def description(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run.json").read_text()))
