"""An OFD page drawn as a PDF page, with its templates, annotations and seals. Source: GB/T 33190-2016."""

from __future__ import annotations

import io
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.ofd_drawing import (
    Painter,
    Style,
    add_picture,
    box_through,
    draw_objects,
    rectangle,
    styled,
)
from workbench.readers.ofd_fonts import Faces
from workbench.readers.ofd_package import Located, OfdPackage, OfdPage, open_package
from workbench.readers.ofd_values import box_of, found
from workbench.readers.pdf_objects import Matrix, times
from workbench.readers.pdf_writing import PdfSheet, matrix, values

POINT = 72 / 25.4
"""Points in a millimetre."""

SEAL_PAPER = 0.7
"""Grey (1 is white) of a seal that cannot be drawn: what stands below stays legible, and is doubted."""

PICTURE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
"""First bytes of the pictures that seals hold."""

PACKAGE_START = b"PK\3\4"
"""First bytes of a seal that is drawn as an OFD of its own."""

SEAL_SCALE = 4.0
"""Pixels to a point of such a seal: 288 to the inch."""

LARGEST_SEAL = 2_000
"""Pixels of its longer side at most."""


def page_as_pdf(package: OfdPackage, number: int, sealed: bool = True) -> bytes:
    """One page of an OFD (numbers count from 1) as a PDF of one page; a page that is itself a seal is not ``sealed``.

    Raises:
        InputError: ``unreadable`` or ``too-large``: the page cannot be drawn.
    """
    page = package.pages[number - 1]
    try:
        return _drawn(package, page, number, sealed)
    except (ValueError, LookupError, OverflowError, TypeError) as error:
        message = Phrase("the page is damaged ({error}); open it in a reader of OFD and save it as PDF", error=error)
        raise InputError("unreadable", package.path, message, number) from error


def _drawn(package: OfdPackage, page: OfdPage, number: int, sealed: bool) -> bytes:
    left, top, width, height = package.page_box(page)
    sheet = PdfSheet(width * POINT, height * POINT)
    resources = package.resources(page)
    painter = Painter(package, number, resources, sheet, Faces(package, resources.fonts, sheet))
    place = (POINT, 0.0, 0.0, -POINT, -left * POINT, (height + top) * POINT)
    for layer in package.layers(page):
        style = styled(painter, Style({}), layer.element)
        sheet.content += draw_objects(painter, layer.element, layer.part, place, style, 0)
    for note in package.annotations(page):
        _annotate(painter, note, place)
    for stamp, seal in package.seals(page) if sealed else ():
        _seal(painter, stamp, seal, place)
    painter.faces.write()
    return sheet.written()


def _annotate(painter: Painter, note: Located, place: Matrix) -> None:
    """Draw an annotation; one that is a seal lies over the text without changing what it says."""
    for look in found(note.element, "Appearance"):
        x, y, width, height = box_of(look.get("Boundary")) if look.get("Boundary") else (0.0, 0.0, 0.0, 0.0)
        inner = times((1, 0, 0, 1, x, y), place)
        drawn = draw_objects(painter, look, note.part, inner, Style({}), 0)
        if note.element.get("Type") == "Stamp" and width and height:
            painter.sheet.stamp(box_through(inner, 0, 0, width, height), drawn)
        else:
            painter.sheet.content += drawn


def _seal(painter: Painter, stamp: Any, seal: bytes, place: Matrix) -> None:
    """Draw a seal as a stamp; what it is made of is not drawn where that is not known."""
    x, y, width, height = box_of(stamp.get("Boundary"))
    box = box_through(place, x, y, width, height)
    window = box_through(place, *_clipped(stamp, x, y, width, height))
    if box.width <= 0 or box.height <= 0:
        return
    content = _picture_of(painter, seal)
    picture = add_picture(painter, content) if content else None
    blend = painter.sheet.state(1.0, 1.0, "Multiply")
    cut = f"q {rectangle(window)} W n /{blend} gs"
    if picture is None:
        painter.sheet.stamp(box, [cut, f"{values(SEAL_PAPER)} g {rectangle(box)} f Q"])
    else:
        painter.sheet.stamp(box, [cut, matrix((box.width, 0, 0, box.height, box.x0, box.y0)), f"/{picture} Do Q"])


def _picture_of(painter: Painter, seal: bytes) -> bytes | None:
    """The picture that a seal, or a signature with it, holds; None where there is none that is known.

    Seals are in a notation (GB/T 38540) in which nothing but the picture itself begins as pictures do.
    """
    starts = [at for start in PICTURE_STARTS if (at := seal.find(start)) >= 0]
    if starts:
        return seal[min(starts) :]
    at = seal.find(PACKAGE_START)
    if at < 0:
        return None
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        file = Path(folder) / "seal.ofd"
        file.write_bytes(seal[at:])
        try:
            drawn = page_as_pdf(open_package(file, painter.package.settings), 1, sealed=False)
        except InputError:
            return None
    stream = io.BytesIO()
    with closing(pypdfium2.PdfDocument(drawn)) as document:
        page = document[0]
        scale = min(SEAL_SCALE, LARGEST_SEAL / max(page.get_size()))
        page.render(scale=scale).to_pil().save(stream, "PNG")
    return stream.getvalue()


def _clipped(stamp: Any, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """The part of a seal that is shown: one over the edge of several pages is cut in pieces."""
    if not stamp.get("Clip"):
        return x, y, width, height
    left, top, wide, high = box_of(stamp.get("Clip"))
    return x + left, y + top, wide, high
