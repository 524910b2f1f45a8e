"""Content security policies as text: what they say, and what they keep a page from loading.

In: a policy's text. Out: its directives, what is wrong with it, whether it lets something through.
It knows nothing of pages. A room of its own, because settings check a policy, markup warns of what
one forbids, and render writes it down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from builder.errors import did_you_mean

# Nothing but what comes from the site itself, for whatever runs or changes how pages look; what is
# only shown (pictures, films, frames) may come from elsewhere too, if not in clear text.
DEFAULT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data: https:; media-src 'self' https:; frame-src 'self' https:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'"
)
# A page can't say this of itself: browsers complain where one does.
HEADER_ONLY = ("frame-ancestors", "report-uri", "report-to", "sandbox")
_FETCHED = (
    "default-src", "child-src", "connect-src", "font-src", "frame-src", "img-src", "manifest-src",
    "media-src", "object-src", "script-src", "script-src-attr", "script-src-elem", "style-src",
    "style-src-attr", "style-src-elem", "worker-src",
)  # fmt: skip
_OTHERS = ("base-uri", "form-action", "require-trusted-types-for", "trusted-types",
           "upgrade-insecure-requests")  # fmt: skip
_NAMES = frozenset((*_FETCHED, *_OTHERS, *HEADER_ONLY))
# Which directive counts where one is not given, before default-src.
_FALLBACKS = {
    "script-src-elem": "script-src",
    "script-src-attr": "script-src",
    "style-src-elem": "style-src",
    "style-src-attr": "style-src",
    "frame-src": "child-src",
}
_KEYWORDS = ("none", "self", "unsafe-inline", "unsafe-eval", "strict-dynamic")
_PLAIN = re.compile(r'[^\x00-\x1f\x7f-\U0010ffff",<>]*').fullmatch
_SELF = re.compile(r"(?<!\S)'self'(?![^\s;])", re.IGNORECASE)
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def check_policy(text: str) -> str:
    """A policy in one line with single spaces; ValueError for what browsers would not understand.

    "" is no policy at all.
    """
    policy = " ".join(text.split())
    if not _PLAIN(policy):
        raise ValueError("""a policy is of ASCII characters, without commas and '"'""")
    names = [part.split()[0].lower() for part in policy.split(";") if part.strip()]
    for name in names:
        if name not in _NAMES:
            hint = did_you_mean(name, _NAMES) or "directives are such as default-src, script-src"
            raise ValueError(f"'{name}' is no directive of a policy; {hint}")
        if names.count(name) > 1:
            raise ValueError(f"'{name}' is there twice; browsers would keep the first")
    for word in policy.replace(";", " ").split():
        # The one mistake that is easily made, and takes all effect from a policy.
        if word.lower() in _KEYWORDS:
            raise ValueError(f"{word} is a host there; as a keyword it stands in quotes: '{word}'")
    return policy.rstrip("; ")


def in_page(policy: str) -> str:
    """The part of a policy that a page can state of itself."""
    parts = [part.strip() for part in policy.split(";") if part.strip()]
    return "; ".join(part for part in parts if part.split()[0].lower() not in HEADER_ONLY)


def has_header_only(policy: str) -> bool:
    """Whether a policy has a directive that no page can state."""
    return not _directives(policy).keys().isdisjoint(HEADER_ONLY)


def with_own_address(policy: str, base_url: str) -> str:
    """The policy with the site's own origin beside each 'self', which means that too.

    "https://example.org/notes" is at "https://example.org".
    """
    parts = urlsplit(base_url)
    return _SELF.sub(rf"\g<0> {parts.scheme}://{parts.netloc}", policy)


def lets_inline(policy: str, directive: str) -> bool:
    """Whether what stands in a page itself, such as a style or a script, has an effect."""
    sources = _sources(policy, directive)
    if sources is None:
        return True
    # Which hash or nonce belongs to what is the author's matter.
    named = any(source.startswith(("'nonce-", "'sha")) for source in sources)
    return named or "'unsafe-inline'" in sources


def lets_load(policy: str, directive: str, url: str) -> bool:
    """Whether something may be loaded; an address without a host is one of the site itself.

    What is no address is none that a policy forbids.
    """
    sources = _sources(policy, directive)
    if sources is None:
        return True
    try:
        parts = urlsplit(url if not url.startswith("//") else f"https:{url}")
    except ValueError:
        return True
    scheme = parts.scheme.lower()
    host = _without_usual_port(scheme, parts.netloc.lower())
    return any(_is_from(source, scheme, host) for source in sources)


def _sources(policy: str, directive: str) -> tuple[str, ...] | None:
    """What a directive allows; None: everything."""
    directives = _directives(policy)
    for name in (directive, _FALLBACKS.get(directive, ""), "default-src"):
        if name in directives:
            return directives[name]
    return None


@cache
def _directives(policy: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        # Hashes and nonces know upper from lower case, but nobody here compares them.
        found.setdefault(name.lower(), tuple([source.lower() for source in sources]))
    return found


def _is_from(source: str, scheme: str, host: str) -> bool:
    if not host:
        return source in ("'self'", "*")
    if source == "*":
        return scheme in ("http", "https")
    if source.endswith(":"):
        return _is_scheme(scheme, source[:-1])
    wanted, _, place = source.rpartition("://")
    place = _without_usual_port(wanted or scheme, place.partition("/")[0])
    if wanted and not _is_scheme(scheme, wanted):
        return False
    return host == place or (place.startswith("*.") and host.endswith(place[1:]))


def _is_scheme(scheme: str, wanted: str) -> bool:
    # Who trusts a host in clear text trusts it all the more when nobody can listen.
    return scheme == wanted or (wanted, scheme) == ("http", "https")


def _without_usual_port(scheme: str, host: str) -> str:
    return host.removesuffix(_USUAL_PORTS.get(scheme, "")) if ":" in host else host
