"""A headless Chromium for tests and its chromedriver: on Debian, `apt-get install chromium chromium-driver`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.live_argilla import skip_or_fail

WINDOW = (1500, 1000)


@contextmanager
def headless_chromium(profile: Path) -> Iterator[Any]:
    """A WebDriver with an empty profile. It keeps what pages log, for `driver.get_log("browser")`."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        skip_or_fail("There is no chromium, or no chromedriver.")
    try:
        from selenium import webdriver
    except ImportError:
        skip_or_fail("There is no selenium.")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless=new",
        "--no-sandbox",  # it refuses to run as root otherwise
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
        f"--window-size={WINDOW[0]},{WINDOW[1]}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=webdriver.ChromeService(chromedriver), options=options)
    try:
        driver.set_page_load_timeout(60)
        yield driver
    finally:
        driver.quit()


@contextmanager
def clean_window(driver: Any) -> Iterator[Any]:
    """A window without cookies, storage or earlier log entries, which is closed at the end."""
    first = driver.current_window_handle
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    for kind in ("browser", "performance"):
        driver.get_log(kind)  # reading empties it
    driver.switch_to.new_window("window")
    try:
        driver.set_window_size(*WINDOW)
        yield driver
    finally:
        driver.close()
        driver.switch_to.window(first)


def sign_in(driver: Any, url: str, username: str, password: str) -> None:
    """Sign in to Argilla's page, in a browser that nobody is signed in to, and wait for the list of datasets."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    wait = WebDriverWait(driver, 30)
    driver.get(f"{url}/sign-in")
    name, secret = wait.until(lambda _: _inputs(driver, By.CSS_SELECTOR))
    name.send_keys(username)
    secret.send_keys(password)
    secret.submit()
    wait.until(lambda _: "sign-in" not in driver.current_url)


def _inputs(driver: Any, by: str) -> Any:
    inputs = driver.find_elements(by, "input")
    return inputs if len(inputs) == 2 else None
