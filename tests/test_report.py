"""Reports: names, parameters, pages; and the notebooks through real papermill."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from tests.made_reports import AWKWARD, DEPARTMENT
from tests.sample_tables import empty_tables, sample_tables, several_departments, write
from workbench.dataset.placing import project_folder
from workbench.errors import ReportError, SelectionError, SettingsError
from workbench.report.build import build_reports
from workbench.report.digests import row_digests
from workbench.report.journal import Report, append_report, read_reports
from workbench.report.notebooks import find_notebook
from workbench.report.page import html_document, make_page
from workbench.report.parameters import ReadableTranslator, readable_parameters
from workbench.report.plan import ReportJob, chosen, file_stems, plan
from workbench.report.run import make_report, without_paths
from workbench.report.workers import run_jobs

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NETWORK = re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\((?!["']?data:)|@import|<script\s""", re.IGNORECASE)


# --- names, plan, selection


def test_file_names_are_safe_and_never_the_same() -> None:
    names = ["甲局", "甲/局", "甲\\局", "..", "", "🏭", "长" * 300, "长" * 301, "a局", "A局", "overview", "甲局 "]
    stems = file_stems([(name, 2022) for name in names])
    assert len({stem.casefold() for stem in stems.values()}) == len(names)
    for stem in stems.values():
        assert re.fullmatch(r"[\w-]+", stem)
        assert len(stem.encode()) < 230
    assert stems["甲局", 2022] == "甲局-2022"
    assert file_stems([("甲局", 0)]) == {("甲局", 0): "甲局-undated"}


def test_project_folder_hides_where_it_is(tmp_path: Path) -> None:
    assert project_folder(tmp_path / "data" / "processed") == (tmp_path, "data/processed")
    assert project_folder(tmp_path / "tables") == (tmp_path, "tables")


def test_the_projects_own_notebook_comes_first(tmp_path: Path) -> None:
    assert find_notebook("department", tmp_path).name == "department.ipynb"
    own = tmp_path / "department.ipynb"
    own.write_text("{}", encoding="utf-8")
    assert find_notebook("department", tmp_path) == own
    with pytest.raises(ReportError, match="no-such"):
        find_notebook("no-such", tmp_path)


def test_plan_has_a_report_for_each_department_and_year(tmp_path: Path) -> None:
    tables = several_departments(["甲局", "乙局"], (2021, 2022))
    jobs = plan(tables, tmp_path / "data" / "processed", tmp_path / "reports")
    assert [job.stem for job in jobs] == ["overview", "甲局-2021", "甲局-2022", "乙局-2021", "乙局-2022"]
    assert [job.stem for job in chosen(jobs, tables, "甲局", None)] == ["甲局-2021", "甲局-2022"]
    assert [job.stem for job in chosen(jobs, tables, None, 2022)] == ["甲局-2022", "乙局-2022"]
    with pytest.raises(SelectionError, match="甲局"):
        chosen(jobs, tables, "甲", None)
    with pytest.raises(SelectionError, match="2022"):
        chosen(jobs, tables, "甲局", 2030)


def test_workers_must_be_a_number_of_processes(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="workers"):
        build_reports(tmp_path, tmp_path, workers=0)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    _small_notebooks(tmp_path, "")
    processed = write(empty_tables(), tmp_path / "data" / "processed")
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match="reports cannot be written"):
        build_reports(processed, tmp_path / "file" / "reports", notebooks=tmp_path / "notebooks")


# --- parameters, pages, paths


@pytest.mark.parametrize("name", [DEPARTMENT, AWKWARD, 'a"b\\c\n', "'''", "{x}"])
def test_parameters_stay_readable_and_exact(name: str) -> None:
    source = ReadableTranslator.codify({"department": name, "year": 2022})
    values: dict[str, object] = {}
    exec(source, values)
    assert (values["department"], values["year"]) == (name, 2022)
    assert "\\u" not in source


def test_papermill_is_as_it_was_afterwards() -> None:
    from papermill.translators import papermill_translators

    before = papermill_translators.find_translator("python3", "python")
    with readable_parameters():
        assert papermill_translators.find_translator("python3", "python") is ReadableTranslator
    assert papermill_translators.find_translator("python3", "python") is before


def test_paths_of_the_machine_are_taken_out(tmp_path: Path) -> None:
    text = f"{tmp_path}/data {sys.prefix}/lib {Path.home()}/x"
    assert without_paths(text, tmp_path) == "./data …/lib ~/x"
    assert without_paths(f"iVBORw0K{Path.home()}A", tmp_path) == f"iVBORw0K{Path.home()}A"


def test_a_page_is_chinese_and_escapes_its_title() -> None:
    page = html_document('<b>"', "正文")
    assert '<html lang="zh-CN">' in page
    assert "<title>&lt;b&gt;&quot;</title>" in page


def test_a_page_has_contents_and_no_code() -> None:
    cells = [nbformat.v4.new_markdown_cell("## 甲 & 乙\n\n文"), nbformat.v4.new_code_cell("秘密 = 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    page = make_page(notebook, "题", "题 目.ipynb")
    assert '<a href="#part-1">甲 &amp; 乙</a>' in page
    assert '<h2 id="part-1">' in page
    assert "秘密" not in page
    assert not NETWORK.search(page)


# --- runs


def test_a_failing_notebook_is_listed_and_the_others_go_on(tmp_path: Path) -> None:
    processed = write(sample_tables(), tmp_path / "data" / "processed")
    cells = [nbformat.v4.new_code_cell(f"raise ValueError('<坏> 在 {tmp_path}/x')")]
    cells[0].metadata["tags"] = ["parameters"]
    broken = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "P"}})
    broken.metadata["language_info"] = {"name": "python"}
    (tmp_path / "notebooks").mkdir()
    nbformat.write(broken, tmp_path / "notebooks" / "department.ipynb")
    stale = tmp_path / "reports" / f"{DEPARTMENT}-2022.html"
    stale.parent.mkdir()
    stale.write_text("old", encoding="utf-8")

    run = build_reports(processed, tmp_path / "reports", notebooks=tmp_path / "notebooks")

    assert [report.stem for report in run.failed] == [f"{DEPARTMENT}-2022"]
    assert run.failed[0].error == "department.ipynb: ValueError: <坏> 在 ./x"
    assert not stale.exists()
    index = run.index.read_text(encoding="utf-8")
    assert "未能生成的报告" in index
    assert "ValueError: &lt;坏&gt; 在 ./x" in index
    assert (tmp_path / "reports" / "overview.html").is_file()


TROUBLE = """
import os, time
if os.path.exists("calm"):
    department = ""
if department == "乙局":
    time.sleep(600)
if department == "丙局":
    os._exit(1)
assert department != "丁局", "不行"
"""


def _small_notebooks(project: Path, trouble: str = TROUBLE) -> None:
    """Notebooks that do nearly nothing, but some of them wrong."""
    (project / "notebooks").mkdir(exist_ok=True)
    for name in ("department", "overview"):
        parameters = nbformat.v4.new_code_cell('processed: str = ""\ndepartment: str = ""\nyear: int = 0')
        parameters.metadata["tags"] = ["parameters"]
        cells = [parameters, nbformat.v4.new_markdown_cell("## 走到这里"), nbformat.v4.new_code_cell(trouble)]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "P"}
        nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")


def test_a_hang_a_dead_kernel_and_an_error_stop_one_report_each_and_only_what_is_due_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = several_departments(["甲局", "乙局", "丙局", "丁局"])
    processed = write(tables, tmp_path / "data" / "processed")
    out = tmp_path / "reports"
    _small_notebooks(tmp_path)
    # As if they came with the workbench: what they show is their department's rows.
    monkeypatch.setattr("workbench.report.plan.find_notebook", lambda name, _: tmp_path / "notebooks" / f"{name}.ipynb")

    run = build_reports(processed, out, workers=2, seconds=3)

    assert run.made == len(run.reports) == 5
    failed = {report.stem: report for report in run.failed}
    assert set(failed) == {"乙局-2022", "丙局-2022", "丁局-2022"}
    assert all(report.cell == "[3] 走到这里" for report in failed.values())
    assert "longer than 3 s" in str(failed["乙局-2022"].error)
    assert "kernel died" in str(failed["丙局-2022"].error)
    assert failed["丁局-2022"].error == "department.ipynb: AssertionError: 不行"
    index = run.index.read_text(encoding="utf-8")
    assert "单元格 [3] 走到这里：department.ipynb: AssertionError: 不行" in index
    for stem in failed:
        partial = nbformat.read(out / f"{stem}.failed.ipynb", as_version=4)
        assert any(output.output_type == "error" for cell in partial.cells for output in cell.get("outputs", []))
        assert f"{stem}.failed.ipynb" in unquote(index)
        assert not (out / f"{stem}.html").exists()

    # Nobody makes trouble any more, and 丁局 is no longer there: what failed is tried again, 甲局 is not.
    (tmp_path / "calm").touch()
    write(several_departments(["甲局", "乙局", "丙局"]), processed)
    made_before = (out / "甲局-2022.html").stat().st_mtime_ns

    second = build_reports(processed, out, workers=2)

    assert (second.made, second.failed) == (3, ())  # 乙局, 丙局 and the overview
    assert (out / "甲局-2022.html").stat().st_mtime_ns == made_before
    assert [path.name for path in second.removed] == ["丁局-2022.failed.ipynb"]
    assert not list(out.glob("*.failed.ipynb"))
    assert "丁局" not in second.index.read_text(encoding="utf-8")
    assert build_reports(processed, out).made == 0


def test_a_reports_rows_have_a_digest_of_their_own() -> None:
    tables = several_departments(["甲局", "乙局"])
    before = row_digests(tables)
    assert len(set(before.values())) == 2
    for name, column, value in (
        ("forms", "conclusion", "新"),
        ("budgets", "executed", 1.0),
        ("goals", "actual", "新"),
        ("indicators", "actual", None),
        ("findings", "message", "新"),
        ("documents", "source", "新.pdf"),
    ):
        changed = several_departments(["甲局", "乙局"])
        getattr(changed, name).loc[0, column] = value
        after = row_digests(changed)
        assert after["甲局", 2022] != before["甲局", 2022], name
        assert after["乙局", 2022] == before["乙局", 2022], name


def test_a_notebook_of_the_users_own_may_show_any_row(tmp_path: Path) -> None:
    def made_from(digest: str) -> str:
        tables = several_departments(["甲局"])
        tables.info["digest"] = digest
        return plan(tables, tmp_path / "data" / "processed", tmp_path / "reports", tmp_path / "notebooks")[1].made_from

    assert made_from("a") == made_from("b")
    _small_notebooks(tmp_path, "")
    assert made_from("a") != made_from("b")


def test_a_line_of_the_journal_that_was_cut_off_is_no_report(tmp_path: Path) -> None:
    append_report(tmp_path, Report("甲", "a", "1"))
    append_report(tmp_path, Report("乙", "b", "1", "reason", "[2]"))
    append_report(tmp_path, Report("甲", "a", "2"))
    journal = tmp_path / "reports.jsonl"
    journal.write_bytes(journal.read_bytes() + '{"title": "丙"'.encode())
    assert read_reports(tmp_path) == {"a": Report("甲", "a", "2"), "b": Report("乙", "b", "1", "reason", "[2]")}


def test_a_worker_that_dies_takes_only_its_own_report_down(tmp_path: Path) -> None:
    jobs = [ReportJob(tmp_path / f"{name}.ipynb", name, name, tmp_path, tmp_path / "out") for name in ("kill", "a")]
    for job in jobs:
        job.notebook.write_text("not json", encoding="utf-8")
    reports = {report.stem: report for report in run_jobs(jobs, 1, 10, make=_make_or_die)}
    assert "worker process died twice" in str(reports["kill"].error)
    assert str(reports["a"].error).startswith("a.ipynb: ")
    assert set(read_reports(tmp_path / "out")) == {"kill", "a"}


def _make_or_die(job: ReportJob, seconds: float) -> Report:
    if job.stem == "kill":
        os._exit(9)
    return make_report(job, seconds)


def test_ctrl_c_finishes_the_reports_in_hand_and_the_next_run_goes_on(tmp_path: Path) -> None:
    _small_notebooks(tmp_path, "import time; time.sleep(1)")
    processed = write(several_departments(["甲局", "乙局", "丙局", "丁局"]), tmp_path / "data" / "processed")
    command = [sys.executable, "-m", "workbench", "report", processed, "--out", tmp_path / "out", "--workers", "1"]
    command += ["--notebooks", tmp_path / "notebooks"]
    # A shell that starts the tests in the background has them ignore Ctrl-C.
    listening = {
        "start_new_session": True,
        "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    }
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", **listening) as process:
        assert process.stderr is not None
        while "1/5 done" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(0.5)  # the next one is in hand
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
        said = process.stderr.read()
    assert process.returncode == 1
    assert "interrupted; run the same command again" in said
    assert "Traceback" not in said
    done = read_reports(tmp_path / "out")
    assert 2 <= len(done) < 5
    assert all(report.error is None for report in done.values())
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_notebook_that_is_no_notebook_fails_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "department.ipynb"
    path.write_text("not json", encoding="utf-8")
    report = make_report(ReportJob(path, "x", "题", tmp_path, tmp_path / "out"))
    assert report.error is not None
    assert report.error.startswith("department.ipynb: ")


def test_an_empty_dataset_gives_an_index_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.report.build.run_jobs", lambda *_: (report for report in ()))
    processed = write(empty_tables(), tmp_path / "data" / "processed")
    run = build_reports(processed, tmp_path / "reports")
    assert "数据集中没有绩效表" in run.index.read_text(encoding="utf-8")
