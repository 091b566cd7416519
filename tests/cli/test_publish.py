"""`selfinstruct publish` as its user meets it: a real run, a dry run, and what it refuses."""

import json
import os
import sys
from pathlib import Path

import pytest
from pyarrow.parquet import read_table

from tests import processes
from tests.hub.builders import review, run_folder
from tests.local_hub_server import serve

LOAD = """
import sys
from datasets import disable_progress_bars, load_dataset
disable_progress_bars()
print(load_dataset(sys.argv[1], split="train").num_rows)
"""


def command(*arguments: object, cwd: Path | None = None, module: str = "distilabel_selfinstruct", **environment: str):
    keys = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN", "HF_ENDPOINT")
    inherited = {name: value for name, value in os.environ.items() if name not in keys}
    root = str(Path(__file__).parents[2])
    return processes.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=cwd,
        env={**inherited, "COLUMNS": "200", "PYTHONPATH": root, **environment},
    )


def selfinstruct(*arguments: object, **options):
    return command(*arguments, **options)


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "run"
    assert selfinstruct("run", "--num-instructions", 20, "--output", folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def repository(demo) -> Path:
    folder = demo.parent / "repository"
    done = selfinstruct("publish", demo, "--repo-id", "acme/demo", "--license", "mit", "--unreviewed", "--to", folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f'load_dataset("{folder}")' in done.stdout
    return folder


def refusal(*arguments: object) -> str:
    done = selfinstruct("publish", *arguments)
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_dry_run_lists_the_files_and_keeps_nothing(demo, repository):
    before = sorted(demo.parent.rglob("*"))
    done = selfinstruct("publish", demo, "--repo-id", "acme/demo", "--license", "mit", "--unreviewed", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "README.md (" in done.stdout
    assert "This was a dry run: nothing was sent or kept." in done.stdout
    assert sorted(demo.parent.rglob("*")) == before


def test_load_dataset_reads_a_repository_in_a_folder(repository, demo, tmp_path):
    done = processes.run(
        [sys.executable, "-W", "ignore", "-c", LOAD, repository],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_DATASETS_CACHE": str(tmp_path), "HF_HOME": str(tmp_path)},
    )
    assert int(done.stdout) == len((demo / "instances.jsonl").read_text().splitlines())


def test_nothing_of_this_machine_is_in_the_repository(repository, demo):
    for path in repository.rglob("*"):
        if path.is_file():
            assert str(demo.parent).encode() not in path.read_bytes(), path
            assert str(Path.home()).encode() not in path.read_bytes(), path


def test_the_published_configuration_makes_the_run_again(repository, demo, tmp_path):
    done = selfinstruct("run", "--config", repository / "run.yaml", "--output", tmp_path / "again", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again" / "instances.jsonl").read_bytes() == (demo / "instances.jsonl").read_bytes()


def test_distilabel_runs_the_published_pipeline_from_the_hub(repository, demo, tmp_path):
    with serve(acme="hf_x") as hub:
        hub.create("acme/demo", files={"pipeline.yaml": (repository / "pipeline.yaml").read_bytes()})
        url = f"{hub.url}/datasets/acme/demo/resolve/main/pipeline.yaml"
        done = command(
            "pipeline", "run", "--ignore-cache", "--config", url, module="distilabel", cwd=tmp_path, HOME=str(tmp_path)
        )
    assert done.returncode == 0, done.stdout + done.stderr
    num_instances = len((demo / "instances.jsonl").read_text().splitlines())
    [data] = tmp_path.rglob("*.parquet")
    assert len(read_table(data)) == num_instances
    assert len((tmp_path / "instances.jsonl").read_text().splitlines()) == num_instances


def test_the_manifest_names_the_journals_that_the_dataset_was_made_from(repository):
    made_from = json.loads((repository / "selfinstruct.json").read_text())["made_from"]
    assert {"seed_tasks", "prompts", "journal of instruction_generation"} <= set(made_from)


def test_a_missing_license_is_asked_for(demo):
    assert "say with --license how others may use it" in refusal(demo, "--repo-id", "acme/demo", "--unreviewed")


def test_an_unknown_license_is_refused_with_near_ones(demo):
    assert "Did you mean apache-2.0" in refusal(demo, "--repo-id", "acme/demo", "--license", "apache2", "--unreviewed")


@pytest.mark.parametrize("name", ["demo", "acme/demo/x", "acme/de mo", "acme/a--b", "acme/x.git", "/demo", "../demo"])
def test_a_name_that_the_hub_cannot_have_is_refused(demo, name):
    assert f"--repo-id is '{name}': " in refusal(demo, "--repo-id", name, "--license", "mit")


def test_a_language_that_is_no_tag_is_refused(demo):
    assert "--language has 'English!': use a language tag" in refusal(
        demo, "--repo-id", "acme/demo", "--license", "mit", "--unreviewed", "--language", "English!"
    )


def test_a_run_that_nobody_reviewed_is_refused(demo):
    assert "Nobody has reviewed this run" in refusal(demo, "--repo-id", "acme/demo", "--license", "mit", "--to", "x")


def test_a_dry_run_overwrites_nothing(demo, tmp_path):
    (tmp_path / "mine").write_text("mine")
    message = refusal(demo, "--repo-id", "acme/demo", "--license", "mit", "--unreviewed", "--to", tmp_path)
    assert "holds something already" in message
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_seed_tasks_are_published_only_when_asked_for_and_unchanged_only(tmp_path):
    seeds = tmp_path / "acme-secret-seeds.jsonl"
    seeds.write_text("{}\n")
    folder = run_folder(tmp_path / "run", seed_tasks=str(seeds))
    review(folder, ["kept"])
    to = ("--repo-id", "acme/demo", "--license", "mit", "--to", tmp_path / "dry")
    assert "have changed since the run: restore the file, or omit --include-seeds." in refusal(
        folder, *to, "--include-seeds"
    )
    assert not (tmp_path / "dry").exists() or not any((tmp_path / "dry").iterdir())


def test_publish_has_no_option_for_a_token():
    assert "--token" not in selfinstruct("publish", "--help").stdout
