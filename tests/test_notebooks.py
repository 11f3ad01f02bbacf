"""The notebooks: as committed, and run by papermill over the sample archive and over awkward forms."""

from __future__ import annotations

import getpass
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import nbformat
import papermill
import pytest
from nbformat import NotebookNode

import workbench
from tests.made_reports import DEPARTMENT
from tests.sample_tables import write
from tests.test_analysis import awkward_tables
from tests.test_report import NETWORK
from workbench.errors import SelectionError
from workbench.report import ReportRun, pack
from workbench.report.kernel import InstalledKernel
from workbench.report.plan import file_stems

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ALL = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def run(name: str, folder: Path, **parameters: object) -> NotebookNode:
    """Run a notebook by papermill in a folder, as a user does from there."""
    return papermill.execute_notebook(
        str(NOTEBOOKS / f"{name}.ipynb") if not name.endswith(".ipynb") else name,
        None,
        parameters=parameters,
        progress_bar=False,
        cwd=str(folder),
        kernel_manager_class=InstalledKernel,
    )


def shown(notebook: NotebookNode) -> str:
    """Everything that a notebook's outputs say, as HTML or text."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    data = [output["data"] for output in outputs if "data" in output]
    return "\n".join(str(one.get("text/html") or one.get("text/plain")) for one in data)


# --- as committed


@pytest.mark.parametrize("name", ALL)
def test_notebooks_are_committed_clean(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
    parameters = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(parameters) == 1
    assert all(re.match(r"\w+: (str|int) = .+  # .+", line) for line in parameters[0].source.splitlines())


def test_papermill_explains_the_parameters() -> None:
    known = papermill.inspect_notebook(str(NOTEBOOKS / "department.ipynb"))
    assert {name: entry["inferred_type_name"] for name, entry in known.items()} == {
        "processed": "str",
        "department": "str",
        "year": "int",
        "raw": "str",
    }
    assert all(len(entry["help"]) > 8 for entry in known.values())
    assert set(papermill.inspect_notebook(str(NOTEBOOKS / "ingest.ipynb"))) == {"raw", "processed", "workers"}


# --- awkward forms


def _run_cells(name: str) -> None:
    values: dict[str, object] = {}
    for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, values)


def test_notebooks_run_on_an_empty_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(awkward_tables()["empty"], tmp_path / "data" / "processed")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    for name in ("department", "overview", "explore"):
        _run_cells(name)


def test_a_parameter_that_is_not_in_the_dataset_names_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(awkward_tables()["plain"], tmp_path / "data" / "processed")
    monkeypatch.chdir(tmp_path)
    from workbench import analysis as wa

    dataset = workbench.open("data/processed")
    for department, year, nearest in (("天津市工信局", 2022, DEPARTMENT), (DEPARTMENT, 2021, "2022")):
        with pytest.raises(SelectionError, match=nearest):
            wa.select(dataset, department, year)
    with pytest.raises(SelectionError, match="2022"):
        wa.select(dataset, DEPARTMENT, "二〇二二")  # type: ignore[arg-type]


def page_of(awkward_reports: ReportRun, department: str) -> str:
    stem = file_stems([(department, 2022)])[department, 2022]
    return (awkward_reports.index.parent / f"{stem}.html").read_text(encoding="utf-8")


def test_every_report_is_made(awkward_reports: ReportRun) -> None:
    assert not awkward_reports.failed
    assert [report.stem for report in awkward_reports.reports][:2] == ["overview", f"{DEPARTMENT}-2022"]
    for report in awkward_reports.reports:
        assert 10_000 < (awkward_reports.index.parent / f"{report.stem}.html").stat().st_size < 2_500_000


def test_pages_load_nothing_and_tell_nothing_of_the_machine(awkward_reports: ReportRun) -> None:
    folder = awkward_reports.index.parent
    files = [*folder.glob("*.html"), *folder.glob("*.ipynb")]
    assert len(files) == 2 * len(awkward_reports.reports) + 1
    secrets = [str(folder.parent), sys.prefix, str(Path(workbench.__file__).parents[2]), str(Path.home())]
    user = re.compile(rf"(?<![A-Za-z0-9+/=]){re.escape(getpass.getuser())}(?![A-Za-z0-9+/=])")
    for file in files:
        content = re.sub(r"base64,[A-Za-z0-9+/=]+", "", file.read_text(encoding="utf-8"))
        assert not [secret for secret in secrets if secret in content], file.name
        assert not user.search(content.replace(":root", "")), file.name
        if file.suffix == ".html":
            assert not NETWORK.search(content), file.name
            assert content.count("<script>") == 1
            assert "default-src 'none'" in content
            assert '<html lang="zh-CN">' in content
            assert "<b>甲</b>" not in content
            assert "alert('x')</script>" not in content


def test_the_department_page_says_what_the_form_says(awkward_reports: ReportRun) -> None:
    page = page_of(awkward_reports, DEPARTMENT)
    for fact in ("98.3 / 100", "PP-OCRv6_small", "tianjin/整体支出绩效自评表.pdf", "相差 6", "受疫情影响", "alt="):
        assert fact in page
    assert "&lt;b&gt;“5个”&lt;/b&gt;" in page
    assert "No description has been provided" not in page
    assert "processed" not in page


def test_the_awkward_pages_say_what_is_awkward(awkward_reports: ReportRun) -> None:
    assert '<span class="wb-term">指标</span><span class="wb-value">1 项</span>' in page_of(
        awkward_reports, "one indicator"
    )
    assert '<span class="wb-term">指标</span><span class="wb-value">400 项</span>' in page_of(
        awkward_reports, "400 indicators"
    )
    assert "一级指标中" in page_of(awkward_reports, "no goals")
    assert "未评分" in page_of(awkward_reports, "no scores")
    assert "其中 1 张有字段待人工核对" in page_of(awkward_reports, "all under review")
    overview = (awkward_reports.index.parent / "overview.html").read_text(encoding="utf-8")
    assert "可能名次" in overview
    assert re.search(r'data-label="可能名次">1–\d', overview)


def test_the_executed_notebook_is_readable_and_runs_again(awkward_reports: ReportRun) -> None:
    path = awkward_reports.index.parent / f"{DEPARTMENT}-2022.ipynb"
    notebook = nbformat.read(path, as_version=4)
    injected = next(cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert f'department = "{DEPARTMENT}"' in injected.source
    assert 'processed = "data/processed"' in injected.source
    assert set(notebook.metadata.papermill) == {"parameters"}
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in ("stream", "error")]
    again = run(str(path), awkward_reports.index.parent)
    assert shown(again) == shown(notebook)


def test_the_index_lists_every_report_with_links_that_lead_somewhere(awkward_reports: ReportRun) -> None:
    index = awkward_reports.index.read_text(encoding="utf-8")
    links = [unquote(link) for link in re.findall(r'href="([^"]+)"', index)]
    assert len(links) == 2 * len(awkward_reports.reports) - 1
    assert all((awkward_reports.index.parent / link).is_file() for link in links)
    for said in (DEPARTMENT, "98.3%", "优", "待核对", "水务/环境局 &quot;&lt;b&gt;甲&lt;/b&gt;&quot;"):
        assert said in index


def test_all_reports_fit_into_one_file_that_can_be_sent(awkward_reports: ReportRun, tmp_path: Path) -> None:
    packed = pack(awkward_reports.index)
    first = packed.read_bytes()
    assert pack(awkward_reports.index).read_bytes() == first
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    index = (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    links = [unquote(link) for link in re.findall(r'href="([^"]+)"', index)]
    assert len(links) > 10
    assert all((tmp_path / "reports" / link).is_file() for link in links)


# --- the sample archive


def test_the_report_on_the_tianjin_form_has_its_facts_from_the_scan(sample_project: Path) -> None:
    path = sample_project / "reports" / f"{DEPARTMENT}-2022.html"
    page = path.read_text(encoding="utf-8")
    facts = [
        '<span class="wb-term">预算执行率</span><span class="wb-value">98.3%</span>',
        '<span class="wb-term">未评分</span><span class="wb-value">3 项</span>',
        "共 5 处扣分，合计 1.7 分",
        "2022年受疫情影响，稽查总队执法培训次数未达到年初制定计划数",
        "得分自报 98.3，101 行（含预算执行 9.8）相加 92.3，相差 6",
        "达到目标的 17 倍",
        "1 项指标已达成却被扣分，如“执法检查费用”",
    ]
    assert [fact for fact in facts if fact not in page] == []
    findings = workbench.open(sample_project / "data" / "processed").findings
    causes = findings.loc[findings["form_id"].str.startswith("7e3d"), "cause_id"].nunique()
    assert page.count("data:image/webp") == causes > 30
    assert path.stat().st_size < 2_500_000


def test_ingest_and_explore_run_where_they_are(sample_project: Path) -> None:
    read = shown(run("ingest", sample_project / "notebooks"))
    assert "读入 2 份文件，得到 3 张绩效表、129 项指标" in read
    toured = shown(run("explore", sample_project / "notebooks"))
    assert "data:image/webp" in toured
    assert "执法检查费用" in toured or "执法培训次数" in toured
    assert str(sample_project) not in toured
