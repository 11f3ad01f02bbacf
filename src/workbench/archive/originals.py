"""The raw folder: what documents there are, whether they have changed, and their files on this machine to read from.

It may lie elsewhere (a URL): its files are then fetched for as long as they are read.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from workbench.errors import InputError
from workbench.readers.documents import FolderEntry, Source, find_sources, sources_in
from workbench.readers.limits import require_bytes
from workbench.remote import Location, RemoteFiles
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Originals:
    """The documents of a raw folder, or of one file."""

    place: Location

    def sources(self) -> list[Source]:
        """The documents, in the order of their names. A remote document has the paths of the store.

        Raises:
            StoreError: a store does not answer.
        """
        if isinstance(self.place, Path):
            return find_sources(self.place)
        files = _files(self.place)
        top = Path(files.path(""))
        told = files.ask(lambda: files.system.info(top.as_posix()))
        if told is not None and told["type"] == "file":
            return [Source(top.name, top, (top,))]
        if not files.entries(""):
            return [Source(top.name, top, ())]
        return sources_in(top, lambda folder: _entries(files, folder), lambda file: _stream(files, file))

    def is_there(self) -> bool:
        """Whether there is anything at all."""
        if isinstance(self.place, Path):
            try:
                return self.place.is_file() or next(self.place.iterdir(), None) is not None
            except OSError:
                return False
        return bool(_files(self.place).entries(""))

    def signature(self, source: Source) -> tuple[str, float]:
        """A digest that changes whenever the document's files do, and when the newest of them was changed.

        That is made from paths, sizes, times of change and inodes; in a store, from its own marks of a content.

        Raises:
            InputError: ``missing``: a file is no longer there.
        """
        if isinstance(self.place, Path):
            return _local_signature(source)
        return _remote_signature(_files(self.place), self.place, source)

    @contextmanager
    def opened(self, source: Source, settings: Settings, page: int | None = None) -> Iterator[Source]:
        """The document with files of this machine; with ``page``, a folder of page images needs only hold that one.

        Raises:
            InputError: ``missing``, ``empty`` or ``too-large`` in a store (on this machine, its reader says so).
            StoreError: a store does not answer.
        """
        if isinstance(self.place, Path):
            yield source
            return
        if not source.page_files:
            message = "no documents are there: no such folder, or an empty one; check the address"
            raise InputError("empty", source.name, message)
        wanted = source.page_files if page is None or not source.is_folder else (source.page_files[page - 1],)
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            files = _files(self.place)
            local = {file: Path(folder) / file.name for file in source.page_files}
            for file in wanted:
                _fetch(files, file, local[file], source, settings)
            path = Path(folder) if source.is_folder else local[source.path]
            yield replace(source, path=path, page_files=tuple(local.values()))


def _fetch(files: RemoteFiles, file: Path, to: Path, source: Source, settings: Settings) -> None:
    told = files.ask(lambda: files.system.info(file.as_posix()))
    if told is not None:
        require_bytes(source.name, told.get("size") or 0, settings)

    def fetch() -> bool:
        files.system.get_file(file.as_posix(), str(to))
        return True

    if told is None or files.ask(fetch) is None:
        raise InputError("missing", source.name, "the file is no longer there")


@lru_cache(maxsize=4)
def _files(url: str) -> RemoteFiles:
    return RemoteFiles(url)


def _entries(files: RemoteFiles, folder: Path) -> list[FolderEntry]:
    found = files.entries(_key(files, folder))
    return [
        FolderEntry(folder / name, one["type"] == "directory", one["type"] == "file") for name, one in found.items()
    ]


def _key(files: RemoteFiles, path: Path) -> str:
    """The key of a path of the store."""
    key = PurePosixPath(path.as_posix()).relative_to(files.path("")).as_posix()
    return "" if key == "." else key


def _stream(files: RemoteFiles, file: Path) -> BinaryIO:
    stream: BinaryIO = files.system.open(file.as_posix(), "rb")
    return stream


def _local_signature(source: Source) -> tuple[str, float]:
    facts, newest = [], 0.0
    for file in source.page_files:
        try:
            stat = file.stat()
        except FileNotFoundError:
            raise InputError("missing", source.name, "the file is no longer there") from None
        except OSError as error:
            raise InputError("unreadable", source.name, f"cannot be read ({error.strerror or error})") from error
        facts.append((str(file), stat.st_size, stat.st_mtime_ns, stat.st_ino))
        newest = max(newest, stat.st_mtime)
    return _digest(facts), newest


def _remote_signature(files: RemoteFiles, url: str, source: Source) -> tuple[str, float]:
    if source.is_folder:
        known = files.entries(_key(files, source.path))
        told = [known.get(file.name) for file in source.page_files]
    else:
        told = [files.ask(lambda: files.system.info(source.path.as_posix()))]
    if any(one is None for one in told):
        raise InputError("missing", source.name, "the file is no longer there")
    facts = [(file.as_posix(), _mark(one or {})) for file, one in zip(source.page_files, told, strict=True)]
    return _digest([url.partition(":")[0], *facts]), 0.0


MARKS = ("ETag", "etag", "md5Hash", "content_settings", "mtime", "LastModified", "last_modified", "modified", "created")
"""What file systems call their mark of a content, the best ones first."""


def _mark(told: dict[str, Any]) -> tuple[int, str]:
    return int(told.get("size") or 0), str(next((told[name] for name in MARKS if told.get(name)), ""))


def _digest(facts: Iterable[object]) -> str:
    return hashlib.sha256(repr(list(facts)).encode(errors="surrogateescape")).hexdigest()[:32]
