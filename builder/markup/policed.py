"""What an author's HTML asks for and a content security policy forbids: warned of, not changed.

In: a start tag, a policy. Out: warnings on the sheet, at the tag's line. A browser says such a
thing on a console that no author has open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from builder.markup.sheet import Sheet
from builder.markup.tags import Pair
from builder.policy import lets_inline, lets_load

# What loads something by an attribute, and which directive decides about it.
_LOADS = {
    ("script", "src"): "script-src-elem",
    ("img", "src"): "img-src",
    ("image", "href"): "img-src",
    ("input", "src"): "img-src",
    ("video", "poster"): "img-src",
    ("video", "src"): "media-src",
    ("audio", "src"): "media-src",
    ("track", "src"): "media-src",
    ("iframe", "src"): "frame-src",
    ("object", "data"): "object-src",
    ("embed", "src"): "object-src",
    ("form", "action"): "form-action",
}
# A script element of another type is data, which no policy concerns.
_SCRIPT_TYPES = frozenset(("", "module", "importmap", "speculationrules", "text/javascript",
                           "application/javascript"))  # fmt: skip
_ELSEWHERE = re.compile(r"(https?:)?//", re.IGNORECASE)
_CHANGE = "or change 'content_security_policy' in [tool.proofpress]"
_STYLES = f"give it a class and write the rule into a sheet in templates/css/, {_CHANGE}"
_SCRIPTS = f"put the script into content/static/ and name it with src=, {_CHANGE}"


def check_tag(tag: str, pairs: Sequence[Pair], sheet: Sheet, line: int) -> None:
    """Warn of what the policy keeps a start tag of the author's from doing."""
    if not sheet.policy:
        return
    given = {name: value or "" for name, value in pairs}
    _check_inline(tag, given, sheet, line)
    for name, value in given.items():
        directive = _directive(tag, name, given)
        if directive:
            check_address(directive, value, sheet, line, f"<{tag}>")


def check_address(directive: str, url: str, sheet: Sheet, line: int, what: str) -> None:
    """Warn of an address of another site that the policy keeps from being loaded."""
    url = url.strip()
    if not sheet.policy or not _ELSEWHERE.match(url):
        return
    if not lets_load(sheet.policy, directive, url):
        is_plain = url.lower().startswith("http:")
        secure = is_plain and lets_load(sheet.policy, directive, f"https:{url[5:]}")
        hint = (
            f"write https:, {_CHANGE}"
            if secure
            else f"keep a copy of it in content/static/, {_CHANGE}"
        )
        _warn(sheet, line, f"browsers will not load '{url}' for {what}", hint)


def _check_inline(tag: str, given: dict[str, str], sheet: Sheet, line: int) -> None:
    policy = sheet.policy
    if "style" in given and not lets_inline(policy, "style-src-attr"):
        _warn(sheet, line, f"the attribute 'style' of <{tag}> has no effect", _STYLES)
    if tag == "style" and not lets_inline(policy, "style-src-elem"):
        _warn(sheet, line, "<style> has no effect", _STYLES)
    is_script = tag == "script" and given.get("type", "").strip().lower() in _SCRIPT_TYPES
    if is_script and "src" not in given and not lets_inline(policy, "script-src-elem"):
        _warn(sheet, line, "a script within a page is not run", _SCRIPTS)
    handlers = [name for name in given if name.startswith("on")]
    if handlers and not lets_inline(policy, "script-src-attr"):
        _warn(sheet, line, f"the attribute '{handlers[0]}' of <{tag}> is not run", _SCRIPTS)
    is_code = given.get("href", "").strip().lower().startswith("javascript:")
    if is_code and not lets_inline(policy, "script-src-elem"):
        _warn(sheet, line, "a link with 'javascript:' does nothing", _SCRIPTS)
    plugin = given.get({"object": "data", "embed": "src"}.get(tag, ""), "")
    is_own = bool(plugin) and not _ELSEWHERE.match(plugin.strip())
    if is_own and not lets_load(policy, "object-src", ""):
        hint = f"write <iframe>, <img>, <video> or a link, {_CHANGE}"
        _warn(sheet, line, f"browsers will not load '{plugin}' for <{tag}>", hint)


def _directive(tag: str, name: str, given: dict[str, str]) -> str:
    if tag == "link" and name == "href":
        rel = given.get("rel", "").lower().split()
        return "style-src-elem" if "stylesheet" in rel else ""
    # A <source> may be of a picture as well, and pictures may come from wherever films do.
    return _LOADS.get((tag, name), "")


def _warn(sheet: Sheet, line: int, message: str, hint: str) -> None:
    sheet.report(f"{message}: the site's content security policy", line, hint, is_warning=True)
