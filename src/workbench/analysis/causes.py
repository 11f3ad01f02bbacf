"""Groups the reasons that forms give for deviations by cause. The rules are data (``causes.toml``)."""

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
from workbench.checks.reasons import reason_rules

UNKNOWN = "未归类"
"""The cause of a reason that no rule matches."""

REASON_COLUMNS = ["form_id", "table", "record_no", "name", "lost", "reason", "cause"]
"""Columns of :func:`reasons`."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One group of reasons: those in which ``words`` matches, once what ``excluded`` matches is taken out."""

    name: str
    words: re.Pattern[str]
    excluded: re.Pattern[str] | None

    def is_named_in(self, reason: str) -> bool:
        """Tell whether a reason names this cause."""
        rest = self.excluded.sub("", reason) if self.excluded else reason
        return self.words.search(rest) is not None


@dataclass(frozen=True, slots=True)
class CauseRules:
    """The rules of ``causes.toml``.

    ``blanks`` are entries that give no reason, such as ``无`` (`workbench.checks.reasons`). ``remedy`` matches where a
    reason stops and the announcement of a remedy begins.
    """

    causes: tuple[Cause, ...]
    blanks: frozenset[str]
    remedy: re.Pattern[str]


@cache
def rules() -> CauseRules:
    """Load the rules that come with the workbench."""
    source = resources.files("workbench.analysis").joinpath("causes.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(source)
    causes = (
        Cause(
            name=cause["name"],
            words=re.compile("|".join(cause["words"])),
            excluded=re.compile("|".join(cause["not"])) if "not" in cause else None,
        )
        for cause in entries["cause"]
    )
    return CauseRules(tuple(causes), reason_rules().nothing, re.compile("|".join(entries["measures"])))


def causes_of(reason: str) -> tuple[str, ...]:
    """List the causes that a reason names, in the order of the rules; :data:`UNKNOWN` where it names none.

    Words that announce a remedy (后续将…, 下一步…) name no cause. A blank, ``无`` and the like give no cause at all.

    >>> causes_of("受疫情影响，采购流标，后续将加快拨付"), causes_of("其他"), causes_of("无")
    (('疫情', '招标采购'), ('未归类',), ())
    """
    printed = "".join(reason.split()).strip("。；;，,")
    if not re.search(r"\w", printed) or printed in rules().blanks:
        return ()
    remedy = rules().remedy.search(printed)
    stated = printed[: remedy.start()] if remedy and remedy.start() else printed
    return tuple(cause.name for cause in rules().causes if cause.is_named_in(stated)) or (UNKNOWN,)


def reasons(tables: Tables) -> pd.DataFrame:
    """List every reason that the forms give, in one row for each cause that it names.

    Columns: form_id, table (``budgets``, ``goals``, ``indicators``), record_no, name (of the record), lost (points
    that the record lost, missing where it shows none), reason, cause. Source: the ``deviation`` of the three tables.
    """
    budgets = tables.budgets.assign(lost=_points_lost(tables.budgets))
    goals = tables.goals.assign(lost=float("nan"))
    indicators = tables.indicators.assign(lost=_points_lost(tables.indicators))
    found = [
        *_reasons_of(budgets, "budgets", "line_no", "funds"),
        *_reasons_of(goals, "goals", "goal_no", "goal"),
        *_reasons_of(indicators, "indicators", "indicator_no", "name"),
    ]
    return pd.DataFrame(found, columns=REASON_COLUMNS).astype({"lost": "float64"})


def cause_counts(tables: Tables) -> pd.DataFrame:
    """Count how often each cause is named, most often first, indexed by cause.

    Columns: reasons (how many name it), forms (how many name it), lost (points that the records lost whose reason
    names it; a record that names two causes counts in both). Source: :func:`reasons`.
    """
    grouped = reasons(tables).groupby("cause", sort=False)
    table = pd.DataFrame(
        {"reasons": grouped.size(), "forms": grouped["form_id"].nunique(), "lost": grouped["lost"].sum(min_count=1)}
    )
    order = {cause.name: place for place, cause in enumerate(rules().causes)}
    place = table.index.to_series().map(order).fillna(len(order))
    return table.assign(place=place).sort_values(["reasons", "place"], ascending=[False, True]).drop(columns="place")


def _points_lost(records: pd.DataFrame) -> pd.Series:
    """Weight − score of each record, missing where it lacks one of them."""
    return measures.numbers(records["weight"]) - measures.numbers(records["score"])


def _reasons_of(records: pd.DataFrame, table: str, number: str, name: str) -> Iterator[tuple[object, ...]]:
    """The rows of :func:`reasons` from one table; ``number`` and ``name`` are its columns with a record's number, name.

    Records without a deviation give no row.
    """
    with_reason = records[[not is_missing(reason) for reason in records["deviation"]]]
    for record in with_reason.to_dict("records"):
        for cause in causes_of(str(record["deviation"])):
            yield (record["form_id"], table, record[number], record[name], record["lost"], record["deviation"], cause)
