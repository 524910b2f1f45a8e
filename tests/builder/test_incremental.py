"""An incremental build gives the same bytes as a build from nothing, after any sequence of edits.

Sequences are drawn by hypothesis, 40 of them in an ordinary run; PROOFPRESS_SEQUENCES=500 asks for
more. After every edit the site is built incrementally and, elsewhere, from nothing; both trees are
compared byte by byte, and a second incremental build must find nothing to do.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.build import build
from builder.cards import read_code
from builder.codec import sha256
from builder.config import Options
from builder.errors import BuildFailed
from builder.evidence.collect import collect_cards
from builder.evidence.digests import canonical_test
from builder.evidence.record import Record
from builder.evidence.statement import write_record
from builder.read.tree import survey_folders
from builder.run.source import digest_runner
from tests.builder.evidence.records import PASS, make_failure, make_record
from tests.builder.pictures import make_pdf, make_png, make_svg
from tests.builder.project import NOW, Project, note, read_tree

SEQUENCES = int(os.environ.get("PROOFPRESS_SEQUENCES", "40"))
SLUGS = ("alpha", "beta", "gamma")
TITLES = ("One", "Two & <three>", "चार", '五 – "quoted"')
TAGS = ("x", "y", "C++")
DAY = 86_400
CODE = '''"""A snippet."""


# region body
def double(value):
    return 2 * value
# endregion body
'''
CARD = "```card s#double\n```\n\n```card s@body\n```\n"

Edit = tuple[str, tuple[int, ...]]
numbers = st.tuples(*[st.integers(0, 11)] * 3)
KINDS_OF_EDIT = (
    "edit", "same_size", "retitle", "retag", "redate", "rename", "delete", "add", "draft",
    "schedule", "template", "strings", "style", "snippet", "settings", "options", "clock",
    "hand_edit", "lose_output", "lose_list", "lose_cache", "foreign_file", "builder_file", "asset",
    "page_folder", "alias", "series", "language", "touch", "record", "lose_evidence", "failure",
    "recorded_output", "with_tests", "helper", "proof", "examples", "picture", "paper", "block",
    "few_words", "card",
)  # fmt: skip
edits = st.lists(st.tuples(st.sampled_from(KINDS_OF_EDIT), numbers), min_size=1, max_size=6)


@settings(
    max_examples=SEQUENCES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(edits)
def test_any_sequence_of_edits_gives_the_bytes_of_a_build_from_nothing(
    sequence: list[Edit],
) -> None:
    with tempfile.TemporaryDirectory(prefix="proofpress-test-") as folder:
        world = World(Path(folder))
        world.compare("the first build")
        for name, drawn in sequence:
            getattr(world, name)(*drawn)
            world.compare(f"{name}{drawn} in {sequence}")


class World:
    """A site that is edited, and the means to build it both ways."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project(folder / "project")
        self.era = b"era 0"
        self.now = NOW
        self.chosen: dict[str, Any] = {}
        self.has_tests = False
        self.foreign: dict[str, bytes] = {}
        for number, slug in enumerate(SLUGS):
            other = SLUGS[number - 1]
            body = f"Text {number}. [other]({other}.md) and [[{other}]] $x^{number}$"
            self.project.write(f"posts/{slug}.md", note(slug, body, tags=f"[{TAGS[number]}]"))
        self.project.write("snippets/s.py", CODE)
        self.project.write("cards/s.md", note("Card", CARD))

    def compare(self, what: str) -> None:
        """Both builds give the same tree, and a second incremental build does nothing."""
        before = read_tree(self.project.output)
        incremental = self._build(self.project.output, self.project.root)
        fresh_root, fresh_output = self.folder / "fresh", self.folder / "fresh-site"
        shutil.copytree(
            self.project.root, fresh_root, ignore=shutil.ignore_patterns(".proofpress", "site")
        )
        clean = self._build(fresh_output, fresh_root)
        if isinstance(clean, BuildFailed) or isinstance(incremental, BuildFailed):
            assert str(incremental) == str(clean), what
            assert read_tree(self.project.output) == before, what
            shutil.rmtree(fresh_root)
            return
        ours = read_tree(self.project.output)
        for path, data in self.foreign.items():
            assert ours.pop(path) == data, f"{path} is not ours and was touched: {what}"
        assert ours == read_tree(fresh_output), what
        assert incremental.warnings == clean.warnings, what
        shutil.rmtree(fresh_root)
        shutil.rmtree(fresh_output)
        again = self._build(self.project.output, self.project.root)
        assert (again.made, again.removed) == ((), ()), what

    def _build(self, output: Path, root: Path) -> Any:
        order = replace(self.project.order, root=root, output=output, era=self.era)
        order = replace(order, options=Options(now=self.now, **self.chosen))
        order = replace(order, has_tests=self.has_tests)
        try:
            return build(order, say=self.project.said.append, progress=lambda *_: None)
        except BuildFailed as failure:
            return failure

    def _note(self, number: int) -> Path | None:
        """One of the posts there are."""
        posts = sorted((self.project.root / "content/posts").rglob("*.md"))
        return posts[number % len(posts)] if posts else None

    def _change(self, number: int, change: Callable[[str], str]) -> None:
        post = self._note(number)
        if post is not None:
            post.write_text(change(post.read_text(encoding="utf-8")), encoding="utf-8")

    def _set(self, number: int, key: str, value: str) -> None:
        """Set a front matter key of a post."""

        def change(text: str) -> str:
            rows = text.split("\n")
            end = rows.index("---", 1)
            kept = [row for row in rows[1:end] if not row.startswith(f"{key}:")]
            return "\n".join(["---", *kept, f"{key}: {value}", *rows[end:]])

        self._change(number, change)

    # --- The edits, by name

    def edit(self, a: int, b: int, c: int) -> None:
        self._change(a, lambda text: f"{text}\nMore {b}.\n\n## Heading {c}\n")

    def same_size(self, a: int, b: int, _c: int) -> None:
        """As many bytes as before, with the old modification time put back."""
        post = self._note(a)
        if post is not None:
            before = post.stat()
            data = post.read_bytes().replace(b"Text", b"Tex%d" % (b % 10))
            with post.open("r+b") as file:
                file.write(data)
            os.utime(post, ns=(before.st_atime_ns, before.st_mtime_ns))

    def retitle(self, a: int, b: int, _c: int) -> None:
        title = TITLES[b % len(TITLES)].replace('"', '\\"')
        self._set(a, "title", f'"{title}"')

    def retag(self, a: int, b: int, c: int) -> None:
        self._set(a, "tags", f"[{TAGS[b % 3]}, {TAGS[c % 3]}]")

    def redate(self, a: int, b: int, c: int) -> None:
        self._set(a, "date", f"20{20 + b % 6}-0{c % 9 + 1}-11 10:00")

    def rename(self, a: int, b: int, _c: int) -> None:
        post = self._note(a)
        target = self.project.root / f"content/posts/renamed-{b}.md"
        if post is not None and not target.exists():
            text = post.read_text(encoding="utf-8")
            post.rename(target)
            self._drop_links(post.stem)
            target.write_text(text.replace(f"]({post.name})", "](/)"), encoding="utf-8")

    def delete(self, a: int, _b: int, _c: int) -> None:
        post = self._note(a)
        if post is not None:
            post.unlink()
            self._drop_links(post.stem)

    def _drop_links(self, stem: str) -> None:
        for post in (self.project.root / "content").rglob("*.md"):
            text = post.read_text(encoding="utf-8")
            text = text.replace(f"]({stem}.md)", "](/)").replace(f"[[{stem}]]", stem)
            post.write_text(text, encoding="utf-8")

    def add(self, a: int, b: int, c: int) -> None:
        kind = ("posts", "notes", "trivia", "pages")[a % 4]
        self.project.write(
            f"{kind}/new-{b}.md", note(f"New {b}", f"Added {c}.", tags=f"[{TAGS[c % 3]}]")
        )

    def draft(self, a: int, b: int, _c: int) -> None:
        self._set(a, "draft", "true" if b % 2 else "false")

    def schedule(self, a: int, b: int, c: int) -> None:
        self._set(a, ("publish", "expires")[b % 2], f"2026-11-0{c % 9 + 1}")

    def template(self, a: int, b: int, _c: int) -> None:
        name = ("page.html", "base.html", "list.html", "home.html")[a % 4]
        theme = Path(__file__).parents[2] / "templates" / name
        self.project.write(
            f"templates/{name}", theme.read_text(encoding="utf-8") + f"\n<!-- {b} -->\n"
        )

    def block(self, a: int, b: int, c: int) -> None:
        """One block of a shipped template; or a template of its own goes away."""
        name = ("page.html", "base.html", "list.html", "tags.html")[a % 4]
        place = self.project.root / "templates" / name
        if c % 4 == 0 and place.exists():
            place.unlink()
            return
        block = ("scripts", "content", "no_such_block")[c % 3]
        self.project.write(
            f"templates/{name}",
            f'{{% extends "theme/{name}" %}}{{% block {block} %}}<p>{b}</p>{{% endblock %}}',
        )

    def few_words(self, a: int, b: int, _c: int) -> None:
        """A language with some words only, or a page in it."""
        if a % 3 == 0:
            self._set(b, "lang", "de")
            return
        language = ("de", "en")[a % 2]
        self.project.write(f"templates/strings/{language}.toml", f'archive = "Archiv {b}"\n')

    def strings(self, a: int, _b: int, _c: int) -> None:
        theme = Path(__file__).parents[2] / "templates/strings/en.toml"
        text = theme.read_text(encoding="utf-8").replace(
            'archive = "Archive"', f'archive = "Archive {a}"'
        )
        self.project.write("templates/strings/en.toml", text)

    def style(self, a: int, b: int, _c: int) -> None:
        self.project.write(f"templates/css/own-{a % 2}.css", f"p {{ margin: {b}px }}\n")

    def snippet(self, a: int, b: int, _c: int) -> None:
        code = CODE.replace("2 * value", f"{b} * value")
        self.project.write(
            "snippets/s.py", code if a % 2 else f'"""Longer."""\n\nLIMIT = {b}\n\n{code}'
        )

    def settings(self, a: int, b: int, _c: int) -> None:
        choices = (
            ("per_page", str(b % 3 + 1)),
            ("title", f'"Title {b}"'),
            ("feed_limit", str(b + 1)),
            ("base_url", f'"https://example.org/{b}"'),
            ("timezone", '"Asia/Kolkata"'),
            ("language", '"hi"'),
            ("responsive_images", ("true", "false")[b % 2]),
            ("og_images", ("true", "false")[b % 2]),
            ("content_security_policy", ('""', "\"default-src 'self'\"")[b % 2]),
        )
        key, value = choices[a % len(choices)]
        place = self.project.root / "pyproject.toml"
        rows = [row for row in place.read_text().split("\n") if not row.startswith(f"{key} =")]
        place.write_text("\n".join([*[row for row in rows if row], f"{key} = {value}", ""]))

    def options(self, a: int, b: int, _c: int) -> None:
        self.chosen[("drafts", "future")[a % 2]] = bool(b % 2)

    def clock(self, a: int, b: int, _c: int) -> None:
        self.now = NOW + (a - 5) * DAY + b

    def hand_edit(self, a: int, _b: int, _c: int) -> None:
        self._some_output(a).write_bytes(b"changed by hand")

    def lose_output(self, a: int, _b: int, _c: int) -> None:
        self._some_output(a).unlink()

    def lose_list(self, _a: int, _b: int, _c: int) -> None:
        (self.project.output / "SHA256SUMS").unlink()

    def lose_cache(self, _a: int, _b: int, _c: int) -> None:
        shutil.rmtree(self.project.root / ".proofpress")

    def foreign_file(self, a: int, b: int, _c: int) -> None:
        path = f"mine-{a}.txt"
        self.foreign[path] = b"%d" % b
        (self.project.output / path).write_bytes(self.foreign[path])

    def builder_file(self, a: int, _b: int, _c: int) -> None:
        """An edited file of the builder, or another version of a library.

        Both show in the era alone.
        """
        self.era = b"era %d" % a

    def asset(self, a: int, b: int, _c: int) -> None:
        self.project.write(f"static/files/{a % 2}.bin", b"\0%d" % b)

    def page_folder(self, a: int, b: int, _c: int) -> None:
        self.project.write(f"posts/folder-{a % 2}/index.md", note(f"Folder {b}", "![alt](p.svg)"))
        self.project.write(f"posts/folder-{a % 2}/p.svg", f"<svg>{b}</svg>")

    def alias(self, a: int, b: int, _c: int) -> None:
        for post in (self.project.root / "content/posts").rglob("*.md"):
            text = post.read_text(encoding="utf-8").split("\n")
            rows = [row for row in text if not row.startswith("aliases:")]
            post.write_text("\n".join(rows), encoding="utf-8")
        self._set(a, "aliases", f"[/old/{b}/, /old-{b}.html]")

    def record(self, a: int, b: int, c: int) -> None:
        """A record of the card as it is now, or of other code, or a damaged one."""
        record = self._record_of_now(f"2026-10-{b + 10}T10:00:00Z")
        subjects = dict(record.subjects)
        if a % 3 == 1:
            subjects["snippets/s.py"] = sha256(b"other").hex()
        record = make_record(
            card="s", subjects=subjects, runner=record.runner, test=record.test, outputs=(),
            started=record.started, tests=(PASS,) * (c % 3 + 1),
        )  # fmt: skip
        data = write_record(record)
        self.project.write("evidence/s/tests.json", data[: -9 if a % 3 == 2 else None])

    def failure(self, a: int, b: int, _c: int) -> None:
        record = self._record_of_now(f"2026-10-{b + 10}T10:00:00Z")
        failed = make_failure(
            card="s", subjects=record.subjects, runner=record.runner, test=record.test, outputs=(),
            started=record.started, details=(f"number {a}",),
        )  # fmt: skip
        self.project.write("evidence/s/failed.json", write_record(failed))

    def _record_of_now(self, started: str) -> Record:
        root = self.project.root
        paths = survey_folders(root, ("snippets", "tests/snippets", "helper.py", "helper")).files
        code = {path: read_code(path, (root / path).read_bytes()) for path in paths}
        digests = {path: facts.digest for path, facts in code.items()}
        subject = collect_cards(["s"], code, digests, {}, digest_runner()).cards["s"].subject
        return make_record(
            card="s",
            subjects={path: digest.hex() for path, digest in subject.files},
            test=canonical_test(subject.test),
            runner=digest_runner(),
            started=started,
            outputs=(),
        )

    def lose_evidence(self, _a: int, _b: int, _c: int) -> None:
        shutil.rmtree(self.project.root / "content/evidence", ignore_errors=True)

    def recorded_output(self, a: int, b: int, _c: int) -> None:
        self.project.write(f"evidence/s/{('stdout.txt', 'figure.svg')[a % 2]}", f"<svg>{b}</svg>")
        self.project.write("cards/s.md", note("Card", f"{CARD}\n```card s!tests\n```\n"))
        self.project.write("tests/snippets/test_s.py", f"def test_s():\n    assert {b} < 12\n")

    def with_tests(self, a: int, _b: int, _c: int) -> None:
        """Whether what failed on this machine counts, as it does unless --no-tests is given."""
        self.has_tests = bool(a % 2)

    def helper(self, a: int, b: int, _c: int) -> None:
        """A module elsewhere in the site, which the snippet imports."""
        if a % 3:
            self.project.write("snippets/s.py", f"import helper\n\n{CODE}")
        place = self.project.root / ("helper.py" if b % 2 else "helper/__init__.py")
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"VALUE = {a}\n")

    def proof(self, a: int, _b: int, _c: int) -> None:
        self.project.write("tests/snippets/test_s.py", f"def test_s():\n    assert {a} < 12\n")

    def examples(self, a: int, b: int, _c: int) -> None:
        self._change(a, lambda text: f"{text}\n```python\n>>> {b}\n{b}\n```\n")

    def picture(self, a: int, b: int, c: int) -> None:
        """A picture of another size or colour, shown as it is, narrower, or set inline."""
        self.project.write("static/p.png", make_png(40 + 490 * (b % 3), 3, (c, 0, 0)))
        self.project.write("static/d.svg", make_svg(20 + b % 2, 10, f'<path d="M{c} 0"/>'))
        shown = ("![p](/p.png)", "![d](/d.svg){.inline}", '<img src="/p.png" alt="">')[a % 3]
        self._change(a, lambda text: f"{text}\n{shown}\n")

    def paper(self, a: int, b: int, c: int) -> None:
        self.project.write("posts/p.pdf", make_pdf(100, 100 + b % 3, f"Page {c}"))
        self._set(a, "pdf", "p.pdf")

    def card(self, a: int, b: int, c: int) -> None:
        """The card under another topic, beside one of which nothing is known."""
        self.project.write("cards/s.md", note(f"Card {a}", CARD, tags=f"[{TAGS[b % 3]}]"))
        if c % 2:
            self.project.write("snippets/other.py", "x = 1\n")
            self.project.write("cards/other.md", note("Other"))

    def series(self, a: int, b: int, _c: int) -> None:
        self._set(a, "series", f"Series {b % 2}")

    def language(self, a: int, b: int, _c: int) -> None:
        self._set(a, "lang", ("hi", "zh", "en", "fr")[b % 4])

    def touch(self, a: int, _b: int, _c: int) -> None:
        post = self._note(a)
        if post is not None:
            os.utime(post)

    def _some_output(self, number: int) -> Path:
        outputs = sorted(
            path
            for path in self.project.output.rglob("*")
            if path.is_file() and path.name != "SHA256SUMS" and not path.name.startswith("mine-")
        )
        return outputs[number * 7 % len(outputs)]
