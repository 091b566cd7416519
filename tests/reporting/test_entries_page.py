"""The page to browse entries, in a browser from the file system."""

import json
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.reporting.entries import Entry
from distilabel_selfinstruct.reporting.entries_page import entries_page

HOSTILE = "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'> @@DATA@@ <!-- & \u2028"


def entry(number: int, **changes: Any) -> Entry:
    values = {
        "kind": "task", "title": f"Task {number}.", "stage": "instance_filtering", "reasons": (),
        "is_classification": number % 2 == 0, "texts": (("output", f"Answer {number}."),),
    }  # fmt: skip
    return Entry(**{**values, **changes})


def titles(driver: Any) -> list[str]:
    return [found.get_attribute("textContent") for found in driver.find_elements("css selector", "article h2")]


def position(driver: Any) -> str:
    return driver.find_element("id", "position").text


def test_five_thousand_rows_are_browsed_searched_and_filtered_and_hostile_texts_do_nothing(
    tmp_path: Path, browser: Any
) -> None:
    from selenium.webdriver.support.ui import Select

    hostile = entry(0, kind="rejection", title=HOSTILE, reasons=("refusal",), texts=((HOSTILE, HOSTILE),))
    page = tmp_path / "show.html"
    page.write_text(entries_page(HOSTILE, [hostile, *map(entry, range(1, 5000))]), encoding="utf-8")
    browser.get(page.as_uri())
    assert titles(browser)[:2] == [HOSTILE, "Task 1."]
    assert browser.find_element("css selector", "dd").get_attribute("textContent") == HOSTILE
    assert browser.find_element("tag name", "h1").get_attribute("textContent") == HOSTILE
    assert browser.execute_script("return window.hit") is None
    assert position(browser) == "1 to 50 of 5000"
    browser.find_element("id", "next").click()
    assert position(browser) == "51 to 100 of 5000"
    browser.find_element("id", "search").send_keys("ANSWER 4999.")
    assert titles(browser) == ["Task 4999."]
    browser.find_element("id", "search").clear()
    Select(browser.find_element("id", "reason")).select_by_value("refusal")
    assert (titles(browser), position(browser)) == ([HOSTILE], "1 to 1 of 1")
    requests = [json.loads(logged["message"])["message"] for logged in browser.get_log("performance")]
    sent = [one["params"]["request"]["url"] for one in requests if one["method"] == "Network.requestWillBeSent"]
    assert [url for url in sent if url.startswith("http")] == []
    assert [logged for logged in browser.get_log("browser") if logged["level"] == "SEVERE"] == []
