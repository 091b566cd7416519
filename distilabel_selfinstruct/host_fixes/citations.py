"""Citations for the dataset card are not worth a run that never ends: fetching them has a limit in time.

For a step whose docstring has an arXiv reference and no Citations section, the host asks arxiv2bibtex.org
without a time-out when the Distiset is made (`utils/docstring.py:240`). Our own steps always have a Citations
section.
"""

from __future__ import annotations

import threading

from distilabel import distiset
from distilabel.utils import docstring

from distilabel_selfinstruct.host_fixes.replacing import replace

_SECONDS = 10.0

_host_get_bibtex = docstring.get_bibtex
_unreachable = threading.Event()


def apply() -> None:
    """Replace the host's function where it is used; called once."""
    replace(distiset, "get_bibtex", get_bibtex)


def get_bibtex(ref: str) -> str:
    """The reference as BibTeX, or `ValueError`, which the host takes for "none", if it does not come in time.

    After one failure no other reference is asked for in this process.
    """
    answers: list[str] = []

    def ask() -> None:
        try:
            answers.append(_host_get_bibtex(ref))
        except Exception:
            return

    if not _unreachable.is_set():
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(_SECONDS)
    if not answers:
        if ref.startswith("https://arxiv.org"):
            _unreachable.set()
        raise ValueError(f"No citation could be fetched for {ref!r}.")
    return answers[0]
