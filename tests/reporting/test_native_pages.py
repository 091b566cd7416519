"""Reports and cards of a run are in its language: nothing of the English pack stands in them."""

import json
import re
from pathlib import Path

import pytest

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.hub import Contents, build, find_license, run_source
from distilabel_selfinstruct.languages import english, load_pack, pack_names, pack_texts
from distilabel_selfinstruct.languages.texts import SLOT
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.reporting import build_report, to_html
from tests.hub.builders import instance, rating, rejection, review, run_folder
from tests.languages.messages import every_message
from tests.reporting.run_folders import completion

pytestmark = pytest.mark.slow  # figures are drawn

FEWEST_WORDS = 2
"""Single words, such as names of columns, stand in data and in code too."""

LOOP = "바다가 보인다. " * 40
TEXTS = [
    ("시를 한 편 써 주세요.", "", "바다가 부른다.", False),
    ("시를 한 편 지어 주세요.", "바다", "파도 소리", False),
    ("말투가 공손한가요?", "밥 먹어", "아니요", True),
    ("말투가 공손한가요?", "드세요", "예", True),
]
ENGLISH = pack_texts(english())
WRITTEN = [name for name in pack_names() if name != "en" and load_pack(name).file("report.yaml")]


def _write_faults(folder: Path) -> None:
    """Journals of answers with every fault that a user is told of, and a line that cannot be read."""
    short_context = completion("x", text=None, error="maximum context length is 2048", retries=2)
    looping = [completion("x", text=LOOP, finish_reason="length") for _ in range(12)]
    for number, stage in enumerate(stage for stage in Stage if stage.asks_a_model):
        state = folder / "state" / stage.value
        state.mkdir(exist_ok=True)
        dropped = [rejection("unknown_markers") | {"request": each, "detail": "문: 답:"} for each in range(12)]
        dropped += [rejection("prompt_echo") | {"request": each, "detail": "an example"} for each in range(12)]
        jsonl.write(state / "completions.jsonl", [row | {"stage": stage.value} for row in (*looping, short_context)])
        if number != 1:
            jsonl.write(state / "rejections.jsonl", dropped)
        else:
            judged = {"instruction": "x", "is_classification": True, "status": "answered", "request": 0}
            jsonl.write(state / "results.jsonl", [judged] * 40)
        with (state / "completions.jsonl").open("a", encoding="utf-8") as journal:
            journal.write("broken\n")


def _run(folder: Path, language: str, *, rated: bool) -> Path:
    """A run with all that a report and a card can tell, or with little of it."""
    rows = [
        instance(instruction=instruction, input=given, output=output, is_classification=is_classification)
        for instruction, given, output, is_classification in TEXTS
    ]
    if not rated:
        return run_folder(folder, rows, language=language, seed_tasks="없는_파일.jsonl", status="stopped")
    options = {"llm": "openai:gpt-4o-mini", "stages": {"classification": {"llm": "openai:gemma-3"}}}
    run_folder(folder, rows, language=language, extra_body={"a": 1}, human_feedback="x", mode="strict", **options)
    described = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    said = every_message()
    notes = [{"stage": "classification", "kind": "sampling", "subject": str(key), "text": said[key]} for key in said]
    described |= {"status": "stopped", "stop_reason": " ".join(said.values()), "notes": notes}
    (folder / "run.json").write_text(json.dumps(described), encoding="utf-8")
    _write_faults(folder)
    questions = ("valid_task", "input_appropriate", "output_correct")
    answers = [rating(row, rater, name, "yes") for row in rows for rater in ("가람", "나래") for name in questions]
    review(folder, ["kept", "dropped", "kept"], answers, ["고친 출력."])
    return folder


@pytest.mark.parametrize(("language", "rated"), [("ko", False), *((name, True) for name in WRITTEN)])
def test_nothing_of_the_english_pack_is_in_them(language, rated, tmp_path):
    run = _run(tmp_path / "실행", language, rated=rated)
    contents = Contents("acme/tasks", find_license("mit"), unreviewed=True)
    build(run_source(run, unfinished=True), contents, tmp_path / "new")
    card = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    report = build_report(run)
    page = re.sub(r"data:image/svg\+xml;base64,[\w+/=]+", "", to_html(report))
    assert len(card) > 3000
    assert len(page) > 5000
    assert {fault.fault.value for fault in report.faults} == (
        {"loops", "copies", "one_verdict", "unknown_markers", "short_context"} if rated else set()
    )
    own = " ".join(pack_texts(load_pack(language)).values())
    for key, text in ENGLISH.items():
        for part in SLOT.split(text)[::2]:
            sentence = " ".join(part.split())
            words = re.findall("[A-Za-z]+", sentence)
            if len(words) >= FEWEST_WORDS and not sentence.isupper() and sentence not in own:
                for shown in (" ".join(card.split()), " ".join(page.split())):
                    assert sentence not in shown, key
