"""Which known layout a form has, and which one a table that is no form comes nearest to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from workbench.form.lexicon import TABLES, Layout, families, layouts, match_column
from workbench.form.rows import UNKNOWN, FormColumns
from workbench.form.settings import FormSettings
from workbench.model import Entry

GENERIC = "generic"
"""The name of the layout of a form that has none of the known ones."""


def name_layout(
    title: str, headings: Mapping[str, Entry], columns: Mapping[str, FormColumns], settings: FormSettings
) -> str:
    """The name of the known layout that a form has; ``generic`` where it has none.

    A form has a layout if it has all of the layout's headings and, in every table that the layout describes, exactly
    the layout's columns in their order. Of several such layouts those with a title like the form's are taken, if there
    are any, and of these the one with the most columns: a layout of few columns fits many forms.

    Args:
        title: of the form; empty where it could not be read.
        headings: of the form, by field.
        columns: of the form, by table.
        settings: how similar the titles must be.
    """
    fitting = [layout for layout in layouts() if _fits(layout, headings, columns)]
    if title:
        least = settings.layout_title_similarity
        fitting = [layout for layout in fitting if fuzz.partial_ratio(layout.title, title) >= least] or fitting
    return max(fitting, key=_size).name if fitting else GENERIC


def nearest_layout(texts: Iterable[str]) -> tuple[str, list[str]] | None:
    """The layout that the texts of cells have the largest share of labels of, and its indicator labels that none has.

    Labels are compared as in headers: damaged ones count. None where no text is a label of any layout.
    """
    cells = list(texts)
    found = {(table, m.field) for table in TABLES for text in cells if (m := match_column(text, table))}
    best = max(layouts(), key=lambda layout: _share(layout, found))
    if not _share(best, found):
        return None
    missing = [field for field in best.columns["indicators"] if ("indicators", field) not in found]
    return best.name, [families("indicators")[field][0] for field in missing if field in families("indicators")]


def _share(layout: Layout, found: set[tuple[str, str]]) -> float:
    """The share of a layout's columns, 0 to 1, that are among those found, as (table, field)."""
    wanted = {(table, field) for table, fields in layout.columns.items() for field in fields}
    return len(wanted & found) / len(wanted)


def _size(layout: Layout) -> int:
    return sum(map(len, layout.columns.values()))


def _fits(layout: Layout, headings: Mapping[str, Entry], columns: Mapping[str, FormColumns]) -> bool:
    """Whether a form has all headings of a layout and, unknown columns aside, exactly its columns."""
    return all(heading in headings for heading in layout.headings) and all(
        tuple(column.field for column in columns.get(section, ()) if column.field != UNKNOWN) == fields
        for section, fields in layout.columns.items()
    )
