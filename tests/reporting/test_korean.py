"""A Korean run has a Korean report and a Korean card: nothing of the English pack stands in them."""

import json
import re

import pytest

from distilabel_selfinstruct.hub import Contents, build, find_license, run_source
from distilabel_selfinstruct.languages import english, pack_texts
from distilabel_selfinstruct.languages.texts import SLOT
from distilabel_selfinstruct.reporting import build_report, to_html
from tests.hub.builders import instance, rating, review, run_folder
from tests.reporting.run_folders import completion

pytestmark = pytest.mark.slow  # figures are drawn

FEWEST_WORDS = 2
"""Single words, such as names of columns, stand in data and in code too."""


@pytest.fixture(scope="module", params=["rated", "not rated"])
def run(request, tmp_path_factory):
    """A run with what a report and a card can tell, or with little of it."""
    rows = [
        instance(instruction="시를 한 편 써 주세요.", output="바다가 부른다."),
        instance(instruction="시를 한 편 지어 주세요.", input="바다", output="파도 소리"),
        instance(instruction="말투가 공손한가요?", input="밥 먹어", output="아니요", is_classification=True),
        instance(instruction="말투가 공손한가요?", input="드세요", output="예", is_classification=True),
    ]
    folder = tmp_path_factory.mktemp("korean") / "실행"
    if request.param == "not rated":
        return run_folder(folder, rows, language="ko", seed_tasks="없는_파일.jsonl", status="stopped")
    options = {"llm": "openai:gpt-4o-mini", "stages": {"classification": {"llm": "openai:gemma-3"}}}
    run_folder(folder, rows, language="ko", extra_body={"a": 1}, human_feedback="x", mode="strict", **options)
    row = completion("classification", error="x", retries=2)
    journal = json.dumps(row) + "\nbroken\n"
    (folder / "state" / "instruction_generation" / "completions.jsonl").write_text(journal, encoding="utf-8")
    questions = ("valid_task", "input_appropriate", "output_correct")
    answers = [rating(row, rater, name, "yes") for row in rows for rater in ("가람", "나래") for name in questions]
    review(folder, ["kept", "dropped", "kept"], answers, ["고친 출력."])
    return folder


def test_nothing_of_the_english_pack_is_in_them(run, tmp_path):
    source = run_source(run, unfinished=True)
    contents = Contents("acme/tasks", find_license("mit"), unreviewed=True)
    build(source, contents, tmp_path / "new")
    card = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    page = re.sub(r"data:image/svg\+xml;base64,[\w+/=]+", "", to_html(build_report(run)))
    assert len(card) > 5000
    assert len(page) > 5000
    for key, text in pack_texts(english()).items():
        for part in SLOT.split(text)[::2]:
            sentence = " ".join(part.split())
            if len(sentence.split()) >= FEWEST_WORDS and not sentence.isupper():
                for shown in (" ".join(card.split()), " ".join(page.split())):
                    assert sentence not in shown, key
