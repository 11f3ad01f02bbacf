"""Computes one row per form, or per department and year, with its key figures."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.field_states import field_states, forms_with_missing_rows, is_open
from workbench.analysis.points import INDICATORS, losses, point_rows
from workbench.analysis.selection import Tables, department_names, form_years

OVERALL = "部门整体"
"""The project of a form that names none: a department's overall form."""

SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}
"""Words for the severities of findings, the most serious first."""


def form_summary(tables: Tables) -> pd.DataFrame:
    """Compute the key figures of every form, in the order of ``forms``.

    The frame has a row for each form, with these columns:

    - what the form is: form_id, document_id, department, year (0: unknown), project (部门整体 where none)
    - its score: full and score (points; the stated totals, else the sum of the rows if all of them were read),
      score_stated (bool), score_rate (score ÷ full, a fraction), grade, the six columns of :func:`measures.totals`
      (points), gap_is_open (bool: a review may change a number behind the gaps)
    - its budget: amount_unit, initial, adjusted, executed (in that unit), execution_rate, adjustment_rate (fractions)
    - its indicators (counts): indicators, met, missed, undecided, unscored (no score on the form), unread_scores,
      far_exceeded, to_the_digit
    - where it lost points: points_lost (points, missing where no row shows weight and score), lost_in (number of
      places), lost_low and lost_high (points: bounds, whatever a review finds), lost_doubted and lost_unread (number
      of rows that a review may change)
    - shares (fractions): quantitative_share, full_mark_share, satisfaction
    - how far to trust it: error, warning, info (numbers of findings), confidence (lowest, 0 to 1), review (bool)
    """
    forms, indicators, rows = tables.forms, tables.indicators, point_rows(tables)
    table = _identities(forms)
    table = table.join(measures.totals(forms, tables.budgets, indicators))
    table = table.join(_scores(table, rows, forms_with_missing_rows(tables)))
    table["gap_is_open"] = _gaps_are_open(tables, rows).reindex(table.index).fillna(False).astype(bool)
    table = table.join(_budget_figures(tables.budgets))
    table = table.join(_indicator_counts(tables)).join(_losses(rows))
    for share in (measures.quantitative_share, measures.full_mark_share, measures.mean_satisfaction):
        table = table.join(share(indicators))
    table = table.join(_unread_scores(rows))
    counted = ["indicators", "met", "missed", "undecided", "unscored", "unread_scores", "lost_in", "far_exceeded"]
    counted += ["to_the_digit", "lost_doubted", "lost_unread"]
    table[counted] = table[counted].fillna(0).astype(int)
    table["unscored"] -= table["unread_scores"]
    table = table.join(finding_counts(tables.findings))
    table[list(SEVERITIES)] = table[list(SEVERITIES)].fillna(0).astype(int)
    return table.join(lowest_confidence(tables)).reset_index()


def _identities(forms: pd.DataFrame) -> pd.DataFrame:
    """What each form is, and whether it awaits review, indexed by ``form_id``."""
    return pd.DataFrame(
        {
            "document_id": forms["document_id"].to_numpy(),
            "department": department_names(forms).to_numpy(),
            "year": form_years(forms).to_numpy(),
            "project": forms["project"].astype("string").fillna("").replace("", OVERALL).to_numpy(),
            "review": forms["review"].astype("boolean").fillna(False).astype(bool).to_numpy(),
        },
        index=pd.Index(forms["form_id"], name="form_id"),
    )


def _budget_figures(budgets: pd.DataFrame) -> pd.DataFrame:
    """The amounts of each form's total row with their unit, and its rates, indexed by ``form_id``."""
    money = measures.budget_totals(budgets)
    amounts = money[["initial", "adjusted", "executed"]].apply(measures.numbers)
    figures = money[["amount_unit"]].join(amounts)
    return figures.join(measures.execution_rate(budgets)).join(measures.adjustment_rate(budgets))


def _indicator_counts(tables: Tables) -> pd.DataFrame:
    """How many indicators of each form were met, missed, far exceeded …, and the points it lost."""
    indicators = tables.indicators
    places = measures.points_lost(tables.budgets, indicators).groupby("form_id").size()
    counts = measures.attainment_counts(indicators).join(places.rename("lost_in"))
    counts = counts.join(measures.far_exceeded(indicators).groupby("form_id").size().rename("far_exceeded"))
    return counts.join(measures.met_to_the_digit(indicators).groupby("form_id").size().rename("to_the_digit"))


def _losses(rows: pd.DataFrame) -> pd.DataFrame:
    """The points that each form lost with their bounds, indexed by ``form_id``, from the rows of its points."""
    table = losses(rows)[["lost", "low", "high", "doubted", "unread"]].add_prefix("lost_")
    return table.rename(columns={"lost_lost": "points_lost"})


def _unread_scores(rows: pd.DataFrame) -> pd.Series:
    """How many indicators of each form have a score that was not read, indexed by ``form_id``."""
    is_unread = (rows["place"] == INDICATORS) & (rows["score_state"] == "unread")
    return is_unread.groupby(rows["form_id"]).sum().rename("unread_scores")


def _gaps_are_open(tables: Tables, rows: pd.DataFrame) -> pd.Series:
    """Whether a review may change a total or an addend of each form, or rows may be missing; indexed by ``form_id``."""
    of_rows = is_open(rows[["weight_state", "score_state"]]).groupby(rows["form_id"]).any()
    of_total = is_open(field_states(tables, "forms", ("total_weight", "total_score")))
    form_ids = tables.forms["form_id"]
    missing = form_ids.isin(forms_with_missing_rows(tables))
    found = of_total | missing | form_ids.map(of_rows).fillna(False).astype(bool)
    return found.set_axis(form_ids)


def department_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Compute one row for each department and year, indexed by both: the key figures of its main form.

    The main form is the overall one, else the first. ``forms`` is the number of forms; error, warning and
    info are sums over all of them. Takes the frame of :func:`form_summary`.
    """
    keys = ["department", "year"]
    ordered = summary.assign(is_part=summary["project"] != OVERALL).sort_values("is_part", kind="stable")
    main = ordered.drop_duplicates(keys).set_index(keys).drop(columns=["is_part", *SEVERITIES])
    sums = summary.groupby(keys)[list(SEVERITIES)].sum()
    return main.join(sums).join(summary.groupby(keys).size().rename("forms"))


def finding_counts(findings: pd.DataFrame) -> pd.DataFrame:
    """Count the findings of every form by severity, indexed by ``form_id``. Reads form_id and severity."""
    counts = findings.groupby(["form_id", "severity"]).size().unstack("severity", fill_value=0)
    return counts.reindex(columns=list(SEVERITIES), fill_value=0)


def lowest_confidence(tables: Tables) -> pd.Series:
    """Find the lowest confidence of every form (0 to 1), indexed by ``form_id``.

    It is that of its cells with text; where the form has none, that of its indicators.
    """
    with_text = tables.cells[tables.cells["state"] == "text"]
    lowest = [
        measures.numbers(table["confidence"]).groupby(table["form_id"].astype("string")).min()
        for table in (with_text, tables.indicators)
    ]
    return lowest[0].combine_first(lowest[1]).rename("confidence").rename_axis("form_id")


def _scores(table: pd.DataFrame, rows: pd.DataFrame, incomplete: frozenset[str]) -> pd.DataFrame:
    """Each form's score: the stated total; else the sum of the rows, if every row with a weight has a score.

    The sum of the weights stands for full marks that are not stated, if every row with a score has a weight. Neither is
    a sum where a number was not read, nor for the forms (``incomplete``) of which rows may be missing.

    ``table`` is indexed by ``form_id`` and has the columns of :func:`measures.totals`; ``rows`` are the rows of points.
    """
    lacks_score = rows["score"].isna() & (rows["weight"].notna() | (rows["score_state"] == "unread"))
    lacks_weight = rows["weight"].isna() & (rows["score"].notna() | (rows["weight_state"] == "unread"))
    added, added_full = (
        table[f"added_{name}"].mask(table.index.isin({*rows.loc[lacks, "form_id"], *incomplete}))
        for name, lacks in (("score", lacks_score), ("weight", lacks_weight))
    )
    score = table["stated_score"].fillna(added)
    stated = table["stated_score"].notna()
    full = table["stated_weight"].where(stated).fillna(added_full)
    rate = score / full.where(full > 0)
    grades = [measures.grade(points, whole) for points, whole in zip(score, full, strict=True)]
    return pd.DataFrame(
        {"score": score, "full": full, "score_stated": stated, "score_rate": rate, "grade": grades}, index=table.index
    )
