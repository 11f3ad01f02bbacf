"""Hostile text in every place: the dataset keeps it, and no terminal, notebook, path or export gives it a chance."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import click.testing
import duckdb
import nbformat
import openpyxl
import pandas as pd
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from openpyxl.utils.escape import unescape

from tests.conftest import workbench
from tests.hostile import CANARY_FILE, HUGE, PATHS, PAYLOADS, TERMINAL
from tests.hostile_archive import COLUMNS, FORMS, INJECTED, NOT_UTF8, Hostile, file_name, one_line, together, truth_of
from tests.opened import grids, read
from workbench.cli import main
from workbench.dataset.comparable import VIEWS
from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import text_columns
from workbench.dataset.store import Dataset, open_dataset
from workbench.errors import InputError
from workbench.readers.plain import plain
from workbench.report.parameters import ReadableTranslator
from workbench.report.plan import file_stems
from workbench.visible import visible

Counted = Callable[[str, int], None]

STRINGS = "hostile strings × places"
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a text begins with that some spreadsheet calculates."""

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@pytest.fixture(scope="module")
def dataset(hostile: Hostile) -> Dataset:
    return open_dataset(hostile.processed)


# --- the dataset


def test_every_text_is_in_the_dataset_as_it_was_printed(hostile: Hostile, dataset: Dataset, counted: Counted) -> None:
    read = 0
    for name, payloads in FORMS.items():
        (document,) = dataset.documents[dataset.documents["source"] == name].to_dict("records")
        form = dataset.form(f"{document['document_id']}-1")
        rows, every = truth_of(payloads)["indicators"], plain(together(payloads))
        for column in COLUMNS:
            printed = [plain(row[column]) for row in rows]
            if column == "deviation":  # which a person changed
                texts = form["fields"][form["fields"]["field"] == column]
                assert texts["machine_text"].tolist()[-len(rows) :] == printed
                assert form["indicators"][column].tolist() == [f"改 {one_line(one.text)}" for one in payloads]
            else:
                assert form["indicators"][column].tolist() == printed, column
            read += len(printed)
        heads = form["forms"].loc[0, ["department", "project", "unit"]].tolist()
        lines = [form["budgets"].loc[1, "funds"], form["goals"].loc[0, "goal"], form["goals"].loc[0, "actual"]]
        assert heads + lines == [every + INJECTED, *[every] * 5]
        read += 6 * (len(payloads) - (HUGE in payloads))
    files = (os.fsencode(path.name) for path in (hostile.project / "data" / "raw").iterdir())
    names = {name.decode("utf-8", "backslashreplace") for name in files if not name.startswith(b".")}  # hidden files
    assert set(dataset.documents["source"]) == names
    counted(f"{STRINGS}: kept by the dataset", read + len(names))


def test_a_name_that_is_no_utf8_is_read_and_found_again(hostile: Hostile, dataset: Dataset) -> None:
    """It took the whole run down, after all its pages had been read."""
    (document,) = dataset.documents[dataset.documents["source"].str.startswith("\\x")].to_dict("records")
    assert document["source"] == r"\xb2\xe2.txt"
    assert os.fsencode(dataset.original(document["document_id"])[0].name) == NOT_UTF8


def test_a_dataset_of_strangers_cannot_name_files_outside_its_folder(hostile: Hostile, dataset: Dataset) -> None:
    for name in ("../../secret.pdf", "/etc/passwd", "a/../../b.pdf"):
        with pytest.raises(InputError, match="out of the folder"):
            dataset._originals.file(name, "")


def test_halves_of_characters_are_flagged_in_forms_and_refused_in_corrections(hostile: Hostile, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲_xD83D__xDE00_", "乙_xD800_", "丙_x0000_"])
    book.save(tmp_path / "a.xlsx")
    assert grids(tmp_path / "a.xlsx") == [[["甲😀", "乙\ufffd", "丙\ufffd"]]]
    (page,) = read(tmp_path / "a.xlsx")
    assert [cell.confidence.overall < 0.8 for cell in page.content.grids[0].cells] == [False, True, True]
    assert "half of a character" in hostile.said["ingest"].decode()


def test_figures_whose_order_is_turned_around_are_no_numbers_and_are_asked_about(tmp_path: Path) -> None:
    """1, a mark, 2, a mark, 3 is shown as 132; the mark was dropped, and 123 was read."""
    book = openpyxl.Workbook()
    book.active.append(["1\u200f2\u200f3", "\u202e001", "5\u200e"])
    book.save(tmp_path / "a.xlsx")
    (page,) = read(tmp_path / "a.xlsx")
    cells = page.content.grids[0].cells
    assert [cell.text for cell in cells] == ["1\u200f2\u200f3", "\u202e001", "5"]
    assert [cell.confidence.overall < 0.8 for cell in cells] == [True, True, False]


# --- the terminal


def require_plain(output: str) -> None:
    """Nothing in what was written steers a terminal, but the line ends of lines and bars."""
    assert {c for c in output if not c.isprintable()} <= {"\n", "\r"}


def test_no_text_steers_a_terminal(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch, counted: Counted, tmp_path: Path
) -> None:
    monkeypatch.chdir(hostile.project)
    raw = hostile.project / "data" / "raw"
    broken = str(raw / file_name(TERMINAL[0].text, ".pdf"))
    commands = {
        "dry run": ["ingest", "--dry-run", "--out", str(tmp_path / "none")],
        "check": ["check"],
        "bench": ["bench", "--from-corrections"],
        "export": ["export", "--format", "csv", "--out", str(tmp_path / TERMINAL[0].text)],
        "grid": ["grid", broken, "--out", str(tmp_path)],
        "usage": ["check", "a", *(payload.text for payload in PAYLOADS if not payload.text.startswith("-"))],
        "no such option": ["check", f"--{TERMINAL[0].text}"],
        "no such department": ["report", "--department", TERMINAL[0].text],
    }
    said = {name: output.decode() for name, output in hostile.said.items()}
    for name, command in commands.items():
        # With colour, as to a terminal: elsewhere click itself takes escapes out.
        said[name] = click.testing.CliRunner().invoke(main, command, color=True).output
    for name, output in said.items():
        require_plain(output)
        assert "Traceback" not in output, name
        assert "canary" in output or "红" in output or name in ("report", "export", "bench"), name
    counted(
        f"{STRINGS}: written to a terminal", sum(visible(p.text)[:20] in o for p in PAYLOADS for o in said.values())
    )


@pytest.mark.parametrize("payload", TERMINAL, ids=lambda payload: payload.name)
def test_the_test_of_terminals_can_fail(payload) -> None:
    if payload.name != "stacked":
        with pytest.raises(AssertionError):
            require_plain(payload.text)


def test_a_file_name_cannot_forge_a_line(hostile: Hostile) -> None:
    lines = hostile.said["ingest"].decode().splitlines()
    assert [line for line in lines if line.startswith("=1+1")] == []


# --- notebooks


def test_no_parameter_of_a_notebook_is_code(hostile: Hostile, dataset: Dataset, counted: Counted) -> None:
    ipython = TransformerManager()
    for payload in PAYLOADS:
        source = f"# Parameters\n{ReadableTranslator.codify({'department': payload.text})}"
        assert all(c.isprintable() or c == "\n" for c in source)
        values: dict[str, object] = {}
        exec(ipython.transform_cell(source), values)
        assert values["department"] == payload.text
    executed = [nbformat.read(path, as_version=4) for path in hostile.reports.glob("*.ipynb")]
    injected = [
        cell.source
        for book in executed
        for cell in book.cells
        if "injected-parameters" in cell.metadata.get("tags", [])
    ]
    departments = set()
    for source in injected:
        values = {}
        exec(source, values)
        departments |= {values["department"]} if "department" in values else set()
    assert departments == set(dataset.forms["department"])
    assert not list(hostile.project.rglob(CANARY_FILE))
    assert not Path("/tmp/canary").exists()
    counted(f"{STRINGS}: parameters of a notebook", 2 * len(PAYLOADS))


# --- paths


def test_names_of_reports_and_members_stay_in_their_folder(hostile: Hostile, counted: Counted) -> None:
    names = [payload.text for payload in PAYLOADS]
    stems = list(file_stems((name, 2022) for name in names).values())
    with zipfile.ZipFile(hostile.reports / "reports.zip") as packed:
        members = packed.namelist()
    assert len(members) == 9  # the index, and two of the overview and of each department
    assert all(re.fullmatch(r"reports/[\w.-]+", member) for member in members)
    for name in [*stems, *(member.removeprefix("reports/") for member in members)]:
        assert not RESERVED.fullmatch(name)
        assert re.fullmatch(r"\w[\w.-]*[\w]", name)
        assert len(f"{name}.failed.ipynb".encode()) <= 255
    assert len({stem.casefold() for stem in stems}) == len(names)
    logs = [path.name for path in (hostile.project / "data" / "corrections").iterdir()]
    assert not [log for log in logs if RESERVED.fullmatch(log)]
    counted(f"{STRINGS}: names of files", len(stems) + len(members) + len(logs))


def test_the_grid_of_a_file_with_a_long_name_has_a_name(hostile: Hostile, tmp_path: Path) -> None:
    """The ending made it too long for the file system: a traceback."""
    raw = hostile.project / "data" / "raw"
    for path in (raw / file_name(PATHS[-1].text, ".txt"), raw / os.fsdecode(NOT_UTF8)):
        run = workbench("grid", path, "--out", tmp_path)
        assert run.returncode == 0, run.stderr
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".html", ".json", ".json"]


# --- exports


@pytest.fixture(scope="module")
def exports(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("exports")
    return {kind: dataset.export(kind, folder / kind).path for kind in ("xlsx", "csv", "dta", "duckdb")}


def test_no_cell_of_a_workbook_is_a_formula_a_link_or_an_error(
    dataset: Dataset, exports: dict[str, Path], counted: Counted
) -> None:
    with zipfile.ZipFile(exports["xlsx"]) as package:
        parts = package.namelist()
        sheets = [package.read(part) for part in parts if part.startswith("xl/worksheets/sheet")]
    assert not [part for part in parts if re.search("(?i)external|connection|query|hyperlink|macro|vba|ole", part)]
    assert not [sheet for sheet in sheets if re.search(rb"<f[ >/]|<hyperlink|<ddeLink|t=\"e\"", sheet)]
    book = openpyxl.load_workbook(exports["xlsx"], read_only=True)
    cells = 0
    for table in TABLES:
        frame = getattr(dataset, table)
        rows = list(book[table].iter_rows(min_row=2, values_only=True))
        for column in text_columns(frame):
            at = list(frame.columns).index(column)
            shown = [unescape(row[at] or "") if at < len(row) else "" for row in rows]
            whole = [text if len(text) < 30_000 else "" for text in frame[column].fillna("")]
            assert [text if len(text) < 30_000 else "" for text in shown] == whole, (table, column)
            cells += sum(map(bool, shown))
    counted(f"{STRINGS}: cells of a workbook", cells)


def test_no_field_of_a_csv_file_is_a_formula(dataset: Dataset, exports: dict[str, Path], counted: Counted) -> None:
    csv.field_size_limit(sys.maxsize)
    cells = 0
    for table in TABLES:
        content = (exports["csv"] / f"{table}.csv").read_bytes().decode("utf-8-sig")
        head, *rows = csv.reader(io.StringIO(content, newline=""))
        frame = getattr(dataset, table)
        for column in text_columns(frame):
            shown = [row[head.index(column)] for row in rows]
            assert [text.removeprefix("'") for text in shown] == frame[column].fillna("").tolist(), (table, column)
            assert not [text for text in shown if text[:1] in SIGNS and len(text) > 1]
            cells += sum(map(bool, shown))
    counted(f"{STRINGS}: fields of CSV files", cells)


def test_stata_and_duckdb_hold_every_text(dataset: Dataset, exports: dict[str, Path], counted: Counted) -> None:
    cells = 0
    with duckdb.connect(exports["duckdb"], read_only=True) as connection:
        names = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        assert names == {*TABLES, *VIEWS, "dictionary", "about"}
        for table, column in (("indicators", "name"), ("indicators", "deviation"), ("documents", "source")):
            texts = getattr(dataset, table)[column].tolist()
            kept = connection.execute(f"select {column} from {table}").fetchall()
            assert [text for (text,) in kept] == texts
            assert pd.read_stata(exports["dta"] / f"{table}.dta")[column].tolist() == texts
            cells += 2 * len(texts)
    counted(f"{STRINGS}: values of Stata and DuckDB", cells)


def test_a_query_finds_every_text_and_sees_no_file(dataset: Dataset, counted: Counted, tmp_path: Path) -> None:
    for payload in PAYLOADS:
        literal = plain(payload.text).replace("'", "''")
        assert len(dataset.sql(f"select * from indicators where name = '{literal}'")) >= 1, payload.name
    queries = ("select * from read_text('{}')", "attach '{}' as x", "copy forms to '{}'")
    for query in (query.format(tmp_path / "a") for query in queries):
        with pytest.raises(duckdb.Error):
            dataset.sql(query)
    counted(f"{STRINGS}: literals of a query", len(PAYLOADS))
