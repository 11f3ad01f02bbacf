"""Sums as evidence: points that the engine was unsure of are confirmed by a sum that holds in no other way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.test_checks import a_form, budget, entry, found, indicator, page
from workbench.model import CellKey, CellState, Confidence, Entry, Form, Indicator, PageContent

UNSURE = Confidence(character=0.3)


def row(number: int, weight: str, confidence: float = 1.0) -> Indicator:
    """An indicator whose weight stands in a cell of its own row."""
    one = indicator(weight=weight, score=weight, name=f"第{number}项")
    return replace(one, weight=Entry(weight, confidence, (CellKey(1, 1, number, 5),)))


def a_page(form: Form, states: Mapping[int, CellState] = {}, **confidence: float | None) -> PageContent:
    """The cells of the form's weights, as sure as they say; doubtful ones for the reasons given."""
    entries = [one.weight for one in form.indicators if one.weight is not None]
    texts = {key: (one.text, states.get(key.row, "text")) for one in entries for key in one.cells}
    found_page = page(texts)  # type: ignore[arg-type]
    doubted = {key.row for one in entries if one.confidence < 1 for key in one.cells}
    (grid,) = found_page.grids
    cells = tuple(
        replace(cell, confidence=replace(UNSURE, **confidence)) if cell.row in doubted else cell  # type: ignore[arg-type]
        for cell in grid.cells
    )
    return replace(found_page, grids=(replace(grid, cells=cells),))


def codes(form: Form, content: PageContent) -> list[str]:
    return [one.code for one in found(form, content) if one.code in ("low-confidence", "confirmed-by-sum")]


def of_weights(*weights: str, unsure: tuple[int, ...] = (1,)) -> Form:
    """Indicators with these weights, which with the budget's ten points are a hundred; some are ``unsure``."""
    rows = [row(number, text, 0.3 if number in unsure else 1.0) for number, text in enumerate(weights, start=1)]
    return a_form(*rows, total_score=None)


def test_a_weight_without_which_the_total_would_not_add_up_was_sent_to_review():
    form = of_weights("8.5", "81.5")
    (finding,) = [one for one in found(form, a_page(form)) if one.code == "confirmed-by-sum"]
    assert (finding.severity, finding.field, finding.record_no) == ("info", "weight", 1)
    assert "100" in finding.message


def test_a_sum_that_does_not_hold_confirms_nothing():
    form = of_weights("8.5", "80")
    assert codes(form, a_page(form)) == ["low-confidence"]


def test_two_misread_weights_whose_mistakes_cancel_out_are_not_confirmed():
    """A 1 that may be a 4 and a 4 that may be a 1 add up either way."""
    form = of_weights("1", "4", "85", unsure=(1, 2))
    assert codes(form, a_page(form)) == ["low-confidence"] * 2


def test_a_sum_says_nothing_of_the_row_that_a_number_stands_in():
    form = of_weights("8.5", "81.5")
    assert codes(form, a_page(form, border=0.5)) == ["low-confidence"]


def test_a_number_under_a_seal_stays_obscured():
    form = of_weights("8.5", "81.5")
    assert codes(form, a_page(form, {1: "obscured"})) == []
    assert "obscured" in [one.code for one in found(form, a_page(form, {1: "obscured"}))]


def test_a_sum_with_a_number_that_was_not_read_confirms_nothing():
    form = of_weights("8.5", "81.5")
    unread = replace(form, budgets=(replace(budget(), weight=entry("1O")),))
    assert codes(unread, a_page(unread)) == ["low-confidence"]
