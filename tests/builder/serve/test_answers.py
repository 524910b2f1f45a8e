"""What a request gets, without a socket: `builder.serve.answers` and what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.serve.answers import Answer, Offer, Request, answer, failure_answer
from builder.serve.conditions import find_range, is_known
from builder.serve.content import Content, Stored, read_part
from builder.serve.hosts import hosts_of, is_welcome
from builder.serve.markup import add_to_head
from builder.serve.media import media_type
from builder.serve.targets import Address, read_target
from tests.builder.serve.contents import content_of, stored_at

SCRIPT = b'<script defer src="/.proofpress/preview.js"></script>'
PAGE = b'<!doctype html><html lang="en"><head><title>A</title></head><body>A</body></html>'
SHOWN = PAGE.replace(b"<head>", b"<head>" + SCRIPT)
OUTPUTS = {
    "index.html": PAGE,
    "404.html": PAGE.replace(b"A", b"Lost"),
    "posts/a/index.html": PAGE,
    "posts/中/index.html": PAGE,
    "cards/z.py": b"x = 1\n",
    "film.mp4": bytes(range(256)),
    "empty.txt": b"",
    "atom.xml": b"<feed/>",
    "a..b.txt": b"dots",
    "100%.txt": b"percent",
}
HOST = ("host", "localhost:8000")


def offer(
    find: Callable[[str], Content | Stored | None] | None = None,
    base_path: str = "",
    outputs: dict[str, bytes] = OUTPUTS,
) -> Offer:
    contents = {path: content_of(body) for path, body in outputs.items()}
    return Offer(
        find or contents.get,
        hosts_of("127.0.0.1", 8000),
        base_path,
        {"/.proofpress/preview.js": ("text/javascript; charset=utf-8", b"1")},
        "/.proofpress/events",
        SCRIPT,
    )


def ask(target: str, *headers: tuple[str, str], method: str = "GET", base_path: str = "") -> Answer:
    named = headers if any(name == "host" for name, _ in headers) else (HOST, *headers)
    return answer(Request(method, target, named), offer(base_path=base_path))


# --- Like a real host


@pytest.mark.parametrize("target", ["/posts/a/", "/posts/a/index.html", "/posts/a/?q=1"])
def test_a_page_is_at_its_folder_and_at_its_file(target: str) -> None:
    sent = ask(target)

    assert (sent.status, sent.header("content-type")) == (200, "text/html; charset=utf-8")
    assert sent.body == SHOWN


def test_a_folder_without_its_slash_leads_to_the_one_with_it_and_keeps_the_query() -> None:
    sent = ask("/posts/a?q=%22x&y")

    assert (sent.status, sent.header("location")) == (308, "/posts/a/?q=%22x&y")
    assert sent.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    "target", ["/posts/b", "/posts", "/Posts/a/", "/posts/A/", "/posts/a.html"]
)
def test_what_is_not_there_gets_the_sites_own_404_page(target: str) -> None:
    sent = ask(target)

    assert sent.status == 404
    assert b"<title>Lost</title>" in sent.body
    assert SCRIPT in sent.body
    assert sent.header("etag") == ""


def test_a_site_without_a_404_page_gets_a_plain_one() -> None:
    sent = answer(Request("GET", "/x", (HOST,)), offer(outputs={}))

    assert sent.status == 404
    assert b"nothing at this address" in sent.body
    assert SCRIPT in sent.body


@pytest.mark.parametrize("segment", ["中", "%E4%B8%AD", "%e4%b8%ad"])
def test_a_path_may_be_in_any_script_percent_encoded_or_as_bytes(segment: str) -> None:
    target = f"/posts/{segment}/".encode().decode("latin-1")

    assert ask(target).status == 200


def test_a_redirect_is_percent_encoded() -> None:
    target = "/posts/中".encode().decode("latin-1")

    assert ask(target).header("location") == "/posts/%E4%B8%AD/"
    for query in ("?q=%E4%B8%AD", "?q=中".encode().decode("latin-1")):
        assert ask(target + query).header("location") == "/posts/%E4%B8%AD/?q=%E4%B8%AD"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/index.html", "text/html; charset=utf-8"),
        ("css/site.CSS", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.wasm", "application/wasm"),
        ("a.avif", "image/avif"),
        ("a.webp", "image/webp"),
        ("a.svg", "image/svg+xml"),
        ("a.ico", "image/x-icon"),
        ("a.woff2", "font/woff2"),
        ("a.pdf", "application/pdf"),
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("tags/x/rss.xml", "application/rss+xml; charset=utf-8"),
        ("feed.json", "application/feed+json"),
        ("sitemap.xml", "application/xml"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("cards/z.py", "text/plain; charset=utf-8"),
        ("a.mp4", "video/mp4"),
        ("a.webm", "video/webm"),
        ("a.MOV", "video/quicktime"),
        ("a.m4v", "video/mp4"),
        ("a.ogv", "video/ogg"),
        ("a.aac", "audio/aac"),
        ("a.zip", "application/zip"),
        ("a.tar.gz", "application/gzip"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
        ("html", "application/octet-stream"),
        ("a.html/x", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_each_name_has_its_media_type(path: str, expected: str) -> None:
    assert media_type(path) == expected


def test_the_previews_own_files_are_below_the_base_path_and_not_the_sites() -> None:
    assert ask("/.proofpress/preview.js").body == b"1"
    assert ask("/notes/.proofpress/preview.js", base_path="/notes").body == b"1"
    assert ask("/.proofpress/preview.js", base_path="/notes").status == 404
    assert ask("/.proofpress/other.js").status == 404


def test_head_has_the_headers_of_get() -> None:
    for target in ("/", "/posts/a", "/nothing", "/film.mp4"):
        assert ask(target, method="HEAD") == ask(target)


# --- Base path


def test_a_site_with_a_base_path_is_found_below_it_alone() -> None:
    assert ask("/notes/posts/a/", base_path="/notes").status == 200
    outside = ask("/posts/a/", base_path="/notes")
    assert outside.status == 404
    assert b"The site is at /notes/" in outside.body
    assert ask("/notesposts/a/", base_path="/notes").status == 404


@pytest.mark.parametrize("target", ["/", "/notes"])
def test_the_root_leads_to_the_base_path(target: str) -> None:
    sent = ask(target, base_path="/notes")

    assert (sent.status, sent.header("location")) == (307, "/notes/")


def test_a_redirect_below_a_base_path_keeps_it() -> None:
    assert ask("/notes/posts/a?x", base_path="/notes").header("location") == "/notes/posts/a/?x"


# --- Conditions and ranges


def test_what_a_browser_has_is_not_sent_again() -> None:
    tag = ask("/").header("etag")

    for known in (tag, f"W/{tag}", f'"other", {tag}', f'W/"a,b",{tag}', "*", " * "):
        sent = ask("/", ("if-none-match", known))
        assert (sent.status, sent.body, sent.header("etag")) == (304, b"", tag)
        assert sent.header("cache-control") == "no-cache"
    for other in ('"other"', tag.strip('"'), f'"{tag}"x'.replace(tag, "z"), "", '"*"'):
        assert ask("/", ("if-none-match", other)).status == 200


def test_the_tag_of_a_page_is_of_what_is_sent_with_the_script_in_it() -> None:
    plain = answer(
        Request("GET", "/", (HOST,)),
        Offer({"index.html": content_of(PAGE)}.get, hosts_of("localhost", 8000), "", {}, "/e", b""),
    )

    assert plain.body == PAGE
    assert plain.header("etag") != ask("/").header("etag")


def test_a_404_page_is_never_called_unchanged() -> None:
    assert ask("/nothing", ("if-none-match", "*")).status == 404


FILM = OUTPUTS["film.mp4"]


@pytest.mark.parametrize(
    ("wanted", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("Bytes=250-", 250, 256),
        ("bytes=250-9999999999999999999999999", 250, 256),
        ("bytes=-6", 250, 256),
        ("bytes=-" + "9" * 5000, 0, 256),
        ("bytes=000-0001", 0, 2),
    ],
)
def test_a_range_is_cut_out(wanted: str, first: int, end: int) -> None:
    sent = ask("/film.mp4", ("range", wanted))

    assert (sent.status, sent.body) == (206, FILM[first:end])
    assert sent.header("content-range") == f"bytes {first}-{end - 1}/256"
    assert sent.header("content-type") == "video/mp4"


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-1,4-5",
        "bytes=5-4",
        "bytes=-",
        "bytes=a-b",
        "lines=0-1",
        "bytes=1-²",
        "bytes 0-1",
        "",
    ],
)
def test_a_range_that_is_none_or_several_gets_the_whole(wanted: str) -> None:
    sent = ask("/film.mp4", ("range", wanted))

    assert (sent.status, sent.body, sent.header("content-range")) == (200, FILM, "")


@pytest.mark.parametrize(
    "wanted", ["bytes=256-", "bytes=256-300", "bytes=-0", "bytes=" + "9" * 5000 + "-"]
)
def test_a_range_outside_is_said_to_be_so(wanted: str) -> None:
    sent = ask("/film.mp4", ("range", wanted))

    assert (sent.status, sent.header("content-range")) == (416, "bytes */256")


def test_of_an_empty_file_no_first_byte_can_be_had_but_its_last_ones_are_all_of_it() -> None:
    assert ask("/empty.txt", ("range", "bytes=0-")).status == 416
    assert ask("/empty.txt", ("range", "bytes=-5")).status == 200


def test_a_range_of_something_that_changed_gets_the_whole() -> None:
    tag = ask("/film.mp4").header("etag")
    wanted = ("range", "bytes=0-9")

    assert ask("/film.mp4", wanted, ("if-range", tag)).status == 206
    for other in ('"old"', f"W/{tag}", "Sat, 21 Nov 2026 10:00:00 GMT"):
        assert ask("/film.mp4", wanted, ("if-range", other)).status == 200


def test_head_ignores_a_range_and_a_known_tag_comes_before_one() -> None:
    wanted = ("range", "bytes=0-9")
    tag = ask("/film.mp4").header("etag")

    assert ask("/film.mp4", wanted, method="HEAD").status == 200
    assert ask("/film.mp4", wanted, ("if-none-match", tag)).status == 304


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("range", "bytes=10-19"),),
        (("range", "bytes=-6"),),
        (("range", "bytes=0-"),),
        (("range", "bytes=0-1,4-5"),),
        (("range", "bytes=256-"),),
        (("range", "bytes=0-9"), ("if-range", '"old"')),
        (("range", "bytes=0-9"), ("if-range", "TAG")),
        (("if-none-match", "TAG"),),
        (("if-none-match", '"old"'),),
    ],
)
def test_what_lies_in_a_file_is_answered_like_what_is_at_hand(
    tmp_path: Path, method: str, headers: tuple[tuple[str, str], ...]
) -> None:
    held = content_of(FILM)
    file = tmp_path / "film.mp4"
    file.write_bytes(FILM)
    stored = stored_at(file, held.digest)
    tag = f'"{held.digest.hex()}"'
    headers = tuple((name, value.replace("TAG", tag)) for name, value in headers)
    request = Request(method, "/film.mp4", (HOST, *headers))

    expected = answer(request, offer(lambda _: held))
    sent = answer(request, offer(lambda _: stored))

    assert (sent.status, sent.headers, sent.length) == (
        expected.status,
        expected.headers,
        expected.length,
    )
    body = b"".join(read_part(sent.part, 7)) if sent.part else sent.body
    assert body == expected.body
    assert bool(sent.part) is (sent.status in (200, 206))


@given(st.binary(max_size=40), st.integers(0, 50), st.integers(0, 50))
def test_a_range_is_a_slice(body: bytes, first: int, last: int) -> None:
    def cut(header: str) -> bytes | str:
        found = find_range(header, len(body))
        return found if isinstance(found, str) else body[slice(*found)]

    inside = first < len(body)
    assert cut(f"bytes={first}-") == (body[first:] if inside else "none")
    if first <= last:
        assert cut(f"bytes={first}-{last}") == (body[first : last + 1] if inside else "none")
    if first:
        assert cut(f"bytes=-{first}") == (body[-first:] or "whole")


@given(st.text(max_size=30), st.integers(0, 30))
def test_any_range_header_gives_part_of_the_content_or_none(header: str, length: int) -> None:
    for value in (header, f"bytes={header}"):
        found = find_range(value, length)
        if not isinstance(found, str):
            assert 0 <= found[0] < found[1] <= length


@given(st.text(max_size=30))
def test_a_tag_is_only_known_by_its_whole_name(sent: str) -> None:
    assert is_known('"ab"', sent) == ('"ab"' in sent or sent.strip() == "*")


# --- Nobody gets elsewhere


@pytest.mark.parametrize(
    "target",
    [
        "/../etc/passwd",
        "/posts/../index.html",
        "/%2e%2e/x",
        "/.%2E/x",
        "/./index.html",
        "/..",
        "/posts/..",
        "/..%2fetc",
        "/%2e%2e%2fetc",
        "/..\\x",
        "/..%5cx",
        "\\x",
        "/%00",
        "/index.html%00.txt",
        "//evil.example/",
        "//",
        "/posts//a/",
        "/posts%2Fa/",
        "http://localhost:8000//evil.example",
        "http://localhost:8000/../x",
        "http:///x",
        "https://localhost:8000/",
        "file:///etc/passwd",
        "index.html",
        "*",
        "localhost:8000",
        "/%zz",
        "/%",
        "/%4",
        "/%ff",
        "/%c0%ae%c0%ae/",
        "/\xff",
        "/a#b",
        "/a\tb",
        "/%0d%0aSet-Cookie:x",
        "/%7f",
    ],
)
def test_an_address_that_is_none_is_refused_and_nothing_is_looked_up(target: str) -> None:
    def find(path: str) -> Content | None:
        raise AssertionError(path)

    sent = answer(Request("GET", target, (HOST,)), offer(find))

    assert sent.status == 400
    assert b"This address is none" in sent.body


@pytest.mark.parametrize("target", ["/%252e%252e/x", "/%252e%252e%252fetc", "/%25%32%65"])
def test_what_is_encoded_twice_is_decoded_once(target: str) -> None:
    assert ask(target).status == 404


@pytest.mark.parametrize(("target", "body"), [("/a..b.txt", b"dots"), ("/100%25.txt", b"percent")])
def test_dots_and_percent_signs_in_a_name_are_just_that(target: str, body: bytes) -> None:
    assert ask(target).body == body


def test_a_redirect_never_leads_to_another_host() -> None:
    everything = offer(lambda path: content_of(PAGE) if path.endswith("/index.html") else None)
    for target in ("//evil.example", "/%2fevil.example", "/\\evil.example", "/%5cevil.example"):
        assert answer(Request("GET", target, (HOST,)), everything).status == 400
    sent = answer(Request("GET", "/evil.example?//x\xe9", (HOST,)), everything)
    assert sent.header("location") == "/evil.example/?//x%E9"


PIECES = st.sampled_from(
    (
        *("/", "//", ".", "..", "%2e", "%2E%2e", "%252e", "\\", "%5c", "%00", "\x00", "%2f", "%25"),
        *("%", "a", "index.html", "?", "#", "http://localhost:8000", "notes", " ", "\r\n", ":"),
        "\xe4\xb8\xad",
    )
)
TARGETS = st.one_of(
    st.lists(PIECES, max_size=10).map("".join),
    st.lists(PIECES, max_size=10).map(lambda pieces: "/" + "".join(pieces)),
    st.binary(max_size=30).map(lambda data: "/" + data.decode("latin-1")),
    st.text(max_size=20).map(lambda text: "/" + quote(text, safe="/")),
)


@given(TARGETS, st.sampled_from(["", "/notes"]), st.booleans())
def test_no_target_ever_asks_for_what_is_no_output_path(
    target: str, base_path: str, is_there: bool
) -> None:
    asked = []

    def find(path: str) -> Content | None:
        asked.append(path)
        return content_of(PAGE) if is_there and path.endswith("/index.html") else None

    sent = answer(Request("GET", target, (HOST,)), offer(find, base_path))

    for path in asked:
        assert not path.startswith("/")
        assert "\\" not in path
        assert all(ord(letter) >= 32 for letter in path)
        assert all(part not in ("", ".", "..") for part in path.split("/"))
    location = sent.header("location")
    assert not location.startswith(("//", "/\\"))
    assert location.isascii()
    assert location.isprintable()


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4))
def test_an_address_is_read_back_as_it_was_written(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    try:
        written = quote(path)
    except UnicodeError:
        return
    if "%2F" not in written and isinstance(found := read_target(written), Address):
        assert found == Address(path, "")


# --- Who is let in


@pytest.mark.parametrize(
    ("host", "others", "authority", "expected"),
    [
        ("127.0.0.1", [], "localhost:8000", True),
        ("127.0.0.1", [], "LOCALHOST:8000", True),
        ("127.0.0.1", [], "127.0.0.1:8000", True),
        ("127.0.0.1", [], "[::1]:8000", True),
        ("127.0.0.1", [], "[0:0:0:0:0:0:0:1]:8000", True),
        ("127.0.0.1", [], "localhost", False),
        ("127.0.0.1", [], "localhost:8001", False),
        ("127.0.0.1", [], "evil.example:8000", False),
        ("127.0.0.1", [], "localhost.evil.example:8000", False),
        ("127.0.0.1", [], "evil.example:8000@localhost:8000", False),
        ("127.0.0.1", [], "192.168.1.5:8000", False),
        ("127.0.0.1", [], "127.0.0.1.evil.example:8000", False),
        ("127.0.0.1", [], "", False),
        ("127.0.0.1", [], ":8000", False),
        ("127.0.0.1", [], "localhost:8000:8000", False),
        ("127.0.0.1", [], "localhost:٨٠٠٠", False),
        ("127.0.0.1", [], "localhost:8000/", False),
        ("127.0.0.1", ["desk.example"], "desk.example:8000", True),
        ("127.0.0.1", ["desk.example"], "desk.example", True),
        ("127.0.0.1", ["localhost:9000"], "localhost:9000", True),
        ("127.0.0.1", ["localhost:9000"], "localhost:9001", False),
        ("192.168.1.5", [], "192.168.1.5:8000", True),
        ("192.168.1.5", [], "192.168.1.6:8000", False),
        ("desk", [], "desk:8000", True),
        ("::1", [], "[::1]:8000", True),
        ("0.0.0.0", [], "192.168.1.5:8000", True),
        ("0.0.0.0", [], "10.0.0.1:9000", True),
        ("0.0.0.0", [], "[fe80::1]:8000", True),
        ("0.0.0.0", [], "localhost:9000", True),
        ("0.0.0.0", [], "evil.example:8000", False),
        ("0.0.0.0", ["desk.example"], "desk.example:8000", True),
        ("::", [], "192.168.1.5:8000", True),
        ("::", [], "evil.example:8000", False),
    ],
)
def test_a_host_is_welcome_if_it_is_this_one(
    host: str, others: list[str], authority: str, expected: bool
) -> None:
    assert is_welcome(hosts_of(host, 8000, others), authority) is expected


def test_a_browser_leaves_the_port_of_http_out() -> None:
    assert is_welcome(hosts_of("127.0.0.1", 80), "localhost")
    assert not is_welcome(hosts_of("127.0.0.1", 8000), "localhost")


def test_a_page_that_had_its_name_point_here_is_shown_nothing() -> None:
    sent = ask("/", ("host", "evil.example:8000"))

    assert (sent.status, sent.closes) == (403, True)
    assert b"evil.example:8000" in sent.body
    assert b"http://localhost:8000/" in sent.body
    assert PAGE not in sent.body


def test_a_name_is_shown_as_text() -> None:
    assert b"<b>" not in ask("/", ("host", "<b>x</b>")).body


@pytest.mark.parametrize("hosts", [(), (HOST, HOST), (HOST, ("host", "evil.example"))])
def test_a_request_names_one_host(hosts: tuple[tuple[str, str], ...]) -> None:
    assert answer(Request("GET", "/", hosts), offer()).status == 400


def test_a_whole_address_in_the_request_line_is_checked_like_the_host() -> None:
    assert ask("http://localhost:8000/posts/a/").status == 200
    assert ask("HTTP://127.0.0.1:8000/posts/a/").status == 200
    assert ask("http://localhost:8000").status == 200
    assert ask("http://evil.example/posts/a/").status == 403
    assert ask("http://localhost:8000/", ("host", "evil.example")).status == 403
    assert ask("http://x@localhost:8000/").status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_only_looking_is_allowed(method: str) -> None:
    sent = ask("/", method=method)

    assert (sent.status, sent.header("allow"), sent.closes) == (405, "GET, HEAD", True)


@pytest.mark.parametrize(
    "header",
    [
        ("content-length", "5"),
        ("transfer-encoding", "chunked"),
        ("content-length", "0, 5"),
        ("content-length", ""),
        ("transfer-encoding", ""),
    ],
)
def test_a_body_ends_the_connection_and_is_never_taken_for_a_request(
    header: tuple[str, str],
) -> None:
    sent = ask("/", header)

    assert (sent.status, sent.closes) == (400, True)
    assert ask("/", ("content-length", "0")).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), 200),
        ((("origin", "http://localhost:8000"),), 200),
        ((("origin", "https://localhost:8000"),), 200),
        ((("sec-fetch-site", "same-origin"),), 200),
        ((("sec-fetch-site", "none"),), 200),
        ((("origin", "http://evil.example"),), 403),
        ((("origin", "http://localhost:8001"),), 403),
        ((("origin", "null"),), 403),
        ((("sec-fetch-site", "cross-site"),), 403),
        ((("sec-fetch-site", "same-site"),), 403),
    ],
)
def test_only_the_previews_own_pages_hear_its_events(
    headers: tuple[tuple[str, str], ...], status: int
) -> None:
    sent = ask("/.proofpress/events", *headers)

    assert (sent.status, sent.is_stream) == (status, status == 200)


def test_no_answer_invites_other_origins() -> None:
    sent = ask("/", ("origin", "http://evil.example"))

    assert not any("access-control" in name.lower() for name, _ in sent.headers)


# --- The script


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (b"<!doctype html><html><head><title>x</title></head>", b"<title>"),
        (b"<!DOCTYPE HTML>\n<HTML LANG=en>\n<HEAD CLASS='>'>\n<p>", b"\n<p>"),
        (b"\xef\xbb\xbf <!-- <head> --><html><head>x", b"x"),
        (b"<!doctype html><title>x</title>", b"<title>"),
        (b"<html><header>x", b"<header>"),
        (b"<!doctype html>\n<html>\n<body><head>", b"<body>"),
        (b'<html data-x="<head>"><head/>y', b"y"),
        (b"just text", b"just"),
        (b"<!-- never closed <head>", b"<!--"),
        (b"<html", b"<html"),
    ],
)
def test_the_script_comes_first_in_the_head(page: bytes, place: bytes) -> None:
    at = page.index(place)

    assert add_to_head(page, SCRIPT) == page[:at] + SCRIPT + page[at:]


def test_a_page_in_utf16_and_an_empty_one_do_no_harm() -> None:
    page = "<html>".encode("utf-16")

    assert add_to_head(page, SCRIPT) == page
    assert add_to_head(b"", SCRIPT) == SCRIPT


@given(st.lists(st.sampled_from([b"<", b"!--", b"-->", b"html", b" ", b'"', b">", b"head"])))
def test_nothing_of_a_page_is_lost(pieces: list[bytes]) -> None:
    page = b"".join(pieces)

    assert add_to_head(page, b"\x00").replace(b"\x00", b"", 1) == page


def test_a_long_beginning_takes_no_time() -> None:
    for piece in (b" ", b"<!--", b"<!---->", b"<html>", b"<html '", b'<html a="'):
        page = piece * 20_000
        assert len(add_to_head(page, SCRIPT)) == len(page) + len(SCRIPT)


def test_only_pages_get_the_script() -> None:
    assert SCRIPT not in ask("/atom.xml").body
    assert SCRIPT not in ask("/cards/z.py").body


def test_a_crash_is_told_on_a_page_that_comes_back_by_itself() -> None:
    sent = failure_answer(offer(), "ValueError: <b>")

    assert sent.status == 500
    assert SCRIPT in sent.body
    assert b"ValueError: &lt;b&gt;" in sent.body
