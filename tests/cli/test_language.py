"""`selfinstruct language`: packs are listed, shown, begun and checked."""

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import ConfigError, OutputFileError
from distilabel_selfinstruct.languages import load_pack


def language(*arguments: str):
    return CliRunner().invoke(app, ["language", *arguments])


def test_the_list_says_which_languages_can_generate():
    said = language("list").stdout.splitlines()
    assert any(line.startswith("ko ") and line.endswith("generates") for line in said)
    assert any(line.startswith("th ") and "reads responses only" in line for line in said)


@pytest.mark.parametrize("name", [pytest.param("en", marks=pytest.mark.process), "ko"])
def test_a_packaged_language_has_no_errors(name):
    done = language("check", name)
    assert (done.exit_code, done.stdout.splitlines()[-1][:9]) == (0, "0 errors,")


def test_a_new_pack_is_begun_with_marks_that_the_check_finds(tmp_path):
    folder = tmp_path / "da"
    assert language("new", "da", "--output", str(folder)).exit_code == 0
    done = language("check", str(folder))
    assert (done.exit_code, done.stdout.count("a TODO is left")) == (1, 3)
    assert isinstance(language("new", "da", "--output", str(folder)).exception, OutputFileError)


@pytest.mark.process  # patterns are timed in one
def test_a_new_pack_of_a_language_that_is_read_only_begins_with_its_words(tmp_path):
    folder = tmp_path / "th"
    assert language("new", "th", "--output", str(folder)).exit_code == 0
    for name in ("locale.yaml", "patterns.yaml"):
        assert (folder / name).read_bytes() == load_pack("th").file(name).read_bytes()
    done = language("check", str(folder))
    assert (done.exit_code, done.stdout.count("a TODO is left")) == (1, 2)
    lines = [line for line in done.stdout.splitlines() if "wrong_script (latin)" in line]
    assert [line.split(":")[1].strip() for line in lines] == [
        f"seed_tasks.jsonl, line {number} instruction" for number in (1, 2, 3)
    ]
    assert "warning: 172 more like the last one." in done.stdout  # a fault of many lines


@pytest.mark.parametrize("name", ["..", "", "a b", "한국어", "/", "da\n"])
def test_a_new_pack_is_of_a_language_that_has_a_tag(tmp_path, name):
    assert isinstance(language("new", "--output", str(tmp_path / "new"), "--", name).exception, ConfigError)
    assert list(tmp_path.iterdir()) == []


def test_a_new_pack_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    assert isinstance(language("new", "da", "--output", str(tmp_path / "file" / "da")).exception, OutputFileError)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
