"""Which known layout a form has."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz

from workbench.form.lexicon import Layout, layouts
from workbench.form.rows import Columns
from workbench.model import Entry

GENERIC = "generic"
ALIKE_TITLE = 80.0
"""A damaged title still counts when it is this alike (rapidfuzz partial ratio, 0 to 100)."""


def name_layout(title: str, headings: Mapping[str, Entry], columns: Mapping[str, Columns]) -> str:
    """The layout whose columns, section by section, are exactly those found, in the same order; else ``generic``.

    The title decides between layouts with the same columns, and is not needed where it could not be read.
    """
    fitting = [layout for layout in layouts() if _fits(layout, headings, columns)]
    if title:
        fitting = [layout for layout in fitting if fuzz.partial_ratio(layout.title, title) >= ALIKE_TITLE] or fitting
    return fitting[0].name if fitting else GENERIC


def _fits(layout: Layout, headings: Mapping[str, Entry], columns: Mapping[str, Columns]) -> bool:
    return all(heading in headings for heading in layout.headings) and all(
        tuple(column.field for column in columns.get(section, ())) == fields
        for section, fields in layout.columns.items()
    )
