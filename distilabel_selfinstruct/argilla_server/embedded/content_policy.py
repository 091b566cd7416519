"""A content security policy for all responses of the server.

The page of 2.8.0 puts the text of a plain text field into the document as HTML. So an instruction that holds
`<img src=x onerror=…>` would run as script, and could read the session token of its rater. With this policy only the
page's own scripts run, and they can reach only this server.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import argilla_server

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def policy() -> str:
    """The value of the header. It allows the inline scripts of the page's own files by their hashes."""
    pages = (Path(argilla_server.__file__).parent / "static").rglob("*.html")
    # The server replaces the placeholder by the empty base address.
    texts = (page.read_text(encoding="utf-8").replace("@@baseUrl@@", "") for page in pages)
    scripts = {script for text in texts for script in _INLINE_SCRIPT.findall(text)}
    hashes = sorted(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{hash_}'" for hash_ in hashes)
    directives = {
        "default-src": "'self'",
        "script-src": f"'self' {allowed}",
        "style-src": "'self' 'unsafe-inline'",  # the page sets styles on its elements
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def guarded(app: Any) -> Any:
    """The ASGI application, with the headers on each of its responses."""
    headers = [
        (b"content-security-policy", policy().encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    return application
