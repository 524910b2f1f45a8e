"""A published site rechecked with nothing else at hand: digests, displayed code, records.

In: a folder or an address. Out: a `Verification`. It believes nothing that the site says of itself
before another file of the site says the same: what is listed in SHA256SUMS, shown on a page,
offered as a download and named in a record must agree. Whoever rewrites all of them consistently is
not found out by this: compare SHA256SUMS itself with one from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from builder.cards.listing import shown_lines
from builder.cards.outputs import read_text
from builder.check.claims import Claim, Claims, read_claims, wrong_in, wrong_with
from builder.check.published import Published, Unreadable, open_published
from builder.check.shown import Badge, Shown, find_shown
from builder.check.sums import SUMS_NAME, parse_sums
from builder.codec import Value, sha256
from builder.evidence.record import Record
from builder.evidence.statement import read_record

CONNECTIONS = 6
STATUS = "status.json"
STATUS_PAGE = "status/index.html"
# Where records and outputs lie in a project; on the site they lie without "content/".
CONTENT = "content/"
EVIDENCE = "evidence/"
# A record is of the published bytes, whatever versions the site asks for now.
SAME_BYTES = ("current", "unmet")


class Verification(Value, frozen=True):
    """What was found: mismatches name file, card and difference; notes need no action."""

    mismatches: tuple[str, ...]
    notes: tuple[str, ...] = ()
    files: int = 0
    listings: int = 0
    cards: int = 0

    @property
    def summary(self) -> str:
        """The closing line."""
        if not self.files:
            return "nothing was verified"
        found = len(self.mismatches)
        said = _counted(found, "mismatch", "mismatches") if found else "no mismatch"
        return (
            f"{_counted(self.files, 'file')}, {_counted(self.listings, 'listing')}, "
            f"{_counted(self.cards, 'card')} verified: {said}"
        )


def why_no_site(target: str) -> str:
    """Why there can be no site at a target, in words; "" if there can."""
    # An empty one would be the working folder: rather a variable that a script never set.
    if target.startswith(("http://", "https://")) or (target and Path(target).is_dir()):
        return ""
    hint = "name the folder of a built site, or its address with https://"
    if target and Path(target).exists():
        return f"'{target}' is no folder; {hint}"
    return f"there is no folder '{target}'; {hint}"


def verify_site(target: str) -> Verification:
    """The site in a folder, or at an http(s) address, rechecked."""
    site = open_published(target)
    try:
        text = site.read(SUMS_NAME).decode("utf-8-sig", "replace")
    except Unreadable as error:
        return Verification(
            (f"{SUMS_NAME}: {error}: is a site that proofpress built at {target}?",)
        )
    listed, problems = parse_sums(text)
    mismatches = [f"{SUMS_NAME}:{problem.line}: {problem.message}" for problem in problems]
    if not text.strip():
        mismatches = [f"{SUMS_NAME}: it lists no file"]
    notes: list[str] = []
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        files = dict(zip(listed, pool.map(partial(_examine, site), listed), strict=True))
    for path, file in files.items():
        if file.fault and site.may_lack(path):
            notes.append(f"{path}: {file.fault}; it is for the host")
        elif file.fault:
            mismatches.append(f"{path}: {file.fault}, and {SUMS_NAME} lists it")
        elif file.sha256 != listed[path]:
            mismatches.append(f"{path}: its SHA-256 is not the one in {SUMS_NAME}")
    unlisted = sorted(site.list_files() - listed.keys() - {SUMS_NAME})
    notes += [f"{path}: not listed in {SUMS_NAME}" for path in unlisted]
    sources = _Sources(site, listed)
    claims = read_claims(sources.get(STATUS))
    mismatches += [f"{STATUS}: {claims.fault}"] if claims.fault else []
    records = _Records(sources, claims.records)
    mismatches += records.mismatches
    shown = [(path, figure) for path, file in files.items() for figure in file.shown]
    for path, figure in shown:
        mismatches += [
            f"{path}: card '{figure.card}': {said}"
            for said in _check_figure(figure, sources.get, records)
        ]
    mismatches += [
        f"{path}: card '{badge.card}': {said}"
        for path, file in files.items()
        for badge in file.badges
        for said in _check_badge(badge, records)
    ]
    mismatches += _check_lines(claims, files, sources)
    cards = {figure.card for _, figure in shown} | claims.lines.keys()
    return Verification(
        tuple(dict.fromkeys(mismatches)), tuple(notes), len(files), len(shown), len(cards)
    )


class _File(Value, frozen=True):
    """A listed file: its digest, what it shows of cards; or why it can't be had."""

    sha256: str = ""
    fault: str = ""
    shown: tuple[Shown, ...] = ()
    badges: tuple[Badge, ...] = ()


def _examine(site: Published, path: str) -> _File:
    try:
        data = site.read(path)
    except Unreadable as error:
        return _File(fault=str(error))
    if not path.endswith((".html", ".htm")):
        return _File(sha256(data).hex())
    shown, badges = find_shown(data.decode("utf-8", "replace"))
    return _File(sha256(data).hex(), "", shown, badges)


class _Sources:
    """The few files that are compared with others, each read once."""

    def __init__(self, site: Published, listed: Iterable[str]) -> None:  # as the class says
        self.site = site
        self.listed = frozenset(listed)
        self.known: dict[str, bytes | None] = {}

    def get(self, path: str) -> bytes | None:
        """A listed file's bytes; None if it is not listed, or can't be had (which was told)."""
        if path not in self.known:
            try:
                self.known[path] = self.site.read(path) if path in self.listed else None
            except Unreadable:
                self.known[path] = None
        return self.known[path]


class _Records:
    """The records that the site's status names, held against the downloads."""

    def __init__(self, sources: _Sources, claims: Iterable[Claim]) -> None:  # as the class says
        self.mismatches: list[str] = []
        self.claims: dict[str, list[Claim]] = {}
        self.by_claim: dict[tuple[str, str], Record] = {}
        for claim in claims:
            self.claims.setdefault(claim.card, []).append(claim)
            path = f"{EVIDENCE}{claim.card}/{claim.tier}.json"
            said = list(self._read(claim, path, sources))
            self.mismatches += [f"{path}: card '{claim.card}': {why}" for why in said]

    def current(self, card: str) -> list[Record]:
        """The card's records that the site says to be of its present bytes."""
        return [
            self.by_claim[card, claim.tier]
            for claim in self.claims.get(card, ())
            if claim.state in SAME_BYTES and (card, claim.tier) in self.by_claim
        ]

    def _read(self, claim: Claim, path: str, sources: _Sources) -> Iterator[str]:
        data = sources.get(path)
        if data is None:
            yield f"{STATUS} names this record, and it is not published"
            return
        record = read_record(data, CONTENT + path)
        if not isinstance(record, Record):
            yield from (problem.message for problem in record)
            return
        self.by_claim[claim.card, claim.tier] = record
        yield from wrong_with(claim, record, sha256(data).hex())
        if claim.state in SAME_BYTES:
            yield from _check_subjects(record, sources)


def _check_subjects(record: Record, sources: _Sources) -> Iterator[str]:
    """Published files that are not those the record is of."""
    outputs = {f"{EVIDENCE}{record.card}/{output.name}": output.sha256 for output in record.outputs}
    for path, expected in (record.subjects | outputs).items():
        data = sources.get(path)
        if data is not None and sha256(data).hex() != expected:
            yield f"it is said to be of the published bytes, and {path} is not what it names"
        elif data is None and (path in outputs or _is_own(record.card, path)):
            # Helpers and tables that a card uses are in its record too, and need no download.
            yield f"it names {path}, which is not published"


def _check_figure(
    figure: Shown, read: Callable[[str], bytes | None], records: _Records
) -> Iterator[str]:
    """What a listing or an output shows that is not in its file."""
    path = figure.path
    if not figure.card or not path:
        yield "a listing that does not say which card and file it is of"
        return
    is_output = path.startswith(f"{CONTENT}{EVIDENCE}{figure.card}/")
    published = path.removeprefix(CONTENT) if is_output else path
    if is_output != (figure.span is None) or not (is_output or _is_of_card(figure, records)):
        yield f"a listing of {path}, which is no file of this card"
        return
    data = read(published)
    if data is None:
        yield f"shows {path}, which is not published"
    elif figure.stranger:
        yield f"the listing of {path} holds {figure.stranger}, which listings do not"
    elif is_output:
        yield from _check_output(figure, published, data)
    else:
        yield from _check_code(figure, data)


def _is_of_card(figure: Shown, records: _Records) -> bool:
    """Whether a file is the card's own, one of its tests, or named by its record."""
    card, path = figure.card, figure.path
    return _is_own(card, path) or any(path in item.subjects for item in records.current(card))


def _is_own(card: str, path: str) -> bool:
    names = (f"snippets/{card}", f"tests/snippets/test_{card}")
    return any(path.startswith(name) and path[len(name) :][:1] in (".", "/", "_") for name in names)


def _check_output(figure: Shown, published: str, data: bytes) -> Iterator[str]:
    if figure.picture:
        if not figure.picture.partition("?")[0].endswith(f"/{published}"):
            yield f"shows the picture {figure.picture} as {published}"
    elif figure.text != read_text(data):
        yield f"the output that is shown is not {published}"


def _check_code(figure: Shown, data: bytes) -> Iterator[str]:
    """Displayed lines and the text to copy, against those lines of the download."""
    first, _, last = (figure.span or "").partition("-")
    place = f"lines {first} to {last} of {figure.path}"
    if not figure.span:
        expected: tuple[tuple[str, bool], ...] = ()
        place = f"{figure.path}, which is empty"
    elif not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
        yield f"data-lines is '{figure.span}', which names no lines"
        return
    else:
        try:
            expected = shown_lines(data, figure.path, int(first), int(last))
        except (IndexError, UnicodeDecodeError):
            yield f"the published file has no {place}"
            return
    for number, (shown, right) in enumerate(zip(figure.lines, expected, strict=False), 1):
        if shown != right:
            said = "is hidden or not" if shown[0] == right[0] else f"is {shown[0].strip()!r}"
            yield f"line {number} of the listing {said}, unlike {place}: {right[0].strip()!r}"
            return
    if len(figure.lines) != len(expected):
        yield f"{len(figure.lines)} lines are shown of {len(expected)}, {place}"
    elif figure.text != "".join(f"{line}\n" for line, _ in expected):
        yield f"the text to copy is not {place}"


def _check_badge(badge: Badge, records: _Records) -> Iterator[str]:
    """What a page says of a card's tests that its records do not say."""
    claims = records.claims.get(badge.card, [])
    found = {
        tier: record for (card, tier), record in records.by_claim.items() if card == badge.card
    }
    yield from wrong_in(badge, claims, found)


def _check_lines(claims: Claims, files: Mapping[str, _File], sources: _Sources) -> Iterator[str]:
    """What is said of a card to machines, and is not what its line on the status page says."""
    page = files.get(STATUS_PAGE, _File())
    for card, line in claims.lines.items():
        shown = [badge.text for badge in page.badges if badge.card == card]
        # The page has a sign before the text.
        if shown and not any(text.endswith(f" {line}") for text in shown):
            yield f"{STATUS}: card '{card}': says '{line}', and {STATUS_PAGE} '{shown[0]}'"
        path = f"badges/{card}.json"
        badge = sources.get(path)
        if badge is not None and json.dumps(line, ensure_ascii=False).encode() not in badge:
            yield f"{path}: card '{card}': does not say '{line}', as {STATUS} does"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
