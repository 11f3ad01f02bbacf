"""Invented forms in many layouts: the truth is whole, the print says all of it, the layouts we know come back exact.

What the reconstructor makes of all the others: `python -m tests.scans.measure_layouts`.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.printed import pages, with_text
from tests.scans.invented import expected_forms, invent
from tests.scans.layouts import HELD_OUT, LAYOUTS, UNSEEN, page_style
from tests.scans.layouts.shapes import SHAPES
from tests.scans.layouts.troubles import LEFT_OVER
from tests.scans.measure_layouts import measure, on_one_page, page_breaks, three_on_a_page, with_page_breaks
from tests.scans.tables import Table, Truth, owners
from tests.scans.typeset import typeset
from workbench.values import parse_number

EACH_LAYOUT = pytest.mark.parametrize("layout", LAYOUTS)
KNOWN = ("tianjin-overall", "central-project")
UNIT_APART = ("combined-levels",)
"""Layouts whose sign stands in the number's cell, and the unit behind the actual value."""

SEEDS = st.integers(0, 10_000)
FORM = {"title", "year", "department", "project", "unit", "amount_unit", "budgets", "goals", "indicators", "total"}
BUDGET = {"funds", "initial", "adjusted", "executed", "weight", "rate", "score", "deviation"}
GOAL = {"no", "goal", "actual", "deviation"}
INDICATOR = {"goal", "level1", "level2", "name", "target", "actual", "weight", "score", "deviation"}


def printed(layout: str, seed: int) -> Table:
    return LAYOUTS[layout](invent(seed, layout))


def cell_texts(table: Table) -> list[str]:
    return [cell.text for row in table.rows for cell in row.cells if cell.text]


def plain(text: str) -> str:
    return "".join(text.split())


def records(form: Truth) -> list[Truth]:
    return [*form["budgets"], *form["goals"], *form["indicators"]]


class TestTruth:
    @EACH_LAYOUT
    @given(seed=SEEDS)
    @settings(max_examples=5)
    def test_has_every_key_that_the_dataset_has_a_column_for(self, layout, seed):
        for form in expected_forms(invent(seed, layout)):
            assert set(form) >= FORM
            assert all(set(line) == BUDGET for line in form["budgets"])
            assert all(set(goal) == GOAL for goal in form["goals"])
            assert all(set(row) >= INDICATOR for row in form["indicators"])
            assert form["budgets"]
            assert form["goals"]

    @EACH_LAYOUT
    @given(seed=SEEDS)
    @settings(max_examples=5)
    def test_has_none_for_what_the_layout_does_not_print_and_for_nothing_else(self, layout, seed):
        shape, truth = SHAPES[layout], invent(seed, layout)
        for form in (truth, *truth.get("others", ())):
            parts = (
                ([form], {"department", "project", "unit"}, shape.heads),
                (form["budgets"], BUDGET - {"funds"}, shape.budget),
                (form["goals"], GOAL - {"no"}, shape.goal),
                (form["indicators"], INDICATOR & {"actual", "weight", "score", "deviation"}, shape.indicator),
                ([form["total"]], {"weight", "score"}, shape.total),
            )
            for found, keys, has in parts:
                assert all((record[key] is None) == (key not in has) for record in found for key in keys)

    @EACH_LAYOUT
    @given(seed=SEEDS)
    @settings(max_examples=5)
    def test_is_of_the_size_and_style_of_real_forms(self, layout, seed):
        forms = expected_forms(invent(seed, layout))
        rows = [row for form in forms for row in form["indicators"]]
        assert 8 <= len(rows) <= 60
        assert all(1 <= len(form["goals"]) <= 6 for form in forms)
        assert all(4 <= len(row["name"] or row["level2"]) <= 50 for row in rows)
        assert all(len(row["name"]) <= 30 for row in rows)
        assert all(2016 <= form["year"] <= 2025 for form in forms)

    @EACH_LAYOUT
    def test_is_the_same_for_the_same_seed_and_another_for_another(self, layout):
        assert invent(7, layout) == invent(7, layout)
        assert invent(7, layout) != invent(8, layout)
        assert json.loads(json.dumps(expected_forms(invent(7, layout)))) == expected_forms(invent(7, layout))

    @given(seed=SEEDS)
    @settings(max_examples=25)
    def test_no_row_scores_more_than_it_weighs(self, seed):
        for row in invent(seed, "central-project")["indicators"]:
            weight, score = parse_number(row["weight"]), parse_number(row["score"])
            assert (weight is None) == (score is None)
            assert weight is None or 0 <= score <= weight

    def test_weights_add_up_on_most_forms_and_not_on_all(self):
        sums = [added_weights(invent(seed, "central-project")) == 100 for seed in range(60)]
        assert 0.4 < sum(sums) / len(sums) < 0.9

    def test_the_parts_of_a_sichuan_county_form_add_up_to_more_than_it_states(self):
        truths = [invent(seed, "sichuan-county") for seed in range(20)]
        assert {parse_number(truth["total"]["weight"]) for truth in truths} == {100.0}
        assert sum(added_weights(truth) == 110 for truth in truths) > len(truths) / 2

    @pytest.mark.parametrize(
        ("field", "pattern"),
        [
            ("actual", "1"),
            ("actual", r"0\.\d+"),
            ("actual", r"[≥=].*"),
            ("actual", "/|-|"),
            ("actual", ".{30,}"),
            ("target", r"\d+月底前"),
            ("target", r"≤\d+天"),
            ("target", r"\d+%-\d+%"),
            ("target", r"\d+"),
            ("target", "有效提升"),
            ("weight", r"\d+\.5"),
            ("weight", "[-/—]"),
            ("deviation", ".{40,}"),
            ("deviation", "0|无|/"),
        ],
    )
    def test_the_odd_things_that_forms_say_do_occur(self, field, pattern):
        rows = (row for seed in range(60) for row in invent(seed, "central-project")["indicators"])
        assert any(re.fullmatch(pattern, row[field]) for row in rows)


def added_weights(truth: Truth) -> float:
    return sum(parse_number(part["weight"]) or 0.0 for part in (*truth["budgets"], *truth["indicators"]))


class TestPrint:
    @EACH_LAYOUT
    @given(seed=SEEDS)
    @settings(max_examples=8)
    def test_its_cells_fill_its_grid(self, layout, seed):
        table = printed(layout, seed)
        assert len(owners(table.rows, len(table.widths))) == len(table.rows)

    @EACH_LAYOUT
    @given(seed=SEEDS)
    @settings(max_examples=5)
    def test_says_everything_that_is_in_the_truth(self, layout, seed):
        truth = invent(seed, layout)
        table = printed(layout, seed)
        said = [plain(text) for text in (table.title, table.subtitle, *cell_texts(table))]
        for form in (truth, *truth.get("others", ())):
            for value in printed_values(form, split=SHAPES[layout].split):
                assert any(plain(value) in text for text in said), value

    @pytest.mark.parametrize(
        "layout", [name for name, shape in SHAPES.items() if shape.split and name not in UNIT_APART]
    )
    @given(seed=SEEDS)
    @settings(max_examples=8)
    def test_sign_number_and_unit_stand_side_by_side(self, layout, seed):
        table = printed(layout, seed)
        rows = [" ".join(cell.text for cell in row.cells) for row in table.rows]
        targets = [row["target"] for form in expected_forms(invent(seed, layout)) for row in form["indicators"]]
        signed = [re.fullmatch(r"(\D+)([\d.]+)(.*)", target) for target in targets if not target[0].isdigit()]
        for parts in (found.groups() for found in signed if found):
            sign, number, unit = map(re.escape, parts)
            side_by_side = re.compile(f"{sign} ?{number} (?:[^ ]* )?{unit}")
            assert any(side_by_side.search(row) for row in rows), parts

    def test_labels_are_repeated_where_nothing_is_merged(self):
        truth, table = invent(3, "repeated-labels"), printed("repeated-labels", 3)
        assert cell_texts(table).count("产出指标") == sum(row["level1"] == "产出指标" for row in truth["indicators"])

    def test_rows_of_the_empty_template_are_printed_and_not_in_the_truth(self):
        texts = set(cell_texts(printed("template-leftovers", 3)))
        names = {row["name"] for row in invent(3, "template-leftovers")["indicators"]}
        assert set(LEFT_OVER) <= texts
        assert not set(LEFT_OVER) & names

    def test_every_goal_of_a_form_in_blocks_has_a_header_of_its_own(self):
        goals = invent(3, "goal-blocks")["goals"]
        assert len(goals) > 1
        assert cell_texts(printed("goal-blocks", 3)).count("三级指标") == len(goals)

    @EACH_LAYOUT
    def test_can_be_typeset_and_all_of_it_is_on_the_pages(self, layout):
        seed = min(range(12), key=lambda seed: len(cell_texts(printed(layout, seed))))
        table = printed(layout, seed)
        with pdfium.PdfDocument(typeset(table, page_style(table))) as document:
            drawn = "".join(map(drawn_text, document))
        assert [text for text in (table.title, *cell_texts(table)) if plain(text) not in drawn] == []


def drawn_text(page: pdfium.PdfPage) -> str:
    """The page's text in the order in which it was drawn, cell by cell."""
    lines = page.get_objects([raw.FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage())
    return plain("".join(line.extract() for line in lines))


def printed_values(form: dict[str, Any], split: bool) -> list[str]:
    """Every text of a form's fields; of a target in three columns only the words."""
    values = [form[key] for key in ("department", "project", "unit")] + [
        form["total"]["weight"],
        form["total"]["score"],
    ]
    for record in records(form):
        values += [text for key, text in record.items() if isinstance(text, str) and key != "target"]
        values += [record.get("target")] if not split else []
    return [value for value in values if value]


class TestReconstruction:
    @pytest.mark.parametrize("document", [on_one_page, with_page_breaks])
    @pytest.mark.parametrize("layout", KNOWN)
    def test_the_known_layouts_are_exact(self, layout, document):
        measured = measure(document(layout, seed) for seed in range(5))
        assert (measured.found, measured.score.rows_found) == (measured.forms, measured.score.rows)
        assert measured.score.misses == ()

    @pytest.mark.parametrize("layout", UNSEEN)
    def test_layouts_that_nobody_told_it_about_are_read_and_nothing_is_silently_wrong(self, layout):
        measured = measure([with_page_breaks(layout, 1)])
        assert (measured.found, measured.score.rows_found) == (measured.forms, measured.score.rows)
        assert measured.score.silent == []
        assert measured.score.exact >= (0.97 if layout in HELD_OUT else 1.0)

    @pytest.mark.parametrize("layout", ["level-points", "combined-levels", "shaanxi-overall"])
    def test_a_header_cell_that_cannot_be_understood_costs_no_row_and_no_number_silently(self, layout):
        truth, table = invent(5, layout), printed(layout, 5)
        labels = {cell.text for row in table.rows if row.header for cell in row.cells if cell.text}
        documents = [(pages(with_text(table, label, "某某情况栏")), expected_forms(truth)) for label in sorted(labels)]
        for label, document in zip(sorted(labels), documents, strict=True):
            score = measure([document]).score
            assert (score.rows_found, score.silent) == (score.rows, []), label

    @EACH_LAYOUT
    def test_every_layout_can_be_measured(self, layout):
        measured = measure([with_page_breaks(layout, 1)])
        expected = expected_forms(invent(1, layout))
        assert measured.forms == len(expected)
        assert measured.score.rows == sum(len(form["indicators"]) for form in expected)
        assert measured.score.fields > 4 * measured.score.rows

    def test_a_refused_document_is_wrong_in_everything_and_silent_in_nothing(self):
        _, expected = on_one_page("central-project", 1)
        measured = measure([([], expected)])
        assert measured.found == 0
        assert len(measured.score.misses) == measured.score.fields > 0
        assert measured.score.silent == []

    def test_a_form_that_is_missing_beside_others_is_silently_wrong(self):
        pages, expected = on_one_page("central-project", 1)
        measured = measure([(pages, [*expected, *expected_forms(invent(2, "central-project"))])])
        assert (measured.forms, measured.found) == (2, 1)
        assert measured.score.silent

    def test_three_forms_on_a_page_are_three_tables_below_each_other(self):
        (page,), expected = three_on_a_page("central-project", 0)
        assert len(page.grids) == len(expected) == 3
        tops = [min(cell.polygon[0][1] for cell in grid.cells) for grid in page.grids]
        ends = [max(cell.polygon[2][1] for cell in grid.cells) for grid in page.grids]
        assert tops[1] > ends[0]
        assert tops[2] > ends[1]

    @EACH_LAYOUT
    def test_a_page_never_ends_under_a_header(self, layout):
        table = printed(layout, 1)
        assert not any(table.rows[row - 1].header for row in page_breaks(table))
