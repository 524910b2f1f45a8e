"""The command `evidence`: records shown, compared, taken in, checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder import evidence_commands as evidence
from builder.cards import Demands
from builder.codec import replace, sha256
from builder.errors import BuildFailed
from builder.evidence.digests import canonical_test
from builder.evidence.record import Record, RecordedOutput
from builder.evidence.statement import place_of, read_record, write_record
from builder.model import TIERS, Tier
from builder.run.source import digest_runner
from tests.builder.command import run
from tests.builder.evidence.records import (
    CUDA,
    CUDA_TEXT,
    ENVIRONMENT,
    FILES,
    KERNEL,
    STDOUT,
    TEST,
    digest_files,
    make_failure,
)
from tests.builder.evidence.records import make_record as make_any_record
from tests.builder.project import Project


def make_record(tier: Tier = "tests", **changes: object) -> Record:
    """A record made by this version of the runner, of a card whose page asks for nothing."""
    ours: dict[str, object] = {"runner": digest_runner()}
    if tier in ("tests", "simulated"):
        ours["test"] = canonical_test(Demands())
    return make_any_record(tier, **(ours | changes))


PLACE = "content/evidence/axpy/tests.json"


@pytest.fixture
def site(project: Project) -> Project:
    """A site with the card of the fixtures, without evidence."""
    for path, text in FILES.items():
        project.write(path, text)
    return project


def keep(site: Project, record: Record) -> None:
    """The record as the site's own, with its output."""
    site.write(place_of(record), write_record(record))
    if record.outputs:
        site.write("content/evidence/axpy/stdout.txt", STDOUT)


def file_of(record: Record, tmp_path: Path, name: str = "theirs.json") -> str:
    """The record in a file of its own, with its output beside it."""
    folder = tmp_path / "theirs"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(write_record(record))
    if record.outputs:
        (folder / "stdout.txt").write_bytes(STDOUT)
    return str(folder / name)


def refused(*call: object) -> str:
    """What a command says against its arguments."""
    command, *arguments = call
    assert callable(command)
    with pytest.raises(BuildFailed) as failed:
        command(*arguments)
    return str(failed.value)


# --- show


def test_a_record_is_shown_as_text(site: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keep(site, make_record())

    assert evidence.show(site.root, "axpy", "", False) == 0

    assert capsys.readouterr().out == (
        "content/evidence/axpy/tests.json\n"
        "    PASSED on 2026-11-20T10:00:00Z, in 0.125 s\n"
        "    it is of the present files\n"
        "    Python 3.11.7 (CPython, linux-x86_64)\n"
        "    numpy 2.4.6\n"
        "    also there: pytest 9.2.0\n"
        "    isolation: user, pid, mount and network namespaces\n"
        "    1 passed\n"
        "      passed            3 ms  tests/snippets/test_axpy.py::test_axpy\n"
        "    coverage: snippets/axpy.py, 3 of 3 statements\n"
        "    output: stdout.txt (the same twice)\n"
    )


def test_all_records_are_shown_in_the_order_of_tiers(
    site: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    for tier in TIERS:
        keep(site, make_record(tier))
    keep(site, make_failure())

    evidence.show(site.root, "axpy", "", False)

    shown = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert shown == [f"content/evidence/axpy/{name}.json" for name in (*TIERS, "failed")]


def test_a_measurement_is_shown_with_its_figures(
    site: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(site, make_record("measured"))

    evidence.show(site.root, "axpy", "measured", False)

    out = capsys.readouterr().out
    assert "    NVIDIA H200\n" in out
    assert "    83% of copy bandwidth at n = 2^26\n" in out
    assert "      share_of_copy = 0.83 at n = 67108864\n" in out
    assert "also there: nvcc 13.0.48" in out


def test_what_changed_since_is_shown(site: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keep(site, make_record())
    site.edit(KERNEL, "one pass", "once")
    site.delete(TEST)

    evidence.show(site.root, "axpy", "tests", False)

    assert f"it is not of what is here: {KERNEL} changed; {TEST} is gone" in capsys.readouterr().out


def test_one_record_as_json_is_its_file(site: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keep(site, make_record())

    evidence.show(site.root, "axpy", "tests", True)

    assert capsys.readouterr().out.rstrip("\n") == write_record(make_record()).decode().rstrip("\n")


def test_all_records_as_json_are_a_list(site: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keep(site, make_record())
    keep(site, make_record("measured"))

    evidence.show(site.root, "axpy", "", True)

    tiers = [item["predicate"]["tier"] for item in json.loads(capsys.readouterr().out)]
    assert tiers == ["tests", "measured"]


def test_a_card_without_records_has_a_way_out(site: Project) -> None:
    keep(site, make_record())

    assert "did you mean 'axpy'?" in refused(evidence.show, site.root, "axpi", "", False)
    assert "run proofpress test zzz" in refused(evidence.show, site.root, "zzz", "", False)
    assert "there is no record of '..'" in refused(evidence.show, site.root, "..", "", False)
    assert "there is no record" in refused(evidence.show, site.root, "../evidence/axpy", "", False)


def test_a_tier_that_has_no_record_is_not_taken_for_a_slip(site: Project) -> None:
    keep(site, make_record())

    with pytest.raises(BuildFailed, match="there is: tests") as failure:
        evidence.show(site.root, "axpy", "simulated", as_json=False)

    assert "did you mean" not in str(failure.value)


def test_a_tier_without_a_record_has_a_way_out(site: Project) -> None:
    keep(site, make_record())

    message = refused(evidence.show, site.root, "axpy", "testz", False)
    assert "'axpy' has no record 'testz'" in message
    assert "did you mean 'tests'?" in message


def test_a_damaged_record_is_not_shown(site: Project) -> None:
    keep(site, make_record())
    site.edit(PLACE, '"ms": 3', '"ms": 4')

    assert "was changed by hand or damaged" in refused(evidence.show, site.root, "axpy", "", False)


# --- diff


def test_two_files_are_compared(
    site: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = make_record(environment=replace(ENVIRONMENT, python="3.12.1"))
    old, new = file_of(make_record(), tmp_path, "a.json"), file_of(newer, tmp_path, "b.json")

    assert evidence.diff(site.root, old, new) == 0
    assert capsys.readouterr().out == "Python is 3.12.1, was 3.11.7\n"
    assert evidence.diff(site.root, old, old) == 0
    assert capsys.readouterr().out == "nothing changed, but for times\n"


def test_one_file_is_compared_with_the_sites_own_record(
    site: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(site, make_record())
    newer = make_record(environment=replace(ENVIRONMENT, python="3.12.1"))

    assert evidence.diff(site.root, file_of(newer, tmp_path), "") == 0
    assert capsys.readouterr().out == "Python is 3.12.1, was 3.11.7\n"


def test_a_file_that_is_not_there_is_a_problem(site: Project, tmp_path: Path) -> None:
    theirs = file_of(make_record(), tmp_path)

    assert "there is no such file" in refused(evidence.diff, site.root, "gone.json", theirs)
    assert "there is no such file" in refused(evidence.diff, site.root, f"{theirs}/x", "")
    assert "is a folder" in refused(evidence.diff, site.root, str(tmp_path), "")
    assert f"{PLACE}: there is no such file" in refused(evidence.diff, site.root, theirs, "")


# --- accept


@pytest.mark.parametrize("tier", ["tests", "simulated", "measured"])
def test_a_record_of_the_present_files_is_taken_in(
    site: Project, tmp_path: Path, tier: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record = make_record(tier)  # type: ignore[arg-type]  # one of the tiers

    assert evidence.accept(site.root, file_of(record, tmp_path)) == 0

    place = f"content/evidence/axpy/{tier}.json"
    assert read_record((site.root / place).read_bytes(), place) == record
    assert capsys.readouterr().out == f"took in {place}: the first of its kind\n"


def test_its_outputs_are_taken_along(site: Project, tmp_path: Path) -> None:
    evidence.accept(site.root, file_of(make_record(), tmp_path))

    folder = site.root / "content/evidence/axpy"
    assert sorted(file.name for file in folder.iterdir()) == ["stdout.txt", "tests.json"]
    assert (folder / "stdout.txt").read_bytes() == STDOUT


def test_an_output_that_the_site_has_need_not_come_along(site: Project, tmp_path: Path) -> None:
    site.write("content/evidence/axpy/stdout.txt", STDOUT)
    file = file_of(make_record(), tmp_path)
    (Path(file).parent / "stdout.txt").unlink()

    assert evidence.accept(site.root, file) == 0


def test_a_record_whose_output_is_missing_is_refused(site: Project, tmp_path: Path) -> None:
    file = file_of(make_record(), tmp_path)
    (Path(file).parent / "stdout.txt").write_bytes(b"something else\n")

    assert "names the output stdout.txt" in refused(evidence.accept, site.root, file)


def test_what_it_replaces_is_told(
    site: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(site, make_record())
    newer = make_record(
        started="2026-11-21T10:00:00Z", environment=replace(ENVIRONMENT, python="3.12.1")
    )

    evidence.accept(site.root, file_of(newer, tmp_path))

    assert capsys.readouterr().out == (
        f"took in {PLACE}: it replaces that of 2026-11-20T10:00:00Z\n"
        "    Python is 3.12.1, was 3.11.7\n"
    )
    assert (site.root / PLACE).read_bytes() == write_record(newer)


def test_a_compiled_record_names_files_of_other_languages(site: Project, tmp_path: Path) -> None:
    site.write(CUDA, CUDA_TEXT)
    every = digest_files({CUDA: CUDA_TEXT, KERNEL: FILES[KERNEL]})

    assert (
        evidence.accept(site.root, file_of(make_record("compiled", subjects=every), tmp_path)) == 0
    )


@pytest.mark.parametrize("record", [make_record(), make_record("measured")])
def test_a_record_of_other_files_is_refused(site: Project, tmp_path: Path, record: Record) -> None:
    site.edit(KERNEL, "one pass", "once")

    message = refused(evidence.accept, site.root, file_of(record, tmp_path))
    assert f"is not of what is here: {KERNEL} changed" in message
    assert not (site.root / "content/evidence").exists()


def test_a_record_that_leaves_files_of_the_card_out_is_refused(
    site: Project, tmp_path: Path
) -> None:
    few = digest_files({KERNEL: FILES[KERNEL]})
    file = file_of(make_record(subjects=few), tmp_path)
    assert f"{TEST} is not among its files" in refused(evidence.accept, site.root, file)

    file = file_of(make_record(subjects={}), tmp_path)
    assert f"{KERNEL} is not among its files" in refused(evidence.accept, site.root, file)


def test_a_failure_is_refused(site: Project, tmp_path: Path) -> None:
    assert "says FAILED" in refused(evidence.accept, site.root, file_of(make_failure(), tmp_path))


def test_a_record_of_another_site_is_refused(site: Project, tmp_path: Path) -> None:
    message = refused(evidence.accept, site.root, file_of(make_record(card="axp"), tmp_path))

    assert "is of 'axp', and no snippet is called that" in message
    assert "did you mean 'axpy'?" in message


def test_a_damaged_record_is_refused(site: Project, tmp_path: Path) -> None:
    file = Path(file_of(make_record(), tmp_path))
    file.write_bytes(file.read_bytes().replace(b'"ms": 3', b'"ms": 2'))

    assert "was changed by hand or damaged" in refused(evidence.accept, site.root, str(file))


def test_a_record_cannot_write_outside_its_folder(site: Project, tmp_path: Path) -> None:
    output = RecordedOutput("../../../escaped.txt", make_record().outputs[0].sha256)
    file = file_of(make_record(outputs=(output,)), tmp_path)
    assert "predicate.outputs[0].name" in refused(evidence.accept, site.root, file)

    file = file_of(make_record(card="../axpy"), tmp_path)
    assert "predicate.card" in refused(evidence.accept, site.root, file)


# --- verify


def test_sound_records_are_counted(site: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keep(site, make_record())
    keep(site, make_record("measured"))

    assert evidence.verify(site.root, []) == 0

    assert capsys.readouterr().out == (
        "content/evidence/axpy/measured.json  PASSED, of the present files\n"
        "content/evidence/axpy/tests.json  PASSED, of the present files\n"
        "2 records checked: all are whole\n"
    )


def test_a_record_of_other_files_is_still_whole(
    site: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(site, make_record())
    site.edit(KERNEL, "one pass", "once")

    assert evidence.verify(site.root, ["axpy"]) == 0
    assert f"PASSED, not of what is here: {KERNEL} changed" in capsys.readouterr().out


def test_every_wrong_file_is_named(site: Project) -> None:
    keep(site, make_record())
    keep(site, make_record("measured"))
    site.edit("content/evidence/axpy/measured.json", "83%", "93%")
    site.write("content/evidence/axpy/stdout.txt", "other\n")
    site.write("content/evidence/axpy/extra.json", write_record(make_record()))

    message = refused(evidence.verify, site.root, [])

    assert "content/evidence/axpy/measured.json: was changed by hand" in message
    assert "content/evidence/axpy/stdout.txt: is not the output that tests.json is of" in message
    assert "content/evidence/axpy/extra.json: is a record that belongs at" in message


def test_a_lost_output_is_named(site: Project) -> None:
    keep(site, make_record())
    site.delete("content/evidence/axpy/stdout.txt")

    message = refused(evidence.verify, site.root, [])
    assert "content/evidence/axpy/stdout.txt: is not there, where tests.json names" in message


def test_an_output_of_no_record_is_mentioned(
    site: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(site, make_record())
    site.write("content/evidence/axpy/old.svg", "<svg/>")

    assert evidence.verify(site.root, []) == 0
    assert "content/evidence/axpy/old.svg: warning: is in no record" in capsys.readouterr().out


def test_evidence_of_no_card_is_named(site: Project) -> None:
    keep(site, make_record(card="axpz"))

    message = refused(evidence.verify, site.root, [])
    assert "content/evidence/axpz: is evidence of no card" in message


def test_only_the_cards_asked_for_are_checked(site: Project) -> None:
    keep(site, make_record())
    site.write("content/evidence/other/tests.json", "{}")

    assert evidence.verify(site.root, ["axpy"]) == 0
    assert "content/evidence/other" in refused(evidence.verify, site.root, ["other"])
    assert "there is no record of 'axpi'" in refused(evidence.verify, site.root, ["axpi"])


def test_a_site_without_evidence_is_whole(
    site: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evidence.verify(site.root, []) == 0
    assert capsys.readouterr().out == "there are no records yet\n"


# --- Exit codes


def test_exit_codes_are_0_for_what_is_sound_and_1_for_what_is_not(
    site: Project, tmp_path: Path
) -> None:
    keep(site, make_record())
    theirs = file_of(make_record(), tmp_path)

    for asked in (["show", "axpy"], ["diff", theirs], ["accept", theirs], ["verify"]):
        assert run("evidence", *asked, "--root", site.root).code == 0, asked

    site.edit(PLACE, '"ms": 3', '"ms": 4')
    site.edit(KERNEL, "one pass", "once")
    for asked in (["show", "axpy"], ["diff", theirs], ["accept", theirs], ["verify"]):
        done = run("evidence", *asked, "--root", site.root)
        assert (done.code, done.out) == (1, ""), asked
        assert "axpy" in done.err


# --- Pages with doctests

PAGE = "---\ntitle: T\ndate: 2026-01-01\n---\nWords.\n\n```python\n>>> 1 + 1\n2\n```\n"


def page_record(**changes: object) -> Record:
    """A record of the doctest in `PAGE`."""
    subjects = {"content/posts/sum.md#doctests": sha256(b">>> 1 + 1\n2\n").hex()}
    values = {"card": "posts.sum", "subjects": subjects, "outputs": (), "coverage": (), **changes}
    return make_record(**values)  # type: ignore[arg-type]


def test_a_record_of_a_pages_doctests_stands_by_them_and_not_by_its_words(
    site: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write("posts/sum.md", PAGE.replace("Words", "Other words"))
    assert evidence.accept(site.root, file_of(page_record(), tmp_path)) == 0
    assert evidence.verify(site.root, []) == 0
    assert "posts.sum/tests.json  PASSED, of the present files" in capsys.readouterr().out

    site.edit("posts/sum.md", "1 + 1", "1 + 2")
    assert evidence.verify(site.root, []) == 0
    assert "PASSED, not of what is here: content/posts/sum.md#doctests" in capsys.readouterr().out
    message = refused(evidence.accept, site.root, file_of(page_record(), tmp_path))
    assert "is not of what is here: content/posts/sum.md#doctests changed" in message


def test_a_record_of_another_pages_doctests_is_refused(site: Project, tmp_path: Path) -> None:
    site.write("posts/sum.md", PAGE)

    message = refused(evidence.accept, site.root, file_of(page_record(card="posts.add"), tmp_path))
    assert "is not of what is here: content/posts/sum.md#doctests is gone" in message

    site.delete("posts/sum.md")
    message = refused(evidence.accept, site.root, file_of(page_record(), tmp_path))
    assert "is not of what is here: content/posts/sum.md#doctests is gone" in message
