"""A Hub of one's own, the real command against it, and the real `datasets` to read back."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import leaks, processes
from tests.hub.builders import review, run_folder
from tests.local_hub_server import LocalHub, serve

TOKEN, READ_TOKEN = leaks.TOKEN, leaks.READ_TOKEN

LOAD = """
import json, sys
from datasets import disable_progress_bars, load_dataset
disable_progress_bars()
name, streaming, *configs = sys.argv[1:]
rows = {}
for config in configs:
    loaded = load_dataset(name, *([config] if config != "-" else []), split="train", streaming=streaming == "streaming")
    features = {name: repr(feature) for name, feature in loaded.features.items()}
    rows[config] = {"rows": list(loaded), "features": features}
print(json.dumps(rows))
"""


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with serve(acme=TOKEN, reader=READ_TOKEN) as hub:
        hub.read_only.add(READ_TOKEN)
        yield hub


@pytest.fixture
def environment(hub, tmp_path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    return {
        **inherited,
        "COLUMNS": "200",
        "HF_DATASETS_CACHE": str(tmp_path / "cache"),
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",  # the local Hub speaks LFS only
        "HF_TOKEN": TOKEN,
    }


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def use_hub(hub, tmp_path, monkeypatch) -> Callable[..., None]:
    """Let the client in this process talk to our Hub, or to `endpoint`; `token` is None for no token."""
    from huggingface_hub import constants

    # What the client takes from the environment when it is imported.
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True, raising=False)  # old clients know no other way
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))

    def use(token: str | None = TOKEN, endpoint: str = hub.url) -> None:
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.delenv("HUGGING_FACE_HUB_TOKEN", raising=False)
        monkeypatch.setenv("HF_TOKEN", token) if token else monkeypatch.delenv("HF_TOKEN", raising=False)

    return use


@pytest.fixture
def without_figures(monkeypatch) -> None:
    """The card gets no figures, which take most of the time: matplotlib is as if it were not installed."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)


@pytest.fixture
def publish(use_hub, monkeypatch, capsys) -> Callable[..., Done]:
    """The command, in this process; `figures`: whether they are drawn. `where` is for `use_hub`."""
    from distilabel_selfinstruct.cli import main

    def run(*arguments: object, figures: bool = False, **where: str | None) -> Done:
        use_hub(**where)
        monkeypatch.setattr(sys, "argv", ["selfinstruct", "publish", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        capsys.readouterr()
        status = 0
        with monkeypatch.context() as patch:
            if not figures:
                patch.setitem(sys.modules, "matplotlib", None)
            try:
                main(is_process=False)
            except SystemExit as ended:
                status = int(ended.code or 0)
        output = capsys.readouterr()
        return Done(status, output.out, output.err)

    return run


@pytest.fixture
def publish_process(environment) -> Callable[..., Done]:
    """The command as its user starts it, in a process of its own."""

    def run(*arguments: object) -> Done:
        done = processes.run(
            [sys.executable, "-m", "distilabel_selfinstruct", "publish", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=environment,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def load(environment) -> Callable[..., dict[str, Any]]:
    """Rows and features by configuration, as `load_dataset` gives them in a process of its own; `-` is the default."""

    def run(name: object, *configs: str, streaming: bool = False, **changes: str | None) -> dict[str, Any]:
        changed = {**environment, **changes}
        done = processes.run(
            [sys.executable, "-W", "ignore", "-c", LOAD, str(name), "streaming" if streaming else "", *configs],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={name: value for name, value in changed.items() if value is not None},
            imported="libraries",
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)

    return run


@pytest.fixture
def run(tmp_path) -> Path:
    """A finished run that nobody has reviewed."""
    return run_folder(tmp_path / "run")


@pytest.fixture
def reviewed(run) -> Path:
    review(run, ["kept", "kept", "dropped", "undecided"])
    return run
