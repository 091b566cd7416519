"""The linter of language packs: the packaged ones pass, and each kind of fault is found."""

import shutil

import pytest

from distilabel_selfinstruct.language_checks import check_pack
from distilabel_selfinstruct.language_checks.files import check_files
from distilabel_selfinstruct.language_checks.round_trip import check_round_trip
from distilabel_selfinstruct.language_checks.said import check_said
from distilabel_selfinstruct.languages import load_pack, pack_names
from distilabel_selfinstruct.prompts import load_prompts

pytestmark = pytest.mark.slow

READY = [name for name in pack_names() if load_pack(name).has_prompts]


@pytest.mark.parametrize("tag", READY)
def test_a_packaged_language_says_all_that_english_says(tag):
    assert list(check_said(load_pack(tag))) == []


@pytest.mark.parametrize("name", ["README.md", "card.md", "report.yaml", "hints.yaml", "prompts.yaml", "glossary.yaml"])
def test_a_file_in_another_encoding_is_a_finding(tmp_path, name):
    shutil.copytree(load_pack("ko").folder, tmp_path / "ko")
    path = tmp_path / "ko" / name
    path.write_bytes(path.read_text("utf-8").encode("cp949", "replace"))
    pack = load_pack(tmp_path / "ko")
    found = [*check_files(pack), *check_said(pack)]
    assert (name, "it is not UTF-8") in [(one.location, one.fault) for one in found]


def test_words_of_the_glossary_that_are_no_list_are_a_finding(tmp_path):
    shutil.copytree(load_pack("ko").folder, tmp_path / "ko")
    (tmp_path / "ko" / "glossary.yaml").write_text("- {en: a, not: 3}\n- {en: b, not: word}\n", "utf-8")
    found = [one.fault for one in check_files(load_pack(tmp_path / "ko")) if one.location == "glossary.yaml"]
    assert found == ["3 under `not` is no list", "'word' under `not` is no list"]


def test_a_pack_without_classified_examples_is_a_finding(tmp_path):
    shutil.copytree(load_pack("ko").folder, tmp_path / "ko")
    (tmp_path / "ko" / "classification.jsonl").write_text("")
    pack = load_pack(tmp_path / "ko")
    (found,) = check_round_trip(pack, load_prompts(pack.folder))
    assert (found.location, found.fault) == ("classification.jsonl", "it has no examples")


def test_code_is_no_word_of_the_glossary(tmp_path):
    shutil.copytree(load_pack("de").folder, tmp_path / "de")
    report = tmp_path / "de" / "report.yaml"
    report.write_text(report.read_text("utf-8").replace("Teile", "Teile `rater-1`"), "utf-8")
    assert [found for found in check_files(load_pack(tmp_path / "de")) if "The glossary" in found.remedy] == []
    report.write_text(report.read_text("utf-8").replace("`rater-1`", "der Rater"), "utf-8")
    assert [found.location for found in check_files(load_pack(tmp_path / "de")) if "The glossary" in found.remedy] == [
        "report.yaml"
    ]


@pytest.mark.process  # patterns are timed in one
@pytest.mark.parametrize("tag", READY)
def test_a_packaged_language_has_no_error(tag):
    assert [finding for finding in check_pack(tag) if finding.severity == "error"] == []


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("prompts.yaml", "{instruction}", "", "{instruction} is missing"),
        ("locale.yaml", "class_label: [라벨,", "class_label: [입력,", "marker of class_label too"),
        ("locale.yaml", "name: 한국어", "name: TODO", "a TODO is left"),
        ("locale.yaml", '"yes": [예,', '"yes": [아마도,', "is read as null"),
        ("templates.yaml", "{input}", "{inputs}", "make it a text with {input} and {instruction}"),
        ("tests.jsonl", '"text": "예", "expected": true', '"text": "예", "expected": false', "is read as true"),
        ("tests.jsonl", '"text": "예"', '"text": 7', "it lacks a text under text"),
        ("input_first.jsonl", '"output": "', '"output": "과제: ', "it holds the stop sequence"),
        ("locale.yaml", "license: Apache-2.0", "license:", "it is missing"),
        ("locale.yaml", "wrong: [거짓,", "wrong: [거짓, 예,", "is in verdict.wrong too"),
        ("review/instances.yaml", '"yes": "예"', '"true": "예"', "instances.yaml"),
        ("seed_tasks.jsonl", "\uac00", "\u1100\u1161", "not NFC"),
    ],
)
def test_a_fault_is_found(tmp_path, file, before, after, said):
    folder = tmp_path / "mine"
    shutil.copytree(load_pack("ko").folder, folder)
    text = (folder / file).read_text("utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), "utf-8")
    assert any(said in finding.fault for finding in check_pack(folder) if finding.severity == "error")


def test_a_folder_without_a_pack_is_one_error(tmp_path):
    assert [finding.severity for finding in check_pack(tmp_path)] == ["error"]


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("input_first.jsonl", '"output": "', '"output": "구체적인操作步骤는 ', "is a word of two scripts"),
        ("card.md", "## intro", "## intro\n태스크", "it says '태스크'"),
        ("seed_tasks.jsonl", "세요.", "습니다.", "end as people rarely do"),
        (
            "seed_tasks.jsonl",
            '"is_classification": true',
            '"is_classification": false',
            "0 of 175 are classification tasks",
        ),
        (
            "tests.jsonl",
            '"stage": "classification"',
            '"stage": "instance_generation"',
            "it has 0 texts of classification",
        ),
    ],
)
def test_a_doubt_is_a_warning(tmp_path, file, before, after, said):
    folder = tmp_path / "mine"
    shutil.copytree(load_pack("ko").folder, folder)
    text = (folder / file).read_text("utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), "utf-8")
    assert any(said in finding.fault for finding in check_pack(folder) if finding.severity == "warning")


def test_seeds_must_not_repeat_an_evaluation_set(tmp_path):
    evaluation = tmp_path / "evaluation.jsonl"
    evaluation.write_text((load_pack("de").seed_file).read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    (finding,) = [finding for finding in check_pack("de", evaluation) if "ROUGE-L 1.00" in finding.fault]
    assert finding.location.startswith("seed_tasks.jsonl, line 1")


@pytest.mark.process
def test_a_pattern_that_takes_long_is_found(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(load_pack("th").folder, folder)
    (folder / "patterns.yaml").write_text(f"no_input: ['{'a?' * 60 + 'a' * 60}b']\n", "utf-8")
    (finding,) = [finding for finding in check_pack(folder) if "takes longer" in finding.fault]
    assert finding.location == "patterns.yaml, no_input"
