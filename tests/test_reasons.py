"""What reasons are worth: pasted from other departments and years, or beside figures that say otherwise."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.stubs import ingest_here
from workbench import analysis as wa
from workbench.analysis.selection import select_forms
from workbench.checks.reasons import stated_reason
from workbench.dataset.store import Dataset, open_dataset

PASTED = "因财政资金不足未拨付相关经费，根据实际情况已调整绩效指标"


def form(department: str, year: int, *reasons: str) -> str:
    """A department's form whose indicators were all missed, with a reason for each."""
    weight = 90 / len(reasons)
    body = "".join(
        f"<tr><td>产出指标<td>数量指标<td>第{n}类{department[:2]}培训<td>≥10次<td>9次"
        f"<td>{weight:g}<td>{weight * 0.9:g}<td>{reason}</tr>"
        for n, reason in enumerate(reasons, start=1)
    )
    return f"""<h1>部门整体支出绩效自评表</h1><p>（{year}年度）</p><table>
<tr><td colspan=4>部门名称<td colspan=4>{department}</tr>
<tr><td>资金情况<td>年初预算数<td>全年预算数<td>全年执行数<td>执行率<td>分值<td colspan=2>得分</tr>
<tr><td>年度资金总额<td>100<td>100<td>95<td>95%<td>10<td colspan=2>9.5</tr>
<tr><td>一级指标<td>二级指标<td>三级指标<td>年度指标值<td>实际完成值<td>分值<td>得分<td>偏差原因</tr>
{body}<tr><td colspan=5>总分<td>100<td>90.5<td></tr></table>"""


FORMS = {
    "a.html": form("甲市财政局", 2021, PASTED, "受疫情影响"),
    "b.html": form("甲市财政局", 2022, f"{PASTED}。", "参训人员流动较大，第三季度未开班"),
    "c.html": form("甲市财政局本级", 2022, PASTED, "受疫情影响"),
    "d.html": form("乙县水务局", 2022, "雨季延长，堤防施工推迟到次年", PASTED.replace("，", ","), "受疫情影响"),
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    raw = tmp_path_factory.mktemp("reasons") / "data" / "raw"
    raw.mkdir(parents=True)
    for name, text in FORMS.items():
        (raw / name).write_text(text, encoding="utf-8")
    ingest_here(raw, raw.parent / "processed")
    return open_dataset(raw.parent / "processed")


def found(dataset: Dataset, code: str) -> pd.DataFrame:
    sources = dataset.documents.set_index("document_id")["source"]
    rows = dataset.findings[dataset.findings["code"] == code]
    return rows.assign(source=rows["document_id"].map(sources)).sort_values(["source", "record_no"])


def test_a_reason_of_another_department_word_for_word_is_said_with_its_name(dataset: Dataset) -> None:
    rows = found(dataset, "copied-reason")
    assert rows[["source", "record_no", "severity"]].to_numpy().tolist() == [
        ["a.html", 1, "info"],
        ["b.html", 1, "info"],
        ["c.html", 1, "info"],
        ["d.html", 2, "info"],
    ]
    # 某局本级 is no other department than 某局, and a short reason is common.
    assert rows["expected"].tolist() == ["乙县水务局"] * 3 + ["甲市财政局、甲市财政局本级"]
    assert "第1个指标“第1类甲市培训”：与其他部门所写的原因一字不差：乙县水务局" in rows["message"].iloc[0]


def test_a_reason_of_another_year_is_said_with_the_year(dataset: Dataset) -> None:
    rows = found(dataset, "repeated-reason")
    assert rows[["source", "record_no", "expected"]].to_numpy().tolist() == [
        ["a.html", 1, "2022年"],
        ["b.html", 1, "2021年"],
    ]


@pytest.mark.parametrize(
    ("text", "is_stated"),
    [
        ("无", False),
        ("—", False),
        ("已按计划完成年度任务。", False),
        ("不存在偏差", False),
        ("已完成招标，合同未签订", True),
    ],
)
def test_what_says_that_nothing_deviates_is_no_reason(text: str, is_stated: bool) -> None:
    assert bool(stated_reason(text)) is is_stated


def test_a_report_lists_what_its_reasons_are_worth(dataset: Dataset) -> None:
    table = wa.reason_quality(dataset)
    assert "6 行" in table.words
    assert "乙县水务局" in table.markup and "与其他部门所写的原因一字不差" in table.markup
    assert "没有可疑的偏差原因" in wa.reason_quality(select_forms(dataset, [])).words
