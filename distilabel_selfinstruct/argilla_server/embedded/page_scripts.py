"""The page's scripts, with one change: the keys of a rater stay with the questions that have keys.

Once a question is answered, the page of 2.8.0 selects the next one, also if that is an optional text box. A number does
nothing there, so that who mistypes the last rating cannot correct it by its key. Here the selection passes by optional
text boxes, and stays at the last question that has keys. The arrow keys lead to the boxes as before.
"""

from pathlib import Path
from typing import Any

import argilla_server

_NEXT = "focusNext:function focusNext(e){this.updateQuestionAutofocus(e+1)}"

_NEXT_WITH_KEYS = (
    "focusNext:function focusNext(e){for(var n=e+1;n<this.questions.length;n++){var q=this.questions[n];"
    "if(!q.isTextType||q.isRequired)return this.updateQuestionAutofocus(n)}}"
)


def changed_scripts() -> dict[str, bytes]:
    """The scripts of the page that this changes, by the path under which the server serves them."""
    folder = Path(argilla_server.__file__).parent / "static"
    changed = {}
    for script in (folder / "_nuxt").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        if _NEXT in text:
            changed[f"/{script.relative_to(folder).as_posix()}"] = text.replace(_NEXT, _NEXT_WITH_KEYS).encode()
    return changed


def with_changed_scripts(app: Any) -> Any:
    """The ASGI application, which serves these scripts in place of its own."""
    scripts = changed_scripts()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        script = scripts.get(scope["path"]) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if script is None:
            await app(scope, receive, send)
            return
        headers = [
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"content-length", str(len(script)).encode()),
            (b"cache-control", b"no-cache"),  # a browser may know the server's own script by this name
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else script})

    return application
