"""The way to a server: directly, or by the proxy that the environment names, and the certificates to be trusted."""

import base64
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from distilabel_selfinstruct.addresses import redact_url, secrets_of_url
from distilabel_selfinstruct.errors import ConfigError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a connection leads to: a scheme, a host and a port."""

    scheme: str
    host: str
    port: int

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "https"

    @property
    def address(self) -> str:
        """The beginning of all its addresses."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port; the port of the scheme is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the header by which it knows us; empty if it needs none."""

    origin: Origin
    authorization: str = ""


def origin_of(url: str) -> Origin:
    """The origin of an address.

    Raises:
        ConfigError: it is no HTTP address.
    """
    parts = _split(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigError(f"{redact_url(url)!r} is no address of a server: write http://HOST or https://HOST.")
    try:
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:  # a port beyond 65535, a label of a host that is too long
        raise ConfigError(f"{redact_url(url)!r} is no address of a server: {error}.") from None
    return Origin(parts.scheme, host, port)


def basic_authorization(url: str) -> str:
    """The value of the header for the user and the password in an address; empty where there are none."""
    user, at, _ = _split(url).netloc.rpartition("@")
    if not at:
        return ""
    name, _, password = user.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode("ascii")


def proxy_for(origin: Origin) -> Proxy | None:
    """The proxy that `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name for a server, in either case.

    Raises:
        ConfigError: it is none that can be used.
    """
    proxies: Mapping[str, str] = getproxies()
    url = proxies.get(origin.scheme) or proxies.get("all")
    if not url or proxy_bypass(origin.target) or proxy_bypass(origin.host):
        return None
    url = url if "://" in url else f"http://{url}"
    if _split(url).scheme not in _PORTS:
        raise ConfigError(
            f"The proxy {redact_url(url)!r} of the environment speaks no HTTP: name an HTTP proxy in "
            f"{origin.scheme.upper()}_PROXY, or the server in NO_PROXY."
        )
    return Proxy(origin_of(url), basic_authorization(url))


def secrets_of_proxies() -> list[str]:
    """The parts of the addresses of proxies that may be secret: a proxy may repeat them in its errors."""
    return [secret for url in getproxies().values() for secret in secrets_of_url(url)]


def certificates(*, of_environment: bool) -> ssl.SSLContext:
    """Which certificates are trusted: those that `SSL_CERT_FILE` or `SSL_CERT_DIR` names, or those of certifi."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    return _context(*(os.environ.get(name, "") if of_environment else "" for name in names))


@lru_cache(maxsize=4)
def _context(file: str, folder: str) -> ssl.SSLContext:
    import certifi

    if not file and not folder:
        file = certifi.where()
    try:
        return ssl.create_default_context(cafile=file or None, capath=None if file else folder)
    except OSError as error:
        raise ConfigError(f"SSL_CERT_FILE names {file!r}, which holds no certificates: {error}.") from error


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:  # brackets that are not closed
        raise ConfigError(f"{redact_url(url)!r} is no address of a server: {error}.") from None
