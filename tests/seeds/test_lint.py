import json
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.seeds.lint import lint_seed_tasks
from distilabel_selfinstruct.seeds.tasks import SeedFinding, packaged_seeds_path
from tests.builders import seed_row


def lint(tmp_path: Path, *changes: dict[str, object], count: int = 60, **options) -> list[SeedFinding]:
    """Lint a good file of `count` tasks, 1 in 6 of them classification, whose first rows are changed."""
    rows = [
        seed_row(number, is_classification=number % 6 == 0, **(changes[number] if number < len(changes) else {}))
        for number in range(count)
    ]
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(lint_seed_tasks(path, **options))


def test_the_packaged_seed_tasks_have_no_finding():
    assert list(lint_seed_tasks(packaged_seeds_path())) == []


def test_a_good_file_has_no_finding(tmp_path):
    assert lint(tmp_path) == []


def test_a_shape_error_is_found_with_its_line_and_field(tmp_path):
    (finding,) = lint(tmp_path, {}, {"instances": None})
    assert (finding.line, finding.field, finding.severity) == (2, "instances", "error")


def test_all_findings_of_a_file_are_listed_not_only_the_first(tmp_path):
    findings = lint(tmp_path, {"id": 1}, {"instruction": 2}, {"instances": []})
    assert [finding.line for finding in findings] == [1, 2, 3]


def test_a_word_that_the_filters_reject_is_a_warning(tmp_path):
    (finding,) = lint(tmp_path, {"instruction": "Describe the picture in two sentences."})
    assert finding.severity == "warning"
    assert "forbidden_word (picture)" in finding.message


def test_near_duplicates_are_a_warning_that_names_the_other_line(tmp_path):
    text = "Name three rivers that flow through France."
    (finding,) = lint(tmp_path, {"instruction": text}, {}, {"instruction": text})
    assert (finding.line, finding.message) == (3, "ROUGE-L 1.00 with line 1")


def test_the_threshold_for_near_duplicates_can_be_chosen(tmp_path):
    texts = ({"instruction": "Name three rivers in France."}, {"instruction": "Name three lakes in Norway."})
    assert lint(tmp_path, *texts) == []
    assert len(lint(tmp_path, *texts, max_rouge_l=0.5)) == 1


def test_overlap_with_an_evaluation_set_is_a_warning(tmp_path):
    evaluation = tmp_path / "evaluation.jsonl"
    evaluation.write_text('{"instruction": "Unrelated words here only."}\n{"instruction": "Name five seas, please."}\n')
    (finding,) = lint(tmp_path, {"instruction": "Name five seas, please."}, against=evaluation)
    assert finding.message == f"ROUGE-L 1.00 with line 2 of {evaluation}"


def test_an_evaluation_row_without_an_instruction_is_an_error_with_its_place(tmp_path):
    evaluation = tmp_path / "evaluation.jsonl"
    evaluation.write_text('{"aim": "x"}\n')
    with pytest.raises(InputFileError, match="has no column 'instruction'"):
        lint(tmp_path, against=evaluation)


def test_too_few_tasks_for_one_prompt_are_an_error(tmp_path):
    findings = lint(tmp_path, count=5)
    assert ("error", "there are 5 readable seed tasks and a prompt shows 8") in [
        (finding.severity, finding.message) for finding in findings
    ]


def test_few_tasks_are_a_warning(tmp_path):
    (finding,) = lint(tmp_path, count=20)
    assert (finding.severity, finding.message) == ("warning", "there are only 20 seed tasks")


def test_a_file_without_classification_tasks_is_a_warning(tmp_path):
    rows = [seed_row(number) for number in range(60)]
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (finding,) = lint_seed_tasks(path)
    assert (finding.severity, finding.field) == ("warning", "is_classification")


def test_an_empty_file_is_an_error(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.touch()
    (finding,) = lint_seed_tasks(path)
    assert finding.severity == "error"


def test_the_rules_see_an_instruction_as_they_see_that_of_a_model(tmp_path):
    (finding,) = lint(tmp_path, {"instruction": "\n\n  Write a\n program that  sorts.  "})
    assert finding.line == 1
    assert finding.message == "the filters would reject this instruction: asks_for_program (write a program)"


def test_characters_that_cannot_be_seen_are_a_warning_that_shows_them(tmp_path):
    (finding,) = lint(tmp_path, {"instruction": "Name seven \x1b[31mseas, please and thanks."})
    assert (finding.line, finding.field, finding.severity) == (1, "instruction", "warning")
    assert "\\u001b[31mseas" in finding.message


def test_a_bad_row_of_the_evaluation_set_is_left_out_and_said(tmp_path):
    evaluation = tmp_path / "evaluation.csv"
    evaluation.write_text("prompt,answer\nName five seas please.,x\n,y\n")
    findings = lint(tmp_path, {"instruction": "Name five seas please."}, against=evaluation)
    assert [finding.line for finding in findings] == [0, 1]
    assert "row 2 has no instruction" in findings[0].message
