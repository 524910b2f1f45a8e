"""Pictures, drawings and papers on a whole site: sizes, narrower copies, first pages."""

from __future__ import annotations

import random
import re
import sys
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from builder.check import check_output
from builder.errors import BuildFailed
from builder.markup import measure_picture
from builder.markup.papers import pdf_text
from tests.builder.pictures import make_pdf, make_png, make_svg
from tests.builder.project import Project, note

POST = "posts/a/index.html"


def post(project: Project, body: str, title: str = "A", **front_matter: Any) -> Project:
    return project.write("posts/a/index.md", note(title, body, **front_matter))


def mistakes(project: Project) -> list[str]:
    """What `proofpress check` finds."""
    checked = check_output(project.output, base_url="https://example.org", external=False)
    return [str(problem) for problem in checked.problems]


def pictures(html: str) -> list[str]:
    return re.findall(r"<img [^>]*>", html)


def photo(width: int, height: int, format_: str = "JPEG", **options: Any) -> bytes:
    """A picture of many colours."""
    drawn = random.Random(width).randbytes(width * height * 3 // 64)
    image = Image.frombytes("RGB", (width // 8, height // 8), drawn[: width * height * 3 // 64])
    out = BytesIO()
    image.resize((width, height)).save(out, format_, **options)
    return out.getvalue()


@pytest.fixture
def responsive(project: Project) -> Project:
    return project.edit("pyproject.toml", "author", "responsive_images = true\nauthor")


# --- Sizes


def test_a_picture_has_the_size_that_its_file_says(project: Project) -> None:
    project.write("posts/a/p.png", make_png(41, 30)).write("posts/a/d.svg", make_svg(30, 20))
    project.write("static/s p.png", make_png(7, 5))
    post(project, "![p](p.png)\n![d](d.svg)\n![s](</s p.png>)\n![x](https://x.example/p.png)")

    project.build()

    assert pictures(project.main(POST)) == [
        '<img src="/posts/a/p.png" alt="p" width="41" height="30" decoding="async">',
        '<img src="/posts/a/d.svg" alt="d" width="30" height="20" loading="lazy" decoding="async">',
        '<img src="/s%20p.png" alt="s" width="7" height="5" loading="lazy" decoding="async">',
        '<img src="https://x.example/p.png" alt="x" loading="lazy" decoding="async">',
    ]
    assert mistakes(project) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("width=20", 'width="20" height="15"'),
        ("height=60", 'height="60" width="80"'),
        ("width=9 height=9", 'width="9" height="9"'),
        ('width="50%"', 'width="50%"'),
    ],
)
def test_a_size_that_the_author_gave_keeps_the_proportions(
    project: Project, given: str, expected: str
) -> None:
    project.write("posts/a/p.png", make_png(40, 30))
    post(project, f"![p](p.png){{{given}}}").build()

    assert f'alt="p" {expected} decoding' in project.main(POST)


def test_a_picture_in_html_or_a_figure_gets_its_size_too(project: Project) -> None:
    project.write("posts/a/p.png", make_png(40, 30))
    post(
        project,
        '<img src="p.png" alt="">\n\n<img src="p.png" alt="" width="4" height="3">\n\n'
        ':::{figure} p.png\n:width: 20\n:::\n\n<video poster="p.png"></video>',
    ).build()

    main = project.main(POST)
    assert pictures(main) == [
        '<img src="/posts/a/p.png" width="40" height="30" alt="">',
        '<img src="/posts/a/p.png" alt="" width="4" height="3">',
        '<img src="/posts/a/p.png" alt="" width="20" height="15" decoding="async">',
    ]
    assert '<video poster="/posts/a/p.png">' in main


def test_a_new_size_makes_the_page_anew_and_new_colours_do_not(project: Project) -> None:
    project.write("posts/a/p.png", make_png(40, 30)).write("posts/b.md", note("B"))
    post(project, "![p](p.png)").build()

    project.write("posts/a/p.png", make_png(40, 30, (1, 2, 3))).build()
    assert project.rebuilt == {"posts/a/p.png"}

    project.write("posts/a/p.png", make_png(50, 30)).build()
    assert project.rebuilt == {"posts/a/p.png", POST, "atom.xml", "rss.xml", "feed.json"}
    assert 'width="50" height="30"' in project.main(POST)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("p.png", b"text", "is no picture that can be read"),
        ("p.svg", b"<svg/>", "does not say how big it is"),
    ],
)
def test_a_picture_without_a_size_is_told_at_its_line(
    project: Project, name: str, data: bytes, message: str
) -> None:
    project.write(f"posts/a/{name}", data)
    post(project, f"Text.\n\n![p]({name})").build()

    (warning,) = project.warnings
    assert warning.startswith(f"content/posts/a/index.md:7: warning: 'content/posts/a/{name}' ")
    assert message in warning


# --- Narrower copies


def test_without_the_setting_there_are_no_copies(project: Project) -> None:
    project.write("posts/a/p.jpg", photo(1600, 800))
    post(project, "![p](p.jpg)").build()

    assert "srcset" not in project.main(POST)
    assert not [path for path in project.tree() if path.startswith("assets/pictures/")]


def test_a_wide_picture_comes_in_narrower_copies_too(responsive: Project) -> None:
    responsive.write("posts/a/My photo.jpg", photo(1200, 600))
    post(responsive, "![p](<My photo.jpg>)").build()

    (shown,) = pictures(responsive.main(POST))
    found = re.search(r'srcset="([^"]*)" sizes="\(min-width: 46rem\) 41rem, 100vw"', shown)
    assert found is not None, shown
    entries = dict(entry.split(" ")[::-1] for entry in found[1].split(", "))
    assert list(entries) == ["480w", "960w", "1200w"]
    assert entries["1200w"] == "/posts/a/My%20photo.jpg"
    for width in (480, 960):
        assert re.fullmatch(
            rf"/assets/pictures/my-photo-[0-9a-f]{{16}}-{width}\.webp", entries[f"{width}w"]
        )
        measured = measure_picture(responsive.tree()[entries[f"{width}w"][1:]])
        assert measured is not None
        assert measured == ("webp", width, width // 2, True)
    assert mistakes(responsive) == []


def test_addresses_of_copies_are_absolute_in_feeds(responsive: Project) -> None:
    responsive.write("posts/a/p.jpg", photo(1200, 600))
    post(responsive, "![p](p.jpg)").build()

    srcset = re.search(r"srcset=\\\"([^\"]*)\\\"", responsive.read("feed.json"))
    assert srcset is not None
    assert all(entry.startswith("https://example.org/") for entry in srcset[1].split(", ")), srcset[
        1
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("p.jpg", photo(1000, 400)),
        ("p.svg", make_svg(2000, 900)),
        ("p.gif", photo(1600, 80, "GIF")),
    ],
)
def test_what_is_narrow_or_not_made_of_pixels_at_rest_has_no_copies(
    responsive: Project, name: str, data: bytes | str
) -> None:
    responsive.write(f"posts/a/{name}", data)
    post(responsive, f"![p]({name})").build()

    assert "srcset" not in responsive.main(POST)


def test_a_picture_that_moves_has_no_copies_that_do_not(responsive: Project) -> None:
    out = BytesIO()
    first, second = (Image.new("RGB", (1200, 20), colour) for colour in ("red", "blue"))
    first.save(out, "WEBP", save_all=True, append_images=[second])
    responsive.write("posts/a/p.webp", out.getvalue())
    post(responsive, "![p](p.webp)").build()

    assert 'width="1200" height="20"' in responsive.main(POST)
    assert "srcset" not in responsive.main(POST)


def test_a_picture_that_no_page_shows_has_no_copies(responsive: Project) -> None:
    responsive.write("posts/a/p.jpg", photo(1600, 800))
    post(responsive, "[p](p.jpg)").build()

    assert not [path for path in responsive.tree() if path.startswith("assets/pictures/")]


def test_copies_are_made_once_for_the_same_picture(responsive: Project) -> None:
    responsive.write("posts/a/p.jpg", photo(1200, 600))
    post(responsive, "![p](p.jpg)").build()
    copies = {path for path in responsive.tree() if path.startswith("assets/pictures/")}

    post(responsive, "Other words. ![p](p.jpg)").build()
    assert not copies & responsive.rebuilt

    responsive.write("posts/a/p.jpg", photo(1208, 600)).build()
    assert not copies & responsive.tree().keys()
    assert POST in responsive.rebuilt


def test_a_drawing_of_few_colours_keeps_every_one(responsive: Project) -> None:
    image = Image.new("RGBA", (1200, 300), (1, 2, 3, 0))
    image.paste((250, 130, 7, 255), (0, 0, 600, 300))
    out = BytesIO()
    image.save(out, "PNG")
    responsive.write("posts/a/p.png", out.getvalue())
    post(responsive, "![p](p.png)").build()

    (path,) = [path for path in responsive.tree() if path.endswith("-480.webp")]
    with Image.open(BytesIO(responsive.tree()[path])) as copy:
        assert copy.mode == "RGBA"
        assert copy.getpixel((10, 60)) == (250, 130, 7, 255)
        assert copy.getpixel((470, 60))[3] == 0  # type: ignore[index]  # a pixel of four values


def test_a_copy_of_a_photo_is_the_way_up_that_the_camera_was_held(responsive: Project) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    responsive.write("posts/a/p.jpg", photo(800, 1600, exif=exif))
    post(responsive, "![p](p.jpg)").build()

    assert 'width="1600" height="800"' in responsive.main(POST)
    (path,) = [path for path in responsive.tree() if path.endswith("-480.webp")]
    assert measure_picture(responsive.tree()[path]) == ("webp", 480, 240, True)


def test_sixteen_bits_of_grey_stay_grey(responsive: Project) -> None:
    out = BytesIO()
    Image.new("I;16", (1200, 300), 128 * 256).save(out, "PNG")
    responsive.write("posts/a/p.png", out.getvalue())
    post(responsive, "![p](p.png)").build()

    (path,) = [path for path in responsive.tree() if path.endswith("-480.webp")]
    with Image.open(BytesIO(responsive.tree()[path])) as copy:
        assert copy.convert("L").getpixel((9, 9)) in (127, 128, 129)


def test_a_missing_library_is_told_with_the_way_to_install_it(
    responsive: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    responsive.write("posts/a/p.jpg", photo(1200, 600)).write("posts/a/q.jpg", photo(1600, 600))
    post(responsive, "![p](p.jpg) ![q](q.jpg)")
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(BuildFailed) as failure:
        responsive.build()

    (problem,) = failure.value.problems
    assert str(problem) == (
        "pyproject.toml: 'responsive_images' needs Pillow, which is not installed\n"
        "    run pip install Pillow, and name it in pyproject.toml's dependencies"
    )
    assert not responsive.output.exists()


def test_a_damaged_picture_is_told_by_its_name(responsive: Project) -> None:
    responsive.write("posts/a/p.jpg", photo(1200, 600)[:900])
    post(responsive, "![p](p.jpg)")

    with pytest.raises(BuildFailed) as failure:
        responsive.build()

    assert failure.value.problems[0].path == "content/posts/a/p.jpg"


# --- Drawings set inline


def test_a_drawing_that_asks_for_it_stands_in_the_page_itself(project: Project) -> None:
    project.write("posts/a/d.svg", make_svg(30, 20, '<g id="k"/><use href="#k"/>'))
    post(project, 'Two:\n\n![A "k"](d.svg){.inline .wide}\n\n![](d.svg){.inline}').build()

    main = project.main(POST)
    first, second = re.findall(r"<svg.*?</svg>", main)
    assert first == (
        '<svg viewBox="0 0 30 20" width="30" height="20" role="img" aria-label="A &quot;k&quot;"'
        ' class="inline wide"><g id="d0-k"></g><use href="#d0-k"></use></svg>'
    )
    assert 'aria-hidden="true"' in second
    assert 'href="#d1-k"' in second
    assert mistakes(project) == []


def test_an_inline_drawing_stays_a_picture_in_feeds(project: Project) -> None:
    project.write("posts/a/d.svg", make_svg(30, 20))
    post(project, "![A](d.svg){.inline}").build()

    feed = project.read("feed.json")
    assert "<svg" not in feed
    assert r"<img src=\"https://example.org/posts/a/d.svg\" alt=\"A\" width=\"30\"" in feed


def test_an_edited_inline_drawing_makes_its_page_anew(project: Project) -> None:
    project.write("posts/a/d.svg", make_svg(30, 20, '<path d="M1 1"/>'))
    post(project, "![A](d.svg){.inline}").build()

    project.edit("posts/a/d.svg", "M1 1", "M2 2").build()

    assert POST in project.rebuilt
    assert "M2 2" in project.main(POST)


def test_a_drawing_that_acts_stops_the_build_where_it_would_be_inline(project: Project) -> None:
    project.write("posts/a/d.svg", make_svg(30, 20, "<script>alert(1)</script>"))
    post(project, "![A](d.svg)").build()

    with pytest.raises(BuildFailed) as failure:
        post(project, "![A](d.svg){.inline}").build()

    assert str(failure.value) == (
        "content/posts/a/d.svg: this drawing can't be set inline: it has a <script>\n"
        "    mend it, or take the class 'inline' out of 'content/posts/a/index.md'"
    )


# --- Papers


def test_a_paper_shows_its_first_page(project: Project) -> None:
    project.write("posts/a/my paper.pdf", make_pdf(300, 450))
    post(project, "Words.", pdf="my paper.pdf", title="On <x>").build()

    (shown,) = pictures(project.main(POST))
    found = re.fullmatch(
        r'<img src="/(assets/pictures/my-paper-[0-9a-f]{16}-first-page\.webp)" alt="On &lt;x&gt;"'
        r' width="800" height="1200">',
        shown,
    )
    assert found is not None, shown
    data = project.tree()[found[1]]
    assert measure_picture(data) == ("webp", 800, 1200, True)
    with Image.open(BytesIO(data)) as page:
        assert page.convert("L").getextrema()[0] < 80  # type: ignore[operator]  # one band
    assert mistakes(project) == []


def test_a_new_edition_of_a_paper_is_shown(project: Project) -> None:
    project.write("posts/a/p.pdf", make_pdf(text="One"))
    post(project, "Words.", pdf="p.pdf").build()
    (before,) = pictures(project.main(POST))

    project.write("posts/a/p.pdf", make_pdf(text="Two")).build()

    assert pictures(project.main(POST)) != [before]
    assert len([path for path in project.tree() if path.startswith("assets/pictures/")]) == 1


def test_a_paper_without_the_library_is_told_with_the_way_to_install_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("posts/a/p.pdf", make_pdf())
    post(project, "Words.", pdf="p.pdf")
    for library in ("pypdfium2", "PIL"):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, library, None)
            with pytest.raises(BuildFailed) as failure:
                project.build(is_clean=True)
        assert str(failure.value) == (
            "content/posts/a/index.md:4: 'content/posts/a/p.pdf' can't be shown: pypdfium2 or"
            " Pillow is not installed\n    run pip install pypdfium2 Pillow, and name them in"
            " pyproject.toml's dependencies"
        )


def test_a_paper_that_is_only_linked_needs_no_library(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    project.write("posts/a/p.pdf", make_pdf())

    post(project, "[p](p.pdf)").build()

    assert project.warnings == []


def test_what_is_no_paper_is_told_at_its_line(project: Project) -> None:
    project.write("posts/a/p.pdf", "%PDF")
    post(project, "Words.", pdf="p.pdf")

    with pytest.raises(BuildFailed) as failure:
        project.build()

    assert str(failure.value).startswith(
        "content/posts/a/index.md:4: 'content/posts/a/p.pdf' is no PDF that can be read: "
    )


def test_the_text_of_a_paper_can_be_had() -> None:
    assert pdf_text(make_pdf(text="Two words", pages=2)) == "Two words\n\nTwo words"


# --- The same everywhere


def test_two_builds_make_the_same_pictures(responsive: Project) -> None:
    responsive.write("posts/a/p.jpg", photo(1200, 600)).write("posts/a/q.png", make_png(1600, 20))
    responsive.write("posts/a/p.pdf", make_pdf())
    post(responsive, "![p](p.jpg) ![q](q.png)", pdf="p.pdf").build()
    first = responsive.tree()

    responsive.build(is_clean=True, jobs=2)

    assert responsive.tree() == first
    assert len([path for path in first if path.startswith("assets/pictures/")]) == 6
