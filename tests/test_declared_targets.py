"""Targets that are easier in the self-evaluation than they were declared, with both places."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from tests.stubs import ingest_here
from workbench.dataset.declared_targets import declared_target_findings, targets_of
from workbench.dataset.store import Dataset, open_dataset

EVALUATED = """<h1>项目支出绩效自评表</h1><p>（{year}年度）</p><table>
<tr><td>项目名称<td colspan=3>水渠清淤<td>主管部门<td colspan=3>白鹤县水务局</tr>
<tr><td>资金情况<td>年初预算数<td>全年预算数<td>全年执行数<td>执行率<td>分值<td colspan=2>得分</tr>
<tr><td>年度资金总额<td>100<td>100<td>95<td>95%<td>10<td colspan=2>9.5</tr>
<tr><td>一级指标<td>二级指标<td>三级指标<td>年度指标值<td>实际完成值<td>分值<td>得分<td>偏差原因</tr>
<tr><td>产出指标<td>数量指标<td>清淤长度<td>≥40公里<td>42公里<td>30<td>30<td></tr>
<tr><td>产出指标<td>质量指标<td>验收合格率<td>≥98%<td>99%<td>30<td>30<td></tr>
<tr><td>产出指标<td>成本指标<td>每公里成本<td>≤3万元<td>2万元<td>30<td>30<td></tr>
<tr><td colspan=5>总分<td>100<td>99.5<td></tr></table>"""

DECLARED = """<h1>项目支出绩效目标申报表</h1><p>（{year}年度）</p><table>
<tr><td>项目名称<td>水渠清淤<td>主管部门<td>白鹤县水务局</tr>
<tr><td>总体目标<td colspan=3>完成清淤，保障灌溉。</tr>
<tr><td>一级指标<td>二级指标<td>三级指标<td>指标值</tr>
<tr><td>产出指标<td>数量指标<td>清淤长度<td>{length}</tr>
<tr><td>产出指标<td>质量指标<td>验收合格率<td>≥95%</tr>
<tr><td>产出指标<td>成本指标<td>每公里成本<td>≤2.5万元</tr></table>"""


def dataset(tmp_path: Path, **forms: str) -> Dataset:
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for name, text in forms.items():
        (raw / f"{name}.html").write_text(text, encoding="utf-8")
    ingest_here(raw, tmp_path / "data" / "processed")
    return open_dataset(tmp_path / "data" / "processed")


def found(ds: Dataset, code: str) -> pd.DataFrame:
    sources = ds.documents.set_index("document_id")["source"]
    rows = ds.findings[ds.findings["code"] == code]
    return rows.assign(source=rows["document_id"].map(sources)).sort_values(["source", "record_no"])


def test_a_target_easier_than_declared_is_a_finding_with_both_places(tmp_path: Path) -> None:
    ds = dataset(tmp_path, b=EVALUATED.format(year=2022), a=DECLARED.format(year=2022, length="≥50公里"))
    rows = found(ds, "target-lowered")
    # 验收合格率 is harder than it was declared, and that is no fault.
    assert rows[["source", "record_no", "expected", "found", "severity"]].to_numpy().tolist() == [
        ["b.html", 1, "≥50公里", "≥40公里", "warning"],
        ["b.html", 3, "≤2.5万元", "≤3万元", "warning"],
    ]
    assert "（“a.html”第1张表第1页第1个指标）" in rows["message"].iloc[0]
    (link,) = found(ds, "target-form-linked").to_dict("records")
    targets = ds.documents.set_index("source").loc["a.html", "document_id"]
    assert (link["source"], link["found"]) == ("b.html", f"{targets}-1")
    assert "3个指标中有3个同名" in link["message"]
    assert "duplicate-form" not in set(ds.findings["code"])
    panel = ds.panel.query("measure == 'indicators'")
    assert panel["forms"].tolist() == [1] and panel["value"].tolist() == [3.0]  # the form of targets is no result


@pytest.mark.parametrize(
    "declared",
    [
        DECLARED.format(year=2021, length="≥50公里"),  # of another year
        DECLARED.format(year=2022, length="≥50公里").replace("水渠清淤", "村道养护"),  # of another project
        DECLARED.format(year=2022, length="≥50公里").replace("（2022年度）", ""),  # its year is not known
    ],
)
def test_a_form_of_targets_that_may_be_of_something_else_is_not_linked(tmp_path: Path, declared: str) -> None:
    ds = dataset(tmp_path, b=EVALUATED.format(year=2022), a=declared)
    assert not {"target-lowered", "target-form-linked"} & set(ds.findings["code"])


@pytest.mark.parametrize("length", ["50公里左右", "≥50千米渠", "≥50"])
def test_targets_that_cannot_be_compared_are_not(tmp_path: Path, length: str) -> None:
    ds = dataset(tmp_path, b=EVALUATED.format(year=2022), a=DECLARED.format(year=2022, length=length))
    assert found(ds, "target-lowered")["record_no"].tolist() == [3]


def test_a_target_that_another_declaration_allows_is_not_lowered(tmp_path: Path) -> None:
    adjusted = DECLARED.format(year=2022, length="≥40公里").replace("申报表", "调整表")
    forms = {"a": DECLARED.format(year=2022, length="≥50公里"), "c": adjusted}
    ds = dataset(tmp_path, b=EVALUATED.format(year=2022), **forms)
    assert found(ds, "target-lowered")["record_no"].tolist() == [3]
    assert len(found(ds, "target-form-linked")) == 2


def test_forms_of_two_departments_of_one_name_in_two_cities_are_no_copies_and_not_linked(tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw"
    texts = {
        "石家庄市/b.html": EVALUATED.format(year=2022).replace("白鹤县水务局", "水务局"),
        "西安市/b.html": EVALUATED.format(year=2022).replace("白鹤县水务局", "水务局").replace("42公里", "41公里"),
        "西安市/a.html": DECLARED.format(year=2022, length="≥50公里").replace("白鹤县水务局", "水务局"),
    }
    for name, text in texts.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(text, encoding="utf-8")
    ingest_here(raw, tmp_path / "data" / "processed")
    ds = open_dataset(tmp_path / "data" / "processed")
    assert set(found(ds, "target-lowered")["source"]) == {"西安市/b.html"}
    assert "duplicate-form" not in set(ds.findings["code"])


def test_what_is_in_doubt_on_either_side_is_neither_linked_nor_compared(tmp_path: Path) -> None:
    ds = dataset(tmp_path, b=EVALUATED.format(year=2022), a=DECLARED.format(year=2022, length="≥50公里"))
    names = ("forms", "indicators", "fields", "findings")
    rows = {name: pa.Table.from_pandas(getattr(ds, name), preserve_index=False) for name in names}
    sure, doubted = (
        {one: targets_of(one, "x", rows, threshold) for one in ds.forms["form_id"]} for threshold in (0.8, 1.1)
    )
    (declared,) = (one for one, targets in sure.items() if targets.is_declaration)
    (own,) = set(sure) - {declared}
    codes = [found.code for _, found in declared_target_findings([sure[declared], sure[own]])]
    assert codes == ["target-form-linked", "target-lowered", "target-lowered"]
    assert not [*declared_target_findings([doubted[declared], sure[own]])]
    only_linked = [found.code for _, found in declared_target_findings([sure[declared], doubted[own]])]
    assert only_linked == ["target-form-linked"]
