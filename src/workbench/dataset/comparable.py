"""Views of a dataset that can be compared over forms and years: one unit, standard names, rates, dates, entities.

A view of a table has its columns, before them what its form is, and behind them the comparable columns. What is
printed stays as it is; what cannot surely be converted is null. The views of entities say who is who over the years
(`workbench.entities`), as far as people decided it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Protocol

import pandas as pd

from workbench.dataset.budget_totals import budget_totals, execution_rate
from workbench.entities.appearances import other_forms
from workbench.entities.decisions import Decision
from workbench.entities.links import indicator_links as links_of
from workbench.entities.registry import Registry, registry
from workbench.entities.views import entity_rows, panel_rows
from workbench.values import normalise, parse_target

STANDARD_LEVELS = {"level1": "level1_standard", "level2": "level2_standard"}
"""The columns of standard names, by that of the printed one."""

DAYS = {"target": "target_date", "actual": "actual_date"}
"""The columns of dates, by that of the printed text."""

IN_WAN = {"initial": "initial_wan", "adjusted": "adjusted_wan", "executed": "executed_wan"}
"""The columns of amounts in 万元, by that of the printed amount."""


class SourceTables(Protocol):
    """The tables that views are made of."""

    @property
    def documents(self) -> pd.DataFrame: ...
    @property
    def forms(self) -> pd.DataFrame: ...
    @property
    def budgets(self) -> pd.DataFrame: ...
    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def findings(self) -> pd.DataFrame: ...


class DecidedTables(SourceTables, Protocol):
    """The tables, and what people decided about entities."""

    @property
    def entity_decisions(self) -> Sequence[Decision]: ...


def repeated_forms(forms: pd.DataFrame, findings: pd.DataFrame) -> frozenset[str]:
    """List the forms that are another scan of one of ``forms``, which counts in their place.

    Source: ``findings`` (``duplicate-form``, whose ``expected`` names the form that counts).
    """
    found = findings[findings["code"] == "duplicate-form"]
    stands_in = found["expected"].isin(forms["form_id"]) & (found["expected"] != found["form_id"])
    return frozenset(found.loc[stands_in, "form_id"])


def indicators_flat(tables: SourceTables) -> pd.DataFrame:
    """Make the view ``indicators_flat``: every indicator with its form, standard levels, score rate and dates."""
    rows = _with_form(tables, tables.indicators)
    for level, standard in STANDARD_LEVELS.items():
        rows[standard] = rows[level].map(lambda text, level=level: _standard_names()[level].get(_key(text)))
    rows["score_rate"] = _score_rate(rows)
    is_date = rows["kind"] == "date"
    for field, day in DAYS.items():
        dates = [
            _sure_date(text, year) if dated else None
            for text, year, dated in zip(rows[field], rows["year"], is_date, strict=True)
        ]
        rows[day] = pd.to_datetime(pd.Series(dates, index=rows.index, dtype=object))
    return rows.astype(dict.fromkeys(STANDARD_LEVELS.values(), "str"))


def budgets_flat(tables: SourceTables) -> pd.DataFrame:
    """Make the view ``budgets_flat``: every budget line with its form, its amounts in 万元, and its score rate.

    A line whose unit is not printed, or in doubt (``amount-unit-mismatch``), has no amounts in 万元.
    """
    rows = _with_form(tables, tables.budgets)
    factor = rows["amount_unit"].map(_amount_units()).astype("float64")
    mixed = tables.findings[tables.findings["code"] == "amount-unit-mismatch"]
    factor = factor.mask(rows["form_id"].isin(mixed["form_id"]))
    for field, converted in IN_WAN.items():
        # Nine significant digits: more than any form prints, fewer than floating point adds.
        rows[converted] = (rows[field] * factor).map(lambda amount: float(f"{amount:.9g}"))
    rows["score_rate"] = _score_rate(rows)
    return rows


def registry_of(tables: DecidedTables) -> Registry:
    """Make the entities of a dataset, further scans of one form left out."""
    return registry(tables, tables.entity_decisions, repeated_forms(tables.forms, tables.findings))


def entities(tables: DecidedTables) -> pd.DataFrame:
    """Make the view ``entities``: every name of every department, unit and project, with the id that is theirs."""
    return entity_rows(registry_of(tables))


def indicator_links(tables: DecidedTables) -> pd.DataFrame:
    """Make the view ``indicator_links``: what became of each indicator in the entity's next year."""
    return links_of(registry_of(tables), _whole_forms(tables), tables.indicators, tables.findings)


def panel(tables: DecidedTables) -> pd.DataFrame:
    """Make the view ``panel``: the measures of each department and project, year by year."""
    return panel_rows(registry_of(tables), _whole_forms(tables), _measures(tables))


def _whole_forms(tables: SourceTables) -> pd.DataFrame:
    """The self-evaluations, each once."""
    left_out = repeated_forms(tables.forms, tables.findings) | other_forms(tables.findings)
    return tables.forms[~tables.forms["form_id"].isin(left_out)]


def _measures(tables: SourceTables) -> dict[str, pd.Series]:
    """The measures of the panel by their names, each by ``form_id``."""
    forms = tables.forms.set_index("form_id")
    budgets = budget_totals(budgets_flat(tables))
    met = tables.indicators["met"].astype("boolean")
    rows = tables.indicators.assign(met=met.eq(True).fillna(False), missed=met.eq(False).fillna(False))
    counts = rows.assign(undecided=met.isna(), reasons=rows["deviation"].str.len() > 0).groupby("form_id")
    return {
        "total_score": forms["total_score"],
        "total_weight": forms["total_weight"],
        "score_rate": forms["total_score"] / forms["total_weight"].where(forms["total_weight"] > 0),
        **{name: budgets[name] for name in IN_WAN.values()},
        "execution_rate": execution_rate(tables.budgets),
        "indicators": counts.size(),
        **{name: counts[name].sum() for name in ("met", "missed", "undecided", "reasons")},
    }


VIEWS: Mapping[str, Callable[[Any], pd.DataFrame]] = {
    "indicators_flat": indicators_flat,
    "budgets_flat": budgets_flat,
    "entities": entities,
    "indicator_links": indicator_links,
    "panel": panel,
}
"""The views by their names."""


def _with_form(tables: SourceTables, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with department, project, year and source file of their form in front."""
    sources = tables.documents.drop_duplicates("document_id").set_index("document_id")["source"]
    forms = tables.forms.set_index("form_id")
    facts = forms[["department", "project", "year"]].assign(
        source=forms["document_id"].map(sources).astype("str"),
        is_repeated=forms.index.isin(repeated_forms(tables.forms, tables.findings)),
    )
    return facts.join(rows.set_index("form_id"), how="inner").reset_index()


def _score_rate(rows: pd.DataFrame) -> pd.Series:
    """Score ÷ weight, a fraction; missing where either is, or the weight is 0."""
    return rows["score"] / rows["weight"].where(rows["weight"] > 0)


def _sure_date(text: object, year: object) -> object:
    """The last day of the period that a text states, if its strictest and its most generous reading agree."""
    if not isinstance(text, str):
        return None
    read = parse_target(text, year=None if pd.isna(year) else int(str(year)))  # type: ignore[call-overload]
    return read.deadline if read.kind == "date" and read.deadline == read.sure else None


@cache
def _standard_names() -> Mapping[str, Mapping[str, str]]:
    """For each level the standard name of every printed one."""
    return {
        level: {_key(printed): standard for standard, listed in _rules()[level].items() for printed in listed}
        for level in ("level1", "level2")
    }


@cache
def _amount_units() -> dict[str, float]:
    """How many 万元 one of each unit is."""
    return dict(_rules()["amounts"])


@cache
def _rules() -> Mapping[str, Mapping[str, Any]]:
    source = resources.files("workbench.dataset").joinpath("comparable.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


def _key(text: object) -> str:
    """A name as it is looked up."""
    return "".join(normalise(str(text)).split())
