"""Demonstrations run: what they print and save."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cards import Demands
from builder.run.outputs import run_main
from builder.run.results import Produced
from builder.run.runner import run_cards
from tests.builder.run.planted import plant

MODES = ("", "process")


def demonstrate(root: Path, code: str, demands: Demands = Demands()) -> Produced:  # noqa: B008
    plant(root, "def test_a(): pass\n", code)
    return run_main(root, "card", demands=demands, timeout_seconds=60)


@pytest.mark.parametrize("mode", MODES)
def test_a_demonstration_leaves_what_it_prints_and_the_figures_it_saves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("PROOFPRESS_ISOLATION", mode)
    (tmp_path / "table.csv").write_text("1,2\n")
    code = (
        "import os, sys\n"
        "if __name__ == '__main__':\n"
        "    assert os.listdir() == [] and sys.argv[1:] == []\n"
        "    print(__name__, __spec__.name, os.environ['SOURCE_DATE_EPOCH'])\n"
        "    print(open(os.environ['MATPLOTLIBRC']).read(), end='', flush=True)\n"
        f"    open({str(tmp_path / 'table.csv')!r}).read()\n"
        "    sys.stdout.buffer.write(bytes([255]))\n"
        "    open('b.svg', 'w').write('<svg/>')\n"
        "    open('a.png', 'wb').write(bytes([137]))\n"
        "    open('notes.txt', 'w').write('not kept')\n"
        "    os.symlink('/etc/passwd', 'c.svg')\n"
        "    os.mkdir('d.svg')\n"
    )

    produced = demonstrate(tmp_path, code)

    assert produced == Produced(
        exit_code=0,
        tail="",
        files={
            "a.png": b"\x89",
            "b.svg": b"<svg/>",
            "stdout.txt": b"__main__ snippets.card 0\nsvg.hashsalt: proofpress\n\xff",
        },
        reads=("snippets/card.py", "table.csv"),
    )


@pytest.mark.parametrize(
    ("code", "demands", "status", "tail"),
    [
        ("raise KeyError(1)\n", Demands(), 1, "KeyError: 1"),
        ("import sys\nsys.exit('no')\n", Demands(), 1, "no"),
        ("import os\nos._exit(3)\n", Demands(), 3, "the process ended by itself (status 3)"),
        ("while True: pass\n", Demands(timeout=1), 0, "stopped after 1 s"),
        ("while True: print('x' * 10**6)\n", Demands(), 0, "wrote more than 10 MB of output"),
        (
            "open('a.svg', 'wb').write(bytes(11 * 10**6))\n",
            Demands(),
            1,
            "left figures of more than 10 MB",
        ),
        ("open({outside!r}).read()\n", Demands(), 1, "outside the site"),
    ],
)
def test_a_demonstration_that_goes_wrong_says_why(
    tmp_path: Path, code: str, demands: Demands, status: int, tail: str
) -> None:
    (tmp_path / "data.csv").write_text("1,2\n")

    produced = demonstrate(
        tmp_path / "site", code.format(outside=str(tmp_path / "data.csv")), demands
    )

    assert produced.exit_code != 0
    assert status in (0, produced.exit_code)
    assert tail in produced.tail


def test_a_demonstration_runs_after_a_pass_if_it_is_asked_for(tmp_path: Path) -> None:
    shown = "print('shown')\n"
    plant(tmp_path, "def test_a(): pass\n", shown, slug="good")
    plant(tmp_path, "def test_a(): assert 0\n", shown, slug="bad")
    plant(tmp_path, "def test_a(): pass\n", shown, slug="quiet")

    good, bad, quiet = run_cards(
        tmp_path, ["good", "bad", "quiet"], jobs=2, timeout_seconds=60, demands={},
        with_main={"good", "bad"},
    )  # fmt: skip

    assert good.produced is not None
    assert good.produced.files == {"stdout.txt": b"shown\n"}
    assert good.reads == ("snippets/good.py", "tests/snippets/test_good.py")
    assert bad.produced is None
    assert quiet.produced is None
