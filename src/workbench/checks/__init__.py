"""Checks: what a form says against itself, and where the machine is unsure. One small function per finding code.

A check reads, reports and changes nothing. Amounts are compared as printed: a printed figure stands for
everything that rounds to it. Severity ``error`` is for what is certain from the printed figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.checks.budgets import BUDGET_CHECKS
from workbench.checks.confirmed import confirmed_by_sums
from workbench.checks.indicators import INDICATOR_CHECKS, duplicate_indicators
from workbench.checks.misreadings import Misreading, explain_budget, explain_total
from workbench.checks.reasons import reason_contradicts_figures, reason_without_deviation, repeated_reasons
from workbench.checks.totals import (
    level_weights_do_not_add_up,
    points_above_full_mark,
    scores_do_not_add_up,
    weights_do_not_add_up,
    weights_in_percent,
)
from workbench.checks.uncertain import (
    CellsByKey,
    cells_of,
    goals_out_of_order,
    low_confidence,
    missing_amounts,
    missing_heads,
    missing_values,
    not_a_number,
    obscured,
    read_as_word,
    readers_disagree,
    several_values,
    shown_unsure,
    unmapped_cells,
    unread_actual,
    unread_target,
)
from workbench.judging import Judged, judged_indicators
from workbench.model import Finding, Form, PageContent

__all__ = ["check_form"]


def check_form(form: Form, review_threshold: float, pages: Sequence[PageContent] = ()) -> list[Finding]:
    """All findings about a form: those of the reconstruction, and those of every check.

    Args:
        form: the form.
        review_threshold: confidence (0 to 1) below which a person should look.
        pages: what was read from the form's pages. Only their cells know what was obscured, and the points
            printed in the label of a level; without pages neither is checked.
    """
    rows, cells = judged_indicators(form), cells_of(pages)
    confirmed = confirmed_by_sums(form, rows, cells, review_threshold)
    findings = list(form.notes)
    findings += [*obscured(form, cells), *readers_disagree(form, cells), *read_as_word(form, cells)]
    findings += [*shown_unsure(form), *low_confidence(form, review_threshold, cells, confirmed)]
    findings += [*unmapped_cells(form), *several_values(form), *not_a_number(form)]
    findings += [*missing_heads(form), *missing_amounts(form)]
    findings += missing_values(rows, cells)
    findings += goals_out_of_order(form)
    findings += _budget_findings(form, review_threshold)
    findings += [
        *points_above_full_mark(form),
        *weights_in_percent(form, rows),
        *_total_findings(form, rows, cells, review_threshold),
    ]
    checks = (
        *INDICATOR_CHECKS,
        reason_without_deviation,
        reason_contradicts_figures,
        unread_target,
        unread_actual,
    )
    findings += [finding for row in rows for check in checks for finding in check(row)]
    findings += [*duplicate_indicators(rows), *repeated_reasons(rows)]
    return findings


def _budget_findings(form: Form, threshold: float) -> list[Finding]:
    findings = [finding for check in BUDGET_CHECKS for finding in check(form)]
    return _explained(findings, explain_budget(form, threshold)) if findings else []


def _total_findings(form: Form, rows: Sequence[Judged], cells: CellsByKey, threshold: float) -> list[Finding]:
    weights = [*weights_do_not_add_up(form, rows), *level_weights_do_not_add_up(form, rows, cells)]
    scores = scores_do_not_add_up(form, rows)
    weight = explain_total(form, rows, "weight", cells, threshold) if weights else None
    score = explain_total(form, rows, "score", cells, threshold) if scores else None
    if weight and score and weight.where == score.where:
        return [*weights, *scores]  # two stories about one row: either may be wrong
    return [*_explained(weights, weight), *_explained(scores, score)]


def _explained(findings: list[Finding], misreading: Misreading | None) -> list[Finding]:
    """The findings with the one reading that would explain them all, as a suggestion to look there."""
    if misreading is None:
        return findings
    return [replace(finding, message=f"{finding.message}；{misreading}") for finding in findings]
