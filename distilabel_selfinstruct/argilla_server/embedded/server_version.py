"""The only version of argilla-server that is patched here."""

from importlib.metadata import PackageNotFoundError, version

PATCHED_VERSION = "2.8.0"


class UnfitServerError(Exception):
    """The environment holds another server than the one that is patched here."""


def require_patched_version() -> None:
    """Refuse any other version, because the patches use private parts of this one.

    Raises:
        UnfitServerError: another version is installed, or none.
    """
    try:
        installed = version("argilla-server")
    except PackageNotFoundError:
        installed = "none"
    if installed != PATCHED_VERSION:
        raise UnfitServerError(
            f"This package runs argilla-server {PATCHED_VERSION} and its environment holds {installed}: "
            "delete the environment, and the next start makes it again."
        )
