"""What raters see and answer: the settings that ship, and the messages about settings that cannot work."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.ratings import answers
from distilabel_selfinstruct.review.argilla.settings import NAMES, allowed_values, config_folder, read_settings
from tests.live_argilla import skip_or_fail

ROOT = Path(__file__).parents[3]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the settings for instances, to change."""
    for name in ("instances.yaml", "instances.md"):
        shutil.copy(config_folder() / name, tmp_path / name)
    return tmp_path / "instances.yaml"


def change(path: Path, **entries: Any) -> Path:
    content = {**yaml.safe_load(path.read_text()), **entries}
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def with_question(path: Path, name: str, **entries: Any) -> Path:
    questions = yaml.safe_load(path.read_text())["questions"]
    return change(
        path, questions=[{**question, **entries} if question["name"] == name else question for question in questions]
    )


def test_the_review_asks_the_papers_questions() -> None:
    assert tuple(question.name for question in read_settings("instances").questions) == answers.QUESTIONS


def test_what_is_not_a_label_is_optional_and_every_label_is_required() -> None:
    for question in read_settings("instances").questions:
        assert question.required == (question.type == "label")


def test_a_comparison_asks_for_a_letter_and_does_not_tell_the_model() -> None:
    settings = read_settings("comparison")
    assert [question.name for question in settings.questions] == [answers.OVERALL, answers.COMMENT]
    assert "model" not in {metadata.name for metadata in settings.metadata}


def test_raters_do_not_see_what_could_sway_them() -> None:
    hidden = {metadata.name for metadata in read_settings("instances").metadata if not metadata.visible_to_raters}
    assert hidden == {"nearest_rouge_l", "model", "run", "stage"}


@pytest.mark.parametrize("name", NAMES)
def test_the_guidelines_explain_every_letter_and_the_keys(name: str) -> None:
    guidelines = read_settings(name).guidelines
    for part in ("**A**", "**B**", "**C**", "**D**", "`Enter`", "`1` … `4`", "Worked examples"):
        assert part in guidelines


def test_the_labels_of_a_letter_say_what_it_means() -> None:
    (overall,) = (question for question in read_settings("instances").questions if question.name == answers.OVERALL)
    assert list(overall.labels) == list(answers.OVERALL_RATINGS)
    assert all(text.startswith(f"{letter} · ") for letter, text in overall.labels.items())


def test_values_are_those_that_a_ratings_file_may_hold() -> None:
    assert allowed_values(answers.VALID_TASK) == ("yes", "no")
    assert allowed_values(answers.OVERALL) == ("A", "B", "C", "D")
    assert allowed_values(answers.COMMENT) == ()


def test_titles_labels_and_order_can_be_changed(own: Path) -> None:
    with_question(own, "overall", title="Gesamturteil", labels={"D": "4", "C": "3", "B": "2", "A": "1"})
    (overall,) = (question for question in read_settings(own).questions if question.name == "overall")
    assert (overall.title, overall.labels["A"]) == ("Gesamturteil", "1")


def test_a_question_can_be_left_out(own: Path) -> None:
    questions = [question for question in yaml.safe_load(own.read_text())["questions"] if question["name"] != "comment"]
    assert len(read_settings(change(own, questions=questions)).questions) == 5


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"guidelines": None}, "guidelines is None and must name a file in the same folder"),
        ({"min_submitted": 0}, "min_submitted is 0 and should be greater than or equal to 1"),
        ({"min_submited": 2}, "there is no key min_submited"),
        ({"fields": []}, "the fields instruction, input, output are missing"),
        ({"fields": None}, "fields is None and should be a valid tuple"),
        ({"questions": []}, "at least one question must be required"),
        ({"questions": [{"name": "mood", "type": "text", "title": "Mood"}]}, "questions.0.name is 'mood'"),
        ({"questions": [{"name": "comment", "title": "Comment"}]}, "questions.0.type is missing"),
        ({"questions": [{"name": "comment", "type": "label", "title": "C"}]}, "type of comment must be text"),
        ({"metadata": [{"name": "run", "type": "number", "title": "Run"}]}, "metadata.0.type is 'number'"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(own: Path, entries: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_settings(change(own, **entries))
    assert message in str(raised.value)
    assert str(own) in str(raised.value)


def test_guidelines_that_cannot_be_read_are_named(own: Path) -> None:
    with pytest.raises(InputFileError, match=r"Cannot read .*nowhere\.md: No such file") as raised:
        read_settings(change(own, guidelines="nowhere.md"))
    assert raised.value.path == str(own.with_name("nowhere.md"))
    own.with_name("nowhere.md").write_bytes(b"\xff")
    with pytest.raises(InputFileError, match=r"nowhere\.md are not UTF-8: save them as UTF-8"):
        read_settings(own)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"yes": "Yes"}, "labels of valid_task must be for the values yes and no"),
        ({"ja": "Ja", "nein": "Nein"}, "labels of valid_task must be for the values yes and no"),
        ({True: "Yes", False: "No"}, "write yes and no in quotes"),
        ({"yes": True, "no": False}, "write yes and no in quotes"),
    ],
)
def test_labels_must_be_for_the_values_that_ratings_are_read_by(
    own: Path, labels: dict[Any, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        read_settings(with_question(own, "valid_task", labels=labels))


def test_a_name_that_is_there_twice_is_refused(own: Path) -> None:
    fields = yaml.safe_load(own.read_text())["fields"]
    with pytest.raises(ConfigError, match="the names input stand there more than once"):
        read_settings(change(own, fields=[*fields, fields[1]]))


def test_guidelines_longer_than_argilla_takes_are_refused(own: Path) -> None:
    own.with_name("instances.md").write_text("x" * 10_001)
    with pytest.raises(ConfigError, match=r"guidelines is .xxx.*at most 10000 characters"):
        read_settings(own)


@pytest.mark.parametrize("source", ["nothing", "nowhere.yaml", "/"])
def test_settings_that_are_not_there_are_named(source: str) -> None:
    with pytest.raises(ConfigError, match=f"There are no review settings '{source}': name instances and comparison"):
        read_settings(source)


def test_a_package_that_brings_its_settings_uses_them(tmp_path: Path) -> None:
    (tmp_path / "package" / "argilla_config").mkdir(parents=True)
    assert config_folder(tmp_path / "package") == tmp_path / "package" / "argilla_config"


def test_in_a_checkout_the_settings_lie_beside_the_package(tmp_path: Path) -> None:
    assert config_folder(tmp_path / "package") == tmp_path / "argilla_config"
    assert config_folder() == ROOT / "argilla_config"


@pytest.mark.slow
def test_a_wheel_holds_the_settings(tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        skip_or_fail("hatchling, which builds the wheel, is not installed.")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    package = tmp_path / "installed" / "distilabel_selfinstruct"
    assert config_folder(package) == package / "argilla_config"
    for name in NAMES:
        assert read_settings(package / "argilla_config" / f"{name}.yaml") == read_settings(name)
