"""A run folder of a stranger publishes no file of its reader: only files of the run and of the package leave."""

import hashlib
import json
import shutil

import pytest
import yaml

from distilabel_selfinstruct.errors import InputFileError, RunFolderError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.hub import publish
from distilabel_selfinstruct.review.argilla.settings import config_folder
from tests.hub.builders import instance, rating, review, run_folder

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_figures")]

SECRET = "the-name-of-this-machine"


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "outside" / "secret.yaml"
    file.parent.mkdir()
    file.write_text(f"password: {SECRET}\n")
    return file


@pytest.fixture
def reviewed(tmp_path):
    """A reviewed run, and a way to say in its `push.json` what raters were asked."""
    rows = [instance("sort")]
    run = run_folder(tmp_path / "run", rows)
    review(run, ["kept"], [rating(rows[0], "anna", "valid_task", "yes")])

    def asked(settings: object):
        options = {"settings": str(settings)}
        pushed = {"url": "", "datasets": [], "options": options, "counts": {}, "failed": [], "complete": True}
        (run / run_layout.PUSHED).write_text(json.dumps(pushed))
        return run

    return asked


def published(run, tmp_path, **options):
    folder = tmp_path / "repository"
    result = publish(run, "acme/tasks", license="mit", to=folder, **options)
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert SECRET.encode() not in content
    return result, {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def settings_with_guidelines(folder, guidelines):
    folder.mkdir(exist_ok=True)
    content = yaml.safe_load((config_folder() / "instances.yaml").read_text(encoding="utf-8"))
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump({**content, "guidelines": str(guidelines)}))
    return file


def test_settings_outside_of_the_run_are_not_published_and_the_user_is_told(reviewed, tmp_path, secret):
    result, files = published(reviewed(secret), tmp_path)
    assert not any(path.startswith("argilla/") for path in files)
    assert f"The questions to raters in {secret} are not published" in result.note


def test_guidelines_outside_of_the_run_are_not_published(reviewed, tmp_path, secret):
    run = reviewed(settings_with_guidelines(tmp_path / "run", secret))
    result, files = published(run, tmp_path)
    assert {path for path in files if path.startswith("argilla/")} == {"argilla/mine.yaml"}
    assert f"The guidelines in {secret} are not published" in result.note


@pytest.mark.parametrize("guidelines", ["../outside/secret.yaml", "link.md"])
def test_guidelines_that_lead_out_of_the_run_are_not_published(reviewed, tmp_path, secret, guidelines):
    (tmp_path / "run" / "link.md").symlink_to(secret)
    result, _ = published(reviewed(settings_with_guidelines(tmp_path / "run", guidelines)), tmp_path)
    assert "are not published" in result.note


def test_settings_and_guidelines_inside_the_run_are_published(reviewed, tmp_path):
    (tmp_path / "run" / "mine.md").write_text("Be fair.")
    result, files = published(reviewed(settings_with_guidelines(tmp_path / "run", "mine.md")), tmp_path)
    assert {"argilla/mine.yaml", "argilla/mine.md"} <= files
    assert "not published" not in result.note


def test_the_packaged_settings_are_published(reviewed, tmp_path):
    _, files = published(reviewed("instances"), tmp_path)
    assert {"argilla/instances.yaml", "argilla/instances.md"} <= files


@pytest.mark.parametrize(
    "name",
    ["run.json", "instances.jsonl", "instructions.jsonl", "rejections.jsonl", "pipeline.yaml", "review", "state"],
)
def test_a_run_whose_files_are_links_is_not_published(reviewed, tmp_path, secret, name):
    run = reviewed("instances")
    (run / "pipeline.yaml").write_text("pipeline: {}\n")
    shutil.move(run / name, tmp_path / "moved")
    (run / name).symlink_to(tmp_path / "moved")
    with pytest.raises(RunFolderError, match=r"is a link to .*, and only files of the run itself are published"):
        publish(run, "acme/tasks", license="mit", to=tmp_path / "repository")
    assert not (tmp_path / "repository").exists()


def test_a_file_that_holds_no_seed_tasks_is_not_published_as_such(reviewed, tmp_path, secret):
    run = reviewed("instances")
    description = json.loads((run / "run.json").read_text())
    description["config"]["seed_tasks"] = str(secret)
    description["inputs"]["seed_tasks"] = hashlib.sha256(secret.read_bytes()).hexdigest()
    (run / "run.json").write_text(json.dumps(description))
    with pytest.raises(InputFileError):
        publish(run, "acme/tasks", license="mit", to=tmp_path / "repository", include_seeds=True)


def test_the_files_are_named_before_any_is_sent(reviewed, tmp_path):
    told = []
    result = publish(
        reviewed("instances"), "acme/tasks", license="mit", to=tmp_path / "repository", on_files=told.append
    )
    [sizes] = told
    files = {path for path in (tmp_path / "repository").rglob("*") if path.is_file()}
    assert sizes == {path.relative_to(tmp_path / "repository").as_posix(): path.stat().st_size for path in files}
    assert (result.num_files, result.num_bytes) == (len(sizes), sum(sizes.values()))
