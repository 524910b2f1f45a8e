"""The media type of an output, by its name.

In: a path. Out: the value of Content-Type. The table is ours: a machine's own registry differs from
one system to the next, and some of them call JavaScript plain text.
"""

from __future__ import annotations

HTML = "text/html; charset=utf-8"
UNKNOWN = "application/octet-stream"
_PLAIN = "text/plain; charset=utf-8"
# Shown, not downloaded: an author wants to look at what a card's file became.
_SHOWN = (
    *("txt", "py", "pyi", "md", "toml", "yaml", "yml", "log", "sh", "c", "h", "cpp", "cu"),
    *("rs", "go", "ts", "tex", "bib", "patch", "diff"),
)

_BY_NAME = {
    "atom.xml": "application/atom+xml; charset=utf-8",
    "rss.xml": "application/rss+xml; charset=utf-8",
    "feed.json": "application/feed+json",
    "SHA256SUMS": _PLAIN,
}
_BY_ENDING = {
    "html": HTML,
    "htm": HTML,
    "xhtml": "application/xhtml+xml",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "json": "application/json",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "xml": "application/xml",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    # Pictures.
    "avif": "image/avif",
    "webp": "image/webp",
    "png": "image/png",
    "apng": "image/apng",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "ico": "image/x-icon",
    # Fonts.
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "otf": "font/otf",
    # Sound and film.
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "ogv": "video/ogg",
    # Archives.
    "zip": "application/zip",
    "gz": "application/gzip",
    "tar": "application/x-tar",
    **dict.fromkeys(_SHOWN, _PLAIN),
}


def media_type(path: str) -> str:
    """The media type of what lies at an output path; endings are compared without case."""
    name = path.rpartition("/")[2]
    _, dot, ending = name.rpartition(".")
    return _BY_NAME.get(name) or _BY_ENDING.get(ending.lower() if dot else "", UNKNOWN)
