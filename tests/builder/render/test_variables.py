"""What is written about templates' variables is what templates are given.

A site whose templates do nothing but list what they were given is built; the lists are compared
with the descriptions, both ways.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder.codec import Value
from builder.render.variables import GIVEN, fields_of, name_of, types_in
from builder.render.views import CardResultView, CardView
from tests.builder.pictures import make_pdf
from tests.builder.project import Project, note

HOW = """
{what}

What a template is given is described in builder/render/variables.py, in the class named there by
GIVEN[{name!r}]: a line `name: type` in the class, and a line `name: meaning` in its docstring. The
parts of a value (`page.title`) are described in the docstring of their own class, in the same way.
Then renew the page: python -m builder templates --markdown > content/pages/template-variables.md
"""
# A macro that writes down the kind of a value, and of all that is in it.
PROBE = """
{%- macro kind(value) -%}
{%- if value is none -%}null
{%- elif value.__struct_fields__ is defined -%}
{"is": "{{ value.__class__.__name__ }}", "parts": {
{%- for name in value.__struct_fields__ %}"{{ name }}": {{ kind(value[name])|safe }}
{%- if not loop.last %},{% endif %}{% endfor -%} } }
{%- elif value is mapping -%}"table"
{%- elif value is string -%}"{{ "HTML" if value.__html__ is defined else "text" }}"
{%- elif value is boolean -%}"yes or no"
{%- elif value is number -%}"number"
{%- else -%}[{% for item in value %}{{ kind(item)|safe }}
{%- if not loop.last %},{% endif %}{% endfor %}]
{%- endif -%}
{%- endmacro -%}
{
{%- for name, value in self._TemplateReference__context.parent|dictsort
   if name not in ("range", "dict", "lipsum", "cycler", "joiner", "namespace") -%}
"{{ name }}": {{ kind(value)|safe }}{% if not loop.last %},{% endif %}
{%- endfor -%}
}
"""
OUTPUTS = {
    "page.html": ["posts/a/index.html", "cards/z/index.html", "notes/p/index.html"],
    "home.html": ["index.html"],
    "list.html": ["posts/index.html", "tags/x/index.html", "series/s/index.html"],
    "year.html": ["archive/2026/index.html"],
    "cards.html": ["cards/index.html"],
    "tags.html": ["tags/index.html"],
    "series.html": ["series/index.html"],
    "archive.html": ["archive/index.html"],
    "status.html": ["status/index.html"],
    "search.html": ["search/index.html"],
    "404.html": ["404.html"],
    "redirect.html": ["old/index.html"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A site with something of everything, every template of which lists what it is given."""
    project = Project(tmp_path_factory.mktemp("variables"))
    more = {"tags": "[x, y]", "series": "s", "aliases": "[/old/]"}
    body = "## One\n\n## Two\n\n[b](b.md) $x$\n\n```python\n>>> 1 + 1\n2\n```\n"
    project.write("posts/a.md", note("A", body, updated="2026-02-01", **more))
    project.write("posts/b.md", note("B", "[a](a.md)", tags="[x]", series="s"))
    project.write("posts/c.md", note("C", tags="[x]", series="s"))
    project.write("cards/z.md", note("Z", "```card z\n```\n", tags="[x]"))
    project.write("snippets/z.py", '"""Zero."""\n\n\ndef zero():\n    return 0\n')
    project.write("tests/snippets/test_z.py", "def test_z():\n    assert True\n")
    project.write("notes/p/index.md", note("P", pdf="paper.pdf"))
    project.write("notes/p/paper.pdf", make_pdf())
    for name in GIVEN:
        project.write(f"templates/{name}", PROBE)
    return project.build()


def test_the_sample_shows_every_template() -> None:
    assert OUTPUTS.keys() == GIVEN.keys()
    shipped = {path.name for path in (Path(__file__).parents[3] / "templates").glob("*.html")}
    frames = {name for name in shipped if name.startswith("_")} | {"base.html"}
    assert shipped - frames == set(GIVEN), HOW.format(what="A new template?", name="its name")


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_template_is_given_what_is_described_and_nothing_else(site: Project, name: str) -> None:
    for path in OUTPUTS[name]:
        given = json.loads(site.read(path))
        described = {field.name for field in fields_of(GIVEN[name])}

        what = f"{name} is given {sorted(given)}, described are {sorted(described)}."
        assert given.keys() == described, HOW.format(what=what, name=name)
        for field in fields_of(GIVEN[name]):
            fits(given[field.name], field.type, f"{name}: {field.name}")


def fits(given: Any, said: str, where: str) -> None:
    """What a probe wrote down about a value is what its type in words says."""
    allowed = said.split(" or ") if said != "yes or no" else [said]
    if given is None:
        assert "none" in allowed, where
    elif isinstance(given, dict):
        types = {item.name: item for item in types_in(*GIVEN.values())}
        names = [item for item in allowed if item in types]
        assert names, f"{where} is a {given['is']}, described as {said}"
        parts = {field.name: field.type for field in types[names[0]].fields}
        assert given["parts"].keys() == parts.keys(), where
        for name, part in given["parts"].items():
            fits(part, parts[name], f"{where}.{name}")
    elif isinstance(given, list):
        inside = [item.removeprefix("list of ") for item in allowed if item.startswith("list of ")]
        assert inside, f"{where} is a list, described as {said}"
        for item in given:
            fits(item, inside[0], f"{where}[…]")
    elif given == "table":
        assert any(item.startswith("table of ") for item in allowed), where
    elif given == "HTML" and "text" in allowed:
        pass  # HTML is text, too
    else:
        assert given in allowed, f"{where} is {given}, described as {said}"


def test_every_variable_and_every_part_of_one_has_a_meaning() -> None:
    silent = [
        f"{kind.__name__}.{field.name}"
        for kind in {*GIVEN.values()}
        for field in fields_of(kind)
        if not field.meaning
    ] + [
        f"{item.name}.{field.name}"
        for item in types_in(*GIVEN.values())
        for field in item.fields
        if not field.meaning
    ]

    assert not silent, HOW.format(what=f"Without a meaning: {silent}.", name="…")


def test_a_meaning_may_go_on_in_the_next_line() -> None:
    class Given(Value, frozen=True):
        """A value.

        one: the first line
            and the second
        two: another
        """

        one: str
        two: int | None

    assert [(item.meaning, item.type) for item in fields_of(Given)] == [
        ("the first line and the second", "text"),
        ("another", "number or none"),
    ]


def test_types_have_names_of_their_own() -> None:
    assert name_of(CardResultView) != name_of(CardView)


def test_extra_of_the_front_matter_reaches_the_template_as_it_was_written(project: Project) -> None:
    text = note("A", extra="{place: Köln, seats: 12, is_open: true, names: [a, <b>]}")
    project.write("posts/a.md", text).write("posts/b.md", note("B"))
    project.write(
        "templates/page.html",
        '{% extends "theme/page.html" %}{% block after_text %}'
        "{% if page.extra.place is defined %}<p>{{ page.extra.place }}: "
        '{{ page.extra.names|join(", ") }}|{{ page.extra.seats }}</p>{% endif %}{% endblock %}',
    ).build()

    assert "<p>Köln: a, &lt;b&gt;|12</p>" in project.main("posts/a/index.html")
    assert "<p>:" not in project.main("posts/b/index.html")

    project.edit("content/posts/a.md", "Köln", "Pune").build()

    assert "<p>Pune: a" in project.main("posts/a/index.html")
    assert "posts/b/index.html" not in project.rebuilt
