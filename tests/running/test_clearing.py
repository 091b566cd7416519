"""What `fresh` removes is what a run wrote, and never what people said or put there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import described_run
from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.journal.run_records import read_run
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.running.outputs import write_outputs
from tests.running.run_folders import ADMITTED, a_run, journal, prepared


def test_a_run_is_only_replaced_when_asked(tmp_path):
    folder = a_run(tmp_path)
    prepared(folder.path, fresh=True, num_instructions=7)
    assert not any((folder.state / stage.value).exists() for stage in Stage)
    assert described_run(folder.path)[0]["config"]["num_instructions"] == 7


def test_what_was_made_of_a_replaced_run_goes_too(tmp_path):
    folder = a_run(tmp_path)
    for name in ("report.html", "report.json", "export/alpaca.jsonl"):
        (folder.path / name).parent.mkdir(exist_ok=True)
        (folder.path / name).write_text("old")
    prepared(folder.path, fresh=True)
    assert {path.name for path in folder.path.iterdir()} == {"run.json", "state", "lock", "cache"}


@pytest.mark.parametrize("name", ["ratings.jsonl", "decisions.jsonl", "push.json"])
def test_a_run_that_people_rated_is_not_replaced(tmp_path, name):
    folder = a_run(tmp_path)
    (folder.path / "review").mkdir()
    (folder.path / "review" / name).write_text("{}")
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    with pytest.raises(RunFolderError) as refusal:
        prepared(folder.path, fresh=True)
    assert str(refusal.value) == (
        f"{folder.path / 'review' / name} says what people think of the run in {folder.path}, or that they are "
        "asked, so it is not replaced: move the folder review elsewhere first, or give another output folder."
    )
    assert {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()} == before
    (folder.path / "review").rename(tmp_path / "elsewhere")
    prepared(folder.path, fresh=True)


FOREIGN = (
    "dataset/thesis.txt",
    "export/mine.jsonl",
    "state/notes.txt",
    "state/classification/a.txt",
    "mine.md",
    "a/b.c",
)


@given(st.sets(st.sampled_from(FOREIGN)))
def test_files_of_others_in_the_folder_of_a_run_stay(tmp_path_factory, names):
    folder = a_run(tmp_path_factory.mktemp("f"))
    write_outputs(folder, read_run(folder.state))
    for name in names:
        (folder.path / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / name).write_text("years of work")
    prepared(folder.path, fresh=True)
    assert all((folder.path / name).read_text() == "years of work" for name in names)
    assert not folder.instances.exists()
    assert not list(folder.path.rglob("*.arrow"))


@pytest.mark.parametrize("description", ["{}", "[]", "{", '{"versions": {"another-tool": "1.0"}}', "\x00"])
def test_a_folder_that_another_program_described_is_not_cleared(tmp_path, description):
    for name in ("dataset/thesis.txt", "run.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(description)
    with pytest.raises(RunFolderError, match=r"run\.json does not say that distilabel-selfinstruct wrote it"):
        prepared(tmp_path, fresh=True)
    assert (tmp_path / "dataset" / "thesis.txt").exists()


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("name", ["state", "dataset", "export", "review", "cache", "state/classification"])
def test_a_link_in_the_folder_of_a_run_is_refused_and_what_it_leads_to_stays(tmp_path, name, fresh):
    folder = a_run(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    if (folder.path / name).exists():
        (folder.path / name).rename(elsewhere)
    else:
        elsewhere.mkdir()
    (elsewhere / "thesis.txt").write_text("years of work")
    (folder.path / name).symlink_to(elsewhere)
    with pytest.raises(RunFolderError, match=r"is a link to .*elsewhere"):
        prepared(folder.path, fresh=fresh)
    assert (elsewhere / "thesis.txt").exists()


def test_a_cache_that_no_run_made_is_refused(tmp_path):
    folder = a_run(tmp_path)
    (folder.cache / "CACHEDIR.TAG").unlink()
    (folder.cache / "thesis.txt").write_text("years of work")
    with pytest.raises(RunFolderError, match="cache holds something that no run wrote"):
        prepared(folder.path)
    assert (folder.cache / "thesis.txt").exists()


@pytest.mark.parametrize("name", ["ratings.jsonl", "decisions.jsonl", "push.json"])
def test_a_run_without_its_answers_does_not_replace_rows_that_people_rate(tmp_path, name):
    folder = a_run(tmp_path)
    write_outputs(folder, read_run(folder.state))
    (folder.path / "review").mkdir()
    (folder.path / "review" / name).write_text("{}")
    folder.state.rename(tmp_path / "lost")
    with pytest.raises(RunFolderError, match=r"holds no answers, and .* says what people think"):
        prepared(folder.path)
    assert folder.instances.exists()


def test_rows_that_were_pushed_are_kept_when_others_take_their_place(tmp_path):
    folder = a_run(tmp_path)
    write_outputs(folder, read_run(folder.state))
    before = list(jsonl.read(folder.instances))
    (folder.path / "review").mkdir()
    (folder.path / "review" / "push.json").write_text("{}")
    file = folder.state / Stage.INSTANCE_FILTERING.value / "results.jsonl"
    file.write_text(file.read_text().replace('"output": "x"', '"output": "changed"'))
    journal(folder, Stage.INSTRUCTION_GENERATION, {"instruction": "three", **ADMITTED})
    for _ in range(2):
        write_outputs(folder, read_run(folder.state))
        assert list(jsonl.read(folder.path / "review" / "replaced_rows.jsonl")) == before
    assert json.loads(folder.instances.read_text().splitlines()[0])["output"] == "changed"


def test_the_settings_of_a_run_are_for_its_owner_only(tmp_path):
    folder = a_run(tmp_path)
    assert folder.description.stat().st_mode & 0o777 == 0o600
