"""A Korean run is rated in Korean: what Argilla holds of it, and what its page shows."""

import json
import re
from pathlib import Path
from typing import Any

import argilla as rg

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.languages import load_pack
from distilabel_selfinstruct.review.pushing.push import push_for_review
from tests.browser import sign_in
from tests.review.people import instance

ROW = instance(1, instruction="다음 낱말의 반대말을 쓰세요.", input="낮", output="밤")

NAMES = {"ROUGE-L"}


def korean_run(folder: Path) -> Path:
    folder.mkdir()
    jsonl.write(folder / "instances.jsonl", [ROW])
    described = {"config": {"llm": "openai:m", "language": "ko"}, "status": "finished"}
    (folder / "run.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


def held_by_argilla(client: rg.Argilla, dataset: str) -> dict[str, str]:
    """Every text that a rater can see of the settings, by where it is."""
    found = next(found for found in client.api.datasets.list() if found.name == dataset)

    def items(kind: str) -> list[dict[str, Any]]:
        return client.api.http_client.get(f"/api/v1/datasets/{found.id}/{kind}").json()["items"]

    texts = {"guidelines": found.guidelines}
    for kind in ("fields", "questions"):
        for item in items(kind):
            texts[f"{item['name']}, title"] = item["title"]
            texts[f"{item['name']}, description"] = item.get("description") or ""
            for option in item["settings"].get("options", ()):
                texts[f"{item['name']}, {option['value']}"] = option["text"]
    for item in client.api.http_client.get(f"/api/v1/me/datasets/{found.id}/metadata-properties").json()["items"]:
        texts[f"{item['name']}, metadata"] = item["title"]
    return texts


def test_a_korean_run_is_rated_in_korean(
    argilla_server: Any, client: rg.Argilla, name: str, browser: Any, tmp_path: Path
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    pushed = push_for_review(korean_run(tmp_path / "run"), dataset=name, client=client)
    texts = held_by_argilla(client, name)
    guide = load_pack("ko").file("review", "instances.md")
    assert guide is not None
    assert texts["guidelines"].strip() == guide.read_text(encoding="utf-8").strip()
    assert texts["valid_task, title"] == "지시문이 과제로 성립하나요?"
    assert (texts["valid_task, yes"], texts["valid_task, no"]) == ("예", "아니요")
    assert len(texts) >= 25
    for key, text in texts.items():
        assert not text or re.search("[\uac00-\ud7a3]", text), key
        english = set(re.findall(r"[A-Za-z][A-Za-z-]+", re.sub(r"`[^`]*`", "", text))) - NAMES
        assert not english or key == "guidelines", (key, english)

    sign_in(browser, argilla_server.url, *argilla_server.rater("anna")[:2])
    browser.get(pushed.datasets[0].url)
    wait = WebDriverWait(browser, 60)
    shown = [*(texts[f"{question}, title"] for question in ("valid_task", "output_correct", "overall")), ROW["output"]]
    wait.until(lambda _: all(text in browser.find_element(By.TAG_NAME, "body").text for text in shown))
