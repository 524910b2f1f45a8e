"""The default theme: complete in every language, legible, light, fit for a strict policy."""

from __future__ import annotations

import gzip
import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import meta, nodes

from builder.markup.highlight import TOKEN_CLASSES
from builder.markup.math import CLASSES as MATH_CLASSES
from builder.render.shared import OWN_STYLES

THEME = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(path.name for path in THEME.glob("*.html"))
LANGUAGES = sorted(path.stem for path in (THEME / "strings").glob("*.toml"))
STYLES = sorted(path.name for path in (THEME / "css").glob("*.css"))
AA = 4.5


def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(THEME),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def parse(name: str) -> nodes.Template:
    return environment().parse((THEME / name).read_text(encoding="utf-8"))


def strings(language: str) -> dict[str, Any]:
    return tomllib.loads((THEME / "strings" / f"{language}.toml").read_text(encoding="utf-8"))


def style(name: str) -> str:
    text = (THEME / "css" / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


# --- Words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_words_of_english_and_the_same_gaps_in_them(language: str) -> None:
    english, other = strings("en"), strings(language)

    assert list(other) == list(english)
    for key in set(english) - {"months"}:
        assert other[key].strip(), key
        assert gaps(other[key]) == gaps(english[key]), key
    assert len(set(other["months"])) == 12


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_uses_only_words_that_exist(name: str) -> None:
    used = {
        node.attr
        for node in parse(name).find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "t"
    }

    assert used <= strings("en").keys()


def test_no_word_is_named_like_a_method_of_a_table() -> None:
    # In a template `t.copy` would be the method.
    assert not strings("en").keys() & set(dir(dict))


# --- Templates


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_names_what_it_needs(name: str) -> None:
    environment().get_template(name)

    for needed in meta.find_referenced_templates(parse(name)):
        assert needed in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_style_attribute_no_inline_script_and_no_event_handler(name: str) -> None:
    for tag, attributes in tags(name):
        names = {key for key, _ in attributes}
        assert "style" not in names, tag
        assert tag != "style"
        assert not {key for key in names if key.startswith("on")}, tag
        if tag == "script":
            assert "src" in names or ("type", "application/ld+json") in attributes


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_class_in_a_template_is_in_a_style_sheet_or_a_script(name: str) -> None:
    known = "".join(style(sheet) for sheet in STYLES)
    scripts = "".join(path.read_text(encoding="utf-8") for path in (THEME / "js").glob("*.js"))
    used = {
        one
        for _, attributes in tags(name)
        for key, value in attributes
        if key == "class"
        for one in (value or "").split()
    }

    for one in sorted(used):
        assert re.search(rf"\.{re.escape(one)}(?![\w-])", known + scripts), one


def tags(name: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """The start tags written out in a template; what is put together while filling is cut."""
    found: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

    text = (THEME / name).read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    Reader().feed(re.sub(r"[\w-]*\{\{.*?\}\}", "", text, flags=re.DOTALL))
    return found


def test_the_menu_marks_the_page_and_the_section_the_reader_is_in() -> None:
    html = fill_empty_page(canonical="https://notes.example/base/posts/a/")

    assert '<a href="/base/posts/" aria-current="true">Posts</a>' in html
    assert '<a href="/base/notes/">Notes</a>' in html
    assert 'aria-current="page"' in fill_empty_page(canonical="https://notes.example/base/notes/")


def test_a_title_with_markup_is_shown_as_text() -> None:
    html = fill_empty_page(site_title="<script>alert(1)</script> & more")

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_a_site_in_another_language_says_so_in_its_frame() -> None:
    html = fill_empty_page(lang="hi")

    assert '<html lang="hi">' in html
    assert '<p class="brand" lang="en">' in html
    assert strings("hi")["skip"] in html


def fill_empty_page(
    canonical: str = "https://notes.example/base/x/",
    site_title: str = "Notes",
    lang: str = "en",
) -> str:
    site = {
        "title": site_title,
        "author": "A. Writer",
        "language": "en",
        "url": "https://notes.example/base/",
        "home": "/base/",
        "menu": [
            {"title": "Posts", "url": "/base/posts/"},
            {"title": "Notes", "url": "/base/notes/"},
        ],
        "feeds": [],
        "styles": ["/base/site.css"],
        "files": {"js/search.js": "/base/search.js", "js/code.js": "/base/code.js"},
        "theme_script": "/base/theme.js",
        "site_script": "/base/site.js",
        "status_url": "/base/status/",
        "archive_url": "/base/archive/",
        "tags_url": "/base/tags/",
        "source_url": "",
        "icon": "",
        "image": None,
        "policy": "",
        "sections": [],
    }
    head = dict.fromkeys(("title", "description", "og_type", "image", "json_ld", "robots"), "")
    return (
        environment()
        .get_template("404.html")
        .render(site=site, lang=lang, t=strings(lang), canonical=canonical, head=head, feeds=[])
    )


# --- Styles and scripts


@pytest.mark.parametrize("name", STYLES)
def test_a_style_sheet_lies_in_a_layer_and_loads_only_fonts_of_the_theme(name: str) -> None:
    text = style(name).strip()

    assert re.match(r"@layer base, code, math;\s*@layer (base|code|math) \{", text)
    assert text.count("{") == text.count("}")
    assert "@import" not in text
    fonts = re.findall(r'url\("\.\./(fonts/[\w.-]+\.woff2)"\)', text)
    assert text.count("url(") == len(fonts)
    assert all((THEME / font).is_file() for font in fonts)


def test_a_font_is_light_and_lies_beside_its_licence_and_what_was_changed() -> None:
    fonts = sorted((THEME / "fonts").glob("*.woff2"))

    assert fonts
    for font in fonts:
        assert font.read_bytes()[:4] == b"wOF2"
        assert font.stat().st_size < 150_000
        assert "License" in font.with_suffix(".LICENSE.txt").read_text(encoding="utf-8")
        assert "Changed:" in font.with_suffix(".README.txt").read_text(encoding="utf-8")


def test_every_class_that_the_highlighter_writes_has_a_colour() -> None:
    text = style("code.css")

    assert [name for name in TOKEN_CLASSES if not re.search(rf"\.{name}[ ,:]", text)] == []


def test_every_class_that_formulas_get_has_a_rule() -> None:
    text = style("math.css")

    assert [name for name in MATH_CLASSES.values() if name and f".{name} {{" not in text] == []


def variables() -> dict[str, tuple[str, str]]:
    pairs = re.findall(
        r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style("site.css") + style("code.css")
    )
    return {name: (light, dark) for name, light, dark in pairs}


def legible_pairs() -> Iterator[tuple[str, str]]:
    """Colours of text with the grounds that they are read on."""
    for ink in ("--ink", "--soft", "--accent"):
        for ground in ("--paper", "--wash", "--mark"):
            yield ink, ground
    for ink in ("--note", "--tip", "--important", "--warning", "--caution"):
        yield ink, "--paper"
    # Also the numbers of lines, and text that has no colour of its own.
    for ink in sorted({"--ink", "--soft", *token_inks().values()}):
        for ground in LINE_GROUNDS:
            yield ink, ground


# What lies behind a line of code: none, marked by the author, added, removed, led to by a link.
LINE_GROUNDS = ("--wash", "--mark", "--code-added", "--code-removed", "--code-chosen")


def token_inks() -> dict[str, str]:
    """The variable with which each class of tokens is coloured; plain text's where it has none."""
    inks = dict.fromkeys(TOKEN_CLASSES, "--ink")
    for selectors, body in re.findall(
        r"^([.][^{}]*) \{([^{}]*)\}", style("code.css"), re.MULTILINE
    ):
        colour = re.search(r"(?<![\w-])color: ([^;]+);", body)
        for selector in selectors.split(", "):
            if colour and selector[1:] in inks:
                # Another way to write a colour would not be looked at by the test below.
                inks[selector[1:]] = colour[1].removeprefix("var(").removesuffix(")")
    return inks


def test_every_ground_of_a_line_is_one_that_the_contrasts_are_measured_on() -> None:
    used = re.findall(r"(?:^|\})[^{}]*\.(?:hl|at|gi|gd)\b[^{}]*\{[^{}]*background: var\(([\w-]+)\)",
        style("code.css"))  # fmt: skip

    assert set(used) == set(LINE_GROUNDS) - {"--wash"}
    assert set(token_inks().values()) <= variables().keys()
    assert len(set(token_inks().values())) > 5


@pytest.mark.parametrize(("ink", "ground"), list(legible_pairs()))
def test_text_is_legible_in_both_schemes(ink: str, ground: str) -> None:
    colours = variables()

    for scheme in (0, 1):
        assert contrast(colours[ink][scheme], colours[ground][scheme]) >= AA


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2 of two colours such as "#1b1d20"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_styles_and_scripts_stay_light() -> None:
    shared = [name for name in STYLES if f"css/{name}" not in OWN_STYLES]
    css = b"".join((THEME / "css" / name).read_bytes() for name in shared)
    # The search's script is loaded when it is opened.
    scripts = {path.name: path.read_bytes() for path in sorted((THEME / "js").glob("*.js"))}
    del scripts["search.js"]

    assert len(gzip.compress(css)) < 10_000
    assert len(scripts["theme.js"]) < 400
    assert len(gzip.compress(b"".join(scripts.values()))) < 5_000


def test_every_note_up_to_a_number_stands_beside_its_own_mark() -> None:
    text = style("notes.css")
    marks = [int(one) for one in re.findall(r"#fnref-(\d+) \{ anchor-name: --mark-\1; \}", text)]
    notes = [int(one) for one in re.findall(r"#fn-(\d+) \{ position-anchor: --mark-\1; \}", text)]

    assert marks == notes == list(range(1, len(marks) + 1))
    assert f":nth-child(-n + {len(marks)}) {{" in text
    assert f":nth-child({len(marks) + 1})" in text
