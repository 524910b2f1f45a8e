"""The corpus's code blocks: five languages, a few shapes each, other names and numbers each time.

In: dice. Out: fenced Markdown code blocks. `@a@`, `@b@` are names, `@A@`, `@B@` the same
capitalised, `@n@`, `@m@` whole numbers and `@x@` a decimal one. No shape holds `{{` or `{%`, which
the peers' template languages would take for theirs.
"""

from __future__ import annotations

import re

from corpus_text import NOUNS, Dice

_PYTHON = (
    '''from dataclasses import dataclass


@dataclass(frozen=True)
class @A@:
    """What one @a@ knows of its @b@."""

    name: str
    @b@_count: int = @n@

    def is_full(self) -> bool:
        return self.@b@_count >= @m@  # measured, not guessed
''',
    '''def @a@_of(@b@s: list[float], limit: float = @x@) -> float:
    """The largest @a@ below `limit`; 0 if there is none."""
    best = 0.0
    for position, value in enumerate(@b@s):
        if value < limit and position % @n@ != 1:
            best = max(best, value * @m@)
    return best


if __name__ == "__main__":
    print(f"{@a@_of([@x@, 2.5, @n@]):.3f}")
''',
    """import json
from pathlib import Path


def read_@a@s(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError as problem:
                raise SystemExit(f"{path}: {problem}") from None
            found[record["@b@"]] = found.get(record["@b@"], @n@) + 1
    return {key: count for key, count in found.items() if count > @m@}
""",
    """class @A@Error(Exception):
    pass


async def drain(@a@, timeout=@x@):
    seen = set()
    while len(seen) < @n@:
        item = await @a@.get()
        if item is None or item in seen:
            raise @A@Error("the @b@ repeats", @m@)
        seen.add(item)
        yield item, lambda key: key.@b@[:-1]
""",
)
_JAVASCRIPT = (
    """export function @a@Of(@b@s, limit = @n@) {
  const seen = new Map();
  for (const item of @b@s) {
    const count = (seen.get(item.id) ?? 0) + 1;
    if (count > limit) throw new RangeError(`too many: ${item.id}`);
    seen.set(item.id, count);
  }
  return [...seen].filter(([, count]) => count >= @m@);
}
""",
    """class @A@ extends EventTarget {
  #@b@ = null;
  constructor({ size = @n@, delay = @x@ } = {}) {
    super();
    this.size = size;
    this.delay = delay; // in seconds
  }
  async open(address) {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    if (!answer.ok) return undefined;
    this.#@b@ = await answer.json();
    return this.#@b@.length === @m@;
  }
}
""",
    """const @a@ = document.querySelector("#@a@-@n@");
let @b@ = 0;
@a@?.addEventListener("click", (event) => {
  event.preventDefault();
  @b@ += @x@ * Math.sqrt(@m@);
  const text = /^[a-z]+-\\d{2,}$/i.test(@a@.id) ? "ready" : 'still "waiting"';
  @a@.textContent = text + @b@.toFixed(2);
  setTimeout(() => { @b@ = 0; }, @n@);
});
""",
)
_RUST = (
    """use std::collections::HashMap;

#[derive(Debug, Clone)]
pub struct @A@ {
    @b@: HashMap<String, u64>,
    limit: usize,
}

impl @A@ {
    /// A @a@ that holds at most `limit` entries.
    pub fn new(limit: usize) -> Self {
        Self { @b@: HashMap::with_capacity(@n@), limit }
    }

    pub fn insert(&mut self, key: &str) -> Option<u64> {
        if self.@b@.len() >= self.limit {
            return None;
        }
        let count = self.@b@.entry(key.to_string()).or_insert(@m@);
        *count += 1;
        Some(*count)
    }
}
""",
    """fn @a@_@b@(values: &[f64]) -> Result<f64, String> {
    let mut total = @x@;
    for (i, value) in values.iter().enumerate() {
        match value {
            v if v.is_nan() => return Err(format!("no number at {}", i)),
            v if *v < 0.0 => continue,
            v => total += v / @n@.0,
        }
    }
    Ok(total.max(@m@ as f64))
}
""",
    """fn main() {
    let @b@: Vec<u32> = (0..@n@).map(|i| i * 3 % @m@).collect();
    let threads: Vec<_> = @b@
        .chunks(8)
        .map(|part| part.to_vec())
        .map(|part| std::thread::spawn(move || part.iter().sum::<u32>()))
        .collect();
    let @a@: u32 = threads.into_iter().map(|t| t.join().unwrap()).sum();
    println!("{:>8} {}", @a@, 'x');
}
""",
)
_SQL = (
    """SELECT @a@.id, count(*) AS total, avg(@b@.weight) AS mean_weight
FROM @a@s AS @a@
LEFT JOIN @b@s AS @b@ ON @b@.@a@_id = @a@.id
WHERE @a@.created >= '2024-01-@d@' AND @b@.state <> 'closed'
GROUP BY @a@.id
HAVING count(*) > @n@
ORDER BY total DESC
LIMIT @m@;
""",
    """-- One row for each @a@; the newest @b@ wins.
CREATE TABLE @a@_@b@ (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    @b@_count integer DEFAULT @n@,
    score numeric(10, 2) CHECK (score >= @x@)
);
CREATE INDEX @a@_by_@b@ ON @a@_@b@ (@b@_count, score);
INSERT INTO @a@_@b@ (id, name, score) VALUES (@m@, 'first @a@', @x@);
""",
    """WITH ranked AS (
    SELECT id, @b@, row_number() OVER (PARTITION BY @b@ ORDER BY updated DESC) AS position
    FROM @a@s
    WHERE size BETWEEN @n@ AND @m@
)
UPDATE @a@s SET is_latest = true
FROM ranked
WHERE ranked.id = @a@s.id AND ranked.position = 1;
""",
)
_BASH = (
    """#!/usr/bin/env bash
set -euo pipefail

@a@_dir="${1:-/var/tmp/@a@}"
for file in "$@a@_dir"/*.@b@; do
    lines=$(wc -l < "$file")
    if [ "$lines" -gt @n@ ]; then
        echo "large: $file ($lines lines)" >&2
        gzip -9 "$file" && rm -f "$file.old"
    fi
done
""",
    """wait_for_@a@() {
    local tries=0
    until curl --silent --fail "http://127.0.0.1:@n@/@b@" > /dev/null; do
        tries=$((tries + 1))
        [[ $tries -lt @m@ ]] || return 1
        sleep @x@
    done
}

wait_for_@a@ || { echo 'no @a@ answered'; exit 1; }  # after @m@ tries
""",
    """find . -name '*.@a@' -size +@n@k -print0 |
    xargs -0 -n 1 -P 2 sha256sum |
    sort -k 2 > "@b@-@m@.txt"
awk '$1 ~ /^0/ { seen[$1]++ } END { for (k in seen) print k, seen[k] }' "@b@-@m@.txt"
export @a@_LIMIT=@n@
""",
)


def _split(shapes: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(re.split("@([a-zA-Z])@", shape)) for shape in shapes)


# Each shape is cut once into text, name, text, name, …, text: filling it in is a join.
_LANGUAGES = (
    ("python", _split(_PYTHON)),
    ("javascript", _split(_JAVASCRIPT)),
    ("rust", _split(_RUST)),
    ("sql", _split(_SQL)),
    ("bash", _split(_BASH)),
)


def draw_code(dice: Dice) -> str:
    """A fenced code block in one of five languages."""
    language, shapes = dice.pick(_LANGUAGES)
    pieces = list(dice.pick(shapes))
    a, b = dice.pick_several(NOUNS, 2)
    values = {
        "a": a,
        "b": b,
        "A": a.capitalize(),
        "B": b.capitalize(),
        "n": str(dice.below(9_000) + 3),
        "m": str(dice.below(900) + 3),
        "x": f"{dice.roll() * 10:.3f}",
        "d": f"{dice.below(28) + 1:02}",
    }
    pieces[1::2] = [values[name] for name in pieces[1::2]]
    return f"```{language}\n{''.join(pieces)}```"
