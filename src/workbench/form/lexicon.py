"""Label families and layouts: the words of header cells, from ``layouts/*.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import Levenshtein

CLOSE = 0.66
"""A damaged label still counts when at least this share of its characters is right (预匏数 for 预算数)."""

SHORTEST_DAMAGED = 3
"""Shorter labels must be whole: one wrong character of two says nothing."""

Families = Mapping[str, tuple[str, ...]]
"""Field → the labels it goes by."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a region's form: its title, its heading rows, its columns section by section, in order."""

    name: str
    title: str
    headings: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


@cache
def families(section: str) -> Families:
    """The label families of a section (``sections``, ``heading``, ``budgets``, ``goals``, ``indicators``)."""
    content = tomllib.loads((files(__package__) / "layouts" / "lexicon.toml").read_text(encoding="utf-8"))
    return {field: tuple(labels) for field, labels in content[section].items()}


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


def plain_label(text: str) -> str:
    """A label without spaces, punctuation, bracketed additions and unit marks: what families are compared by."""
    text = re.sub(r"[（(\[【][^）)\]】]*[）)\]】]?", "", text)
    return re.sub(r"[\s:：、，,。.·*＊/／\-—_]+", "", text)


def match_label(text: str, section: str) -> str | None:
    """The field of a section that a header cell names, or None.

    A whole label wins over a damaged one. A damaged label counts when it is close to one family and
    less close to every other.
    """
    label = plain_label(text)
    if not label or len(label) > 24:
        return None
    known = families(section)
    for field, labels in known.items():
        if label in labels:
            return field
    if len(label) < SHORTEST_DAMAGED or _is_whole_label(label):
        return None
    scores = sorted(((_closeness(label, labels), field) for field, labels in known.items()), reverse=True)
    best, field = scores[0]
    runner_up = scores[1][0] if len(scores) > 1 else 0.0
    if section != "sections" and _closeness(label, families("sections")["label"]) > best:
        return None  # a damaged name of a section, which resembles a column's less
    return field if best >= CLOSE and best > runner_up else None


def _closeness(label: str, labels: Iterable[str]) -> float:
    return max(Levenshtein.normalized_similarity(label, known) for known in labels)


@cache
def _whole_labels() -> frozenset[str]:
    sections = ("sections", "heading", "budgets", "goals", "indicators")
    return frozenset(label for section in sections for labels in families(section).values() for label in labels)


def _is_whole_label(label: str) -> bool:
    """Whether it is undamaged and belongs elsewhere: 绩效指标 is not a damaged 三级指标."""
    return label in _whole_labels()
