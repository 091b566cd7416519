"""PublishToHub, alone and at the end of a pipeline."""

import os
import sys
from io import BytesIO
from pathlib import Path

import pytest
from distilabel.utils.docstring import parse_google_docstring
from pyarrow.parquet import read_table

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.server_steps import PublishToHub
from tests import processes
from tests.hub.builders import instance
from tests.local_hub_server import serve

ROOT = Path(__file__).parents[2]

PIPELINE = """
import sys
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel_selfinstruct.server_steps import PublishToHub
from tests.hub.builders import instance

if __name__ == "__main__":
    with Pipeline(name="publishing", cache_dir=sys.argv[1]) as pipeline:
        rows = LoadDataFromDicts(data=[instance(word) for word in ("sort", "rank", "count")], batch_size=2)
        rows >> PublishToHub(repo_id="acme/tasks", license="mit", unreviewed=True, languages=["en"])
    distiset = pipeline.run(use_cache=False)
    print("published:", list(distiset["default"]["train"]["published"]))
"""


def step(folder, **options) -> PublishToHub:
    made = PublishToHub(repo_id="acme/tasks", license="mit", to_folder=str(folder), **options)
    made.load()
    return made


def outputs(folder):
    return [row["output"] for row in read_table(folder / "instances").to_pylist()]


def test_rows_are_written_and_all_are_handed_on(tmp_path):
    rows = [instance("sort"), instance("rank")]
    [out] = step(tmp_path / "dry", unreviewed=True, languages=["en"]).process(rows)
    assert [row["output"] for row in out] == outputs(tmp_path / "dry")
    assert all(row["published"] for row in out)


def test_of_reviewed_rows_the_kept_ones_are_written_with_corrected_outputs(tmp_path):
    rows = [
        {**instance("sort"), "verdict": "kept", "original_output": "Bad.", "output": "Good.", "corrected": True},
        {**instance("rank"), "verdict": "dropped", "original_output": "Bad.", "output": "Bad.", "corrected": False},
    ]
    [out] = step(tmp_path / "dry").process(rows)
    assert outputs(tmp_path / "dry") == ["Good."]
    assert [row["published"] for row in out] == [True, False]


def test_rows_that_may_not_be_published_are_handed_on(tmp_path):
    [out] = step(tmp_path / "dry").process([instance()])
    assert [row["published"] for row in out] == [False]
    assert not (tmp_path / "dry").exists()


def test_rows_of_a_failed_batch_are_handed_on_unpublished(tmp_path):
    lost = {"instruction": None, "input": None, "output": None}
    [out] = step(tmp_path / "dry", unreviewed=True).process([instance(), lost])
    assert [row["published"] for row in out] == [True, False]
    assert len(outputs(tmp_path / "dry")) == 1


def test_the_example_of_the_docstring_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [example] = parse_google_docstring(PublishToHub)["examples"].values()
    exec(example, {})
    assert outputs(tmp_path / "opposites") == ["hot"]


def test_a_wrong_name_or_license_is_found_before_anything_runs():
    for options in ({"license": "cc-by-9"}, {"repo_id": "tasks"}, {"languages": ["English!"]}):
        with pytest.raises(ConfigError):
            PublishToHub(**{"repo_id": "acme/tasks", "license": "mit", **options}).load()


def test_at_the_end_of_a_pipeline_it_publishes_to_the_hub_and_the_token_is_in_no_file(tmp_path):
    token = "hf_" + "S3cretOfAcme" * 3
    with serve(acme=token) as hub:
        done = processes.run(
            [sys.executable, "-c", PIPELINE, str(tmp_path / "cache")],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            cwd=ROOT,
            env={
                **os.environ,
                "HF_ENDPOINT": hub.url,
                "HF_HOME": str(tmp_path / "hf"),
                "HF_HUB_DISABLE_XET": "1",
                "HF_TOKEN": token,
            },
        )
        files = hub.repositories["acme/tasks"].files
    assert done.returncode == 0, done.stderr
    assert "published: [True, True, True]" in done.stdout
    assert read_table(BytesIO(files["instances/train-00000-of-00001.parquet"])).num_rows == 3
    assert token not in done.stdout + done.stderr
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if token.encode() in path.read_bytes()]
