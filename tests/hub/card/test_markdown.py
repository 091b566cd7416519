import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from distilabel_selfinstruct.hub.card import markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "```\n<img src=x onerror=alert(1)>\n```",
    "`` ` <b>",
    "| a | b |\n|---|---|",
    "[click](javascript:alert(1))",
    "</details># Heading",
    "---\nlicense: mit\n---",
    "````````\nout of the fence",
    "~~~\n<b>",
]
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def tags(text: str) -> set[str]:
    return set(re.findall(r"<(\w+)", MARKDOWN.render(text)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_gets_out_of_its_fence(attack):
    assert tags(markdown.fenced(attack, "json")) == {"pre", "code"}
    assert tags(markdown.fenced_json({"instruction": attack, "output": attack})) == {"pre", "code"}


@given(st.text(alphabet="`~<>|-#[]()\\\n a", max_size=40))
def test_no_text_at_all_gets_out_of_its_fence(text):
    rendered = MARKDOWN.render(markdown.fenced_json({"output": text}) + "\n\nafter")
    assert rendered.endswith("<p>after</p>\n")
    assert rendered.count("<pre>") == 1


@given(st.text(alphabet="`<>|-#[]()\\\n\t a", max_size=30))
def test_no_code_breaks_its_table(text):
    table = f"| a | b |\n|---|---|\n| {markdown.code(text)} | end |\n"
    rendered = MARKDOWN.render(table)
    assert re.findall(r"<td>(.*?)</td>", rendered, re.DOTALL)[1:] == ["end"]
    assert set(re.findall(r"<(\w+)", rendered)) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}


@given(st.text(alphabet="`*_<>|-#[]()!~$&\\\n\t a1.", max_size=30))
def test_plain_text_stays_text(text):
    assert tags(f"x {markdown.plain(text)}") <= {"p"}


def test_long_texts_of_an_example_are_cut():
    assert "[…]" in markdown.fenced_json({"output": "word " * 500})
