"""Why forms say that something deviated: the reasons, grouped by cause. The rules are data (``causes.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.selection import Tables
from workbench.analysis.wording import is_missing

UNKNOWN = "未归类"
"""The cause of a reason in which no rule finds its words."""

REASON_COLUMNS = ["form_id", "table", "record_no", "name", "lost", "reason", "cause"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One group of reasons: found by ``words``, after what ``but_not`` matches has been taken out."""

    name: str
    words: re.Pattern[str]
    but_not: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All that ``causes.toml`` says."""

    causes: tuple[Cause, ...]
    nothing: frozenset[str]
    measures: re.Pattern[str]


@cache
def rules() -> Rules:
    """The rules that come with the workbench."""
    source = resources.files("workbench.analysis").joinpath("causes.toml").read_text(encoding="utf-8")
    told = tomllib.loads(source)
    causes = (
        Cause(
            name=cause["name"],
            words=re.compile("|".join(cause["words"])),
            but_not=re.compile("|".join(cause["not"])) if "not" in cause else None,
        )
        for cause in told["cause"]
    )
    return Rules(tuple(causes), frozenset(told["nothing"]), re.compile("|".join(told["measures"])))


def causes_of(reason: str) -> tuple[str, ...]:
    """The causes that a reason names, in the order of the rules; :data:`UNKNOWN` where it names none.

    What the reason announces as a remedy (后续将…, 下一步…) is no cause. Empty for a blank, ``无`` and the like.
    """
    printed = "".join(reason.split()).strip("。；;，,")
    if not re.search(r"\w", printed) or printed in rules().nothing:
        return ()
    remedy = rules().measures.search(printed)
    stated = printed[: remedy.start()] if remedy and remedy.start() else printed
    return tuple(cause.name for cause in rules().causes if _names(cause, stated)) or (UNKNOWN,)


def _names(cause: Cause, stated: str) -> bool:
    left = cause.but_not.sub("", stated) if cause.but_not else stated
    return cause.words.search(left) is not None


def reasons(tables: Tables) -> pd.DataFrame:
    """Every reason that the forms give, once for each cause that it names.

    Columns: form_id, table (``budgets``, ``goals``, ``indicators``), record_no, name (of the row), lost (points
    of the row, missing where it shows none), reason, cause. Source: the ``deviation`` of the three tables.
    """
    found = [row for table in (_budget_rows(tables), _goal_rows(tables), _indicator_rows(tables)) for row in table]
    return pd.DataFrame(found, columns=REASON_COLUMNS).astype({"lost": "float64"})


def cause_counts(tables: Tables) -> pd.DataFrame:
    """How often each cause is named, most often first, indexed by cause.

    Columns: reasons (count), forms (how many forms name it), lost (points of the rows that name it; a row
    that names two causes counts in both). Unit: reasons, forms, points. Source: :func:`reasons`.
    """
    named = reasons(tables)
    grouped = named.groupby("cause", sort=False)
    table = pd.DataFrame(
        {"reasons": grouped.size(), "forms": grouped["form_id"].nunique(), "lost": grouped["lost"].sum(min_count=1)}
    )
    order = {cause.name: place for place, cause in enumerate(rules().causes)}
    place = table.index.to_series().map(order).fillna(len(order))
    return table.assign(place=place).sort_values(["reasons", "place"], ascending=[False, True]).drop(columns="place")


def _indicator_rows(tables: Tables) -> Iterator[tuple[object, ...]]:
    rows = tables.indicators
    yield from _named(rows.assign(lost=_lost(rows)), "indicators", "indicator_no", "name")


def _budget_rows(tables: Tables) -> Iterator[tuple[object, ...]]:
    rows = tables.budgets
    yield from _named(rows.assign(lost=_lost(rows)), "budgets", "line_no", "funds")


def _goal_rows(tables: Tables) -> Iterator[tuple[object, ...]]:
    yield from _named(tables.goals.assign(lost=float("nan")), "goals", "goal_no", "goal")


def _lost(rows: pd.DataFrame) -> pd.Series:
    return measures.numbers(rows["weight"]) - measures.numbers(rows["score"])


def _named(rows: pd.DataFrame, table: str, number: str, name: str) -> Iterator[tuple[object, ...]]:
    told = rows[[not is_missing(reason) for reason in rows["deviation"]]]
    for row in told.to_dict("records"):
        for cause in causes_of(str(row["deviation"])):
            yield (row["form_id"], table, row[number], row[name], row["lost"], row["deviation"], cause)
