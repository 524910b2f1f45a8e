"""Proof of the card `java_numpy_exchange`: real Java against NumPy, ctypes and struct.

One `javac` compiles all that is needed. The usual mistakes are Java programs, run by the same Java.
Without a JDK the tests that need one are skipped; with CI set they fail.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets import java_numpy_exchange as module
from snippets.java_numpy_exchange import HEADER, JAVA, create_records, java_class, open_records
from snippets.java_numpy_exchange.__main__ import READING, main

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# A small, quickly started Java; the sandbox counts what it reserves.
JAVA_OPTIONS = ["-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
Java = list[str]  # the command, up to the name of a class


def some_layouts() -> list[np.dtype[Any]]:
    """Each type at least once; packed, aligned, and with gaps in places of its own."""
    random = Random(0)
    layouts: list[np.dtype[Any]] = []
    for number in range(12):
        kinds = [*JAVA] if number < 3 else random.choices([*JAVA], k=random.randint(1, 6))
        random.shuffle(kinds)
        fields = [(f"f{place}", kind) for place, kind in enumerate(kinds)]
        layout = np.dtype(fields, align=number % 3 == 0)
        if number % 3 == 2:
            places = [3 + 11 * place for place in range(len(kinds))]
            names = [name for name, _ in fields]
            form = {"names": names, "formats": kinds, "offsets": places, "itemsize": 150}
            layout = np.dtype(form)  # type: ignore[call-overload]  # a dict is right as well
        layouts.append(layout)
    return [*layouts, np.dtype([("alone", "|i1")])]


LAYOUTS = some_layouts()


def echo_of(number: int) -> str:
    """Java that prints the count and the fields of row 0, and copies them to row 1 one by one."""
    body = "System.out.println(r.count());\n" + "".join(
        f"System.out.println({shown(kind, f'r.get_{name}(0)')});r.set_{name}(1, r.get_{name}(0));\n"
        for name, (kind, *_) in (LAYOUTS[number].fields or {}).items()
    )
    return (
        f"static void l{number}(Path p) throws Exception {{ var r = L{number}.open(p);\n{body}}}\n"
    )


def shown(kind: np.dtype[Any], value: str) -> str:
    return {"f4": f"Float.toHexString({value})", "f8": f"Double.toHexString({value})"}.get(
        kind.str[1:], value
    )


ECHO = f"""import java.nio.file.Path;
class Echo {{
{"".join(map(echo_of, range(len(LAYOUTS))))}
public static void main(String[] folder) throws Exception {{
{"".join(f'l{n}(Path.of(folder[0], "l{n}"));' for n in range(len(LAYOUTS)))}
}} }}
"""

# Waits for a line, shows what NumPy has written, writes, and waits again.
LIVE = """import java.nio.file.Path;
class Live {
  public static void main(String[] given) throws Exception {
    var readings = Reading.open(Path.of(given[0]));
    while (System.in.read() != -1) {
      System.out.println(readings.get_time(1));
      readings.set_time(0, readings.get_time(1) * 2);
      System.out.println("written");
    }
} }
"""

CREATE = """import java.nio.file.Path;
class Create {
  public static void main(String[] given) throws Exception {
    var readings = Reading.create(Path.of(given[0]), 2);
    readings.set_time(0, 0x0102030405060708L);
    readings.set_sensor(0, 0x0A0B);
    readings.set_valid(1, true);
    readings.set_degrees(1, -2.5);
} }
"""

REFUSE = """import java.nio.file.Path;
class Refuse {
  interface Act { void run() throws Exception; }
  static void attempt(Act act) {
    try { act.run(); System.out.println("done"); }
    catch (Exception e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
  public static void main(String[] given) throws Exception {
    for (String each : given) attempt(() -> Reading.open(Path.of(each)));
    attempt(() -> Reading.create(Path.of(given[0]), 1));
    var readings = Reading.open(Path.of(given[0]));
    attempt(() -> readings.get_time(2));
    attempt(() -> readings.set_degrees(-1, 0));  // where the header is
    attempt(() -> readings.set_sensor(0, 65536));
    attempt(() -> readings.set_sensor(0, -1));
    attempt(() -> readings.set_sensor(0, 65535));
} }
"""

# What is usually written, one mistake a method; each gets a folder to write to.
USUAL = """import java.nio.*;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import static java.nio.file.StandardOpenOption.*;
class Usual {
  static void write(String name, ByteBuffer bytes) throws Exception {
    try (var file = FileChannel.open(Path.of(name), CREATE, WRITE)) { file.write(bytes); }
  }
  static ByteBuffer little() { return ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN); }
  public static void main(String[] folder) throws Exception {
    String at = folder[0] + "/";
    write(at + "default order", ByteBuffer.allocate(8).putLong(1).flip());
    write(at + "one after the other",
        little().putLong(7).putShort((short) 9).put((byte) 1).putDouble(2.5).rewind());
    write(at + "no flip", little().putLong(1).putLong(2).putLong(3));
    write(at + "half full, no flip", little().putLong(1));
    write(at + "half full, flip", little().putLong(1).flip());
    var whole = little().putLong(0, 1);
    System.out.println(whole.getLong(0) + " " + whole.slice().getLong(0)
        + " " + whole.duplicate().getLong(0));
    System.out.println(little().putShort(0, (short) 65535).getShort(0));
} }
"""


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Java:
    """All the classes, compiled, and how to run one of them."""
    if shutil.which("javac") is None and "CI" not in os.environ:
        pytest.skip("javac is not installed; Debian has it in default-jdk-headless")
    folder = tmp_path_factory.mktemp("classes")
    sources = {
        f"L{number}": java_class(layout, f"L{number}") for number, layout in enumerate(LAYOUTS)
    }
    sources |= {"Reading": java_class(READING, "Reading"), "Echo": ECHO, "Live": LIVE}
    sources |= {"Create": CREATE, "Refuse": REFUSE, "Usual": USUAL}
    for name, source in sources.items():
        (folder / f"{name}.java").write_text(source, encoding="utf-8")
    files = [*folder.glob("*.java"), Path(module.__file__).with_name("Convert.java")]
    compiled = subprocess.run(
        ["javac", "-J-Xmx256m", "-J-XX:+UseSerialGC", "-Xlint:all", "-d", folder, *files],
        capture_output=True,
        text=True,
    )
    assert (compiled.returncode, compiled.stdout + compiled.stderr) == (0, "")

    return ["java", *JAVA_OPTIONS, "-cp", str(folder)]


def run(java: Java, *arguments: object) -> str:
    """What a class prints."""
    command = [*java, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def random_records(records: np.memmap[Any, Any], random: np.random.Generator) -> None:
    """Row 0 full of noise, with truth values that are 0 or 1 and floats that are numbers."""
    for name, (kind, *_) in (records.dtype.fields or {}).items():
        if kind.kind == "f":
            records[name][0] = random.choice(
                [-0.0, np.inf, random.normal(), random.normal() * 1e-40]
            )
        else:
            noise = np.frombuffer(random.bytes(kind.itemsize), f"u{kind.itemsize}")
            records[name][0] = (noise & 1 if kind.kind == "b" else noise).view(kind)[0]


# --- Java and NumPy see the same ------------------------------------------------------------------


def test_every_type_at_any_offset_reads_and_writes_alike(java: Java, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    files = []
    for number, layout in enumerate(LAYOUTS):
        records = create_records(tmp_path / f"l{number}", layout, 3)
        random_records(records, random)
        files.append(records)
    said = iter(run(java, "Echo", tmp_path).split())
    for records in files:
        assert next(said) == "3"
        for name, (kind, *_) in (records.dtype.fields or {}).items():
            word, value = next(said), records[name][0]
            if kind.kind == "f":
                heard = float(word) if "Infinity" in word else float.fromhex(word)
                assert heard.hex() == float(value).hex()
            else:
                assert word.lower() == str(value).lower()
            assert records[name][1].tobytes() == value.tobytes()
        assert not records[2].tobytes().strip(b"\0")
    assert next(said, None) is None


def test_what_lies_between_the_fields_is_left_alone(java: Java, tmp_path: Path) -> None:
    for number, layout in enumerate(LAYOUTS):
        file = tmp_path / f"l{number}"
        create_records(file, layout, 3)
        file.write_bytes(file.read_bytes()[:HEADER] + b"\xff" * (3 * layout.itemsize))
        for name in layout.names or ():
            open_records(file, layout)[name] = 0
    run(java, "Echo", tmp_path)
    for number, layout in enumerate(LAYOUTS):
        first, second, third = open_records(tmp_path / f"l{number}", layout)
        assert first.tobytes() == second.tobytes() == third.tobytes()


def test_java_makes_the_bytes_that_the_layout_says(java: Java, tmp_path: Path) -> None:
    run(java, "Create", tmp_path / "new")
    written = (tmp_path / "new").read_bytes()[HEADER:]
    assert written == struct.pack(
        "<qH?5xdqH?5xd", 0x0102030405060708, 0x0A0B, False, 0, 0, 0, True, -2.5
    )
    readings = open_records(tmp_path / "new", READING)
    assert readings.tolist() == [(0x0102030405060708, 0x0A0B, False, 0.0), (0, 0, True, -2.5)]


def test_both_see_at_once_what_the_other_writes(java: Java, tmp_path: Path) -> None:
    readings = create_records(tmp_path / "shared", READING, 2)
    command = [*java, "Live", str(tmp_path / "shared")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for value in (21, -4, 2**60):
            readings["time"][1] = value  # no flush, nothing is closed
            other.stdin.write("\n")
            other.stdin.flush()
            assert int(other.stdout.readline()) == value
            assert other.stdout.readline() == "written\n"
            assert readings["time"][0] == value * 2
        other.stdin.close()
    assert other.returncode == 0


def test_java_refuses_what_would_be_read_wrongly(java: Java, tmp_path: Path) -> None:
    create_records(tmp_path / "right", READING, 2)
    other = np.dtype([(name, READING[name]) for name in READING.names or ()])  # packed
    create_records(tmp_path / "packed", other, 24)  # 24 of 19 bytes are 19 of 24
    whole = (tmp_path / "right").read_bytes()
    for name, cut in (("torn", -1), ("header alone", 7), ("nothing", 0)):
        (tmp_path / name).write_bytes(whole[:cut])
    names = ["right", "packed", "torn", "header alone", "nothing", "absent"]
    said = run(java, "Refuse", *(tmp_path / name for name in names)).splitlines()
    wrong = "IOException: the file holds other records than Reading"
    assert said[:6] == [
        "done",
        wrong,
        wrong,
        wrong,
        wrong,
        f"NoSuchFileException: {tmp_path}/absent",
    ]
    assert said[6] == f"FileAlreadyExistsException: {tmp_path}/right"
    assert [line.split(":")[0] for line in said[7:9]] == ["IndexOutOfBoundsException"] * 2
    fits = "IllegalArgumentException: {} does not fit"
    assert said[9:] == [fits.format(65536), fits.format(-1), "done"]
    assert open_records(tmp_path / "right", READING)["sensor"].tolist() == [65535, 0]
    assert (tmp_path / "right").stat().st_size == len(whole)


# --- The usual mistakes ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def usual(java: Java, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder with what the mistakes have written, and what they have printed."""
    folder = tmp_path_factory.mktemp("usual")
    return folder, run(java, "Usual", folder).splitlines()


Mistakes = tuple[Path, list[str]]


def test_java_writes_big_endian_unless_told_otherwise(usual: Mistakes) -> None:
    folder, said = usual
    assert np.fromfile(folder / "default order", "<i8").tolist() == [2**56]
    assert said[0] == f"1 {2**56} {2**56}"  # a slice and a duplicate forget the order


def test_one_after_the_other_is_not_aligned(usual: Mistakes) -> None:
    wrong = np.fromfile(usual[0] / "one after the other", READING)
    assert wrong[["time", "sensor", "valid"]].tolist() == [(7, 9, True)]
    assert wrong["degrees"].item() != 2.5


def test_without_a_flip_the_rest_is_written_and_not_the_record(usual: Mistakes) -> None:
    folder, _ = usual
    assert (folder / "no flip").read_bytes() == b""
    assert (folder / "half full, no flip").read_bytes() == bytes(16)
    assert (folder / "half full, flip").read_bytes() == struct.pack("<q", 1)


def test_a_short_of_java_has_a_sign(usual: Mistakes) -> None:
    assert usual[1][1] == "-1"


# --- Layout ---------------------------------------------------------------------------------------


def test_the_aligned_layout_is_that_of_c(tmp_path: Path) -> None:
    class Reading(ctypes.Structure):
        _fields_ = (
            ("time", ctypes.c_int64),
            ("sensor", ctypes.c_uint16),
            ("valid", ctypes.c_bool),
            ("degrees", ctypes.c_double),
        )

    assert READING.itemsize == ctypes.sizeof(Reading)
    for name, (_, offset, *_) in (READING.fields or {}).items():
        assert offset == getattr(Reading, name).offset
    assert READING.isalignedstruct
    readings = create_records(tmp_path / "aligned", READING, 1)
    assert all(readings[name].flags.aligned for name in READING.names or ())


def test_any_difference_between_layouts_is_noticed(tmp_path: Path) -> None:
    base = {"names": ["a", "b"], "formats": ["<i4", "<i4"], "offsets": [0, 8], "itemsize": 16}
    changes: list[dict[str, Any]] = [
        {"names": ["a", "c"]},
        {"names": ["b", "a"]},
        {"formats": ["<i4", "<f4"]},
        {"formats": ["<i4", "<u4"]},
        {"offsets": [0, 4]},
        {"itemsize": 12},
        {"itemsize": 24},
    ]
    create_records(tmp_path / "base", np.dtype(base), 3)  # type: ignore[call-overload]
    for change in changes:
        other = np.dtype({**base, **change})  # type: ignore[call-overload]
        with pytest.raises(ValueError, match="base holds other records"):
            open_records(tmp_path / "base", other)
    again = np.dtype({**base})  # type: ignore[call-overload]
    assert open_records(tmp_path / "base", again).shape == (3,)


def test_the_fingerprint_of_a_layout_never_changes(tmp_path: Path) -> None:
    # Files outlive programs. Whoever changes this number makes all of them unreadable.
    create_records(tmp_path / "readings", READING, 0)
    assert (tmp_path / "readings").read_bytes().hex() == "e008ec781c71bcf0"


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        ([("n", "<u8")], "'n' of type uint64"),
        ([("good", "<i4"), ("bad", ">i4")], "'bad' of type >i4"),
        ([("text", "S4")], r"'text' of type \|S4"),
        ([("when", "<M8[s]")], "'when' of type datetime64"),
        ([("point", [("x", "<f8")])], "'point' of type"),
        ([("vector", "<f8", (3,))], "'vector' of type"),
        ([("half", "<f2")], "'half' of type float16"),
        ([("a b", "<i4")], "'a b' of type int32"),
        ([("größe", "<i4")], "'größe' of type int32"),
        ("<f8", "float64 has no fields"),
        ([], "has no fields"),
    ],
)
def test_what_java_has_no_type_for_is_refused(layout: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        java_class(np.dtype(layout), "Bad")
    with pytest.raises(ValueError, match=says):
        create_records(tmp_path / "bad", np.dtype(layout), 1)
    assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize("name", ["two words", "", "9lives", "Größe"])
def test_a_class_needs_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="Java has no class"):
        java_class(READING, name)


# --- Files ----------------------------------------------------------------------------------------


@unhurried
@given(st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_records_come_back(tmp_path_factory: pytest.TempPathFactory, count: int, seed: int) -> None:
    path = tmp_path_factory.mktemp("records") / "readings"
    records = create_records(path, READING, count)
    assert not records.tobytes().strip(b"\0")
    records["time"] = np.random.default_rng(seed).integers(-(2**62), 2**62, count)
    again = open_records(path, READING)
    assert again.shape == (count,)
    assert again["time"].tolist() == records["time"].tolist()
    assert path.stat().st_size == HEADER + count * READING.itemsize


def test_nothing_is_copied(tmp_path: Path) -> None:
    first = create_records(tmp_path / "readings", READING, 2)
    second = open_records(tmp_path / "readings", READING)
    second["degrees"][1] = 1.5
    assert first[1]["degrees"] == 1.5
    assert (tmp_path / "readings").read_bytes().endswith(struct.pack("<d", 1.5))


def test_a_file_in_use_is_not_replaced(tmp_path: Path) -> None:
    readings = create_records(tmp_path / "readings", READING, 2000)
    readings["time"] = 5
    with pytest.raises(FileExistsError):
        create_records(tmp_path / "readings", READING, 0)
    assert readings["time"][1999] == 5


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    create_records(tmp_path / "readings", READING, 2)
    whole = (tmp_path / "readings").read_bytes()
    for size in (0, HEADER - 1, HEADER + 1, len(whole) - 1):
        (tmp_path / "readings").write_bytes(whole[:size])
        with pytest.raises(ValueError, match="readings holds other records"):
            open_records(tmp_path / "readings", READING)


@pytest.mark.usefixtures("java")
def test_the_demonstration_converts_what_numpy_holds(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    shown = capsys.readouterr().out
    assert "degrees  <f8  at byte 16 of 24\n" in shown
    before, after = shown.split("NumPy looks again\n")
    assert "(1700000000, 65535, True, 300.0)" in before
    assert "of sensor 65535\n" in before
    assert after.splitlines()[1:] == [
        "  (1700000001, 65535, False, -1.0)",
        "  (1700000002, 65535, True, 0.0)",
    ]
