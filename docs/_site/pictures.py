"""The pictures of the README and of the pages, made of the real programs: `make pictures`.

Terminals are drawn by rich, from what the commands print. The report and Argilla's page are taken by a headless
Chromium. Nothing in the pictures is loaded from elsewhere.
"""

import fcntl
import io
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.text import Text

from distilabel_selfinstruct.argilla_server import start

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "img"
COLUMNS, ROWS = 90, 50
RUN, DEMO = "runs/first", "runs/demo"

TERMINALS = {
    "run": ("run", "--num-instructions", "20", "--output", RUN),
    "export": ("export", RUN, "--trainer", "trl", "--model", "BASE", "--instructions", "seeds,10,all"),
    "publish": (
        *("publish", RUN, "--repo-id", "me/my-instructions", "--license", "cc-by-4.0", "--unreviewed"),
        *("--to", "my-instructions"),
    ),
}
"""The commands whose output is drawn, by the name of the picture, in the order in which they are run."""

SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""
"""rich's own format less the fonts, which it takes from a server."""

_CONTROL = re.compile(r"(\x1b\[2K|\x1b\[1A|\x1b\[\?25[lh]|\r|\n)")


def printed(words: tuple[str, ...], folder: Path) -> str:
    """What a command leaves on a terminal, with its colors."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "distilabel_selfinstruct", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    read = io.BytesIO()
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not part:
            break
        read.write(part)
    os.close(ours)
    if process.wait() != 0:
        sys.exit(f"{' '.join(words)} ended with status {process.returncode}: {read.getvalue().decode()}")
    return screen(read.getvalue().decode())


def screen(text: str) -> str:
    """The lines that a terminal shows in the end: progress that was overwritten is gone."""
    lines, row = [""], 0
    for part in _CONTROL.split(text):
        if part == "\x1b[2K":
            lines[row] = ""
        elif part == "\x1b[1A":
            row = max(row - 1, 0)
        elif part == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif not _CONTROL.fullmatch(part):
            lines[row] += part
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def draw_terminal(name: str, words: tuple[str, ...], folder: Path) -> None:
    """Run a command and draw the terminal as `NAME.svg`."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    command = " ".join(("$ selfinstruct", *words))
    console.print(Text(command, style="bold"))
    for line in printed(words, folder).splitlines():
        console.print(Text.from_ansi(line.replace(str(folder), "…")), no_wrap=True, overflow="crop")
    svg = console.export_svg(title="", code_format=SVG, unique_id=f"terminal-{name}")
    (PICTURES / f"{name}.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), encoding="utf-8")


@contextmanager
def chromium(width: int, height: int) -> Iterator[Any]:
    """A headless Chromium with a window of this size."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.add_argument(f"--window-size={width},{height}")
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(service=service, options=options)
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        yield driver
    finally:
        driver.quit()


def save(driver: Any, name: str) -> None:
    """Save what the browser shows as a small `NAME.webp`."""
    image = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    image.save(PICTURES / f"{name}.webp", quality=80, method=6)


def picture_of_report(folder: Path) -> None:
    """What the instructions ask for, on the page that `selfinstruct report` writes."""
    printed(("report", DEMO), folder)
    with chromium(1000, 1050) as driver:
        driver.get((folder / DEMO / "report.html").as_uri())
        driver.execute_script("document.querySelectorAll('h2')[1].scrollIntoView()")
        save(driver, "report")


def picture_of_review(folder: Path) -> None:
    """A record as a rater sees it: a real Argilla server, and records of the run."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    home = folder / "argilla"
    with start(home, port=0, raters=("anna", "ben")) as server, chromium(1400, 900) as driver:
        printed(("review", "push", DEMO, "--sample", "20", "--home", str(home)), folder)
        pushed = json.loads((folder / DEMO / "review" / "push.json").read_text(encoding="utf-8"))
        driver.get(f"{server.url}/sign-in")
        wait = WebDriverWait(driver, 60)
        inputs = wait.until(lambda _: _two(driver.find_elements(By.CSS_SELECTOR, "input")))
        name, secret = inputs or []
        name.send_keys("anna")
        secret.send_keys(server.passwords["anna"])
        secret.submit()
        wait.until(lambda _: "sign-in" not in driver.current_url)
        driver.get(next(dataset["url"] for dataset in pushed["datasets"]))
        wait.until(lambda _: "Submit" in driver.find_element(By.TAG_NAME, "body").text)
        time.sleep(2)  # the page moves its parts into place
        save(driver, "review")


def _two(inputs: list[Any]) -> list[Any] | None:
    return inputs if len(inputs) == 2 else None  # noqa: PLR2004 - a name and a password


def main() -> None:
    """Make the pictures that are named, or all."""
    wanted = set(sys.argv[1:])
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if wanted - {"report", "review"} or not wanted:
            for name, words in TERMINALS.items():
                draw_terminal(name, words, Path(folder))
        printed(("run", "--num-instructions", "160", "--output", DEMO), Path(folder))
        for name, take in {"report": picture_of_report, "review": picture_of_review}.items():
            if not wanted or name in wanted:
                take(Path(folder))


if __name__ == "__main__":
    main()
