"""Adds up the points of forms, and says how sure each sum is: which rows it counts, and between which bounds it lies.

A row is an indicator, or the total row of the budget. A sum is over the rows that show points; rows that a review may
still change make it a range, and where such a row's weight is not certain either, there is no upper bound.
"""

from __future__ import annotations

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.field_states import OPEN, field_states, is_open, with_states
from workbench.analysis.measures import POINT_TOLERANCE, numbers
from workbench.analysis.selection import Tables

BUDGET = "预算执行"
"""The place of the budget's own points."""

INDICATORS = "绩效指标"
"""The place of the indicators' points."""

FIELDS = ("weight", "score")
"""The fields of a row that hold points."""

ROW_COLUMNS = ["form_id", "place", "number", "weight", "score", "weight_state", "score_state", "most"]
"""Columns of :func:`point_rows`."""


def point_rows(tables: Tables) -> pd.DataFrame:
    """List every row of the forms that can have points, with the states of its weight and score.

    Columns: :data:`ROW_COLUMNS`; number is that of the indicator or of the budget line, most is the most points that
    the row can have got, infinite where its weight is not certain. Source: the total row of ``budgets``,
    ``indicators``, and what :mod:`workbench.analysis.field_states` reads.
    """
    lines = measures.budget_totals(_with_bounds(tables, "budgets")).reset_index()
    parts = (
        lines.assign(place=BUDGET).rename(columns={"line_no": "number"}),
        _with_bounds(tables, "indicators").assign(place=INDICATORS).rename(columns={"indicator_no": "number"}),
    )
    every = pd.concat([part.reindex(columns=ROW_COLUMNS).astype(object) for part in parts], ignore_index=True)
    return every.assign(**{column: numbers(every[column]) for column in (*FIELDS, "most")})


def _with_bounds(tables: Tables, table: str) -> pd.DataFrame:
    """A table with the states of its points, and the most that each row can have got."""
    rows = with_states(tables, table, FIELDS)
    # Of a row that was joined or split the weight still bounds the score: its digits are not what is doubted.
    weights = field_states(tables, table, ("weight",), whole_rows=False)["weight"]
    return rows.assign(most=numbers(rows["weight"]).where(weights == "printed", float("inf")))


def losses(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up the points that each form lost (weight − score), indexed by ``form_id``.

    Columns: compared (rows that show both weight and score), lost (points, missing where no row shows both), low and
    high (bounds of lost, whatever a review finds; high is missing where there is none), doubted (rows that show both,
    one of them doubted), unread (rows whose weight or score was not read), unscored (rows with a weight whose score
    is blank). Takes the frame of :func:`point_rows`.
    """
    lost = (rows["weight"] - rows["score"]).clip(lower=0)
    lost = lost.where((lost > POINT_TOLERANCE) | lost.isna(), 0.0)
    is_compared = lost.notna()
    open_rows = is_open(rows[["weight_state", "score_state"]])
    table = pd.DataFrame(
        {
            "form_id": rows["form_id"],
            "compared": is_compared,
            "lost": lost,
            "low": lost.where(~open_rows, 0.0).fillna(0.0),
            "high": lost.fillna(0.0).where(~open_rows, rows["most"]),
            "doubted": open_rows & is_compared,
            "unread": open_rows & ~is_compared,
            "unscored": (rows["score_state"] == "blank") & rows["weight"].notna(),
        }
    )
    grouped = table.groupby("form_id")
    sums = grouped[["compared", "low", "high", "doubted", "unread", "unscored"]].sum()
    counts = ["compared", "doubted", "unread", "unscored"]
    return sums.astype(dict.fromkeys(counts, int)).assign(
        lost=grouped["lost"].sum(min_count=1), high=sums["high"].where(sums["high"] < float("inf"))
    )


def sum_bounds(rows: pd.DataFrame, field: str) -> pd.DataFrame:
    """Add up the weights or the scores of each form, indexed by ``form_id``.

    Columns: shown (rows that show the field), low and high (bounds of the sum, whatever a review finds; missing where
    there are none), doubted, unread (rows in that state), budget (the budget's own part in points, missing where it
    has none). Takes the frame of :func:`point_rows`; ``field`` is ``weight`` or ``score``.
    """
    values, states = rows[field], rows[f"{field}_state"]
    open_rows = states.isin(OPEN)
    # A score lies between 0 and its weight; nothing bounds a weight.
    most = rows["most"] if field == "score" else pd.Series(float("inf"), index=rows.index)
    table = pd.DataFrame(
        {
            "form_id": rows["form_id"],
            "shown": values.notna(),
            "low": values.fillna(0.0).where(~open_rows, 0.0),
            "high": values.fillna(0.0).where(~open_rows, most),
            "doubted": states == "doubted",
            "unread": states == "unread",
            "budget": values.where(rows["place"] == BUDGET),
        }
    )
    grouped = table.groupby("form_id")
    sums = grouped[["shown", "low", "high", "doubted", "unread"]].sum()
    is_bounded = sums["high"] < float("inf")
    bounded = {end: sums[end].where(is_bounded) for end in ("low", "high")}
    counts = dict.fromkeys(("shown", "doubted", "unread"), int)
    return sums.astype(counts).assign(**bounded, budget=grouped["budget"].sum(min_count=1))
