"""Let Java turn kelvin into degrees Celsius in an array that NumPy holds all the while."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from snippets.java_numpy_exchange import create_records, java_class

# region reading
READING = np.dtype(
    [("time", "<i8"), ("sensor", "<u2"), ("valid", "?"), ("degrees", "<f8")], align=True
)
# endregion reading


def main() -> None:
    """Show the layout and the array before and after; the array is not read again in between."""
    for name, (kind, offset, *_) in (READING.fields or {}).items():
        print(f"{name:8} {kind.str:4} at byte {offset} of {READING.itemsize}")
    with tempfile.TemporaryDirectory() as folder:
        path, source = Path(folder, "readings"), Path(folder, "Reading.java")
        source.write_text(java_class(READING, "Reading"), encoding="utf-8")
        program = Path(__file__).with_name("Convert.java")
        subprocess.run(["javac", "-d", folder, source, program], check=True)

        readings = create_records(path, READING, 3)
        readings["time"] = 1_700_000_000 + np.arange(3)
        readings["sensor"], readings["valid"] = 65_535, [True, False, True]
        readings["degrees"] = [300.0, -1.0, 273.15]
        print("\nNumPy writes", *readings, sep="\n  ")
        convert = ["java", "-cp", folder, "Convert", str(path)]
        print(subprocess.run(convert, check=True, capture_output=True, text=True).stdout, end="")
        print("NumPy looks again", *readings, sep="\n  ")


if __name__ == "__main__":
    main()
