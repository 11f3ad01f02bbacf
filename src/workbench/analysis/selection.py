"""Selects the part of a dataset that a report shows: one department and year, or one form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pandas as pd
from rapidfuzz import process

from workbench.dataset.comparable import SourceTables, repeated_forms
from workbench.entities.appearances import other_forms
from workbench.errors import SelectionError
from workbench.language import Phrase

NO_DEPARTMENT = "未署部门"
"""The department of forms that name none."""

NO_YEAR = 0
"""The year of forms that show none."""


class Tables(SourceTables, Protocol):
    """The tables of a dataset (``docs/dataset.md``): an opened dataset, or a selection from one."""

    @property
    def goals(self) -> pd.DataFrame: ...
    @property
    def fields(self) -> pd.DataFrame: ...
    @property
    def cells(self) -> pd.DataFrame: ...
    @property
    def info(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a dataset that belong to some of its forms.

    ``department`` and ``year`` name the selection. ``info`` is that of the whole dataset.
    """

    department: str
    year: int
    documents: pd.DataFrame
    forms: pd.DataFrame
    budgets: pd.DataFrame
    goals: pd.DataFrame
    indicators: pd.DataFrame
    fields: pd.DataFrame
    cells: pd.DataFrame
    findings: pd.DataFrame
    info: Mapping[str, Any]

    @property
    def main(self) -> Selection:
        """The department's overall form (the one without a project); without one, its first form."""
        if self.forms.empty:
            return self
        forms = self.forms[~self.forms["form_id"].isin(repeated_forms(self.forms, self.findings))]
        overall = forms[forms["project"].isna() | (forms["project"] == "")]
        first = (forms if overall.empty else overall).iloc[0]["form_id"]
        return select_forms(self, [str(first)])

    @property
    def others(self) -> tuple[Selection, ...]:
        """Every form but the main one, each as a selection of its own."""
        main = set(self.main.forms["form_id"])
        return tuple(select_forms(self, [str(form_id)]) for form_id in self.forms["form_id"] if form_id not in main)


def select(tables: Tables, department: str = "", year: int = NO_YEAR) -> Selection:
    """Select the forms of one department and year.

    Args:
        tables: the dataset.
        department: its name; spaces, width and case of letters do not matter. Empty: the dataset's first.
        year: four digits. 0: the department's first; a form without a year comes before all years.

    An empty dataset gives an empty selection where nothing was asked for.

    Raises:
        SelectionError: the dataset has no such department or year; it names the nearest.
    """
    if not isinstance(year, int):
        raise SelectionError("year", year, [str(known) for known in sorted(set(form_years(tables.forms)))])
    forms = tables.forms
    if forms.empty and not department and not year:
        return select_forms(tables, [])
    names, years = department_names(forms), form_years(forms)
    if department:
        name = known_department(forms, department)
    else:
        of_year = names[years == known_year(years, year)] if year else names
        name = str(of_year.iloc[0])
    of_department = years[names == name]
    chosen = known_year(of_department, year) if year else int(of_department.min())
    wanted = forms["form_id"][(names == name) & (years == chosen)]
    return select_forms(tables, wanted, name, chosen)


def select_forms(tables: Tables, form_ids: Iterable[str], department: str = "", year: int = NO_YEAR) -> Selection:
    """Select the rows of these forms, and of the documents that the forms come from.

    Without a ``department``, a selection from a selection keeps the name of the larger one.
    """
    wanted = list(form_ids)

    def of_forms(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["form_id"].isin(wanted)].reset_index(drop=True)

    forms = of_forms(tables.forms)
    documents = tables.documents[tables.documents["document_id"].isin(forms["document_id"])]
    findings = tables.findings
    about_document = findings["form_id"].isna() & findings["document_id"].isin(forms["document_id"])
    selection = Selection(
        department=department,
        year=year,
        documents=documents.reset_index(drop=True),
        forms=forms,
        budgets=of_forms(tables.budgets),
        goals=of_forms(tables.goals),
        indicators=of_forms(tables.indicators),
        fields=of_forms(tables.fields),
        cells=of_forms(tables.cells),
        findings=findings[findings["form_id"].isin(wanted) | about_document].reset_index(drop=True),
        info=tables.info,
    )
    if isinstance(tables, Selection) and not department:
        return replace(selection, department=tables.department, year=tables.year)
    return selection


def counted(tables: Tables) -> Tables:
    """Leave out what overviews are not about: further scans of one form, and forms that evaluate nothing."""
    left_out = repeated_forms(tables.forms, tables.findings) | other_forms(tables.findings)
    if not left_out:
        return tables
    return select_forms(tables, [form_id for form_id in tables.forms["form_id"] if form_id not in left_out])


def department_names(forms: pd.DataFrame) -> pd.Series:
    """Give the department of each form, :data:`NO_DEPARTMENT` where it names none. Reads ``department``."""
    names = forms["department"].astype("string").fillna("").str.strip()
    return names.mask(names == "", NO_DEPARTMENT)


def form_years(forms: pd.DataFrame) -> pd.Series:
    """Give the year of each form as an int, :data:`NO_YEAR` where it shows none. Reads ``year``."""
    return pd.to_numeric(forms["year"], errors="coerce").fillna(NO_YEAR).astype(int)


def department_years(forms: pd.DataFrame) -> list[tuple[str, int]]:
    """List every department and year that has a form, in the order of the forms."""
    return list(dict.fromkeys(zip(department_names(forms), form_years(forms), strict=True)))


def known_department(forms: pd.DataFrame, asked: str) -> str:
    """Give the department's name as the dataset writes it; spaces, width and case of letters do not matter.

    Raises:
        SelectionError: the dataset has no such department; it names the five nearest.
    """
    known = [str(name) for name in department_names(forms).unique()]
    for name in known:
        if _folded(name) == _folded(asked):
            return name
    nearest = [match[0] for match in process.extract(asked, known, limit=5)]
    raise SelectionError("department", asked, nearest, Phrase("wa.choose(ds) lists all; nearest:"))


def known_year(years: Iterable[int], asked: int) -> int:
    """Give the year back if it is among ``years``.

    Raises:
        SelectionError: it is not; the error names the five nearest.
    """
    known = sorted(set(years))
    if asked not in known:
        nearest = sorted(known, key=lambda year: abs(year - asked))[:5]
        raise SelectionError("year", asked, [str(year) for year in nearest])
    return asked


def _folded(name: str) -> str:
    """The name in the form in which names are compared."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
