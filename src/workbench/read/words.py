"""Labels and names of levels, decoded as such: of what the recogniser held possible, the word that forms are printed
with.

目 and 日, 二 and 三 are a stroke apart, and the strokes of a bad scan run together. Where a cell may only say one of a
few words, the likeliest of these is what it says, not the likeliest characters one by one. Digits and signs are no part
of a word and stay as they were read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from workbench.ocr.base import Reading
from workbench.read.settings import WordSettings

BESIDE_WORD = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]?|[^\u4e00-\u9fff]+")
"""What may stand around and between the characters of a word: brackets with what they hold, punctuation, numbers."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A word as a reading of a cell: its characters where others were read, by their place in the cell's text, and how
    often it is meant for each time that the cell says what was read."""

    changed: dict[int, str]
    weight: float


def as_words(lines: Sequence[Reading], words: Collection[str], settings: WordSettings) -> list[Reading]:
    """The lines of a cell as the word that is likelier than all else; as they were read where that is one, or none is.

    A word is possible where the recogniser held each of its characters possible. By Bayes' rule a word counts as many
    times more than the reading as it is likelier before anything is read (``settings.prior``), and as much less as its
    characters are less likely than those that were read. The confidence of characters that are changed is the share of
    their word; where no word has most of it, the characters that are in question are as unsure as that leaves them.

    A reading that is a word is by the same rule surer than its characters one by one, but for other words.

    Args:
        lines: readings of the cell's lines, top to bottom.
        words: the vocabulary.
        settings: how likely words are.
    """
    joined = "".join(line.text for line in lines)
    places = _places_of_word(joined)
    read = "".join(joined[place] for place in places)
    if not 1 < len(read) <= settings.longest:
        return list(lines)
    possible = [dict(others) for line in lines for others in _alternatives(line)]
    if not any(possible):  # of nearly every cell: nothing to compare with hundreds of words
        return list(lines)
    found = [one for one in _spellings(read, places, possible, words, settings.prior) if one.changed]
    if read in words:
        return _confirmed(lines, places, found, settings.prior)
    if not found:
        return list(lines)
    total = 1 + sum(spelling.weight for spelling in found)
    best = max(found, key=lambda spelling: spelling.weight)
    if best.weight > total / 2:
        return _with_changed(lines, best.changed, dict.fromkeys(best.changed, best.weight / total))
    in_question = {place for spelling in found for place in spelling.changed}
    return _with_changed(lines, {}, dict.fromkeys(in_question, 1 / total))


def _confirmed(
    lines: Sequence[Reading], places: Sequence[int], others: Sequence[_Spelling], prior: float
) -> list[Reading]:
    """The lines of a cell that say a word at these ``places``, its characters as sure as ``others`` leave it."""
    read = [confidence for line in lines for confidence in line.confidences]
    least = min((read[place] for place in places), default=1.0)
    against = sum(spelling.weight for spelling in others) + (1 - least) / max(least, 1e-9)
    share = prior / (prior + against)
    return _with_changed(lines, {}, {place: max(read[place], share) for place in places})


def word_in(text: str) -> str:
    """The characters of a text that may be those of a word.

    >>> word_in("1产出指标（50分）")
    '产出指标'
    """
    return BESIDE_WORD.sub("", text)


def _places_of_word(text: str) -> list[int]:
    beside = {place for found in BESIDE_WORD.finditer(text) for place in range(*found.span())}
    return [place for place in range(len(text)) if place not in beside]


def _alternatives(line: Reading) -> Sequence[Sequence[tuple[str, float]]]:
    """The alternatives of each character; none where the reading was changed and they are no longer its own."""
    return line.alternatives if len(line.alternatives) == len(line.text) else [()] * len(line.text)


def _spellings(
    read: str, places: Sequence[int], possible: Sequence[dict[str, float]], words: Collection[str], prior: float
) -> Iterator[_Spelling]:
    for word in words:
        if len(word) != len(read):
            continue
        changed = {place: meant for place, one, meant in zip(places, read, word, strict=True) if one != meant}
        if all(meant in possible[place] for place, meant in changed.items()):
            yield _Spelling(changed, prior * prod(possible[place][meant] for place, meant in changed.items()))


def _with_changed(lines: Sequence[Reading], changed: dict[int, str], confidences: dict[int, float]) -> list[Reading]:
    """The lines with other characters and confidences at some places of their joined text."""
    found, start = [], 0
    for line in lines:
        places = range(start, start + len(line.text))
        text = "".join(changed.get(place, line.text[place - start]) for place in places)
        sure = tuple(confidences.get(place, line.confidences[place - start]) for place in places)
        found.append(replace(line, text=text, confidences=sure))
        start += len(line.text)
    return found
