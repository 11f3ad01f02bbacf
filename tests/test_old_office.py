"""Office files of before .docx and .xlsx, and of other programs: the same tables, or one sentence that says why not.

The files of ``old_office`` were written by LibreOffice 7.4 from the .docx and .xlsx of the same form.
"""

from __future__ import annotations

import random
import shutil
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.opened import grids, notes, problem, read, scored
from tests.printed import table
from tests.stubs import documents, ingest_here
from tests.written import write_docx, write_html, write_xlsx
from tests.zoo import old
from workbench.dataset.store import open_dataset
from workbench.errors import InputError
from workbench.readers import libre_office
from workbench.readers.documents import ARCHIVE_SUFFIXES
from workbench.readers.unpacking import unpack
from workbench.settings import Settings

FOLDER = Path(__file__).parent / "old_office"
FORM = "example_project_1"

needs_libre_office = pytest.mark.skipif(libre_office.libre_office() is None, reason="LibreOffice is not installed")
BY_LIBRE_OFFICE = [pytest.param(kind, marks=needs_libre_office) for kind in ("rtf", "odt", "ods")]


def copied(kind: str, to: Path) -> Path:
    return Path(shutil.copyfile(FOLDER / f"form.{kind}", to))


class TestTheSameTables:
    @pytest.mark.parametrize("kind", ["doc", "xls", *BY_LIBRE_OFFICE])
    def test_every_field_is_that_of_the_truth(self, kind):
        pages = read(FOLDER / f"form.{kind}")
        score = scored([page.content for page in pages], FORM)
        assert score.misses == ()
        assert score.rows == score.rows_found > 10
        assert score.flagged == 0
        assert {page.kind for page in pages} == {kind}
        assert pages[0].notes == ()

    @needs_libre_office
    @pytest.mark.parametrize(("kind", "write"), [("doc", write_docx), ("rtf", write_docx), ("odt", write_docx),
                                                 ("xls", write_xlsx), ("ods", write_xlsx)])  # fmt: skip
    def test_so_is_that_of_a_file_written_just_now(self, tmp_path, kind, write):
        modern = write(table(FORM), tmp_path / ("a.docx" if write is write_docx else "a.xlsx"))
        with libre_office.convert_by_libre_office(modern, kind, Settings()) as file:
            score = scored([page.content for page in read(file)], FORM)
        assert score.misses == ()
        assert score.rows == score.rows_found > 10

    def test_a_workbook_shows_what_its_xlsx_shows(self):
        """1 with the format 0% is 100%; text is no formula and no number; what is hidden is not read and said so."""
        assert grids(FOLDER / "shown.xls") == grids(FOLDER / "shown.xlsx")
        assert grids(FOLDER / "shown.xls")[0][1] == ["100%", "1,234.50", "2023年3月1日", "=甲"]
        assert notes(FOLDER / "shown.xls") == notes(FOLDER / "shown.xlsx") != []

    def test_a_web_archive_and_a_page_under_the_name_of_a_workbook(self, tmp_path):
        html = write_html(table(FORM), tmp_path / "a.html").read_text("utf-8")
        message = EmailMessage()
        message["From"] = "<Saved by a browser>"
        message.set_content(html, subtype="html", charset="gb18030", cte="quoted-printable")
        message.add_related(b"picture", "image", "png")
        (tmp_path / "a.mht").write_bytes(message.as_bytes())
        (tmp_path / "a.xls").write_text(html, "gb18030")
        for name, kind in (("a.mht", "mht"), ("a.xls", "text")):
            pages = read(tmp_path / name)
            assert scored([page.content for page in pages], FORM).misses == ()
            assert pages[0].kind == kind


class TestKindsAreToldByContent:
    @pytest.mark.parametrize(
        ("content", "name"),
        [("doc", "a.wps"), ("doc", "a.docx"), ("doc", "a.xls"), ("xls", "a.et"), ("xls", "a.xlsx"), ("xls", "a.doc")],
    )
    def test_whatever_the_ending_says(self, tmp_path, content, name):
        pages = read(copied(content, tmp_path / name))
        assert scored([page.content for page in pages], FORM).misses == ()
        assert pages[0].kind == content

    def test_new_kinds_under_old_names(self, tmp_path):
        for write, name, kind in ((write_docx, "a.doc", "docx"), (write_xlsx, "a.xls", "xlsx")):
            pages = read(write(table(FORM), tmp_path / name))
            assert scored([page.content for page in pages], FORM).misses == ()
            assert pages[0].kind == kind

    @pytest.mark.parametrize(("start", "kind"), [(b"%PDF-1.7\n", "pdf"), (b"\xff\xd8\xff\xe0", "jpg")])
    def test_a_pdf_or_a_picture_under_the_name_of_an_office_file_says_how_to_call_it(self, tmp_path, start, kind):
        (tmp_path / "a.doc").write_bytes(start + bytes(500))
        found = problem(tmp_path / "a.doc")
        assert found.reason == "unsupported"
        assert f"give it the ending .{kind}" in found.detail

    def test_the_dataset_says_what_a_file_is(self, tmp_path):
        (tmp_path / "raw").mkdir()
        copied("doc", tmp_path / "raw" / "a.wps")
        copied("xls", tmp_path / "raw" / "b.doc")
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert documents(tmp_path / "out") == {"a.wps": ("ok", None), "b.doc": ("ok", None)}
        kinds = open_dataset(tmp_path / "out").documents.set_index("source")["kind"].to_dict()
        assert kinds == {"a.wps": "doc", "b.doc": "xls"}


class TestBadFiles:
    @pytest.mark.parametrize("kind", ["doc", "xls"])
    def test_damage_is_one_sentence_or_is_read(self, tmp_path, kind):
        good, draw = (FOLDER / f"form.{kind}").read_bytes(), random.Random(22)
        for number in range(12):
            content = bytearray(good[: draw.randrange(len(good))] if number % 2 else good)
            for _ in range(20 * (1 - number % 2)):
                content[draw.randrange(len(content))] = draw.randrange(256)
            (tmp_path / f"a.{kind}").write_bytes(content)
            if number % 2:
                found = problem(tmp_path / f"a.{kind}")
                assert found.reason == "unreadable"
                assert len(found.detail) < 400
            else:
                ingest_here(tmp_path, tmp_path.parent / f"{tmp_path.name}-out")  # where errors that are not ours end up
                ((_, reason),) = documents(tmp_path.parent / f"{tmp_path.name}-out").values()
                assert reason in (None, "unreadable", "too-large", "unknown-form", "no-table")

    @pytest.mark.parametrize("kind", ["doc", "xls", "wps", "et", "rtf", "odt", "ods", "mht"])
    def test_another_thing_under_their_name_is_one_clear_sentence(self, tmp_path, kind):
        for content in (b"", b"anything", bytes(5000), b"PK\3\4" + bytes(90), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90):
            (tmp_path / f"a.{kind}").write_bytes(content)
            assert problem(tmp_path / f"a.{kind}").reason == "unreadable"

    def test_each_bad_file_is_refused_in_one_sentence_that_says_what_it_is(self, tmp_path):
        found = {}
        for kind in old.kinds():
            path = tmp_path / kind.file
            kind.make(path)
            if path.suffix in ARCHIVE_SUFFIXES:
                (tmp_path / f"{kind.file} unpacked").mkdir()
                with pytest.raises(InputError) as caught:
                    unpack(path, tmp_path / f"{kind.file} unpacked", Settings())
                error = caught.value
            else:
                error = problem(path)
            assert "\n" not in str(error)
            assert str(tmp_path) not in error.detail
            assert len(error.detail) < 200
            found[kind.file] = (error.reason, kind.says in error.detail)
        assert found == {kind.file: (kind.reason, True) for kind in old.kinds()}

    @pytest.mark.parametrize("kind", ["rtf", "odt", "ods"])
    def test_without_libre_office_the_sentence_says_what_to_install(self, monkeypatch, kind):
        monkeypatch.setattr(libre_office, "libre_office", lambda: None)
        found = problem(FOLDER / f"form.{kind}")
        assert found.reason == "unsupported"
        assert "install" in found.detail

    @needs_libre_office
    def test_libre_office_that_takes_too_long_is_ended(self):
        found = problem(FOLDER / "form.rtf", Settings(page_seconds=1))
        assert found.reason in ("timed-out", "unreadable")

    @needs_libre_office
    def test_half_an_rtf_and_half_an_odt(self, tmp_path):
        for kind in ("odt", "ods"):
            content = (FOLDER / f"form.{kind}").read_bytes()
            (tmp_path / f"a.{kind}").write_bytes(content[: len(content) // 2])
            assert problem(tmp_path / f"a.{kind}").reason == "unreadable"

    def test_a_password(self, tmp_path):
        entry = "EncryptedPackage".encode("utf-16-le")
        (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + entry)
        assert problem(tmp_path / "a.xlsx").reason == "encrypted"

    def test_limits_hold_for_workbooks_of_the_old_kind(self):
        assert problem(FOLDER / "form.xls", Settings(max_cells=20)).reason == "too-large"
