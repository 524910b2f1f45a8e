"""What goes into a page's <head>: for search engines, previews and machines.

In: facts, the site, words. Out: `Head`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from builder.codec import Value
from builder.model import Facts
from builder.render.views import ImageView, SiteView

# https://schema.org: what a page of each kind is.
_TYPES = {
    "posts": "BlogPosting",
    "notes": "Article",
    "trivia": "Article",
    "cards": "TechArticle",
    "pages": "WebPage",
}


class Head(Value, frozen=True):
    """What goes into a page's <head>.

    title: what the tab shows
    description: what search engines and previews show
    og_type: for previews: article or website
    image: the page's own picture for previews; without one it has that of the site
    json_ld: what the page is, for machines
    robots: what search engines may do; empty where everything is allowed
    """

    title: str
    description: str
    og_type: str
    image: ImageView | None
    json_ld: str
    robots: str


def page_head(
    facts: Facts,
    canonical: str,
    site: SiteView,
    lang: str,
    words: Mapping[str, Any],
    image: ImageView | None,
) -> Head:
    """The head of a post, a note, a trivia, a card or a page."""
    graph = [
        _describe(facts, canonical, site, lang, image or site.image),
        _breadcrumbs(facts, canonical, site, words),
    ]
    return Head(
        title=f"{facts.title} · {site.title}",
        description=facts.summary,
        og_type="website" if facts.kind == "pages" else "article",
        image=image,
        json_ld=dump_json_ld({"@context": "https://schema.org", "@graph": graph}),
        robots="",
    )


def home_head(site: SiteView, lang: str) -> Head:
    """The head of the home."""
    described = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": site.title,
        "url": site.url,
        "description": site.description,
        "inLanguage": lang,
    }
    if site.image is not None:
        described["image"] = site.image.url
    return Head(site.title, site.description, "website", None, dump_json_ld(described), "")


def plain_head(title: str, description: str = "", robots: str = "") -> Head:
    """What the <head> of a list says."""
    return Head(title, description, "website", None, "", robots)


def dump_json_ld(value: object) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(text)  # noqa: S704  # nothing in it is a tag any more


def _describe(
    facts: Facts, canonical: str, site: SiteView, lang: str, image: ImageView | None
) -> dict[str, object]:
    described: dict[str, object] = {
        "@type": _TYPES[facts.kind],
        "headline": facts.title,
        "url": canonical,
        "mainEntityOfPage": canonical,
        "inLanguage": lang,
        "author": {"@type": "Person", "name": site.author},
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.url},
    }
    if facts.summary:
        described["description"] = facts.summary
    if facts.shown_date:
        described["datePublished"] = facts.shown_date
        described["dateModified"] = facts.shown_updated or facts.shown_date
    if facts.tags:
        described["keywords"] = list(facts.tags)
    if image is not None:
        described["image"] = image.url
    return described


def _breadcrumbs(
    facts: Facts, canonical: str, site: SiteView, words: Mapping[str, Any]
) -> dict[str, object]:
    """The way from the home to the page, over the list of its kind."""
    steps = [(site.title, site.url)]
    if facts.kind != "pages":
        steps.append((str(words[facts.kind]), f"{site.url}{facts.kind}/"))
    steps.append((facts.title, canonical))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(steps, 1)
        ],
    }
