"""The theme's math font from TeX Gyre Pagella Math: what formulas can need, renamed, as WOFF2.

Run: pip install fonttools brotli
     make_math_font.py texgyrepagella-math.otf templates/fonts/math.woff2
(the OTF is in Debian's package fonts-texgyre-math). Same input and versions, same bytes.
"""

from __future__ import annotations

import sys

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.otTables import ScriptRecord

# Latin and Greek, marks, letterlike signs, arrows, operators, technical signs, shapes, and the
# mathematical alphabets that formulas are set in.
RANGES = (
    (0x20, 0x7E), (0xA0, 0xB7), (0xD7, 0xD7), (0xF7, 0xF7), (0x131, 0x131), (0x237, 0x237),
    (0x2C6, 0x2DC), (0x302, 0x303), (0x307, 0x308), (0x332, 0x338), (0x391, 0x3F6),
    (0x2016, 0x2063), (0x20D7, 0x20D7), (0x2102, 0x2148), (0x2190, 0x21E5), (0x2200, 0x22F1),
    (0x2308, 0x230B), (0x231C, 0x231F), (0x2322, 0x2323), (0x23B4, 0x23B5), (0x23DC, 0x23E1),
    (0x25A0, 0x25CA), (0x2660, 0x266F), (0x27C2, 0x27C2), (0x27E6, 0x27FC), (0x2983, 0x298A),
    (0x2A00, 0x2A11), (0x2A3F, 0x2A3F), (0x2A7D, 0x2A97), (0x2AAF, 0x2ABA), (0x1D400, 0x1D4CF),
    (0x1D504, 0x1D56B), (0x1D5A0, 0x1D5D3),
    (0x1D670, 0x1D6A5), (0x1D6A8, 0x1D755), (0x1D7CE, 0x1D7E1), (0x1D7F6, 0x1D7FF),
)  # fmt: skip
# Letters without dots under accents, and heavier ones in scripts: of those that are frequent there,
# one size.
FEATURES = ["ssty", "dtls"]
ACCENTS = {0x302, 0x303, 0x332, 0x20D7}
IN_SCRIPTS = ((0x2B, 0x3D), (0x41, 0x7A), (0x2032, 0x2037), (0x2212, 0x2212), (0x221E, 0x221E),
              (0x1D434, 0x1D467), (0x210E, 0x210E), (0x1D6E2, 0x1D71B))  # fmt: skip
FAMILY = "Proofpress Math"


def main(source: str, target: str) -> None:
    """Write the subset of `source` to `target`."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=False,
        name_IDs=["*"],
        notdef_outline=True,
        glyph_names=False,
        recalc_timestamp=False,
    )
    _thin_scripts(font)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_codes(RANGES))
    subsetter.subset(font)
    _space_accents(font)
    _offer_features_to_text(font)
    # Integrals are drawn much taller than sums; browsers take the first size from this height on.
    font["MATH"].table.MathConstants.DisplayOperatorMinHeight = 2000
    _rename(font)
    font.flavor = "woff2"
    font.save(target)


def _codes(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    return {code for first, last in ranges for code in range(first, last + 1)}


def _thin_scripts(font: TTFont) -> None:
    names = font.getBestCmap()
    kept = {names[code] for code in _codes(IN_SCRIPTS) if code in names}
    table = font["GSUB"].table
    for feature in table.FeatureList.FeatureRecord:
        if feature.FeatureTag != "ssty":
            continue
        for number in feature.Feature.LookupListIndex:
            for part in table.LookupList.Lookup[number].SubTable:
                part = getattr(part, "ExtSubTable", part)
                part.alternates = {
                    glyph: others[:1] for glyph, others in part.alternates.items() if glyph in kept
                }


def _offer_features_to_text(font: TTFont) -> None:
    """Chromium shapes formulas as text of no script, or Latin or Greek, never as script "math"."""
    table = font["GSUB"].table.ScriptList
    (math,) = table.ScriptRecord
    for tag in ("DFLT", "grek", "latn"):
        record = ScriptRecord()
        record.ScriptTag, record.Script = tag, math.Script
        table.ScriptRecord.append(record)
    table.ScriptRecord.sort(key=lambda record: record.ScriptTag)
    table.ScriptCount = len(table.ScriptRecord)


def _space_accents(font: TTFont) -> None:
    """Give marks that have no width the width of their ink: browsers centre an accent by that."""
    glyphs, metrics = font.getGlyphSet(), font["hmtx"].metrics
    charstrings = font["CFF "].cff.topDictIndex[0].CharStrings
    for name in sorted({glyph for code, glyph in font.getBestCmap().items() if code in ACCENTS}):
        bounds = BoundsPen(glyphs)
        glyphs[name].draw(bounds)
        left, _, right, _ = bounds.bounds
        width = round(right - left)
        pen = T2CharStringPen(width, glyphs)
        glyphs[name].draw(TransformPen(pen, (1, 0, 0, 1, -left, 0)))
        old = charstrings[name]
        charstrings[name] = pen.getCharString(old.private, old.globalSubrs)
        metrics[name] = (width, 0)


def _rename(font: TTFont) -> None:
    """The licence asks that a changed font has another name; whose work it is stays in it."""
    names = font["name"]
    origin = names.getDebugName(4)
    for record in list(names.names):
        if record.nameID in (1, 3, 4, 6, 16, 17, 18, 20, 21, 22):
            names.removeNames(record.nameID)
    for number, text in ((1, FAMILY), (3, f"{FAMILY} (subset of {origin})"), (4, FAMILY)):
        names.setName(text, number, 3, 1, 0x409)
    names.setName(FAMILY.replace(" ", ""), 6, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames[0] = FAMILY.replace(" ", "")
        top = cff.topDictIndex[0]
        top.FullName = top.FamilyName = FAMILY


if __name__ == "__main__":
    main(*sys.argv[1:])
