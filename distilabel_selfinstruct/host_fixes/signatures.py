"""The signature of a step whose attributes hold a list that starts with None.

The host takes such a list for one of dictionaries and raises (`mixins/signature.py:63`).
"""

from __future__ import annotations

import hashlib
from typing import Any

from distilabel.mixins.signature import SignatureMixin

from distilabel_selfinstruct.host_fixes.replacing import replace

_host_signature: property = SignatureMixin.__dict__["signature"]


def apply() -> None:
    """Replace the host's property; called once."""
    replace(SignatureMixin, "signature", property(signature))


def signature(self: SignatureMixin) -> str:
    """The host's signature, or where it cannot be made, one of all values as text."""
    try:
        return str(_host_signature.__get__(self))
    except AttributeError:
        dump: Any = self.dump()  # type: ignore[attr-defined]
        kept = {name: value for name, value in dump.items() if name not in self.exclude_from_signature}
        return hashlib.sha1(repr(kept).encode()).hexdigest()  # noqa: S324 - a cache key, as the host makes it
