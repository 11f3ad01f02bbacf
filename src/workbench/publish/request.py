"""What a person says of a publication: title, authors, licence, and what it shall hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workbench.errors import DatasetError
from workbench.fields import FIELDS
from workbench.language import Phrase, reason_of


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence for data: its name, and where its text is."""

    name: str
    url: str


LICENCES: Mapping[str, Licence] = {
    "CC0-1.0": Licence("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": Licence(
        "Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"
    ),
    "CC-BY-SA-4.0": Licence(
        "Creative Commons Attribution-ShareAlike 4.0 International", "https://creativecommons.org/licenses/by-sa/4.0/"
    ),
    "CC-BY-NC-4.0": Licence(
        "Creative Commons Attribution-NonCommercial 4.0 International",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    "ODC-By-1.0": Licence("Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
}
"""The licences to choose from, by their SPDX identifiers."""

ANCHOR = re.compile(rf"\b[0-9a-f]{{16}}-\d+/(?:{'|'.join(FIELDS)})/\d+/[a-z][a-z0-9_]*\b")
"""The anchor of a value (`workbench.dataset.citation.anchor_of`) in any text."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for.

    Attributes:
        title, authors: of the dataset; at least one author.
        licence: one of `LICENCES`.
        url: where the publication will be found; empty where that is not known yet.
        day: the day of the publication.
        has_initials: people who corrected are named by their initials.
        has_crops: pictures of the cited and corrected values come along.
        cited: anchors of the values that a paper cites.
    """

    title: str
    authors: tuple[str, ...]
    licence: str
    url: str
    day: date
    has_initials: bool = False
    has_crops: bool = False
    cited: tuple[str, ...] = ()


def cited_in(paper: Path) -> tuple[str, ...]:
    """The anchors that a paper names, which is a file of text.

    Raises:
        DatasetError: it cannot be read as text, or names none.
    """
    try:
        found = anchors_in(paper.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(paper, Phrase("cannot be read as text ({reason})", reason=reason_of(error))) from error
    if not found:
        message = Phrase(
            "names no value; a citation (ds.cite) ends with its anchor, such as 7e3dc83b5411e09b-1/forms/0/title"
        )
        raise DatasetError(paper, message)
    return found


def anchors_in(text: str) -> tuple[str, ...]:
    """The anchors that a text names, each once, in its order.

    >>> anchors_in("得分 0.1（7e3dc83b5411e09b-1/indicators/62/score）。")
    ('7e3dc83b5411e09b-1/indicators/62/score',)
    """
    return tuple(dict.fromkeys(ANCHOR.findall(text)))
