"""Readings to a Markdown table and to JSON.

In: readings by case and generator. Out: text. It measures nothing.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from measure import Reading
from peers import Generator

OURS = "Proofpress"


@dataclass(frozen=True)
class Results:
    """All readings of one run: `readings[case][generator]`, one per finished round."""

    posts: int
    rounds: int
    generators: Sequence[Generator]
    readings: dict[str, dict[str, list[Reading]]]
    is_complete: bool


def write_markdown(results: Results) -> str:
    """The tables, what they were measured on, and what is not alike."""
    heading = f"# Builds of {results.posts:,} posts"
    if not results.is_complete:
        heading += " (incomplete: the run was broken off)"
    versions = "; ".join(f"{g.name} {g.version}" for g in results.generators)
    rounds = "one round" if results.rounds == 1 else f"{results.rounds} rounds in turn"
    parts = [
        f"{heading}\n\n{_today()} · {describe_machine()} · {rounds}\n\n{versions}",
        "Median (smallest–largest) of fresh processes; × is the ratio of medians to Proofpress.",
        _table("Wall time, seconds", results, lambda reading: reading.wall_s),
        _table("CPU time of all processes, seconds", results, lambda reading: reading.cpu_s),
        _table("Peak memory of the largest process, MB", results, lambda r: r.peak_bytes / 1e6),
        _per_post(results),
        "What is not alike:\n\n"
        + "\n".join(f"- **{g.name}**: {g.remark}." for g in results.generators),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_json(results: Results) -> str:
    """Every reading, unrounded."""
    value = {
        "posts": results.posts,
        "rounds": results.rounds,
        "is_complete": results.is_complete,
        "date": _today(),
        "machine": describe_machine(),
        "versions": {g.name: g.version for g in results.generators},
        "readings": {
            case: {name: [asdict(reading) for reading in list_] for name, list_ in row.items()}
            for case, row in results.readings.items()
        },
    }
    return json.dumps(value, indent=2) + "\n"


def describe_machine() -> str:
    """Cores, processor, memory and operating system; no name of the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{cores} cores, {model}, {memory:.0f} GB · {platform.system()} {platform.machine()}"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _table(title: str, results: Results, quantity: Callable[[Reading], float]) -> str:
    names = [generator.name for generator in results.generators]
    rows = [f"| {title} | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for case, by_name in results.readings.items():
        values = {name: [quantity(r) for r in by_name[name]] for name in names if by_name.get(name)}
        if values:
            cells = [_cell(values.get(name), values.get(OURS), name) for name in names]
            rows.append(f"| {case} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cell(values: list[float] | None, ours: list[float] | None, name: str) -> str:
    if not values:
        return "–"
    text = _number(median(values))
    if len(values) > 1:
        text += f" ({_number(min(values))}–{_number(max(values))})"
    if ours and name != OURS:
        text += f" ×{_number(median(values) / median(ours))}"
    return text


def _number(value: float) -> str:
    """Three significant digits; at most three decimals, and every digit before the point."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _per_post(results: Results) -> str:
    cold = results.readings.get("cold build", {})
    costs = [
        f"{name} {median(r.cpu_s for r in readings) / results.posts * 1000:.2f} CPU ms"
        for name, readings in cold.items()
        if readings
    ]
    return f"A cold build's cost per post: {', '.join(costs)}." if costs else ""
