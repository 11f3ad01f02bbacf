"""Changes that leave no trace where one looks first: in place, of the same age, under another limit."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.stubs import DEFAULT, documents, ingest_here, transcriptions
from workbench.archive.digests import KEY
from workbench.archive.originals import Originals
from workbench.archive.plan import PlannedDocument, _without_too_large
from workbench.archive.results.assemble import AssembleTask, assemble
from workbench.archive.results.store import ResultStore, seal, unseal
from workbench.archive.results.version import Version
from workbench.cli import main
from workbench.dataset.store import open_dataset
from workbench.files import LocalFiles
from workbench.model import PageContent
from workbench.readers.documents import Source
from workbench.readers.kinds import PageRecord


def departments(out: Path) -> list[str]:
    return open_dataset(out).forms["project"].tolist()


class TestAnEditInPlace:
    @pytest.fixture
    def read(self, tmp_path) -> Path:
        """An archive that was read, and whose digest is remembered."""
        (path,) = transcriptions(tmp_path / "raw", 1)
        os.utime(path, (1.6e9, 1.6e9))
        time.sleep(0.15)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert unseal((tmp_path / "out" / KEY).read_bytes())
        return path

    def edit(self, path: Path) -> None:
        before = path.stat()
        with path.open("r+b") as stream:
            content = stream.read().replace("补助资金0000".encode(), "补助资金0001".encode())
            stream.seek(0)
            stream.write(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert path.stat().st_size == before.st_size

    def test_of_the_same_size_and_age_is_noticed(self, read, tmp_path):
        self.edit(read)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert "补助资金0001" in departments(tmp_path / "out")[0]

    def test_that_the_system_does_not_show_is_noticed_where_all_is_verified(self, read, tmp_path):
        self.edit(read)
        key, originals = tmp_path / "out" / KEY, Originals(tmp_path / "raw")
        known = unseal(key.read_bytes())
        known[read.name][0] = originals.signature(originals.sources()[0])[0]  # as if nothing had changed
        key.write_bytes(seal(known))
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert "补助资金0000" in departments(tmp_path / "out")[0]
        arguments = ["ingest", str(tmp_path / "raw"), "--out", str(tmp_path / "out"), "--verify"]
        told = CliRunner().invoke(main, [*arguments, "--dry-run"])
        assert "1 changed" in told.output
        assert CliRunner().invoke(main, arguments).exit_code == 0
        assert "补助资金0001" in departments(tmp_path / "out")[0]


class TestALowerLimit:
    def book(self, path: Path) -> None:
        book = openpyxl.Workbook()
        for number in range(3):
            sheet = book.active if number == 0 else book.create_sheet()
            for row in range(5):
                sheet.append([f"{number}项{row}", row])
        path.parent.mkdir()
        book.save(path)

    @pytest.mark.parametrize(
        "limit, value", [("max_pages", 2), ("max_cells", 9), ("max_text_bytes", 900), ("max_bytes", 99)]
    )
    def test_refuses_what_was_read_before_and_takes_it_again_when_it_is_raised(self, tmp_path, limit, value):
        self.book(tmp_path / "raw" / "a.xlsx")
        ingest_here(tmp_path / "raw", tmp_path / "out")
        known = documents(tmp_path / "out")
        lower = replace(DEFAULT, **{limit: value})
        ingest_here(tmp_path / "raw", tmp_path / "out", lower)
        ingest_here(tmp_path / "raw", tmp_path / "fresh", lower)
        assert documents(tmp_path / "out") == documents(tmp_path / "fresh") == {"a.xlsx": ("failed", "too-large")}
        ingest_here(tmp_path / "raw", tmp_path / "out")
        assert documents(tmp_path / "out") == known
        before, after = open_dataset(tmp_path / "fresh").info["digest"], open_dataset(tmp_path / "out").info["digest"]
        assert before != after

    def test_of_pixels_leaves_larger_pages_to_be_refused_and_the_others_as_they_are(self, tmp_path):
        store, version, digest = ResultStore(LocalFiles(tmp_path)), Version("1"), "a" * 64
        results = store.document(digest, version)
        for number, width in enumerate((100, 300, 200), start=1):
            results.save_page(PageRecord(PageContent(number, width, 100, (), ())))
        assemble(AssembleTask(digest, version, "a", "scan", 3), store, DEFAULT)
        source = Source("a", Path("a"), tuple(Path(f"a/p-{n}.png") for n in (1, 2, 3)))
        for assembled in (results.load_assembled(), None):
            document = PlannedDocument(source, "unchanged", digest, "", version, 3, assembled=assembled)
            assert _without_too_large(document, store, DEFAULT).pending == ()
            assert _without_too_large(document, store, replace(DEFAULT, max_pixels=20_000)).pending == (2,)
            assert _without_too_large(document, store, replace(DEFAULT, max_pixels=19_999)).pending == (2, 3)
