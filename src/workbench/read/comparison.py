"""One text for a cell that was read twice: from the page as it was scanned, and cleaned of seals and handwriting.

Either reading may be the better one: a seal's stroke becomes a character on the page as scanned, and a character may be
taken off with the seal. Where both say the same, that is the text; where they differ, the surer one stands, as doubted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.grid.text_lines import LineBox
from workbench.model import CellState
from workbench.read.cell_text import PUNCTUATION, same_values
from workbench.read.relation_symbols import LETTERS_FOR_RELATIONS, RELATIONS
from workbench.read.settings import ReadSettings
from workbench.read.words import word_in
from workbench.vocabulary import words

if TYPE_CHECKING:
    from workbench.ocr.base import Reading


LIKE_NUMBERS = frozenset("0123456789.%‰-+−–—一lI|!ioOQDSZBTJ〇丨卜十")
"""Characters of numbers, and what they are taken for."""


@dataclass(frozen=True, slots=True)
class CellReading:
    """What was read in a cell: its ``text``, the ``lines`` of ink that it was read from, its least sure ``character``.

    ``agreement`` is 1 where a second reading of every doubtful line was the same, 0 where one was not, None where no
    line was doubtful. ``other`` is what another recogniser read, where that is something else. ``legible`` is the
    recogniser's own confidence in the least sure character (0 to 1): ``character`` is lower where more speaks against
    the text. ``texts`` are those of the lines, none where these may be one number that was wrapped. ``read`` is what
    the recogniser made of the lines. ``seconded`` is whether another one read all of them the same. ``misread`` is the
    text before it was taken for a word of forms.
    """

    text: str
    lines: Sequence[LineBox]
    character: float
    agreement: float | None = None
    other: str | None = None
    legible: float = 1.0
    texts: Sequence[str] = ()
    read: Sequence[Reading] = ()
    seconded: bool = False
    misread: str | None = None

    @property
    def state(self) -> CellState:
        return "text" if self.text else ("unread" if self.lines else "empty")


@dataclass(frozen=True, slots=True)
class CellText:
    """The text of a cell with its state and confidences, and the other reading of it, as `workbench.model.Cell` has
    them."""

    text: str
    state: CellState
    character: float
    agreement: float | None
    other: str | None = None


def read_once(reading: CellReading) -> CellText:
    """The text of a cell on which nothing lies but its print."""
    return CellText(reading.text, reading.state, reading.character, reading.agreement)


def read_twice(as_scanned: CellReading, cleaned: CellReading, buried: bool, settings: ReadSettings) -> CellText:
    """The text of a cell that something lies over; ``buried``: so much of it that print under it need not show.

    A cell is called obscured where neither reading is to be relied on.
    """
    if same_values(as_scanned.text, cleaned.text):
        surer = max(cleaned, as_scanned, key=lambda reading: reading.character)  # strokes of a seal become brackets
        if surer.text:
            return CellText(surer.text, "text", surer.character, 1.0)
        return _blank(buried or bool(cleaned.lines), settings)
    if not cleaned.text and as_scanned.character < settings.second_reading.sure:
        return _blank(buried or bool(cleaned.lines), settings)
    surer = max(cleaned, as_scanned, key=lambda reading: reading.character if reading.text else 0.0)
    if as_scanned.character >= settings.second_reading.sure:
        surer = as_scanned  # a reading from which characters were taken off is as sure of the others
    word = word_in(cleaned.text)
    if surer.legible < settings.legible and word in words() and word == word_in(as_scanned.text):
        return CellText(word, "text", settings.second_reading.unsure, 0.0)  # strokes beside it are read as anything
    if surer.legible < settings.legible:
        return CellText("", "obscured", min(surer.character, settings.second_reading.unsure), 0.0)
    is_sure = cleaned.legible >= settings.second_reading.sure
    if surer is cleaned and is_sure and _adds_strokes(as_scanned, cleaned, settings):
        return replace(read_once(cleaned), agreement=1.0)
    return replace(read_once(surer), agreement=0.0)


def _adds_strokes(as_scanned: CellReading, cleaned: CellReading, settings: ReadSettings) -> bool:
    """Whether the page as scanned says what the cleaned one does, and more that is no print: characters of which the
    recogniser is unsure, and which are none that numbers have, nor like them. Strokes of seals become such."""
    more = iter(
        (character, confidence)
        for reading in as_scanned.read
        for character, confidence in zip(reading.text, reading.confidences, strict=True)
    )
    added = []
    for expected in _characters(cleaned):
        for character, confidence in more:
            if character == expected:
                break
            added.append((character, confidence))
        else:
            return False
    return bool(cleaned.read) and all(
        character in PUNCTUATION or (confidence < settings.legible and character not in LIKE_NUMBERS)
        for character, confidence in (*added, *more)
    )


def _characters(reading: CellReading) -> str:
    return "".join(one.text for one in reading.read)


def confirmed_by(
    more: Sequence[CellReading], found: CellText, cleaned: CellReading, settings: ReadSettings
) -> CellText:
    """The text of a cell, no longer doubted where it is that of the cleaned page, and one ``more`` reading says the
    same: of the page in a colour in which the seal fades, and from which nothing was taken off."""
    sure = settings.second_reading.sure
    if found.agreement != 0.0 or not found.text or found.text != cleaned.text or cleaned.character < sure:
        return found
    is_confirmed = any(one.character >= sure and same_values(one.text, cleaned.text) for one in more)
    return replace(found, agreement=1.0) if is_confirmed else found


def with_more_strokes(found: CellText, settings: ReadSettings) -> CellText:
    """The text of a cell in which there are strokes that no line was read from: more may be printed there."""
    state: CellState = "unread" if found.state == "empty" else found.state
    return replace(found, state=state, character=min(found.character, settings.second_reading.unsure))


def _blank(hidden: bool, settings: ReadSettings) -> CellText:
    """A cell in which nothing was read: empty, unless there is ink, or what lies over it may hide print."""
    return (
        CellText("", "obscured", settings.second_reading.unsure, None) if hidden else CellText("", "empty", 1.0, None)
    )


def by_two_readers(found: CellText, readings: Sequence[CellReading]) -> CellText:
    """The text of a cell, doubted where another recogniser read something else in every picture that gave the text.

    Where that is a relation symbol that the first takes for a letter, it stands, as doubted.
    """
    others = [reading.other for reading in readings if reading.text == found.text]
    if not others or None in others or found.state == "obscured":
        return found
    if found.text in LETTERS_FOR_RELATIONS and others[0] in RELATIONS:
        return replace(found, text=others[0], agreement=0.0, other=found.text)
    return replace(found, agreement=0.0, other=others[0])


def with_misread(found: CellText, readings: Sequence[CellReading]) -> CellText:
    """The text of a cell with what was read, where it was taken for a word of forms in every picture that gave it."""
    misread = [reading.misread for reading in readings if reading.text == found.text]
    if not misread or None in misread or found.other is not None:
        return found
    return replace(found, other=misread[0])
