"""API keys, as they can be sent: from a variable or from the user, never shown."""

import os
from urllib.parse import urlsplit

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ConfigError

HUB_HOST = "huggingface.co"
"""`HF_TOKEN` opens a whole account at this host, so it is sent to no other one."""


def require_meant_for(variable: str, url: str) -> None:
    """Refuse to send the token of the Hub elsewhere.

    Raises:
        ConfigError: the variable is `HF_TOKEN`, and the address is none of huggingface.co by HTTPS.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_hub = parts.scheme == "https" and (host == HUB_HOST or host.endswith(f".{HUB_HOST}"))
    if variable == "HF_TOKEN" and not is_hub:
        raise ConfigError(
            f"HF_TOKEN is for {HUB_HOST} and is not sent to {redact_url(url)}: use openai:MODEL for that server, and "
            "put its key in OPENAI_API_KEY."
        )


def key_in(variable: str) -> str:
    """The API key in an environment variable, without the blanks and line ends that files put around it.

    Raises:
        ConfigError: it holds a character that no header can carry. The message does not show the key.
    """
    return clean_key(os.environ.get(variable, ""), variable)


def clean_key(key: str, source: str) -> str:
    """A key without blanks and line ends around it; `source` says where it comes from.

    Raises:
        ConfigError: it holds a character that no header can carry. The message does not show the key.
    """
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(f"The API key in {source} holds a line end or a letter that no key has: set it again.")
    return key
