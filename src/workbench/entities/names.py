"""Names as they are compared: width, spaces and punctuation do not count, everything else does."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

EntityKind = Literal["department", "unit", "project"]
"""What an entity is: a department, a unit that carries projects out, or a project."""

KINDS: tuple[EntityKind, ...] = ("department", "unit", "project")

ID_DIGITS = 10
"""Hexadecimal digits of an id: among a million names two are alike once in two thousand archives."""

YEARS = re.compile(r"(?:19|20)\d{2}\s*(?:[-—–~～至]\s*(?:19|20)?\d{2})?\s*(?:年度?)?")
"""A year in a name, or a span of years."""

NUMERALS = re.compile(
    r"[0-9０-９.]+|[一二三四五六七八九十百]+(?=[期批次标段轮号小中院所队届站])|第[一二三四五六七八九十百]+"
)
"""What counts in a name: figures, and numerals before a word that counts."""


def folded(text: str) -> str:
    """A text without differences of width, spaces and punctuation.

    Punctuation between two letters or digits counts: 1.5 is not 15, and 2-1 is not 21.

    >>> folded("天津市 工业和信息化局（本级）"), folded("第１.５期"), folded("甲·乙")
    ('天津市工业和信息化局本级', '第1.5期', '甲乙')
    """
    plain = "".join(_narrow(character) for character in unicodedata.normalize("NFC", text))
    plain = "".join(plain.split())
    kept = []
    for place, character in enumerate(plain):
        if unicodedata.category(character)[0] not in "PCZ" or _is_inside_a_number(plain, place):
            kept.append(character)
    return "".join(kept)


def _narrow(character: str) -> str:
    """A full-width letter, digit or sign as the narrow one."""
    return chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character


def _is_inside_a_number(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and around.isascii() and around.isalnum()


def without_years(name: str) -> str:
    """A name without the years in it; the name itself where nothing else is left.

    >>> without_years("2022年数字乡村试点"), without_years("2022年度")
    ('数字乡村试点', '2022年度')
    """
    return YEARS.sub("", name) or name


def numerals(name: str) -> tuple[str, ...]:
    """The figures and counting numerals of a name, years aside: what tells 一期 from 二期.

    >>> numerals("2022年高标准农田二期"), numerals("第一中学"), numerals("一般公共服务")
    (('二',), ('第一',), ())
    """
    return tuple(NUMERALS.findall(without_years(name)))


@dataclass(frozen=True, slots=True)
class Designation:
    """What an entity is called: names that are equal but for width, spaces and punctuation are one by themselves.

    Attributes:
        kind: department, unit or project.
        name: as it is compared (`folded`).
        division: code of the administrative division; empty where it is not known.
        owner: of a project, the id of its department's designation.
    """

    kind: EntityKind
    name: str
    division: str = ""
    owner: str = ""

    @property
    def id(self) -> str:
        """The id, the same in every archive: a letter for the kind and a digest.

        >>> Designation("department", "天津市财政局", "120000").id
        'Df53a76d6fa'
        """
        facts = "\x1f".join((self.kind, self.name, self.division, self.owner))
        return self.kind[0].upper() + hashlib.sha256(facts.encode()).hexdigest()[:ID_DIGITS]
