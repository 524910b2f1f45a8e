"""Whether a page obeys the content security policy that it states.

In: a page's text, where its site is. Out: what the policy would keep a browser from doing, with its
line. A page that states none is under none; what a host sends besides is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.check.written import Fault, read_attributes, read_tags
from builder.policy import (
    HEADER_ONLY,
    has_header_only,
    lets_inline,
    lets_load,
    with_own_address,
)

_SCRIPT_TYPES = frozenset(("", "module", "importmap", "speculationrules", "text/javascript",
                           "application/javascript"))  # fmt: skip
_HINT = "browsers leave it out and say so on the console"


def find_forbidden(text: str, origin: str) -> Iterator[Fault]:
    """All that a page at `origin` ("https://example.org") has and its own policy forbids."""
    policy = ""
    for tag in read_tags(text):
        if not tag.attributes and tag.name not in ("script", "style"):
            continue
        given = read_attributes(tag.attributes)
        if tag.name == "meta":
            is_policy = given.get("http-equiv", "").lower() == "content-security-policy"
            if is_policy:
                policy = with_own_address(given.get("content", ""), origin)
                if has_header_only(policy):
                    names = ", ".join(HEADER_ONLY)
                    message = "the policy has a directive that no page can state"
                    yield Fault(tag.line, message, f"only a header can: {names}")
        elif policy:
            yield from _forbidden(policy, tag.name, given, tag.line)


def _forbidden(policy: str, tag: str, given: dict[str, str], line: int) -> Iterator[Fault]:
    def fault(what: str) -> Fault:
        return Fault(line, f"the page's content security policy forbids {what}", _HINT)

    if "style" in given and not lets_inline(policy, "style-src-attr"):
        yield fault(f"the attribute 'style' of <{tag}>")
    if tag == "style" and not lets_inline(policy, "style-src-elem"):
        yield fault("<style>")
    if tag == "script" and given.get("type", "").lower() in _SCRIPT_TYPES:
        if "src" not in given and not lets_inline(policy, "script-src-elem"):
            yield fault("a script within the page")
        elif "src" in given and not _may_load(policy, "script-src-elem", given["src"]):
            yield fault(f"the script '{given['src']}'")
    is_sheet = tag == "link" and "stylesheet" in given.get("rel", "").lower().split()
    if is_sheet and not _may_load(policy, "style-src-elem", given.get("href", "")):
        yield fault(f"the style sheet '{given.get('href', '')}'")
    handler = next((name for name in given if name.startswith("on")), "")
    if handler and not lets_inline(policy, "script-src-attr"):
        yield fault(f"the attribute '{handler}' of <{tag}>")


def _may_load(policy: str, directive: str, url: str) -> bool:
    is_elsewhere = url.startswith("//") or url.lower().startswith(("http:", "https:"))
    return lets_load(policy, directive, url if is_elsewhere else "")
