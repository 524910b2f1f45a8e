"""HTTP/1.1 as bytes: what is read as a request, what is refused, what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.serve.messages import Answer, Request, notice
from builder.serve.wire import (
    MOST_HEAD_BYTES,
    MOST_HEADERS,
    MOST_TARGET_BYTES,
    is_kept,
    take_request,
    write_head,
)

SIMPLE = b"GET /a?b HTTP/1.1\r\nHost: localhost\r\nAccept:\t*/* \r\n\r\n"


def refused(received: bytes) -> int:
    """The status that refuses these bytes; 0 if they are not refused."""
    taken = take_request(received)
    return taken[0].status if taken and isinstance(taken[0], Answer) else 0


def test_a_head_becomes_a_request_and_what_follows_is_kept() -> None:
    expected = Request("GET", "/a?b", (("host", "localhost"), ("accept", "*/*")))

    assert take_request(SIMPLE + b"GET /c") == (expected, b"GET /c")
    assert take_request(b"\r\n" + SIMPLE) == (expected, b"")


def test_an_old_client_is_known_by_its_version() -> None:
    taken = take_request(SIMPLE.replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert taken is not None
    assert isinstance(taken[0], Request)
    assert taken[0].version == "HTTP/1.0"


def test_a_head_is_waited_for_to_its_end() -> None:
    assert all(take_request(SIMPLE[:end]) is None for end in range(len(SIMPLE)))
    assert take_request(b"\r") is None


@pytest.mark.parametrize(
    ("received", "status"),
    [
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\n\r\n\r\n", 400),
        (b"GET / HTTP/1.1\rHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\rHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / http/1.1\r\n\r\n", 400),
        (b"G(T / HTTP/1.1\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"\xff\xfe", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/0.9\r\n\r\n", 505),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(received: bytes, status: int) -> None:
    assert refused(received) == status


def test_limits_hold_before_a_head_is_complete() -> None:
    assert refused(b"GET /" + b"a" * (MOST_TARGET_BYTES + 200)) == 414
    assert refused(b"GET / HTTP/1.1\r\nCookie: " + b"a" * MOST_HEAD_BYTES) == 431
    assert refused(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * (MOST_HEADERS + 2)) == 431


def test_a_limit_is_what_it_says() -> None:
    for length, status in ((MOST_TARGET_BYTES, 0), (MOST_TARGET_BYTES + 1, 414)):
        assert refused(b"GET /" + b"a" * (length - 1) + b" HTTP/1.1\r\n\r\n") == status
    for count, status in ((MOST_HEADERS, 0), (MOST_HEADERS + 1, 431)):
        assert refused(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * count + b"\r\n") == status


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda b: SIMPLE[:-2] + b)))
def test_any_bytes_are_a_request_a_refusal_or_a_beginning(received: bytes) -> None:
    taken = take_request(received)

    if taken and isinstance(taken[0], Request):
        assert all("\r" not in value and "\n" not in value for _, value in taken[0].headers)
    elif taken and isinstance(taken[0], Answer):
        assert taken[0].closes


@given(st.integers(0, len(SIMPLE)), st.binary(min_size=1, max_size=3))
def test_bytes_that_come_one_by_one_say_the_same(place: int, noise: bytes) -> None:
    received = SIMPLE[:place] + noise + SIMPLE[place:]

    at_once = take_request(received)

    for end in range(len(received) + 1):
        taken = take_request(received[:end])
        if taken is not None:
            assert at_once is not None
            assert taken[0] == at_once[0]
            break
    else:
        assert at_once is None


@pytest.mark.parametrize(
    ("version", "connection", "closes", "kept"),
    [
        ("HTTP/1.1", "", False, True),
        ("HTTP/1.1", "keep-alive", False, True),
        ("HTTP/1.1", "Upgrade, Close", False, False),
        ("HTTP/1.0", "", False, False),
        ("HTTP/1.1", "", True, False),
    ],
)
def test_a_connection_is_kept_unless_somebody_wants_otherwise(
    version: str, connection: str, closes: bool, kept: bool
) -> None:
    request = Request("GET", "/", (("connection", connection),), version)

    assert is_kept(request, Answer(200, (), closes=closes)) is kept


def test_a_head_is_written_with_its_length_and_nobody_elses_page_may_use_it() -> None:
    head = write_head(Answer(200, (("ETag", '"a"'),), b"12345"), "now", keeps=True)

    assert head == (
        b'HTTP/1.1 200 OK\r\nDate: now\r\nETag: "a"\r\nX-Content-Type-Options: nosniff\r\n'
        b"Cross-Origin-Resource-Policy: same-origin\r\nContent-Length: 5\r\n\r\n"
    )


def test_an_answer_without_a_length_of_its_own_has_none() -> None:
    assert b"Content-Length" not in write_head(Answer(304, ()), "now", keeps=True)
    stream = write_head(Answer(200, (), is_stream=True, closes=True), "now", keeps=False)
    assert b"Content-Length" not in stream
    assert b"Connection: close" in stream


def test_a_notice_of_any_text_can_be_written() -> None:
    sent = notice(400, "\ud800 <中>\n\nmore")

    assert b"&lt;" in sent.body
    assert b"<p>more</p>" in sent.body
