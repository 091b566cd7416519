"""Addresses are shown and kept without what may be secret in them."""

import base64
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.addresses import redact_url, secrets_of_url

WORDS = st.text("abcdefXYZ0123456789-_.~%", min_size=8, max_size=20)


@given(WORDS, WORDS, WORDS)
def test_user_password_and_query_are_left_out_and_known(user: str, password: str, query: str) -> None:
    url = f"https://{user}:{password}@host/v1?key={query}"
    assert redact_url(url) == "https://host/v1"
    sent = base64.b64encode(unquote(f"{user}:{password}").encode()).decode()
    assert {sent, f"{user}:{password}", password, f"key={query}"} <= set(secrets_of_url(url))


@given(WORDS)
def test_a_user_without_a_password_is_known_as_it_is_sent(token: str) -> None:
    sent = base64.b64encode(f"{unquote(token)}:".encode()).decode()
    assert {sent, token} <= set(secrets_of_url(f"https://{token}@host/v1"))


@given(WORDS)
def test_the_values_of_a_query_are_known_alone_as_well(key: str) -> None:
    known = set(secrets_of_url(f"https://host/v1?api-version=1&key={key}&x#part"))
    assert {key, unquote(key)} <= known
    assert not {"1", "x"} & known


def test_an_address_without_secrets_stays_as_it_is() -> None:
    assert redact_url("http://127.0.0.1:8000/v1") == "http://127.0.0.1:8000/v1"
    assert secrets_of_url("http://127.0.0.1:8000/v1") == ()
