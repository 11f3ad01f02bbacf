"""The total row of each form's budget section, and the rate at which the budget was executed."""

from __future__ import annotations

import pandas as pd

TOTAL_ROW = r"总额|合计|总计|小计"
"""Pattern of the label of a budget section's total row."""


def numbers(column: pd.Series) -> pd.Series:
    """Convert a column to float64, NaN where it holds no number."""
    return pd.to_numeric(column, errors="coerce").astype("float64")


def budget_totals(budgets: pd.DataFrame) -> pd.DataFrame:
    """Choose the total row of each form's budget section, indexed by ``form_id``.

    It is the first row labelled 总额, 合计, 总计 or 小计, else the first row. Source: ``budgets`` (form_id, line_no,
    funds).
    """
    labelled = budgets["funds"].astype("string").str.contains(TOTAL_ROW, regex=True).fillna(False)
    ordered = budgets.assign(is_part=~labelled.astype(bool))
    ordered = ordered.sort_values(["form_id", "is_part", "line_no"], kind="stable")
    return ordered.drop_duplicates("form_id").drop(columns="is_part").set_index("form_id")


def execution_rate(budgets: pd.DataFrame) -> pd.Series:
    """Compute the budget execution rate of each form: executed ÷ adjusted, indexed by ``form_id``.

    Unit: fraction. Where a form has no adjusted budget, the initial one takes its place (the Beijing 2016 form).
    Where the amounts give no rate, the printed rate is used. Source: the total row of ``budgets`` (executed,
    adjusted, initial, execution_rate).
    """
    return execution_rate_of_lines(budget_totals(budgets)).rename("execution_rate")


def execution_rate_of_lines(budgets: pd.DataFrame) -> pd.Series:
    """Compute the rate of :func:`execution_rate` for every line of the budget, with the index of its input."""
    base = numbers(budgets["adjusted"]).fillna(numbers(budgets["initial"]))
    rate = numbers(budgets["executed"]) / base.where(base > 0)
    return rate.fillna(numbers(budgets["execution_rate"]))
