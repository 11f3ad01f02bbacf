"""OFD files made by hand: a page from its objects, and a PDF with text as an OFD that looks the same.

Source: GB/T 33190-2016; what real files have besides (prefixes, folders, run lengths) is imitated.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import pypdfium2

from tests.scans.typeset import SERIF
from workbench.readers.pdf_objects import Character, PageMarks, Rule, marks_of

MM = 25.4 / 72
NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
FONTS = '<ofd:Fonts><ofd:Font ID="1" FontName="宋体"/><ofd:Font ID="2" FontName="SimHei"/></ofd:Fonts>'
EMBEDDED = (
    '<ofd:Fonts><ofd:Font ID="1" FontName="ABC+Serif"><ofd:FontFile>serif.otf</ofd:FontFile></ofd:Font></ofd:Fonts>'
)
SERIF_FILE = {"Doc_0/Res/serif.otf": SERIF.read_bytes()}

Parts = dict[str, bytes]


def text(
    words: str,
    x: float,
    y: float,
    size: float = 3.5,
    delta: str | None = None,
    font: int = 1,
    attributes: str = "",
    inner: str = "",
    width: float | None = None,
) -> str:
    """A text object whose first character stands at (x, y), millimetres; characters of a size follow each other."""
    delta = delta if delta is not None else f"g {max(1, len(words) - 1)} {size}"
    return (
        f'<ofd:TextObject ID="9" Boundary="{x:.4f} {y - size:.4f} {width or len(words) * size + 1:.4f} '
        f'{1.4 * size:.4f}" '
        f'Font="{font}" Size="{size:.4f}" {attributes}>{inner}'
        f'<ofd:TextCode X="0" Y="{size:.4f}" DeltaX="{delta}">{escape(words)}</ofd:TextCode></ofd:TextObject>'
    )


def line(x0: float, y0: float, x1: float, y1: float, width: float = 0.2) -> str:
    """A straight line, millimetres."""
    return (
        f'<ofd:PathObject ID="9" Boundary="{x0:.4f} {y0:.4f} {x1 - x0:.4f} {y1 - y0:.4f}" LineWidth="{width:.4f}">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0:.4f} {y1 - y0:.4f}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def filled(x: float, y: float, width: float, height: float, colour: str = "0 0 0", attributes: str = "") -> str:
    """A rectangle full of a colour."""
    return (
        f'<ofd:PathObject ID="9" Boundary="{x} {y} {width} {height}" Fill="true" Stroke="false" {attributes}>'
        f'<ofd:FillColor Value="{colour}"/><ofd:AbbreviatedData>M 0 0 L {width} 0 L {width} {height} L 0 {height} C'
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )


def parts_of(pages: Sequence[str], resources: str = FONTS, box: str = "0 0 210 297", common: str = "") -> Parts:
    """The parts of an OFD of pages of these objects."""
    listed = "".join(f'<ofd:Page ID="{100 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    parts = {
        "OFD.xml": "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
        "Doc_0/Document.xml": f"<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>"
        f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>",
        "Doc_0/PublicRes.xml": resources,
    }
    for n, page in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = f'<ofd:Content><ofd:Layer ID="8">{page}</ofd:Layer></ofd:Content>'
    return {name: rooted(name, content) for name, content in parts.items()}


def rooted(name: str, content: str) -> bytes:
    """A part with its root element, which its name tells."""
    root = {"OFD": "OFD", "Document": "Document", "PublicRes": "Res", "Annotations": "Annotations"}.get(
        Path(name).stem, "Page"
    )
    base = ' BaseLoc="Res"' if root == "Res" else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{root} {NAMESPACE}{base}>{content}</ofd:{root}>'.encode()


def write_ofd(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def as_ofd(pdf: bytes, path: Path, embedded: bool = True) -> Path:
    """A PDF with text as an OFD: the same characters and rules at the same places."""
    document = pypdfium2.PdfDocument(pdf)
    marks = [marks_of(page) for page in document]
    pages = ["".join([*map(_rule, one.rules), *_texts(one)]) for one in marks]
    box = f"0 0 {marks[0].width * MM:.4f} {marks[0].height * MM:.4f}"
    parts = parts_of(pages, EMBEDDED if embedded else FONTS, box)
    return write_ofd(path, parts | (SERIF_FILE if embedded else {}))


def _rule(rule: Rule) -> str:
    ends = (rule.start * MM, rule.position * MM, rule.end * MM, rule.position * MM)
    level = rule.direction == "horizontal"
    return line(*(ends if level else (ends[1], ends[0], ends[3], ends[2])), rule.thickness * MM)


def _texts(marks: PageMarks) -> Iterator[str]:
    """The characters of a page as text objects, one for those of a size that follow each other on a line."""

    def key(character: Character) -> tuple[float, float]:
        return round(character.foot, 1), round(character.size, 1)

    for _, characters in groupby(marks.characters, key):
        run = list(characters)
        cuts = [0, *(n for n, (a, b) in enumerate(pairwise(run), start=1) if b.room.x0 < a.room.x0), len(run)]
        for start, stop in pairwise(cuts):
            one = run[start:stop]
            steps = [f"{(b.room.x0 - a.room.x0) * MM:.4f}" for a, b in pairwise(one)]
            runs = [(len(list(alike)), step) for step, alike in groupby(steps)]
            delta = " ".join(f"g {count} {step}" if count > 1 else step for count, step in runs)
            words = "".join(character.text for character in one)
            width = (one[-1].room.x1 - one[0].room.x0) * MM
            yield text(words, one[0].room.x0 * MM, one[0].foot * MM, one[0].size * MM, delta, width=width)
