"""What a person types in a notebook of their own: paths, names, fonts, and what errors say."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

import workbench as wb
from tests.sample_tables import as_promised, sample_tables, several_departments, write
from workbench import analysis as wa
from workbench.analysis import style
from workbench.errors import SelectionError


def test_a_dataset_is_found_from_the_notebooks_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processed = write(sample_tables(), tmp_path / "data" / "processed")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert wb.open("data/processed").folder == processed
    assert wb.open().folder == processed
    widget = wb.review("data/processed", "李")
    assert widget.session.log.path.parent == tmp_path / "data" / "corrections"
    widget.close()


def test_chinese_shows_in_a_chart_of_ones_own() -> None:
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        wb.use_chinese_fonts()
        figure = Figure()
        figure.subplots().set_title("执行率 −5% ≥")
        figure.draw_without_rendering()


def test_a_wide_space_in_a_chart_is_no_box() -> None:
    assert style.plain("100%\u3000甲") == "100% 甲"


def test_departments_are_listed_and_a_wrong_one_names_the_list() -> None:
    tables = several_departments(["甲局", "乙局"], (2021, 2022))
    assert "4 行" in wa.choose(tables).words
    with pytest.raises(SelectionError, match=r"wa\.choose\(ds\) lists all; nearest: 甲局"):
        wa.select(tables, "甲")


def test_errors_of_crop_name_what_there_is(tmp_path: Path) -> None:
    full = sample_tables()
    row = {
        "form_id": full.forms["form_id"][0],
        "page": 1,
        "table_no": 1,
        "row": 1,
        "col": 1,
        "rowspan": 1,
        "colspan": 1,
    }
    row |= {"text": "5", "confidence": 1.0, "state": "text", "table": "indicators", "record_no": 3, "field": "score"}
    cells = as_promised(full.cells.reindex([0]).assign(**row, x0=0.0, y0=0.0, x1=1.0, y1=1.0), "cells")
    ds = wb.open(write(sample_tables(cells=cells), tmp_path / "data" / "processed"))
    form = full.forms["form_id"][0]
    with pytest.raises(SelectionError, match="has indicators"):
        ds.crop(form, "budgets", 1, "score")
    with pytest.raises(SelectionError, match=r"indicators of form .* has 3 to 3"):
        ds.crop(form, "indicators", 1, "score")
    with pytest.raises(SelectionError, match=r"indicators 3 of form .* has score"):
        ds.crop(form, "indicators", 3, "weight")
    with pytest.raises(SelectionError, match="nearest"):
        ds.form("nothing")
