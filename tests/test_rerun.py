"""An archive that is read again: what is new, changed, moved or gone, and what it costs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import workbench
from tests.stubs import blank_page, ingest_here, install_stub_engine, transcriptions
from workbench.archive.building.origin import read_info
from workbench.archive.clean import clean
from workbench.archive.console import detailed_plan_lines
from workbench.archive.rebuild import rebuild
from workbench.archive.results import version as version_module
from workbench.archive.results.version import PIPELINE
from workbench.archive.run.local import default_workers
from workbench.archive.run.lock import locked, running
from workbench.corrections.log import CorrectionLog, corrections_folder
from workbench.dataset.store import open_dataset
from workbench.errors import DatasetError, InputError, InUseError
from workbench.files import LocalFiles
from workbench.model import PageContent
from workbench.readers.kinds import PageRecord
from workbench.settings import Settings


@pytest.fixture
def project(tmp_path) -> tuple[Path, Path]:
    """Raw and processed folder of three short forms that were read."""
    raw, out = tmp_path / "raw", tmp_path / "data" / "processed"
    transcriptions(raw, 3)
    ingest_here(raw, out)
    return raw, out


def changes(plan) -> dict[str, str]:
    return {document.source.name: document.change for document in plan.documents}


def sources(out: Path) -> list[str]:
    return open_dataset(out).documents["source"].tolist()


class TestSecondRun:
    def test_of_an_unchanged_archive_does_nothing(self, project):
        raw, out = project
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != ".lock"}
        summary, done, told = ingest_here(raw, out)
        assert (done.tasks, told.is_built, summary.pages_read, summary.forms) == ([], False, 0, 3)
        assert before == {path: path.stat().st_mtime_ns for path in before}

    def test_reads_what_is_new_or_changed_and_nothing_else(self, project):
        raw, out = project
        (raw / "0001.tsv").write_text((raw / "0001.tsv").read_text("utf-8").replace("9.75", "9.5"), "utf-8")
        shutil.copy(raw / "0000.tsv", raw / "copy.tsv")
        (raw / "0002.tsv").rename(raw / "moved.tsv")
        (raw / "new.tsv").write_text((raw / "0000.tsv").read_text("utf-8").replace("示例市", "别样市"), "utf-8")
        _, done, told = ingest_here(raw, out)
        assert changes(told.plan) == {
            "0000.tsv": "unchanged",
            "0001.tsv": "changed",
            "copy.tsv": "moved",
            "moved.tsv": "moved",
            "new.tsv": "new",
        }
        assert told.plan.gone == ()  # 0002.tsv is moved.tsv now, which is no document lost
        assert done.pages == 2
        dataset = open_dataset(out)
        assert dataset.documents["document_id"].nunique() == 4  # the copy is listed, and counted once
        assert len(dataset.forms) == 4

    def test_takes_the_deleted_out_of_the_tables_and_reads_nothing_when_they_come_back(self, project, tmp_path):
        raw, out = project
        digest = open_dataset(out).info["digest"]
        (raw / "0001.tsv").rename(tmp_path / "away.tsv")
        ingest_here(raw, out)
        assert sources(out) == ["0000.tsv", "0002.tsv"]
        (tmp_path / "away.tsv").rename(raw / "0001.tsv")
        _, done, _ = ingest_here(raw, out)
        assert done.tasks == []
        assert open_dataset(out).info["digest"] == digest

    def test_puts_together_anew_only_the_document_that_was_corrected(self, project):
        raw, out = project
        form_id = open_dataset(out).forms["form_id"][1]
        log = CorrectionLog(corrections_folder(out), "王")
        log.append(form_id, "indicators", 1, "actual", "18350人", "18351人")
        _, done, _ = ingest_here(raw, out)
        assert [task.name for task in done.tasks] == ["0001.tsv"]
        indicators = open_dataset(out).indicators
        assert indicators.set_index(["form_id", "indicator_no"])["actual"][form_id, 1] == "18351人"

    @pytest.mark.parametrize("damaged", ["page-0001.json", "document.json", "tables.bin"])
    @pytest.mark.parametrize("damage", [b"", b"nonsense"])
    def test_makes_damaged_results_again(self, project, damaged, damage):
        raw, out = project
        digest = open_dataset(out).info["digest"]
        whole = next(iter(sorted((out / "results").rglob(damaged))))
        content = whole.read_bytes()
        whole.write_bytes(damage)
        (out / "dataset.json").unlink()
        ingest_here(raw, out)
        assert whole.read_bytes() == content
        assert open_dataset(out).info["digest"] == digest

    def test_notices_results_that_changed_without_changing_their_size(self, project):
        raw, out = project
        digest = open_dataset(out).info["digest"]
        for name in ("page-0001.json", "tables.bin"):
            path = next(iter(sorted((out / "results").rglob(name))))
            content = path.read_bytes()
            path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
            (out / "dataset.json").unlink()
            if name == "page-0001.json":
                path.with_name("document.json").unlink()
            ingest_here(raw, out)
            assert open_dataset(out).info["digest"] == digest
            assert path.read_bytes() == content

    def test_makes_damaged_tables_again(self, project):
        raw, out = project
        before = (out / "goals.parquet").read_bytes()
        (out / "goals.parquet").write_bytes(before[:-1])
        _, done, told = ingest_here(raw, out)
        assert done.tasks == [] and told.is_built
        assert (out / "goals.parquet").read_bytes() == before


class TestAnotherVersion:
    def test_says_which_documents_are_read_again_and_why(self, project, monkeypatch):
        raw, out = project
        monkeypatch.setattr(version_module, "PIPELINE", "9.9.9")
        _, done, told = ingest_here(raw, out)
        assert done.pages == 3
        assert told.plan.reasons(kept=False) == [(f"pipeline {PIPELINE} → 9.9.9", 3)]
        lines = detailed_plan_lines(told.plan, workers=2)
        assert f"  read again: 3 document(s): pipeline {PIPELINE} → 9.9.9" in lines
        assert lines[lines.index(f"read again (pipeline {PIPELINE} → 9.9.9):") + 1] == "  0000.tsv"

    def test_may_be_told_to_keep_what_there_is(self, project, monkeypatch):
        raw, out = project
        monkeypatch.setattr(version_module, "PIPELINE", "9.9.9")
        (raw / "new.tsv").write_text((raw / "0000.tsv").read_text("utf-8").replace("示例市", "别样市"), "utf-8")
        _, done, told = ingest_here(raw, out, keep=True)
        assert done.pages == 1
        assert told.plan.reasons(kept=True) == [(f"pipeline {PIPELINE} → 9.9.9", 3)]
        dataset = open_dataset(out)
        assert dataset.documents["pipeline"].tolist() == [PIPELINE] * 3 + ["9.9.9"]
        assert {facts["pipeline"] for facts in dataset.info["versions"].values()} == {PIPELINE, "9.9.9"}
        assert clean(out).size == 0

    def test_of_an_engine_or_of_settings_is_named(self, tmp_path):
        engine = install_stub_engine(tmp_path / "site")
        blank_page(tmp_path / "raw" / "a.png", tables=1)
        command = ("ingest", tmp_path / "raw", "--out", tmp_path / "out")
        workbench(*command, **engine)
        changed = engine | {"STUB_VERSION": "stub 2", "WORKBENCH_DEVICE": "gpu"}
        output = workbench(*command, "--dry-run", **changed)
        assert output.returncode == 0
        assert "read again: 1 document(s): engine stub 1 → stub 2, setting device cpu → gpu" in output.stdout
        assert open_dataset(tmp_path / "out").documents["engine"].tolist() == ["stub 1"]  # nothing was done


class TestClean:
    def test_frees_what_the_tables_do_not_stand_on_and_says_it_before(self, project, monkeypatch):
        raw, out = project
        log = CorrectionLog(corrections_folder(out), "王")
        log.append(open_dataset(out).forms["form_id"][0], "indicators", 1, "actual", "18350人", "18351人")
        (raw / "0000.tsv").unlink()
        monkeypatch.setattr(version_module, "PIPELINE", "9.9.9")
        ingest_here(raw, out)
        digest = open_dataset(out).info["digest"]
        (out / "results" / ".scrap-x").write_bytes(b"half")
        before = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        foreseen = clean(out, dry_run=True)
        assert (len(foreseen.documents), len(foreseen.versions), len(foreseen.scraps)) == (1, 2, 2)
        assert sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) == before
        assert clean(out) == foreseen
        after = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        assert before - after == foreseen.size > 0
        assert log.path.exists()
        _, done, _ = ingest_here(raw, out)
        assert done.tasks == []
        assert open_dataset(out).info["digest"] == digest

    def test_refuses_where_nothing_says_what_is_in_use(self, project, tmp_path):
        _, out = project
        with pytest.raises(DatasetError, match="no dataset here"):
            clean(tmp_path)
        with pytest.raises(RuntimeError), running(out):
            raise RuntimeError("the run is killed")
        with pytest.raises(DatasetError, match="did not come to its end"):
            clean(out)

    def test_of_the_command_line_says_what_it_freed(self, project):
        _, out = project
        output = workbench("clean", out, "--dry-run")
        assert output.returncode == 0
        assert output.stdout.startswith("0.0 MB would be freed: results of 0 document(s)")


class TestPlan:
    def test_is_printed_and_nothing_is_done(self, tmp_path):
        transcriptions(tmp_path / "raw", 2)
        (tmp_path / "raw" / "old.docm").write_bytes(b"x")
        output = workbench("ingest", tmp_path / "raw", "--out", tmp_path / "out", "--dry-run", "--workers", "2")
        assert output.returncode == 0
        lines = output.stdout.splitlines()
        assert lines[:2] == ["3 document(s), 2 page(s); 2 to read", "  1 document(s) cannot be read"]
        assert lines[2].endswith("with 2 process(es)")
        assert lines[3:] == ["new:", "  0000.tsv", "  0001.tsv", "cannot be read (unsupported):", "  old.docm"]
        assert not (tmp_path / "out").exists()

    def test_estimates_by_what_pages_took_before(self, project):
        raw, out = project
        (raw / "new.tsv").write_text((raw / "0000.tsv").read_text("utf-8").replace("示例市", "别样市"), "utf-8")
        _, _, told = ingest_here(raw, out)
        pages, seconds = told.plan.throughput.measured["text"]
        assert pages == 3
        assert told.plan.seconds(workers=4) == pytest.approx(seconds / 3)

    def test_processes_are_no_more_than_fit_into_the_memory_of_the_container_and_at_least_one(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.setattr("workbench.archive.run.local.CONTAINER", tmp_path)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64), raising=False)
        (tmp_path / "memory.current").write_text("1000000000\n")
        for limit, expected in {"3500000000\n": 2, "1100000000\n": 1}.items():
            (tmp_path / "memory.max").write_text(limit)
            assert default_workers() == expected


def test_a_dataset_names_all_that_it_is_made_of(project):
    raw, out = project
    info = json.loads((out / "dataset.json").read_text("utf-8"))
    assert {"schema", "package", "code", "pipeline", "engine", "settings", "versions", "corrections"} <= set(info)
    assert info["documents"]["0000.tsv"]["sha256"].startswith(open_dataset(out).documents["document_id"][0])
    assert info["documents"]["0000.tsv"]["version"] in info["versions"]
    _, _, told = ingest_here(raw, out, replace(Settings(), review_threshold=0.9))
    assert told.is_built


class TestRebuilding:
    """Tables built again where the second of two pages could not be read."""

    @pytest.fixture
    def out(self, tmp_path, monkeypatch) -> Path:
        def read(source, page, settings, threads):
            if page == 2:
                raise InputError("unreadable", source.name, "page 7: not of this scan", page)
            return PageRecord(PageContent(page, 600, 800, (), ()))

        monkeypatch.setattr("workbench.archive.run.tasks.read_one_page", read)
        transcriptions(tmp_path / "raw", 1)
        for number in (1, 2):
            blank_page(tmp_path / "raw" / "scan" / f"{number}.png")
        ingest_here(tmp_path / "raw", tmp_path / "processed")
        return tmp_path / "processed"

    def messages(self, out: Path) -> list[str | None]:
        messages = open_dataset(out).documents["message"]
        return messages.astype(object).where(messages.notna(), None).tolist()

    def test_tells_of_the_page_as_the_run_did_that_met_it(self, out):
        before = read_info(LocalFiles(out))
        assert self.messages(out) == [None, "page 2: page 7: not of this scan"]
        assert [document.get("page") for document in before["documents"].values()] == [None, 2]
        (out / "goals.parquet").unlink()  # or there would be nothing to build
        assert rebuild(out).digest == before["digest"]
        after = read_info(LocalFiles(out))
        assert before | {"built": ""} == after | {"built": ""}

    def test_a_dataset_that_names_no_page_keeps_its_messages(self, out):
        """Earlier versions wrote the page into the message alone."""
        info = read_info(LocalFiles(out))
        del info["documents"]["scan"]["page"]
        (out / "dataset.json").write_text(json.dumps(info), "utf-8")
        for _ in range(2):
            assert rebuild(out).digest == info["digest"]
            assert self.messages(out) == [None, "page 2: page 7: not of this scan"]
            assert "page" not in read_info(LocalFiles(out))["documents"]["scan"]


def test_a_script_without_a_guard_and_a_notebook_cell_can_read_an_archive(tmp_path):
    """Processes that run the caller's script again would call `ingest` again, without end."""
    transcriptions(tmp_path / "raw", 2)
    script = tmp_path / "script.py"
    script.write_text("import workbench as wb\nsummary = wb.ingest('raw', 'out')\nprint(summary._repr_html_())\n")
    output = subprocess.run([sys.executable, script], cwd=tmp_path, env=os.environ, capture_output=True, text=True)
    assert output.returncode == 0, output.stderr
    assert "<td>2</td><td>2</td><td>6</td>" in output.stdout


def test_only_one_run_at_a_time(project):
    raw, out = project
    with locked(out), pytest.raises(InUseError, match="in use by another run"):
        ingest_here(raw, out)
