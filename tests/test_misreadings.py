"""Arithmetic as evidence: one misread number is named, a form that does not add up is left alone."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.printed import FORMS, form, table
from tests.scans.layouts.shapes import SHAPES
from tests.scans.measure_findings import cases, false_findings, misread, suggestions
from tests.test_checks import a_form, budget, entry, indicator, part
from workbench.checks import check_form
from workbench.checks.misreadings import plausible_readings
from workbench.model import Form
from workbench.values import parse_points

THRESHOLD = 0.8
TIANJIN = FORMS[0]


@cache
def tianjin() -> Form:
    return form(table(TIANJIN))


def suggested(one: Form) -> set[tuple[str, str]]:
    """What was read and what to read instead, of all findings."""
    messages = [finding.message for finding in check_form(one, THRESHOLD)]
    return {match.groups() for text in messages if (match := re.search("“([^”]*)”读作“([^”]*)”", text))}  # type: ignore[misc]


def two_rows(**misread: str) -> Form:
    """Ten points for the budget, 89.5 and 0.5 for two indicators that were met; the second as given."""
    second = {"weight": "0.5", "score": "0.5"} | misread
    return a_form(indicator(weight="89.5", score="89.5", name="甲"), indicator(name="乙", **second))


class TestReadings:
    @pytest.mark.parametrize(
        ("read", "printed"),
        [
            ("05", "0.5"),
            ("15", "1.5"),
            ("983", "98.3"),
            ("8.0", "0.8"),
            ("7", "1"),
            ("1", "7"),
            ("0.6", "0.5"),
            ("1O", "10"),
            ("IO", "10"),
            ("O5", "0.5"),
            ("0,5", "0.5"),
            ("0 5", "0.5"),
            ("0.51", "0.5"),
            ("1.0", "10"),
            ("93.3%", "98.3%"),
            ("S", "5"),
        ],
    )
    def test_one_thing_that_goes_wrong(self, read, printed):
        assert printed in plausible_readings(read)

    @pytest.mark.parametrize("text", ["", "-", "有效提升", "10分", "9" * 15, "2022年"])
    def test_what_is_no_number_has_no_other_reading(self, text):
        assert plausible_readings(text) == []

    @given(st.text(max_size=20) | st.text(alphabet="0123456789.,OIl|%- ", max_size=20))
    @settings(max_examples=200)
    def test_no_text_is_too_odd_and_none_is_its_own_misreading(self, text):
        assert text not in plausible_readings(text)


class TestOneMisreadNumber:
    @pytest.mark.parametrize(
        ("field", "read", "printed"),
        [
            ("weight", "05", "0.5"),  # no number at all
            ("score", "05", "0.5"),
            ("weight", "0.6", "0.5"),  # met, and points lost
            ("score", "0.6", "0.5"),  # more than the weight
            ("score", "5", None),  # a lost 0. is none of the things that go wrong
            ("score", "O.5", "0.5"),
            ("weight", "5.0", "0.5"),
        ],
    )
    def test_is_named_where_sum_and_row_agree_on_it(self, field, read, printed):
        assert suggested(two_rows(**{field: read})) == ({(read, printed)} if printed else set())

    def test_is_never_applied(self):
        findings = check_form(two_rows(score="0.6"), THRESHOLD)
        (total,) = [finding for finding in findings if finding.code == "scores-do-not-add-up"]
        assert (total.expected, total.found, total.severity) == ("99.9", "99.8", "error")
        assert total.message.endswith("若第2个指标“乙”的得分“0.6”读作“0.5”，则合计相符")

    def test_of_the_budget_is_named_too(self):
        assert suggested(a_form(budgets=(budget(score="9.3"),))) == {("9.3", "9.8")}

    def test_a_total_is_doubted_only_where_the_engine_was_unsure(self):
        assert suggested(a_form(total_score=entry("93.8"))) == set()
        assert suggested(a_form(total_score=entry("93.8", 0.5))) == set()
        assert suggested(a_form(total_score=entry("99.3", 0.5))) == {("99.3", "99.8")}

    def test_two_numbers_that_would_do_are_one_too_many(self):
        rows = [indicator(weight="0.5", score="0.6", name=name) for name in ("甲", "乙")]
        one = a_form(*rows, indicator(weight="89", score="89", name="丙"), total_score=entry("99.9"))
        assert suggested(one) == set()

    def test_a_row_that_is_consistent_as_read_is_left_alone(self):
        """A weight of 7 that would close the gap as 1 stands beside a score of 7."""
        rows = (indicator(weight="7", score="7", name="甲"), indicator(weight="89", score="89", name="乙"))
        assert suggested(a_form(*rows, total_score=entry("99.8"))) == set()

    def test_a_rate_is_named_where_amounts_and_points_agree_on_it(self):
        assert suggested(a_form(budgets=(budget(rate="93.0%"),))) == {("93.0%", "98.0%")}

    def test_an_amount_is_named_where_the_rate_and_the_sum_agree_on_it(self):
        parts = (part("财政拨款", "80", "78"), part("其他资金", "20", "20"))
        assert suggested(a_form(budgets=(budget(executed="93"), *parts))) == {("93", "98")}

    def test_an_amount_that_only_the_rate_speaks_against_is_not(self):
        assert suggested(a_form(budgets=(budget(executed="93"),))) == set()
        unsure = replace(budget(), executed=entry("93", 0.5))
        assert suggested(a_form(budgets=(unsure,))) == {("93", "98")}

    def test_a_rate_cut_off_instead_of_rounded_is_no_misreading(self):
        assert suggested(a_form(budgets=(budget(rate="98.0%", executed="98.08"),))) == set()


class TestForms:
    def test_the_tianjin_gaps_of_six_points_are_the_forms_own(self):
        assert suggested(tianjin()) == set()

    @given(st.data())
    @settings(max_examples=25, deadline=None)
    def test_no_misread_number_of_the_tianjin_form_explains_gaps_that_are_its_own(self, data):
        one = tianjin()
        at = data.draw(st.integers(0, len(one.indicators) - 1))
        field = data.draw(st.sampled_from(["weight", "score"]))
        row = one.indicators[at]
        printed = getattr(row, field).text
        read = data.draw(st.sampled_from(plausible_readings(printed) or ["-"]))
        # A misreading of just six closes the gap of one column itself: then figures alone cannot tell.
        assume(abs((parse_points(read) or 0.0) - (parse_points(printed) or 0.0)) != pytest.approx(6))
        changed = replace(row, **{field: replace(getattr(row, field), text=read)})
        damaged = replace(one, indicators=(*one.indicators[:at], changed, *one.indicators[at + 1 :]))
        assert suggested(damaged) == set()

    @pytest.mark.parametrize("layout", SHAPES)
    def test_nothing_false_is_said_about_a_form_that_nobody_misread(self, layout):
        for seed in range(3):
            for case in cases(layout, seed):
                assert false_findings(case) == []

    def test_of_many_misread_numbers_most_are_named_and_none_wrongly(self):
        rng, named, damages = Random(7), 0, 0
        for case in (case for layout in SHAPES for seed in range(3) for case in cases(layout, seed)):
            damaged = misread(case, rng)
            if damaged is not None:
                found = suggestions(check_form(damaged.form, THRESHOLD))
                assert [parse_points(one) for one in found] in ([], [parse_points(damaged.printed)])
                named, damages = named + len(found), damages + 1
        assert named > damages / 3 > 5
