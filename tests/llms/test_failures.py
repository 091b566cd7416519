"""What is said of a failure: the server's words in one short line, without secrets and without marks of ours."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.failures import MOST_SAID, said_by
from distilabel_selfinstruct.llms.refusals import RefusalKind, read_refusal
from distilabel_selfinstruct.llms.transport.errors import BadRequestError
from distilabel_selfinstruct.words import escape_controls
from tests.local_openai_server import KEY

PASSWORD = "a-long-password"
URL = f"https://ann:{PASSWORD}@host.example/v1"


def said(text: str, *, in_json: bool = False) -> str:
    """What is said of HTTP 400 with these words of the server."""
    llm = OpenAICompatibleLLM(model="small", base_url=URL, api_key=SecretStr(KEY))
    body = {"message": text} if in_json else text
    return said_by(llm, BadRequestError(text, status=400, body=body))


@given(
    st.lists(
        st.sampled_from([KEY, URL, PASSWORD, "x", "\n", "`", "<p>", "\ud800", "\x1b[31m"]) | st.text(), max_size=60
    ),
    st.booleans(),
)
def test_whatever_a_server_says_is_one_short_line_without_secrets(parts: list[str], in_json: bool) -> None:
    line = said(" ".join(parts), in_json=in_json)
    assert KEY not in line
    assert PASSWORD not in line
    assert line == escape_controls(line)
    assert len(line.splitlines()) <= 1 or not set("\n\r") & set(line)
    assert len(line) <= MOST_SAID + len("BadRequestError (HTTP 400): …")


def test_a_proxy_that_repeats_what_it_was_sent_gives_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ben:another-password@proxy.example:3128")
    for secret in ("another-password", base64.b64encode(b"ben:another-password").decode()):
        assert secret not in said(f"407: Proxy-Authorization: {secret}")


def test_no_half_of_a_key_is_left_where_a_message_is_cut() -> None:
    line = said("x" * (MOST_SAID - 10) + KEY + "x" * 100)
    assert KEY[:8] not in line


@pytest.mark.parametrize("filling", ["<", "<style ", "<title>", "<title> ", " ", "<!-- "])
def test_a_page_of_a_megabyte_is_read_at_once(filling: str) -> None:
    started = time.process_time()
    said(f"<html><title>{filling * (1_000_000 // len(filling))}")
    assert time.process_time() - started < 10  # from each of its letters again: hours


def test_of_a_web_page_the_title_is_said() -> None:
    page = "<html><head><title>\n502 Bad Gateway </title></head><body>" + "<p>nginx</p>" * 1000 + "</body></html>"
    assert said(page) == "BadRequestError (HTTP 400): 502 Bad Gateway"
    assert said("<!DOCTYPE html><body><h1>No</h1> entry") == "BadRequestError (HTTP 400): No entry"


def test_names_that_a_server_puts_between_backticks_are_no_options_of_ours() -> None:
    assert said("The model `small` does not exist", in_json=True).endswith("The model 'small' does not exist")


def test_words_of_a_server_in_objects_without_end_name_no_field() -> None:
    body: object = {"message": "stop is not supported"}
    for _ in range(900):
        body = {"error": body}
    refusal = read_refusal(BadRequestError("no", status=400, body=body), {"stop": ["x"]}, ["stop"])
    assert refusal is not None
    assert refusal.kind is RefusalKind.UNKNOWN
