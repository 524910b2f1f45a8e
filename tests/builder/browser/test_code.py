"""Code in a real browser: links to lines and symbols, folds, wrapping, tabs; also no scripts."""

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
SHORT = '"""Doubles."""\n\nimport math  # card: hide\n\n\ndef twice(x):\n    """Two times."""\n' + (
    f"    return 2 * x  # {'a remark that is too long for any window;' * 8}\n"
)
LONG = "".join(f"def step_{number}(x):\n    return x + {number}\n\n\n" for number in range(30))
TABS = """
::::{tabs}
:::{tab} Left
%s of the left.
:::
:::{tab} Middle
%s of the middle.
:::
:::{tab} Right
%s of the right.
:::
::::
"""
POST = f"""
```card twice
```

```card long
```

{"Some words between. " * 400}

```text
short
```
"""
NAMED = TABS.replace("Middle\n", "Middle\n:name: in-the-middle\n")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """Where a small site is served; no test changes it."""
    project = Project(tmp_path_factory.mktemp("code"))
    # Or the browser asks for an icon that is not there, and says so on the console.
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    for name, text in (("twice", SHORT), ("long", LONG)):
        project.write(f"snippets/{name}.py", text)
        project.write(f"tests/snippets/test_{name}.py", "def test_nothing():\n    pass\n")
    project.write("posts/a.md", note("A", POST))
    tabs = NAMED % (("One",) * 3) + TABS % (("Two",) * 3)
    other = TABS.replace("Right", "Elsewhere") % (("Three",) * 3)
    project.write("posts/tabs.md", note("T", f"{tabs}\n{other}\n\n```text\n{'wide ' * 80}\n```"))
    return serve(project.build().output)


def wait_for_lines(page: Any, numbers: list[str]) -> None:
    """Wait until these lines are the chosen ones: they are so a moment after the address."""
    chosen = "[...document.querySelectorAll('.line.at')].map((line) => line.dataset.line).join()"
    wait(page, f"numbers => {chosen} === numbers", ",".join(numbers))


def selected(page: Any) -> list[str]:
    found: list[str] = page.locator("[role=tab][aria-selected=true]").all_inner_texts()
    return found


# --- Lines


def test_a_link_to_a_range_marks_it_and_brings_it_into_view(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/#long-L9-L11")

    sync_api.expect(page.locator(".line.at").first).to_be_in_viewport()
    wait_for_lines(page, ["9", "10", "11"])
    page.goto(f"{address}/posts/a/#long-L11-L9")
    wait_for_lines(page, ["9", "10", "11"])


def test_an_address_that_names_no_line_marks_none(page: Any, address: str) -> None:
    for name in ("long-L999", "short-L1", "L3", "twice-L3", "%E0%A4%A", ""):
        page.goto(f"{address}/posts/a/#{name}")
        wait_for_lines(page, []), name


def test_a_click_chooses_a_line_and_one_with_shift_a_range(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")
    box = page.locator("#twice")

    box.locator("[data-line='6']").click(position={"x": 12, "y": 8})
    page.wait_for_url("**/#twice-L6")
    wait_for_lines(page, ["6"])
    box.locator("[data-line='8']").click(position={"x": 12, "y": 8}, modifiers=["Shift"])
    page.wait_for_url("**/#twice-L6-L8")
    wait_for_lines(page, ["6", "7", "8"])

    page.go_back()
    wait(page, "document.querySelectorAll('.line.at').length === 1")
    assert page.url.endswith("#twice-L6")
    page.go_back()
    wait(page, "document.querySelectorAll('.line.at').length === 0")
    page.go_forward()
    page.go_forward()
    wait(page, "document.querySelectorAll('.line.at').length === 3")
    assert page.url.endswith("#twice-L6-L8")


def test_a_click_into_the_code_chooses_nothing(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")

    page.locator("#twice [data-line='6']").click(position={"x": 150, "y": 8})

    assert "#" not in page.url


def test_the_arrow_keys_choose_lines_too(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")
    page.locator("#twice pre").focus()
    page.keyboard.press("Tab")
    link = page.locator("#twice .line-link")
    sync_api.expect(link).to_be_focused()
    sync_api.expect(link).to_have_accessible_name("Line 1")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#twice-L4")  # line 3 is hidden
    wait_for_lines(page, ["4"])
    page.keyboard.press("End")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url("**/#twice-L4-L8")

    wait_for_lines(page, ["4", "5", "6", "7", "8"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    sync_api.expect(link).to_have_accessible_name("Line 1")


def test_a_copy_has_no_numbers(page: Any, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.goto(f"{address}/posts/a/#twice-L6-L8")

    page.click("#twice .copy")
    sync_api.expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == SHORT.replace("  # card: hide", "")
    page.locator("#twice pre").evaluate("(box) => getSelection().selectAllChildren(box)")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert 'def twice(x):\n    """Two times."""\n    return 2 * x' in copied
    assert "6" not in copied


# --- Folds


def test_the_outline_of_a_folded_listing_opens_it_at_a_symbol(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")
    fold = page.locator("#long > details")
    assert fold.get_attribute("open") is None
    assert page.locator("#long > details > summary").inner_text() == "118 lines"
    link = page.locator("#long .outline").get_by_role("link", name="step_20", exact=True)

    link.press("Enter")

    page.wait_for_url("**/#long.step_20")
    sync_api.expect(page.locator("[id='long.step_20']")).to_be_in_viewport()
    assert page.locator("[id='long.step_20']").inner_text() == "def step_20(x):"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("long", "def step_0"), ("long.step_25", "def step_25"), ("long-L90", "return x + 22")],
)
def test_a_link_from_elsewhere_opens_the_fold(
    page: Any, address: str, name: str, shown: str
) -> None:
    page.goto(f"{address}/posts/a/#{name}")

    sync_api.expect(page.locator("#long .line", has_text=shown).first).to_be_in_viewport()


# --- Wrapping


def test_wrapping_is_offered_where_a_line_is_too_long_and_can_be_undone(
    page: Any, address: str
) -> None:
    page.goto(f"{address}/posts/a/")
    sync_api.expect(page.locator(".code .wrap-code")).to_be_hidden()
    button = page.locator("#twice").get_by_role("button", name="Wrap")
    too_wide = "(pre) => pre.scrollWidth > pre.clientWidth"
    code = page.locator("#twice pre")
    assert button.get_attribute("aria-pressed") == "false"
    assert code.evaluate(too_wide)

    button.press("Enter")

    assert button.get_attribute("aria-pressed") == "true"
    assert not code.evaluate(too_wide)
    # The second line of a wrapped one begins behind the numbers.
    widths = code.evaluate("(pre) => [...pre.querySelectorAll('[data-line]')].map("
        "(line) => Math.round(line.getBoundingClientRect().width))")  # fmt: skip
    assert len(set(widths)) == 1
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    assert code.evaluate(too_wide)


# --- Tabs


def test_tabs_are_chosen_with_the_keys_and_groups_of_the_same_names_follow(
    page: Any, address: str
) -> None:
    page.goto(f"{address}/posts/tabs/")
    assert selected(page) == ["Left", "Left", "Left"]
    first = page.get_by_role("tab").first
    first.focus()

    page.keyboard.press("ArrowRight")
    assert selected(page) == ["Middle", "Middle", "Left"]
    assert page.evaluate("document.activeElement.textContent") == "Middle"
    sync_api.expect(page.get_by_text("Two of the middle.")).to_be_visible()
    sync_api.expect(page.get_by_text("One of the left.")).to_be_hidden()
    sync_api.expect(page.get_by_text("Three of the left.")).to_be_visible()
    for key, name in (
        ("End", "Right"), ("ArrowRight", "Left"), ("ArrowLeft", "Right"), ("Home", "Left"),
        ("Alt+ArrowDown", "Left"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert selected(page)[0] == name, key
    # One stop for the tab key; the next is the section.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tabpanel"


def test_a_link_to_a_tab_chooses_it(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/tabs/#in-the-middle")

    sync_api.expect(page.get_by_text("One of the middle.")).to_be_in_viewport()
    assert selected(page) == ["Middle", "Middle", "Left"]


def test_all_tabs_are_printed_under_their_names_and_no_button_is(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/tabs/")
    page.emulate_media(media="print")

    for text in ("One of the left.", "One of the right.", "Three of the middle."):
        assert page.get_by_text(text).is_visible(), text
        assert page.get_by_text(text).evaluate("(one) => one.checkVisibility()"), text
    assert page.locator("p.tab-title").first.is_visible()
    assert [button for button in page.locator("button").all() if button.is_visible()] == []
    assert page.locator("pre").evaluate("(pre) => pre.scrollWidth <= pre.clientWidth")


# --- Without scripts


def test_without_scripts_symbols_and_tabs_are_there(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 900, "height": 600})
    opened = context.new_page()
    opened.goto(f"{address}/posts/a/#long.step_20")

    # The browser itself opens the fold that a link leads into.
    assert opened.get_by_text("def step_20").is_visible()
    sync_api.expect(opened.locator("[id='long.step_20']")).to_be_in_viewport()
    opened.goto(f"{address}/posts/tabs/")
    for text in ("One of the left.", "One of the right."):
        assert opened.get_by_text(text).is_visible(), text
    assert opened.locator("p.tab-title").first.inner_text() == "Left"
    assert [button for button in opened.locator("button").all() if button.is_visible()] == []
    context.close()
