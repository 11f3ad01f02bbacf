"""A PDF file of one page, written from the page's drawing. Source: ISO 32000-1.

Other kinds of fixed pages are turned into this one, to be read and drawn as it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.readers.pdf_objects import Matrix, PdfBox


def values(*numbers: float) -> str:
    """Numbers as a PDF has them."""
    return " ".join(f"{number:.5f}".rstrip("0").rstrip(".") for number in numbers)


@dataclass(slots=True)
class PdfSheet:
    """The objects of a PDF of one page, while it is written; ``content`` are the operators of the page."""

    width: float
    height: float
    content: list[str] = field(default_factory=list)
    objects: list[bytes] = field(default_factory=lambda: [b"", b"", b""])
    resources: dict[str, dict[str, int]] = field(default_factory=lambda: {"Font": {}, "XObject": {}, "ExtGState": {}})
    notes: list[int] = field(default_factory=list)

    def add(self, content: str | bytes) -> int:
        """Add an object; gives its number."""
        self.objects.append(content.encode("ascii") if isinstance(content, str) else content)
        return len(self.objects)

    def add_stream(self, data: bytes, entries: str = "", packed: bool = True) -> int:
        """Add an object with data."""
        packing = "/Filter/FlateDecode" if packed else ""
        data = zlib.compress(data, 1) if packed else data
        head = f"<<{entries}{packing}/Length {len(data)}>>\nstream\n".encode("ascii")
        return self.add(head + data + b"\nendstream")

    def name(self, kind: str, number: int) -> str:
        """The name by which the page calls an object, a ``Font``, an ``XObject`` or an ``ExtGState``."""
        name = f"{kind[0]}{number}"
        self.resources[kind][name] = number
        return name

    def picture(self, width: int, height: int, colours: bytes, covers: bytes | None) -> str:
        """Add a picture (RGB, and how much each pixel covers); gives its name."""
        head = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8"
        mask = f"/SMask {self.add_stream(covers, head + '/ColorSpace/DeviceGray')} 0 R" if covers is not None else ""
        return self.name("XObject", self.add_stream(colours, f"{head}/ColorSpace/DeviceRGB{mask}"))

    def bilevel(self, width: int, height: int, jbig2: bytes) -> str:
        """Add a picture of black and white, packed as JBIG2 without the head of a file; gives its name."""
        head = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 1/ColorSpace/DeviceGray"
        return self.name("XObject", self.add_stream(jbig2, f"{head}/Filter/JBIG2Decode", packed=False))

    def state(self, fill: float, stroke: float, blend: str) -> str:
        """Add a state of drawing: how much ink covers (0 to 1), and how it mixes with what is below; gives its name."""
        return self.name("ExtGState", self.add(f"<</ca {values(fill)}/CA {values(stroke)}/BM/{blend}>>"))

    def stamp(self, box: PdfBox, content: Iterable[str]) -> None:
        """Add a stamp that lies over the page; ``box`` and its operators are in the page's own coordinates."""
        edges = values(box.x0, box.y0, box.x1, box.y1)
        head = f"/Type/XObject/Subtype/Form/BBox[{edges}]/Resources {self._resources()}"
        look = self.add_stream("\n".join(content).encode("ascii"), head)
        self.notes.append(self.add(f"<</Type/Annot/Subtype/Stamp/F 4/Rect[{edges}]/AP<</N {look} 0 R>>>>"))

    def written(self) -> bytes:
        """The file."""
        page = self.add_stream("\n".join(self.content).encode("ascii"))
        notes = "".join(f"{number} 0 R " for number in self.notes)
        self.objects[:3] = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {values(self.width, self.height)}]/Contents {page} 0 R"
            f"/Resources {self._resources()}/Annots[{notes}]>>".encode("ascii"),
        ]
        return _file(self.objects)

    def _resources(self) -> str:
        named = (
            f"/{kind}<<{''.join(f'/{name} {number} 0 R' for name, number in names.items())}>>"
            for kind, names in self.resources.items()
        )
        return f"<<{''.join(named)}>>"


def _file(objects: Sequence[bytes]) -> bytes:
    parts, places, at = [b"%PDF-1.7\n"], [], 9
    for number, content in enumerate(objects, start=1):
        parts.append(b"%d 0 obj\n" % number + (content or b"null") + b"\nendobj\n")
        places.append(at)
        at += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table)
    parts.append(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at))
    return b"".join(parts)


def matrix(of: Matrix) -> str:
    """The operator that takes what follows through a matrix."""
    return f"{values(*of)} cm"


def add_typeface(
    sheet: PdfSheet, number: int, data: bytes, texts: Sequence[str], glyphs: Sequence[int], widths: Mapping[int, float]
) -> None:
    """Write a typeface as an object whose number is kept for it.

    Args:
        sheet: the file.
        number: of the object.
        data: an OpenType file.
        texts: what each code stands for, from code 1 on.
        glyphs: the glyph of each code.
        widths: of codes, thousandths of the size of type; others are 1,000 wide.
    """
    file = sheet.add_stream(data, f"/Length1 {len(data)}", packed=False)
    describe = sheet.add(
        "<</Type/FontDescriptor/FontName/Face/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120"
        f"/CapHeight 700/StemV 80/FontFile2 {file} 0 R>>"
    )
    mapped = sheet.add_stream(b"\0\0" + b"".join(glyph.to_bytes(2, "big") for glyph in glyphs))
    advances = " ".join(f"{code}[{values(width)}]" for code, width in widths.items())
    below = sheet.add(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Face/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/FontDescriptor {describe} 0 R/DW 1000/W[{advances}]/CIDToGIDMap {mapped} 0 R>>"
    )
    told = sheet.add_stream(_told(texts))
    sheet.objects[number - 1] = (
        f"<</Type/Font/Subtype/Type0/BaseFont/Face/Encoding/Identity-H/DescendantFonts[{below} 0 R]"
        f"/ToUnicode {told} 0 R>>"
    ).encode("ascii")


MOST_TOLD = 100
"""Characters in one list of a table of characters (ISO 32000-1, 9.10.3)."""


def _told(texts: Sequence[str]) -> bytes:
    """The table that says which character a code is."""
    lines = [f"<{code:04x}> <{text.encode('utf-16-be', 'replace').hex()}>" for code, text in enumerate(texts, start=1)]
    lists = [lines[at : at + MOST_TOLD] for at in range(0, len(lines), MOST_TOLD)]
    body = "\n".join(f"{len(one)} beginbfchar\n" + "\n".join(one) + "\nendbfchar" for one in lists)
    head = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Told def /CMapType 2 def"
    codes = "1 begincodespacerange <0000> <ffff> endcodespacerange"
    return f"{head}\n{codes}\n{body}\nendcmap end end".encode("ascii")
