"""Pages made by hand: any evidence, no folder of a site, no run of a card.

One card, `z_test`, its own page and a post; what is put on them is up to each test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from builder import cards
from builder.codec import replace, sha256
from builder.config import Settings
from builder.evidence.record import Environment, Record, RecordedTest
from builder.evidence.statement import write_record
from builder.facts import Document, parse_document, reading_settings
from builder.link.addresses import page_address
from builder.model import (
    Evidence,
    Failure,
    Listing,
    Output,
    Page,
    Recipe,
    Signature,
    Site,
    Source,
    Standing,
)
from builder.render.ingredients import Ingredients, RecipeBook
from builder.render.recipes import MAKERS, site_recipes
from builder.render.shared import Theme
from builder.render.template_facts import read_theme_facts
from builder.render.words import read_words
from tests.builder.evidence.records import make_failure, make_record

TEMPLATES = Path(__file__).parents[3] / "templates"
SLUG = "z_test"
CODE = '"""A test of two proportions."""\n\n\ndef z(a, b):\n    return a - b\n'
TEST = "from snippets.z_test import z\n\n\ndef test_z():\n    assert z(2, 1) == 1\n"
FILES = {f"snippets/{SLUG}.py": CODE.encode(), f"tests/snippets/test_{SLUG}.py": TEST.encode()}
ENVIRONMENT = Environment(
    python="3.11.7",
    implementation="cpython",
    platform="linux-x86_64",
    distributions={"numpy": "2.4.1", "pytest": "9.2.0"},
    direct=("numpy",),
    tools={},
    variables={},
)


class Bench:
    """A site of pages that were linked by hand."""

    def __init__(self, base_url: str = "https://example.org", language: str = "en") -> None:
        self.settings = Settings("Notes", base_url, "Ada", language=language)
        self.files: dict[str, bytes] = dict(FILES)
        self.pages: list[Page] = []
        self.documents: list[Document] = []

    def record(self, record: Record) -> tuple[str, bytes]:
        """A record's place and digest; from now on the file is there."""
        name = record.tier if record.result == "PASSED" else "failed"
        path = f"content/evidence/{record.card}/{name}.json"
        self.files[path] = write_record(record)
        return path, sha256(self.files[path])

    def output(self, name: str, data: bytes, *, is_current: bool = True) -> Output:
        """A recorded output; from now on the file is there."""
        path = f"content/evidence/{SLUG}/{name}"
        self.files[path] = data
        url = f"/evidence/{SLUG}/{name}"
        return Output(name, path, sha256(data), url, "2026-10-12", is_current)

    def page(self, path: str, body: str, *evidence: Evidence, lang: str = "") -> Page:
        """A page below content/ with a body, linked."""
        matter = f"title: T {path}\ndate: 2026-01-01\n" + (f"lang: {lang}\n" if lang else "")
        text = f"---\n{matter}---\n{body}\n"
        document = parse_document(
            f"content/{path}", text.encode(), b"", reading_settings(self.settings)
        )
        facts = document.facts
        assert facts.problems == ()
        code = {
            name: cards.read_code(name, data)
            for name, data in self.files.items()
            if name.endswith(".py")
        }
        outputs = {item.slug: item.outputs for item in evidence}
        listings = []
        for embed in facts.embeds:
            found = cards.find_listing(embed, code, path=path, outputs=outputs)
            assert isinstance(found, Listing), found
            listings.append(found)
        page = Page(
            facts, page_address(facts), (), tuple(listings), None, None, (), (), None, evidence
        )
        self.pages.append(page)
        self.documents.append(document)
        return page

    def site(self) -> Site:
        evidence = {item.slug: item for page in self.pages for item in page.evidence}
        ordered = tuple(evidence[slug] for slug in sorted(evidence))
        return Site(tuple(self.pages), (), (), (), (), (), (), ordered)

    def recipes(self) -> tuple[dict[str, Recipe], Theme]:
        """Every recipe by the path of its output."""
        theme = make_theme(self.settings)
        return {recipe.path: recipe for recipe in site_recipes(self.site(), theme)}, theme

    def make(self, path: str) -> str:
        """An output's text, from what its recipe names and nothing else."""
        recipes, theme = self.recipes()
        recipe = recipes[path]
        shared = theme.book.shared[recipe.shared]
        galleys = {document.facts.galley: document.galley for document in self.documents}
        ingredients = Ingredients(
            recipe.shared,
            shared.arguments,
            recipe.arguments,
            {digest: galleys[digest] for digest in recipe.galleys},
            {name: self._read(name) for name, _ in (*shared.sources, *recipe.sources)},
        )
        return MAKERS[recipe.make](ingredients).decode()

    def _read(self, path: str) -> bytes:
        if path.startswith("templates/"):
            return (TEMPLATES.parent / path).read_bytes()
        return self.files[path]


def words(language: str = "en") -> Mapping[str, object]:
    """The theme's words."""
    path = TEMPLATES / "strings" / f"{language}.toml"
    return read_words(((f"templates/strings/{language}.toml", path.read_bytes()),))


def make_theme(settings: Settings) -> Theme:
    """The default theme."""
    files, needs = _theme_files()
    strings = {name: words(name) for name in ("en", "hi", "zh")}
    return Theme(RecipeBook(b"era"), files, needs, settings, strings, ["posts", "cards"], "")


@cache
def _theme_files() -> tuple[dict[str, Source], dict[str, tuple[str, ...]]]:
    files = {
        (name := str(path.relative_to(TEMPLATES))): Source(
            f"templates/{name}", Signature(0, 0, 0, 0), sha256(path.read_bytes())
        )
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
    }
    html = [name for name in files if name.endswith(".html")]
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in html}
    paths = {name: f"templates/{name}" for name in html}
    return files, read_theme_facts(texts, paths).needs


# --- Evidence -------------------------------------------------------------------------------------


def passing(bench: Bench, *, count: int = 12, **changes: object) -> Evidence:
    """A card whose tests pass; `changes` are of its standing."""
    tier = str(changes.get("tier", "tests"))
    tests = [
        RecordedTest(f"tests/snippets/test_{SLUG}.py::test_z[{number}]", "passed", number)
        for number in range(count)
    ]
    record = make_record(
        tier,
        card=SLUG,
        tests=tuple(tests),
        environment=ENVIRONMENT,  # type: ignore[arg-type]
    )
    path, digest = bench.record(record)
    standing = Standing(
        "tests", "current", path, digest, count, "2026-11-20", "3.11.7", (("numpy", "2.4.1"),)
    )
    return with_files(replace(standing, **changes))


def failing(bench: Bench, **changes: object) -> Evidence:
    """A card that fails; `changes` are of the failure's record."""
    record = make_failure(card=SLUG, **{"environment": ENVIRONMENT, **changes})
    path, digest = bench.record(record)
    wrong = sum(test.outcome in ("failed", "uncollected") for test in record.tests)
    failure = Failure(path, digest, record.result, wrong, len(record.tests))
    return replace(with_files(), failure=failure)


def with_files(*standings: Standing, outputs: Sequence[Output] = ()) -> Evidence:
    """Evidence with these standings, of a card whose files are published."""
    files = tuple((path, f"/{path}") for path in FILES)
    return Evidence(SLUG, f"/cards/{SLUG}/", standings, None, tuple(outputs), files)
