import json

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli import app
from distilabel_selfinstruct.errors import InputFileError, OutputFileError
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks, packaged_seeds_path
from tests.builders import seed_row


def seeds(*arguments: str):
    return CliRunner().invoke(app, ["seeds", *arguments])


def test_the_packaged_seed_tasks_pass_without_a_finding():
    result = seeds("check", str(packaged_seeds_path()))
    assert result.exit_code == 0
    assert result.stdout == f"{packaged_seeds_path()}: 0 errors, 0 warnings.\n"


def test_errors_are_shown_with_file_line_field_and_remedy_and_give_exit_status_1(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(seed_row(n, is_classification=n % 6 == 0)) + "\n" for n in range(60)))
    with path.open("a") as stream:
        stream.write(json.dumps(seed_row(60, instances=[])) + "\n")
    result = seeds("check", str(path))
    assert result.exit_code == 1
    assert f"{path}:61: error: instances: it is empty. Fill in 'instances'.\n" in result.stdout


def test_warnings_alone_give_exit_status_0(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(seed_row(n, is_classification=n == 0)) + "\n" for n in range(20)))
    result = seeds("check", str(path))
    assert (result.exit_code, "warning: there are only 20 seed tasks" in result.stdout) == (0, True)


def test_the_packaged_tasks_can_be_copied_to_start_from(tmp_path):
    assert seeds("copy", str(tmp_path / "mine.jsonl")).exit_code == 0
    assert load_seed_tasks(tmp_path / "mine.jsonl") == load_seed_tasks()


def test_copying_never_overwrites(tmp_path):
    (tmp_path / "mine.jsonl").touch()
    result = seeds("copy", str(tmp_path / "mine.jsonl"))
    assert isinstance(result.exception, OutputFileError)


def test_a_copy_that_cannot_be_written_is_one_sentence_with_its_path(tmp_path):
    error = seeds("copy", str(tmp_path / "no folder" / "mine.jsonl")).exception
    assert isinstance(error, OutputFileError)
    assert error.path == str(tmp_path / "no folder" / "mine.jsonl")


@pytest.mark.parametrize("file", ["nowhere.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path, file):
    assert isinstance(seeds("check", str(tmp_path / file)).exception, InputFileError)
