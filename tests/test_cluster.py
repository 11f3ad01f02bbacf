"""A Dask cluster of real processes: the tables are those of one machine, whatever becomes of a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import workbench
from tests.packed import write_zip
from tests.stubs import FAILS, blank_page, documents, install_stub_engine, transcriptions
from workbench.archive.originals import Originals
from workbench.archive.run.dask import ClusterWorkers, end_own_processes, program_digest, unable, with_scratch
from workbench.archive.run.tasks import Job
from workbench.dataset.store import open_dataset
from workbench.errors import ClusterError
from workbench.readers.unpacking import unpack
from workbench.settings import Settings

pytest.importorskip("distributed")


@dataclass
class Cluster:
    """A scheduler, and workers with one thread each."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
        command += ["--scheduler-file", str(self.folder / "scheduler.json")]
        with (self.folder / f"{len(self.processes)}-{kind}.log").open("wb") as log:
            process = subprocess.Popen(command, env=os.environ | self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        return self.start("worker", "--nthreads", "1", "--local-directory", str(self.folder), *options)

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text("utf-8"))["address"])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler whose workers read with an engine that costs nothing."""
    made = Cluster(tmp_path / "cluster", install_stub_engine(tmp_path / "site") | {"STUB_SECONDS": "0.2"})
    made.folder.mkdir()
    made.start("scheduler", "--host", "127.0.0.1", "--port", "0")
    wait_for((made.folder / "scheduler.json").exists)
    yield made
    for process in reversed(made.processes):
        process.terminate()
    for process in made.processes:
        process.wait(30)


def wait_for(happened: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def results(processed: Path) -> dict[str, bytes]:
    """What was made of documents, by its place."""
    folder = processed / "results"
    kept = [file for file in folder.rglob("*") if file.is_file() and file.parent != folder]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in kept}


def test_a_worker_killed_in_the_middle_changes_no_byte(cluster: Cluster, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    transcriptions(raw, 12)
    for number in range(12):
        blank_page(raw / "扫描" / f"p-{number:02d}.png", width=600 + number)
    blank_page(raw / "坏页.png", width=FAILS)
    victim = cluster.worker("--no-nanny")
    cluster.worker("--nworkers", "1")  # with a nanny, as is usual
    command = ["ingest", str(raw), "--out", str(tmp_path / "far"), "--cluster", cluster.address]

    run = subprocess.Popen([sys.executable, "-m", "workbench", *command], env=os.environ | cluster.environment)
    try:
        wait_for(lambda: len(list((tmp_path / "far").rglob("page-*.json"))) > 5 or run.poll() is not None)
        assert run.poll() is None
        victim.kill()
        assert run.wait(300) == 1  # one page could not be read
    finally:
        run.kill()

    local = workbench("ingest", raw, "--out", tmp_path / "near", "--workers", "1", **cluster.environment)
    assert local.returncode == 1
    assert documents(tmp_path / "far")["坏页.png"] == ("failed", "unreadable")
    assert open_dataset(tmp_path / "far").info["digest"] == open_dataset(tmp_path / "near").info["digest"]
    assert results(tmp_path / "far") == results(tmp_path / "near")


def test_every_thread_of_the_cluster_is_given_work(cluster: Cluster, tmp_path: Path) -> None:
    """The run handed out one task at a time, however many workers there were."""
    executor = ClusterWorkers(Job(tmp_path, Settings()), cluster.address)
    assert (executor.threads, executor.capacity) == (0, 1)
    workers = [cluster.worker("--no-nanny") for _ in range(2)]
    wait_for(lambda: executor.outcomes(0.5) == [] and executor.threads == 2)
    assert executor.capacity == 4
    executor.__exit__()
    for worker in workers:  # one that has only just joined may take long to leave by itself
        worker.kill()


def test_a_cluster_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"cluster tcp://127.0.0.1:9: no Dask scheduler answers.*dask scheduler"):
        ClusterWorkers(Job(tmp_path, Settings()), "tcp://127.0.0.1:9", seconds=0.5)
    with pytest.raises(ClusterError, match="no address of a Dask scheduler"):
        ClusterWorkers(Job(tmp_path, Settings()), "nonsense", seconds=0.5)


def test_without_dask_the_way_to_install_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'jixiao-workbench\[cluster\]'"):
        ClusterWorkers(Job(tmp_path, Settings()), "tcp://127.0.0.1:9")


def test_on_another_machine_an_archive_is_unpacked_once_a_run(tmp_path: Path) -> None:
    """It was unpacked for each page of each document in it: the run's folder for that lies on its own machine."""
    (tmp_path / "raw").mkdir()
    write_zip(tmp_path / "raw" / "a.zip", {f"{n}.tsv": b"a\t1" for n in range(3)})
    job = Job(tmp_path, Settings(), Originals(tmp_path / "raw", tmp_path / "of another machine"))
    (package,) = job.originals.sources()
    members = job.originals.with_members([package], job.settings, lambda one, to: unpack(one.path, to, job.settings))
    first, second = with_scratch(job), with_scratch(job)
    unpacked_at = set()
    for originals, member in zip((first.originals, second.originals, second.originals), members, strict=True):
        with originals.opened(member, job.settings) as source:
            unpacked_at.add(source.path.parent)
    (folder,) = unpacked_at
    assert folder.is_dir()  # for the next page
    end_own_processes()
    assert not folder.exists()


def test_a_worker_with_another_program_or_without_the_folder_does_nothing(tmp_path: Path) -> None:
    assert unable(Job(tmp_path, Settings()), program_digest()) is None
    assert unable(Job("s3://archive/out", Settings()), program_digest()) is None
    assert "another version" in str(unable(Job(tmp_path, Settings()), "something else"))
    assert f"does not see the folder {tmp_path / 'none'}" in str(
        unable(Job(tmp_path / "none", Settings()), program_digest())
    )
