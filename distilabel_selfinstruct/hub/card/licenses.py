"""Licenses that the Hub knows, and the SPDX identifiers that people write for them."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from distilabel_selfinstruct.errors import ConfigError

COMMON = ("apache-2.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc0-1.0", "mit", "odc-by", "other")
"""The usual licenses of datasets, for messages."""

# The identifiers that the Hub accepts in a card. `unknown` is left out, because it is not a license.
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

# SPDX identifiers, in lower case, for which the Hub has another name.
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
    """A license in the form of a card. `name` and `link` are set for `other` only."""

    id: str
    name: str = ""
    link: str = ""

    def __str__(self) -> str:
        return self.name or self.id


def find_license(text: str | None, *, name: str = "", link: str = "") -> License:
    """The license with this SPDX identifier, or with this name on the Hub. Upper and lower case are equal.

    Args:
        text: the identifier; None or empty when the user gave none.
        name: the name of a license that is `other`.
        link: the address of its text.

    Raises:
        ConfigError: no license was given, the Hub does not know it, or `other` has no name or link.
    """
    if not text:
        raise ConfigError(
            f"The dataset has no license: say with `license` how others may use it ({', '.join(COMMON)})."
        )
    wanted = text.strip().lower()
    wanted = _SPDX.get(wanted, wanted)
    if wanted not in _KNOWN:
        near = get_close_matches(wanted, sorted(_KNOWN | _SPDX.keys()), n=3, cutoff=0.5)
        meant = f"Did you mean {' or '.join(near)}?" if near else f"Use one of {', '.join(COMMON)}."
        raise ConfigError(
            f"The Hub does not know the license {text!r}. {meant} For a license that it does not know, use "
            "`license=other`, `license_name=NAME` and `license_link=URL`."
        )
    if wanted == "other" and not (name and link):
        raise ConfigError(
            "`license=other` needs the name and the address of the license: `license_name` and `license_link`."
        )
    if wanted == "other" and not re.fullmatch(r"https?://[^\s<>\"]+", link):
        raise ConfigError(f"`license_link` is {link!r}, which is not an address: use one that begins with https://.")
    if wanted != "other" and (name or link):
        raise ConfigError(
            f"`license_name` and `license_link` are for `license=other`: omit them with `license={text}`."
        )
    return License(wanted, name, link)
