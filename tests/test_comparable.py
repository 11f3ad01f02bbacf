"""Columns that can be compared over forms, beside what is printed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.sample_tables import as_promised, sample_tables, write
from workbench.dataset.comparable import budgets_flat, indicators_flat
from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.store import open_dataset


@pytest.mark.parametrize(
    ("unit", "expected"), [("元", 3.12157), ("万元", 31215.7), ("亿元", 312157000.0), (None, None)]
)
def test_amounts_of_any_unit_are_in_wan_yuan_and_of_none_are_null(unit: str | None, expected: float | None) -> None:
    full = sample_tables()
    row = budgets_flat(sample_tables(budgets=as_promised(full.budgets.assign(amount_unit=unit), "budgets"))).iloc[0]
    assert row["initial"] == 31215.7
    assert row["initial_wan"] == expected if expected is not None else pd.isna(row["initial_wan"])
    assert (row["department"], row["year"], row["source"]) == (
        "天津市工业和信息化局",
        2022,
        "tianjin/整体支出绩效自评表.pdf",
    )


def test_amounts_of_a_form_that_mixes_units_are_not_converted() -> None:
    full = sample_tables()
    tables = sample_tables(findings=full.findings.assign(code="amount-unit-mismatch"))
    assert budgets_flat(tables)["executed_wan"].isna().all()


def test_levels_have_standard_names_where_they_are_sure() -> None:
    full = sample_tables()
    rows = full.indicators.head(3).assign(
        level1=["产出", "产岀指标", "效 益 指标"], level2=["产出数量", "满意度", "数量指标"]
    )
    flat = indicators_flat(sample_tables(indicators=rows))
    assert flat["level1"].tolist() == ["产出", "产岀指标", "效 益 指标"]
    assert flat["level1_standard"].astype(object).where(flat["level1_standard"].notna(), None).tolist() == [
        "产出指标",
        None,
        "效益指标",
    ]
    assert flat["level2_standard"].isna().tolist() == [False, True, False]


def test_scores_are_rates_and_dates_are_dates_where_one_reading_is_possible() -> None:
    full = sample_tables()
    rows = full.indicators.head(3).assign(
        kind="date",
        target=["12月底前", "6月前", "≤5天"],
        actual=["2022年11月3日", "完成", "3天"],
        weight=2.0,
        score=1.5,
    )
    flat = indicators_flat(sample_tables(indicators=rows))
    assert flat["score_rate"].tolist() == [0.75] * 3
    assert flat["target_date"].dt.strftime("%F").tolist()[0] == "2022-12-31"
    assert flat["target_date"].isna().tolist() == [False, True, True]
    assert flat["actual_date"].dt.strftime("%F").tolist()[0] == "2022-11-03"


def test_views_answer_queries_and_are_in_excel_with_chinese_heads(tmp_path: Path) -> None:
    ds = open_dataset(write(sample_tables(), tmp_path / "data" / "processed"))
    found = ds.sql("select department, year, sum(adjusted_wan) as wan from budgets_flat group by all")
    assert found.to_dict("records") == [{"department": "天津市工业和信息化局", "year": 2022, "wan": 33200.8}]
    assert len(ds.sql("select * from indicators_flat where level2_standard = '数量指标'"))
    sheet = openpyxl.load_workbook(ds.export("xlsx", tmp_path / "forms.xlsx").path)["预算对照表"]
    heads = [cell.value for cell in sheet[1]]
    assert {"部门", "文件路径", "年初预算数（万元）"} <= set(heads)
    for view in (ds.indicators_flat, ds.budgets_flat):
        name = "indicators_flat" if "level1_standard" in view else "budgets_flat"
        assert set(view.columns) == set(data_dictionary()[name].columns)
    csv = (ds.export("csv", tmp_path / "csv").path / "indicators_flat.csv").read_text(encoding="utf-8-sig")
    assert "00:00:00" not in csv
    ds.export("dta", tmp_path / "dta")
    ds.export("duckdb", tmp_path / "all.duckdb")
