"""Archives: what was read is kept whole and not read again, and one bad document never stops the others."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
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
from tests.stubs import blank_page, documents
from workbench.archive.ingest import plan_ingest
from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.results.assemble import AssembleTask
from workbench.archive.results.store import ResultStore, StoredDocument, page_content_from_json, seal, unseal
from workbench.archive.results.version import Version, version_for
from workbench.archive.run.scheduler import Agenda
from workbench.archive.run.tasks import TaskOutcome
from workbench.archive.throughput import Throughput
from workbench.dataset import writing
from workbench.dataset.placing import TABLES
from workbench.dataset.rows import arrow_schema, as_rows
from workbench.dataset.store import open_dataset
from workbench.dataset.writing import write_dataset
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

    def test_is_written_in_pieces_that_do_not_show_and_are_not_held(self, tmp_path, monkeypatch):
        """Small tables used to hold the memory of every document until the end."""
        rows = as_rows({name: getattr(sample_tables(), name) for name in TABLES})
        seen: list[weakref.ref[pa.Table]] = []
        most = 0

        def parts():
            nonlocal most
            for number in range(max(map(len, rows.values()))):
                tables = {name: pa.Table.from_batches(rows[name][number : number + 1].to_batches(), arrow_schema(name))
                          for name in TABLES}  # fmt: skip
                seen.extend(map(weakref.ref, tables.values()))
                most = max(most, sum(table() is not None for table in seen))
                yield tables

        whole = write_dataset(tmp_path / "whole", [rows], {})
        monkeypatch.setattr(writing, "BATCH_ROWS", 10)
        assert write_dataset(tmp_path / "pieces", parts(), {}) == whole
        assert 0 < most <= 12 * len(TABLES)

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


def test_an_interrupt_with_pages_in_several_hands_waits_for_them_and_assembles_what_there_is():
    version = Version("1", "engine")
    source = Source("a.pdf", Path("a.pdf"), (Path("a.pdf"),))
    document = PlannedDocument(source, "new", "d" * 64, version=version, pages=3, pending=(1, 2, 3))
    agenda = Agenda(Plan((document,), (), Throughput()), Settings())
    first, second = agenda.next(stopping=False), agenda.next(stopping=False)
    assert agenda.next(stopping=True) is None  # the third page is not begun
    agenda.done(TaskOutcome(first))
    assert agenda.next(stopping=True) is None  # the second page is still being read
    agenda.done(TaskOutcome(second))
    task = agenda.next(stopping=True)
    assert isinstance(task, AssembleTask)
    assert (task.missing, agenda.result.interrupted) == ((3,), True)
    agenda.done(TaskOutcome(task))
    assert agenda.next(stopping=True) is None


def test_an_interrupt_when_every_page_is_in_hand_interrupts_nothing():
    source = Source("a.pdf", Path("a.pdf"), (Path("a.pdf"),))
    document = PlannedDocument(source, "new", "d" * 64, version=Version("1"), pages=1, pending=(1,))
    agenda = Agenda(Plan((document,), (), Throughput()), Settings())
    page = agenda.next(stopping=False)
    assert agenda.next(stopping=True) is None
    agenda.done(TaskOutcome(page))
    task = agenda.next(stopping=True)
    assert isinstance(task, AssembleTask)
    assert (task.missing, agenda.result.interrupted) == ((), False)
