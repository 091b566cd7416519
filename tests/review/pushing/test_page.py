"""The page as a rater sees it, in a real browser, and rates on it by keys alone."""

from typing import Any

import argilla as rg

from distilabel_selfinstruct.review.pushing.rows import push_rows
from tests.browser import sign_in
from tests.review.people import GOOD, instance
from tests.review.pushes import records

SELECTED = "return document.activeElement.closest('[aria-label^=\"Question: \"]')?.ariaLabel.slice(10)"
CHOSEN = "return [...document.querySelectorAll('input:checked')].map(input => input.id)"
TYPED = "return [...document.querySelectorAll('.content__text')].map(box => box.innerText)"


def test_a_rating_is_corrected_by_its_key_and_text_boxes_are_reached_by_keys(
    argilla_server: Any, client: rg.Argilla, name: str, browser: Any
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    wait = WebDriverWait(browser, 60)

    def press(*keys: str) -> None:
        for key in keys:
            ActionChains(browser).send_keys(key).perform()

    def see(script: str, wanted: Any) -> None:
        wait.until(lambda _: browser.execute_script(script) == wanted)

    result = push_rows([instance(1, input="")], client, name, run="demo")
    sign_in(browser, argilla_server.url, *argilla_server.rater("anna")[:2])
    browser.get(result.datasets[0].url)
    wait.until(lambda _: "Input – Output" in " ".join(browser.find_element(By.TAG_NAME, "body").text.split()))
    for number, question in enumerate(GOOD):
        see(SELECTED, question)
        press("1")
        wait.until(lambda _, number=number: len(browser.execute_script(CHOSEN)) == number + 1)
    see(SELECTED, "overall")
    press("4", "2")
    see(CHOSEN, ["valid_task_yes", "input_appropriate_yes", "output_correct_yes", "overall_B"])

    press(Keys.ARROW_DOWN)
    see(SELECTED, "corrected_output")
    ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.RETURN).key_up(Keys.SHIFT).perform()
    press(*"hot 1")
    see(TYPED, ["hot 1", ""])
    press(Keys.ESCAPE, Keys.RETURN)
    wait.until(lambda _: records(client, name)[0]["responses"])
    values = {question: one["value"] for question, one in records(client, name)[0]["responses"][0]["values"].items()}
    assert values == {**GOOD, "overall": "B", "corrected_output": "hot 1"}
