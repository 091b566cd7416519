"""The address of this project, which its packaging declares and nothing else."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata

NAME = "distilabel-selfinstruct"

_LABELS = ("homepage", "repository", "source")
"""What an address of a project is called, of those that packaging knows; the first one counts."""


def declared_urls() -> list[str]:
    """The addresses under `[project.urls]` as the installed package has them, each as `LABEL, URL`."""
    try:
        return metadata(NAME).get_all("Project-URL") or []
    except PackageNotFoundError:  # run from a folder that is not installed
        return []


def project_url(declared: Iterable[str]) -> str:
    """The address at which to read about the project; empty if none is declared.

    Args:
        declared: addresses, each as `LABEL, URL`.
    """
    urls: dict[str, str] = {}
    for one in declared:
        label, _, url = one.partition(",")
        urls.setdefault(label.strip().lower(), url.strip())
    return next((urls[label] for label in _LABELS if label in urls), "")
