"""Archives: what was read is kept whole and not read again, and one bad document never stops the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tests.conftest import Sample, workbench
from tests.printed import truth
from tests.sample_tables import sample_tables, write
from tests.scans.faults import scan
from tests.scans.tables import central_project_table
from tests.scans.typeset import typeset
from workbench.archive.ingest import plan_ingest
from workbench.archive.store import ResultStore, StoredDocument, page_content_from_json, seal, unseal
from workbench.archive.version import Version, version_for
from workbench.dataset.schemas import TABLES
from workbench.dataset.store import open_dataset
from workbench.errors import DatasetError
from workbench.files import LocalFiles, write_atomically
from workbench.model import Cell, CellGrid, Confidence, Finding, PageContent, TextLine
from workbench.readers.documents import Source
from workbench.readers.kinds import PageRecord
from workbench.settings import Settings

SETTINGS = Settings()
DIGEST = "ab" * 32

share = st.floats(0, 1)
text = st.text(max_size=12)
point = st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
polygon = st.tuples(point, point, point, point)
cells = st.builds(
    Cell,
    row=st.integers(0, 99),
    col=st.integers(0, 20),
    rowspan=st.integers(1, 9),
    colspan=st.integers(1, 9),
    polygon=polygon,
    text=text,
    state=st.sampled_from(["text", "empty", "unread", "obscured"]),
    confidence=st.builds(Confidence, share, share, st.none() | share),
)
grids = st.builds(
    CellGrid,
    page=st.integers(1, 99),
    table_no=st.integers(1, 9),
    cells=st.lists(cells, max_size=4).map(tuple),
    row_edges=st.lists(share, max_size=5).map(tuple),
    column_edges=st.lists(share, max_size=5).map(tuple),
)
lines = st.builds(TextLine, text, st.lists(share, max_size=5).map(tuple), polygon)
notes = st.builds(
    Finding, text, st.sampled_from(["error", "warning", "info"]), text, page=st.none() | st.integers(1, 9)
)
contents = st.builds(
    PageContent,
    number=st.integers(1, 9999),
    width=st.integers(1, 20000),
    height=st.integers(1, 20000),
    grids=st.lists(grids, max_size=3).map(tuple),
    loose_lines=st.lists(lines, max_size=3).map(tuple),
)
kinds = st.sampled_from(["scan", "pdf-text", "docx", "xlsx", "text"])
pages = st.builds(PageRecord, contents, kinds, st.lists(notes, max_size=2).map(tuple), st.integers(0, 99))
TITLE = TextLine("整体支出绩效自评表", (0.9,) * 9, ((0, 0), (9, 0), (9, 9), (0, 9)))
PAGE = PageRecord(PageContent(1, 1240, 1754, (), (TITLE,)))


VERSION = Version("0.1.0", "an engine", (("raster_dpi", 200),))


def stored(processed: Path, digest: str = DIGEST, version: Version = VERSION) -> StoredDocument:
    return ResultStore(LocalFiles(processed)).document(digest, version)


class TestResultStore:
    @given(pages)
    @settings(max_examples=60)
    def test_gives_back_exactly_what_was_stored(self, tmp_path_factory, page):
        results = stored(tmp_path_factory.mktemp("store"))
        results.save_page(page)
        assert results.load_page(page.content.number) == page

    def test_has_nothing_that_was_not_stored(self, tmp_path):
        stored(tmp_path).save_page(PAGE)
        assert stored(tmp_path).load_page(1) == PAGE
        assert stored(tmp_path).load_page(2) is None
        assert stored(tmp_path, digest="cd" * 32).load_page(1) is None

    @pytest.mark.parametrize(
        ("name", "change", "same"),
        [
            ("a.pdf", {"raster_dpi": 300}, False),
            ("a.png", {"raster_dpi": 300}, True),
            ("a.png", {"recognition_model": "PP-OCRv6_medium_rec"}, False),
            ("a.docx", {"recognition_model": "PP-OCRv6_medium_rec"}, True),
            ("a.pdf", {"max_pages": 5}, True),
            ("a.pdf", {"review_threshold": 0.5}, True),
            ("a.pdf", {"page_seconds": 5}, True),
        ],
    )
    def test_keeps_results_apart_where_settings_change_them(self, name, change, same):
        source = Source(name, Path(name), (Path(name),))
        versions = [version_for(source, chosen).name for chosen in (SETTINGS, replace(SETTINGS, **change))]
        assert (versions[0] == versions[1]) is same

    def test_keeps_results_of_another_pipeline_apart(self, tmp_path):
        stored(tmp_path).save_page(PAGE)
        assert stored(tmp_path, version=replace(VERSION, pipeline="9.9.9")).load_page(1) is None

    @pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"number": 1}', b"\xff\xfe", b'{"grids": [3]}'])
    def test_a_damaged_result_is_none(self, tmp_path, damage):
        results = stored(tmp_path)
        results.save_page(PAGE)
        (tmp_path / results.page_key(1)).write_bytes(damage)
        assert results.load_page(1) is None

    @given(st.data())
    @settings(max_examples=60)
    def test_a_result_of_which_any_byte_was_changed_is_none(self, data):
        sealed = bytearray(seal({"text": "绩效", "page": 1}))
        place = data.draw(st.integers(0, len(sealed) - 1))
        sealed[place] ^= data.draw(st.integers(1, 255))
        assert unseal(bytes(sealed)) == {}

    def test_a_damaged_result_is_read_again(self, tmp_path):
        """The plan, and not only the reading of results, must see that the page is not there."""
        raw, processed = tmp_path / "raw", tmp_path / "processed"
        blank_page(raw / "a.png")
        (planned,) = plan_ingest(raw, processed, SETTINGS).documents
        results = stored(processed, planned.digest, planned.version)
        results.save_page(PAGE)
        assert plan_ingest(raw, processed, SETTINGS).pending == 0
        (processed / results.page_key(1)).write_bytes(b"")
        assert plan_ingest(raw, processed, SETTINGS).pending == 1


class TestAtomicWriting:
    def test_leaves_the_file_and_nothing_else(self, tmp_path):
        write_atomically(tmp_path / "deep" / "a.json", b"one")
        write_atomically(tmp_path / "deep" / "a.json", b"two")
        assert [(file.name, file.read_bytes()) for file in (tmp_path / "deep").iterdir()] == [("a.json", b"two")]

    @pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
    def test_a_failure_leaves_the_old_file_and_no_scrap(self, tmp_path, monkeypatch, error):
        write_atomically(tmp_path / "a.json", b"old")

        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(type(error)):
            write_atomically(tmp_path / "a.json", b"new")
        assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.json", b"old")]


class TestDataset:
    def test_is_opened_as_it_was_written(self, tmp_path):
        tables = sample_tables()
        dataset = open_dataset(write(tables, tmp_path))
        for name in TABLES:
            assert len(getattr(dataset, name)) == len(getattr(tables, name))
        assert dataset.forms["total_score"].tolist() == [98.3]
        assert dataset.info["rows"]["indicators"] == 103

    def test_has_the_same_digest_whenever_it_is_built(self, tmp_path):
        infos = [open_dataset(write(sample_tables(), tmp_path / name)).info for name in ("one", "two")]
        assert infos[0]["digest"] == infos[1]["digest"]
        forms = sample_tables().forms.assign(total_score=98.4)
        changed = open_dataset(write(sample_tables(forms=forms), tmp_path / "three")).info
        assert changed["digest"] != infos[0]["digest"]

    @pytest.mark.parametrize("damage", [b"", b"PAR1 and then nothing"])
    def test_a_damaged_table_is_named_with_the_way_out(self, tmp_path, damage):
        dataset = open_dataset(write(sample_tables(), tmp_path))
        (tmp_path / "goals.parquet").write_bytes(damage)
        with pytest.raises(DatasetError, match="table goals is missing or damaged; build it again with: workbench"):
            _ = dataset.goals

    def test_a_missing_table_is_named_with_the_way_out(self, tmp_path):
        dataset = open_dataset(write(sample_tables(), tmp_path))
        (tmp_path / "cells.parquet").unlink()
        with pytest.raises(DatasetError, match="table cells is missing or damaged"):
            _ = dataset.cells

    def test_a_damaged_description_is_an_error_of_its_own(self, tmp_path):
        write(sample_tables(), tmp_path)
        (tmp_path / "dataset.json").write_text("{")
        with pytest.raises(DatasetError, match=r"dataset\.json"):
            _ = open_dataset(tmp_path).info

    def test_a_query_sees_the_tables_and_nothing_else(self, tmp_path):
        dataset = open_dataset(write(sample_tables(), tmp_path))
        assert dataset.sql("select sum(weight) as s from indicators")["s"].tolist() == [pytest.approx(84)]
        with pytest.raises(Exception, match="disabled"):
            dataset.sql(f"select * from read_text('{__file__}')")


PLUGIN = '''
import os, time
from workbench.ocr.base import OcrEngine, Reading

class Engine(OcrEngine):
    """Reads nothing; some pages are too much for it."""
    version = "stub 1"

    def detect(self, image):
        time.sleep(float(os.environ.get("STUB_SECONDS", "0")))
        if image.shape[1] == 777:
            os._exit(3)
        if image.shape[1] == 778:
            raise RuntimeError("a page of this width")
        return []

    def recognise(self, crops):
        return [Reading("", (), ()) for _ in crops]
'''


@pytest.fixture
def stub_engine(tmp_path) -> dict[str, str]:
    """Environment in which an installed package offers the OCR engine ``stub``, and the settings choose it."""
    package = tmp_path / "site"
    metadata = package / "stub_ocr-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stub-ocr\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[workbench.ocr]\nstub = stub_ocr:Engine\n")
    (package / "stub_ocr.py").write_text(PLUGIN)
    path = ":".join([str(package), *(entry for entry in sys.path if entry)])
    return {"PYTHONPATH": path, "WORKBENCH_ENGINE": "stub"}


def blank_page(path: Path, width: int = 600, tables: int = 0) -> Path:
    """A page with a word's worth of ink, and empty ruled tables under it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L", (width, 800), 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 40, 180, 52), fill=0)
    for number in range(tables):
        for row in range(3):
            pen.rectangle((100, 150 + 200 * number + 40 * row, 300, 190 + 200 * number + 40 * row), outline=0, width=2)
            pen.rectangle((300, 150 + 200 * number + 40 * row, 500, 190 + 200 * number + 40 * row), outline=0, width=2)
    image.save(path)
    return path


def documents(processed: Path) -> dict[str, tuple[str, str | None]]:
    """Status and reason of every document, by its source."""
    frame = open_dataset(processed).documents.astype(object).where(lambda f: f.notna(), None)
    return {row["source"]: (row["status"], row["error"]) for row in frame.to_dict("records")}


class TestRunsThatGoWrong:
    def test_a_page_that_takes_its_process_down_is_named_and_the_others_are_read(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for number in range(1, 6):
            blank_page(raw / "scan" / f"{number}.png", width=777 if number == 3 else 600 + number, tables=1)
        blank_page(raw / "other.png", tables=1)
        blank_page(raw / "odd.png", width=778)
        output = workbench("ingest", raw, "--out", out, "--workers", "2", **stub_engine)
        assert output.returncode == 1
        found = documents(out)
        assert found["scan"] == ("failed", "crashed")
        assert found["odd.png"] == ("failed", "unreadable")
        assert found["other.png"] == ("failed", "unknown-form")
        assert "scan: crashed: page 3: reading this page crashed the program" in output.stderr
        assert "odd.png: unreadable: page 1: the page could not be read (RuntimeError: a page of this width)" in (
            output.stderr
        )
        assert "Traceback" not in output.stderr
        stored = sorted(path.name for path in (out / "results").rglob("page-*.json"))
        assert stored == ["page-0001.json", *(f"page-000{number}.json" for number in (1, 2, 4, 5))]

    def test_an_engine_that_is_not_installed_is_one_line(self, tmp_path, stub_engine):
        blank_page(tmp_path / "raw" / "a.png")
        settings_ = stub_engine | {"WORKBENCH_ENGINE": "stubb"}
        output = workbench("ingest", tmp_path / "raw", "--out", tmp_path / "processed", **settings_)
        assert output.returncode == 1
        (error,) = [line for line in output.stderr.splitlines() if line.startswith("error")]
        assert error == "error: no OCR engine named 'stubb' is installed; installed: paddle, stub"
        assert not (tmp_path / "processed" / "dataset.json").exists()

    def test_a_damaged_result_is_read_again_in_the_next_run(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        blank_page(raw / "a.png", tables=1)
        workbench("ingest", raw, "--out", out, **stub_engine)
        (stored,) = (out / "results").rglob("page-*.json")
        whole = stored.read_bytes()
        stored.write_bytes(whole[: len(whole) // 2])
        output = workbench("ingest", raw, "--out", out, **stub_engine)
        assert "1 to read" in output.stderr
        assert stored.read_bytes() == whole

    def test_nothing_is_read_twice_and_tables_do_not_depend_on_the_number_of_workers(self, tmp_path, stub_engine):
        raw = tmp_path / "raw"
        for number in range(4):
            blank_page(raw / "scan" / f"{number}.png", width=600 + number, tables=2)
        for out, workers in (("one", "1"), ("two", "2")):
            workbench("ingest", raw, "--out", tmp_path / out, "--workers", workers, **stub_engine)
        first, second = (open_dataset(tmp_path / out).info for out in ("one", "two"))
        assert first["digest"] == second["digest"]
        again = workbench("ingest", raw, "--out", tmp_path / "one", **stub_engine)
        assert "4 already read; 0 to read" in again.stderr
        assert open_dataset(tmp_path / "one").info["digest"] == first["digest"]

    def test_an_interrupted_run_keeps_what_it_read_and_goes_on_with_the_same_command(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for number in range(1, 9):
            blank_page(raw / "scan" / f"{number}.png", width=600 + number, tables=1)
        command = [sys.executable, "-m", "workbench", "ingest", str(raw), "--out", str(out), "--workers", "1"]
        slow = os.environ | stub_engine | {"STUB_SECONDS": "0.4"}
        run = subprocess.Popen(command, env=slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while run.poll() is None and not list((out / "results").rglob("page-*.json")):
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        _, stderr = run.communicate(timeout=60)
        assert run.returncode == 1
        assert "interrupted; run the same command again to go on" in stderr
        assert "Traceback" not in stderr
        assert documents(out)["scan"] == ("failed", "interrupted")
        read = len(list((out / "results").rglob("page-*.json")))
        assert 1 <= read < 8
        again = workbench("ingest", raw, "--out", out, **stub_engine)
        assert f"{read} already read; {8 - read} to read" in again.stderr
        assert documents(out)["scan"] == ("failed", "unknown-form")

    @pytest.mark.parametrize("wrong", ["typo", "empty"])
    def test_a_wrong_path_does_not_replace_a_dataset(self, tmp_path, stub_engine, wrong):
        write(sample_tables(), tmp_path / "processed")
        before = (tmp_path / "processed" / "dataset.json").read_bytes()
        (tmp_path / "empty").mkdir()
        output = workbench("ingest", tmp_path / wrong, "--out", tmp_path / "processed", **stub_engine)
        assert output.returncode == 1
        (line,) = output.stderr.splitlines()
        assert line.startswith(f"error: {tmp_path / wrong}: ")
        assert (tmp_path / "processed" / "dataset.json").read_bytes() == before
        assert len(open_dataset(tmp_path / "processed").indicators) == 103

    def test_a_wrong_path_without_a_dataset_is_reported_too(self, tmp_path, stub_engine):
        output = workbench("ingest", tmp_path / "typo", "--out", tmp_path / "processed", **stub_engine)
        assert output.returncode == 1
        assert "no such file or folder; check the path" in output.stderr
        assert "Traceback" not in output.stderr


@pytest.fixture(scope="module")
def mixed_archive(tmp_path_factory):
    """A folder with one good form twice, a text file named as an image, a letter and an empty sub-folder; two runs."""
    folder = tmp_path_factory.mktemp("mixed")
    raw, out = folder / "raw", folder / "processed"
    (raw / "空").mkdir(parents=True)
    short = truth("example_project_1") | {"indicators": truth("example_project_1")["indicators"][:5]}
    (page,) = scan(typeset(central_project_table(short)), 150)
    for name in ("good.png", "again.png"):
        Image.fromarray(page).save(raw / name)
    (raw / "text.png").write_text("这不是图片")
    letter = Image.fromarray(np.full((1000, 800), 255, np.uint8))
    ImageDraw.Draw(letter).rectangle((100, 100, 180, 112), fill=0)
    letter.save(raw / "letter.png")
    runs = [workbench("ingest", raw, "--out", out, "--workers", "1") for _ in range(2)]
    return runs, out, short


@pytest.mark.slow
class TestMixedArchive:
    def test_every_document_has_its_row(self, mixed_archive):
        _, out, _ = mixed_archive
        assert documents(out) == {
            "good.png": ("ok", None),
            "again.png": ("ok", None),
            "text.png": ("failed", "unreadable"),
            "letter.png": ("failed", "no-table"),
            "空": ("failed", "empty"),
        }

    def test_every_failure_is_one_clear_line_and_the_status_says_so(self, mixed_archive):
        (first, _), _, _ = mixed_archive
        assert first.returncode == 1
        failures = [line for line in first.stderr.splitlines() if line.startswith("failed: ")]
        assert len(failures) == 3
        for source, words in {
            "text.png": "unreadable: the file is not an image, whatever its name says",
            "letter.png": "no-table: no ruled table was found on any page",
            "空": "empty: the folder holds no documents",
        }.items():
            assert [line for line in failures if line.startswith(f"failed: {source}: {words}")]
        assert first.stdout.splitlines()[0].startswith("5 document(s), 1 form(s), 5 indicators, ")

    def test_the_good_form_is_read(self, mixed_archive):
        _, out, true = mixed_archive
        dataset = open_dataset(out)
        assert dataset.indicators["name"].tolist() == [row["name"] for row in true["indicators"]]
        assert dataset.indicators["score"].tolist() == [float(row["score"]) for row in true["indicators"]]
        assert dataset.budgets["executed"].tolist() == [float(line["executed"]) for line in true["budgets"]]

    def test_a_file_that_is_there_twice_is_read_once_and_counted_once(self, mixed_archive):
        (first, _), out, _ = mixed_archive
        assert "; 2 to read" in first.stderr  # it and the letter
        dataset = open_dataset(out)
        twice = dataset.documents[dataset.documents["source"].isin(["good.png", "again.png"])]
        assert twice["document_id"].nunique() == 1
        assert len(dataset.forms) == 1

    def test_the_second_run_reads_nothing_and_gives_the_same(self, mixed_archive):
        (first, second), out, _ = mixed_archive
        assert "0 to read" in second.stderr
        assert second.returncode == 1
        assert second.stdout == first.stdout
        assert open_dataset(out).info["rows"]["forms"] == 1


@pytest.mark.slow
def test_what_was_stored_of_real_pages_is_given_back_exactly(sample_dataset: Sample):
    stored = sorted((sample_dataset.folder / "results").rglob("page-*.json"))
    assert len(stored) == 14
    for path in stored:
        content = page_content_from_json(unseal(path.read_bytes()))
        assert content.number == int(path.stem.removeprefix("page-"))
        assert all(cell.confidence.overall <= 1 for grid in content.grids for cell in grid.cells)
        assert {grid.page for grid in content.grids} == {content.number}
