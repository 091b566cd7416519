"""What the tests of whole runs share: a server, and a run that nothing happened to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_openai_server import KEY, LocalOpenAIServer
from tests.running.cli_runs import OPTIONS, Model, finished, outputs
from tests.shared import alone, folder_of_the_run


@pytest.fixture
def server() -> Iterator[LocalOpenAIServer]:
    with LocalOpenAIServer(Model()) as listening:
        yield listening


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with `OPTIONS` against a server without faults, for all test processes. It is read only."""
    folder = folder_of_the_run(tmp_path_factory) / "undisturbed" / "run"
    with alone(folder.parent):
        if not folder.exists():
            with LocalOpenAIServer(Model()) as listening:
                finished(folder, listening, *OPTIONS)
    made = outputs(folder)
    assert len(made["instructions.jsonl"].splitlines()) == 32
    assert len(made["instances.jsonl"].splitlines()) >= 40
    assert len(made["rejections.jsonl"].splitlines()) >= 8
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An output folder; at the end no file in it holds the key."""
    yield tmp_path / "run"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
