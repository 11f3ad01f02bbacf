"""Exports: every value is the dataset's again when another program reads it, and what a format lacks is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import workbench
from tests.sample_tables import empty_tables, sample_tables, write
from workbench.dataset.comparable import VIEWS
from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.export import xlsx
from workbench.dataset.export.csv import guarded
from workbench.dataset.export.exporting import FORMATS, Exported
from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import SCHEMAS
from workbench.dataset.store import open_dataset
from workbench.errors import DatasetError, SettingsError

LOOKS_LIKE_MORE = [
    "=100%",
    "-",
    "-5",
    "+3",
    "@SUM(1)",
    "'quoted'",
    "=1+1|cmd",
    "\t=1",
    "＝1",
    "#N/A",
    "2022-01-02",
    "007",
]
"""Text that a spreadsheet would calculate, or take for an error, a date or a number."""

AWKWARD = ["_x0041_", "a\x01b", "甲\r\n乙", " 前后 ", "𠮷" * 50, "NA", '双"引号,逗号']

LONG = "长" * 40_000


@dataclass(frozen=True)
class Made:
    """A dataset whose ``actual`` column holds awkward texts, and its exports."""

    indicators: pd.DataFrame
    exports: dict[str, Exported]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("export")
    tables = sample_tables()
    texts = [*LOOKS_LIKE_MORE, *AWKWARD, LONG]
    indicators = tables.indicators.copy()
    indicators["actual"] = [*texts, None, *indicators["actual"].tolist()[len(texts) + 1 :]]
    processed = write(sample_tables(indicators=indicators), folder / "processed")
    dataset = open_dataset(processed)
    return Made(dataset.indicators, {kind: dataset.export(kind, folder / kind) for kind in FORMATS})


def _same(read: pd.Series, written: pd.Series) -> None:
    assert read.tolist() == written.fillna("").tolist()


def test_every_column_has_a_title_and_a_meaning() -> None:
    for table in TABLES:
        entry = data_dictionary()[table]
        assert list(entry.columns) == list(SCHEMAS[table].columns), table
        for name, column in entry.columns.items():
            assert 0 < len(column.title) <= 80, name  # Stata's limit
            assert column.meaning, name


def test_closed_lists_name_exactly_the_values_that_the_schema_allows() -> None:
    for table in TABLES:
        for name, column in SCHEMAS[table].columns.items():
            allowed = [
                check.statistics["allowed_values"] for check in column.checks if "allowed_values" in check.statistics
            ]
            named = set(data_dictionary()[table].columns[name].values)
            if str(column.dtype).startswith("bool"):
                assert named == {"false", "true"}, name
            else:
                assert named == (set(allowed[0]) if allowed else set()), name


# --- Excel


def test_excel_shows_text_as_text_whatever_it_looks_like(made: Made) -> None:
    sheet = openpyxl.load_workbook(made.exports["xlsx"].path)["indicators"]
    column = [cell.value for cell in sheet[1]].index("actual")
    cells = [row[column] for row in sheet.iter_rows(min_row=2)]
    for cell, text in zip(cells, LOOKS_LIKE_MORE, strict=False):
        assert (cell.value, cell.data_type, cell.number_format) == (text.replace("\r", "_x000D_"), "s", "@")
        assert cell.quotePrefix == (text[0] in "=+-@'\t＝")
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type in ("f", "e")]


def test_excel_keeps_numbers_as_numbers(made: Made) -> None:
    read = pd.read_excel(made.exports["xlsx"].path, sheet_name="indicators")
    for name in ("weight", "score", "target_value", "attainment", "indicator_no"):
        pd.testing.assert_series_equal(read[name], made.indicators[name], check_dtype=False)
    assert read["met"].astype("boolean").equals(made.indicators["met"])


def test_the_workbook_has_a_sheet_a_table_frozen_headers_and_a_chinese_key(made: Made) -> None:
    book = openpyxl.load_workbook(made.exports["xlsx"].path)
    assert book.sheetnames == [
        *TABLES,
        "指标对照表",
        "预算对照表",
        "部门沿革",
        "指标沿革",
        "面板",
        "字段说明",
        "导出说明",
    ]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["A"].width >= 6
    assert book["forms"]["A1"].comment.text.startswith("表编号\n")
    key = pd.read_excel(made.exports["xlsx"].path, sheet_name="字段说明")
    views = sum(len(data_dictionary()[view].columns) for view in VIEWS)
    assert len(key) == sum(len(schema.columns) for schema in SCHEMAS.values()) + views
    title = key[(key["数据表"] == "indicators") & (key["字段"] == "actual")]["字段名"]
    assert title.item() == "实际完成值"


def test_what_excel_cannot_hold_is_cut_or_escaped_and_said(made: Made) -> None:
    read = pd.read_excel(made.exports["xlsx"].path, sheet_name="indicators", keep_default_na=False)["actual"].tolist()
    cut = read[made.indicators["actual"].tolist().index(LONG)]
    assert len(cut) == 32_767
    assert cut.endswith("〔截断：原文共 40,000 字，全文见其他格式的导出〕")
    # ECMA-376 writes a control character _xHHHH_, and text that looks like that with its underscore escaped.
    assert read[read.index("_x005F_x0041_") + 1 :][:2] == ["a_x0001_b", "甲_x000D_\n乙"]
    notes = "\n".join(made.exports["xlsx"].notes)
    assert "indicators.actual：1 格超出" in notes
    assert "indicators.actual：3 格含控制字符" in notes
    about = pd.read_excel(made.exports["xlsx"].path, sheet_name="导出说明")
    assert set(made.exports["xlsx"].notes) <= set(about["内容"])


def test_text_full_of_control_characters_is_cut_after_a_whole_escape(tmp_path: Path) -> None:
    tables = sample_tables()
    goals = tables.goals.copy()
    goals.loc[0, "goal"] = "\x01" * 10_000
    dataset = open_dataset(write(sample_tables(goals=goals), tmp_path / "processed"))
    read = pd.read_excel(dataset.export("xlsx", tmp_path).path, sheet_name="goals")["goal"][0]
    assert 32_700 < len(read) <= 32_767
    assert "_〔" not in read.replace("_x0001_", "")
    assert set(read.split("……")[0].replace("_x0001_", "")) == set()


def test_rows_beyond_excels_last_go_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "EXCEL_ROWS", 51)  # the header and 50 rows
    dataset = open_dataset(write(sample_tables(), tmp_path / "processed"))
    export = dataset.export("xlsx", tmp_path / "out.xlsx")
    sheets = pd.read_excel(export.path, sheet_name=["indicators", "indicators_2", "indicators_3"])
    together = pd.concat(sheets.values(), ignore_index=True)
    assert together["name"].tolist() == dataset.indicators["name"].tolist()
    assert any(note.startswith("indicators：103 行") for note in export.notes)


# --- CSV


def test_csv_shows_chinese_in_excel_and_hands_no_text_to_its_formulas(made: Made) -> None:
    content = (made.exports["csv"].path / "indicators.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(made.exports["csv"].path / "indicators.csv", dtype=str, keep_default_na=False)
    for text in read["actual"]:
        assert len(text) < 2 or text[0] not in "=+-@\t\r＝＋－＠", text
    assert read["actual"].tolist()[1] == "-"  # a sign alone is text to every spreadsheet


def test_csv_gives_the_text_back_with_one_apostrophe_stripped(made: Made) -> None:
    read = pd.read_csv(
        made.exports["csv"].path / "indicators.csv", keep_default_na=False, dtype={"actual": str}, lineterminator="\n"
    )
    _same(read["actual"].str.removeprefix("'"), made.indicators["actual"])
    numbers = pd.read_csv(made.exports["csv"].path / "indicators.csv")
    pd.testing.assert_series_equal(numbers["attainment"], made.indicators["attainment"])
    about = (made.exports["csv"].path / "about.csv").read_text(encoding="utf-8-sig")
    assert "removeprefix" in about
    assert "indicators.actual：1 处超出 Excel" in about


def test_csv_tells_null_from_empty_text(made: Made) -> None:
    path = made.exports["csv"].path / "indicators.csv"
    read = duckdb.sql(f"select actual, deviation from read_csv('{path}', header=true, all_varchar=true)").df()
    assert int(read["actual"].isna().sum()) == 1
    lines = path.read_text(encoding="utf-8").splitlines()
    assert any(',"",' in line for line in lines)


@given(st.lists(st.text(alphabet=st.sampled_from("'=+-@＝\t\n\r a甲"), max_size=4), min_size=1))
def test_guarded_text_is_never_a_formula_and_always_comes_back(texts: list[str]) -> None:
    safe = guarded(pd.Series(texts, dtype="str"))
    assert safe.str.removeprefix("'").tolist() == texts
    assert all(len(text) < 2 or text[0] not in "=+-@＝\t\n\r" for text in safe)


# --- Stata, DuckDB


def test_stata_reads_chinese_labels_and_every_text(made: Made) -> None:
    folder = made.exports["dta"].path
    read = pd.read_stata(folder / "indicators.dta")
    _same(read["actual"], made.indicators["actual"])
    pd.testing.assert_series_equal(read["attainment"], made.indicators["attainment"])
    assert read["met"].astype(object).fillna("").iloc[0] == "true 达成"
    assert int(read["met"].isna().sum()) == int(made.indicators["met"].isna().sum())
    with pd.io.stata.StataReader(folder / "findings.dta") as reader:
        assert reader.variable_labels()["severity"] == "严重程度"
        assert reader.value_labels()["severity"] == {1: "error 错误", 2: "warning 警告", 3: "info 提示"}
    codes = pd.read_stata(folder / "findings.dta", convert_categoricals=False)["severity"]
    assert codes.tolist() == [2, 3, 1]


def test_duckdb_holds_the_tables_and_their_comments(made: Made) -> None:
    with duckdb.connect(made.exports["duckdb"].path, read_only=True) as connection:
        read = [actual for (actual,) in connection.execute("select actual from indicators").fetchall()]
        assert read == [None if pd.isna(text) else text for text in made.indicators["actual"]]
        comment = "select comment from duckdb_columns() where table_name = 'budgets' and column_name = 'initial'"
        assert connection.execute(comment).fetchone() == (
            "年初预算数。年初预算数；只有一个预算数而未称全年预算数的也在此。单位：见 amount_unit",
        )
        assert connection.execute("select content from about where item = '数据集摘要'").fetchall()


# --- where it goes, what goes wrong


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_dataset_is_exported(kind: str, tmp_path: Path) -> None:
    dataset = open_dataset(write(empty_tables(), tmp_path / "processed"))
    assert dataset.export(kind, tmp_path / "out").path.exists()


@pytest.mark.parametrize("kind", FORMATS)
def test_an_interrupted_export_leaves_the_last_one(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = open_dataset(write(sample_tables(), tmp_path / "processed"))
    first = dataset.export(kind, tmp_path / "out")
    before = _contents(tmp_path / "out")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.dataset.export.exporting.dictionary_table", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dataset.export(kind, tmp_path / "out")
    assert _contents(tmp_path / "out") == before
    assert first.path.exists()


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    dataset = open_dataset(write(sample_tables(), tmp_path / "processed"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DatasetError, match="cannot be written"):
        dataset.export("csv", tmp_path / "file" / "csv")
    with pytest.raises(SettingsError, match="xlsx, csv, dta, duckdb"):
        dataset.export("sav")


def test_the_command_exports_and_says_where(tmp_path: Path) -> None:
    processed = write(sample_tables(), tmp_path / "processed")
    run = workbench("export", processed, "--format", "csv", "--out", tmp_path / "tables")
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"csv → {tmp_path / 'tables'}\n"
    assert {file.stem for file in (tmp_path / "tables").iterdir()} == {*TABLES, *VIEWS, "dictionary", "about"}
    assert workbench("export", processed, "--format", "sav").returncode == 2
    missing = workbench("export", tmp_path / "nothing", "--format", "xlsx")
    assert missing.returncode == 1
    assert "workbench ingest" in missing.stderr
