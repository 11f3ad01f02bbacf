"""Raw and processed folders that lie elsewhere: the same documents, the same tables; and what a store may do wrong."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from PIL import Image

import workbench as wb
from tests.stubs import Here, Quiet, blank_page, transcriptions
from workbench.archive.building.summary import IngestSummary
from workbench.archive.ingest import ingest as run
from workbench.archive.originals import Originals
from workbench.archive.run.lock import StoreLock
from workbench.archive.run.tasks import Job
from workbench.errors import InputError, InUseError, StoreError
from workbench.readers.documents import find_sources
from workbench.remote import RemoteFiles, files_at, location_of
from workbench.settings import Settings


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bucket of an S3 server on this machine."""
    server_module = pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.filesystem("s3").mkdir("archive")
        yield "s3://archive"
    server.stop()


@pytest.fixture
def memory() -> Iterator[str]:
    """A store in the memory of this process."""
    yield "memory://archive"
    fsspec.filesystem("memory").store.clear()
    fsspec.filesystem("memory").pseudo_dirs[:] = [""]


def put(folder: Path, url: str) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            RemoteFiles(url).put(file.relative_to(folder).as_posix(), file.read_bytes())


def ingest(raw: Path | str, processed: Path | str) -> IngestSummary:
    """`wb.ingest` in this process."""
    places, executor = (location_of(raw), location_of(processed)), Here(Path(), Settings())
    executor.job = Job(places[1], Settings(), Originals(places[0]))
    return run(*places, Settings(), 1, Quiet(), executor=executor)


def test_an_archive_in_s3_gives_the_tables_of_one_on_this_machine(s3: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    first, second, *_ = transcriptions(raw / "甲 局", 4)
    (raw / "损坏.pdf").write_bytes(b"%PDF-1.4 broken")
    put(raw, f"{s3}/raw")

    local, remote = ingest(raw, tmp_path / "out"), ingest(f"{s3}/raw", f"{s3}/out")

    assert local.pages_read == remote.pages_read == 4
    assert local.digest == remote.digest
    assert [str(problem) for problem in local.problems] == [str(problem) for problem in remote.problems]
    here, there = tmp_path / "out" / "results", RemoteFiles(f"{s3}/out/results")
    results = [path for path in here.rglob("*") if path.is_file() and path.name not in ("digests.json", "pace.json")]
    assert len(results) > 12
    assert all(there.get(path.relative_to(here).as_posix()) == path.read_bytes() for path in results)
    dataset = wb.open(f"{s3}/out")
    assert dataset.forms.equals(wb.open(tmp_path / "out").forms)
    assert dataset.info["raw"] == f"{s3}/raw"
    assert dataset.sql("select count(*) as n from indicators")["n"].item() == local.indicators
    assert not set(RemoteFiles(f"{s3}/out").files("")) & {".lock", ".run.json"}

    second.write_text(second.read_text("utf-8").replace("补助资金", "别的资金"), "utf-8")
    RemoteFiles(f"{s3}/raw").put("甲 局/0001.tsv", second.read_bytes())
    RemoteFiles(f"{s3}/raw").remove("甲 局/0000.tsv")
    first.unlink()
    again = ingest(f"{s3}/raw", f"{s3}/out")
    assert (again.pages_read, again.documents) == (1, 4)
    assert again.digest == ingest(raw, tmp_path / "out").digest


def test_documents_of_a_store_are_those_of_a_folder(memory: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    for name in ("a/p-2.png", "a/p-10.png", "b/one.png", "b/two.tsv", "c/scan.tif", "README.md", ".hidden/x.png"):
        blank_page(raw / name) if name.endswith("png") else (raw / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith((".tsv", ".md")):
            (raw / name).write_text("甲\t乙", "utf-8")
    frames = [Image.new("L", (100, 100), 255)] * 2
    frames[0].save(raw / "c" / "scan.tif", save_all=True, append_images=frames[1:])
    put(raw, f"{memory}/raw")

    here, there = find_sources(raw), Originals(f"{memory}/raw").sources()

    assert [source.name for source in there] == [source.name for source in here]
    assert [source.name for source in there] == ["a", "b/one.png", "b/two.tsv", "c/scan.tif"]
    for one, other in zip(here, there, strict=True):
        assert [file.name for file in one.page_files] == [file.name for file in other.page_files]
        with Originals(f"{memory}/raw").opened(other, Settings()) as fetched:
            contents = [file.read_bytes() for file in fetched.page_files]
        assert contents == [file.read_bytes() for file in one.page_files]
        assert not fetched.path.exists()
    with Originals(f"{memory}/raw").opened(there[0], Settings(), page=2) as fetched:
        assert [file.exists() for file in fetched.page_files] == [False, True]
    with (
        pytest.raises(InputError, match="max_bytes"),
        Originals(f"{memory}/raw").opened(there[1], Settings(max_bytes=9)),
    ):
        pass


def test_one_file_of_a_store_is_an_archive_and_nothing_is_said_so(memory: str, tmp_path: Path) -> None:
    put(transcriptions(tmp_path / "raw", 1)[0].parent, f"{memory}/raw")
    (source,) = Originals(f"{memory}/raw/0000.tsv").sources()
    assert source.name == "0000.tsv"
    (nothing,) = Originals(f"{memory}/typo").sources()
    with pytest.raises(InputError, match="no such folder"), Originals(f"{memory}/typo").opened(nothing, Settings()):
        pass


def test_a_changed_content_has_another_signature(memory: str) -> None:
    files, originals = RemoteFiles(f"{memory}/raw"), Originals(f"{memory}/raw")
    files.put("a.tsv", b"1")
    (source,) = originals.sources()
    before = originals.signature(source)
    assert originals.signature(source) == before
    files.put("a.tsv", b"22")
    assert originals.signature(source) != before
    files.remove("a.tsv")
    with pytest.raises(InputError, match="no longer there"):
        originals.signature(source)


@pytest.mark.parametrize("kind", ["memory", "folder", "s3"])
def test_every_place_keeps_contents_alike(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = tmp_path.as_uri() if kind == "folder" else f"{request.getfixturevalue(kind)}/place"
    files = RemoteFiles(url)  # a folder by its URL, too: written under another name and moved
    assert files.get("a/b.json") is None
    assert (files.files("a"), files.folders("")) == ({}, [])
    files.put("a/b.json", b"1")
    files.put("a/b.json", b"22")
    files.put("a/c/d.json", b"333")
    (tmp_path / "big").write_bytes(b"x" * 100_000)
    files.upload("big.bin", tmp_path / "big")
    assert files.get("a/b.json") == b"22"
    assert files.files("a") == {"b.json": 2}
    assert files.folders("a") == ["c"]
    assert files.size("a") == 5
    assert files.digest("big.bin") == files_at(tmp_path).digest("big")
    assert files.digest("none") is None
    files.remove("a")
    files.remove("a")
    assert files.get("a/c/d.json") is None


def test_a_place_is_a_url_or_a_path() -> None:
    assert location_of("s3://bucket/a/") == "s3://bucket/a"
    assert location_of("file:///data/%E7%94%B2") == Path("/data/甲")
    assert location_of("data/raw") == Path("data/raw")
    with pytest.raises(StoreError, match="nosuch"):
        _ = RemoteFiles("nosuch://a").system


class Moody(RemoteFiles):
    """A store that fails some times before it answers."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__("memory://moody")
        self.errors = list(errors)

    def get_moodily(self) -> bytes | None:
        def answer() -> bytes:
            if self.errors:
                raise self.errors.pop(0)
            return b"answer"

        return self.ask(answer)


def test_a_store_is_asked_again_until_it_is_said_that_it_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("workbench.remote.time.sleep", waits.append)
    assert Moody(TimeoutError(), ConnectionError("reset")).get_moodily() == b"answer"
    assert waits == [0.5, 1.0]
    with pytest.raises(StoreError, match=r"memory://moody: cannot be reached \(slow down\)"):
        Moody(*[OSError("slow down")] * 5).get_moodily()
    denied = Moody(PermissionError("Access Denied"))
    with pytest.raises(StoreError, match="not allowed: Access Denied"):
        denied.get_moodily()
    assert Moody(FileNotFoundError()).get_moodily() is None


def test_two_runs_do_not_share_a_store_and_a_killed_one_gives_it_free(memory: str) -> None:
    files = RemoteFiles(f"{memory}/processed")
    with StoreLock(files, every=0.05):
        with pytest.raises(InUseError, match=r"process \d+ on "), StoreLock(files, every=0.2):
            pass
        left_behind = files.get(".lock")
    assert files.get(".lock") is None
    files.put(".lock", left_behind or b"")
    with StoreLock(files, every=0.05):
        assert threading.active_count() > 1


def test_a_bucket_that_is_not_there_is_named(s3: str, tmp_path: Path) -> None:
    transcriptions(tmp_path / "raw", 1)
    with pytest.raises(StoreError, match=r"s3://nowhere/out: cannot be written \(there is no such bucket"):
        ingest(tmp_path / "raw", "s3://nowhere/out")
    shutil.rmtree(tmp_path / "raw")
