"""Entries as a page to browse, filter and search: one file, from the file system, without a server.

The texts stand in the page as JSON that holds no `<`, so they cannot end their element. The script, which a content
security policy names by its hash, puts them into the document as text only. The page loads nothing and sends nothing.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from importlib import resources

from distilabel_selfinstruct.reporting.entries import Entry

_SLOT = re.compile("@@([A-Z]+)@@")


def entries_page(name: str, entries: Iterable[Entry]) -> str:
    """The page as HTML.

    Args:
        name: what the entries are of; it is shown as a heading.
        entries: what to browse, in this order.
    """
    templates = resources.files("distilabel_selfinstruct.reporting") / "templates"
    script = (templates / "entries.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rows = [
        {
            "kind": entry.kind,
            "title": entry.title,
            "stage": entry.stage,
            "reasons": entry.reasons,
            "classification": entry.is_classification,
            "texts": entry.texts,
        }
        for entry in entries
    ]
    data = json.dumps(rows).replace("<", "\\u003c").replace("&", "\\u0026")
    page = (templates / "entries.html").read_text(encoding="utf-8")
    filled = {"NAME": html.escape(name), "HASH": digest, "SCRIPT": script, "DATA": data}
    return _SLOT.sub(lambda slot: filled[slot[1]], page)  # once, so that no text is taken for a slot
