"""The theme's font for titles on pictures: Source Serif 4 Semibold and some signs, as TrueType.

Run: pip install fonttools brotli
     make_cover_font.py SERIF MATH templates/covers/title.ttf
SERIF and MATH are the folders `files` of the npm packages @fontsource/source-serif-4 and
@fontsource/noto-sans-math. Same input and versions, same bytes.

Pillow lays text out letter by letter, with no more than a table of pairs ("kern"), so that the
pictures do not depend on a shaping library; the pairs are copied to there from where shapers look.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

FAMILY = "Proofpress Title"
PARTS = ("latin", "latin-ext", "greek", "cyrillic")
# Signs of titles that the serif lacks: arrows, relations, operators.
SIGNS = (*range(0x2190, 0x2196), *range(0x21D0, 0x21D5), 0x2200, *range(0x2202, 0x220C), 0x220F,
         0x2211, 0x2213, 0x2217, 0x2218, *range(0x221A, 0x221F), *range(0x2225, 0x222C), 0x2237,
         0x223C, *range(0x2243, 0x224A), 0x2260, 0x2261, 0x2264, 0x2265, 0x226A, 0x226B, 0x221D,
         *range(0x2282, 0x2288), 0x2295, 0x2297, 0x22A2, 0x22A5, 0x22C5, 0x2102, 0x2115, 0x211A,
         0x211D, 0x2124, 0x2713, 0x25A1, *range(0x2080, 0x208A))  # fmt: skip
# Pairs are kerned among these.
KERNED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:;!?'\"‘’“”-–—()/"
# Pairs that move less than this, in thousandths of the type's size, are left out.
LEAST = 8


def main(serif: str, math: str, target: str) -> None:
    """Write the font to `target`."""
    fonts = [TTFont(f"{serif}/source-serif-4-{part}-600-normal.woff2") for part in PARTS]
    signs = TTFont(f"{math}/noto-sans-math-latin-400-normal.woff2")
    shapes: dict[str, object] = {}
    metrics: dict[str, tuple[int, int]] = {}
    names: dict[int, str] = {}
    kerned: dict[str, str] = {}
    for number, font in enumerate((*fonts, signs)):
        assert font["head"].unitsPerEm == 1000
        glyphs = font.getGlyphSet()
        for code, old in sorted(font.getBestCmap().items()):
            if code in names or (font is signs and code not in SIGNS):
                continue
            new = names[code] = f"u{code:04X}"
            if number == 0:
                kerned[old] = new
            shapes[new], metrics[new] = _copy(glyphs, old)
    first = fonts[0].getGlyphSet()
    shapes[".notdef"], metrics[".notdef"] = _copy(first, ".notdef")
    order = [".notdef", *(names[code] for code in sorted(names))]
    built = FontBuilder(1000, isTTF=True)
    built.setupGlyphOrder(order)
    built.setupCharacterMap(names)
    built.setupGlyf({name: shapes[name] for name in order})
    built.setupHorizontalMetrics({name: metrics[name] for name in order})
    above = fonts[0]["hhea"]
    built.setupHorizontalHeader(ascent=above.ascent, descent=above.descent)
    origins = "; ".join(font["name"].getDebugName(0) for font in (fonts[0], signs))
    built.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "copyright": origins})
    built.setupPost(keepGlyphNames=False)
    built.setupOS2()
    font = built.font
    font["head"].created = font["head"].modified = fonts[0]["head"].modified
    font.recalcTimestamp = False
    font["kern"] = _kern(fonts[0], kerned, names)
    font.save(target)


def _copy(glyphs: object, name: str) -> tuple[object, tuple[int, int]]:
    """A glyph without parts, and its width."""
    recorded = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recorded)
    pen = TTGlyphPen(None)
    recorded.replay(pen)
    glyph = pen.glyph()
    glyph.recalcBounds(None)
    return glyph, (round(glyphs[name].width), getattr(glyph, "xMin", 0))


def _kern(font: TTFont, new_names: dict[str, str], names: dict[int, str]) -> object:
    wanted = {names[ord(sign)] for sign in KERNED}
    subtable = KernTable_format_0(0)
    subtable.coverage, subtable.tupleIndex, subtable.version = 1, None, 0
    subtable.kernTable = {}
    old_names = {old for old, new in new_names.items() if new in wanted}
    for left, right, value in _pairs(font, old_names):
        subtable.kernTable.setdefault((new_names[left], new_names[right]), value)
    kept = {pair: value for pair, value in subtable.kernTable.items() if abs(value) >= LEAST}
    subtable.kernTable = kept
    table = newTable("kern")
    table.version, table.kernTables = 0, [subtable]
    return table


def _pairs(font: TTFont, wanted: set[str]) -> Iterator[tuple[str, str, int]]:
    """Pairs with how much they move together, those that count first."""
    table = font["GPOS"].table
    lookups = {
        number
        for feature in table.FeatureList.FeatureRecord
        if feature.FeatureTag == "kern"
        for number in feature.Feature.LookupListIndex
    }
    for number in sorted(lookups):
        for part in table.LookupList.Lookup[number].SubTable:
            part = getattr(part, "ExtSubTable", part)
            if part.LookupType != 2:
                continue
            for place, left in enumerate(part.Coverage.glyphs):
                if left in wanted:
                    yield from _pairs_with(part, place, left, wanted)


def _pairs_with(
    part: object, place: int, left: str, wanted: set[str]
) -> Iterator[tuple[str, str, int]]:
    if part.Format == 1:
        for record in part.PairSet[place].PairValueRecord:
            if record.SecondGlyph in wanted:
                yield left, record.SecondGlyph, _advance(record.Value1)
        return
    row = part.Class1Record[part.ClassDef1.classDefs.get(left, 0)].Class2Record
    for right in sorted(wanted):
        yield left, right, _advance(row[part.ClassDef2.classDefs.get(right, 0)].Value1)


def _advance(value: object) -> int:
    return getattr(value, "XAdvance", 0) or 0


if __name__ == "__main__":
    main(*sys.argv[1:])
