"""Defects that users met: each has its test here, named after what went wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.sample_tables import as_promised, sample_tables, several_departments, write
from tests.test_comparison import TOTAL, with_doubts
from workbench import analysis as wa
from workbench import progress
from workbench.analysis import report_tables, sections
from workbench.dataset.store import open_dataset
from workbench.report.index import make_index
from workbench.report.journal import Report
from workbench.report.plan import plan
from workbench.review.session import Session
from workbench.review.view import state

ENGLISH = "it is damaged"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no terminals of its own")
def test_a_terminal_of_no_width_gets_lines_and_no_bar_that_nobody_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    _, terminal = os.openpty()
    with os.fdopen(terminal, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        assert os.get_terminal_size(terminal).columns == 0
        assert not progress.shows_bars()
        monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 24)))
        assert progress.shows_bars()
        monkeypatch.undo()


def test_an_overview_made_before_the_data_says_so_in_the_index(tmp_path: Path) -> None:
    ds = open_dataset(write(sample_tables(), tmp_path / "data" / "processed"))
    overview, department = plan(ds, tmp_path / "data" / "processed", tmp_path)
    for job in (overview, department):
        job.html.write_text("")
    reports = [Report("总览", overview.stem, "older"), Report("部门", department.stem, department.made_from)]
    page = make_index([overview, department], reports, ds)
    assert page.count("早于现在的数据") == 1
    assert page.index("早于现在的数据") < page.index("各部门报告")


def test_possible_ranks_are_explained_where_they_are_shown() -> None:
    tables = several_departments(["甲局", "乙局"])
    tables.forms["total_score"] = [94.0, 93.0]
    assert "可能名次" not in report_tables.ranked_forms(tables).markup
    assert "可能名次：" in report_tables.ranked_forms(with_doubts(tables, TOTAL)).markup


def test_a_gap_that_rests_on_a_misread_score_is_marked_in_the_ranks() -> None:
    tables = with_doubts(sample_tables(), {"table": "indicators", "record_no": 1, "field": "score"})
    assert ">6？<" in report_tables.ranked_forms(tables).markup
    assert ">1.7？<" in report_tables.ranked_forms(tables).markup
    assert "？" not in report_tables.ranked_forms(with_doubts(sample_tables())).markup


def test_key_figures_are_no_definition_list_which_jupyterlab_lays_out_itself() -> None:
    markup = sections.key_figures(sample_tables()).markup + sections.basis(sample_tables()).markup
    assert "<dt" not in markup and "<dl" not in markup


def test_an_amount_without_a_unit_is_not_said_to_be_in_one() -> None:
    full = sample_tables()
    tables = sample_tables(budgets=as_promised(full.budgets.assign(amount_unit=None), "budgets"))
    title = wa.alt_text(wa.budget_flow(tables))
    assert "33,200.8 中执行了 32,622.6" in title and "不明" not in title


def test_why_a_file_was_not_read_is_said_in_chinese() -> None:
    documents = sample_tables().documents.assign(status="failed", error="encrypted", message=ENGLISH)
    assert "文件有密码" in report_tables.failed_documents(sample_tables(documents=documents)).markup


def test_a_review_under_a_shared_login_says_what_it_signs_with(tmp_path: Path) -> None:
    ds = open_dataset(write(sample_tables(), tmp_path / "data" / "processed"))
    assert any("署名“root”" in notice for notice in state(Session(ds, "root"))["notices"])
    assert not any("署名" in notice for notice in state(Session(ds, "李"))["notices"])


def test_a_blank_in_a_row_that_was_joined_is_not_said_to_be_print_that_was_not_read() -> None:
    rows = sample_tables().indicators.head(2).assign(deviation="")
    tables = with_doubts(sample_tables(indicators=rows), {"table": "indicators", "record_no": 1})
    markup = report_tables.all_indicators(tables).markup
    assert "待核对" in markup and ">未读出<" not in markup
