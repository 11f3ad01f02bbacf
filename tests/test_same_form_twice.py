"""One form that was scanned twice counts once, and both copies are named."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import workbench as wb
from tests.sample_tables import several_departments
from workbench import analysis as wa
from workbench.analysis import report_tables, sections
from workbench.analysis.selection import counted
from workbench.corrections.log import CorrectionLog

FORM = """<h1>项目支出绩效自评表</h1><p>（2023年度）</p><table>
<tr><td>项目名称<td colspan=3>数字乡村试点<td>主管部门<td colspan=3>示例县农业农村局</tr>
<tr><td>资金情况<td>年初预算数<td>全年预算数<td>全年执行数<td>执行率<td>分值<td colspan=2>得分</tr>
<tr><td>年度资金总额<td>100<td>100<td>95<td>95%<td>10<td colspan=2>9.5</tr>
<tr><td>一级指标<td>二级指标<td>三级指标<td>年度指标值<td>实际完成值<td>分值<td>得分<td>偏差原因</tr>
<tr><td rowspan=2>产出指标<td>数量指标<td>试点村数量<td>≥20个<td>21个<td>50<td>50<td></tr>
<tr><td>质量指标<td>验收合格率<td>≥95%<td>96%<td>40<td>40<td></tr>
<tr><td colspan=5>总分<td>100<td>99.5<td></tr></table>"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a form, a worse copy of it, and the form of another project."""
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "a.html").write_text(FORM.replace(">96%<", ">9b%<"), encoding="utf-8")
    (raw / "b.html").write_text(FORM, encoding="utf-8")
    (raw / "c.html").write_text(FORM.replace("数字乡村试点", "高标准农田"), encoding="utf-8")
    (raw / "d.html").write_text(FORM.replace("2023", "2022"), encoding="utf-8")
    wb.ingest(raw, tmp_path / "data" / "processed", workers=1)
    return tmp_path / "data" / "processed"


def duplicates(processed: Path) -> pd.DataFrame:
    ds = wb.open(processed)
    sources = dict(zip(ds.documents["document_id"], ds.documents["source"], strict=True))
    found = ds.findings[ds.findings["code"] == "duplicate-form"]
    return found.assign(source=found["document_id"].map(sources)).set_index("source")


def test_two_scans_of_a_form_are_named_and_the_surer_counts(project: Path) -> None:
    found = duplicates(project)
    assert sorted(found.index) == ["a.html", "b.html"]
    assert "“b.html”第1张表" in found.loc["a.html", "message"]
    assert "统计时不计本表" in found.loc["a.html", "message"]
    assert "“a.html”第1张表" in found.loc["b.html", "message"]
    assert set(found["expected"]) == {found.loc["b.html", "form_id"]}
    ds = wb.open(project)
    assert len(ds.forms) == 4
    assert found.loc["a.html", "form_id"] not in set(counted(ds).forms["form_id"])
    assert len(counted(ds).forms) == 3


def test_the_copy_that_a_person_accepts_counts(project: Path) -> None:
    chosen = duplicates(project).loc["a.html"]
    log = CorrectionLog(project.parent / "corrections", "李")
    log.append(chosen["form_id"], "", None, "", chosen["found"], action="dismiss", code="duplicate-form")
    wb.rebuild(project)
    found = duplicates(project)
    assert set(found["expected"]) == {chosen["form_id"]}
    assert found["reviewed"].to_dict() == {"a.html": True, "b.html": False}
    assert "correction-stale" not in set(wb.open(project).findings["code"])


def test_measures_and_overviews_count_one_of_two_copies() -> None:
    tables = several_departments(["甲局", "甲局", "乙局"])  # 98.3, 94.3, 90.3
    first, second = tables.forms["form_id"][:2]
    row = tables.findings.iloc[:1].assign(code="duplicate-form", form_id=first, expected=second, found=second)
    tables.findings = pd.concat([tables.findings, row], ignore_index=True)
    assert "2 张绩效表的得分在 90.3 到 94.3 之间" in wa.alt_text(wa.scores(tables))
    cards = sections.overview_key_figures(tables).words
    assert "绩效表：2 张" in cards and "得分中位数：92.3" in cards and "重复的扫描件（不计）：1 张" in cards
    assert "2 行" in report_tables.ranked_forms(tables).words
    assert wa.select(tables, "甲局").main.forms["form_id"].tolist() == [second]
    tables.findings["code"] = tables.findings["code"].replace("duplicate-form", "not-a-self-evaluation")
    cards = sections.overview_key_figures(tables).words  # a form of targets has no score: it was counted as one without
    assert "绩效表：2 张" in cards and "不是自评表的表（不计）：1 张" in cards
    assert "重复" not in sections.overview_key_figures(several_departments(["甲局"])).words
