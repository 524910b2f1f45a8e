"""The search: what is in its index, which shard a page is in, and that MiniSearch reads it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from builder.render import search
from builder.render.search_index import FIELDS, write_index
from builder.render.search_text import read_sections
from builder.render.search_tokens import count_tokens, find_tokens
from tests.builder.pictures import make_pdf
from tests.builder.project import Project, note

HERE = Path(__file__).parent
THEME = HERE.parents[2] / "templates"
CASES = json.loads((HERE / "tokens.json").read_text(encoding="utf-8"))

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not on this machine: apt install nodejs"
)


# --- Words


@pytest.mark.parametrize(("text", "tokens"), CASES, ids=[case[0][:20] for case in CASES])
def test_a_text_has_these_tokens(text: str, tokens: list[str]) -> None:
    assert find_tokens(text) == tokens


def test_tokens_are_counted_as_they_are_found() -> None:
    counts = count_tokens("b a.b B a_b 算法算")

    assert counts == {"b": 4, "a.b": 1, "a": 2, "a_b": 1, "算": 2, "算法": 1, "法": 1, "法算": 1}


@needs_node
def test_the_script_has_the_same_tokens_for_the_same_table() -> None:
    program = "return given.map(([text]) => proofpressSearch.tokens(text))"

    assert run_script(program, CASES) == [tokens for _, tokens in CASES]


# --- Text


def test_a_body_is_read_by_section_with_formulas_as_signs_and_without_its_own_links() -> None:
    html = (
        '<p title="a > b">First <b>bo</b>ld &amp; so.</p>'
        '<h2 id="x">Head <code>np.x</code> <a class="anchor" href="#x">#</a></h2>'
        "<p>A<br>B<sup class=\"footnote-ref\"><a href='#'>1</a></sup>"
        "<math><semantics><mfrac><mn>1</mn><mn>2</mn></mfrac>"
        "<annotation>\\frac12</annotation></semantics></math> "
        "<math><mtable/><annotation>a &amp; b</annotation></math> <math><mi>q</mi></math></p>"
        '<pre><code><span class="k">def</span> f():\n  1 &lt; 2</code></pre><!-- gone -->'
        "<script>gone()</script>end"
    )

    read = read_sections(html)

    assert [(item.anchor, item.heading, item.text) for item in read.sections] == [
        ("", "", "First bold & so."),
        ("x", "Head np.x", "A B1/2 a & b q def f(): 1 < 2 end"),
    ]
    assert [item.latex.split("\n") for item in read.sections] == [[""], ["\\frac12", "a & b", ""]]
    assert read.names == ("np.x",)


@pytest.mark.parametrize("html", ["", "<", "a < b", "<p", '<a title="', "</", "<!--", "<p>x</i>"])
def test_any_markup_is_read(html: str) -> None:
    assert len(read_sections(html).sections) <= 1


# --- Index


def read_script(text: str) -> Any:
    """The value that a script of the index hands over."""
    return json.loads(text.partition("(")[2].rpartition(")")[0])


def shards(project: Project) -> list[Any]:
    files = sorted((project.output / "search").glob("[0-9]*.js"))
    return [read_script(file.read_text(encoding="utf-8")) for file in files]


def terms(project: Project) -> set[str]:
    return {term for shard in shards(project) for term, _ in shard["index"]["index"]}


def test_a_formula_is_shown_in_signs_and_found_by_its_latex_too(project: Project) -> None:
    body = "So $\\hat\\alpha \\le \\tfrac12 x^2$.\n\n## At $\\beta$\n\n$$\\binom{n}{k}$$"
    project.write("posts/a.md", note("Title", body)).build()

    ((_, _, _, _, sections),) = shards(project)[0]["pages"]

    assert sections == [
        ["", "", "So α̂ ≤ 1/2 x²."],
        ["at-beta", "At β", "\\binom{n}{k}"],
    ]
    assert {"alpha", "tfrac12", "le", "β", "beta", "binom", "x2", "2"} <= terms(project)


def test_the_index_holds_title_headings_names_tags_and_text(project: Project) -> None:
    body = "Prose.\n\n## Heading\n\n`np.float64` below.\n\n```python\nlisted = 1\n```"
    project.write("posts/a.md", note("Title", body, tags="[Tag]", summary="Summed")).build()

    ((url, kind, title, lang, sections),) = shards(project)[0]["pages"]
    index = dict(shards(project)[0]["index"]["index"])

    assert (url, kind, title, lang) == ("/posts/a/", "posts", "Title", "")
    assert [section[:2] for section in sections] == [["", ""], ["", ""], ["heading", "Heading"]]
    at = {field: str(number) for number, field in enumerate(FIELDS)}
    assert index["title"] == {at["title"]: {"0": 1}}
    assert index["heading"] == {at["headings"]: {"0": 1}}
    assert index["np.float64"] == {at["names"]: {"0": 1}, at["text"]: {"0": 1}}
    assert index["tag"] == {at["tags"]: {"0": 1}}
    assert {"prose", "below", "listed", "summed"} <= index.keys()


def test_the_code_of_a_card_is_found_on_the_page_that_shows_it(project: Project) -> None:
    code = '"""Z."""\n\n\ndef two_sided():\n    return 1\n\n\ndef unshown():\n    return 2\n'
    project.write("snippets/__init__.py", "").write("snippets/z.py", code)
    project.write("cards/z.md", note("Z", "```card z#two_sided\n```")).build()

    assert {"two_sided", "sided", "return"} <= terms(project)
    assert "unshown" not in terms(project)


def test_a_title_that_a_wikilink_shows_is_text_of_the_page(project: Project) -> None:
    project.write("posts/a.md", note("Aardvark")).write(
        "posts/b.md", note("B", "See [[a]].")
    ).build()

    texts = {page[2]: page[4][-1][2] for page in shards(project)[0]["pages"]}

    assert texts["B"] == "See Aardvark."


def test_what_is_not_published_is_not_in_the_index(project: Project) -> None:
    project.write("posts/a.md", note("A"))
    project.write("posts/d.md", note("D", "secretdraft", draft="true"))
    project.write("posts/l.md", note("L", "secretlater", date="2030-01-01")).build()

    assert not {"secretdraft", "secretlater"} & terms(project)
    assert "secretdraft" in terms(project.with_options(drafts=True).build())


def long_note(number: int) -> str:
    """A note of forty minutes: a dozen of them need two shards."""
    return note(f"N{number}", f"Words.\n\n{'more ' * 8_800}")


def test_an_edited_text_makes_its_page_and_its_shard_anew(project: Project) -> None:
    for number in range(9):
        project.write(f"pages/n{number}.md", long_note(number))
    project.build()

    project.edit("pages/n4.md", "more more", "zebra more").build()

    number = search.shard_of("/n4/", len(shards(project)))
    assert project.rebuilt == {"n4/index.html", f"search/{number}.js"}
    assert "zebra" in terms(project)
    by_the_short_way = project.tree()
    project.build(is_clean=True)
    assert project.tree() == by_the_short_way


def test_pages_lie_in_shards_by_their_addresses(project: Project) -> None:
    for number in range(9):
        project.write(f"pages/n{number}.md", long_note(number))
    project.build()

    found = {page[0]: shard["number"] for shard in shards(project) for page in shard["pages"]}

    assert found == {f"/n{number}/": search.shard_of(f"/n{number}/", 2) for number in range(9)}
    assert set(found.values()) == {0, 1}
    assert read_script(project.read("search/about.js"))["shards"] == 2


# --- Papers


def write_paper(project: Project, text: str, name: str = "notes/a/paper.pdf") -> Project:
    return project.write(name, make_pdf(text=text))


def sections(project: Project, url: str) -> list[list[str]]:
    pages = [page for shard in shards(project) for page in shard["pages"] if page[0] == url]
    return [section for page in pages for section in page[4]]


def test_what_a_paper_says_is_found_on_its_note_under_the_papers_name(project: Project) -> None:
    write_paper(project, "Zebras < gnus & all")
    project.write("notes/a/index.md", note("A", "Prose.", pdf="paper.pdf")).build()

    assert sections(project, "/notes/a/") == [
        ["", "", "Prose."],
        ["", "paper.pdf", "Zebras < gnus & all"],
    ]
    assert {"zebras", "gnus", "paper.pdf"} <= terms(project)


def test_a_paper_that_no_note_shows_is_not_in_the_index(project: Project) -> None:
    write_paper(project, "zebra", "notes/p.pdf")
    project.write("notes/a.md", note("A", "[p](p.pdf)"))
    project.write("notes/b.md", note("B", pdf="p.pdf", draft="true")).build()

    assert "zebra" not in terms(project)


def test_a_paper_that_two_notes_show_is_found_on_both(project: Project) -> None:
    write_paper(project, "zebra", "notes/p.pdf")
    project.write("notes/a.md", note("A", pdf="p.pdf"))
    project.write("notes/b.md", note("B", pdf="p.pdf")).build()

    assert "zebra" in sections(project, "/notes/a/")[-1][2]
    assert "zebra" in sections(project, "/notes/b/")[-1][2]


def test_a_new_edition_of_a_paper_is_searched(project: Project) -> None:
    write_paper(project, "zebra")
    project.write("notes/a/index.md", note("A", pdf="paper.pdf"))
    project.write("posts/b.md", note("B")).build()

    write_paper(project, "gnu").build()

    assert "gnu" in terms(project)
    assert "zebra" not in terms(project)
    assert "search/0.js" in project.rebuilt
    assert "posts/b/index.html" not in project.rebuilt


@pytest.mark.parametrize("edited", ["Words", '"B'])
def test_the_text_of_a_paper_is_kept_while_others_change(project: Project, edited: str) -> None:
    """Of a text the short way renews recipes; of a title, all is linked again."""
    write_paper(project, "zebra")
    project.write("notes/a/index.md", note("A", pdf="paper.pdf"))
    project.write("posts/b.md", note("B")).build()

    for count in range(2):
        project.edit("posts/b.md", edited, f"{edited}{count}").build()
        assert "search/0.js" in project.rebuilt

    assert "zebra" in terms(project)
    # A text that the cache had lost would make it be called damaged.
    assert project.said == []


def test_an_edited_note_keeps_the_text_of_its_paper(project: Project) -> None:
    write_paper(project, "zebra")
    project.write("notes/a/index.md", note("A", pdf="paper.pdf")).build()

    project.edit("notes/a/index.md", "Words", "Other words").build()

    assert {"other", "zebra"} <= terms(project)
    incremental = project.tree()
    assert project.build(is_clean=True).tree() == incremental


def test_long_papers_need_more_shards(project: Project) -> None:
    for number in range(6):
        paper = make_pdf(width=9_000, text="abc " * 150, pages=160)
        project.write(f"notes/n{number}/p.pdf", paper)
        project.write(f"notes/n{number}/index.md", note(f"N{number}", pdf="p.pdf"))
    project.build()

    assert len(shards(project)) > 1


# --- The page


def test_the_page_of_the_search_leads_on_without_a_script(project: Project) -> None:
    project.write("posts/a.md", note("A")).build()
    page = project.main("search/index.html")
    without = page.partition("<noscript>")[2].partition("</noscript>")[0]

    assert 'href="/tags/"' in without
    assert 'href="/archive/"' in without
    assert 'name="q"' in page
    assert "noindex" in project.read("search/index.html")
    assert "/search/" not in project.read("sitemap.xml")
    assert 'href="/search/"' in project.read("posts/a/index.html")


def test_a_base_path_is_in_every_address_of_the_search(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    project.write("posts/a.md", note("A")).build()

    about = read_script(project.read("search/about.js"))

    assert about["base"] == "/base"
    for address in (about["style"], about["engine"]):
        assert (project.output / address.removeprefix("/base/")).is_file()


# --- The engine


def run_script(program: str, given: Any) -> Any:
    """What JavaScript makes of a value, with the site's search script and MiniSearch loaded."""
    engine, script = THEME / "js/vendor/minisearch.js", THEME / "js/search.js"
    text = (
        "const fs = require('fs'), vm = require('vm');\n"
        f"for (const file of {json.dumps([str(engine), str(script)])})\n"
        "  vm.runInThisContext(`(function(exports, module) {${fs.readFileSync(file)}})()`);\n"
        "const given = JSON.parse(fs.readFileSync(0, 'utf8'));\n"
        f"console.log(JSON.stringify((() => {{ {program} }})()));"
    )
    done = subprocess.run(
        ["node", "-e", text], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


DOCUMENTS = [
    {
        "title": "Two proportions",
        "headings": "The test\nThe interval",
        "names": "two_proportion_z_test np.float64",
        "tags": "statistics",
        "text": "We test whether two proportions differ. A p value of 0.05 is no law.",
    },
    {
        "title": "梯度下降",
        "headings": "",
        "names": "",
        "tags": "优化",
        "text": "梯度下降法沿着梯度的反方向前进。Learning rates matter.",
    },
    {
        "title": "फेंटना",
        "headings": "",
        "names": "random.shuffle",
        "tags": "",
        "text": "ताश के पत्तों को फेंटना, और यह क्यों ज़रूरी है। constructor __proto__ toString",
    },
]


@needs_node
def test_the_index_is_the_one_that_minisearch_writes_itself() -> None:
    written = write_index(
        [{field: count_tokens(document[field]) for field in FIELDS} for document in DOCUMENTS]
    )
    theirs = run_script(
        "const index = new MiniSearch(proofpressSearch.options);"
        "index.addAll(given.map((document, id) => ({id, ...document})));"
        "return index.toJSON()",
        DOCUMENTS,
    )

    assert theirs.pop("averageFieldLength") == pytest.approx(written.pop("averageFieldLength"))
    assert sorted(theirs.pop("index")) == written.pop("index")
    assert theirs == written


@needs_node
def test_minisearch_finds_the_same_with_the_same_scores_in_our_index_as_in_its_own() -> None:
    written = write_index(
        [{field: count_tokens(document[field]) for field in FIELDS} for document in DOCUMENTS]
    )
    queries = ["two", "propor", "proportoin", "梯度", "फेंट", "two_proportion_z_test", "0.05"]
    theirs, ours = run_script(
        "const own = new MiniSearch(proofpressSearch.options);"
        "own.addAll(given.documents.map((document, id) => ({id, ...document})));"
        "const loaded = MiniSearch.loadJSON(JSON.stringify(given.index), proofpressSearch.options);"
        "return [own, loaded].map((index) => given.queries.map((query) =>"
        " index.search(query).map((hit) => [hit.id, hit.score.toFixed(9), hit.terms.sort()])))",
        {"documents": DOCUMENTS, "index": written, "queries": queries},
    )

    assert ours == theirs
    assert all(ours)


@needs_node
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("proportion", ["Z"]),
        ("propor", ["Z"]),
        ("proprotion", ["Z"]),
        ("two_proportion_z_test", ["Z"]),
        ("proportion_test", ["Z"]),
        ("np.float64", ["Z"]),
        ("float64", ["Z"]),
        ("fitModel", ["Z"]),
        ("梯度", ["梯度下降"]),
        ("梯", ["梯度下降"]),
        ("下降法", ["梯度下降"]),
        ("度降", []),
        ("फेंटना", ["फेंटना"]),
        ("ज़रूरी", ["फेंटना"]),
        ("learning ferret", ["梯度下降"]),
        ("...", []),
        ("constructor", []),
    ],
)
def test_a_reader_finds(project: Project, query: str, titles: list[str]) -> None:
    project.write(
        "posts/z.md", note("Z", "`two_proportion_z_test` gives `np.float64`; `fitModel`.")
    )
    project.write(
        "posts/g.md", note("梯度下降", "梯度下降法，也叫最速下降。Learning rates.", lang="zh")
    )
    project.write("posts/h.md", note("फेंटना", "ताश को फेंटना ज़रूरी है।", lang="hi")).build()

    found = run_script(
        "given.shards.forEach(proofpressSearch.shard);"
        "return proofpressSearch.find(given.query).map((hit) => hit.page[2])",
        {"shards": shards(project), "query": query},
    )

    assert found == titles


@needs_node
def test_a_passage_is_the_section_with_the_most_of_the_words(project: Project) -> None:
    filler = "Other things are said here. " * 30
    body = f"{filler}\n\n## One\n\nA zebra.\n\n## Two\n\n{filler} A zebra meets a gnu today."
    project.write("posts/z.md", note("Z", body)).build()

    passage = run_script(
        "given.forEach(proofpressSearch.shard);"
        "const hit = proofpressSearch.find('gnu zebra')[0];"
        "return proofpressSearch.passage(hit.page, hit.terms)",
        shards(project),
    )

    assert (passage["anchor"], passage["heading"]) == ("two", "Two")
    assert "zebra meets a gnu" in passage["text"]
    assert len(passage["text"]) < 300
