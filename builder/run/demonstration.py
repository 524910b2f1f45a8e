"""A card's demonstration in a process of its own: what `outputs` starts, as a script.

In: an order as JSON. Out: what `python -m snippets.<slug>` would print; in the results file, the
files that it read. It must not import the builder.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.run import ears, fresh
else:  # beside this file, but neither it nor the builder is on the card's path

    def _beside(name):
        spec = spec_from_file_location(
            f"_proofpress_{name}", Path(__file__).with_name(f"{name}.py")
        )
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    ears, fresh = map(_beside, ("ears", "fresh"))


def main(order: dict[str, Any]) -> None:
    """Runs the module that the order names as Python's `-m` does."""
    root, work = Path(order["root"]), Path(order["work"])
    results = os.open(work / "results.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(line: dict[str, object]) -> None:
        os.write(results, json.dumps(line).encode() + b"\n")

    sys.addaudithook(ears.Ears(root, work, write))
    if (work / "isolation").read_text(encoding="utf-8") == "processes":
        sys.addaudithook(ears.refuse(root, has_network=order["network"]))
    fresh.read_only_sources(root)
    del sys.argv[1:]
    runpy.run_module(order["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
