"""The variables of the environment that other programs may see."""

import os

_PASSED_ON = frozenset({"HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "TZ", "USER"})

_PASSED_ON_TO_INSTALLERS = frozenset(
    {
        "ALL_PROXY", "CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR",
        "SSL_CERT_FILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
    }
)  # fmt: skip


def plain_environment(*, for_installer: bool = False) -> dict[str, str]:
    """The environment variables that a program needs, without keys, tokens and settings of another Argilla.

    Args:
        for_installer: whether to add those that say how to reach and trust package indexes, also those of pip and uv.
    """
    return {name: value for name, value in os.environ.items() if name in _PASSED_ON} | (
        {name: value for name, value in os.environ.items() if _is_installers(name)} if for_installer else {}
    )


def _is_installers(name: str) -> bool:
    return name.upper() in _PASSED_ON_TO_INSTALLERS or name.startswith(("PIP_", "UV_"))
