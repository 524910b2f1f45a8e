"""A published site rechecked: whatever disagrees with anything else in it is named."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from builder.cards.anchors import Anchors
from builder.cards.languages import find_language
from builder.cards.listing import render_listing
from builder.cards.outputs import render_output
from builder.check.verify import Verification, verify_site
from builder.codec import replace, sha256
from builder.evidence.record import Record, RecordedOutput
from builder.evidence.statement import write_record
from builder.model import Embed, Listing, Span
from tests.builder.command import run
from tests.builder.evidence.records import make_record

CODE = "snippets/axpy.py"
TESTS = "tests/snippets/test_axpy.py"
RECORD = "evidence/axpy/tests.json"
STDOUT = "evidence/axpy/stdout.txt"
PAGE = "cards/axpy/index.html"
SUMS = "SHA256SUMS"
FILES = {
    CODE: '''\
"""y <- a * x + y, by <b> & "c"."""

import sys  # card: hide


# region sum
class Sum:
    def axpy(self, a, x, y):
        return a * x + y  # card: hl

    # endregion sum


def main():
    print("10")
''',
    TESTS: """\
from snippets.axpy import Sum


def test_axpy():
    assert Sum().axpy(2, 3, 4) == 10
""",
}
OUTPUT = b"10 < 11\n"


class Site:
    """A published site with one card; whatever a test does not change agrees with the rest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path, text in FILES.items():
            self.write(path, text)
        self.write(STDOUT, OUTPUT)
        self.write("index.html", "<!DOCTYPE html><title>Home</title><p>Words on a listing.</p>")
        self.put_record(make_record(**of_files()))
        self.put_status("current")
        self.put_page("passed", "1 test passed · Python 3.11 · NumPy 2.4 · 20 Nov 2026")
        self.seal()

    def write(self, path: str, text: str | bytes) -> Site:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def edit(self, path: str, old: str, new: str) -> Site:
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text, (path, old)
        return self.write(path, text.replace(old, new, 1))

    def put_record(self, record: Record) -> Site:
        return self.write(f"evidence/axpy/{record.tier}.json", write_record(record))

    def put_status(self, state: str, tier: str = "tests", **more: object) -> Site:
        """The list for machines, with one record as it is."""
        data = (self.folder / f"evidence/axpy/{tier}.json").read_bytes()
        named: dict[str, object] = {
            "tier": tier,
            "state": state,
            "sha256": sha256(data).hex(),
            "date": "2026-11-20",
            "passed": data.count(b'"outcome": "passed"'),
            **more,
        }
        card = {"slug": "axpy", "state": "passed", "text": "1 test passed", "tiers": [named]}
        status = {"passing": 1, "total": 1, "cards": [card]}
        return self.write("status.json", json.dumps(status))

    def put_page(self, state: str, line: str) -> Site:
        """The card's page as the theme writes it: its evidence, listings, an output."""
        badge = f'<span class="state state-{state}"><span aria-hidden="true">✓</span> {line}</span>'
        figures = [
            listing(CODE, 1, 15),
            listing(CODE, 7, 9, lines="file"),
            listing(TESTS, 4, 5, evidence=f'<p class="evidence">{badge}</p>'),
            render_output(
                show("content/" + STDOUT, 0, 0), OUTPUT, src=f"/{STDOUT}", note="", evidence=""
            ),
        ]
        return self.write(
            PAGE,
            '<!DOCTYPE html><meta charset="utf-8"><title>axpy</title>'
            f'<div class="evidence"><details id="evidence-axpy"><summary>{badge}</summary>'
            f"</details></div>{''.join(figures)}",
        )

    def seal(self) -> Site:
        """List the files as they are now."""
        rows = [
            f"{hashlib.sha256(file.read_bytes()).hexdigest()}  "
            f"{file.relative_to(self.folder).as_posix()}\n"
            for file in sorted(self.folder.rglob("*"))
            if file.is_file() and file.name != SUMS
        ]
        return self.write(SUMS, "".join(rows))

    def verify(self) -> Verification:
        return verify_site(str(self.folder))

    def find(self) -> tuple[str, ...]:
        """The mismatches of the site with a list of its files as they are now."""
        return self.seal().verify().mismatches


def of_files() -> dict[str, Any]:
    return {
        "subjects": {path: sha256(text.encode()).hex() for path, text in FILES.items()},
        "outputs": (RecordedOutput("stdout.txt", sha256(OUTPUT).hex(), True),),
    }


def show(path: str, first: int, last: int, **embed: str) -> Listing:
    part = "whole" if first else "output"
    asked = Embed("axpy", "", False, part, "", 1, **embed)  # type: ignore[arg-type]  # by name
    return Listing(asked, path, b"", find_language(path), Span(first, last), ())


def listing(path: str, first: int, last: int, evidence: str = "", **embed: str) -> str:
    return render_listing(show(path, first, last, **embed), FILES[path].encode(), {}, evidence)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


# --- A site that agrees with itself


def test_a_site_as_it_was_built_has_no_mismatch(site: Site) -> None:
    found = site.verify()

    assert found.mismatches == ()
    assert found.notes == ()
    assert found.summary == "7 files, 4 listings, 1 card verified: no mismatch"


def test_a_site_without_cards_is_its_list_of_digests_alone(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "index.html").write_bytes(b"Home")
    (folder / SUMS).write_text(f"{sha256(b'Home').hex()}  index.html\n", encoding="utf-8")

    assert verify_site(str(folder)).summary == "1 file, 0 listings, 0 cards verified: no mismatch"


def test_a_file_that_nobody_lists_is_a_note(site: Site) -> None:
    site.write("more.txt", "x")

    assert site.verify().mismatches == ()
    assert site.verify().notes == ("more.txt: not listed in SHA256SUMS",)


def test_a_folder_that_is_no_site_is_said_to_be_none(tmp_path: Path) -> None:
    found = verify_site(str(tmp_path))

    (said,) = found.mismatches
    assert said.startswith("SHA256SUMS: is missing")
    assert found.summary == "nothing was verified"


def test_an_empty_list_of_files_verifies_nothing(tmp_path: Path) -> None:
    (tmp_path / SUMS).write_text("\n")

    found = verify_site(str(tmp_path))

    assert found.mismatches == ("SHA256SUMS: it lists no file",)
    assert found.summary == "nothing was verified"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere", "there is no folder 'nowhere'; name the folder of a built site, or its"),
        ("example.org", "there is no folder 'example.org'; "),
        ("", "there is no folder ''; "),
        ("file", "'file' is no folder; "),
    ],
)
def test_what_can_hold_no_site_is_a_wrong_command_line(
    target: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")

    said = run("verify", target, folder=tmp_path)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"proofpress: verify: {message}")


# --- What sha256sum would find


@pytest.mark.parametrize("path", [PAGE, CODE, RECORD, STDOUT, "status.json", "index.html"])
def test_a_file_changed_since_the_build_is_named(site: Site, path: str) -> None:
    data = (site.folder / path).read_bytes()
    site.write(path, data + b" ")

    assert f"{path}: its SHA-256 is not the one in SHA256SUMS" in site.verify().mismatches


@pytest.mark.parametrize("path", [PAGE, CODE, "index.html"])
def test_a_file_that_is_missing_is_named(site: Site, path: str) -> None:
    (site.folder / path).unlink()

    assert f"{path}: is missing, and SHA256SUMS lists it" in site.verify().mismatches


def test_a_changed_list_is_named(site: Site) -> None:
    text = (site.folder / SUMS).read_text(encoding="utf-8")
    other = "0" if text[0] != "0" else "1"
    site.write(SUMS, other + text[1:])
    assert len(site.verify().mismatches) == 1

    site.write(SUMS, text + "nonsense\n")
    assert site.verify().mismatches == ("SHA256SUMS:8: not a line of sha256sum",)


# --- What it would not: somebody has rewritten SHA256SUMS too


def test_a_changed_letter_of_displayed_code_is_named(site: Site) -> None:
    (said,) = site.edit(PAGE, 'class="nf">axpy<', 'class="nf">axpz<').find()

    assert said == (
        f"{PAGE}: card 'axpy': line 7 of the listing is 'def axpz(self, a, x, y):', unlike "
        f"lines 1 to 15 of {CODE}: 'def axpy(self, a, x, y):'"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</span>\n</span>", "</span> \n</span>", "line 3 of the listing"),
        ('<span class="k">import</span>', '<i class="k">import</i>', "holds <i class>"),
        ("import</span>", "import</span>\n", "line 3 of the listing"),
        ('class="line" hidden', 'class="line"', "line 3 of the listing is hidden or not"),
        ('<span class="line hl">', '<span class="line hl" hidden>', "is hidden or not"),
        ('<span class="line hl">', '<span class="line hl" style="x">', "holds <span class style>"),
        ('<span class="line hl">', '<span class="line hl"><b></b>', "holds <b>"),
        ('<span class="nf">', '<span class="visually-hidden">', "holds <span class>"),
        ('<span class="nf">', '<span class="nf" hidden>', "holds <span class hidden>"),
        ("</code></pre>", "extra</code></pre>", "the text to copy is not lines 1 to 15"),
        ("</code></pre>", "</code></pre><pre>more</pre>", "holds a second <pre>"),
        ("</code></pre>", "</code></pre><div><pre>more</pre></div>", "holds a second <pre>"),
        ("</code></pre>", "</code>more</pre>", "holds a second text"),
        ("</code></pre>", '<span class="line">x</span>\n</code></pre>', "14 lines are shown of 13"),
        ('data-lines="1-15"', 'data-lines="1-99"', "the published file has no lines 1 to 99"),
        ('data-lines="1-15"', 'data-lines="2-15"', "line 1 of the listing"),
        ('data-lines="1-15"', 'data-lines=""', "which is empty"),
        ('data-lines="1-15"', 'data-lines="all"', "names no lines"),
        ('data-lines="1-15"', "", "no file of this card"),
        (f'data-path="{CODE}"', f'data-path="{STDOUT}"', "no file of this card"),
        (f'data-path="{CODE}"', 'data-path="snippets/axpyz.py"', "no file of this card"),
        (f'data-path="{CODE}"', 'data-path="snippets/axpy/z.py"', "which is not published"),
        (f'data-path="{CODE}"', "", "does not say which card"),
        ('data-card="axpy"', "", "does not say which card"),
        ("10 &lt; 11", "10 &lt; 12", f"the output that is shown is not {STDOUT}"),
    ],
)
def test_whatever_else_a_page_shows_is_named(site: Site, old: str, new: str, said: str) -> None:
    found = site.edit(PAGE, old, new).find()

    assert len(found) == 1, found
    assert found[0].startswith(f"{PAGE}: card '")
    assert said in found[0]


def test_a_picture_that_is_not_the_output_is_named(site: Site) -> None:
    picture = "evidence/axpy/plot.svg"
    site.write(picture, "<svg/>")
    figure = render_output(
        show("content/" + picture, 0, 0), b"<svg/>", src=f"/notes/{picture}", note="", evidence=""
    )
    site.edit(PAGE, '<figure class="listing"', figure + '<figure class="listing"')
    assert site.find() == ()

    (said,) = site.edit(PAGE, f"/notes/{picture}", "/notes/other.svg").find()
    assert said == f"{PAGE}: card 'axpy': shows the picture /notes/other.svg as {picture}"


def test_a_changed_letter_of_a_download_is_named_for_the_page_and_for_the_record(
    site: Site,
) -> None:
    found = site.edit(CODE, "return a * x + y", "return a * x - y").find()

    assert [said.partition(":")[0] for said in found] == [RECORD, PAGE, PAGE]
    assert f"{CODE} is not what it names" in found[0]


def test_a_download_changed_together_with_the_page_is_named_for_the_record(site: Site) -> None:
    (said,) = site.edit(CODE, "10", "20").edit(PAGE, '"10"', '"20"').find()

    assert said == (
        f"{RECORD}: card 'axpy': it is said to be of the published bytes, "
        f"and {CODE} is not what it names"
    )


def test_a_download_that_is_not_shown_is_held_against_the_record_too(site: Site) -> None:
    site.edit(TESTS, "import Sum", "import  Sum")

    assert len(site.find()) == 1
    assert f"{TESTS} is not what it names" in site.find()[0]


@pytest.mark.parametrize("path", [TESTS, STDOUT])
def test_a_file_of_the_record_that_is_no_longer_offered_is_named(site: Site, path: str) -> None:
    (site.folder / path).unlink()

    assert f"{RECORD}: card 'axpy': it names {path}, which is not published" in site.find()


def test_a_helper_need_not_be_offered(site: Site) -> None:
    subjects = {**of_files()["subjects"], "helper.py": "0" * 64}
    site.put_record(make_record(**{**of_files(), "subjects": subjects})).put_status("current")

    assert site.find() == ()


def test_a_changed_output_is_named(site: Site) -> None:
    (said,) = site.edit(STDOUT, "11", "12").edit(PAGE, "&lt; 11", "&lt; 12").find()

    assert f"{STDOUT} is not what it names" in said


def test_every_changed_letter_of_a_record_is_named(site: Site) -> None:
    data = (site.folder / RECORD).read_bytes()
    for at in range(0, len(data), 40):
        letter = b"x" if data[at : at + 1] != b"x" else b"y"
        site.write(RECORD, data[:at] + letter + data[at + 1 :])

        assert any(said.startswith(f"{RECORD}: card 'axpy': ") for said in site.find()), at


def test_a_record_of_another_card_is_named(site: Site) -> None:
    site.put_record(make_record(card="saxpy", **of_files()))

    assert "belongs at content/evidence/saxpy/tests.json" in site.find()[0]


def test_a_record_that_is_gone_is_named(site: Site) -> None:
    (site.folder / RECORD).unlink()

    assert f"{RECORD}: card 'axpy': status.json names this record, and it is not published" in (
        site.find()
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sha256": "0" * 64}, "status.json names another digest of this record"),
        ({"passed": 2}, "status.json says that 2 passed on 2026-11-20, the record 1 on"),
        ({"date": "2026-11-21"}, "status.json says that 1 passed on 2026-11-21, the record 1 on"),
    ],
)
def test_a_record_other_than_the_status_says_is_named(
    site: Site, wrong: dict[str, object], said: str
) -> None:
    (found,) = site.put_status("current", "tests", **wrong).find()

    assert found.startswith(f"{RECORD}: card 'axpy': {said}")


@pytest.mark.parametrize(("old", "new"), [('"passing": 1', '"passing": 2'), ('l": 1', 'l": 3')])
def test_a_status_that_counts_wrong_is_named(site: Site, old: str, new: str) -> None:
    (said,) = site.edit("status.json", old, new).find()

    assert said.startswith("status.json: says ")
    assert said.endswith(", lists 1 of 1")


def test_the_lines_about_a_card_must_be_the_same_everywhere(site: Site) -> None:
    badge = '<span class="state state-passed"><span>✓</span> 1 test passed</span>'
    row = f'<a href="/cards/axpy/">A</a> <code>axpy</code> <span class="lines">{badge}</span>'
    site.write("status/index.html", f'<ul class="states"><li>{row}</li></ul>')
    site.write("badges/axpy.json", '{"message": "1 test passed"}')
    assert site.find() == ()

    site.write("badges/axpy.json", '{"message": "2 tests passed"}')
    assert site.find() == (
        "badges/axpy.json: card 'axpy': does not say '1 test passed', as status.json does",
    )

    site.edit("status.json", "1 test passed", "2 tests passed")
    assert site.find() == (
        "status.json: card 'axpy': says '2 tests passed', and status/index.html '✓ 1 test passed'",
    )

    site.edit("status/index.html", "1 test passed", "2 tests passed")
    assert site.find() == (
        "status/index.html: card 'axpy': the page says '✓ 2 tests passed', "
        "and in its record 1 passed",
    )


def test_a_record_of_other_bytes_is_fine_where_the_site_says_so(site: Site) -> None:
    site.edit(TESTS, "import Sum", "import  Sum").put_status("stale")
    site.put_page("stale", "tests passed before the last change (20 Nov 2026)")

    assert site.find() == ()


def test_a_status_that_cannot_be_read_is_named(site: Site) -> None:
    site.write("status.json", '{"cards": [{"slug": 1, "tiers": [{}]}]}')

    assert "status.json: can't be read as a list of cards" in site.find()


# --- What is said of the tests


@pytest.mark.parametrize(
    ("state", "line", "said"),
    [
        ("passed", "2 tests passed · Python 3.11 · 20 Nov 2026", "in its record 1 passed"),
        ("passed", "tests passed · Python 3.11", "in its record 1 passed"),
        ("passed", "1 test passed · Python 3.12 · 20 Nov 2026", "its record has no 3.12"),
        ("passed", "1 test passed · Python 3.11 · NumPy 2.5", "its record has no 2.5"),
        ("passed", "1 test passed · Python 3.11 · 21 Nov 2026", "its record has no 21"),
        ("simulated", "1 test passed under a simulator", "no record is listed that is current"),
        ("unmet", "1 test passed with NumPy 2.4", "no record is listed that is unmet"),
        ("stale", "tests passed before the last change", "no record is listed that is stale"),
        ("none", "not checked", "and there is a record"),
        ("measured", "measured on NVIDIA H200: 83%", "which no record of a measurement does"),
    ],
)
def test_a_line_that_says_what_no_record_says_is_named(
    site: Site, state: str, line: str, said: str
) -> None:
    (found,) = site.put_page(state, line).find()

    assert found.startswith(f"{PAGE}: card 'axpy': the page says '✓ {line}'")
    assert said in found


def test_a_line_below_a_listing_is_held_against_the_record_too(site: Site) -> None:
    page = (site.folder / PAGE).read_text(encoding="utf-8")
    before, line, after = page.rpartition("1 test passed")
    site.write(PAGE, f"{before}8 tests passed{after}")

    assert line
    assert len(site.find()) == 1


def test_only_folds_and_lists_of_cards_tell_which_card_a_line_is_about(site: Site) -> None:
    line = '<span class="state state-passed">8 tests passed</span>'
    site.write("a.html", f'<p id="evidence-axpy">{line}</p><ul><li><code>axpy</code>{line}</ul>')

    assert site.find() == ()


def test_a_day_before_the_tenth_is_written_without_a_zero(site: Site) -> None:
    record = make_record(**of_files(), started="2026-05-01T10:00:00Z")
    site.put_record(record).put_status("current", date="2026-05-01")

    assert site.put_page("passed", "1 test passed · 1 May 2026").find() == ()


def test_a_line_in_any_language_is_held_against_the_record(site: Site) -> None:
    assert site.put_page("passed", "1 项测试通过 · Python 3.11 · 2026年11月20日").find() == ()
    assert len(site.put_page("passed", "3 项测试通过 · Python 3.11 · 2026年11月20日").find()) == 1


def test_a_line_with_a_version_that_is_no_longer_asked_for(site: Site) -> None:
    site.put_status("unmet")

    line = "test passed with NumPy 2.4 (the site now asks for 2.5 or newer)"
    assert site.put_page("unmet", f"1 {line}").find() == ()
    assert len(site.put_page("unmet", f"7 {line}").find()) == 1


def test_a_line_about_a_simulator(site: Site) -> None:
    (site.folder / RECORD).unlink()
    site.put_record(make_record("simulated", **of_files())).put_status("current", "simulated")

    line = "test passed under a simulator, not on a GPU · Python 3.11"
    assert site.put_page("simulated", f"1 {line}").find() == ()
    assert len(site.put_page("simulated", f"4 {line}").find()) == 1


def test_a_line_about_a_measurement(site: Site) -> None:
    (site.folder / RECORD).unlink()
    measured = make_record("measured", **of_files(), sources={CODE: FILES[CODE]})
    site.put_record(measured).put_status("current", "measured")

    line = "of copy bandwidth at n = 2^26 · 20 Nov 2026 · code unchanged since"
    assert site.put_page("measured", f"measured on NVIDIA H200: 83% {line}").find() == ()
    assert len(site.put_page("measured", f"measured on NVIDIA H200: 93% {line}").find()) == 1


def test_what_failed_may_stand_below_a_listing(site: Site) -> None:
    failing = '<div class="failing"><pre><samp>assert 9 == 10</samp></pre></div>'
    site.edit(PAGE, "</code></pre>", f'</code></pre><div class="evidence">{failing}</div>')

    assert site.find() == ()


def test_a_folded_listing_is_verified(site: Site) -> None:
    folded = show(CODE, 7, 9)
    folded = replace(folded, embed=replace(folded.embed, is_collapsed=True))
    words = {"code_lines_many": "{n} lines", "code_outline": "In it"}
    symbols = (("a", "card.a", 7), ("b", "card.b", 8))
    figure = render_listing(
        folded, FILES[CODE].encode(), words, "", Anchors("card", "card", symbols)
    )
    assert 'class="outline"' in figure
    site.edit(PAGE, '<figure class="listing"', figure + '<figure class="listing"')

    assert site.find() == ()
    assert site.verify().listings == 5
    assert len(site.edit(PAGE, 'class="nf">axpy<', 'class="nf">axpz<').find()) == 1


# --- Over the network


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server of this test's folder."""
    handler = partial(Quiet, directory=str(tmp_path))
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.mark.parametrize("end", ["", "/", "/index.html", "/?from=mail#top"])
def test_a_site_below_an_address_is_verified_as_in_a_folder(
    site: Site, server: str, end: str
) -> None:
    assert verify_site(f"{server}/site{end}") == site.verify()


def test_over_the_network_too_a_changed_page_is_named(site: Site, server: str) -> None:
    site.edit(PAGE, "&lt; 11", "&lt; 12").seal()

    assert verify_site(f"{server}/site/").mismatches == site.verify().mismatches != ()


def test_a_file_that_the_server_does_not_have_is_named(site: Site, server: str) -> None:
    (site.folder / "index.html").unlink()

    assert verify_site(f"{server}/site").mismatches == (
        "index.html: answers 404 File not found, and SHA256SUMS lists it",
    )


def test_names_with_signs_and_letters_of_any_script_are_asked_for(site: Site, server: str) -> None:
    site.write("notes/चार #1?%20.html", "x").seal()

    assert verify_site(f"{server}/site").mismatches == ()


def test_a_file_that_the_host_keeps_for_itself_may_be_missing(site: Site, server: str) -> None:
    site.write("_headers", "x").seal()
    (site.folder / "_headers").unlink()

    assert verify_site(f"{server}/site").mismatches == ()
    assert verify_site(f"{server}/site").notes == (
        "_headers: answers 404 File not found; it is for the host",
    )
    assert site.verify().mismatches == ("_headers: is missing, and SHA256SUMS lists it",)


def test_a_server_that_does_not_answer_is_told(server: str) -> None:
    (said,) = verify_site(f"{server}/nowhere").mismatches
    assert said.startswith(
        "SHA256SUMS: answers 404 File not found: is a site that proofpress built"
    )

    (said,) = verify_site("http://127.0.0.1:9/").mismatches
    assert said.startswith("SHA256SUMS: cannot be reached: Connection refused")


@pytest.mark.parametrize("url", ["http://[", "https://[::1/site/", "http://a\u2100b.example/"])
def test_what_is_no_address_cannot_be_reached(url: str) -> None:
    (said,) = verify_site(url).mismatches

    assert said.startswith("SHA256SUMS: cannot be reached: ")
    assert said.endswith(f": is a site that proofpress built at {url}?")
