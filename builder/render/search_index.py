"""The index of some pages, as MiniSearch 7 writes its own down.

In: documents, for each field its tokens with how often they stand there. Out: a value for JSON,
equal to what MiniSearch gives when it indexes the same documents with the same tokens (a test has
it do so). Pages are indexed here and not in readers' browsers, because of a thousand posts that
takes a second on a desktop machine and several on a telephone; loading what was written takes a
fifth of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# What is searched of a page, in MiniSearch's order; `names` are identifiers.
FIELDS = ("title", "headings", "names", "tags", "text")


def write_index(documents: Sequence[Mapping[str, Mapping[str, int]]]) -> dict[str, object]:
    """The index of documents, which are known by their positions."""
    terms: dict[str, dict[str, dict[str, int]]] = {}
    lengths: dict[str, list[int]] = {}
    averages = [0.0] * len(FIELDS)
    for position, document in enumerate(documents):
        name = str(position)
        lengths[name] = []
        for number, field in enumerate(FIELDS):
            counts = document[field]
            lengths[name].append(len(counts))
            # In this order and this way, or the last digits would be others than MiniSearch's.
            averages[number] = (averages[number] * position + len(counts)) / (position + 1)
            key = str(number)
            for term, count in counts.items():
                terms.setdefault(term, {}).setdefault(key, {})[name] = count
    count = len(documents)
    return {
        "documentCount": count,
        "nextId": count,
        "documentIds": {str(position): position for position in range(count)},
        "fieldIds": {field: number for number, field in enumerate(FIELDS)},
        "fieldLength": lengths,
        # JSON knows one kind of number, and MiniSearch writes a whole one without a point.
        "averageFieldLength": [int(value) if value.is_integer() else value for value in averages],
        "storedFields": {},
        "dirtCount": 0,
        "index": [[term, terms[term]] for term in sorted(terms)],
        "serializationVersion": 2,
    }
