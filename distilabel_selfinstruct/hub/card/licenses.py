"""Licenses that the Hub knows, and the SPDX identifiers that people write for them."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from distilabel_selfinstruct.errors import PublishError

COMMON = ("apache-2.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc0-1.0", "mit", "odc-by", "other")
"""What datasets are mostly published under: shown where none was given."""

# The identifiers that the Hub accepts in a card. `unknown` is one too, and is no answer here.
_KNOWN = frozenset(
    {
        "afl-3.0", "agpl-3.0", "apache-2.0", "apple-amlr", "apple-ascl", "artistic-2.0", "bigcode-openrail-m",
        "bigscience-bloom-rail-1.0", "bigscience-openrail-m", "bsd", "bsd-2-clause", "bsd-3-clause",
        "bsd-3-clause-clear", "bsl-1.0", "c-uda", "cc", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0",
        "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0",
        "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0", "creativeml-openrail-m",
        "deepfloyd-if-license", "ecl-2.0", "epl-1.0", "epl-2.0", "etalab-2.0", "eupl-1.1", "eupl-1.2",
        "fair-noncommercial-research-license", "gemma", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "grok2-community",
        "h-research", "intel-research", "isc", "lgpl", "lgpl-2.1", "lgpl-3.0", "lgpl-lr", "llama2", "llama3",
        "llama3.1", "llama3.2", "llama3.3", "llama4", "lppl-1.3c", "mit", "mpl-2.0", "ms-pl", "ncsa", "odbl", "odc-by",
        "ofl-1.1", "openmdw-1.0", "openrail", "openrail++", "osl-3.0", "other", "pddl", "postgresql", "unlicense",
        "wtfpl", "zlib",
    }
)  # fmt: skip

# SPDX identifiers, in lower case, that the Hub writes otherwise.
_SPDX = {
    "agpl-3.0-only": "agpl-3.0",
    "agpl-3.0-or-later": "agpl-3.0",
    "c-uda-1.0": "c-uda",
    "gfdl-1.3-only": "gfdl",
    "gfdl-1.3-or-later": "gfdl",
    "gpl-2.0-only": "gpl-2.0",
    "gpl-2.0-or-later": "gpl-2.0",
    "gpl-3.0-only": "gpl-3.0",
    "gpl-3.0-or-later": "gpl-3.0",
    "lgpl-2.1-only": "lgpl-2.1",
    "lgpl-2.1-or-later": "lgpl-2.1",
    "lgpl-3.0-only": "lgpl-3.0",
    "lgpl-3.0-or-later": "lgpl-3.0",
    "odbl-1.0": "odbl",
    "odc-by-1.0": "odc-by",
    "pddl-1.0": "pddl",
}


@dataclass(frozen=True, slots=True)
class License:
    """A license as a card names it. `name` and `link` are set for `other` only."""

    id: str
    name: str = ""
    link: str = ""

    def __str__(self) -> str:
        return self.name or self.id


def find_license(text: str | None, *, name: str = "", link: str = "") -> License:
    """The license that a user asks for by its SPDX identifier or the Hub's, in any case.

    Args:
        text: the identifier; None or empty when the user gave none.
        name: what an `other` license is called.
        link: where its text is.

    Raises:
        PublishError: none was given, the Hub knows no such license, or `other` has no name or link.
    """
    if not text:
        raise PublishError(
            f"Under which license may others use the dataset? Give one with --license: {', '.join(COMMON)}."
        )
    wanted = text.strip().lower()
    wanted = _SPDX.get(wanted, wanted)
    if wanted not in _KNOWN:
        near = get_close_matches(wanted, sorted(_KNOWN | _SPDX.keys()), n=3, cutoff=0.5)
        meant = f"Did you mean {' or '.join(near)}?" if near else f"Use one of {', '.join(COMMON)}."
        raise PublishError(
            f"The Hub knows no license {text!r}. {meant} For any other: --license other --license-name NAME "
            "--license-link URL."
        )
    if wanted == "other" and not (name and link):
        raise PublishError("--license other needs the license's name and address: --license-name and --license-link.")
    if wanted == "other" and not re.fullmatch(r"https?://[^\s<>\"]+", link):
        raise PublishError(f"--license-link {link!r} is no address: write one that begins with https://.")
    if wanted != "other" and (name or link):
        raise PublishError(f"--license-name and --license-link go with --license other only, not with {text}.")
    return License(wanted, name, link)
