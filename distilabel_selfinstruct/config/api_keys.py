"""API keys, as they can be sent: from a variable or from the user, never shown."""

import os

from distilabel_selfinstruct.errors import ConfigError


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
