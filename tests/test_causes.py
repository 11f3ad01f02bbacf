"""Reasons for deviation, grouped by the causes that they name."""

from __future__ import annotations

import pytest

from tests.sample_tables import empty_tables, sample_tables, several_departments
from workbench.analysis import causes

EPIDEMIC, FUNDING, TENDER, TARGET = "疫情", "资金安排与拨付", "招标采购", "目标设定与测算"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("2022年受疫情影响，稽查总队执法培训次数未达到年初制定计划数。后续将严格测算工作计划及目标", (EPIDEMIC,)),
        ("因财政资金不足未拨付相关经费，根据实际情况已调整绩效指标", (FUNDING, "需求与申报变化")),
        ("公开招标两次流标", (TENDER,)),
        ("年初指标值设定偏低，今后将结合实际合理设定", (TARGET,)),
        ("根据实际产品数量完成工作，与年初预期有所差异，后续将加强日常工作计划测算", (TARGET, "需求与申报变化")),
        ("汛期连续降雨，堤防施工暂停", ("自然条件",)),
        ("弃土场选址调整，清淤工程开工推迟", ("前期工作与用地", "进度与管理")),
        ("国家补助政策调整", ("政策与规划调整",)),
        ("厉行节约，压减支出", ("节约支出",)),
        ("供应商供货不足", ("合作方与供货",)),
        ("机构改革，人员变动", ("人员与机构",)),
        ("情况说明见附件", (causes.UNKNOWN,)),
    ],
)
def test_the_causes_that_a_reason_names(reason: str, expected: tuple[str, ...]) -> None:
    assert causes.causes_of(reason) == expected


@pytest.mark.parametrize("blank", ["", "无", " 无。", "不涉及", "/", "——", "无偏差"])
def test_what_says_nothing_has_no_cause(blank: str) -> None:
    assert causes.causes_of(blank) == ()


def test_a_remedy_is_no_cause() -> None:
    assert causes.causes_of("部分工作进度滞后。下一步将加强资金拨付和招标采购管理") == ("进度与管理",)


def test_what_did_not_happen_is_no_cause() -> None:
    assert causes.causes_of("未受疫情影响，采购流标") == (TENDER,)


def test_every_cause_has_a_name_of_its_own_and_rules_that_compile() -> None:
    names = [cause.name for cause in causes.rules().causes]
    assert len(set(names)) == len(names)
    assert causes.UNKNOWN not in names


def test_tianjin_reasons_come_from_indicators_and_the_budget() -> None:
    found = causes.reasons(sample_tables())
    assert set(found["table"]) == {"budgets", "indicators"}
    epidemic = found[found["cause"] == EPIDEMIC]
    assert list(epidemic["record_no"]) == [62, 64, 70, 71]
    assert round(epidemic["lost"].sum(), 6) == 1.5


def test_counts_of_reasons_forms_and_points() -> None:
    counts = causes.cause_counts(several_departments(["甲局", "乙局"]))
    assert (counts.loc[EPIDEMIC, "reasons"], counts.loc[EPIDEMIC, "forms"]) == (8, 2)
    assert round(counts.loc[EPIDEMIC, "lost"], 6) == 3.0
    assert counts["reasons"].is_monotonic_decreasing
    assert causes.cause_counts(empty_tables()).empty
