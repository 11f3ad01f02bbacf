"""The vocabulary of header cells: which field a label names, damaged or not, and the known layouts.

Both come from ``layouts/*.toml``. A *family* is all labels of one field; a *plain* label is one without spaces,
punctuation and bracketed additions, and families are compared by those.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from rapidfuzz.distance import Levenshtein

from workbench.model import Budget, Goal, Indicator
from workbench.vocabulary import lexicon

SHORTEST_DAMAGED = 3
"""Characters of the shortest label that is known when damaged: one wrong character of two says nothing. Chosen by hand
on the families of ``layouts/lexicon.toml``."""

CHARACTERS_PER_DAMAGE = 4
"""Characters of a label for each wrong one; every label may have one (预匏数 for 预算数). A label with more wrong ones
is another word: 绩效指标描述 is no damaged 绩效指标名称. Chosen by hand on the families of ``layouts/lexicon.toml``."""

LONGEST_LABEL = 24
"""Characters of the longest text that may be a label; chosen by hand, above the longest label of any family."""

REMEMBERED = 16_384
"""Texts whose plain form and field are kept in memory: a document has the same labels on all its pages. A limit of
memory, about 5 MB; it changes no result."""

TABLES = ("budgets", "goals", "indicators")
"""Sections that are tables: a header names their columns."""

BORROWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "indicators": {
        "heading": ("project", "department", "unit"),
        "goals": ("goal",),
        "budgets": ("initial", "adjusted"),
    },
    "budgets": {"indicators": ("weight", "score")},
}
"""Table → section → fields of that section which may be columns of the table, too. Where the projects of a department
are stacked in one table of indicators, its rows state project, goal and budget. Points are called the same in both."""

DATASET_FIELDS = frozenset(field.name for record in (Budget, Goal, Indicator) for field in fields(record)) | {
    "sign", "target_unit", "project", "department", "unit",
}  # fmt: skip
"""Fields that have a place in the dataset, so that a table has one column of each at most."""

AMOUNT_UNIT = "(?:人民币)?[十百千万亿]*元"
"""Pattern of what a form may print as the unit of its amounts: 万元, 人民币元, 千元."""

LETTERS: Mapping[str, Mapping[str, str]] = {
    "budgets": {"B": "executed", "B/A": "execution_rate"},
    "indicators": {"A": "target", "B": "actual"},
}
"""Table → letter that templates print in brackets behind a label, (A) or (B) → the one field that it means there."""

DATED = re.compile(r"(20\d{2})\s*年\s*度?\s*(.*)", re.DOTALL)
"""A label of one year's column: ``2021年指标值``."""

DATED_FIELDS: Mapping[str, frozenset[str]] = {
    "budgets": frozenset({"initial", "adjusted", "executed", "execution_rate", "weight", "score"}),
    "goals": frozenset(),
    "indicators": frozenset({"target", "actual", "weight", "score", "deviation"}),
}
"""Table → fields that it may have a column of for each of several years."""

YEAR_MARK = "@"
"""Between a field and the year of its column, as long as it is not known which year is the form's: ``target@2021``."""

Families = Mapping[str, tuple[str, ...]]
"""Field → the labels it goes by."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The known form of a region: its title, the fields of its heading rows, and the fields of its columns.

    ``columns`` maps a table to its fields, left to right.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a label names, and how it is known: the label is listed, built like a listed one, or damaged."""

    field: str
    by: Literal["listed", "built", "damaged"]

    @property
    def is_whole(self) -> bool:
        """Whether the label was read without damage."""
        return self.by != "damaged"


@cache
def families(section: str) -> Families:
    """The label families of a part of the lexicon: ``sections``, ``heading``, ``levels``, or a table.

    Raises:
        KeyError: the lexicon has no such part.
    """
    return {field: tuple(labels) for field, labels in lexicon()[section].items()}


@cache
def _patterns(section: str) -> Mapping[str, re.Pattern[str]]:
    """Field → pattern of the labels that are built like the listed ones of a part of the lexicon."""
    patterns: Mapping[str, Mapping[str, str]] = lexicon()["patterns"]
    return {field: re.compile(pattern) for field, pattern in patterns.get(section, {}).items()}


@cache
def layouts() -> tuple[Layout, ...]:
    """Every layout that has a file, by name."""
    found = []
    for file in (files(__package__) / "layouts").iterdir():
        if file.name.endswith(".toml") and file.name != "lexicon.toml":
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            columns = {section: tuple(fields) for section, fields in content["columns"].items()}
            found.append(Layout(content["name"], content["title"], tuple(content["headings"]), columns))
    return tuple(sorted(found, key=lambda layout: layout.name))


def undated(field: str) -> str:
    """The field without the year of its column.

    >>> undated("target@2021"), undated("target")
    ('target', 'target')
    """
    return field.partition(YEAR_MARK)[0]


@lru_cache(REMEMBERED)
def plain_label(text: str) -> str:
    """A label without spaces, punctuation and bracketed additions, and with known misreadings undone.

    >>> plain_label("年初预算数（A） 万 元："), plain_label("【一级】指标")
    ('年初预算数万元', '指标')
    """
    text = re.sub(r"[（(\[【][^）)\]】]*[）)\]】]?", "", undamaged(text))
    return re.sub(r"[\s:：、，,。.·*＊/／\-—_]+", "", text)


def undamaged(label: str) -> str:
    """A label with known misreadings of its characters undone (``damage`` in ``layouts/lexicon.toml``)."""
    for read, printed in lexicon()["damage"].items():
        label = label.replace(read, str(printed))
    return label


def match_label(text: str, section: str) -> str | None:
    """The field of a part of the lexicon that a cell names; None if it names none.

    >>> [match_label(text, "indicators") for text in ("年度指标值", "年度指标植", "好")]
    ['target', 'target', None]
    """
    found = match(text, section)
    return found.field if found else None


@lru_cache(REMEMBERED)
def match(text: str, section: str) -> Match | None:
    """The field of a part of the lexicon that a cell names, and how it is known; None if it names none.

    A listed label wins over one that is only built like a field's, and that over a damaged one. A damaged label counts
    when it is close to one family and less close to every other.

    Args:
        text: of the cell.
        section: part of the lexicon: ``sections``, ``heading``, ``levels``, or a table.
    """
    label = plain_label(text)
    if not label or len(label) > LONGEST_LABEL:
        return None
    known = families(section)
    for field, labels in known.items():
        if label in labels:
            return Match(field, "listed")
    built = _field_by_build(label, section)
    if built:
        return Match(built, "built")
    if len(label) < SHORTEST_DAMAGED or _is_whole_label(label):
        return None
    scores = sorted(((_closeness(label, labels), field) for field, labels in known.items()), reverse=True)
    best, field = scores[0]
    runner_up = scores[1][0] if len(scores) > 1 else 0.0
    if section != "sections" and _closeness(label, families("sections")["label"]) > best:
        return None  # a damaged name of a section, which resembles a column's less
    return Match(field, "damaged") if best > 0 and best > runner_up else None


def _field_by_build(label: str, section: str) -> str | None:
    """The field whose labels are built like this one; None also for a label of headings or levels."""
    if any(label in labels for part in ("heading", "levels") for labels in families(part).values()):
        return None
    return next((field for field, pattern in _patterns(section).items() if pattern.fullmatch(label)), None)


def match_column(text: str, table: str) -> Match | None:
    """The field that a header cell of a table names: the table's own, a borrowed one, or that of its letter, (A)."""
    own = match(text, table)
    if own:
        return own
    for section, borrowed in BORROWED.get(table, {}).items():
        found = match(text, section)
        if found and found.field in borrowed:
            return found
    letter = re.search(r"[（(]\s*([AB](?:/[AB])?)\s*[）)]\s*$", text)
    field = LETTERS.get(table, {}).get(letter.group(1)) if letter else None
    return Match(field, "damaged") if field else None


def names_funds(text: str) -> bool:
    """Whether a label is made of nothing but words for where money is from and for a sum of it.

    >>> names_funds("其中：本级财政拨款"), names_funds("年度资金总额"), names_funds("到位资金")
    (True, True, False)
    """
    return _patterns("amounts")["funds"].fullmatch(plain_label(text)) is not None


def possible_fields(text: str, table: str) -> frozenset[str]:
    """Every field of a table that a damaged label may name; empty for a whole label, and for a short one.

    >>> sorted(possible_fields("匏级指标", "indicators"))
    ['level1', 'level2', 'level4', 'name']
    """
    label = plain_label(text)
    if len(label) < SHORTEST_DAMAGED or _is_whole_label(label):
        return frozenset()
    return frozenset(field for field, labels in families(table).items() if _closeness(label, labels))


def similarity(text: str, label: str) -> float:
    """The similarity of a cell's text to a label, from 0 (nothing in common) to 1, spaces and brackets aside."""
    return Levenshtein.normalized_similarity(plain_label(text), plain_label(label))


def _closeness(label: str, labels: Iterable[str]) -> float:
    """The similarity, 0 to 1, to the closest of the labels that this may be a damaged reading of; 0 if of none."""
    return max(
        (Levenshtein.normalized_similarity(label, known) for known in labels if _is_close(label, known)),
        default=0.0,
    )


def _is_close(label: str, known: str) -> bool:
    """Whether a label has few enough wrong characters to be a damaged reading of a known one."""
    most = max(1, min(len(label), len(known)) // CHARACTERS_PER_DAMAGE)
    return Levenshtein.distance(label, known, score_cutoff=most) <= most


@cache
def _whole_labels() -> frozenset[str]:
    sections = ("sections", "heading", *TABLES, "levels")
    return frozenset(label for section in sections for labels in families(section).values() for label in labels)


def _is_whole_label(label: str) -> bool:
    """Whether any part of the lexicon lists a label: then it is no damaged one. 绩效指标 is no damaged 三级指标."""
    return label in _whole_labels()
