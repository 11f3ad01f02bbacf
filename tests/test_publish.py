"""A published dataset: others can load, cite and check it, and what somebody edited in it is found."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pytest

import workbench as wb
from tests.conftest import ROOT, Sample, workbench
from tests.sample_tables import empty_tables, sample_tables, write
from tests.test_docs import rows_under
from tests.test_export import AWKWARD, LONG, LOOKS_LIKE_MORE
from tests.test_same_form_twice import FORM
from workbench.corrections.log import CorrectionLog
from workbench.dataset.dictionary import data_dictionary, english_dictionary
from workbench.dataset.placing import TABLES
from workbench.errors import DatasetError, SelectionError
from workbench.publish import publication
from workbench.publish.codebook import ENGLISH_UNITS
from workbench.publish.digests import write_sums
from workbench.publish.publication import publish, zipped
from workbench.publish.request import LICENCES, Request, cited_in
from workbench.publish.tables import PUBLISHED, plain, read_csv
from workbench.publish.traces import without
from workbench.publish.verification import verify

REQUEST = Request("天津自评", ("李明", "Wang Wei"), "CC-BY-4.0", "https://doi.org/10.5072/x", date(2026, 11, 30))

CITED = ("indicators/62/score", "forms/0/total_score", "budgets/1/executed", "indicators/62/deviation")


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """No codebook is printed but where a test asks for it: a browser takes seconds."""
    monkeypatch.setattr(publication, "installed_browser", lambda: None)


@pytest.fixture(scope="module")
def published(sample_dataset: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive as published, with pictures of four cited values."""
    form = next(one for one in sample_dataset.dataset.forms["form_id"] if one.startswith("7e3dc83b"))
    cited = tuple(f"{form}/{value}" for value in CITED)
    folder = tmp_path_factory.mktemp("published") / "sample"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publication, "installed_browser", lambda: None)
        request = Request(*(getattr(REQUEST, name) for name in ("title", "authors", "licence", "url", "day")))
        publish(sample_dataset.dataset, folder, _with(request, has_crops=True, cited=cited))
    return folder


def _with(request: Request, **changes: object) -> Request:
    from dataclasses import replace

    return replace(request, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project: one form from a web page."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "data" / "raw" / "自评表.html").write_text(FORM, encoding="utf-8")
    wb.ingest(folder / "data" / "raw", folder / "data" / "processed", workers=1)
    return folder


@pytest.fixture
def processed(project: Path, tmp_path: Path) -> Path:
    """The dataset of a copy of the project."""
    return shutil.copytree(project, tmp_path, dirs_exist_ok=True) / "data" / "processed"


# --- What is published


def test_the_folder_of_another_whose_name_begins_alike_is_not_cut() -> None:
    """/home/lisa was published as …sa where the dataset lay in /home/li."""
    said = {"message": "/home/li/a.pdf：见/home/lisa/b.pdf和/data/home/li/c.pdf", "list": ["/home/li"]}
    found = {"message": "…/a.pdf：见/home/lisa/b.pdf和/data/home/li/c.pdf", "list": ["…"]}
    assert without(said, ["/home/li"]) == found


def test_the_sample_is_as_published_and_has_all_parts(published: Path) -> None:
    found = verify(published)
    assert found.faults == () and (found.crops, found.read) == (4, 4)
    for name in ("README.md", "README.en.md", "CITATION.cff", "LICENSE", "datapackage.json", "croissant.json"):
        assert (published / name).stat().st_size > 100, name
    for table in PUBLISHED:
        assert {(published / folder / f"{table}.{kind}").is_file() for folder, kind in KINDS.items()} == {True}, table
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=published).returncode == 0


KINDS = {"data": "parquet", "csv": "csv", "stata": "dta"}


def test_the_data_package_of_the_sample_is_valid(published: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    checked = frictionless.validate(str(published / "datapackage.json"))
    assert checked.valid, [error.message for task in checked.tasks for error in task.errors]
    assert len(checked.tasks) == len(PUBLISHED)


def test_mlcroissant_reads_the_sample(published: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="pip install -e '.[croissant]'")
    described = mlcroissant.Dataset(str(published / "croissant.json"))
    assert not described.metadata.issues.errors and not described.metadata.issues.warnings
    score = next(iter(described.records("indicators")))["indicators/score"]
    assert score == pd.read_parquet(published / "data" / "indicators.parquet")["score"][0]


def test_croissant_names_every_column_with_its_file_and_type(published: Path) -> None:
    described = json.loads((published / "croissant.json").read_text(encoding="utf-8"))
    files = {one["@id"]: one["contentUrl"] for one in described["distribution"]}
    fields = {field["@id"]: field for records in described["recordSet"] for field in records["field"]}
    for name in PUBLISHED:
        schema = pyarrow.parquet.read_schema(published / files[f"{name}.parquet"])
        assert [field["name"] for id, field in fields.items() if id.startswith(f"{name}/")] == schema.names
    assert fields["indicators/score"]["dataType"] == "sc:Float" and fields["indicators/met"]["dataType"] == "sc:Boolean"
    assert all(one["references"]["field"]["@id"] in fields for one in fields.values() if "references" in one)


def test_the_published_tables_open_as_a_dataset_and_csv_holds_the_same(published: Path) -> None:
    ds = wb.open(published / "data")
    assert len(ds.indicators) == 129 and ds.sql("select count(*) n from indicators_flat")["n"][0] == 129
    for name in PUBLISHED:
        table = plain(pyarrow.parquet.read_table(published / "data" / f"{name}.parquet"))
        assert read_csv(published / "csv" / f"{name}.csv", table.schema).equals(table), name


def test_text_like_a_formula_and_empty_text_are_the_same_after_csv(tmp_path: Path) -> None:
    from workbench.dataset.export.about import About
    from workbench.dataset.export.csv import write_csv
    from workbench.publish.tables import arrow_of

    frame = pd.DataFrame(
        {"text": ["=100%", "'单引号", "", None, "甲\n乙,“丙”"], "number": [0.1, 3.0, None, 1e-9, 2 / 3]}
    )
    frame["text"] = frame["text"].astype("str")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.dataset.export.csv.text_columns", lambda f: [c for c in f if c in ("text", "content")])
        write_csv(tmp_path / "csv", [("t", frame)], About({}))
    table = plain(arrow_of(frame))
    assert read_csv(tmp_path / "csv" / "t.csv", table.schema).equals(table)


def test_awkward_text_and_no_form_at_all_are_published_as_they_are(tmp_path: Path) -> None:
    tables = sample_tables()
    indicators = tables.indicators.copy()
    texts = [*LOOKS_LIKE_MORE, *AWKWARD, LONG, "", "'", "a\x00b", '"', "\r", "null", "\ufeffx", None]
    indicators["actual"] = [*texts, *indicators["actual"].tolist()[len(texts) :]]
    for name, of in (("awkward", sample_tables(indicators=indicators)), ("none", empty_tables())):
        ds = wb.open(write(of, tmp_path / name / "data" / "processed"))
        publish(ds, tmp_path / f"{name}-published", _with(REQUEST, title='题 "<b>: #', authors=('A: "b"',)))
        assert verify(tmp_path / f"{name}-published").faults == (), name
    table = pyarrow.parquet.read_table(tmp_path / "awkward-published" / "data" / "indicators.parquet")
    assert table["actual"].to_pylist()[: len(texts)] == texts
    assert "&lt;b&gt;" in (tmp_path / "none-published" / "codebook.zh.html").read_text(encoding="utf-8")


def test_readme_gives_counts_settings_and_says_that_no_error_rate_is_known(published: Path) -> None:
    chinese, english = ((published / name).read_text(encoding="utf-8") for name in ("README.md", "README.en.md"))
    assert "129 条指标" in chinese and "129 indicators" in english
    assert "没有抽样核对" in chinese and "No audit was made" in english
    info = json.loads((published / "data" / "dataset.json").read_text(encoding="utf-8"))
    assert info["pipeline"] in chinese and info["engine"] in english and info["digest"] in chinese
    assert info["settings"]["raster_dpi"] == 200 and "raw" not in info


def test_citation_and_licence_are_those_that_were_chosen(published: Path) -> None:
    cff = (published / "CITATION.cff").read_text(encoding="utf-8")
    assert 'name: "李明"' in cff and "license: CC-BY-4.0" in cff and 'url: "https://doi.org/10.5072/x"' in cff
    assert LICENCES["CC-BY-4.0"].url in (published / "LICENSE").read_text(encoding="utf-8")


def test_codebooks_name_every_column_in_both_languages(published: Path) -> None:
    for language in ("zh", "en"):
        page = (published / f"codebook.{language}.html").read_text(encoding="utf-8")
        for table in PUBLISHED:
            for column in data_dictionary()[table].columns:
                assert f"<td>{column}</td>" in page, (table, column)
    assert "points earned (得分)" in page
    units = {entry.unit for table in PUBLISHED for entry in data_dictionary()[table].columns.values()}
    assert not [unit for unit in units if re.search("[一-鿿]", ENGLISH_UNITS.get(unit, unit))]


def test_a_codebook_is_printed_where_a_browser_is(published: Path, tmp_path: Path) -> None:
    from workbench.publish.printing import installed_browser, print_page

    browser = installed_browser()
    if browser is None:
        pytest.skip("no browser of the Chromium family is installed")
    assert print_page(browser, published / "codebook.en.html", tmp_path / "codebook.pdf")
    assert (tmp_path / "codebook.pdf").read_bytes().startswith(b"%PDF")


def test_r_loads_every_table(published: Path) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed")
    script = 'source("scripts/load.R"); cat(sum(tables$indicators$score, na.rm = TRUE), length(tables))'
    run = subprocess.run([program, "-e", script], cwd=published, capture_output=True, encoding="utf-8", check=True)
    total, count = run.stdout.split()[-2:]
    scores = pd.read_parquet(published / "data" / "indicators.parquet")["score"]
    assert float(total) == pytest.approx(scores.sum(), abs=0.01) and int(count) == len(PUBLISHED)


def test_the_stata_script_names_files_that_stata_reads(published: Path) -> None:
    script = (published / "scripts" / "load.do").read_text(encoding="utf-8")
    (named,) = re.findall(r"foreach table in (.*) \{", script)
    assert tuple(named.split()) == PUBLISHED
    scores = pd.read_stata(published / "stata" / "indicators.dta")["score"]
    assert scores.equals(pd.read_parquet(published / "data" / "indicators.parquet")["score"])


def test_the_zip_holds_the_folder(published: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(published, tmp_path / "数据")
    with zipfile.ZipFile(zipped(folder)) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert verify(tmp_path / "unpacked" / "数据", sample=0).faults == ()


def test_english_of_the_dictionary_is_that_of_the_documentation() -> None:
    text = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
    for table in TABLES:
        part = text.split(f"### `{table}`\n")[1].split("\n### ")[0]
        meaning, columns = english_dictionary()[table]
        documented = {row[0].strip("`"): _bare(row[-1]) for row in rows_under(part, "column")}
        assert documented == columns, table
        assert _bare(part.split("| column")[0]) == meaning, table
    source = (ROOT / "src/workbench/dataset/dictionary.en.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(source)) == set(PUBLISHED)


def _bare(text: str) -> str:
    """Text without the marks of Markdown."""
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "").replace("**", "").split())


# --- People, places, corrections, audits


def _correct(processed: Path, by: str, number: int, field: str, now: str, reason: str = "") -> None:
    ds = wb.open(processed)
    form = ds.forms["form_id"][0]
    was = ds.indicators.loc[ds.indicators["indicator_no"] == number, field].astype(str).item().removesuffix(".0")
    log = CorrectionLog(processed.parent / "corrections", by)
    log.append(form, "indicators", number, field, was, now, reason=reason, anchor=ds.anchor(form, "indicators", number))


def _texts(folder: Path) -> str:
    kinds = (".csv", ".json", ".md", ".html", ".cff", ".R", ".do")
    files = [path for path in folder.rglob("*") if path.suffix in kinds]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_people_are_initials_where_asked_and_in_findings_too(processed: Path, tmp_path: Path) -> None:
    _correct(processed, "陈晓燕", 1, "actual", "22个", reason="陈晓燕与 Jane Doe 一同看过")
    _correct(processed, "Jane Doe", 2, "actual", "7")
    _correct(processed, "陈小雨", 2, "actual", "8")  # whom Jane Doe contradicts
    wb.rebuild(processed)
    publish(wb.open(processed), tmp_path / "open", REQUEST)
    publish(wb.open(processed), tmp_path / "named", _with(REQUEST, has_initials=True))
    assert "陈晓燕" in _texts(tmp_path / "open")
    text = _texts(tmp_path / "named")
    assert not re.search("陈晓燕|陈小雨|Jane", text)
    assert {"J.D.", "陈某", "陈某2"} == set(pd.read_csv(tmp_path / "named" / "csv" / "corrections.csv")["by"])
    assert "（陈某" in text or "（陈某2" in text
    assert verify(tmp_path / "named").faults == ()


def test_no_login_and_no_folder_of_this_machine_is_published(processed: Path, tmp_path: Path) -> None:
    login = getpass.getuser()
    _correct(processed, login, 1, "actual", "22个")
    wb.rebuild(processed)
    publish(wb.open(processed), tmp_path / "out", REQUEST)
    by = pd.read_csv(tmp_path / "out" / "csv" / "corrections.csv")["by"]
    assert by.tolist() != [login]
    text = _texts(tmp_path / "out")
    assert str(tmp_path) not in text and str(Path.home()) not in text
    assert not re.search(rf"\b{re.escape(login)}(，|\b作)", text)


def test_the_error_rate_of_an_answered_audit_is_in_the_readme(processed: Path, tmp_path: Path) -> None:
    audit = wb.audit(processed, n=10, seed=3)
    log = CorrectionLog(processed.parent / "corrections", "李")
    for item in audit.items:
        log.append(item.form_id, item.table, item.record_no, item.field, item.text, item.text, anchor=item.anchor)
    wb.rebuild(processed)
    publish(wb.open(processed), tmp_path / "out", REQUEST)
    chinese = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    low, high = (f"{100 * bound:.2f}%" for bound in audit.estimate().interval)
    assert f"核对 {len(audit.items)} 个，读错 0 个" in chinese and f"置信区间 {low} 至 {high}" in chinese
    assert "no error rate" not in " ".join(publish(wb.open(processed), tmp_path / "again", REQUEST).notes)


def test_corrections_that_the_tables_lack_must_be_taken_in_first(processed: Path, tmp_path: Path) -> None:
    _correct(processed, "李", 1, "actual", "22个")
    with pytest.raises(DatasetError, match="corrections that the tables do not hold yet"):
        publish(wb.open(processed), tmp_path / "out", REQUEST)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(processed: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="something here already"):
        publish(wb.open(processed), tmp_path / "out", REQUEST)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_cited_value_that_is_not_there_and_a_paper_without_any_are_said(processed: Path, tmp_path: Path) -> None:
    ds = wb.open(processed)
    anchor = ds.cite(ds.forms["form_id"][0], "indicators", 1, "score").anchor
    with pytest.raises(SelectionError, match=re.escape(f"no value '{anchor}9'")):
        publish(ds, tmp_path / "out", _with(REQUEST, cited=(f"{anchor}9",)))
    paper = tmp_path / "paper.md"
    paper.write_text(f"得分 50（{anchor}）；又见 {anchor}。", encoding="utf-8")
    assert cited_in(paper) == (anchor,)
    paper.write_text("没有引用", encoding="utf-8")
    with pytest.raises(DatasetError, match="names no value"):
        cited_in(paper)


def test_commands_publish_and_verify(processed: Path, tmp_path: Path) -> None:
    options = ("--licence", "CC0-1.0", "--author", "李明", "--initials", "--zip", "--crops")
    made = workbench("publish", tmp_path / "out", processed, *options, PATH="")
    assert made.returncode == 0, made.stderr
    assert "no codebook as PDF" in made.stderr and (tmp_path / "out.zip").is_file()
    (digest,) = set(re.findall(r"[0-9a-f]{64}", made.stdout))
    assert verify(tmp_path / "out").digest == digest
    (tmp_path / "out" / "LICENSE").write_text("mine\n")
    checked = workbench("verify", tmp_path / "out")
    assert checked.returncode == 1 and checked.stderr.startswith("error: LICENSE: is not the file that was published")
    assert digest in checked.stdout and "1 fault(s)" in checked.stdout
    with pytest.raises(DatasetError, match="there is no publication here"):
        verify(tmp_path)


# --- A folder that somebody edited


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text("\ufeff" + text.replace(old, new, 1), encoding="utf-8", newline="\n")


def _change_digit(folder: Path) -> None:
    _replace(folder / "csv" / "budgets.csv", "32622.6", "32622.5")


def _change_parquet(folder: Path) -> None:
    path = folder / "data" / "indicators.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["indicator_no"] == 62, "score"] = 0.5
    frame.to_parquet(path)


def _break_schema(folder: Path) -> None:
    path = folder / "data" / "findings.parquet"
    frame = pd.read_parquet(path)
    frame.loc[3, "severity"] = "guess"
    frame.to_parquet(path)


def _swap_crops(folder: Path) -> None:
    first, second = sorted((folder / "crops").iterdir())[:2]
    first.rename(folder / "aside")
    second.rename(first)
    (folder / "aside").rename(second)


def _remove(folder: Path) -> None:
    (folder / "codebook.en.html").unlink()


def _add(folder: Path) -> None:
    (folder / "data" / "more.parquet").write_bytes(b"more")


def _damage(folder: Path) -> None:
    path = folder / "data" / "goals.parquet"
    path.write_bytes(path.read_bytes()[:-20])


def _link(folder: Path) -> None:
    (folder / "LICENSE").unlink()
    (folder / "LICENSE").symlink_to("/etc/hostname")


EDITS: dict[Callable[[Path], None], str] = {
    _change_digit: r"csv/budgets.csv: row 1, executed: 32622.5, data/budgets.parquet has 32622.6",
    _change_parquet: r"csv/indicators.csv: row 62, score: 0.1, data/indicators.parquet has 0.5",
    _break_schema: r"data/findings.parquet: breaks its schema in 1 place\(s\), column severity: .*guess",
    _swap_crops: r"crops/\S+_executed.png: shows \S+/forms/0/total_score, and not \S+/budgets/1/executed",
    _damage: r"data/goals.parquet: is no Parquet file that can be read",
}
"""What is known of an edit even where the list of digests was made anew."""

KNOWN_BY_DIGEST: dict[Callable[[Path], None], str] = {
    _remove: r"codebook.en.html: is missing",
    _add: r"data/more.parquet: was added",
    _link: r"LICENSE: is a link",
}


def test_what_was_edited_is_named_one_line_each(published: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(published, tmp_path / "edited")
    for edit in (*EDITS, *KNOWN_BY_DIGEST):
        edit(folder)
    first = verify(folder, sample=0)
    for said in (*EDITS.values(), *KNOWN_BY_DIGEST.values()):
        assert any(re.match(said, str(fault)) for fault in first.faults), (said, first.faults)
    (folder / "LICENSE").unlink()
    write_sums(folder)  # as who edits files can
    again = verify(folder, sample=0)
    for said in EDITS.values():
        assert any(re.match(said, str(fault)) for fault in again.faults), (said, again.faults)
    assert again.digest != first.digest


def test_a_figure_that_was_changed_everywhere_is_not_what_its_picture_shows(published: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(published, tmp_path / "edited")
    for name, column in (("evidence", "value"), ("fields", "text")):
        frame = pd.read_parquet(folder / "data" / f"{name}.parquet")
        frame[column] = frame[column].replace("32622.6", "33622.6")
        frame.to_parquet(folder / "data" / f"{name}.parquet")
    write_sums(folder)
    faults = [str(fault) for fault in verify(folder).faults]
    said = r"crops/\S+_budgets_1_executed.png: shows '32622.6', data/fields.parquet has '33622.6'"
    assert any(re.match(said, fault) for fault in faults), faults


def test_columns_that_were_taken_away_or_changed_are_faults_and_no_traceback(published: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(published, tmp_path / "edited")
    for name, change in (("fields", {"status": None}), ("evidence", {"crop": 7}), ("forms", {"year": "2022"})):
        frame = pd.read_parquet(folder / "data" / f"{name}.parquet")
        ((column, value),) = change.items()
        frame = frame.drop(columns=column) if value is None else frame.assign(**change)
        frame.to_parquet(folder / "data" / f"{name}.parquet")
    (folder / "csv" / "goals.csv").write_bytes(b"\xff\xfe\x00")
    (folder / "datapackage.json").write_text('{"resources": [7]}')
    (folder / "data" / "dataset.json").write_text("[]")
    said = "\n".join(map(str, verify(folder).faults))
    for part in (
        "data/fields.parquet: has other columns than published (lacks status; adds none)",
        "data/evidence.parquet: has columns of another type than published: crop",
        "data/forms.parquet: has columns of another type than published: year",
        "csv/goals.csv: is no table like data/goals.parquet",
        "datapackage.json: cannot be understood",
        "data/dataset.json: it is no JSON object",
    ):
        assert part in said, said


def test_a_list_of_digests_that_leads_out_of_the_folder_is_refused(published: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(published, tmp_path / "edited")
    for name in ("../secret", "/etc/passwd"):
        (folder / "SHA256SUMS").write_text(f"{'0' * 64}  {name}\n")
        with pytest.raises(DatasetError, match="line 1 names no file of this folder"):
            verify(folder)
