"""Answers are read the same however their bytes are cut, and what is no answer is a fault of one kind."""

import gzip
import zlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.llms.transport.reader import HttpAnswer, HttpReader, NoHttpError

PACKERS = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body)[2:-4],  # without the header, as some servers send it
}


def chunked(body: bytes, sizes: list[int], end: bytes) -> bytes:
    parts, start = [], 0
    for size in sizes:
        if part := body[start : start + size]:
            parts.append(b"%X;x=1%b%b%b" % (len(part), end, part, end))
        start += size
    if rest := body[start:]:
        parts.append(b"%x%b%b%b" % (len(rest), end, rest, end))
    return b"".join([*parts, b"0", end, b"Trailer: 1", end, end])


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, int, bytes, bool]:
    """The bytes of an answer, its status, its body, and whether it ends with the connection."""
    status, body = draw(st.sampled_from([200, 400, 500])), draw(st.binary(max_size=300))
    end = draw(st.sampled_from([b"\r\n", b"\n"]))
    packing = draw(st.sampled_from(list(PACKERS)))
    packed = PACKERS[packing](body)
    lines = [b"HTTP/1.1 %d Fine" % status, b"X-One: 1", b"content-type:application/json"]
    lines += [b"Content-Encoding: " + packing.encode()] if packing else []
    framing = draw(st.sampled_from(["length", "chunks", "close"]))
    if framing == "length":
        lines.append(b"Content-Length: %d" % len(packed))
    elif framing == "chunks":
        lines.append(b"Transfer-Encoding: Chunked")
        packed = chunked(packed, draw(st.lists(st.integers(1, 40), max_size=8)), end)
    interim = b"HTTP/1.1 103 Early Hints" + end + b"Link: x" + end + end if draw(st.booleans()) else b""
    return interim + end.join(lines) + end + end + packed, status, body, framing == "close"


def read(pieces: list[bytes]) -> tuple[HttpAnswer | None, HttpReader]:
    reader = HttpReader()
    for piece in pieces:
        answer = reader.feed(piece)
        if answer is not None:
            return answer, reader
    return reader.end(), reader


def cut(data: bytes, places: list[int]) -> list[bytes]:
    at = sorted({0, *(place % (len(data) + 1) for place in places), len(data)})
    return [data[start:end] for start, end in pairwise(at)]


@given(answers(), st.lists(st.integers(0, 1000), max_size=12))
def test_an_answer_is_the_same_however_its_bytes_are_cut(
    given_answer: tuple[bytes, int, bytes, bool], places: list[int]
) -> None:
    data, status, body, ends_with_connection = given_answer
    answer, reader = read(cut(data, places))
    assert answer is not None
    assert (answer.status, answer.body, answer.headers["x-one"]) == (status, body, "1")
    assert reader.keeps_open is not ends_with_connection


@given(st.binary(max_size=200), st.lists(st.integers(0, 1000), max_size=5))
def test_bytes_that_are_no_answer_are_a_fault_or_nothing(junk: bytes, places: list[int]) -> None:
    for data in (junk, b"HTTP/1.1 200 OK\r\n" + junk, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + junk):
        with suppress(NoHttpError):
            read(cut(data, places))


NO_ANSWERS = [
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/2 200\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\na",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 5000,
]


@pytest.mark.parametrize("data", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
def test_what_breaks_the_rules_of_http_is_no_answer(data: bytes) -> None:
    with pytest.raises(NoHttpError):
        HttpReader().feed(data)


SMALL = 1000
ZEROS = gzip.compress(bytes(10_000_000))
TOO_LONG = {
    "by its length": b"Content-Length: 1001\r\n\r\n",
    "by a chunk": b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n",
    "by what came": b"\r\n" + b"x" * 1001,
    "by what is packed in it": b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZEROS) + ZEROS,
}


@pytest.mark.parametrize("rest", TOO_LONG.values(), ids=TOO_LONG)
def test_an_answer_that_is_too_long_is_not_taken(rest: bytes) -> None:
    most = SMALL if "Encoding: gzip" not in rest.decode("latin-1") else 20_000
    with pytest.raises(NoHttpError, match=f"longer than {most:,} bytes"):
        HttpReader(most).feed(b"HTTP/1.1 200 OK\r\n" + rest)


def test_a_connection_with_more_on_it_than_was_asked_for_is_not_kept() -> None:
    reader = HttpReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK") is not None
    assert not reader.keeps_open


@pytest.mark.parametrize(
    ("head", "text"), [("", "é"), ("; charset=latin-1", "é"), ("; charset=none", "\N{REPLACEMENT CHARACTER}")]
)
def test_a_text_is_read_by_the_charset_that_the_server_names(head: str, text: str) -> None:
    body = "é".encode("utf-8" if not head else "latin-1")
    data = f"HTTP/1.1 200 OK\r\nContent-Type: application/json{head}\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = HttpReader().feed(data.encode() + body)
    assert answer is not None
    assert answer.text == text
