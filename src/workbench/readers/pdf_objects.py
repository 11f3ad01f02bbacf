"""What a PDF page is made of: its characters, straight rules and pictures, as its file states them.

Frame: points of the page as it is shown (after its crop box and rotation), origin top left, y down.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from ctypes import POINTER, addressof, c_double, c_float, c_int, c_uint, cast, create_string_buffer
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees
from typing import Any, Literal

import pypdfium2
import pypdfium2.raw as pdfium

from workbench.readers.plain import UNKNOWN

MOST_OBJECTS = 50_000
"""A page of more objects, or of more strokes in all, is a drawing; it is read as a picture."""

MOST_CHARACTERS = 50_000
"""A page of more characters is no printed page."""

DEEPEST_GROUP = 8
STRAIGHT = 0.3
"""Points that a rule's ends may differ across its direction."""

ROUNDING = 0.01
"""Points by which corners of one rectangle may differ."""

WHITE = 250
ABOVE_FOOT, BELOW_FOOT = 1.03, 0.3
"""How far a line of text reaches above and below the line that its characters stand on, in sizes of type. Some files
give their typefaces no ascent and descent, and some characters of a typeface come without them."""

INVISIBLE = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)

MARKUP = frozenset(
    {
        pdfium.FPDF_ANNOT_LINK,
        pdfium.FPDF_ANNOT_POPUP,
        pdfium.FPDF_ANNOT_TEXT,
        pdfium.FPDF_ANNOT_HIGHLIGHT,
        pdfium.FPDF_ANNOT_UNDERLINE,
        pdfium.FPDF_ANNOT_SQUIGGLY,
        pdfium.FPDF_ANNOT_STRIKEOUT,
    }
)
"""Kinds of annotation that show nothing but a colour or a line at the text that they are about."""

Direction = Literal["horizontal", "vertical"]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PdfBox:
    """A rectangle with sides along the page's."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class Character:
    """A printed character. ``ink`` encloses its strokes, ``room`` its advance and line height.

    ``size`` is that of its type, and ``foot`` how far down the page the line lies that it stands on. ``font`` tells
    the typefaces of a page apart. ``known``: the file says which character it is. ``shown``: it is drawn with ink.
    ``embedded``: with a typeface that the file brings along. ``upright``: its foot is at the bottom of the page.
    """

    text: str
    ink: PdfBox
    room: PdfBox
    size: float
    foot: float
    font: int
    known: bool
    shown: bool
    embedded: bool
    upright: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: where it lies across its direction, and from where to where it runs along it."""

    direction: Direction
    position: float
    start: float
    end: float
    thickness: float


@dataclass(frozen=True, slots=True)
class PageMarks:
    """All that is on a page. ``notes`` are the boxes of annotations and form fields that may show text of their own.
    ``complete`` is False where there was too much to take in."""

    width: float
    height: float
    characters: tuple[Character, ...]
    rules: tuple[Rule, ...]
    pictures: tuple[PdfBox, ...]
    notes: tuple[PdfBox, ...]
    complete: bool


def marks_of(page: pypdfium2.PdfPage) -> PageMarks:
    """Take a page apart.

    Raises:
        PdfiumError: the page is damaged.
    """
    frame = _Frame.of(page)
    objects = list(objects_of(page))
    textpage = page.get_textpage()
    complete = len(objects) < MOST_OBJECTS and textpage.count_chars() <= MOST_CHARACTERS
    paths = [(raw, matrix) for raw, matrix, kind in objects if kind == pdfium.FPDF_PAGEOBJ_PATH]
    complete = complete and sum(pdfium.FPDFPath_CountSegments(raw) for raw, _ in paths) < MOST_OBJECTS
    pictures = [matrix for _, matrix, kind in objects if kind == pdfium.FPDF_PAGEOBJ_IMAGE]
    return PageMarks(
        width=frame.width,
        height=frame.height,
        characters=tuple(_characters(textpage, frame)) if complete else (),
        rules=tuple(rule for raw, matrix in paths for rule in _rules(raw, matrix, frame)) if complete else (),
        pictures=tuple(_box([frame.shown(*applied(m, x, y)) for x in (0, 1) for y in (0, 1)]) for m in pictures),
        notes=tuple(_notes(page, frame)),
        complete=complete,
    )


def is_seal(annotation: Any) -> bool:
    """Whether an annotation is a stamp or the picture of a signature: it lies over text without changing what it says.

    Source: ISO 32000-1, 12.5.6.12 and 12.7.4.5.
    """
    if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_STAMP:
        return True
    kind = create_string_buffer(16)
    pdfium.FPDFAnnot_GetStringValue(annotation, b"FT", cast(kind, POINTER(pdfium.FPDF_WCHAR)), len(kind))
    return kind.raw.decode("utf-16-le", "replace").startswith("Sig")


def _notes(page: pypdfium2.PdfPage, frame: _Frame) -> Iterator[PdfBox]:
    edges = pdfium.FS_RECTF()
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), MOST_OBJECTS)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if pdfium.FPDFAnnot_GetSubtype(annotation) not in MARKUP and not is_seal(annotation):
            pdfium.FPDFAnnot_GetRect(annotation, edges)
            yield _box([frame.shown(edges.left, edges.bottom), frame.shown(edges.right, edges.top)])
        pdfium.FPDFPage_CloseAnnot(annotation)


@dataclass(frozen=True, slots=True)
class _Frame:
    """From the file's own coordinates to the page as shown."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> _Frame:
        left, bottom, right, top = page.get_bbox()
        return cls(left, bottom, right, top, page.get_rotation() // 90)

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.turns % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turns % 2 else self.top - self.bottom

    def shows(self, box: PdfBox) -> bool:
        """Whether some of a box, as shown, is on the page."""
        return box.x1 > 0 and box.y1 > 0 and box.x0 < self.width and box.y0 < self.height

    def shown(self, x: float, y: float) -> tuple[float, float]:
        return (
            (x - self.left, self.top - y),
            (y - self.bottom, x - self.left),
            (self.right - x, y - self.bottom),
            (self.top - y, self.right - x),
        )[self.turns]


def _box(points: Sequence[tuple[float, float]]) -> PdfBox:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return PdfBox(min(xs), min(ys), max(xs), max(ys))


def _characters(textpage: pypdfium2.PdfTextPage, frame: _Frame) -> Iterator[Character]:
    raw = textpage.raw
    edges = [c_double() for _ in range(4)]
    x, y = c_double(), c_double()
    loose, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    for index in range(textpage.count_chars()):
        if pdfium.FPDFText_IsGenerated(raw, index) == 1:
            continue
        code = 0x2D if pdfium.FPDFText_IsHyphen(raw, index) == 1 else pdfium.FPDFText_GetUnicode(raw, index)
        text = _plain_character(code)
        pdfium.FPDFText_GetCharBox(raw, index, *edges)
        pdfium.FPDFText_GetLooseCharBox(raw, index, loose)
        left, right, bottom, top = (edge.value for edge in edges)
        ink = _box([frame.shown(left, bottom), frame.shown(right, top)])
        if text.isspace() or min(ink.width, ink.height) <= 0 or not frame.shows(ink):
            continue
        item = pdfium.FPDFText_GetTextObject(raw, index)
        font = pdfium.FPDFTextObj_GetFont(item)
        pdfium.FPDFText_GetMatrix(raw, index, matrix)
        upright = is_upright((matrix.a, matrix.b, matrix.c, matrix.d, 0.0, 0.0), frame.turns)
        size = pdfium.FPDFText_GetFontSize(raw, index) * (matrix.c**2 + matrix.d**2) ** 0.5
        pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
        foot = frame.shown(x.value, y.value)[1]
        room = _box([frame.shown(loose.left, loose.bottom), frame.shown(loose.right, loose.top)])
        if upright and size > 0:
            room = PdfBox(room.x0, foot - ABOVE_FOOT * size, room.x1, foot + BELOW_FOOT * size)
        yield Character(
            text=text,
            ink=ink,
            room=room,
            size=size,
            foot=foot,
            font=addressof(font.contents) if font else 0,
            known=pdfium.FPDFText_HasUnicodeMapError(raw, index) != 1 and _is_told(text),
            shown=pdfium.FPDFTextObj_GetTextRenderMode(item) not in INVISIBLE,
            embedded=pdfium.FPDFFont_GetIsEmbedded(font) == 1,
            upright=upright,
        )


def is_upright(matrix: Matrix, turns: int) -> bool:
    """Whether a text runs from left to right of the page as shown, and is not mirrored. Slanted type is upright."""
    a, b, c, d, _, _ = matrix
    angle = round(degrees(atan2(b, a)) - 90 * turns) % 360
    return angle in (0, 1, 359) and a * d - b * c > 0


def _is_told(text: str) -> bool:
    """Not a character for private use, one that stands for an unknown one, or no character at all."""
    return text != UNKNOWN and unicodedata.category(text[0])[0] != "C"


def _plain_character(code: int) -> str:
    """The character of a code; radicals and compatibility forms, which look the same, as the ideograph they mean."""
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", chr(code))
    return chr(code)


def objects_of(page: pypdfium2.PdfPage) -> Iterator[tuple[Any, Matrix, int]]:
    """Every object of the page with its kind and the matrix that takes it to the page, groups opened."""
    pending: list[tuple[Any, Matrix, int]] = [
        (pdfium.FPDFPage_GetObject(page.raw, index), IDENTITY, 0)
        for index in range(min(pdfium.FPDFPage_CountObjects(page.raw), MOST_OBJECTS))
    ]
    seen = 0
    while pending and seen < MOST_OBJECTS:
        raw, outer, depth = pending.pop()
        seen += 1
        own = pdfium.FS_MATRIX()
        pdfium.FPDFPageObj_GetMatrix(raw, own)
        matrix = times((own.a, own.b, own.c, own.d, own.e, own.f), outer)
        kind = pdfium.FPDFPageObj_GetType(raw)
        yield raw, matrix, kind
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST_GROUP:
            count = min(pdfium.FPDFFormObj_CountObjects(raw), MOST_OBJECTS)
            pending += [(pdfium.FPDFFormObj_GetObject(raw, index), matrix, depth + 1) for index in range(count)]


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """One matrix that does what the inner does, and then the outer."""
    a, b, c, d, e, f = inner
    x, y = applied(outer, e, f)
    (p, q, r, s, _, _) = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, x, y


def applied(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Where a matrix takes a point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _rules(raw: Any, matrix: Matrix, frame: _Frame) -> Iterator[Rule]:
    """The straight lines that a path draws: stroked ones, and filled rectangles by their longer middle line."""
    fill, stroke = c_int(), c_int()
    pdfium.FPDFPath_GetDrawMode(raw, fill, stroke)
    stroked = stroke.value and _has_ink(raw, pdfium.FPDFPageObj_GetStrokeColor)
    filled = fill.value and _has_ink(raw, pdfium.FPDFPageObj_GetFillColor)
    if not (stroked or filled):
        return
    width = c_float()
    pdfium.FPDFPageObj_GetStrokeWidth(raw, width)
    thickness = width.value * abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) ** 0.5
    for points in _outlines(raw):
        shown = [frame.shown(*applied(matrix, x, y)) for x, y in points]
        if stroked:
            yield from (rule for a, b in pairwise(shown) if (rule := _rule(a, b, thickness)))
        elif len(shown) >= 4 and _is_rectangle(shown):
            yield _middle_line(_box(shown))


def _has_ink(raw: Any, colour_of: Any) -> bool:
    red, green, blue, alpha = (c_uint() for _ in range(4))
    if not colour_of(raw, red, green, blue, alpha):
        return True  # a pattern
    return alpha.value > 0 and min(red.value, green.value, blue.value) < WHITE


def _outlines(raw: Any) -> Iterator[list[tuple[float, float]]]:
    """The lines of a path as runs of points; a curve ends a run."""
    points: list[tuple[float, float]] = []
    x, y = c_float(), c_float()
    for index in range(min(pdfium.FPDFPath_CountSegments(raw), MOST_OBJECTS)):
        segment = pdfium.FPDFPath_GetPathSegment(raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO:
            points.append(point)
        else:
            yield points
            points = [point]
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield [*points, points[0]]
            points = [points[0]]
    yield points


def _rule(a: tuple[float, float], b: tuple[float, float], thickness: float) -> Rule | None:
    across, along = abs(a[0] - b[0]), abs(a[1] - b[1])
    if along <= STRAIGHT < across:
        return Rule("horizontal", (a[1] + b[1]) / 2, min(a[0], b[0]), max(a[0], b[0]), thickness)
    if across <= STRAIGHT < along:
        return Rule("vertical", (a[0] + b[0]) / 2, min(a[1], b[1]), max(a[1], b[1]), thickness)
    return None


def _is_rectangle(points: Sequence[tuple[float, float]]) -> bool:
    """Whether every point is a corner of the box around them all."""
    box = _box(points)
    return all(
        min(abs(x - box.x0), abs(x - box.x1)) < ROUNDING and min(abs(y - box.y0), abs(y - box.y1)) < ROUNDING
        for x, y in points
    )


def _middle_line(box: PdfBox) -> Rule:
    x, y = box.centre
    if box.width >= box.height:
        return Rule("horizontal", y, box.x0, box.x1, box.height)
    return Rule("vertical", x, box.y0, box.y1, box.width)
