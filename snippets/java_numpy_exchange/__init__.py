"""Records in a memory-mapped file that Java and NumPy share, with a layout stated once, as a dtype.

In: a structured dtype. Out: the Java class with its offsets, and the same file as an array. A file
is 8 bytes that tell the layout and then the records, in little endian. Nothing is copied, and
nothing locks: who reads while the other writes may find half of a record.
"""

from hashlib import blake2b
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

Records = np.memmap[Any, np.dtype[Any]]

HEADER = 8  # bytes; a multiple of every alignment here, so that aligned records stay aligned

# For each NumPy type: Java's type, its ByteBuffer's word for it, what is read and what is written.
JAVA = {
    "|b1": ("boolean", "", "$ != 0", "(byte) ($ ? 1 : 0)"),
    "|i1": ("byte", "", "$", "$"),
    "<i2": ("short", "Short", "$", "$"),
    "<i4": ("int", "Int", "$", "$"),
    "<i8": ("long", "Long", "$", "$"),
    "<f4": ("float", "Float", "$", "$"),
    "<f8": ("double", "Double", "$", "$"),
    # Java has no unsigned types: one size up, and nothing is cut off on the way back.
    "|u1": ("int", "", "Byte.toUnsignedInt($)", "(byte) fit($, 0xFF)"),
    "<u2": ("int", "Short", "Short.toUnsignedInt($)", "(short) fit($, 0xFFFF)"),
    "<u4": ("long", "Int", "Integer.toUnsignedLong($)", "(int) fit($, 0xFFFFFFFFL)"),
}
CLASS = Template(Path(__file__).with_name("Records.java").read_text(encoding="utf-8"))


def java_class(layout: np.dtype[Any], name: str) -> str:
    """Java source with `get_x(row)` and `set_x(row, value)` for each field x at the dtype's offset.

    ValueError names a field that Java has no type for (uint64, text, big endian, nested), or a name
    that is no identifier.
    """
    if not (name.isascii() and name.isidentifier()):
        raise ValueError(f"Java has no class {name!r}")
    accessors = []
    for field, (kind, offset) in _fields(layout).items():
        java, word, read, written = JAVA[kind]
        got = read.replace("$", f"bytes.get{word}(at(row) + {offset})")
        put = f"bytes.put{word}(at(row) + {offset}, {written.replace('$', 'value')})"
        accessors.append(f"\n    {java} get_{field}(int row) {{ return {got}; }}\n")
        accessors.append(f"    void set_{field}(int row, {java} value) {{ {put}; }}\n")
    return CLASS.substitute(
        name=name,
        layout=f"0x{_fingerprint(layout):016x}L",
        header=HEADER,
        size=layout.itemsize,
        accessors="".join(accessors),
    )


def create_records(path: Path, layout: np.dtype[Any], count: int) -> Records:
    """A new file of `count` records of zeros, shape (count,); FileExistsError where one is.

    To cut off a file that others have mapped would end them with a bus error.
    """
    fingerprint = _fingerprint(layout)
    with path.open("xb") as file:
        file.write(fingerprint.to_bytes(HEADER, "little"))
    return np.memmap(path, layout, mode="r+", offset=HEADER, shape=(count,))


def open_records(path: Path, layout: np.dtype[Any]) -> Records:
    """The records of a file; what is assigned, the other side sees. ValueError for others."""
    with path.open("rb") as file:
        expected = file.read(HEADER) == _fingerprint(layout).to_bytes(HEADER, "little")
    count, rest = divmod(path.stat().st_size - HEADER, layout.itemsize)
    if rest or not expected:
        raise ValueError(f"{path.name} holds other records than {layout}")
    return np.memmap(path, layout, mode="r+", offset=HEADER, shape=(count,))


def _fields(layout: np.dtype[Any]) -> dict[str, tuple[str, int]]:
    """The type and the offset of each field, in the order of their names in the dtype."""
    fields = {name: layout.fields[name] for name in layout.names or ()} if layout.fields else {}
    for name, (kind, *_) in fields.items():
        if kind.str not in JAVA or not (name.isascii() and name.isidentifier()):
            raise ValueError(f"Java has no field {name!r} of type {kind}")
    if not fields:
        raise ValueError(f"{layout} has no fields")
    return {name: (kind.str, offset) for name, (kind, offset, *_) in fields.items()}


def _fingerprint(layout: np.dtype[Any]) -> int:
    # Not the class's name or its methods, only what decides where which bits are.
    stated = repr((layout.itemsize, _fields(layout)))
    return int.from_bytes(blake2b(stated.encode(), digest_size=8).digest(), "little")
