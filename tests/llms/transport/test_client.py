"""Requests to real servers: connections that are kept or broken, time limits, redirects, proxies, certificates."""

import asyncio
import gzip
import pickle
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms.transport.client import ServerClient, encoded, may_pass
from distilabel_selfinstruct.llms.transport.errors import (
    APIAnswerError,
    APIConnectionError,
    APIStatusError,
    RateLimitError,
    RedirectError,
    RequestTimeoutError,
)
from distilabel_selfinstruct.llms.transport.proxies import origin_of
from tests.llms.transport.raw_servers import OK, RawServer, asked, with_server

pytestmark = pytest.mark.slow

PATHS = ["/completions"] * 3


def test_a_connection_is_kept_for_the_next_request() -> None:
    server = RawServer(lambda *_: OK)
    assert [answer.body for answer in asked(server, *PATHS)] == [b"{}"] * 3
    assert server.connections == 1
    assert b"Authorization: Bearer the-key\r\n" in server.requests[0]
    assert b"\r\nContent-Length: 2\r\n\r\n{}" in server.requests[0]


def test_a_connection_that_the_server_closes_in_between_costs_no_request() -> None:
    server = RawServer(lambda number, _: OK if number == 1 else None, closes=True)
    assert [answer.body for answer in asked(server, *PATHS, pause=0.1)] == [b"{}"] * 3
    assert (server.connections, len(server.requests)) == (3, 3)


def test_a_request_without_an_answer_is_not_sent_again() -> None:
    server = RawServer(lambda number, _: OK if number == 1 else None)
    first, second = asked(server, *PATHS[:2])
    assert (first.body, type(second), len(server.requests)) == (b"{}", APIConnectionError, 2)


def test_a_connection_that_breaks_within_an_answer_is_said_to_have_done_so() -> None:
    for answer in (OK[:-1], OK[:20], None):
        server = RawServer(lambda *_, answer=answer: answer, closes=True)
        (error,) = asked(server)
        assert str(error) == "Connection error. The server closed the connection before its answer was whole"
        assert len(server.requests) == 1


def test_the_whole_of_an_answer_is_limited_in_time() -> None:
    for server in (RawServer(lambda *_: OK, seconds=30), RawServer(lambda *_: OK[:-1])):
        (error,) = asked(server, seconds=0.2)
        assert (type(error), str(error)) == (RequestTimeoutError, "no whole answer came within 0.2 s")


def test_what_speaks_no_http_is_named_as_such() -> None:
    (error,) = asked(RawServer(lambda *_: b"220 mail.example ESMTP\r\n"))
    assert (type(error), str(error)) == (APIAnswerError, "what answers does not speak HTTP")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "cannot be unpacked"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", "cannot be unpacked"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000, "longer than 1,000 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "does not speak HTTP"),
    ],
)
def test_a_body_that_is_none_or_too_long_is_an_error(answer: bytes, said: str) -> None:
    (error,) = asked(RawServer(lambda *_: answer), most_bytes=1000)
    assert said in str(error)


def test_a_packed_body_is_limited_as_it_is_unpacked() -> None:
    body = gzip.compress(b"0" * 200_000_000)
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    (error,) = asked(RawServer(lambda *_: answer), most_bytes=1_000_000)
    assert str(error) == "the answer is longer than 1,000,000 bytes"


def test_an_error_says_what_the_server_says() -> None:
    body = b'{"error": {"message": "Slower.", "code": "rate_limit_exceeded"}}'
    answer = b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    (error,) = asked(RawServer(lambda *_: answer))
    assert (type(error), error.body["message"], error.code) == (RateLimitError, "Slower.", "rate_limit_exceeded")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.__dict__) == (RateLimitError, str(error), error.__dict__)
    assert error.headers["retry-after"] == "7"
    assert may_pass(error)


def redirecting(status: int, location: str) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_redirect_on_the_same_server_is_followed_with_the_request() -> None:
    server = RawServer(lambda _, request: redirecting(308, "/v2/x?y=1") if b"/v1/" in request else OK)
    assert asked(server)[0].body == b"{}"
    assert server.requests[1].startswith(b"POST /v2/x?y=1 HTTP/1.1\r\n")
    assert server.requests[1].endswith(b"{}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("location", ["https://evil.invalid/v1/completions", "//evil.invalid:1/", "http://[", ""])
def test_a_key_follows_no_redirect_to_another_server(status: int, location: str) -> None:
    server = RawServer(lambda *_: redirecting(status, location))
    (error,) = asked(server)
    assert isinstance(error, RedirectError)
    assert len(server.requests) == 1
    assert "where the key is not sent" in str(error)


def test_a_redirect_in_a_circle_ends() -> None:
    (error,) = asked(RawServer(lambda *_: redirecting(307, "/v1/completions")))
    assert isinstance(error, RedirectError)


def test_a_burst_of_requests_is_answered_on_as_many_connections() -> None:
    server = RawServer(lambda *_: OK, seconds=0.3)

    async def ask(url: str) -> list[Any]:
        client = ServerClient(url, "key", seconds=50, trusts_environment=False)
        found = await asyncio.gather(*(client.ask("POST", "/completions", b"{}") for _ in range(300)))
        await client.close()
        return found

    assert len(with_server(server, ask)) == 300
    assert server.connections == 300


def test_a_request_that_is_given_up_takes_its_connection_along() -> None:
    server = RawServer(lambda *_: OK, seconds=0.4)

    async def ask(url: str) -> bytes:
        client = ServerClient(url, "key", seconds=50, trusts_environment=False)
        given_up = asyncio.ensure_future(client.ask("POST", "/a", b"1"))
        await asyncio.sleep(0.2)
        given_up.cancel()
        answer = await client.ask("POST", "/b", b"2")
        await client.close()
        return answer.body

    assert with_server(server, ask) == b"{}"
    assert server.connections == 2


# --- proxies


def through_proxy(monkeypatch: pytest.MonkeyPatch, url: str, answer: bytes, **variables: str) -> tuple[Any, RawServer]:
    """What comes of a request where the environment names a proxy."""
    proxy = RawServer(lambda *_: answer)

    async def ask(address: str) -> Any:
        for name, value in variables.items():
            monkeypatch.setenv(name, value.replace("PROXY", address.removeprefix("http://").removesuffix("/v1")))
        client = ServerClient(url, "the-key", seconds=20)
        try:
            return await client.ask("POST", "/completions", b"{}")
        except Exception as error:
            return error
        finally:
            await client.close()

    return with_server(proxy, ask), proxy


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "all_proxy"])
def test_a_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    url = "http://models.invalid/v1"
    answer, proxy = through_proxy(monkeypatch, url, OK, **{variable: "http://ann:secret@PROXY"})
    assert answer.body == b"{}"
    assert proxy.requests[0].startswith(
        b"POST http://models.invalid/v1/completions HTTP/1.1\r\nHost: models.invalid\r\n"
    )
    assert b"Proxy-Authorization: Basic YW5uOnNlY3JldA==\r\n" in proxy.requests[0]


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_that_refuses_to_connect_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"
    error, proxy = through_proxy(monkeypatch, "https://models.invalid/v1", refusal, https_proxy="PROXY")
    assert proxy.requests[0].startswith(b"CONNECT models.invalid:443 HTTP/1.1\r\nHost: models.invalid")
    assert b"the-key" not in b"".join(proxy.requests)
    assert isinstance(error, APIConnectionError)
    assert "refuses (HTTP 407)" in str(error)
    assert "the-key" not in repr(error)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("exception", ["models.invalid", "invalid", ".invalid", "*", "other, models.invalid"])
def test_what_no_proxy_names_is_asked_directly(monkeypatch: pytest.MonkeyPatch, exception: str) -> None:
    error, proxy = through_proxy(monkeypatch, "http://models.invalid/v1", OK, http_proxy="PROXY", no_proxy=exception)
    assert isinstance(error, APIConnectionError)  # there is no such host
    assert proxy.requests == []


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_that_cannot_be_used_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://ann:secret@proxy.example:1080")
    with pytest.raises(ConfigError, match=r"'socks5://proxy\.example:1080'.*HTTPS_PROXY") as caught:
        ServerClient("https://models.example/v1", "key", seconds=1)
    assert "secret" not in str(caught.value)


# --- certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody but its own file vouches for, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
    ]
    command += ["2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key)]
    subprocess.run([*command, "-out", str(file)], check=True, capture_output=True, timeout=60)
    return file, key


def serving(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def over_tls(certificate: tuple[Path, Path], server: RawServer) -> Any:
    async def ask(url: str) -> Any:
        client = ServerClient(url, "the-key", seconds=20)
        try:
            return await client.ask("POST", "/completions", b"{}")
        except Exception as error:
            return error
        finally:
            await client.close()

    return with_server(server, ask, context=serving(certificate))


@pytest.mark.usefixtures("no_proxies")
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent(
    certificate: tuple[Path, Path],
) -> None:
    server = RawServer(lambda *_: OK)
    error = over_tls(certificate, server)
    assert str(error).startswith("Connection error. The certificate of localhost is not trusted: self-signed")
    assert server.requests == []


@pytest.mark.usefixtures("no_proxies")
def test_a_certificate_of_the_environment_is_trusted(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert over_tls(certificate, RawServer(lambda *_: OK)).body == b"{}"


@pytest.mark.usefixtures("no_proxies")
def test_tls_is_spoken_through_a_proxy_that_sees_no_key(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    seen: list[bytes] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            seen.append(data)
            writer.write(data)
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        there = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    async def ask(url: str) -> tuple[Any, Any]:
        proxy = await asyncio.start_server(connect, "127.0.0.1", 0)
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        client = ServerClient(url, "the-key", seconds=20)
        found = await client.ask("POST", "/a", b"1"), await client.ask("POST", "/b", b"2")
        await client.close()
        await asyncio.sleep(0.05)
        proxy.close()
        return found

    server = RawServer(lambda *_: OK)
    first, second = with_server(server, ask, context=serving(certificate))
    assert (first.body, second.body, server.connections) == (b"{}", b"{}", 1)
    assert b"the-key" in server.requests[0]
    assert b"the-key" not in b"".join(seen)


# --- addresses, headers and bodies


@pytest.mark.parametrize(
    ("base", "line"),
    [
        ("/v1", b"POST /v1/completions HTTP/1.1"),
        ("/v1/", b"POST /v1/completions HTTP/1.1"),
        ("", b"POST /completions HTTP/1.1"),
        ("/v1?version=2", b"POST /v1/completions?version=2 HTTP/1.1"),
        ("/a b/\u00e9", b"POST /a%20b/%C3%A9/completions HTTP/1.1"),
    ],
)
def test_the_path_is_added_to_that_of_the_base_url(base: str, line: bytes) -> None:
    server = RawServer(lambda *_: OK)

    async def ask(url: str) -> None:
        client = ServerClient(url.removesuffix("/v1") + base, "key", seconds=20, trusts_environment=False)
        await client.ask("POST", "/completions", b"{}")
        await client.close()

    with_server(server, ask)
    assert server.requests[0].split(b"\r\n")[0] == line


def test_a_user_in_the_address_is_sent_instead_of_the_key() -> None:
    server = RawServer(lambda *_: OK)

    async def ask(url: str) -> None:
        client = ServerClient(url.replace("//", "//ann:se%20cret@"), "key", seconds=20, trusts_environment=False)
        await client.ask("GET", "/models")
        await client.close()

    with_server(server, ask)
    assert b"Authorization: Basic YW5uOnNlIGNyZXQ=\r\n" in server.requests[0]
    assert server.requests[0].startswith(b"GET /v1/models HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "url", ["", "models.example/v1", "ftp://models.example", "http://", "http://[", "http://a:99999"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is no address of a server"):
        origin_of(url)


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nX-B: 2"}, {"X A": "1"}, {"X": "\u20ac"}, {"": "1"}])
def test_a_header_that_is_none_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="cannot be sent as a header"):
        ServerClient("http://models.example/v1", "key", seconds=1, headers=headers)


@pytest.mark.parametrize("value", [float("nan"), "\ud800"])
def test_a_body_that_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        encoded({"prompt": value})


def test_errors_of_connections_survive_being_sent_to_another_process() -> None:
    for error in (APIConnectionError("no route"), RequestTimeoutError(3), APIStatusError("no", status=418, body=None)):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))
