"""The signature of a step whose attributes hold a list that starts with None.

The host takes such a list for one of dictionaries and raises (`mixins/signature.py:63`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, around, replace

FIXES = (
    HostFix(
        "lists that start with None",
        "mixins/signature.py:63",
        "a step or LLM with such an attribute: raises when the pipeline starts",
        "tests/steps/test_serialisation.py::test_a_script_that_starts_with_a_failure_has_a_signature",
    ),
)


def apply() -> None:
    """Wrap the host's property; called once."""
    from distilabel.mixins.signature import SignatureMixin

    host_signature: property = SignatureMixin.__dict__["signature"]
    replace(SignatureMixin, "signature", property(around(host_signature.fget, signature)))


def signature(host_signature: Callable[..., str], signed: Any) -> str:
    """The host's signature, or where it cannot be made, one of all values as text."""
    try:
        return str(host_signature(signed))
    except AttributeError:
        dump: dict[str, Any] = signed.dump()
        kept = {name: value for name, value in dump.items() if name not in signed.exclude_from_signature}
        return hashlib.sha1(repr(kept).encode()).hexdigest()  # noqa: S324 - a cache key, as the host makes it
