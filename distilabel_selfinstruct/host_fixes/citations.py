"""Citations for the dataset card are not worth a run that never ends: fetching them has a limit in time.

For a step whose docstring has an arXiv reference and no Citations section, the host asks arxiv2bibtex.org
without a timeout when the Distiset is made (`utils/docstring.py:240`). Our own steps always have a Citations
section.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "citations from the network",
        "utils/docstring.py:240",
        "fetching the citation of a step has no timeout",
        "tests/host_fixes/test_around_the_run.py::test_citation_that_does_not_come_is_given_up",
    ),
)

_SECONDS = 10.0

_unreachable = threading.Event()


def apply() -> None:
    """Wrap the host's function where it is used; called once."""
    from distilabel import distiset

    wrap(distiset, "get_bibtex", get_bibtex)


def get_bibtex(host_get_bibtex: Callable[[str], str], ref: str) -> str:
    """The reference as BibTeX. After one failure no other reference is asked for in this process.

    Raises:
        ValueError: it does not come in time; the host takes this for "none".
    """
    answers: list[str] = []

    def ask() -> None:
        try:
            answers.append(host_get_bibtex(ref))
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
