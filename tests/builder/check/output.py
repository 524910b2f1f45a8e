"""The driver of the check's tests: a built site's folder, written by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path

from builder.check import CheckReport, check_output
from builder.errors import Problem

BASE_URL = "https://example.org/notes"
# The line of a page's first line of body, as `Output.page` writes pages.
BODY = 8


class Output:
    """An output folder. Whatever a test does not write itself is right."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.in_sitemap: list[str] = []
        folder.mkdir()

    def write(self, path: str, text: str | bytes) -> Output:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def page(self, path: str, body: str = "", *, head: str = "", canonical: str = "") -> Output:
        """A right page around `body`, in the sitemap; `path` is its address or its file."""
        canonical = canonical or f"{BASE_URL}/{path}"
        self.in_sitemap.append(path)
        file = f"{path}index.html" if path.endswith("/") or not path else path
        return self.write(
            file,
            "<!DOCTYPE html>\n"
            '<html lang="en">\n'
            '<head><meta charset="utf-8"><title>A page</title>\n'
            f'<link rel="canonical" href="{canonical}">\n'
            f"{head}</head>\n"
            "<body>\n"
            "<h1>A page</h1>\n"
            f"{body}\n"
            "</body></html>\n",
        )

    def redirect(self, path: str, target: str, canonical: str = "") -> Output:
        return self.write(
            f"{path}index.html",
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Moved</title>'
            f'<meta http-equiv="refresh" content="0; url={target}">'
            f'<link rel="canonical" href="{canonical or "https://example.org" + target}">'
            "</head><body></body></html>",
        )

    def sitemap(self, *urls: str, path: str = "sitemap.xml") -> Output:
        rows = "".join(f"<url><loc>{url}</loc></url>\n" for url in urls)
        return self.write(path, f"<urlset {SITEMAP_NS}>\n{rows}</urlset>")

    def seal(self) -> Output:
        """Write what builds add, unless the test has: sitemap, robots.txt, the list of digests."""
        if not (self.folder / "sitemap.xml").exists():
            self.sitemap(*(f"{BASE_URL}/{path}" for path in self.in_sitemap))
        if not (self.folder / "robots.txt").exists():
            self.write("robots.txt", f"User-agent: *\nSitemap: {BASE_URL}/sitemap.xml\n")
        files = sorted(file for file in self.folder.rglob("*") if file.is_file())
        return self.write(
            "SHA256SUMS",
            "".join(
                f"{hashlib.sha256(file.read_bytes()).hexdigest()}  "
                f"{file.relative_to(self.folder).as_posix()}\n"
                for file in files
            ),
        )

    def check(self, *, external: bool = False, timeout_seconds: float = 10.0) -> CheckReport:
        """The check of the folder as it is."""
        return check_output(
            self.folder, base_url=BASE_URL, external=external, timeout_seconds=timeout_seconds
        )

    @property
    def problems(self) -> list[Problem]:
        """What the check finds in the folder with all that a build adds."""
        return list(self.seal().check().problems)

    @property
    def found(self) -> list[tuple[str, int, str]]:
        """The same without hints: path, line, message."""
        return [(problem.path, problem.line, problem.message) for problem in self.problems]


SITEMAP_NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
