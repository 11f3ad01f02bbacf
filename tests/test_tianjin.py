"""The sample archive from scan to table, through the command line and the real OCR engine: right, or it says so."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.conftest import RAW, Sample, workbench
from tests.printed import FORMS, form, table, truth
from workbench.checks import check_form
from workbench.errors import SelectionError

pytestmark = pytest.mark.slow

TIANJIN, PROJECT_1, PROJECT_2 = FORMS
Key = tuple[str, int | None, str]
"""Table, record number (None for the form itself), field."""

INDICATOR = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")
AMOUNTS = ("initial", "adjusted", "executed", "weight", "score")


def form_id(sample: Sample, name: str) -> str:
    forms = sample.dataset.forms
    project = truth(name).get("project")
    chosen = forms["project"].isna() if project is None else forms["project"] == project
    (found,) = forms[chosen]["form_id"]
    return found


def number(printed: str) -> float | None:
    """The number in a cell of figures, a fraction for a percentage; None for a dash."""
    if printed == "-":
        return None
    return round(float(printed.rstrip("%")) / 100, 6) if printed.endswith("%") else float(printed)


def true_values(name: str) -> dict[Key, Any]:
    """Every printed value of a form, as the tables should have it."""
    true = truth(name)
    values: dict[Key, Any] = {("forms", None, field): true.get(field) for field in ("department", "project", "unit")}
    values[("forms", None, "total_weight")] = number(true["total"]["weight"])
    values[("forms", None, "total_score")] = number(true["total"]["score"])
    values[("forms", None, "conclusion")] = "".join(true["conclusion"]) or None
    lines = [true["budget"] | {"funds": "部门预算金额(万元)"}] if name == TIANJIN else true["budgets"]
    for line_no, line in enumerate(lines, start=1):
        row = {field: number(line[field]) for field in AMOUNTS} | {"execution_rate": number(line["rate"])}
        row |= {"funds": line["funds"], "deviation": line.get("deviation", "")}
        values |= {("budgets", line_no, field): value for field, value in row.items()}
    for goal in true["goals"]:
        values |= {("goals", goal["no"], field): goal[field] for field in ("goal", "actual", "deviation")}
    for indicator_no, printed in enumerate(true["indicators"], start=1):
        row = {field: printed[field] for field in INDICATOR} | {"goal_no": printed["goal"]}
        row |= {field: number(printed[field]) for field in ("weight", "score")}
        values |= {("indicators", indicator_no, field): value for field, value in row.items()}
    return values


def read_values(sample: Sample, name: str) -> dict[Key, Any]:
    """The same values from the dataset."""
    tables = sample.dataset.form(form_id(sample, name))
    numbers = {"forms": None, "budgets": "line_no", "goals": "goal_no", "indicators": "indicator_no"}
    values: dict[Key, Any] = {}
    for table_name, number_column in numbers.items():
        for row in tables[table_name].to_dict("records"):
            record = None if number_column is None else row[number_column]
            values |= {(table_name, record, field): None if pd.isna(v) else v for field, v in row.items()}
    return {key: values.get(key, "no such row") for key in true_values(name)}


def wrong_values(sample: Sample, name: str) -> dict[Key, tuple[Any, Any]]:
    read = read_values(sample, name)
    return {key: (read[key], value) for key, value in true_values(name).items() if not same(read[key], value)}


def same(read: Any, true: Any) -> bool:
    return read == pytest.approx(true) if isinstance(true, float) and isinstance(read, float) else read == true


class TestTianjin:
    def test_is_one_form_of_one_document(self, sample_dataset):
        assert sample_dataset.output.returncode == 0, sample_dataset.output.stderr
        assert "2 document(s), 3 form(s), 129 indicators" in sample_dataset.output.stdout
        document = sample_dataset.dataset.documents.set_index("source").loc["天津市工业和信息化局_2022"]
        assert (document["status"], document["pages"], document["kind"]) == ("ok", 10, "scan")
        assert "PP-OCRv6_small_rec" in document["engine"]
        row = sample_dataset.dataset.forms.set_index("form_id").loc[form_id(sample_dataset, TIANJIN)]
        assert (row["layout"], row["year"], row["title"]) == ("tianjin-overall", 2022, "整体支出绩效自评表")
        assert row["department"] == "天津市工业和信息化局"
        assert (row["total_weight"], row["total_score"]) == (100.0, 98.3)
        assert (row["first_page"], row["last_page"]) == (1, 10)
        assert pd.isna(row["project"])

    def test_has_all_103_indicators_in_their_order(self, sample_dataset):
        rows = sample_dataset.dataset.form(form_id(sample_dataset, TIANJIN))["indicators"]
        assert rows["indicator_no"].tolist() == list(range(1, 104))
        assert rows["goal_no"].tolist() == [row["goal"] for row in truth(TIANJIN)["indicators"]]
        assert rows["page"].is_monotonic_increasing

    def test_nearly_every_field_is_exactly_as_printed(self, sample_dataset):
        wrong = wrong_values(sample_dataset, TIANJIN)
        assert len(wrong) <= 0.005 * len(true_values(TIANJIN)), wrong

    def test_every_number_is_right_or_flagged(self, sample_dataset):
        findings = sample_dataset.dataset.form(form_id(sample_dataset, TIANJIN))["findings"]
        flagged = {
            (row["table"], None if pd.isna(row["record_no"]) else row["record_no"], row["field"])
            for row in findings.to_dict("records")
            if row["severity"] != "info"
        }
        figures = {
            key: (read, true)
            for key, (read, true) in wrong_values(sample_dataset, TIANJIN).items()
            if re.findall(r"[\d.]+", str(read)) != re.findall(r"[\d.]+", str(true))
        }
        assert {key: values for key, values in figures.items() if key not in flagged} == {}

    def test_the_findings_are_those_of_the_form_itself(self, sample_dataset):
        """What is true of the printed figures is reported, and nothing that OCR made up."""
        found = sample_dataset.dataset.form(form_id(sample_dataset, TIANJIN))["findings"]
        found = found[~found["code"].isin(["low-confidence", "readers-disagree"])]
        expected = check_form(form(table(TIANJIN)), 0.8)
        listed = {(row["code"], None if pd.isna(row["record_no"]) else row["record_no"]) for row in records(found)}
        assert listed == {(f.code, f.record_no) for f in expected} | {("repeated-row-dropped", 6)}
        sums = found[found["code"].str.endswith("add-up")].set_index("code")
        assert sums["expected"].to_dict() == {"weights-do-not-add-up": "94", "scores-do-not-add-up": "92.3"}
        assert sums["found"].to_dict() == {"weights-do-not-add-up": "100", "scores-do-not-add-up": "98.3"}

    def test_parsed_values_stand_beside_the_printed_ones(self, sample_dataset):
        rows = sample_dataset.dataset.form(form_id(sample_dataset, TIANJIN))["indicators"].set_index("indicator_no")
        costs = rows.loc[8]
        assert (costs["target"], costs["op"], costs["target_value"], costs["target_unit"]) == (
            "≤500万元",
            "<=",
            500.0,
            "万元",
        )
        assert (costs["actual"], costs["actual_value"], costs["actual_unit"]) == ("307.118万", 307.118, "万元")
        assert costs["met"]
        assert costs["attainment"] == pytest.approx(500 / 307.118)
        assert rows.loc[62, "attainment"] == pytest.approx(174 / 450)
        assert not rows.loc[62, "met"]
        assert rows.loc[13, "actual_value"] == 100.0
        assert rows.loc[6, "kind"] == "date"


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dict("records")


@pytest.mark.parametrize("name", [PROJECT_1, PROJECT_2])
class TestProjects:
    def test_every_field_is_exactly_as_printed(self, sample_dataset, name):
        assert wrong_values(sample_dataset, name) == {}

    def test_layout_and_year(self, sample_dataset, name):
        row = sample_dataset.dataset.forms.set_index("form_id").loc[form_id(sample_dataset, name)]
        assert (row["layout"], row["year"], row["title"]) == ("central-project", 2022, "项目支出绩效自评表")
        assert sample_dataset.dataset.form(row.name)["budgets"]["amount_unit"].tolist() == ["万元"] * 4

    def test_nothing_but_doubts_is_said_against_it(self, sample_dataset, name):
        findings = sample_dataset.dataset.form(form_id(sample_dataset, name))["findings"]
        assert set(findings["code"]) <= {"low-confidence", "readers-disagree"}


class TestProvenance:
    @pytest.mark.parametrize("name", FORMS)
    def test_every_value_has_a_cell(self, sample_dataset, name):
        cells = records(sample_dataset.dataset.form(form_id(sample_dataset, name))["cells"])
        used = {(row["table"], None if pd.isna(row["record_no"]) else row["record_no"], row["field"]) for row in cells}
        printed = {key for key, value in read_values(sample_dataset, name).items() if value not in (None, "")}
        assert printed - used == set()

    @pytest.mark.parametrize("name", FORMS)
    def test_no_cell_with_text_is_without_a_use(self, sample_dataset, name):
        cells = sample_dataset.dataset.form(form_id(sample_dataset, name))["cells"]
        assert cells[cells["table"].isna() & (cells["text"] != "")].empty

    def test_cells_lie_on_their_pages(self, sample_dataset):
        cells = sample_dataset.dataset.form(form_id(sample_dataset, TIANJIN))["cells"]
        for page, on_page in cells.groupby("page"):
            with Image.open(RAW / "天津市工业和信息化局_2022" / f"p-{page:02}.jpg") as image:
                width, height = image.size
            assert on_page["x0"].ge(0).all()
            assert on_page["y0"].ge(0).all()
            assert on_page["x1"].le(width).all()
            assert on_page["y1"].le(height).all()
            assert (on_page["x1"] - on_page["x0"]).gt(10).all()

    def test_a_row_printed_on_both_sides_of_a_break_is_there_once(self, sample_dataset):
        goals = sample_dataset.dataset.form(form_id(sample_dataset, TIANJIN))["goals"]
        assert goals["goal_no"].tolist() == list(range(1, 10))


class TestDataset:
    def test_answers_sql(self, sample_dataset):
        answer = sample_dataset.dataset.sql(
            "select department, count(*) as n, sum(score) as points from indicators join forms using (form_id) "
            "group by department order by n desc"
        )
        assert answer["department"].tolist() == ["天津市工业和信息化局", "示例市水务局", "示例市教育局"]
        assert answer["n"].tolist() == [103, 14, 12]
        assert answer["points"].tolist() == pytest.approx([82.5, 89.14, 89.58])

    def test_an_unknown_form_names_the_nearest(self, sample_dataset):
        known = form_id(sample_dataset, TIANJIN)
        with pytest.raises(SelectionError) as caught:
            sample_dataset.dataset.form(known[:-1] + "7")
        assert caught.value.nearest[0] == known

    @pytest.mark.parametrize(
        ("name", "record", "field", "printed"),
        [(TIANJIN, 62, "actual", "174家"), (TIANJIN, 1, "target", "≥200个"), (PROJECT_1, 3, "actual", "186天")],
    )
    def test_shows_the_piece_of_the_scan_that_a_value_comes_from(
        self, sample_dataset, engine, name, record, field, printed
    ):
        crop = sample_dataset.dataset.crop(form_id(sample_dataset, name), "indicators", record, field)
        paper = np.asarray(crop.convert("RGB"))
        edge = 14  # the rules around the cell
        inside = paper[edge:-edge, edge:-edge]
        rows = np.flatnonzero((inside.min(axis=2) < 120).any(axis=1))
        (reading,) = engine.recognise([inside[max(0, rows[0] - 4) : rows[-1] + 5]])
        assert reading.text == printed

    def test_shows_the_fields_of_the_form_itself(self, sample_dataset):
        crop = sample_dataset.dataset.crop(form_id(sample_dataset, PROJECT_2), "forms", None, "project")
        assert crop.width > 3 * crop.height > 60

    def test_says_so_where_a_value_has_no_cell(self, sample_dataset):
        with pytest.raises(SelectionError, match="no record_no 999 in the dataset; indicators"):
            sample_dataset.dataset.crop(form_id(sample_dataset, TIANJIN), "indicators", 999, "name")

    def test_describes_itself(self, sample_dataset):
        info = json.loads((sample_dataset.folder / "dataset.json").read_text(encoding="utf-8"))
        assert info["rows"] | {"fields": 0, "cells": 0, "findings": 0} == {
            "documents": 2,
            "forms": 3,
            "budgets": 9,
            "goals": 11,
            "indicators": 129,
            "fields": 0,
            "cells": 0,
            "findings": 0,
        }
        assert (sample_dataset.folder / info["raw"]).resolve() == RAW.resolve()
        assert len(info["digest"]) == 64


class TestCheckCommand:
    def test_lists_the_most_consequential_causes_first(self, sample_dataset):
        output = workbench("check", sample_dataset.folder)
        assert output.returncode == 0
        listed = [line for line in output.stdout.splitlines() if line.startswith(("error", "warning", "info"))]
        findings = sample_dataset.dataset.findings
        is_remark = findings["consequence"] == "remark"
        remarks = findings[is_remark].groupby(["form_id", "code"]).ngroups
        assert len(listed) == findings[~is_remark]["cause_id"].nunique() + remarks
        assert listed[0].split()[:2] == ["error", "weights-do-not-add-up"]

    def test_shows_errors_alone_on_request(self, sample_dataset):
        lines = workbench("check", sample_dataset.folder, "--severity", "error").stdout.splitlines()
        listed = [line for line in lines if line.startswith(("error", "warning", "info"))]
        assert [line.split()[1] for line in listed] == ["weights-do-not-add-up"]  # both sums miss by the same
        assert listed[0].endswith("(and 1 more)")
