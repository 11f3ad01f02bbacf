"""Whether the text of a PDF page can be trusted: it is all there, told by the file, and what the page shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from workbench.readers.pdf_digits import digits_look_right
from workbench.readers.pdf_drawing import CONTRAST, DARK, FAINT, MARK, Drawing, Picture, darkest, lightest, scale_of
from workbench.readers.pdf_objects import WHITE, Character, PageMarks, PdfBox, Rule

LARGEST_PICTURE = 0.1
"""A picture over more than this share of the page may hold a table of its own, or all of the page."""

FEW = 0.02
"""Up to this share of characters may be odd (turned, without ink) without speaking against the others."""

NARROW = frozenset("0123456789abcdefghijklnopqrstuvxyz")
WIDEST_NARROW = 0.85
"""Digits and small Latin letters are narrower than this share of the size of their type."""

RED = 0
"""The channel in which the ink of seals fades, and no other."""

SHORTEST_RULE = 1.5
"""A line shorter than this many text heights may be a dash."""

PIXELS_PER_HEIGHT = 28
"""Text is drawn so high for the comparison: enough to tell digits apart."""


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
    return int(np.asarray(page.render(scale=scale_of(marks, 1.0)).to_pil().convert("L")).min()) >= WHITE


def shows_its_text(
    drawing: Drawing, marks: PageMarks, words: Sequence[Character], cells: Sequence[PdfBox], text_height: float
) -> bool:
    """Compare the text with a drawing of the page: ``words`` have ink, digits look like themselves, and none of the
    ``cells`` holds ink beside its characters. Cells with figures are for `workbench.readers.pdf_numbers`.

    Characters without a typeface in the file are drawn by a stand-in that may lack them: their ink proves nothing.
    Digits that are turned are no part of a cell's text.
    """
    grey = np.asarray(Image.fromarray(drawing.shown).convert("L"), dtype=np.float64)
    embedded = [character for character in words if character.embedded]
    faint = sum(_is_faint(grey[drawing.window(character.ink, 1)]) for character in embedded)
    alone = np.asarray(255 - drawing.text, dtype=np.float64)
    digits = [(c, alone[drawing.window(c.ink)]) for c in marks.characters if c.embedded and c.upright]
    if faint > FEW * len(embedded) or not digits_look_right(digits):
        return False
    rules = [rule for rule in marks.rules if rule.end - rule.start > SHORTEST_RULE * text_height]
    told = [character for character in marks.characters if character.upright or not character.text.isdecimal()]
    left = np.minimum(lightest(drawing.shown), drawing.unsealed[:, :, RED])
    for box in marks.notes:
        left[drawing.window(box)] = darkest(drawing.shown[drawing.window(box)])
    for box in [*(character.room for character in told), *map(_rule_box, rules)]:
        left[drawing.window(box, 1)] = 255
    mark = MARK * (text_height * drawing.scale) ** 2
    return not any(_unexplained_ink(left[drawing.window(box)]) > mark for box in cells)


def _is_faint(grey: NDArray[np.float64]) -> bool:
    return grey.size > 0 and float(np.ptp(grey)) < FAINT


def _rule_box(rule: Rule) -> PdfBox:
    low, high = rule.position - rule.thickness / 2, rule.position + rule.thickness / 2
    if rule.direction == "horizontal":
        return PdfBox(rule.start, low, rule.end, high)
    return PdfBox(low, rule.start, high, rule.end)


def _unexplained_ink(lightest: Picture) -> int:
    return int(np.count_nonzero(lightest < min(DARK, int(np.median(lightest)) - CONTRAST))) if lightest.size else 0
