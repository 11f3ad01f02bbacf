"""The raw folder: which documents it holds, whether they changed, and their files to read from.

It may lie elsewhere (a URL): a document's files are then fetched to this machine for as long as they are read. Archives
in it are folders of documents; they are unpacked into a folder of the run, which is gone after it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from workbench.errors import InputError
from workbench.language import Phrase, reason_of
from workbench.readers.documents import (
    FolderEntry,
    Source,
    find_sources,
    is_package,
    natural_order,
    require_regular,
    sources_in,
)
from workbench.readers.limits import require_bytes
from workbench.readers.packages import member_sources, unpacked_source
from workbench.readers.unpacking import INDEX, Unpacked, unpack, unpacked
from workbench.remote import Location, RemoteFiles
from workbench.settings import Settings

Unpack = Callable[[Source, Path], None]
"""Unpacks an archive on this machine into an empty folder; an `InputError` where it cannot."""


@dataclass(frozen=True, slots=True)
class Originals:
    """The documents of a raw folder (a path or a URL), or the one document that a single file is.

    ``scratch`` is the folder that archives are unpacked into, once a run; where it is not there, as on another machine,
    they are unpacked for as long as a document of theirs is read.
    """

    place: Location
    scratch: Path | None = None

    @contextmanager
    def with_scratch(self) -> Iterator[Originals]:
        """The same, with a folder for what is unpacked, which is gone in the end.

        Where none can be made, archives are unpacked for each of their documents, which say why they cannot be.
        """
        try:
            folder = Path(tempfile.mkdtemp(prefix="workbench-"))
        except OSError:
            yield self
            return
        try:
            yield replace(self, scratch=folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sources(self) -> list[Source]:
        """The documents, in the order of their names. The paths of a remote document are those of the store.

        Archives are documents here; `with_members` opens them.

        Raises:
            StoreError: a store does not answer.
        """
        if isinstance(self.place, Path):
            return find_sources(self.place)
        files = _files(self.place)
        top = Path(files.path(""))
        info = files.ask(lambda: files.system.info(top.as_posix()))
        if info is not None and info["type"] == "file":
            return [Source(top.name, top, (top,))]
        if not files.entries(""):
            return [Source(top.name, top, ())]
        return sources_in(top, lambda folder: _entries(files, folder), lambda file: _stream(files, file))

    def with_members(self, sources: list[Source], settings: Settings, unpack: Unpack) -> list[Source]:
        """The documents with, in place of each archive, those in it; or with its problem, where it cannot be unpacked.

        Raises:
            StoreError: a store does not answer.
        """
        found: list[Source] = []
        for source in sources:
            if source.outside or source.page_files != (source.path,) or not is_package(source.path):
                found.append(source)
                continue
            try:
                with self._unpacked(source, settings, unpack) as members:
                    found += member_sources(source, members)
            except InputError as problem:
                told = InputError(problem.reason, source.name, problem.detail)
                found.append(replace(source, problem=told))
        return sorted(found, key=lambda source: natural_order(source.name))

    @contextmanager
    def _unpacked(self, package: Source, settings: Settings, unpack: Unpack) -> Iterator[Unpacked]:
        """What is in an archive, unpacked in this run or for as long as the context lasts."""
        if self.scratch is None or not self.scratch.is_dir():
            with tempfile.TemporaryDirectory(prefix="workbench-") as temporary:
                yield self._unpacked_into(Path(temporary), package, settings, unpack)
            return
        folder = self.scratch / self.signature(package)[0]
        if not (folder / INDEX).is_file():
            part = Path(tempfile.mkdtemp(dir=self.scratch))
            try:
                self._unpacked_into(part, package, settings, unpack)
                part.replace(folder)
            except OSError:
                if not (folder / INDEX).is_file():  # not another process of the run, which was first
                    raise
            finally:
                shutil.rmtree(part, ignore_errors=True)
        yield unpacked(folder)

    def _unpacked_into(self, folder: Path, package: Source, settings: Settings, unpack: Unpack) -> Unpacked:
        with self.opened(package, settings) as local:
            require_regular(local.path, settings)
            unpack(local, folder)
        return unpacked(folder)

    def is_there(self) -> bool:
        """Whether there is anything at all: a file, or a folder that is not empty."""
        if isinstance(self.place, Path):
            try:
                return self.place.is_file() or next(self.place.iterdir(), None) is not None
            except OSError:
                return False
        return bool(_files(self.place).entries(""))

    def signature(self, source: Source) -> tuple[str, float]:
        """A digest that changes whenever the document's files do; no file is read for it.

        It is made from paths, sizes, inodes, and times of change of content and of the rest, which nobody can set
        back (``st_ctime``; not on Windows); in a store, from paths, sizes and version tags.

        Returns:
            The digest, and when the newest file was changed, in seconds since 1970 (0 in a store).

        Raises:
            InputError: ``missing``: a file is no longer there; ``unreadable``: it cannot be looked at.
            StoreError: a store does not answer.
        """
        if source.package is not None:
            signature, newest = self.signature(_package(source))
            return _digest([signature, *map(str, source.page_files)]), newest
        if isinstance(self.place, Path):
            return _local_signature(source)
        return _remote_signature(_files(self.place), self.place, source)

    @contextmanager
    def opened(self, source: Source, settings: Settings, page: int | None = None) -> Iterator[Source]:
        """The document with its files on this machine, for as long as the context lasts.

        Args:
            source: a document of `sources`.
            settings: say how large a file may be.
            page: number of the only page that is needed, from 1: of a folder of page images no other is fetched.

        Raises:
            InputError: ``missing``, ``empty`` or ``too-large`` in a store (of files on this machine, readers say so).
            StoreError: a store does not answer.
        """
        if source.problem is not None:
            raise source.problem
        if source.package is not None:
            with self._unpacked(_package(source), settings, lambda one, to: unpack(one.path, to, settings)) as members:
                try:
                    yield unpacked_source(source, members)
                except InputError as error:  # which names a file that nobody knows
                    raise InputError(error.reason, source.name, error.detail, error.page) from error
            return
        if isinstance(self.place, Path):
            yield source
            return
        if not source.page_files:
            message = Phrase("no documents are there: no such folder, or an empty one; check the address")
            raise InputError("empty", source.name, message)
        wanted = source.page_files if page is None or not source.is_folder else (source.page_files[page - 1],)
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            files = _files(self.place)
            local = {file: Path(folder) / file.name for file in source.page_files}
            for file in wanted:
                _fetch(files, file, local[file], source, settings)
            path = Path(folder) if source.is_folder else local[source.path]
            yield replace(source, path=path, page_files=tuple(local.values()))


def _package(member: Source) -> Source:
    """The archive that holds a document."""
    path = member.package
    assert path is not None
    return Source(path.name, path, (path,))


def _fetch(files: RemoteFiles, file: Path, to: Path, source: Source, settings: Settings) -> None:
    """Put a file of the store on this machine, unless it is larger than the settings allow."""
    info = files.ask(lambda: files.system.info(file.as_posix()))
    if info is not None:
        require_bytes(source.name, info.get("size") or 0, settings)

    def fetch() -> bool:
        files.system.get_file(file.as_posix(), str(to))
        return True

    if info is None or files.ask(fetch) is None:
        raise InputError("missing", source.name, Phrase("the file is no longer there"))


@lru_cache(maxsize=4)
def _files(url: str) -> RemoteFiles:
    """The store under a URL, connected to once a process."""
    return RemoteFiles(url)


def _entries(files: RemoteFiles, folder: Path) -> list[FolderEntry]:
    """What is directly in a folder of the store."""
    found = files.entries(_key(files, folder))
    return [
        FolderEntry(folder / name, one["type"] == "directory", one["type"] == "file") for name, one in found.items()
    ]


def _key(files: RemoteFiles, path: Path) -> str:
    """The key of a path of the store: the path relative to the raw folder, empty for the folder itself."""
    key = PurePosixPath(path.as_posix()).relative_to(files.path("")).as_posix()
    return "" if key == "." else key


def _stream(files: RemoteFiles, file: Path) -> BinaryIO:
    stream: BinaryIO = files.system.open(file.as_posix(), "rb")
    return stream


FINER = 1.9
"""Seconds by which ``st_ctime`` shows a change earlier than the coarsest ``st_mtime``: it counts in 0.1 s at most."""


def _local_signature(source: Source) -> tuple[str, float]:
    """The signature of files of this machine, and when the newest of them was changed (seconds since 1970)."""
    facts, newest = [], 0.0
    for file in source.page_files:
        try:
            stat = file.stat()
        except FileNotFoundError:
            raise InputError("missing", source.name, Phrase("the file is no longer there")) from None
        except OSError as error:
            raise InputError(
                "unreadable", source.name, Phrase("cannot be read ({reason})", reason=reason_of(error))
            ) from error
        facts.append((str(file), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino))
        newest = max(newest, stat.st_mtime, stat.st_ctime - FINER)
    return _digest(facts), newest


def _remote_signature(files: RemoteFiles, url: str, source: Source) -> tuple[str, float]:
    """The signature of files of a store, and 0 for when they were changed: a store's version tags show every change."""
    if source.is_folder:
        entries = files.entries(_key(files, source.path))
        infos = [entries.get(file.name) for file in source.page_files]
    else:
        infos = [files.ask(lambda: files.system.info(source.path.as_posix()))]
    if any(info is None for info in infos):
        raise InputError("missing", source.name, Phrase("the file is no longer there"))
    facts = [(file.as_posix(), _size_and_tag(info or {})) for file, info in zip(source.page_files, infos, strict=True)]
    return _digest([url.partition(":")[0], *facts]), 0.0


VERSION_TAGS = (
    "ETag", "etag", "md5Hash", "content_settings", "mtime", "LastModified", "last_modified", "modified", "created",
)  # fmt: skip
"""What the file systems of fsspec call the fact that changes with a file's content, the most reliable names first."""


def _size_and_tag(info: dict[str, Any]) -> tuple[int, str]:
    """Bytes of a file of the store and its version tag, by what fsspec says about the file."""
    return int(info.get("size") or 0), str(next((info[name] for name in VERSION_TAGS if info.get(name)), ""))


def _digest(facts: Iterable[object]) -> str:
    """The first 32 hex digits of the facts' SHA-256."""
    return hashlib.sha256(repr(list(facts)).encode(errors="surrogateescape")).hexdigest()[:32]
