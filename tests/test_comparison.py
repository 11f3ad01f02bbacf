"""Measures across departments and years, against examples worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.sample_tables import SampleTables, as_promised, empty_tables, sample_tables, several_departments
from workbench import analysis as wa
from workbench.analysis import comparison
from workbench.analysis.summary import department_summary


def with_doubts(tables: SampleTables, *doubts: dict[str, object], code: str = "low-confidence") -> SampleTables:
    """The tables with these findings, each about the first form unless it says otherwise."""
    first = tables.forms.iloc[0]
    base = {"form_id": first["form_id"], "document_id": first["document_id"], "code": code, "severity": "warning"}
    base |= {"reviewed": False}
    rows = pd.DataFrame([base | {"message": "存疑"} | doubt for doubt in doubts])
    tables.findings = as_promised(rows, "findings")
    return tables


TOTAL = {"table": "forms", "field": "total_score"}


def bounds(tables: SampleTables) -> tuple[float, float, int]:
    row = comparison.score_bounds(tables).iloc[0]
    return round(row["low"], 6), round(row["high"], 6), int(row["doubted"])


def test_a_total_read_without_doubt_is_the_score() -> None:
    row = {"table": "indicators", "record_no": 1, "field": "score"}
    assert bounds(with_doubts(sample_tables(), row)) == (98.3, 98.3, 1)


def test_a_total_in_doubt_lies_between_what_it_says_and_what_the_rows_say() -> None:
    assert bounds(with_doubts(sample_tables(), TOTAL)) == (92.3, 98.3, 1)


def test_rows_in_doubt_may_have_got_nothing_or_all() -> None:
    rows = [{"table": "indicators", "record_no": number, "field": "score"} for number in (1, 2, 62)]
    # 92.3 by the rows; without the three (0.5 + 1 + 0.1) 90.7, with their weights (0.5 + 1 + 0.5) 92.7
    tables = with_doubts(sample_tables(), TOTAL, *rows)
    assert bounds(tables) == (90.7, 98.3, 4)
    tables.forms["total_score"] = float("nan")
    assert bounds(tables) == (90.7, 92.7, 4)


def test_doubt_about_a_whole_row_counts_and_about_its_name_does_not() -> None:
    whole = {"table": "indicators", "record_no": 2}
    name = {"table": "indicators", "record_no": 3, "field": "name"}
    tables = with_doubts(sample_tables(), TOTAL, whole, name)
    assert bounds(tables) == (91.3, 98.3, 2)


def test_a_doubt_that_a_person_settled_is_none() -> None:
    assert bounds(with_doubts(sample_tables(), TOTAL | {"reviewed": True})) == (98.3, 98.3, 0)


def test_what_the_form_says_against_itself_is_no_doubt_about_its_reading() -> None:
    tables = with_doubts(sample_tables(), TOTAL, code="scores-do-not-add-up")
    assert bounds(tables) == (98.3, 98.3, 0)


def test_a_doubtful_total_without_rows_can_be_anything() -> None:
    full = sample_tables()
    tables = with_doubts(sample_tables(indicators=full.indicators.iloc[:0], budgets=full.budgets.iloc[:0]), TOTAL)
    assert bounds(tables) == (0, 100, 1)


def test_ranks_are_as_unsure_as_the_scores() -> None:
    tables = several_departments(["甲局", "乙局", "丙局", "丁局"])  # 98.3, 94.3, 90.3, 86.3
    tables.forms["total_score"] = [98.3, 94.3, 93.0, 86.3]
    second = {"form_id": tables.forms["form_id"][1], **TOTAL}
    ranked = comparison.ranking(wa.form_summary(tables), comparison.score_bounds(with_doubts(tables, second)))
    ranks = ranked.set_index("department")[["rank", "best_rank", "worst_rank"]]
    assert ranks.loc["甲局"].tolist() == [1, 1, 1]
    assert ranks.loc["乙局"].tolist() == [2, 2, 3]  # between 92.3 (its rows) and 94.3 (its total)
    assert ranks.loc["丙局"].tolist() == [3, 2, 3]
    assert ranks.loc["丁局"].tolist() == [4, 4, 4]


def test_equal_scores_share_a_sure_rank() -> None:
    tables = several_departments(["甲局", "乙局"])
    tables.forms["total_score"] = 90.0
    ranked = comparison.ranking(wa.form_summary(tables), comparison.score_bounds(tables))
    assert ranked[["rank", "best_rank", "worst_rank"]].to_numpy().tolist() == [[1, 1, 1], [1, 1, 1]]


def test_dispersion_by_hand() -> None:
    values, years = pd.Series([0.8, 0.9, 1.0, None, 0.5]), pd.Series([2021, 2021, 2021, 2021, 2022])
    table = comparison.dispersion(values, years)
    row = table.loc[2021]
    assert (row["count"], row["median"], row["minimum"], row["maximum"]) == (3, 0.9, 0.8, 1.0)
    assert row[["mean", "lower", "upper", "deviation"]].tolist() == pytest.approx([0.9, 0.85, 0.95, 0.1])
    assert row["variation"] == pytest.approx(0.1 / 0.9)
    assert pd.isna(table.loc[2022, "deviation"])


def test_association_by_hand() -> None:
    # ranks 1 2 3 4 5 against 2 1 4 3 5: ρ = 1 − 6·(1+1+1+1)/(5·24) = 0.8
    found = comparison.association(pd.Series([1, 2, 3, 4, 5]), pd.Series([20, 10, 40, 30, 50]))
    assert found is not None
    assert found.count == 5
    assert found.coefficient == pytest.approx(0.8)
    # z = atanh(0.8) = 1.0986, error = √((1 + 0.32) / 2) = 0.8124
    assert (found.low, found.high) == pytest.approx((-0.457, 0.991), abs=1e-3)


def test_association_needs_five_forms_that_differ() -> None:
    four = pd.Series([1.0, 2.0, 3.0, 4.0])
    assert comparison.association(four, four) is None
    assert comparison.association(pd.Series([1.0] * 6), pd.Series(range(6))) is None


def test_panel_and_changes_skip_years_without_a_form() -> None:
    tables = several_departments(["甲局", "乙局"], (2019, 2021, 2022))
    tables.forms = tables.forms.iloc[:4]  # 乙局 has one year only
    departments = department_summary(wa.form_summary(tables))
    panel = comparison.year_panel(departments, "score_rate")
    assert list(panel.index) == ["甲局"]
    changes = comparison.year_changes(panel)
    assert changes[["year", "before"]].to_numpy().tolist() == [[2021, 2019], [2022, 2021]]
    assert changes["change"].tolist() == pytest.approx([-0.04, -0.04])


def test_nothing_to_compare_is_no_error() -> None:
    tables = empty_tables()
    summary = wa.form_summary(tables)
    assert comparison.ranking(summary, comparison.score_bounds(tables)).empty
    assert comparison.dispersion(summary["score_rate"], summary["year"]).empty
    assert comparison.year_changes(comparison.year_panel(department_summary(summary), "score_rate")).empty


def test_years_without_a_department_in_common_are_not_compared() -> None:
    """A median was said to fall that was one of other departments."""
    tables = several_departments(["甲局", "乙局"])
    tables.forms = tables.forms.assign(year=pd.array([2021, 2022], dtype="Int64"))
    title = wa.alt_text(wa.scores_by_year(tables))
    assert "没有两年都有的部门，不能比较" in title and "下降" not in title


def test_charts_of_years_name_what_changed() -> None:
    tables = several_departments(["甲局", "乙局"], (2020, 2021, 2022))
    tables.forms["total_score"] = [98.0, 97.0, 96.0, 95.0, 80.0, 94.0]
    assert "2020 到 2022 年度，得分中位数下降 1.5 分" in wa.alt_text(wa.scores_by_year(tables))
    assert "变动最大的是乙局：2021 年度得分率下降 15 个百分点" in wa.alt_text(wa.departments_over_years(tables))
