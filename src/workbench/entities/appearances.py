"""Where each designation appears in a dataset: under which spellings, in which years and forms, and beside what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import pandas as pd

from workbench.entities.divisions import division_of_folders, full_name, placed, placed_department
from workbench.entities.names import KINDS, Designation, EntityKind, folded, without_years
from workbench.findings import FLAGS

CODE = re.compile(r"[\[【(（]?(\d{3,})[\]】)）]?[-—_\s]*(?=[\u4e00-\u9fff])")
"""The code of a budget unit before its name: 104001-某局, [305]某厅."""

FLAGGED_FIELDS: Mapping[EntityKind, str] = {"department": "department", "unit": "unit", "project": "project"}
"""The field of a form that names each kind of entity."""


class EntityTables(Protocol):
    """The tables that entities are found in."""

    @property
    def documents(self) -> pd.DataFrame: ...
    @property
    def forms(self) -> pd.DataFrame: ...
    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def findings(self) -> pd.DataFrame: ...


@dataclass(slots=True)
class _Collected:
    """What is collected of one designation, form by form."""

    texts: Counter[str] = field(default_factory=Counter)
    years: set[int] = field(default_factory=set)
    overall: Counter[int] = field(default_factory=Counter)
    undated: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    projects: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    indicators: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    department: str = ""
    is_doubted: bool = False


@dataclass(frozen=True)
class Appearance:
    """A designation and where it appears.

    Attributes:
        designation: what is compared.
        texts: the spellings of its forms, the most frequent first.
        years: of its forms, in order.
        twice: years in which it has several forms that may each be the whole one's.
        undated: sources of its forms without a year.
        forms: ids of its forms.
        projects: of a department, the names of its projects, folded and without years.
        units: of a department or project, who carries projects out, folded.
        indicators: names of the indicators of its forms, folded and without years.
        folders: of its files, without those that only say a year.
        codes: of budget units, printed before its name.
        department: of a project, the name of its department as printed.
        is_doubted: a flag says that its name may be misread, and nobody has looked.
    """

    designation: Designation
    texts: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    undated: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    projects: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()
    department: str = ""
    is_doubted: bool = False

    @property
    def text(self) -> str:
        """Its name as most of its forms print it."""
        return self.texts[0] if self.texts else self.designation.name

    @cached_property
    def core(self) -> str:
        """Its name without the division and the code before it."""
        name = folded(CODE.sub("", self.text, count=1)) if self.codes else self.designation.name
        if self.designation.kind == "project":
            return name
        return placed_department(name, self.designation.division).rest or name

    @property
    def shown(self) -> str:
        """Its name, with the division where the name by itself does not say which: 财政局（天津市）."""
        if self.department:
            return f"{self.text}（{self.department}）"
        alone, division = placed_department(self.designation.name), self.designation.division
        if division and alone.code != division:
            return f"{self.text}（{full_name(division)}）"
        return f"{self.text}（行政区划未定）" if alone.candidates and not division else self.text


def appearances(
    tables: EntityTables, repeated: Collection[str] = ()
) -> tuple[list[Appearance], dict[tuple[str, EntityKind], Designation]]:
    """Collect the designations of a dataset, and which of them each form names.

    Args:
        tables: of the dataset.
        repeated: ids of forms that are a further scan of another one; they count for nothing.

    Returns:
        The designations in the order of the forms; by form and kind, the designation.
    """
    sources = tables.documents.drop_duplicates("document_id").set_index("document_id")["source"]
    indicators = _indicator_names(tables.indicators)
    doubted, others = _doubted(tables.findings), other_forms(tables.findings)
    collected: dict[Designation, _Collected] = {}
    by_form: dict[tuple[str, EntityKind], Designation] = {}
    columns = ["form_id", "document_id", "title", "year", "department", "project", "unit"]
    for form_id, document_id, *values in tables.forms[columns].itertuples(index=False, name=None):
        if form_id in repeated:
            continue
        title, year, department, project, unit = (None if pd.isna(value) else value for value in values)
        source = str(sources.get(document_id, ""))
        names: dict[EntityKind, str] = {"department": department or "", "unit": unit or "", "project": project or ""}
        found = _designations(names, str(title or ""), source)
        for kind, designation in found.items():
            by_form[form_id, kind] = designation
            one = collected.setdefault(designation, _Collected())
            one.texts[" ".join(str(names[kind]).split())] += 1
            one.forms.append(form_id)
            one.is_doubted |= (form_id, FLAGGED_FIELDS[kind]) in doubted
            one.indicators |= indicators.get(form_id, frozenset())
            one.folders.add(_folder_of(source))
            code = CODE.match(names[kind])
            one.codes.update(code.groups() if code else ())
            if kind == "project":
                one.department = str(department or "")
            elif project:
                one.projects.add(without_years(folded(project)))
            if kind != "unit" and unit:
                one.units.add(folded(unit))
            if year is None:
                one.undated.append(source)
            else:
                one.years.add(int(year))
                is_whole = kind == "project" or (kind == "department" and not project)
                one.overall[int(year)] += is_whole and form_id not in others
    return [_appearance(designation, one) for designation, one in collected.items()], by_form


def other_forms(findings: pd.DataFrame) -> frozenset[str]:
    """The forms that are no self-evaluations: of targets, of monitoring, lists."""
    return frozenset(findings.loc[findings["code"] == "not-a-self-evaluation", "form_id"].dropna())


def _designations(names: Mapping[EntityKind, str], title: str, source: str) -> dict[EntityKind, Designation]:
    """The designations that a form names."""
    around = _around(title, source)
    found: dict[EntityKind, Designation] = {}
    for kind in KINDS:
        name = folded(names[kind])
        if not name:
            continue
        if kind == "project":
            owner = found["department"].id if "department" in found else ""
            found[kind] = Designation(kind, name, owner=owner)
        else:
            found[kind] = Designation(kind, name, _division(names[kind], around))
    return found


def division_of(department: str, title: str, source: str) -> str:
    """The division of the department that a form names; empty where it is not known.

    Args:
        department: its name as printed.
        title: of the form.
        source: path of the document.
    """
    return _division(department, _around(title, source))


def _division(name: str, around: str) -> str:
    """The division of a department: that of its name, else the one around it unless the name may mean another."""
    own = placed_department(folded(CODE.sub("", name, count=1)), around)
    return own.code or ("" if own.candidates else around)


def _around(title: str, source: str) -> str:
    """The division that a form's title or its folders name; empty where neither does, or they contradict each other."""
    of_title = placed(without_years(folded(title))).code
    of_folders = division_of_folders(source.split("/")[:-1])
    if of_title and of_folders and not of_folders.startswith(_prefix(of_title)):
        return of_title if of_title.startswith(_prefix(of_folders)) else ""
    return of_folders or of_title


def _prefix(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _folder_of(source: str) -> str:
    """The folders of a file, those left out that say a year or less."""
    return "/".join(part for part in source.split("/")[:-1] if re.search(r"\D", part.removesuffix("年").strip()))


def _indicator_names(indicators: pd.DataFrame) -> dict[str, frozenset[str]]:
    """The names of the indicators of every form."""
    known = {name: without_years(folded(str(name))) for name in indicators["name"].unique()}
    names = indicators["name"].map(known)
    grouped: Iterable[tuple[str, pd.Series]] = names.groupby(indicators["form_id"], sort=False)
    return {str(form_id): frozenset(name for name in of_form if name) for form_id, of_form in grouped}


def _doubted(findings: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """The forms and fields of which a flag says that they may be misread, and nobody has looked."""
    is_open = findings["code"].isin(FLAGS) & ~findings["reviewed"].astype(bool) & (findings["table"] == "forms")
    rows = findings.loc[is_open.fillna(False), ["form_id", "field"]].dropna()
    return frozenset(rows.itertuples(index=False, name=None))


def _appearance(designation: Designation, one: _Collected) -> Appearance:
    return Appearance(
        designation,
        texts=tuple(text for text, _ in one.texts.most_common()),
        years=tuple(sorted(one.years)),
        twice=tuple(sorted(year for year, count in one.overall.items() if count > 1)),
        undated=tuple(one.undated),
        forms=tuple(one.forms),
        projects=frozenset(one.projects),
        units=frozenset(one.units),
        indicators=frozenset(one.indicators),
        folders=tuple(sorted(one.folders - {""})),
        codes=frozenset(one.codes),
        department=one.department,
        is_doubted=one.is_doubted,
    )
