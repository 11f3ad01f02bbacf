"""Label families and layouts: the words of header cells, from ``layouts/*.toml``."""

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

SHORTEST_DAMAGED = 3
"""Shorter labels must be whole: one wrong character of two says nothing."""

CHARACTERS_PER_DAMAGE = 4
"""A label may have one wrong character, and another for every so many characters (预匏数 for 预算数). More than that
is another word: 绩效指标描述 is no damaged 绩效指标名称."""

LONGEST_LABEL = 24

REMEMBERED = 16_384
"""Texts whose plain form and field are remembered: a document has the same labels on all its pages."""

TABLES = ("budgets", "goals", "indicators")
BORROWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "indicators": {"heading": ("project", "department", "unit"), "goals": ("goal",), "budgets": ("initial", "adjusted")}
}
"""Columns that a table may have for things usually told elsewhere: where projects are stacked, each of their rows
says project, budget and goal."""

HELD = frozenset(field.name for record in (Budget, Goal, Indicator) for field in fields(record)) | {
    "sign", "target_unit", "project", "department", "unit",
}  # fmt: skip
"""Fields that the dataset has a place for, so that a table has one column of each at most."""

LETTERS: Mapping[str, Mapping[str, str]] = {
    "budgets": {"B": "executed", "B/A": "execution_rate"},
    "indicators": {"A": "target", "B": "actual"},
}
"""The letters that templates print behind a label, (A) and (B), where they mean one field only."""

Families = Mapping[str, tuple[str, ...]]
"""Field → the labels it goes by."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a region's form: its title, its heading rows, its columns section by section, in order."""

    name: str
    title: str
    headings: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a label names, and how: it is one of the listed, is built like them, or is one with damage."""

    field: str
    by: Literal["listed", "built", "damaged"]

    @property
    def whole(self) -> bool:
        """Whether the label is printed without damage."""
        return self.by != "damaged"


@cache
def _lexicon() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads((files(__package__) / "layouts" / "lexicon.toml").read_text(encoding="utf-8"))


@cache
def families(section: str) -> Families:
    """The label families of a part of the lexicon: ``sections``, ``heading``, ``levels``, or a table."""
    return {field: tuple(labels) for field, labels in _lexicon()[section].items()}


@cache
def _patterns(section: str) -> Mapping[str, re.Pattern[str]]:
    """How the labels of a part of the lexicon are built, field by field."""
    patterns: Mapping[str, Mapping[str, str]] = _lexicon()["patterns"]  # type: ignore[assignment]
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


@lru_cache(REMEMBERED)
def plain_label(text: str) -> str:
    """A label without spaces, punctuation, bracketed additions and unit marks: what families are compared by."""
    text = re.sub(r"[（(\[【][^）)\]】]*[）)\]】]?", "", undamaged(text))
    return re.sub(r"[\s:：、，,。.·*＊/／\-—_]+", "", text)


def undamaged(label: str) -> str:
    """A label with known misreadings of its characters undone."""
    for read, printed in _lexicon()["damage"].items():
        label = label.replace(read, str(printed))
    return label


def match_label(text: str, section: str) -> str | None:
    """The field of a section that a header cell names, or None."""
    found = match(text, section)
    return found.field if found else None


@lru_cache(REMEMBERED)
def match(text: str, section: str) -> Match | None:
    """The field of a section that a header cell names, and whether the label is whole; None if it names none.

    A listed label wins over one that is only built like a field's, and that over a damaged one. A damaged label counts
    when it is close to one family and less close to every other.
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
    """The field whose labels are built like this one, if no other part of a form than a table has it for a label."""
    if any(label in labels for part in ("heading", "levels") for labels in families(part).values()):
        return None
    return next((field for field, pattern in _patterns(section).items() if pattern.fullmatch(label)), None)


def match_column(text: str, table: str) -> Match | None:
    """The field that a header cell of a table names: one of its own, a borrowed one, or that of its letter, (A)."""
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


def possible_fields(text: str, table: str) -> frozenset[str]:
    """Every field of a table that a damaged label may name: 匏级指标 is one of the three levels."""
    label = plain_label(text)
    if len(label) < SHORTEST_DAMAGED or _is_whole_label(label):
        return frozenset()
    return frozenset(field for field, labels in families(table).items() if _closeness(label, labels))


def similarity(text: str, label: str) -> float:
    """How alike a cell's text is to a label, 0 to 1, spaces and brackets aside."""
    return Levenshtein.normalized_similarity(plain_label(text), plain_label(label))


def _closeness(label: str, labels: Iterable[str]) -> float:
    """The similarity to the closest of the labels that it may be a damaged reading of; 0 if there is none."""
    return max(
        (Levenshtein.normalized_similarity(label, known) for known in labels if _is_close(label, known)),
        default=0.0,
    )


def _is_close(label: str, known: str) -> bool:
    most = max(1, min(len(label), len(known)) // CHARACTERS_PER_DAMAGE)
    return Levenshtein.distance(label, known, score_cutoff=most) <= most


@cache
def _whole_labels() -> frozenset[str]:
    sections = ("sections", "heading", *TABLES, "levels")
    return frozenset(label for section in sections for labels in families(section).values() for label in labels)


def _is_whole_label(label: str) -> bool:
    """Whether it is undamaged and belongs elsewhere: 绩效指标 is not a damaged 三级指标."""
    return label in _whole_labels()
