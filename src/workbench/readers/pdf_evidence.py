"""Whether the text of a PDF page can be trusted: it is all there, told by the file, and what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from workbench.readers.pdf_digits import digits_look_right
from workbench.readers.pdf_objects import WHITE, Character, PageMarks, PdfBox, Rule

LARGEST_PICTURE = 0.1
"""A picture over more than this share of the page may hold a table of its own, or all of the page."""

FEW = 0.02
"""Up to this share of characters may be odd (turned, without ink) without speaking against the others."""

NARROW = frozenset("0123456789abcdefghijklnopqrstuvxyz")
WIDEST_NARROW = 0.85
"""Digits and small Latin letters are narrower than this share of the size of their type."""

SHORTEST_RULE = 1.5
"""A line shorter than this many text heights may be a dash."""

PIXELS_PER_HEIGHT = 28
"""Text is drawn so high for the comparison: enough to tell digits apart."""

MOST_PIXELS = 20_000_000
"""A page of small text on large paper is drawn smaller, with no more pixels than this."""

CONTRAST = 60
"""Grey levels (of 255) between ink and what it stands on."""

FAINT = 30
"""Grey levels that at least a character's ink differs from its ground, thin strokes included."""

DARK = 150
"""Ink of text has no channel above this; a red seal has."""

INK_OF_A_MARK = 0.008
"""Square text heights of ink that a dash or a point has at least."""

Picture = NDArray[np.uint8]


def is_text_page(marks: PageMarks) -> bool:
    """Whether the page's content speaks for reading it: text that the file tells and shows, and no large picture."""
    characters = marks.characters
    if not marks.complete or not characters:
        return False
    page = marks.width * marks.height
    covered = sum(_shown_area(picture, marks) for picture in marks.pictures)
    hidden = sum(not character.shown for character in characters)
    turned = sum(not character.upright for character in characters)
    wide = sum(_is_wide(character) for character in characters)
    return (
        covered <= LARGEST_PICTURE * page
        and all(character.known for character in characters)
        and hidden == 0
        and turned <= FEW * len(characters)
        and wide <= FEW * len(characters)
    )


def _shown_area(box: PdfBox, marks: PageMarks) -> float:
    width = min(box.x1, marks.width) - max(box.x0, 0.0)
    height = min(box.y1, marks.height) - max(box.y0, 0.0)
    return max(width, 0.0) * max(height, 0.0)


def _is_wide(character: Character) -> bool:
    """A digit or small Latin letter with the room of an ideograph: the file calls a glyph by a wrong name."""
    return character.text in NARROW and character.room.width > WIDEST_NARROW * character.size


def is_blank(page: pypdfium2.PdfPage, marks: PageMarks) -> bool:
    """Whether a page without characters and pictures shows nothing: an empty last page is not worth an OCR engine."""
    if marks.characters or marks.pictures or not marks.complete:
        return False
    return int(np.asarray(page.render(scale=_scale(marks, 1.0)).to_pil().convert("L")).min()) >= WHITE


def shows_its_text(page: pypdfium2.PdfPage, marks: PageMarks, cells: Sequence[PdfBox], text_height: float) -> bool:
    """Compare the text with a drawing of the page: every character has ink, digits look like themselves, and no cell
    holds ink beside its characters.

    Characters without a typeface in the file are drawn by a stand-in that may lack them: their ink proves nothing.
    """
    scale = _scale(marks, PIXELS_PER_HEIGHT / text_height)
    drawn = page.render(scale=scale).to_pil().convert("RGB")
    grey = np.asarray(drawn.convert("L"), dtype=np.float64)
    lightest = reduce(np.maximum, (np.asarray(channel) for channel in drawn.split()))
    inks = [(character, grey[_window(character.ink, scale, 0)]) for character in marks.characters if character.embedded]
    faint = sum(ink.size > 0 and np.ptp(grey[_window(c.ink, scale, 1)]) < FAINT for c, ink in inks)
    if faint > FEW * len(inks) or not digits_look_right([(c, ink) for c, ink in inks if c.upright]):
        return False
    rules = [rule for rule in marks.rules if rule.end - rule.start > SHORTEST_RULE * text_height]
    for box in [*(character.room for character in marks.characters), *map(_rule_box, rules)]:
        lightest[_window(box, scale, 1)] = 255
    mark = INK_OF_A_MARK * (text_height * scale) ** 2
    return not any(_unexplained_ink(lightest[_window(box, scale, 0)]) > mark for box in cells)


def _scale(marks: PageMarks, wanted: float) -> float:
    return min(wanted, float((MOST_PIXELS / (marks.width * marks.height)) ** 0.5))


def _rule_box(rule: Rule) -> PdfBox:
    low, high = rule.position - rule.thickness / 2, rule.position + rule.thickness / 2
    if rule.direction == "horizontal":
        return PdfBox(rule.start, low, rule.end, high)
    return PdfBox(low, rule.start, high, rule.end)


def _unexplained_ink(lightest: Picture) -> int:
    return int(np.count_nonzero(lightest < min(DARK, int(np.median(lightest)) - CONTRAST))) if lightest.size else 0


def _window(box: PdfBox, scale: float, margin: int) -> tuple[slice, slice]:
    """The pixels of a box, and some around it."""
    x0, y0, x1, y1 = (edge * scale for edge in (box.x0, box.y0, box.x1, box.y1))
    rows = slice(max(0, int(y0) - margin), max(0, int(y1) + 1 + margin))
    return rows, slice(max(0, int(x0) - margin), max(0, int(x1) + 1 + margin))
