"""Numbers of a PDF's text held against the drawing of the page: is what they say all that is shown at their place?

The file itself answers most of it: at a number the page, drawn whole, has to look as it does when nothing but its text
is drawn. What glyphs are called, nothing but a reader of pictures can tell; each glyph is to be read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workbench.readers.pdf_digits import SHAPE, as_unit
from workbench.readers.pdf_drawing import CONTRAST, FAINT, Drawing, Picture, lightest
from workbench.readers.pdf_objects import Character, PdfBox, Rule

NEAR_EDGE = 0.25
"""A rule so near to a cell's edge, in text heights, is drawn for that edge (`workbench.readers.ruled`)."""

OVERLAP = 0.3
"""Characters of type side by side share no more of their boxes than this, or the boxes lean over each other."""

SMALLER = 0.9
"""Digits of one number are of one size: those below this share of the largest are something else."""

INSIDE = 0.75
"""Share of a character's height and width that lies in its cell, or it is cut by what stands there."""

WATERMARK = 63
"""Grey levels (of 255) between white paper and silver, the colour of word processors' watermarks."""

SAME = 2
"""Pixels that two drawings of the same text may differ by: the renderer is the same, and so are they, but for one."""

ALIKE = 0.9
"""Correlation from which on two drawings are of one glyph. At other fractions of a pixel a digit reaches .97, nine
times of ten; two digits of one typeface in boxes of one size reach .85 at most, in 53 typefaces."""

SMALLEST_SHAPE = 5.0
"""Pixels: a point or a dash that is less wide or less high has no shape but that of its box."""

WHOLE = 0.85
"""Ideographs are at least this wide, in sizes of type; a figure that is called one is not."""

Doubt = Literal["none", "differs", "broken"]
"""``differs``: something else is shown than the text says, or more; a reader has to look. ``broken``: digits are not
drawn as they are, such as those struck out, or in two sizes; no reader can tell what is meant."""


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """A cell with digits: its place, its text as the file has it, and the cell as it is drawn.

    A line outside all tables counts as a cell of table 0, its number among these lines, from 0, as its row.

    ``picture`` (height, width) is grey, dark on light; its text is ``height`` pixels high. ``glyphs`` are those of its
    figures and of what stands beside them, by their numbers on the page.
    """

    table_no: int
    row: int
    col: int
    text: str
    picture: Picture
    height: float
    glyphs: frozenset[int]
    doubt: Doubt


@dataclass(slots=True)
class Glyphs:
    """The glyphs of a page by typeface, name and shape: one that is drawn otherwise has another number."""

    drawing: Drawing
    found: dict[tuple[object, ...], list[tuple[int, NDArray[np.float64]]]] = field(default_factory=dict)
    count: int = 0

    def number(self, character: Character) -> int:
        """The number of a character's glyph."""
        box, size = character.ink, max(character.size, 0.1)
        key = (character.font, character.text, *(round(side / size, 2) for side in (box.width, box.height)))
        shape = self._shape(box)
        is_small = min(box.width, box.height) * self.drawing.scale < SMALLEST_SHAPE
        for number, other in self.found.setdefault(key, []):
            if is_small or float(np.vdot(shape, other)) >= ALIKE:
                return number
        self.count += 1
        self.found[key].append((self.count, shape))
        return self.count

    def _shape(self, box: PdfBox) -> NDArray[np.float64]:
        """The ink of a glyph, brought to one size: see `as_unit`."""
        rows, columns = self.drawing.window(box, margin=1)
        ink, scale = self.drawing.text[rows, columns], self.drawing.scale
        if min(ink.shape) < 2:
            return np.zeros(SHAPE[0] * SHAPE[1])
        left, top = box.x0 * scale - columns.start, box.y0 * scale - rows.start
        right = min(float(ink.shape[1]), max(left + 1, box.x1 * scale - columns.start))
        bottom = min(float(ink.shape[0]), max(top + 1, box.y1 * scale - rows.start))
        place = (max(0.0, min(left, right - 1)), max(0.0, min(top, bottom - 1)), right, bottom)
        levels = np.asarray(Image.fromarray(ink).resize(SHAPE, Image.Resampling.BILINEAR, box=place), dtype=np.float64)
        return as_unit(levels).ravel()


def has_figure(characters: Iterable[Character]) -> bool:
    """Whether there is a digit among the characters."""
    return any(character.text.isdecimal() for character in characters)


def figures_of(line: Sequence[Character]) -> Iterator[Character]:
    """The digits of a line, and the characters beside them that are no ideographs: signs, points, commas."""
    for n, character in enumerate(line):
        is_ideograph = "\u3400" <= character.text <= "\u9fff" and character.room.width >= WHOLE * character.size
        if has_figure(line[max(0, n - 1) : n + 2]) and not is_ideograph:
            yield character


def inner_box(box: PdfBox, rules: Sequence[Rule], text_height: float) -> PdfBox:
    """A cell without the rules that are drawn for its edges."""
    near = NEAR_EDGE * text_height
    edges = [box.x0, box.y0, box.x1, box.y1]
    for rule in rules:
        level = rule.direction == "horizontal"
        along = (box.x0, box.x1) if level else (box.y0, box.y1)
        if rule.end < along[0] or rule.start > along[1]:
            continue
        first, last = (1, 3) if level else (0, 2)
        if abs(rule.position - (box.y0 if level else box.x0)) <= near:
            edges[first] = max(edges[first], rule.position + rule.thickness / 2)
        if abs(rule.position - (box.y1 if level else box.x1)) <= near:
            edges[last] = min(edges[last], rule.position - rule.thickness / 2)
    return PdfBox(*edges)


def picture_of(drawing: Drawing, inner: PdfBox) -> Picture:
    """A cell as it is drawn, grey, its ink dark."""
    grey = np.asarray(Image.fromarray(drawing.shown[_inside(drawing, inner)]).convert("L"))
    return np.asarray(255 - grey if grey.size and np.median(grey) < 128 else grey, dtype=np.uint8)


def doubt_of(lines: Sequence[Sequence[Character]], drawing: Drawing, inner: PdfBox) -> Doubt:
    """Compare a cell as it is drawn with its characters, line by line as they are read.

    Args:
        lines: of the cell.
        drawing: of the page.
        inner: the cell without the rules at its edges.
    """
    frame = _inside(drawing, inner)
    if min(drawing.text[frame].shape) < 1:
        return "differs"
    unsealed = drawing.unsealed[frame].astype(np.float64)
    expected, is_hidden = _expected(lines, drawing, frame, unsealed)
    seals = lightest(drawing.shown[frame]).astype(np.int16) - lightest(drawing.unsealed[frame])
    inked = (np.abs(unsealed - expected).max(axis=2) > WATERMARK) | (seals < -CONTRAST)
    bands = [_within(_band(line, drawing), frame)[0] for line in lines if has_figure(line)]
    if any(np.count_nonzero(inked[rows]) > SAME for rows in bands) or any(map(_is_in_two_sizes, lines)):
        return "broken"
    is_other = np.count_nonzero(inked | (seals > CONTRAST)) > SAME
    is_cut = any(not _is_inside(c.ink, box) for line in lines for c in line for box in (inner, drawing.page))
    return "differs" if is_hidden or is_other or is_cut or any(map(_is_overprinted, lines)) else "none"


def _expected(
    lines: Sequence[Sequence[Character]], drawing: Drawing, frame: tuple[slice, slice], shown: NDArray[np.float64]
) -> tuple[NDArray[np.float64], bool]:
    """A part of the page as its text alone looks, in the colours and on the papers that are shown there; and whether
    there is a character that does not show."""
    ink = drawing.text[frame] / 255.0
    paper = _paper(shown, ink)
    expected = np.tile(paper, (*ink.shape, 1))
    papers = []
    for line in lines:
        band = _within(_band(line, drawing), frame)
        beside = _paper(shown[band], ink[band], otherwise=paper)  # of a highlighted text another one
        room = PdfBox(0.0, min(c.room.y0 for c in line), 0.0, max(c.room.y1 for c in line))
        rows = _within(drawing.window(room), frame)[0]
        expected[rows] = _between(paper, beside, shown[rows])
        papers.append(beside)
    is_hidden = False
    for character, beside in ((c, beside) for line, beside in zip(lines, papers, strict=True) for c in line):
        place = _within(drawing.window(character.ink, 1), frame)
        cover = ink[place][:, :, None]
        if cover.size == 0 or cover.max() < 0.5:
            is_hidden |= character.embedded  # a stand-in for a typeface may lack characters
            continue
        colour = (cover * (shown[place] - (1 - cover) * beside)).sum((0, 1)) / (cover**2).sum()
        is_hidden |= float(np.abs(colour - beside).max()) < FAINT
        expected[place] = np.where(cover > 0, beside + cover * (colour.clip(0, 255) - beside), expected[place])
    return expected, is_hidden


def _paper(
    picture: NDArray[np.float64], ink: NDArray[np.float64], otherwise: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """The usual colour of a picture without the ink of text; where there is ink everywhere, what it is otherwise."""
    free = picture[ink == 0]
    if len(free) or otherwise is None:
        return np.asarray(np.median(free if len(free) else picture.reshape(-1, 3), axis=0))
    return otherwise


def _between(one: NDArray[np.float64], other: NDArray[np.float64], picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two papers, and their soft edge, as near to each pixel of the picture as they come."""
    way = other - one
    share = ((picture - one) @ way / max(float(way @ way), 1.0)).clip(0, 1)
    return np.asarray(one + share[:, :, None] * way)


def _band(line: Sequence[Character], drawing: Drawing) -> tuple[slice, slice]:
    """The pixels of the page that a line's figures take up, from the first character to the last."""
    figures = [c.ink for c in line if c.text.isdecimal()] or [c.ink for c in line]
    top, bottom = min(ink.y0 for ink in figures), max(ink.y1 for ink in figures)
    return drawing.window(PdfBox(min(c.ink.x0 for c in line), top, max(c.ink.x1 for c in line), bottom))


def _inside(drawing: Drawing, inner: PdfBox) -> tuple[slice, slice]:
    """The pixels that lie wholly in a box, but for soft edges of what is drawn around it."""
    top, bottom, left, right = (round(edge * drawing.scale) for edge in (inner.y0, inner.y1, inner.x0, inner.x1))
    height, width = drawing.text.shape
    rows, columns = slice(max(0, top + 2), min(height, bottom - 2)), slice(max(0, left + 2), min(width, right - 2))
    return rows, columns


def _within(place: tuple[slice, slice], frame: tuple[slice, slice]) -> tuple[slice, slice]:
    """A place of the page as one of the frame."""
    rows, columns = (
        slice(max(0, part.start - whole.start), max(0, min(part.stop, whole.stop) - whole.start))
        for part, whole in zip(place, frame, strict=True)
    )
    return rows, columns


def _is_in_two_sizes(line: Sequence[Character]) -> bool:
    return any(
        min(a.size, b.size) < SMALLER * max(a.size, b.size)
        for a, b in pairwise(line)
        if a.text.isdecimal() and b.text.isdecimal()
    )


def _is_inside(ink: PdfBox, box: PdfBox) -> bool:
    width = min(ink.x1, box.x1) - max(ink.x0, box.x0)
    height = min(ink.y1, box.y1) - max(ink.y0, box.y0)
    return width >= INSIDE * ink.width and height >= INSIDE * ink.height


def _is_overprinted(line: Sequence[Character]) -> bool:
    """Whether two characters of a line stand on one place."""
    return any(_is_over(a.ink, b.ink) for n, a in enumerate(line) for b in line[n + 1 : n + 4])


def _is_over(one: PdfBox, other: PdfBox) -> bool:
    is_beside = abs(one.centre[0] - other.centre[0]) > (one.width + other.width) / 3  # of slanted type
    return not is_beside and _share(one, other) > OVERLAP


def _share(one: PdfBox, other: PdfBox) -> float:
    """Share of the smaller box that the two have in common."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    smaller = min(one.width * one.height, other.width * other.height)
    return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0
