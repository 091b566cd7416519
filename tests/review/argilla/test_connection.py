"""Where Argilla is and whether we may in: each mistake is one sentence, without secrets."""

from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.argilla.connection import connect
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
        pytest.raises(ArgillaError, match=r"no Argilla"),
    ):
        connect(url, "key")


def test_an_address_that_is_none_is_one_sentence() -> None:
    with pytest.raises(ArgillaError, match="is no address of a server: write it with http"):
        connect("localhost:6900", "key")


def test_the_server_on_this_machine_is_found_by_its_home(argilla_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARGILLA_API_URL", raising=False)
    monkeypatch.delenv("ARGILLA_API_KEY", raising=False)
    client = connect(home=argilla_server.home)
    assert client.api_url == argilla_server.url
    client.http_client.close()


def test_a_home_where_nothing_runs_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgillaError, match=r"No Argilla runs in .*: start it with 'selfinstruct review serve --home"):
        connect(home=tmp_path / "nowhere")


def test_an_address_without_a_key_asks_for_one(
    argilla_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ARGILLA_API_KEY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(ArgillaError, match="set the environment variable ARGILLA_API_KEY"):
        connect("http://127.0.0.1:9")
