"""What a server answers to a request."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)

# Python calls these encodings too. They are none of texts, and some take very long on long ones.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer. Names of headers are in lower case; those that came several times are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, without a byte order mark: UTF-8, or what else it shows to be.

        JSON is in UTF-8 whatever charset its server names (RFC 8259). So that charset, which many servers take from
        their settings for web pages, decides only where the body is nothing else. What is no text is replaced.
        """
        named = _CHARSET.search(self.headers.get("content-type", ""))
        for charset in (json.detect_encoding(self.body), named[1].lower().replace("-", "_") if named else ""):
            if charset and charset not in _NO_CHARSETS:
                try:
                    return self.body.decode(charset)
                except (LookupError, UnicodeError):
                    continue
        return self.body.decode("utf-8", "replace")
