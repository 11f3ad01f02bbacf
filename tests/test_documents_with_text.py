"""Documents that hold their text: the same tables as from paper, limits, reasons in words, the way into the archive."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from benchmarks.scoring import score_form
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests import written
from tests.conftest import workbench
from tests.made_ofd import as_ofd
from tests.opened import BODY, SETTINGS, SHEET, WRITERS, grids, own_text, problem, read, scored, text
from tests.printed import FORMS, table, truth
from tests.scans.faults import scan
from tests.scans.tables import Table, central_project_table
from tests.scans.typeset import typeset
from workbench.archive.ingest import plan_ingest
from workbench.archive.results.store import ResultStore
from workbench.dataset.store import open_dataset
from workbench.errors import InputError
from workbench.files import LocalFiles
from workbench.settings import Settings


class TestSameTablesAsFromPaper:
    @pytest.mark.parametrize("name", FORMS)
    @pytest.mark.parametrize("file", WRITERS)
    def test_every_field_is_that_of_the_truth(self, tmp_path, name, file):
        pages = read(WRITERS[file](table(name), tmp_path / file))
        score = scored([page.content for page in pages], name)
        assert score.misses == ()
        assert score.rows == score.rows_found > 10
        assert score.flagged == 0
        assert pages[0].notes == ()

    @pytest.mark.parametrize("name", FORMS)
    def test_a_pdf_with_text_gives_them_too(self, tmp_path, name):
        (tmp_path / "a.pdf").write_bytes(typeset(table(name)))
        pages = [own_text(tmp_path / "a.pdf", n) for n in range(1, 12 if name.startswith("tianjin") else 3)]
        score = scored([page for page in pages if page], name)
        assert score.misses == ()
        assert score.rows == score.rows_found > 10

    @pytest.mark.parametrize("name", FORMS)
    @pytest.mark.parametrize("write", [written.write_bars, written.write_tabs])
    def test_without_merged_cells_nothing_is_wrong_without_a_word(self, tmp_path, name, write):
        file = "a.md" if write is written.write_bars else "a.txt"
        score = scored([page.content for page in read(write(table(name), tmp_path / file))], name)
        assert score.rows == score.rows_found
        # The text does not say how far the statement about the budget's deviation reaches.
        assert [miss.where for miss in score.misses] in ([], ["budgets 1 deviation"])
        assert score.flagged == len(score.misses)

    def test_all_is_sure_and_in_reading_order(self, tmp_path):
        for file, write in WRITERS.items():
            (page,) = (page.content for page in read(write(table("example_project_1"), tmp_path / file)))
            (grid,) = page.grids
            assert {cell.confidence.overall for cell in grid.cells} == {1.0}
            tops = [line.polygon[0][1] for line in page.loose_lines]
            assert [line.text for line in page.loose_lines] == ["项目支出绩效自评表", "(2022年度)"]
            assert max(tops) < min(cell.polygon[0][1] for cell in grid.cells)
            assert sum(cell.rowspan * cell.colspan for cell in grid.cells) == grid.rows * grid.columns

    def test_columns_keep_their_widths(self, tmp_path):
        printed = table("example_project_1")
        wanted = [sum(printed.widths[:n]) / sum(printed.widths) for n in range(10)]
        for file in ("a.docx", "a.xlsx"):
            (page,) = read(WRITERS[file](printed, tmp_path / file))
            assert page.content.grids[0].column_edges == pytest.approx(wanted, abs=0.01)


def zip_bomb(path: Path) -> Path:
    """A whole file of its kind in which one part unpacks to 200 million bytes."""
    WRITERS[f"a{path.suffix}"](table("example_project_1"), path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    large = {".docx": BODY, ".xlsx": SHEET}[path.suffix]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            with package.open(name, "w") as stream:
                for _ in range(200 if name == large else 0):
                    stream.write(b" " * 1_000_000)
                stream.write(content)
    return path


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
    def test_a_zip_bomb_is_refused_before_it_is_unpacked(self, tmp_path, suffix):
        path = zip_bomb(tmp_path / f"a{suffix}")
        assert path.stat().st_size < 1_000_000
        found = problem(path)
        assert found.reason == "too-large"
        assert "max_text_bytes = 100,000,000" in found.detail

    @pytest.mark.parametrize("suffix", [".txt", ".html", ".md", ".tsv"])
    def test_a_text_that_is_too_long(self, tmp_path, suffix):
        assert problem(text(tmp_path / f"a{suffix}", "x" * 2000), Settings(max_text_bytes=1000)).reason == "too-large"

    def test_too_many_cells(self, tmp_path):
        for file, write in WRITERS.items():
            found = problem(write(table("example_project_1"), tmp_path / file), Settings(max_cells=50))
            assert found.reason == "too-large"
            assert "max_cells = 50" in found.detail

    def test_too_many_pages(self, tmp_path):
        path = text(tmp_path / "a.txt", "\n\n".join(["甲\t1"] * 5))
        assert problem(path, Settings(max_pages=4)).reason == "too-large"

    @pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
    def test_a_password(self, tmp_path, suffix):
        path = tmp_path / f"a{suffix}"
        name = "EncryptedPackage".encode("utf-16-le")
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + name + bytes(600))
        found = problem(path)
        assert found.reason == "encrypted"
        assert "save it without one" in found.detail

    @pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
    def test_an_old_file_with_a_new_name(self, tmp_path, suffix):
        (tmp_path / f"a{suffix}").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
        found = problem(tmp_path / f"a{suffix}")
        assert found.reason == "unreadable"
        assert f"save it as {suffix}" in found.detail

    @pytest.mark.parametrize(("file", "part"), [("a.docx", BODY), ("a.xlsx", SHEET)])
    def test_entities_are_never_expanded(self, tmp_path, file, part):
        path = WRITERS[file](table("example_project_1"), tmp_path / file)
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        dtd = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'

        def declare(xml: str) -> str:
            start = xml.find("?>") + 2 if xml.startswith("<?xml") else 0
            body = xml[start:].replace("年初预算数", "&l11;").replace("<v>", "<v>&l11;", 1)
            return xml[:start] + dtd + body

        written.edited(path, part, declare)
        start = time.process_time()
        assert problem(path).reason == "unreadable"
        assert time.process_time() - start < 5

    @pytest.mark.parametrize("file", ["a.docx", "a.xlsx"])
    def test_another_office_file_under_the_name_is_read_as_what_it_is(self, tmp_path, file):
        other = next(name for name in ("a.docx", "a.xlsx") if name != file)
        path = WRITERS[other](table("example_project_1"), tmp_path / other).rename(tmp_path / f"b{Path(file).suffix}")
        (page,) = read(path)
        assert page.kind == Path(other).suffix.removeprefix(".")
        assert scored([page.content], "example_project_1").misses == ()

    @pytest.mark.parametrize("file", ["a.docx", "a.xlsx"])
    @pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
    def test_half_a_file(self, tmp_path, file, share):
        path = WRITERS[file](table("example_project_1"), tmp_path / file)
        path.write_bytes(path.read_bytes()[: round(path.stat().st_size * share)])
        assert problem(path).reason == "unreadable"

    @given(st.binary(max_size=300), st.sampled_from(["docx", "xlsx"]))
    def test_any_bytes_are_refused(self, tmp_path_factory, content, suffix):
        path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
        path.write_bytes(content)
        assert problem(path).reason == "unreadable"

    @given(
        st.binary(max_size=300) | st.text('<>table/rd "=|-\t\n甲1&;', max_size=80).map(str.encode),
        st.sampled_from(["txt", "html", "md", "tsv"]),
    )
    def test_any_text_is_read_or_refused(self, tmp_path_factory, content, suffix):
        path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
        path.write_bytes(content)
        try:
            assert read(path)
        except InputError as refused:
            assert refused.reason == "unreadable"

    @given(st.data())
    def test_a_damaged_part_is_read_or_refused(self, whole_packages, tmp_path_factory, data):
        """One byte of the XML changed: whatever comes of it, it is no crash."""
        file, part = data.draw(st.sampled_from([("a.docx", BODY), ("a.xlsx", SHEET), ("a.xlsx", "xl/styles.xml")]))
        parts = whole_packages[file]
        at = data.draw(st.integers(0, len(parts[part]) - 1))
        damaged = parts[part][:at] + data.draw(st.binary(min_size=1, max_size=1)) + parts[part][at + 1 :]
        path = tmp_path_factory.getbasetemp() / file
        with zipfile.ZipFile(path, "w") as package:
            for name, content in (parts | {part: damaged}).items():
                package.writestr(name, content)
        try:
            assert read(path)
        except InputError as refused:
            assert refused.reason in ("unreadable", "too-large", "no-table")


@pytest.fixture(scope="module")
def whole_packages(tmp_path_factory):
    """The parts of a Word file and a workbook with the same form."""
    folder = tmp_path_factory.mktemp("packages")
    found = {}
    for file in ("a.docx", "a.xlsx"):
        with zipfile.ZipFile(WRITERS[file](short_form()[1], folder / file)) as package:
            found[file] = {name: package.read(name) for name in package.namelist()}
    return found


def short_form() -> tuple[dict, Table]:
    short = truth("example_project_1") | {"indicators": truth("example_project_1")["indicators"][:5]}
    return short, central_project_table(short)


@pytest.fixture(scope="module")
def of_every_kind(tmp_path_factory):
    """The same form in files of every kind in one folder, ingested twice."""
    folder = tmp_path_factory.mktemp("kinds")
    raw, out = folder / "raw", folder / "processed"
    raw.mkdir()
    _, printed = short_form()
    for file, write in WRITERS.items():
        write(printed, raw / file)
    written.write_tabs(printed, raw / "a.txt", "gb18030")
    (raw / "a.pdf").write_bytes(typeset(printed))
    as_ofd(typeset(printed), raw / "a.ofd")
    (image,) = scan(typeset(printed), 150)
    Image.fromarray(image).save(raw / "a.png")
    (raw / "b.docx").write_bytes(b"no zip")
    (raw / "c.xls").write_bytes(b"old")
    runs = [workbench("ingest", raw, "--out", out, "--workers", "1") for _ in range(2)]
    return runs, raw, out


@pytest.mark.slow
class TestArchiveOfEveryKind:
    def test_every_document_has_its_kind(self, of_every_kind):
        _, _, out = of_every_kind
        documents = open_dataset(out).documents.set_index("source")
        assert documents["kind"].to_dict() == {
            "a.docx": "docx",
            "a.xlsx": "xlsx",
            "a.html": "text",
            "a.md": "text",
            "a.txt": "text",
            "a.pdf": "pdf-text",
            "a.ofd": "ofd",
            "a.png": "scan",
            "b.docx": "docx",
            "c.xls": "xls",
        }
        assert documents["reading"].to_dict() == {
            name: None
            if name[0] in "bc"
            else {"a.pdf": "text-layer", "a.ofd": "text-layer", "a.png": "ocr"}.get(name, "cells")
            for name in documents.index
        }
        assert documents["engine"].notna().to_dict() == {name: name == "a.png" for name in documents.index}
        assert documents["error"].dropna().to_dict() == {"b.docx": "unreadable", "c.xls": "unreadable"}

    def test_all_give_the_same_tables(self, of_every_kind):
        _, _, out = of_every_kind
        dataset = open_dataset(out)
        true, _ = short_form()
        tables = {name: getattr(dataset, name) for name in ("forms", "budgets", "goals", "indicators", "findings")}
        assert len(dataset.forms) == 8
        for form_id in dataset.forms["form_id"]:
            assert score_form(tables, form_id, true).misses == ()

    def test_the_second_run_reads_only_what_failed(self, of_every_kind):
        (first, second), _, _ = of_every_kind
        assert "10 to read" in first.stderr
        assert "8 already read; 2 to read" in second.stderr
        assert second.stdout == first.stdout

    def test_a_crop_is_the_cell_or_a_word_that_there_is_no_picture(self, of_every_kind):
        _, _, out = of_every_kind
        dataset = open_dataset(out)
        forms = dataset.forms.merge(dataset.documents, on="document_id").set_index("source")["form_id"]
        for source in ("a.pdf", "a.ofd", "a.png"):
            crop = dataset.crop(forms[source], "indicators", 3, "score")
            assert crop.convert("L").getextrema()[0] < 100
            assert crop.width < 200
        for source in ("a.docx", "a.xlsx", "a.html"):
            with pytest.raises(InputError, match="has no picture of its pages") as caught:
                dataset.crop(forms[source], "indicators", 3, "score")
            assert caught.value.reason == "no-picture"

    def test_notes_of_a_reader_are_findings_of_the_document(self, tmp_path):
        workbook = openpyxl.Workbook()
        written.add_sheet_table(workbook.active, short_form()[1])
        workbook.active.row_dimensions[9].hidden = True
        (tmp_path / "raw").mkdir()
        workbook.save(tmp_path / "raw" / "a.xlsx")
        output = workbench("ingest", tmp_path / "raw", "--out", tmp_path / "out", WORKBENCH_ENGINE="not installed")
        assert output.returncode == 0, output.stderr
        findings = open_dataset(tmp_path / "out").findings
        (hidden,) = findings[findings["code"] == "hidden-content"].to_dict("records")
        assert hidden["page"] == 1
        assert "第" in hidden["message"] or "9" in hidden["message"]
        assert "a.xlsx p1" in workbench("check", tmp_path / "out").stdout


class TestGridCommand:
    def test_of_a_word_file_needs_no_ocr_and_says_that_there_is_nothing_to_draw_on(self, tmp_path):
        written.write_docx(table("example_project_1"), tmp_path / "form.docx")
        output = workbench("grid", tmp_path / "form.docx", "--out", tmp_path / "out", "--draw", WORKBENCH_ENGINE="none")
        assert output.returncode == 0, output.stderr
        assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["form-p01.html", "form-p01.json"]
        assert "form-p01: not drawn, this kind of document has no scan to draw on" in output.stderr

    def test_its_html_is_read_back_as_the_same_table(self, tmp_path):
        written.write_docx(table("example_project_1"), tmp_path / "form.docx")
        workbench("grid", tmp_path / "form.docx", "--out", tmp_path)
        assert grids(tmp_path / "form-p01.html") == grids(tmp_path / "form.docx")

    def test_of_a_damaged_file_is_one_line(self, tmp_path):
        (tmp_path / "form.xlsx").write_bytes(b"no zip")
        output = workbench("grid", tmp_path / "form.xlsx", "--out", tmp_path / "out")
        assert output.returncode == 1
        (line,) = output.stderr.splitlines()
        assert "save it again with the program that made it" in line


class TestPlan:
    def test_a_file_that_is_read_as_a_whole_is_read_again_if_any_of_its_pages_is_lost(self, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        text(raw / "a.txt", "甲\t1\n\n乙\t2\n\n丙\t3\n")
        (planned,) = plan_ingest(raw, tmp_path / "processed", SETTINGS).documents
        assert (planned.pages, planned.pending) == (1, (1,))
        results = ResultStore(LocalFiles(tmp_path / "processed")).document(planned.digest, planned.version)
        for page in reversed(read(raw / "a.txt")):
            results.save_page(page)
        (planned,) = plan_ingest(raw, tmp_path / "processed", SETTINGS).documents
        assert (planned.pages, planned.pending) == (3, ())
        results.files.remove(results.page_key(3))
        assert plan_ingest(raw, tmp_path / "processed", SETTINGS).documents[0].pending == (1,)
