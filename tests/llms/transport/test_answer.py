"""Bodies as text: JSON is UTF-8, and whatever bytes come are a text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.llms.transport.answer import HttpAnswer

SAID = "역 앞에서 만나자 – é"
JSON = json.dumps({"said": SAID}, ensure_ascii=False)


def text_of(body: bytes, content_type: str = "application/json") -> str:
    return HttpAnswer(200, {"content-type": content_type}, body).text


@pytest.mark.parametrize(
    "charset", ["ISO-8859-1", '"latin1"', "EUC-KR", "utf-16", "idna", "punycode", "no-such-one", ""]
)
def test_json_is_utf_8_whatever_charset_its_server_names(charset: str) -> None:
    assert text_of(JSON.encode(), f"application/json; charset={charset}") == JSON


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_of_json_are_seen_in_its_first_bytes(encoding: str) -> None:
    assert text_of(JSON.encode(encoding)) == JSON


def test_what_is_no_utf_8_is_read_by_the_charset_that_the_server_names() -> None:
    assert text_of("wérden".encode("latin-1"), "text/html; charset='ISO-8859-1'") == "wérden"
    assert text_of("wérden".encode("latin-1"), "text/html") == "w\ufffdrden"


@given(
    st.binary(),
    st.one_of(st.sampled_from(["undefined", "idna", "punycode", "unicode-escape", "utf-7", "hex", "mbcs"]), st.text()),
)
def test_any_bytes_are_a_text(body: bytes, charset: str) -> None:
    assert isinstance(text_of(body, f"text/plain; charset={charset}"), str)
