"""The objects of an OFD page as operators of a PDF: the same glyphs, lines and pictures at the same places.

Source: GB/T 33190-2016, chapters 8 to 12 and 15. What is not drawn (invisible objects, text without ink) is left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import Any

from PIL import Image

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.limits import require_pixels
from workbench.readers.ofd_fonts import Faces
from workbench.readers.ofd_package import OfdPackage, Resources
from workbench.readers.ofd_values import (
    OPAQUE,
    UNTOLD_COLOUR,
    Ink,
    box_of,
    characters_of,
    distances,
    found,
    ink_of,
    is_true,
    matrix_of,
    number,
    numbers,
    outline,
    text_of,
)
from workbench.readers.office import find, local_name
from workbench.readers.pdf_objects import MOST_CHARACTERS, MOST_OBJECTS, Matrix, PdfBox, applied, times
from workbench.readers.pdf_writing import PdfSheet, matrix, values
from workbench.readers.shown import BLACK

LINE_WIDTH = 0.353
"""Millimetres of a line whose width is not told (8.2)."""

DEEPEST_GROUP = 8
OUTSIDE = 0.5
"""Sizes of type that a character may reach out of its object's box before it is cut there (8.5). Files set their boxes
by widths of their own, and programs that show them let some reach out."""

LARGEST_UNKNOWN = 0.1
"""Share of the page that a picture may cover that cannot be opened: a larger one may be all that is on the page."""

JBIG2, PAGE_HEAD = b"\x97JB2\r\n\x1a\n", b"\x30"
"""How a file of JBIG2 begins, and the kind of the segment that says how large its page is."""

PICTURES = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000")
BLENDS = ("Multiply", "Screen", "Darken", "Lighten", "Overlay")
JOINS, CAPS = {"Miter": 0, "Round": 1, "Bevel": 2}, {"Butt": 0, "Round": 1, "Square": 2}


@dataclass(frozen=True, slots=True)
class Style:
    """How an object is drawn, where it does not say so itself: its style's, its layer's, or nothing's attributes."""

    attributes: dict[str, str]
    fill: Any | None = None
    stroke: Any | None = None


@dataclass(slots=True)
class Painter:
    """Draws the objects of a page into a PDF. ``left`` is how many characters and objects it may still hold."""

    package: OfdPackage
    number: int
    resources: Resources
    sheet: PdfSheet
    faces: Faces
    objects_left: int = MOST_OBJECTS
    characters_left: int = MOST_CHARACTERS


def draw_objects(
    painter: Painter, holder: Any, part: str, place: Matrix, style: Style, depth: int, alpha: float = 1.0
) -> list[str]:
    """The operators that draw the objects of a layer, a block or a group, in their order."""
    content: list[str] = []
    for one in holder:
        kind = local_name(one)
        if kind == "PageBlock" and depth < DEEPEST_GROUP:
            content += draw_objects(painter, one, part, place, style, depth + 1, alpha)
        elif kind in DRAWN and is_true(one.get("Visible"), default=True):
            painter.objects_left -= 1
            if painter.objects_left < 0:
                raise ValueError(Phrase("it has more than {most_objects:,} objects", most_objects=MOST_OBJECTS))
            own = styled(painter, style, one)
            covers = alpha * number(own.attributes.get("Alpha"), OPAQUE) / OPAQUE
            x, y, *size = box_of(one.get("Boundary"))
            outer = times((1, 0, 0, 1, x, y), place)
            inner = times(matrix_of(one.get("CTM")), outer)
            if covers <= 0:
                continue
            content += ["q", *_clips(one, inner, outer)]
            if kind == "TextObject":
                content += _text(painter, one, inner, outer, (size[0], size[1]), own, covers)
            elif kind == "PathObject":
                content += _path(painter, one, inner, own, covers)
            elif kind == "ImageObject":
                shown = inner if one.get("CTM") else times((size[0], 0, 0, size[1], 0, 0), outer)
                content += _image(painter, one, part, shown, covers)
            elif depth < DEEPEST_GROUP:
                content += _group(painter, one, inner, own, depth, covers)
            content.append("Q")
    return content


DRAWN = ("TextObject", "PathObject", "ImageObject", "CompositeObject")


def _group(painter: Painter, one: Any, inner: Matrix, style: Style, depth: int, alpha: float) -> list[str]:
    group = painter.resources.groups.get(one.get("ResourceID", ""))
    content = find(group.element, "Content") if group is not None else None
    if group is None or content is None:
        return []
    plain = replace(style, attributes={k: v for k, v in style.attributes.items() if k != "Alpha"})
    return draw_objects(painter, content, group.part, inner, plain, depth + 1, alpha)


def styled(painter: Painter, style: Style, one: Any) -> Style:
    """The style of an object: its own attributes, else those of the style that it names, else those around it."""
    chain, seen = [], set()
    named = one.get("DrawParam")
    while named and named not in seen and named in painter.resources.styles:
        seen.add(named)
        chain.append(painter.resources.styles[named])
        named = chain[-1].get("Relative")
    for element in [*reversed(chain), one]:
        attributes = style.attributes | {key: value for key, value in element.attrib.items() if key in STYLED}
        if element is one:
            attributes |= {key: one.get(key, "") for key in ("Alpha", "BlendMode") if one.get(key)}
        fill, stroke = find(element, "FillColor"), find(element, "StrokeColor")
        style = Style(
            attributes,
            fill if fill is not None else style.fill,
            stroke if stroke is not None else style.stroke,
        )
    return style


STYLED = ("LineWidth", "Join", "Cap", "DashOffset", "DashPattern", "MiterLimit")


def _clips(one: Any, inner: Matrix, outer: Matrix) -> Iterator[str]:
    """The operators that cut an object to what is shown of it. Where it is cut to a text, nothing of it is shown."""
    for clips in found(one, "Clips"):
        frame = inner if is_true(clips.get("TransFlag"), default=True) else outer
        for clip in found(clips, "Clip"):
            areas = [(area, find(area, "Path")) for area in found(clip, "Area")]
            steps = []
            for area, path in areas:
                if path is None:
                    continue
                x, y = box_of(path.get("Boundary"))[:2] if path.get("Boundary") else (0.0, 0.0)
                moved = times((1, 0, 0, 1, x, y), times(matrix_of(area.get("CTM")), frame))
                steps += _steps(text_of(find(path, "AbbreviatedData")), times(matrix_of(path.get("CTM")), moved))
            if areas:
                yield f"{' '.join(steps) or '0 0 0 0 re'} W n"


def _text(
    painter: Painter, one: Any, inner: Matrix, outer: Matrix, box: tuple[float, float], style: Style, alpha: float
) -> list[str]:
    fill = ink_of(style.fill, painter.resources.spaces, Ink(BLACK)) if is_true(one.get("Fill"), default=True) else None
    stroke = ink_of(style.stroke, painter.resources.spaces, None) if is_true(one.get("Stroke"), default=False) else None
    fill, stroke = (ink if ink is not None and ink.alpha > 0 else None for ink in (fill, stroke))
    size = number(one.get("Size"))
    if size <= 0 or (fill is None and stroke is None):
        return []
    turn = radians(number(one.get("CharDirection")))
    shape = (cos(turn), sin(turn), sin(turn), -cos(turn), 0.0, 0.0)  # glyphs stand upwards, the page goes down
    shape = times((number(one.get("HScale"), 1.0), 0, 0, 1, 0, 0), shape)
    is_outside = False
    content, last = [], ""
    for text, glyph, x, y, advance in _glyphs(one):
        painter.characters_left -= 1
        if painter.characters_left < 0:
            raise ValueError(Phrase("it has more than {most_characters:,} characters", most_characters=MOST_CHARACTERS))
        if text.isspace() and glyph is None:
            continue
        face, code = painter.faces.drawn_with(one.get("Font", ""), text, glyph, advance / size)
        spot = times(shape, times((1, 0, 0, 1, x, y), inner))
        content += [f"/{face} {values(size)} Tf"] if face != last else []
        content.append(f"{values(*spot)} Tm <{code:04x}> Tj")
        last = face
        is_outside |= _reaches_out(times(shape, times((1, 0, 0, 1, x, y), matrix_of(one.get("CTM")))), size, box)
    if not content:
        return []
    cut = []
    if is_outside and box[0] and box[1]:
        cut = [f"{rectangle(box_through(outer, 0, 0, *box))} W n"]
    mode = 2 if fill and stroke else (0 if fill else 1)
    return [*cut, *_inks(painter, fill, stroke, style, alpha), f"BT {mode} Tr", *content, "ET"]


def _glyphs(one: Any) -> Iterator[tuple[str, int | None, float, float, float]]:
    """The glyphs of a text object, each with what it stands for, its number in its typeface (None: that of its
    character), where it stands, and how far the next one."""
    glyphs, merged = _transformed(one)
    x = y = 0.0
    at = 0
    for code in found(one, "TextCode"):
        text = characters_of(code.text or "")
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        across, along = distances(code.get("DeltaX"), len(text)), distances(code.get("DeltaY"), len(text))
        left, top = x, y
        for character, right, down in zip(text, across, along, strict=True):
            yield ("\ufffd" if at in merged else character), glyphs.get(at), left, top, right
            left, top, at = left + right, top + down, at + 1


def _transformed(one: Any) -> tuple[dict[int, int], set[int]]:
    """The glyphs that an object says, by the place of their character; and the places of characters that were merged
    into others or taken apart, of which the file does not say where they stand."""
    glyphs: dict[int, int] = {}
    merged: set[int] = set()
    for transform in found(one, "CGTransform"):
        at = int(number(transform.get("CodePosition")))
        given = [int(value) for value in numbers(text_of(find(transform, "Glyphs")))]
        codes, count = (int(number(transform.get(name), 1.0)) for name in ("CodeCount", "GlyphCount"))
        glyphs |= {at + n: glyph for n, glyph in enumerate(given) if 0 <= glyph < 1 << 16}
        if transform.get("CodeCount") and (codes != count or codes != len(given)):
            merged |= set(range(at, at + max(min(codes, MOST_CHARACTERS), len(given))))
    return glyphs, merged


def _reaches_out(spot: Matrix, size: float, box: tuple[float, float]) -> bool:
    """Whether the middle of a character lies further outside of its object's box than boxes are set too small."""
    x, y = applied(spot, size / 2 * (spot[0] ** 2 + spot[1] ** 2 > 0), size / 3)
    reach = OUTSIDE * size * max(abs(spot[2]), abs(spot[3]))
    (left, right), (top, bottom) = (sorted((0.0, side)) for side in box)
    return not (left - reach <= x <= right + reach and top - reach <= y <= bottom + reach)


def _path(painter: Painter, one: Any, inner: Matrix, style: Style, alpha: float) -> list[str]:
    spaces = painter.resources.spaces
    fill = ink_of(style.fill, spaces, None) if is_true(one.get("Fill"), default=False) else None
    stroke = ink_of(style.stroke, spaces, Ink(BLACK)) if is_true(one.get("Stroke"), default=True) else None
    fill, stroke = (ink if ink is not None and ink.alpha > 0 else None for ink in (fill, stroke))
    steps = _steps(text_of(find(one, "AbbreviatedData")), (1, 0, 0, 1, 0, 0))
    if not steps or (fill is None and stroke is None):
        return []
    star = "*" if one.get("Rule") == "Even-Odd" else ""
    end = f"B{star}" if fill and stroke else (f"f{star}" if fill else "S")
    return [matrix(inner), *_inks(painter, fill, stroke, style, alpha), *steps, end]


def _steps(data: str, through: Matrix) -> list[str]:
    """The operators of a path, its points taken through a matrix."""
    steps = []
    last = (0.0, 0.0)
    for name, points in outline(data):
        if name == "qCurveTo":  # a curve of one control point as one of two
            (x0, y0), (x1, y1), (x2, y2) = last, *points
            points = (
                ((x0 + 2 * x1) / 3, (y0 + 2 * y1) / 3),
                ((x2 + 2 * x1) / 3, (y2 + 2 * y1) / 3),
                (x2, y2),
            )
        last = points[-1] if points else last
        moved = [value for point in points for value in applied(through, *point)]
        steps.append(f"{values(*moved)} {OPERATORS[name]}")
    return steps


OPERATORS = {"moveTo": "m", "lineTo": "l", "curveTo": "c", "qCurveTo": "c", "closePath": "h"}


def _inks(painter: Painter, fill: Ink | None, stroke: Ink | None, style: Style, alpha: float) -> list[str]:
    """The operators that choose colours, how much they cover, and the pen."""
    content = []
    blend = style.attributes.get("BlendMode", "Normal")
    covers = [alpha * (ink.alpha if ink else 1.0) for ink in (fill, stroke)]
    if min(covers) < 1 or blend in BLENDS:
        name = painter.sheet.state(covers[0], covers[1], blend if blend in BLENDS else "Normal")
        content.append(f"/{name} gs")
    if fill:
        content.append(f"{values(*fill.colour)} rg")
    if stroke:
        told = style.attributes
        content.append(f"{values(*stroke.colour)} RG {values(abs(number(told.get('LineWidth'), LINE_WIDTH)))} w")
        content.append(f"{JOINS.get(told.get('Join', ''), 0)} j {CAPS.get(told.get('Cap', ''), 0)} J")
        dashes = [length for length in numbers(told.get("DashPattern")) if length >= 0]
        if sum(dashes) > 0:
            content.append(f"[{values(*dashes)}] {values(max(0.0, number(told.get('DashOffset'))))} d")
    return content


def _image(painter: Painter, one: Any, part: str, shown: Matrix, alpha: float) -> list[str]:
    media = painter.resources.pictures.get(one.get("ResourceID", ""))
    location = text_of(find(media.element, "MediaFile")) if media is not None else ""
    data = painter.package.binary(location, media.part if media is not None else part) if location else None
    picture = add_picture(painter, data) if data else None
    # Pictures stand on the page's bottom in a PDF, and hang from its top here.
    upright = times((1, 0, 0, -1, 0, 1), shown)
    blend = one.get("BlendMode", "Normal")
    state = f"/{painter.sheet.state(alpha, alpha, blend if blend in BLENDS else 'Normal')} gs"
    if picture is not None:
        return [state, matrix(upright), f"/{picture} Do"]
    if abs(upright[0] * upright[3] - upright[1] * upright[2]) > LARGEST_UNKNOWN * painter.sheet.width * (
        painter.sheet.height
    ):
        message = Phrase("a picture of the page is missing, or of a kind that is not read; save the file as PDF")
        raise InputError("unreadable", painter.package.path, message, painter.number)
    return [state, matrix(upright), f"{values(*UNTOLD_COLOUR)} rg 0 0 1 1 re f"]


def add_picture(painter: Painter, data: bytes) -> str | None:
    """Add a picture to the file; gives its name, or None where it cannot be opened."""
    if data.startswith(JBIG2):
        return _add_jbig2(painter, data)
    try:
        with Image.open(io.BytesIO(data), formats=PICTURES) as image:
            require_pixels(painter.package.path, *image.size, painter.package.settings, painter.number)
            layered = image.convert("RGBA")
    except InputError:
        raise
    except Exception:  # noqa: BLE001 - a stranger's picture, damaged in any way
        return None
    covers = layered.getchannel("A")
    mask = covers.tobytes() if covers.getextrema() != (255, 255) else None
    return painter.sheet.picture(*layered.size, layered.convert("RGB").tobytes(), mask)


def _add_jbig2(painter: Painter, data: bytes) -> str | None:
    """Add a picture of JBIG2, which scanners make of black and white pages, as it is; pdfium unpacks it.

    Source: ITU-T T.88, 7.2 (heads of segments), 7.4.8 (of pages) and D.4 (of files: what follows each other).
    """
    flags = int.from_bytes(data[len(JBIG2) : len(JBIG2) + 1], "big")
    segments = data[len(JBIG2) + (1 if flags & 2 else 5) :]
    kind, size = segments[4:5], segments[11:19]
    if not flags & 1 or kind != PAGE_HEAD or len(size) < 8:
        return None
    width, height = int.from_bytes(size[:4], "big"), int.from_bytes(size[4:], "big")
    require_pixels(painter.package.path, width, height, painter.package.settings, painter.number)
    return painter.sheet.bilevel(width, height, segments) if width and height else None


def box_through(through: Matrix, x: float, y: float, width: float, height: float) -> PdfBox:
    """The smallest box around a rectangle that was taken through a matrix."""
    corners: Sequence[tuple[float, float]] = [applied(through, x + w, y + h) for w in (0, width) for h in (0, height)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return PdfBox(min(xs), min(ys), max(xs), max(ys))


def rectangle(box: PdfBox) -> str:
    """The operator that adds a box to a path."""
    return f"{values(box.x0, box.y0, box.width, box.height)} re"
