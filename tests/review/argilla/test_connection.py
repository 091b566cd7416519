"""Where Argilla is and whether we may in: each mistake is one sentence, without secrets."""

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ArgillaError, ArgillaServerError, ConfigError
from distilabel_selfinstruct.review.argilla.connection import connect, open_client
from tests.review.flaky_proxy import flaky_proxy


def test_a_wrong_key_is_one_sentence(argilla_server: Any) -> None:
    with pytest.raises(ArgillaError, match="does not know this API key"):
        connect(argilla_server.url, "wrong")


def test_a_server_that_cannot_be_reached_is_one_sentence_without_the_password_in_its_address() -> None:
    with pytest.raises(ArgillaError) as raised:
        connect("http://user:secret@127.0.0.1:9/?token=secret", "key")
    assert str(raised.value).startswith("Argilla at http://127.0.0.1:9 cannot be reached (")
    assert "secret" not in str(raised.value)


def test_what_is_no_argilla_is_one_sentence(argilla_server: Any) -> None:
    with (
        flaky_proxy(argilla_server.url, lambda *_: 404) as url,
        pytest.raises(ArgillaError, match=r"is not Argilla"),
    ):
        connect(url, "key")


@pytest.mark.parametrize("url", ["localhost:6900", "http://", "http://[", "ftp://h", "user:secret@localhost:6900", " "])
def test_a_text_that_is_not_an_address_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(ConfigError, match="is not the address of a server: write it with http") as raised:
        connect(url, "key")
    assert "secret" not in str(raised.value)


@given(st.text())
def test_any_text_can_be_redacted(text: str) -> None:
    assert redact_url(text) in text


PARTS = st.text(string.ascii_letters + string.digits + ".-:", min_size=1)


@given(st.sampled_from(["http://", "https://", ""]), PARTS, PARTS, st.sampled_from(["", "/argilla"]))
def test_a_redacted_address_has_neither_password_nor_query(scheme: str, secret: str, host: str, path: str) -> None:
    url = f"{scheme}user:{secret}@{host}{path}"
    assert redact_url(f"{url}?token={secret}") == redact_url(url) == f"{scheme}{host}{path}"


def test_a_client_that_was_not_given_is_closed_and_a_given_one_stays_open(argilla_server: Any) -> None:
    with open_client(home=argilla_server.home) as own, open_client(own) as given_client:
        assert given_client is own
    assert own.http_client.is_closed
    with open_client(home=argilla_server.home) as own:
        with open_client(own):
            pass
        assert not own.http_client.is_closed


def test_the_server_on_this_machine_is_found_by_its_home(argilla_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARGILLA_API_URL", raising=False)
    monkeypatch.delenv("ARGILLA_API_KEY", raising=False)
    client = connect(home=argilla_server.home)
    assert client.api_url == argilla_server.url
    client.http_client.close()


def test_a_home_where_nothing_runs_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ArgillaServerError, match=r"No Argilla runs in .*: start it with 'selfinstruct review serve --home"
    ):
        connect(home=tmp_path / "nowhere")


def test_an_address_without_a_key_asks_for_one(
    argilla_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ARGILLA_API_KEY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="set the environment variable ARGILLA_API_KEY"):
        connect("http://127.0.0.1:9")
