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


def test_an_address_without_secrets_stays_as_it_is() -> None:
    assert redact_url("http://127.0.0.1:8000/v1") == "http://127.0.0.1:8000/v1"
    assert secrets_of_url("http://127.0.0.1:8000/v1") == ()
