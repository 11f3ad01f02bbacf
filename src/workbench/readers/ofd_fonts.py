"""The typefaces of an OFD page: those that the file brings along, and stand-ins for those that it only names.

A character is drawn with the glyph that the file says; where it says none, with the typeface's own for that character,
and where that has none, with a stand-in's, as programs that show OFD do.
"""

from __future__ import annotations

import io
import logging
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as fonts
from fontTools.ttLib import TTFont

from workbench.language import Phrase
from workbench.readers.ofd_package import Located, OfdPackage
from workbench.readers.ofd_values import is_true, text_of
from workbench.readers.office import find
from workbench.readers.pdf_writing import PdfSheet, add_typeface
from workbench.readers.plain import UNKNOWN

SERIFS = ("宋", "楷", "明", "song", "sun", "ming", "kai", "times", "serif", "courier")
"""Parts of the names of typefaces with serifs, in small letters."""

logging.getLogger("fontTools").addHandler(logging.NullHandler())
# What it finds odd about a typeface and reads all the same is for nobody here.

HALF = 0.5
"""Sizes of type: the width of figures, letters and points in Chinese typefaces. What follows later stands apart."""

MOST_CODES = 60_000
"""Codes that a typeface of a PDF has room for, two bytes each."""


@dataclass(slots=True)
class Face:
    """A typeface while a page is written with it: the codes that it gave out, each a glyph and what that stands for.

    ``program`` is None where the file cannot be taken apart; it may be drawn all the same.
    """

    data: bytes
    program: TTFont | None
    number: int
    codes: dict[tuple[str, int, float], int] = field(default_factory=dict)

    def glyph_for(self, text: str) -> int | None:
        """The typeface's own glyph for a character; None where it has none."""
        return _glyph_for(self.program, text) if self.program is not None else None

    def code(self, text: str, glyph: int, least: float = 0.0) -> int:
        """The code of a glyph that stands for a text, and is at least so wide (thousandths of the size of type)."""
        if len(self.codes) >= MOST_CODES:
            raise ValueError(Phrase("a page with more glyphs than a typeface has"))
        return self.codes.setdefault((text, glyph, least), len(self.codes) + 1)

    def write(self, sheet: PdfSheet) -> None:
        """Write the typeface into the file."""
        widths = {
            code: max(least, _width(self.program, text, glyph)) for (text, glyph, least), code in self.codes.items()
        }
        texts, glyphs = [text for text, *_ in self.codes], [glyph for _, glyph, _ in self.codes]
        add_typeface(sheet, self.number, self.data, texts, glyphs, widths)


@dataclass(slots=True)
class Faces:
    """The typefaces of a page by their identities, and the two stand-ins."""

    package: OfdPackage
    known: dict[str, Located]
    sheet: PdfSheet
    opened: dict[str, Face | None] = field(default_factory=dict)
    stand_ins: dict[bool, Face] = field(default_factory=dict)

    def drawn_with(self, font: str, text: str, glyph: int | None, advance: float) -> tuple[str, int]:
        """The name of the typeface, and the code, that draw a character (or the glyph that the file says).

        Of a typeface that is not there the file tells the widths by how far the next character stands (``advance``, in
        sizes of type).
        """
        face = self._embedded(font)
        if face is not None:
            own = glyph if glyph is not None else face.glyph_for(text)
            if own is not None:
                return self._named(face), face.code(text, own)
        face = self._stand_in(font)
        if glyph is not None:  # of a typeface that is not there: nobody can tell what it looks like
            return self._named(face), face.code(UNKNOWN, 0)
        least = round(1000 * max(0.0, min(advance, HALF)))
        return self._named(face), face.code(text, face.glyph_for(text) or 0, least)

    def write(self) -> None:
        """Write all that were used."""
        for face in [*self.opened.values(), *self.stand_ins.values()]:
            if face is not None and face.codes:
                face.write(self.sheet)

    def _named(self, face: Face) -> str:
        return self.sheet.name("Font", face.number)

    def _embedded(self, font: str) -> Face | None:
        if font not in self.opened:
            one = self.known.get(font)
            location = text_of(find(one.element, "FontFile")) if one is not None else ""
            data = self.package.binary(location, one.part) if one is not None and location else None
            self.opened[font] = Face(data, _program(data), self.sheet.add(b"")) if data else None
        return self.opened[font]

    def _stand_in(self, font: str) -> Face:
        one = self.known.get(font)
        serif = one is None or _has_serifs(one.element)
        if serif not in self.stand_ins:
            data, program = _stand_in(serif)
            self.stand_ins[serif] = Face(data, program, self.sheet.add(b""))
        return self.stand_ins[serif]


def _has_serifs(font: Any) -> bool:
    name = f"{font.get('FontName', '')} {font.get('FamilyName', '')}".lower()
    return is_true(font.get("Serif"), default=any(part in name for part in SERIFS))


@cache
def _stand_in(serif: bool) -> tuple[bytes, TTFont | None]:
    data = Path(fonts.serif_path() if serif else fonts.sans_path()).read_bytes()
    return data, _program(data)


def _program(data: bytes) -> TTFont | None:
    try:
        program = TTFont(io.BytesIO(data), lazy=True, fontNumber=0)
        program.getBestCmap()
        program.getGlyphOrder()
    except Exception:  # noqa: BLE001 - a stranger's typeface, damaged in any way
        return None
    return program


def _glyph_for(program: TTFont, text: str) -> int | None:
    try:
        name = (program.getBestCmap() or {}).get(ord(text)) if len(text) == 1 else None
        return int(program.getGlyphID(name)) if name is not None else None
    except Exception:  # noqa: BLE001 - as above
        return None


def _width(program: TTFont | None, text: str, glyph: int) -> float:
    """The width of a glyph, in thousandths of its size; where the typeface does not tell, the usual one."""
    usual = 1000.0 if unicodedata.east_asian_width(text[:1] or " ") in "WF" else 500.0
    if program is None:
        return usual
    try:
        return float(program["hmtx"][program.getGlyphName(glyph)][0] * 1000 / program["head"].unitsPerEm)
    except Exception:  # noqa: BLE001 - as above
        return usual
