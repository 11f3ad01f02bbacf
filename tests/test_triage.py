"""Findings as work to be done: what they have in common, how much hangs on it, and what `workbench check` shows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import workbench
from tests.printed import cell, pages
from tests.scans.tables import Table, TableCell, TableRow
from tests.stubs import ingest_here
from workbench.checks import check_form
from workbench.checks.causes import FindingCause, causes_of
from workbench.cli import main
from workbench.dataset.triage import TriageFilter, triage
from workbench.form.assemble import assemble_forms
from workbench.model import Finding, Form

HEADER = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "是否核心")
ROWS = tuple(("产出指标", "数量指标", f"事项{n}", "≥5次", "6次", "10", "10", "是") for n in range(1, 7))
TOTAL = (cell("总分", 1, 5), "60", "60", "")


def read(*rows: tuple[str | TableCell, ...]) -> Form:
    cells = [tuple(one if isinstance(one, TableCell) else cell(one) for one in row) for row in rows]
    table = Table("项目支出绩效自评表", "（2022年度）", (1.0,) * 8, tuple(map(TableRow, cells)))
    (form,) = assemble_forms(pages(table), "scan")
    return form


def found(form: Form) -> list[tuple[Finding, FindingCause]]:
    findings = check_form(form, 0.8)
    return list(zip(findings, causes_of(findings, form), strict=True))


def with_column(label: str, text: str) -> Form:
    """The form with another column at its right end, the same text in every row."""
    return read((*HEADER[:7], label), *((*row[:7], text) for row in ROWS), TOTAL)


class TestACause:
    def test_of_a_column_that_no_field_takes_is_the_column_with_all_its_cells(self):
        ((_, cause),) = [one for one in found(with_column("责任处室", "预算处")) if one[0].code == "unmapped-cell"]
        assert (cause.key, cause.values, cause.consequence) == (("column", "indicators", "责任处室"), 6, "texts")

    def test_counts_more_where_numbers_stand_in_the_column(self):
        form = with_column("填报序号", "1")
        assert [cause.consequence for finding, cause in found(form) if finding.code == "unmapped-cell"] == ["numbers"]

    def test_of_a_sum_is_the_one_value_that_it_lacks(self):
        form = read(HEADER, *ROWS[:5], (*ROWS[5][:6], "1O", "是"), TOTAL)
        keys = {cause.key for finding, cause in found(form) if finding.code in ("not-a-number", "scores-do-not-add-up")}
        assert keys == {("row", "indicators", 6)}

    def test_of_two_sums_that_miss_by_the_same_is_one(self):
        sums = [cause for finding, cause in found(read(HEADER, *ROWS[:5], TOTAL)) if "add-up" in finding.code]
        assert len(sums) == 2
        assert sums[0] == sums[1]
        assert sums[0].values == 2 * (5 + 1)

    def test_of_what_most_rows_have_in_common_is_their_column(self):
        form = read(HEADER, *((*row[:4], "", *row[5:]) for row in ROWS), TOTAL)
        causes = {cause for finding, cause in found(form) if finding.field == "actual"}
        assert [(one.key, one.values) for one in causes] == [(("column", "indicators", "actual"), 6)]

    def test_of_a_bad_page_is_the_page(self):
        form = read(HEADER, *ROWS, TOTAL)
        doubts = [
            Finding("low-confidence", "warning", "…", "indicators", n, field, 1)
            for n in range(1, 7)
            for field in ("target", "actual", "score")
        ]
        assert {cause.key for cause in causes_of(doubts, form)} == {("page", 1)}
        assert {cause.key[0] for cause in causes_of(doubts[:3], form)} == {"row"}

    def test_has_the_same_id_whenever_it_is_found_and_another_in_another_form(self):
        (first, *_), (again, *_) = (found(read(HEADER, *ROWS, TOTAL)) for _ in range(2))
        assert first[1].id_in("a-1") == again[1].id_in("a-1") != again[1].id_in("a-2")


def transcription(
    path: Path, department: str, year: int, rows: tuple[tuple[str, ...], ...], header: tuple[str, ...] = HEADER
) -> None:
    total = ("总分", "", "", "", "", "60", "60", "")
    head = ("部门名称", department, *("",) * 6)
    lines = ["项目支出绩效自评表", f"（{year}年度）", "", *("\t".join(row) for row in (head, header, *rows, total))]
    path.write_text("\n".join(lines), "utf-8")


def check(processed: Path, *options: str) -> list[str]:
    output = CliRunner().invoke(main, ["check", str(processed), *options])
    assert output.exit_code == 0, output.output
    return output.stdout.splitlines()


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("triage")
    (folder / "raw").mkdir()
    transcription(folder / "raw" / "甲.tsv", "甲市财政局", 2022, ROWS[:5])
    transcription(folder / "raw" / "乙.tsv", "乙市水务局", 2021, (*ROWS[:5], (*ROWS[5][:6], "=1+", "是")))
    (folder / "raw" / "丙.tsv").write_text("姓名\t电话\n甲\t000-1\n", "utf-8")
    ingest_here(folder / "raw", folder / "out")
    return folder / "out"


class TestTheCommand:
    def test_says_first_what_there_is_then_each_document_then_each_department(self, processed):
        lines = check(processed)
        assert "cause(s)" in lines[0]
        assert lines[1].startswith("丙.tsv: failed, unknown-form: ")
        assert [line.split(":")[0] for line in lines[2:4]] == ["乙.tsv", "甲.tsv"]
        assert "“=1+”不是数字" in lines[2] and "合计不符" in lines[3]
        departments = [line for line in lines if line.startswith("— ")]
        assert [line.split(":")[0] for line in departments] == ["— 乙市水务局 2021", "— 甲市财政局 2022"]

    def test_names_file_page_and_row_in_every_line_and_has_a_line_for_each_cause(self, processed):
        rows = json.loads("\n".join(check(processed, "--format", "json")))
        lines = [line for line in check(processed) if line.startswith(("error", "warning", "info"))]
        assert len(lines) == len({row["cause_id"] for row in rows}) < len(rows)
        assert all(".tsv p1" in line for line in lines)
        assert any("indicators row 6" in line for line in lines)

    def test_has_one_line_for_what_is_only_worth_knowing_of_a_form(self, tmp_path):
        header = ("一级指标", "序号", "三级指标", "计划值", "实际完成值", "满分", "评分", "数据来源")
        (tmp_path / "raw").mkdir()
        transcription(tmp_path / "raw" / "甲.tsv", "", 2022, ROWS[:5], header)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        lines = check(tmp_path / "out")
        assert "— (no department) 2022" in [line.split(":")[0] for line in lines]
        (damaged,) = [line for line in lines if line.startswith("info    damaged-label")]
        assert "表头“计划值”" in damaged and damaged.endswith("(and 2 more)")

    def test_puts_numbers_before_texts(self, processed):
        rows = json.loads("\n".join(check(processed, "--format", "json")))
        order = [row["consequence"] for row in rows]
        assert order == sorted(order, key=["numbers", "texts", "remark"].index)

    @pytest.mark.parametrize(
        "options", [("--department", "水务"), ("--year", "2021"), ("--document", "乙"), ("--code", "not-a-number")]
    )
    def test_shows_what_is_asked_for_alone(self, processed, options):
        assert not any("甲" in line or "丙" in line for line in check(processed, *options))
        assert any("not-a-number" in line for line in check(processed, *options))

    @pytest.mark.parametrize("chosen", [TriageFilter(year=2022), TriageFilter(department="财政")])
    def test_hides_nothing_that_is_about_the_whole_document_of_what_is_asked_for(self, processed, chosen):
        """`--year 2023` said that there was no error in a workbook with a formula that was never computed."""
        dataset = workbench.open(processed)
        found = dataset.findings.assign(form_id=None)
        tables = SimpleNamespace(documents=dataset.documents, forms=dataset.forms, findings=found)
        assert 0 < len(triage(tables, chosen)) < len(found)
        assert set(triage(tables, chosen)["source"]) == {"甲.tsv"}

    @pytest.mark.parametrize(
        "options", [("--department", "丁"), ("--year", "1999"), ("--code", "x"), ("--document", "丁")]
    )
    def test_says_what_there_is_where_nothing_is_so_called(self, processed, options):
        output = CliRunner().invoke(main, ["check", str(processed), *options])
        assert output.exit_code == 1
        assert output.stderr.startswith("error: no ") and "nearest: " in output.stderr

    def test_gives_csv_that_no_spreadsheet_calculates(self, processed):
        rows = list(csv.DictReader(io.StringIO("\n".join(check(processed, "--format", "csv")))))
        assert {row["source"] for row in rows} == {"甲.tsv", "乙.tsv"}
        assert [row["found"] for row in rows if row["code"] == "not-a-number"] == ["'=1+"]
