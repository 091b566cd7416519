"""The linter of language packs: the packaged ones pass, and each kind of fault is found."""

import shutil

import pytest

from distilabel_selfinstruct.language_checks import check_pack
from distilabel_selfinstruct.languages import load_pack, pack_names

READY = [name for name in pack_names() if load_pack(name).has_prompts]


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
