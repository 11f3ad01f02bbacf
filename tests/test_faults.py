"""Archives that go wrong: what happened is said, what was read stays, and the next run goes on."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import psutil
import pyarrow.parquet
import pytest

from tests.conftest import workbench
from tests.sample_tables import sample_tables, write
from tests.stubs import (
    CRASHES,
    CRASHES_ONCE,
    FAILS,
    GROWS,
    HANGS,
    blank_page,
    documents,
    ingest_here,
    install_stub_engine,
    transcriptions,
)
from workbench.archive import digests as remembered_digests
from workbench.archive.clean import clean
from workbench.archive.ingest import plan_ingest
from workbench.archive.rebuild import rebuild
from workbench.archive.run.lock import locked, running
from workbench.archive.run.tasks import Job, PageTask, perform
from workbench.corrections.log import CorrectionLog
from workbench.dataset.export.exporting import FORMATS
from workbench.dataset.placing import TABLES
from workbench.dataset.store import open_dataset
from workbench.errors import DatasetError
from workbench.settings import Settings


@pytest.fixture
def stub_engine(tmp_path) -> dict[str, str]:
    return install_stub_engine(tmp_path / "site")


@contextmanager
def started(raw: Path, out: Path, environment: dict[str, str], **options):
    """`workbench ingest` with one process, and what it started; none of them is left behind."""
    command = [sys.executable, "-m", "workbench", "ingest", str(raw), "--out", str(out), "--workers", "1"]
    run = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
    try:
        yield run
    finally:
        run.kill()
        run.communicate()


def wait_for(happened, seconds: float = 60.0):
    """The first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := happened():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def pages_in(out: Path) -> list[str]:
    return sorted(path.name for path in (out / "results").rglob("page-*.json"))


def reader_of(run: subprocess.Popen[str]) -> psutil.Process:
    """The process that reads pages, once it is at work."""

    def find() -> psutil.Process | None:
        children = psutil.Process(run.pid).children()
        return next((child for child in children if "spawn_main" in " ".join(child.cmdline())), None)

    return wait_for(find)


def digest(out: Path) -> str:
    return str(open_dataset(out).info["digest"])


class TestRunsThatGoWrong:
    def test_a_page_that_takes_its_process_down_is_named_and_the_others_are_read(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for number in range(1, 6):
            blank_page(raw / "scan" / f"{number}.png", width=CRASHES if number == 3 else 600 + number, tables=1)
        blank_page(raw / "other.png", CRASHES_ONCE, tables=1)
        blank_page(raw / "odd.png", FAILS)
        mark = {"STUB_MARK": str(tmp_path / "mark")}
        output = workbench("ingest", raw, "--out", out, "--workers", "2", **stub_engine, **mark)
        assert output.returncode == 1
        assert documents(out) == {
            "scan": ("failed", "crashed"),
            "odd.png": ("failed", "unreadable"),
            "other.png": ("failed", "unknown-form"),  # read at the second try
        }
        assert "scan: crashed: page 3: reading this page crashed the program (exit status 3)" in output.stderr
        assert "odd.png: unreadable: page 1: the page could not be read (RuntimeError: a page of this width)" in (
            output.stderr
        )
        assert "Traceback" not in output.stderr
        assert pages_in(out) == ["page-0001.json", *(f"page-000{number}.json" for number in (1, 2, 4, 5))]

    def test_a_page_that_hangs_or_takes_all_memory_is_stopped_and_the_others_are_read(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for name, width in {"hangs.png": HANGS, "grows.png": GROWS, "whole.png": 600}.items():
            blank_page(raw / name, width, tables=1)
        limits = {"WORKBENCH_PAGE_SECONDS": "8", "WORKBENCH_PAGE_MEMORY": "700000000"}
        output = workbench("ingest", raw, "--out", out, "--workers", "2", **stub_engine, **limits)
        assert documents(out) == {
            "hangs.png": ("failed", "timed-out"),
            "grows.png": ("failed", "out-of-memory"),
            "whole.png": ("failed", "unknown-form"),
        }
        assert "page 1: reading this page took longer than page_seconds = 8; look at the" in output.stderr
        assert "page 1: reading this page took more than page_memory = 700,000,000 bytes" in output.stderr

    def test_an_engine_that_is_not_installed_is_one_line(self, tmp_path, stub_engine):
        blank_page(tmp_path / "raw" / "a.png")
        settings_ = stub_engine | {"WORKBENCH_ENGINE": "stubb"}
        output = workbench("ingest", tmp_path / "raw", "--out", tmp_path / "processed", **settings_)
        assert output.returncode == 1
        (error,) = [line for line in output.stderr.splitlines() if line.startswith("error")]
        assert error == "error: no OCR engine named 'stubb' is installed; installed: paddle, stub"
        assert not (tmp_path / "processed" / "dataset.json").exists()

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


class TestInterruption:
    def test_the_first_ctrl_c_finishes_what_is_in_hand_and_the_same_command_goes_on(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for number in range(1, 9):
            blank_page(raw / "scan" / f"{number}.png", width=600 + number, tables=1)
        with started(raw, out, stub_engine | {"STUB_SECONDS": "0.4"}) as run:
            wait_for(lambda: pages_in(out))
            run.send_signal(signal.SIGINT)
            _, stderr = run.communicate(timeout=60)
        assert run.returncode == 1
        assert "interrupted; run the same command again to go on" in stderr
        assert "Traceback" not in stderr
        assert documents(out)["scan"] == ("failed", "interrupted")
        read = len(pages_in(out))
        assert 1 <= read < 8
        again = workbench("ingest", raw, "--out", out, **stub_engine)
        assert f"{read} already read; {8 - read} to read" in again.stderr
        assert documents(out)["scan"] == ("failed", "unknown-form")

    def test_the_second_ctrl_c_stops_at_once_and_harms_nothing(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        transcriptions(raw, 1)
        ingest_here(raw, out)
        before = digest(out)
        blank_page(raw / "hangs.png", HANGS)
        with started(raw, out, stub_engine) as run:
            reader = reader_of(run)
            time.sleep(1.0)
            run.send_signal(signal.SIGINT)
            time.sleep(1.0)
            assert run.poll() is None
            run.send_signal(signal.SIGINT)
            _, stderr = run.communicate(timeout=10)
        assert run.returncode == 1
        assert "error: interrupted; nothing that was done is lost" in stderr
        assert "Traceback" not in stderr
        wait_for(lambda: not reader.is_running())
        assert digest(out) == before

    def test_a_main_process_that_is_killed_leaves_no_process_behind_and_loses_only_pages_in_hand(
        self, tmp_path, stub_engine
    ):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for number, path in enumerate(transcriptions(raw, 4)):
            path.rename(raw / f"a-{number}.tsv")
        blank_page(raw / "hangs.png", HANGS)
        with started(raw, out, stub_engine) as run:
            reader = reader_of(run)
            wait_for(lambda: len(pages_in(out)) == 4)
            run.kill()
            wait_for(lambda: not reader.is_running() or reader.status() == psutil.STATUS_ZOMBIE, seconds=10)
        (raw / "hangs.png").unlink()
        with pytest.raises(DatasetError):  # what the killed run has read is in no table yet
            clean(out)
        assert ingest_here(raw, out)[1].pages == 0
        ingest_here(raw, tmp_path / "undisturbed")
        assert digest(out) == digest(tmp_path / "undisturbed")

    def test_a_reading_process_that_is_killed_is_replaced(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        for number in range(3):
            blank_page(raw / f"{number}.png", 600 + number, tables=1)
        with started(raw, out, stub_engine | {"STUB_SECONDS": "0.5"}) as run:
            wait_for(lambda: pages_in(out))
            reader_of(run).kill()
            _, stderr = run.communicate(timeout=60)
        assert "Traceback" not in stderr
        assert {reason for _, reason in documents(out).values()} == {"unknown-form"}  # all were read


class TestTheProcessedFolder:
    def test_that_another_run_is_using_is_left_alone(self, tmp_path):
        transcriptions(tmp_path / "raw", 1)
        with locked(tmp_path / "out"), running(tmp_path / "out"):
            output = workbench("ingest", tmp_path / "raw", "--out", tmp_path / "out")
        assert output.returncode == 1
        (line,) = output.stderr.splitlines()
        assert line.startswith(f"error: {tmp_path / 'out'}: in use by another run (process {os.getpid()} on ")
        assert "; wait for its end, or choose another folder with --out" in line

    @pytest.mark.parametrize("bytes_left", [5_000, 40_000])
    def test_that_can_take_no_more_is_one_line_and_the_next_run_goes_on(self, tmp_path, bytes_left):
        """No file may grow beyond the limit: pages are the first that are too large, or else the tables."""
        raw, out = tmp_path / "raw", tmp_path / "processed"
        transcriptions(raw, 3)
        ingest_here(raw / "0000.tsv", out)
        before = digest(out)

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, bytes_left))

        with started(raw, out, {}, preexec_fn=limit) as run:
            stdout, stderr = run.communicate(timeout=60)
        assert (run.returncode, stdout) == (1, "")
        error = stderr.splitlines()[-1]
        assert error.startswith(f"error: {out}: ") and "cannot be written (File too large)" in error
        assert "Traceback" not in stderr
        assert digest(out) == before
        assert not [path for path in out.rglob(".*") if path.name not in (".lock", ".run.json")]
        assert ingest_here(raw, out)[0].forms == 3

    def test_that_may_not_be_written_is_one_line(self, tmp_path):
        transcriptions(tmp_path / "raw", 1)
        (tmp_path / "out").write_text("a file, and no folder")
        output = workbench("ingest", tmp_path / "raw", "--out", tmp_path / "out" / "deeper")
        assert output.returncode == 1
        (line,) = output.stderr.splitlines()
        assert line.startswith(f"error: {tmp_path / 'out' / 'deeper'}: cannot be written (Not a directory)")


def damages(content: bytes) -> dict[str, bytes]:
    """What a disk makes of a file; what is damaged is not always shorter."""
    middle = len(content) // 2
    return {
        "empty": b"",
        "half": content[:middle],
        "one bit": content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :],
        "zeros at the end": content[: -(len(content) // 4)] + bytes(len(content) // 4),
    }


class TestDamage:
    """Of any file that the workbench made: it is known by its digest, nothing wrong is shown, and it is made again."""

    def test_of_any_file_is_mended_by_the_next_run(self, tmp_path, counted, monkeypatch):
        raw, out, whole = tmp_path / "raw", tmp_path / "processed", tmp_path / "whole"
        transcriptions(raw, 1)
        monkeypatch.setattr(
            remembered_digests, "SETTLED_SECONDS", -1.0
        )  # as if long unchanged: its digest is remembered
        ingest_here(raw, whole)
        expected = digest(whole)
        files = [path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and path.name != ".lock"]
        assert len(files) == 15
        for file in files:
            for damage, content in damages((whole / file).read_bytes()).items():
                if file.name == "dataset.json" and damage == "one bit":
                    continue  # it names the digests of the tables, and nothing names its own
                shutil.rmtree(out, ignore_errors=True)
                shutil.copytree(whole, out)
                (out / file).write_bytes(content)
                ingest_here(raw, out)
                assert digest(out) == expected, (file, damage)
                for table in TABLES:
                    assert (out / f"{table}.parquet").read_bytes() == (whole / f"{table}.parquet").read_bytes()
                counted("faults injected", 1)
        counted("lost", 0)

    @pytest.mark.parametrize("damage", ["empty", "half", "one bit", "zeros at the end"])
    def test_of_a_table_is_seen_when_it_is_read(self, tmp_path, damage):
        transcriptions(tmp_path / "raw", 1)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        path = tmp_path / "out" / "indicators.parquet"
        path.write_bytes(damages(path.read_bytes())[damage])
        with pytest.raises(
            DatasetError, match="table indicators is missing or damaged; build it again with: workbench"
        ):
            _ = open_dataset(tmp_path / "out").indicators

    def test_of_a_number_in_a_table_is_seen_by_a_query(self, tmp_path):
        write(sample_tables(), tmp_path)
        path = tmp_path / "indicators.parquet"
        content, group = path.read_bytes(), pyarrow.parquet.read_metadata(path).row_group(0)
        columns = {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}
        weight = columns["weight"]
        assert weight.has_dictionary_page
        for end in (weight.data_page_offset, weight.dictionary_page_offset + weight.total_compressed_size):
            path.write_bytes(content[: end - 1] + bytes([content[end - 1] ^ 1]) + content[end:])
            with pytest.raises(DatasetError, match="indicators is missing or damaged"):
                open_dataset(tmp_path).sql("select sum(weight) from indicators")

    def test_tables_that_were_built_anew_meanwhile_are_not_mixed_with_those_that_were_opened(self, tmp_path):
        transcriptions(tmp_path / "raw", 1)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        opened = open_dataset(tmp_path / "out")
        _ = opened.forms
        transcriptions(tmp_path / "raw", 2)
        ingest_here(tmp_path / "raw", tmp_path / "out")
        with pytest.raises(DatasetError, match="built anew since they were opened; open them again"):
            _ = opened.indicators


class TestClocks:
    """A clock that was put back, or forward, or was never set: what is read does not depend on it."""

    @pytest.mark.parametrize("now", [0.0, 1.0e9, 4.2e9], ids=["1970", "2001", "2103"])
    def test_tables_and_exports_do_not_depend_on_them(self, tmp_path, monkeypatch, now):
        raw, out = tmp_path / "data" / "raw", tmp_path / "data" / "processed"
        first, second = transcriptions(raw, 2)
        os.utime(first, (4.2e9, 4.2e9))
        os.utime(second, (0, 0))
        ingest_here(raw, tmp_path / "before" / "processed")
        monkeypatch.setattr(time, "time", lambda: now)
        ingest_here(raw, out)
        assert digest(out) == digest(tmp_path / "before" / "processed")
        form = open_dataset(out).forms["form_id"][0]
        CorrectionLog(tmp_path / "data" / "corrections", "李").append(form, "indicators", 1, "score", "8", "9")
        rebuild(out)
        for kind in FORMATS:
            open_dataset(out).export(kind, tmp_path / "exports" / kind)
        scores = pd.read_excel(tmp_path / "exports" / "xlsx" / "dataset.xlsx", "indicators")["score"]
        assert scores[0] == 9

    @pytest.mark.parametrize("now", [0.0, 4.2e9], ids=["1970", "2103"])
    def test_a_file_that_is_changed_is_read_again_whatever_they_say(self, tmp_path, monkeypatch, now):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        (path,) = transcriptions(raw, 1)
        monkeypatch.setattr(time, "time", lambda: now)
        ingest_here(raw, out)
        before = digest(out)
        path.write_text(path.read_text("utf-8").replace("补助资金", "补助经费"), "utf-8")
        assert ingest_here(raw, out)[1].pages == 1
        assert digest(out) != before


class TestTwoRuns:
    def test_at_once_give_the_tables_of_one_and_an_error_of_the_other(self, tmp_path):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        transcriptions(raw, 3)
        with started(raw, out, {}) as one, started(raw, out, {}) as other:
            ends = [run.communicate(timeout=120)[1] for run in (one, other)]
        codes = sorted(run.returncode for run in (one, other))
        assert codes in ([0, 0], [0, 1])  # the second may have begun when the first had ended
        assert not any("Traceback" in said for said in ends)
        assert codes == [0, 0] or any("in use by another run" in said for said in ends)
        ingest_here(raw, tmp_path / "alone")
        assert digest(out) == digest(tmp_path / "alone")


class TestTheRawFolder:
    def test_that_disappears_ends_the_run_and_leaves_the_tables(self, tmp_path, stub_engine):
        raw, out = tmp_path / "raw", tmp_path / "processed"
        transcriptions(raw, 1)
        ingest_here(raw, out)
        before = digest(out)
        for number in range(5):
            blank_page(raw / "scan" / f"{number}.png", 600 + number, tables=1)
        with started(raw, out, stub_engine | {"STUB_SECONDS": "0.5"}) as run:
            wait_for(lambda: len(pages_in(out)) > 1)
            raw.rename(tmp_path / "elsewhere")
            _, stderr = run.communicate(timeout=60)
        assert run.returncode == 1
        assert stderr.splitlines()[-1].startswith(f"error: {raw}: the folder is no longer there; the tables stay")
        assert digest(out) == before
        (tmp_path / "elsewhere").rename(raw)
        again = workbench("ingest", raw, "--out", out, **stub_engine)
        assert len(documents(out)) == 2
        assert "; 5 to read" not in again.stderr  # some were kept

    def test_a_file_that_disappears_or_is_changed_meanwhile_is_named(self, tmp_path):
        raw, settings = tmp_path / "raw", Settings()
        transcriptions(raw, 2)
        plan = plan_ingest(raw, tmp_path / "out", settings)
        tasks = [PageTask(d.source, d.signature, d.digest, d.version, 1) for d in plan.documents]
        (raw / "0000.tsv").unlink()
        (raw / "0001.tsv").write_text("something else\t1\n")
        outcomes = [perform(Job(tmp_path / "out", settings), task) for task in tasks]
        assert [outcome.error.reason for outcome in outcomes] == ["missing", "changed"]
        assert pages_in(tmp_path / "out") == []

    @pytest.mark.skipif(os.name == "nt", reason="permissions are another thing there")
    def test_what_may_not_be_read_is_named_and_the_rest_is_read(self, tmp_path):
        raw = tmp_path / "raw"
        for path in transcriptions(raw, 2)[1:]:
            path.chmod(0)
        (raw / "closed").mkdir(mode=0)
        with without_privileges(tmp_path):
            plan = plan_ingest(raw, tmp_path / "out", Settings())
        problems = {document.source.name: document.problem and document.problem.detail for document in plan.documents}
        assert problems == {
            "0000.tsv": None,
            "0001.tsv": "cannot be read (Permission denied)",
            "closed": "cannot be opened (Permission denied)",
        }


@contextmanager
def without_privileges(folder: Path):
    """As a user to whom permissions apply; the administrator may do anything."""
    if os.geteuid() != 0:
        yield
        return
    for parent in [folder, *folder.parents][:-2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
