"""No file of a run holds what an address may keep secret, however the run ends."""

from pathlib import Path

from tests.local_openai_server import LocalOpenAIServer
from tests.running.cli_runs import CLASSIFICATION, OPTIONS, Model, Run

PASSWORD = "s3cret-of-ann"


def test_a_run_that_is_killed_leaves_no_password_of_an_address_in_its_folder(tmp_path: Path) -> None:
    model, folder = Model(), tmp_path / "run"
    with LocalOpenAIServer(model) as server:
        address = server.url.replace("://", f"://ann:{PASSWORD}@")
        started = Run(folder, None, "--llm", "openai:small", "--base-url", address, *OPTIONS)
        model.wait_for(CLASSIFICATION, 3)
        files = [path for path in folder.rglob("*") if path.is_file()]
        started.kill()
    files += [path for path in folder.rglob("*") if path.is_file()]
    assert {"run.json", "pipeline.yaml", "completions.jsonl"} <= {path.name for path in files}
    assert any("cache" in path.parts for path in files)
    assert [path for path in files if path.exists() and PASSWORD.encode() in path.read_bytes()] == []
