"""Reading in a real browser: copying, the theme, folds, history; with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builder.browser.waiting import wait
from tests.builder.project import Project, note

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install playwright"
)
# Long, so that the evidence above its listing is out of sight where the link to it is.
SNIPPET = '"""Doubles."""\n\nimport math  # card: hide\n\n\ndef twice(number: int) -> int:\n' + (
    '    """Two times it."""\n    return 2 * number  # card: hl\n\n\n'
    + "".join(f"print(math.pi, {number})\n" for number in range(60))
)
POST = (
    r"""
Let $a^2 + b_1$ be it.

$$
\sum_{i=1}^n i = \frac{n(n+1)}{2}
$$

```python
print("hello")
```

```card twice#twice
```

:::{details} More of it
Inside the fold.
:::

::::{tabs}
:::{tab} Left
To the left.
:::
:::{tab} Right
To the right.
:::
::::

"""
    # What is wider than a telephone, unless the theme does something about it.
    + f"```\n{'wide ' * 80}\n```\n\n`{'long' * 60}` and {'word' * 60}\n\n"
    + f"|{' column |' * 20}\n|{' --- |' * 20}\n|{' some words here |' * 20}\n\n"
    + f"$$ {' + '.join(f'x_{{{number}}}' for number in range(80))} $$\n\n"
    + "## One\n\n## Two\n\n## Three\n"
)
PAGES = {
    "home": "/", "post": "/posts/a/", "card": "/cards/twice/", "status": "/status/",
    "tags": "/tags/", "search": "/search/", "404": "/404.html",
}  # fmt: skip
PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """Where a small site is served; no test changes it."""
    project = Project(tmp_path_factory.mktemp("reading"))
    # Or the browser asks for an icon that is not there, and says so on the console.
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write("snippets/twice.py", SNIPPET)
    project.write("tests/snippets/test_twice.py", "def test_nothing():\n    pass\n")
    project.write("cards/twice.md", note("Twice", "```card twice\n```", tags="[arithmetic]"))
    project.write("posts/a.md", note("Alpha " + "very" * 30, POST, tags="[arithmetic]"))
    return serve(project.build().output)


@pytest.fixture
def clipboard(page: Any, address: str) -> Callable[[], str]:
    """Reads what was copied last."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    return lambda: page.evaluate("navigator.clipboard.readText()")


def select(page: Any, selector: str) -> None:
    page.locator(selector).first.evaluate("(box) => getSelection().selectAllChildren(box)")


# --- Copying


def test_a_listing_is_copied_with_its_hidden_lines_and_without_marks(
    page: Any, address: str, clipboard: Callable[[], str]
) -> None:
    page.clock.install()
    page.goto(f"{address}/cards/twice/")
    page.focus(".listing .copy")

    page.keyboard.press("Enter")

    sync_api.expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.inner_text(".listing .copy") == "Copied"
    assert page.evaluate("document.activeElement.className") == "copy"
    assert clipboard() == SNIPPET.replace("  # card: hide", "").replace("  # card: hl", "")
    assert "import math" not in page.inner_text(".listing pre")
    page.clock.run_for(2_500)
    sync_api.expect(page.get_by_role("status")).to_have_text("")
    assert page.inner_text(".listing .copy") == "Copy"


def test_part_of_a_file_and_a_fence_are_copied_alone(
    page: Any, address: str, clipboard: Callable[[], str]
) -> None:
    page.goto(f"{address}/posts/a/")

    page.click(".listing .copy")
    sync_api.expect(page.locator(".listing .copy")).to_have_text("Copied")
    assert clipboard() == (
        'def twice(number: int) -> int:\n    """Two times it."""\n    return 2 * number\n'
    )
    page.locator(".code .copy").first.click()
    sync_api.expect(page.locator(".code .copy").first).to_have_text("Copied")
    assert clipboard() == 'print("hello")\n'


def test_a_copy_that_the_browser_refuses_is_told(page: Any, address: str) -> None:
    page.context.grant_permissions([], origin=address)
    page.goto(f"{address}/posts/a/")

    page.click(".listing .copy")

    sync_api.expect(page.get_by_role("status")).to_have_text("Could not copy")


@pytest.mark.parametrize(
    ("selected", "copied"),
    [(".prose > p", "Let $a^2 + b_1$ be it."), (".prose > p msup", "$a^2 + b_1$")],
)
def test_a_formula_in_a_selection_is_copied_as_its_latex(
    page: Any, address: str, clipboard: Callable[[], str], selected: str, copied: str
) -> None:
    page.goto(f"{address}/posts/a/")
    select(page, selected)

    page.keyboard.press("Control+c")

    assert clipboard().strip() == copied


def test_a_formula_on_its_own_line_has_a_button_that_copies_its_latex(
    page: Any, address: str, clipboard: Callable[[], str]
) -> None:
    page.goto(f"{address}/posts/a/")
    button = page.get_by_role("button", name="Copy LaTeX").first

    button.press("Enter")

    sync_api.expect(page.get_by_role("status")).to_have_text("Copied")
    assert clipboard() == r"$$\sum_{i=1}^n i = \frac{n(n+1)}{2}$$"


# --- The theme


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_a_chosen_theme_stays_and_no_other_is_ever_drawn(
    page: Any, address: str, system: str, other: str
) -> None:
    page.emulate_media(color_scheme=system)
    page.goto(f"{address}/posts/a/")
    toggle = page.locator(".theme-toggle")
    before = page.evaluate(PAPER)
    assert toggle.get_attribute("aria-pressed") == str(system == "dark").lower()

    toggle.press("Enter")

    after = page.evaluate(PAPER)
    assert after != before
    assert toggle.get_attribute("aria-pressed") == str(other == "dark").lower()
    page.add_init_script(f"""
        window.themes = [];
        window.papers = [];
        new MutationObserver((_, observer) => {{
            if (!document.body) return;
            themes.push(document.documentElement.dataset.theme);
            observer.disconnect();
        }}).observe(document, {{childList: true, subtree: true}});
        requestAnimationFrame(function look() {{
            if (document.body) papers.push({PAPER});
            requestAnimationFrame(look);
        }});
    """)
    page.reload()
    wait(page, "papers.length > 2")
    assert page.evaluate("themes") == [other]
    assert set(page.evaluate("papers")) == {after}

    toggle.press("Enter")
    page.reload()
    assert page.evaluate(PAPER) == before
    assert page.evaluate("localStorage.length") == 0


# --- Folds, links, history


def test_the_link_below_a_listing_opens_the_evidence_and_back_and_forward_work(
    page: Any, address: str
) -> None:
    fold = page.locator("#evidence-twice")
    page.goto(f"{address}/posts/a/")
    page.click(".links a[href='/cards/twice/']")
    page.wait_for_url(f"{address}/cards/twice/")
    assert fold.get_attribute("open") is None
    link = page.locator(".listing .evidence a")
    link.scroll_into_view_if_needed()
    sync_api.expect(fold).not_to_be_in_viewport()

    link.click()

    page.wait_for_url(f"{address}/cards/twice/#evidence-twice")
    sync_api.expect(fold.locator(".evidence-body")).to_be_in_viewport()
    page.go_back()
    assert page.url == f"{address}/cards/twice/"
    page.go_back()
    assert page.url == f"{address}/posts/a/"
    page.go_forward()
    assert page.url == f"{address}/cards/twice/"
    page.go_forward()
    assert page.url == f"{address}/cards/twice/#evidence-twice"
    sync_api.expect(fold.locator(".evidence-body")).to_be_visible()


def test_a_link_from_elsewhere_to_the_evidence_opens_it(page: Any, address: str) -> None:
    page.goto(f"{address}/cards/twice/#evidence-twice")

    sync_api.expect(page.locator("#evidence-twice .evidence-body")).to_be_visible()


def test_the_keyboard_skips_to_the_text_and_opens_a_fold(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    page.get_by_text("More of it").focus()
    page.keyboard.press("Enter")

    assert page.is_visible("text=Inside the fold.")


def test_without_scripts_everything_can_be_read(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{address}/posts/a/")

    for text in ("be it.", "def twice", "To the left.", "To the right."):
        assert opened.get_by_text(text).is_visible(), text
    assert opened.locator(".math").first.is_visible()
    assert not opened.get_by_text("Inside the fold.").is_visible()
    opened.get_by_text("More of it").click()
    assert opened.get_by_text("Inside the fold.").is_visible()
    # Buttons that do nothing are not shown.
    assert [button for button in opened.locator("button").all() if button.is_visible()] == []
    context.close()


# --- Every kind of page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_no_page_is_too_wide_or_says_anything_or_asks_elsewhere(
    page: Any, address: str, kind: str, scheme: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(color_scheme=scheme)

    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address + PAGES[kind])
        assert page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        ) == 0, width  # fmt: skip
        paper = page.evaluate(f"{PAPER}.match(/[0-9]+/g).map(Number)")
        assert (min(paper) > 200) == (scheme == "light"), paper

    assert asked
    assert [url for url in asked if not url.startswith(f"{address}/")] == []
