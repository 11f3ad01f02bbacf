"""A number in a paper leads to its place on the scan, and says who looked at it."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench as wb
from tests.sample_tables import sample_tables
from tests.test_comparison import with_doubts
from tests.test_same_form_twice import FORM
from workbench.analysis import evidence
from workbench.corrections.log import CorrectionLog
from workbench.errors import SelectionError


@pytest.fixture
def processed(tmp_path: Path) -> Path:
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "自评表.html").write_text(FORM, encoding="utf-8")
    wb.ingest(raw, tmp_path / "data" / "processed", workers=1)
    return tmp_path / "data" / "processed"


def test_a_citation_names_file_digest_place_value_and_that_nobody_looked(processed: Path) -> None:
    ds = wb.open(processed)
    form_id = ds.forms["form_id"][0]
    cited = ds.cite(form_id, "indicators", 1, "score")
    digest = next(iter(ds.info["documents"].values()))["sha256"]
    assert cited.value == "50" and cited.source == "自评表.html" and cited.sha256 == digest
    assert cited.anchor == f"{form_id}/indicators/1/score"
    for part in (
        "示例县农业农村局. 数字乡村试点：项目支出绩效自评表（2023 年度）[Z]. 第 1 页, 绩效指标第 1 条得分：“50”",
        digest,
    ):
        assert part in cited.chinese
    assert "未经人核对" in cited.chinese and "not checked by a person" in cited.english
    assert 'p. 1, indicators 1, score: "50"' in cited.english and cited.anchor in cited.english
    assert ds.cite(form_id, "forms", None, "total_score").value == "99.5"


def test_a_citation_names_who_confirmed_and_who_corrected(processed: Path) -> None:
    ds = wb.open(processed)
    form_id = ds.forms["form_id"][0]
    log = CorrectionLog(processed.parent / "corrections", "李")
    anchor = ds.anchor(form_id, "indicators", 1)
    log.append(form_id, "indicators", 1, "score", "50", "50", anchor=anchor)
    log.append(form_id, "indicators", 1, "actual", "21个", "22个", anchor=anchor)
    wb.rebuild(processed)
    ds = wb.open(processed)
    assert "李对照原件确认" in ds.cite(form_id, "indicators", 1, "score").chinese
    corrected = ds.cite(form_id, "indicators", 1, "actual")
    assert (corrected.value, corrected.people) == ("22个", ("李",))
    assert "李对照原件更正" in corrected.chinese and "corrected against the original by 李" in corrected.english


def test_a_value_that_is_not_there_is_said_to_be_so(processed: Path) -> None:
    ds = wb.open(processed)
    with pytest.raises(SelectionError, match=r"no field 'attainment' .* has .*score"):
        ds.cite(ds.forms["form_id"][0], "indicators", 1, "attainment")
    with pytest.raises(SelectionError, match="has 1 to 2"):
        ds.cite(ds.forms["form_id"][0], "indicators", 9, "score")


def test_reports_have_the_anchors_of_citations() -> None:
    tables = with_doubts(sample_tables(), {"table": "indicators", "record_no": 3, "field": "score"})
    form_id = tables.forms["form_id"][0]
    assert f'id="{form_id}/indicators/3/score">' in evidence.findings(tables).markup
