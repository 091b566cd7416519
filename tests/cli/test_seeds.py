import json

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import (
    ConfigError,
    InputFileError,
    MissingColumnError,
    OutputFileError,
    SeedTaskError,
)
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


def test_rows_with_columns_of_other_names_become_a_seed_file(tmp_path):
    rows, made = tmp_path / "rows.csv", tmp_path / "seeds.jsonl"
    rows.write_text("Frage;Antwort\nNenne einen Fluss.;Elbe\nNenne einen Fluss.;Oder\nOhne Antwort;\n")
    result = seeds("convert", str(rows), "--map", "instruction=Frage,output=Antwort", "--output", str(made))
    assert (result.exit_code, "row 3 is left out: output it is empty." in result.stderr) == (0, True)
    (task,) = load_seed_tasks(made)
    assert (task.instruction, [one.output for one in task.instances]) == ("Nenne einen Fluss.", ["Elbe", "Oder"])
    assert isinstance(seeds("convert", str(made), "-o", str(made)).exception, OutputFileError)


def test_seed_tasks_that_are_converted_stay_what_they_are(tmp_path):
    made = tmp_path / "seeds.jsonl"
    assert seeds("convert", str(packaged_seeds_path()), "-o", str(made)).exit_code == 0
    assert load_seed_tasks(made) == load_seed_tasks()


def test_seeds_whose_columns_are_not_known_are_refused_with_the_command_that_converts_them(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("Frage;Antwort\nNenne einen Fluss.;Elbe\n")
    with pytest.raises(
        SeedTaskError, match=r"no column 'instruction' \(there is Frage, Antwort\): convert it with .*--map"
    ):
        load_seed_tasks(path)
    assert isinstance(seeds("convert", str(path), "-o", str(tmp_path / "x")).exception, MissingColumnError)


def test_a_file_without_a_seed_task_is_not_converted(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("instruction,output\nName a sea.,\n")
    result = seeds("convert", str(path), "-o", str(tmp_path / "x.jsonl"))
    assert isinstance(result.exception, InputFileError)
    assert not (tmp_path / "x.jsonl").exists()


def test_the_tasks_of_a_language_can_be_copied(tmp_path):
    copied = seeds("copy", str(tmp_path / "mine.jsonl"), "--language", "ko")
    assert load_seed_tasks(tmp_path / "mine.jsonl", "ko") == load_seed_tasks(language="ko")
    assert f"175 seed tasks. Use them: selfinstruct run --seed-tasks {tmp_path / 'mine.jsonl'} --language ko" in (
        copied.stdout
    )


@pytest.mark.parametrize(
    ("language", "said"), [("th", "has no seed tasks to copy"), ("xx", "There is no language pack")]
)
def test_a_language_without_seed_tasks_is_named(tmp_path, language, said):
    error = seeds("copy", str(tmp_path / "mine.jsonl"), "--language", language).exception
    assert isinstance(error, ConfigError)
    assert said in str(error)
