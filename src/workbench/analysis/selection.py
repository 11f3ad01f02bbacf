"""Which part of a dataset a report is about: a department, a year, one form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from rapidfuzz import process

from workbench.dataset.placing import INFO, place_of_file
from workbench.errors import DatasetError, InputError, SelectionError

NO_DEPARTMENT = "未署部门"
"""The name under which forms without a department are found."""

NO_YEAR = 0
"""The year under which forms without a year are found."""


class Tables(Protocol):
    """The tables of ``docs/dataset.md``: an opened dataset, or an excerpt of one."""

    @property
    def documents(self) -> pd.DataFrame: ...
    @property
    def forms(self) -> pd.DataFrame: ...
    @property
    def budgets(self) -> pd.DataFrame: ...
    @property
    def goals(self) -> pd.DataFrame: ...
    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def fields(self) -> pd.DataFrame: ...
    @property
    def cells(self) -> pd.DataFrame: ...
    @property
    def findings(self) -> pd.DataFrame: ...
    @property
    def info(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The rows of a dataset that belong to some of its forms, under a name."""

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
    def main(self) -> Excerpt:
        """The department's overall form; without one, the first form."""
        if self.forms.empty:
            return self
        overall = self.forms[self.forms["project"].isna() | (self.forms["project"] == "")]
        first = (self.forms if overall.empty else overall).iloc[0]["form_id"]
        return restrict(self, [str(first)])

    @property
    def others(self) -> tuple[Excerpt, ...]:
        """All forms but the main one, each by itself."""
        chosen = set(self.main.forms["form_id"])
        return tuple(restrict(self, [str(name)]) for name in self.forms["form_id"] if name not in chosen)


def locate(processed: str | Path) -> Path:
    """The folder of a dataset. A relative path is looked for here and in the folders above.

    So a notebook finds ``data/processed`` whether it runs in the project folder, in ``notebooks/`` or
    beside a finished report.
    """
    wanted = Path(processed).expanduser()
    places = [wanted] if wanted.is_absolute() else [folder / wanted for folder in (Path.cwd(), *Path.cwd().parents)]
    for place in places:
        if place_of_file(place, INFO).is_file():
            return place
    where = "there" if wanted.is_absolute() else "here or in a folder above"
    raise DatasetError(
        processed,
        f"no dataset {where} (no dataset.json); set `processed` to where it is, or run `workbench ingest` first",
    )


def locate_project(raw: str | Path) -> Path:
    """The folder that a relative path like ``data/raw`` starts from: this one, or the nearest above that has it.

    Raises:
        InputError: ``missing``, where neither has it.
    """
    wanted = Path(raw).expanduser()
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / wanted).exists():
            return folder
    raise InputError("missing", raw, "there is no such folder or file here or in a folder above; put the scans there")


def restrict(tables: Tables, form_ids: Iterable[str], department: str = "", year: int = NO_YEAR) -> Excerpt:
    """Only the rows of these forms and of the documents that they come from."""
    wanted = list(form_ids)

    def of_forms(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["form_id"].isin(wanted)].reset_index(drop=True)

    forms = of_forms(tables.forms)
    documents = tables.documents[tables.documents["document_id"].isin(forms["document_id"])]
    findings = tables.findings
    about_document = findings["form_id"].isna() & findings["document_id"].isin(forms["document_id"])
    excerpt = Excerpt(
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
    if isinstance(tables, Excerpt) and not department:
        return replace(excerpt, department=tables.department, year=tables.year)
    return excerpt


def department_names(forms: pd.DataFrame) -> pd.Series:
    """The department of each form, :data:`NO_DEPARTMENT` where the form names none."""
    names = forms["department"].astype("string").fillna("").str.strip()
    return names.mask(names == "", NO_DEPARTMENT)


def form_years(forms: pd.DataFrame) -> pd.Series:
    """The year of each form, :data:`NO_YEAR` where the form shows none."""
    return pd.to_numeric(forms["year"], errors="coerce").fillna(NO_YEAR).astype(int)


def department_years(forms: pd.DataFrame) -> list[tuple[str, int]]:
    """Every department and year of the dataset, in the order of the forms."""
    return list(dict.fromkeys(zip(department_names(forms), form_years(forms), strict=True)))


def known_department(forms: pd.DataFrame, asked: str) -> str:
    """The department as the dataset writes it; SelectionError with the nearest names if it has none such."""
    known = [str(name) for name in department_names(forms).unique()]
    for name in known:
        if _folded(name) == _folded(asked):
            return name
    nearest = [match[0] for match in process.extract(asked, known, limit=5)]
    raise SelectionError("department", asked, nearest)


def known_year(years: Iterable[int], asked: int) -> int:
    """The year if it is there; SelectionError with the nearest years otherwise."""
    known = sorted(set(years))
    if asked not in known:
        nearest = sorted(known, key=lambda year: abs(year - asked))[:5]
        raise SelectionError("year", asked, [str(year) for year in nearest])
    return asked


def select(tables: Tables, department: str = "", year: int = NO_YEAR) -> Excerpt:
    """The forms of one department and year.

    No department means the dataset's first; no year means the department's first (a form without a
    year comes before all years). An empty dataset gives an empty excerpt as long as nothing was asked for.
    """
    if not isinstance(year, int):
        raise SelectionError("year", year, [str(known) for known in sorted(set(form_years(tables.forms)))])
    forms = tables.forms
    if forms.empty and not department and not year:
        return restrict(tables, [])
    names, years = department_names(forms), form_years(forms)
    if department:
        name = known_department(forms, department)
    else:
        of_year = names[years == known_year(years, year)] if year else names
        name = str(of_year.iloc[0])
    of_department = years[names == name]
    chosen = known_year(of_department, year) if year else int(of_department.min())
    wanted = forms["form_id"][(names == name) & (years == chosen)]
    return restrict(tables, wanted, name, chosen)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
