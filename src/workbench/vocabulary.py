"""The words that forms are printed with, from ``form/layouts/lexicon.toml``: labels, names of sections and levels."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

PARTS = ("sections", "heading", "budgets", "goals", "indicators", "levels")
"""The parts of the lexicon that list words, field by field."""


@cache
def lexicon() -> Mapping[str, Mapping[str, Any]]:
    """The lexicon: part → field → its labels, patterns, or misreadings."""
    path = files("workbench") / "form" / "layouts" / "lexicon.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def words() -> frozenset[str]:
    """Every label and every name of a section or a level, without brackets and punctuation."""
    return frozenset(word for part in PARTS for listed in lexicon()[part].values() for word in listed)
