"""Answers of models are rated in a real browser."""

from distilabel_selfinstruct.review.comparing.comparison import CompareOptions, pull_comparison, push_comparison
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from tests.browser import sign_in
from tests.review.comparing.comparisons import MODELS, counts


def test_answers_are_rated_by_keyboard_only_and_an_empty_one_is_seen_to_be_none(
    argilla_server, client, folder, browser
):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    task = ("Sort the words.", "b a")
    answers = {MODELS[0]: {task: "a b"}, MODELS[1]: {task: ""}}
    push_comparison(folder, answers, CompareOptions(min_submitted=1), client=client)
    sign_in(browser, argilla_server.url, *argilla_server.rater("carl")[:2])
    browser.get(read_pushed(folder).datasets[0].url)
    wait = WebDriverWait(browser, 30)
    for done in range(2):
        page = wait.until(lambda _, done=done: _page_of(browser, By.TAG_NAME, f"{done + 1} of 2"))
        assert not [part for part in ("zebrafish", "okapi") if part in browser.page_source.casefold()]
        ActionChains(browser).send_keys("1" if "Answer a b" in page else "4").pause(1).send_keys(Keys.RETURN).perform()
    wait.until(lambda _: _page_of(browser, By.TAG_NAME, "100.00%"))
    assert counts(pull_comparison(folder, client=client)) == {"zebrafish-7b": "A", "Okapi_instruct": "D"}


def _page_of(browser, by, part):
    """The text of the page when a record is there and the part, and nothing before."""
    text = " ".join(browser.find_element(by, "body").text.split())
    return text if part in text and "How good is the answer?" in text else None
