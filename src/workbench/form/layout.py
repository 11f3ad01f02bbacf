"""Which known layout a form has, and which one a table that is no form comes nearest to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from workbench.form.lexicon import TABLES, Layout, families, layouts, match_column
from workbench.form.rows import UNKNOWN, FormColumns
from workbench.model import Entry

GENERIC = "generic"
ALIKE_TITLE = 80.0
"""A damaged title still counts when it is this alike (rapidfuzz partial ratio, 0 to 100)."""


def name_layout(title: str, headings: Mapping[str, Entry], columns: Mapping[str, FormColumns]) -> str:
    """The layout whose columns, section by section, are exactly those found, in the same order; else ``generic``.

    The title decides between layouts with the same columns, and is not needed where it could not be read. Without it
    the layout with the most columns wins: one that names few fits many forms.
    """
    fitting = [layout for layout in layouts() if _fits(layout, headings, columns)]
    if title:
        fitting = [layout for layout in fitting if fuzz.partial_ratio(layout.title, title) >= ALIKE_TITLE] or fitting
    return max(fitting, key=_size).name if fitting else GENERIC


def nearest_layout(texts: Iterable[str]) -> tuple[str, list[str]] | None:
    """The layout that the cells hold most labels of, and its indicator labels that no cell has; None if none has any.

    Labels are compared as in headers: damaged ones count.
    """
    cells = list(texts)
    found = {(table, m.field) for table in TABLES for text in cells if (m := match_column(text, table))}
    best = max(layouts(), key=lambda layout: _share(layout, found))
    if not _share(best, found):
        return None
    missing = [field for field in best.columns["indicators"] if ("indicators", field) not in found]
    return best.name, [families("indicators")[field][0] for field in missing if field in families("indicators")]


def _share(layout: Layout, found: set[tuple[str, str]]) -> float:
    wanted = {(table, field) for table, fields in layout.columns.items() for field in fields}
    return len(wanted & found) / len(wanted)


def _size(layout: Layout) -> int:
    return sum(map(len, layout.columns.values()))


def _fits(layout: Layout, headings: Mapping[str, Entry], columns: Mapping[str, FormColumns]) -> bool:
    return all(heading in headings for heading in layout.headings) and all(
        tuple(column.field for column in columns.get(section, ()) if column.field != UNKNOWN) == fields
        for section, fields in layout.columns.items()
    )
