"""A zoo of bad files in one archive: each has its reason, none harms the run, the machine, or the files beside it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from tests.conftest import shared_folder
from tests.stubs import documents, ingest_here
from tests.zoo import all_kinds, endless_kinds
from tests.zoo.images import saved
from tests.zoo.kinds import PASSWORDS, PORT, SECRET, WAS_HERE, Kind, form
from workbench.archive.ingest import plan_ingest
from workbench.archive.run.tasks import Job, PageTask, perform
from workbench.dataset.store import TABLES, Dataset, open_dataset
from workbench.settings import Settings

PAGE_MEMORY = 1_500_000_000
LIMITS = {"WORKBENCH_MAX_CELLS": "200000", "WORKBENCH_PAGE_SECONDS": "120", "WORKBENCH_PAGE_MEMORY": str(PAGE_MEMORY)}
"""Of cells fewer than usual, so that what is just below the limit takes no minutes."""

MAIN_MEMORY = 500_000_000
"""Bytes that the process which opens no file of the archive may take."""

RUN_SECONDS = 900


@dataclass(frozen=True)
class ZooRun:
    """`workbench ingest` of the zoo: its result, the most memory (bytes) of its first process and of a process that
    reads, and how many called."""

    folder: Path
    returncode: int
    stderr: str
    memory: int
    readers: int
    calls: int

    @property
    def dataset(self) -> Dataset:
        return open_dataset(self.folder / "processed")


def build(kinds: Sequence[Kind], raw: Path) -> None:
    raw.mkdir(parents=True)
    for kind in kinds:
        kind.make(raw / kind.file)


def run_zoo(folder: Path) -> ZooRun:
    build(all_kinds(), folder / "raw")
    form("good")(folder / "raw" / "good.tsv")
    (folder / "raw" / "a link to where it lies").symlink_to(".")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")} | LIMITS
    command = [sys.executable, "-m", "workbench", "ingest", str(folder / "raw"), "--out", str(folder / "processed")]
    with socket.create_server(("127.0.0.1", PORT)) as listener, (folder / "stderr").open("w") as stderr:
        listener.settimeout(0.1)
        run = subprocess.Popen([*command, "--workers", "2"], cwd=folder, env=environment, stdout=stderr, stderr=stderr)
        memory = readers = 0
        end = time.monotonic() + RUN_SECONDS
        while run.poll() is None and time.monotonic() < end:
            main, *others = memory_of(run.pid)
            memory, readers = max(memory, main), max(readers, *others, 0)
            time.sleep(0.05)
        run.kill()
        try:
            listener.accept()[0].close()
            calls = 1
        except TimeoutError:
            calls = 0
    return ZooRun(folder, run.wait(), (folder / "stderr").read_text("utf-8"), memory, readers, calls)


def memory_of(process: int) -> list[int]:
    """Bytes that a process takes, and each of those that it started."""
    try:
        main = psutil.Process(process)
        return [int(one.memory_info().rss) for one in (main, *main.children())]
    except psutil.Error:  # one has just ended
        return [0]


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZooRun]:
    """One run for all tests; test processes that run side by side share it."""
    shared = shared_folder(tmp_path_factory)
    folder, record = shared / "zoo", shared / "zoo.json"
    with FileLock(shared / "zoo.lock"):
        if not record.exists():
            shutil.rmtree(folder, ignore_errors=True)
            run = run_zoo(folder)
            # Folders that lie so deep are more than what tidies up after tests can take away.
            subprocess.run(["rm", "-rf", folder / "raw" / "folders 1,200 deep"], check=True)
            record.write_text(json.dumps([run.returncode, run.stderr, run.memory, run.readers, run.calls]), "utf-8")
    yield ZooRun(folder, *json.loads(record.read_text("utf-8")))


def rows_of(dataset: Dataset, source: str) -> dict[str, list[dict[str, object]]]:
    """What the tables hold of one document, without its name and number."""
    (document,) = dataset.documents.query("source == @source")["document_id"]
    found = {}
    for name in TABLES[1:]:
        frame = getattr(dataset, name)
        ours = frame["form_id" if "form_id" in frame else "document_id"].astype(str).str.startswith(document)
        found[name] = json.loads(frame[ours].drop(columns="source", errors="ignore").to_json(orient="records"))
    return found


@pytest.mark.slow
class TestZoo:
    def test_every_kind_of_bad_file_has_its_reason(self, zoo: ZooRun, counted: Callable[[str, int], None]):
        kinds = all_kinds()
        expected = {kind.name: kind.reason for kind in kinds} | {"good.tsv": None}
        found = {source: reason for source, (_, reason) in documents(zoo.folder / "processed").items()}
        assert {k: found.get(k, "no row") for k in expected if found.get(k, "no row") != expected[k]} == {}
        assert set(found) == set(expected)
        counted("kinds of bad files", len(kinds))

    def test_the_reason_says_what_was_found_and_what_to_do(self, zoo: ZooRun):
        told = zoo.dataset.documents.set_index("source")["message"].to_dict()
        assert {
            kind.name: told[kind.name] for kind in all_kinds() if kind.says and kind.says not in told[kind.name]
        } == {}
        too_large = [told[kind.name] for kind in all_kinds() if kind.reason == "too-large"]
        assert [message for message in too_large if "raise it with WORKBENCH_MAX_" not in message] == []

    def test_nothing_is_a_fault_of_the_program(self, zoo: ZooRun):
        assert zoo.returncode == 1
        assert "Traceback" not in zoo.stderr
        assert "Warning" not in zoo.stderr
        assert "please report" not in zoo.stderr
        assert "\x1b" not in zoo.stderr

    def test_the_good_document_is_read_as_if_it_were_alone(self, zoo: ZooRun, tmp_path: Path):
        (tmp_path / "raw").mkdir()
        form("good")(tmp_path / "raw" / "good.tsv")
        ingest_here(tmp_path / "raw", tmp_path / "alone")
        alone, beside = rows_of(open_dataset(tmp_path / "alone"), "good.tsv"), rows_of(zoo.dataset, "good.tsv")
        assert len(alone["indicators"]) == 3
        copies = [one for one in beside["findings"] if one["code"] == "duplicate-form"]  # odd files that can be read
        assert beside == alone | {"findings": [*alone["findings"], *copies]}

    def test_odd_files_that_can_be_read_give_all_of_their_rows(self, zoo: ZooRun):
        dataset = zoo.dataset
        read = dataset.documents[dataset.documents["status"] == "ok"]
        rows = dataset.indicators["form_id"].str.split("-").str[0].value_counts()
        assert {
            source: rows.get(number, 0) for source, number in zip(read["source"], read["document_id"], strict=True)
        } == (dict.fromkeys(read["source"], 3))

    def test_no_process_takes_more_memory_than_it_may(self, zoo: ZooRun):
        assert 50_000_000 < zoo.memory < MAIN_MEMORY
        assert 50_000_000 < zoo.readers < PAGE_MEMORY

    def test_nothing_is_fetched_or_started_and_nothing_outside_is_read(self, zoo: ZooRun):
        assert zoo.calls == 0
        assert not [folder for folder in (Path("/tmp"), zoo.folder) if (folder / WAS_HERE).exists()]
        results = [path for path in (zoo.folder / "processed").rglob("*") if path.is_file()]
        assert len(results) > 100
        assert [path for path in results if SECRET.encode() in (text := path.read_bytes()) or PASSWORDS in text] == []
        assert not (zoo.folder / "evil").exists()

    def test_what_never_ends_is_ended(self, tmp_path: Path, counted: Callable[[str, int], None]):
        build(endless_kinds(), tmp_path / "raw")
        environment = os.environ | {"WORKBENCH_PAGE_SECONDS": "2"}
        command = [sys.executable, "-m", "workbench", "ingest", "raw", "--out", "processed", "--workers", "2"]
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
        assert "Traceback" not in run.stderr
        reasons = {source: reason for source, (_, reason) in documents(tmp_path / "processed").items()}
        assert reasons == {kind.file: kind.reason for kind in endless_kinds()}
        assert all(kind.says in run.stderr for kind in endless_kinds())
        counted("kinds of bad files", len(endless_kinds()))


def replaced_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.unlink()
        make(path)

    return change


def touched(path: Path) -> None:
    os.utime(path, (1, 1))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "grows": (lambda path: path.write_bytes(path.read_bytes() * 2), "changed"),
    "shrinks": (lambda path: os.truncate(path, 100), "changed"),
    "is emptied": (lambda path: os.truncate(path, 0), "changed"),
    "vanishes": (lambda path: path.unlink(), "missing"),
    "is written anew": (lambda path: path.write_bytes(path.read_bytes()[::-1]), "changed"),
    "is touched": (touched, "changed"),
    "becomes a folder": (replaced_by(lambda path: path.mkdir()), "changed"),
    "becomes a pipe": (replaced_by(lambda path: os.mkfifo(path)), "changed"),
    "becomes a link in a circle": (replaced_by(lambda path: path.symlink_to(path.name)), "unreadable"),
}


class TestFilesThatChangeWhileTheyAreRead:
    @pytest.mark.parametrize("change", CHANGES)
    def test_after_their_digest_was_taken(self, tmp_path, change, counted):
        raw = tmp_path / "raw"
        raw.mkdir()
        form("it")(raw / "it.tsv")
        plan = plan_ingest(raw, tmp_path / "out", Settings())
        (document,) = plan.documents
        make, reason = CHANGES[change]
        make(raw / "it.tsv")
        task = PageTask(document.source, document.signature, document.digest, document.version, 1)
        outcome = perform(Job(tmp_path / "out", Settings()), task)
        assert outcome.error is not None
        assert outcome.error.reason == reason
        assert not (tmp_path / "out").exists()
        counted("kinds of bad files", 1)

    def test_a_page_that_vanishes_from_its_folder(self, tmp_path, counted):
        raw = tmp_path / "raw"
        for number in (1, 2):
            (raw / "scan").mkdir(parents=True, exist_ok=True)
            (raw / "scan" / f"{number}.png").write_bytes(saved("png", number))
        (document,) = plan_ingest(raw, tmp_path / "out", Settings()).documents
        (raw / "scan" / "2.png").unlink()
        task = PageTask(document.source, document.signature, document.digest, document.version, 1)
        assert perform(Job(tmp_path / "out", Settings()), task).error.reason == "missing"
        counted("kinds of bad files", 1)

    def test_a_file_that_never_stops_growing_gives_no_rows(self, tmp_path, counted):
        raw, ended = tmp_path / "raw", threading.Event()
        raw.mkdir()
        form("good")(raw / "good.tsv")
        form("grows")(raw / "grows.tsv")

        def grow() -> None:
            while not ended.is_set():
                with (raw / "grows.tsv").open("ab") as file:
                    file.write(b"a\tb\n")

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            ingest_here(raw, tmp_path / "out")
        finally:
            ended.set()
            writer.join()
        assert documents(tmp_path / "out") == {"good.tsv": ("ok", None), "grows.tsv": ("failed", "changed")}
        counted("kinds of bad files", 1)
