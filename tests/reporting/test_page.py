"""The page: safe with any text, complete in itself, and what a browser makes of it."""

import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from distilabel_selfinstruct.reporting import build_report, source_of_rows, to_html
from tests.live_argilla import skip_or_fail
from tests.reporting.run_folders import instance, rejection, task, write_run

pytestmark = pytest.mark.slow  # figures are drawn

PAYLOADS = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</td></table><svg onload=\"document.title='owned'\">",
    "\"'><a href=\"javascript:document.title='owned'\">x</a>",
    "{{ 7 * 7 }} {% for a in b %} ${{7*7}}",
    "]]><!--",
]


class Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def collected(page: str) -> Collector:
    collector = Collector()
    collector.feed(page)
    return collector


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The page of a run whose every text is an attack: near-duplicates, labels, reasons, the name of the folder."""
    texts = [f"Name the colors {payload}" for payload in PAYLOADS]
    texts += [f"{text} please" for text in texts]
    run = write_run(
        tmp_path_factory.mktemp("hostile") / "<img src=x onerror=alert(1)>",
        [task(text, is_classification=True) for text in texts],
        [instance(text, payload, payload, is_classification=True) for text in texts for payload in PAYLOADS],
        [rejection(payload, stage=payload) for payload in PAYLOADS],
        description={"status": PAYLOADS[0], "stop_reason": PAYLOADS[1], "problems": PAYLOADS},
        llm=f"openai:{PAYLOADS[0]}",
        prompts=PAYLOADS[1],
    )
    return to_html(build_report(run))


def test_attacks_in_any_text_show_as_text(hostile):
    found = collected(hostile)
    assert found.tags <= {
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "a", "dl", "div", "dt", "dd",
        "nav", "ul", "li", "main", "section", "figure", "img", "figcaption", "table", "caption", "thead", "tbody", "tr",
        "th", "td", "details", "summary", "footer",
    }  # fmt: skip
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    for payload in PAYLOADS:
        assert payload in found.text


def test_the_page_asks_for_nothing_and_runs_no_script(hostile):
    page = hostile
    addresses = [value for name, value in collected(page).attributes if name in {"src", "href", "action"}]
    assert addresses
    links = {address for address in addresses if not address.startswith(("#", "data:image/svg+xml;base64,"))}
    assert links == {"https://arxiv.org/abs/2212.10560"}
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page


def test_every_picture_says_what_it_shows(hostile):
    attributes = collected(hostile).attributes
    assert len([value for name, value in attributes if name == "alt" and value]) == len(
        [value for name, value in attributes if name == "src"]
    )


def test_the_rules_for_verbs_say_that_they_are_not_a_parser():
    report = build_report(source_of_rows([{"instruction": "Write a poem."}]), parser="rules")
    assert "found by word lists and rules; the paper used a parser" in to_html(report)


def test_a_part_that_is_left_out_says_why():
    page = to_html(build_report(source_of_rows([{"instruction": "Write a poem."}])))
    assert page.count("Left out. The rows do not come from a run.") == 4


def test_text_from_right_to_left_and_lone_surrogates_can_be_shown():
    rows = [{"instruction": "Write.", "output": "اكتب قصيدة \ud800", "is_classification": True}]  # a label is shown
    page = to_html(build_report(source_of_rows(rows))).encode("utf-8", "replace").decode()
    assert '<td dir="auto">اكتب قصيدة �</td>' in page


def test_in_a_browser_no_attack_runs(hostile, tmp_path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        skip_or_fail("There is no chromium.")
    path = tmp_path / "report.html"
    path.write_text(hostile, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [chromium, *options, "--virtual-time-budget=2000", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    assert "<title>owned" not in done.stdout
    assert "Name the colors" in done.stdout
