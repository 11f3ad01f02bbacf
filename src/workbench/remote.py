"""Folders on this machine or elsewhere: any URL that fsspec knows (``s3://bucket/folder``, ``gs://…``, ``sftp://…``).

A store that does not answer is asked again a few times, each time after a longer wait, before an error is raised.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from workbench.errors import StoreError
from workbench.files import Files, LocalFiles
from workbench.language import Phrase

Location = Path | str
"""A folder (or file) of this machine, or the URL of one elsewhere."""

WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait before a store is asked for the second time, the third, and so on."""

WHOLE_AT_ONCE = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "abfss", "oss", "memory"})
"""Kinds of URL whose stores keep a content whole or not at all. In others it gets its name after it was written."""

CHUNK = 8 * 1024 * 1024
"""Bytes of a content that are read at a time for its digest."""

Answer = TypeVar("Answer")


def location_of(text: Location) -> Location:
    """The place that a text names: a URL stays a URL, but for ``file://``; all else is a path.

    >>> location_of("s3://archive/scans/"), location_of("file:///data/raw").as_posix()
    ('s3://archive/scans', '/data/raw')
    """
    if isinstance(text, Path) or "://" not in text:
        return Path(text)
    parts = urlsplit(text)
    return Path(unquote(parts.path)) if parts.scheme in ("file", "local") else text.rstrip("/")


def absolute(place: Location) -> Location:
    """The place with a path that does not depend on the working folder; a URL stays as it is."""
    return place.absolute() if isinstance(place, Path) else place


def files_at(place: Location) -> Files:
    """The contents of a folder or a URL, as `Files`."""
    return LocalFiles(place) if isinstance(place, Path) else RemoteFiles(place)


class RemoteFiles:
    """`Files` under a URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __reduce__(self) -> tuple[type[RemoteFiles], tuple[str]]:
        return RemoteFiles, (self.url,)  # a connection cannot go to another process

    def get(self, key: str) -> bytes | None:
        return self.ask(lambda: bytes(self.system.cat_file(self.path(key))))

    def put(self, key: str, content: bytes) -> None:
        self._placed(key, lambda path: self.system.pipe_file(path, content))

    def upload(self, key: str, file: Path) -> None:
        """Store the content of a file of this machine, which may be larger than memory.

        Raises:
            StoreError: it cannot be written.
        """
        self._placed(key, lambda path: self.system.put_file(str(file), path))

    def files(self, folder: str) -> dict[str, int]:
        return {name: int(entry["size"]) for name, entry in self.entries(folder).items() if entry["type"] == "file"}

    def folders(self, folder: str) -> list[str]:
        return sorted(name for name, entry in self.entries(folder).items() if entry["type"] == "directory")

    def entries(self, folder: str) -> dict[str, dict[str, Any]]:
        """What fsspec says about everything directly in a folder, by name; empty where there is no such folder.

        Raises:
            StoreError: the store does not answer.
        """
        path = self.path(folder)
        found = self.ask(lambda: self.system.ls(path, detail=True)) or []
        names = ((entry["name"].rstrip("/"), entry) for entry in found)
        return {name.rpartition("/")[2]: entry for name, entry in names if name != path and name.rpartition("/")[2]}

    def fetch(self, key: str, to: Path) -> bool:
        """Copy a content, or a folder with all that is in it, to a path of this machine; False where there is none.

        Raises:
            StoreError: the store does not answer.
        """

        def fetch() -> bool:
            self.system.get(self.path(key), str(to), recursive=True)
            return True

        return bool(self.ask(fetch))

    def size(self, key: str) -> int:
        sizes = self.ask(lambda: self.system.du(self.path(key), total=True))
        return int(sizes or 0)

    def remove(self, key: str) -> None:
        self.ask(lambda: self.system.rm(self.path(key), recursive=True))

    def digest(self, key: str) -> str | None:
        def read() -> str:
            digest = hashlib.sha256()
            with self.system.open(self.path(key), "rb", block_size=CHUNK) as stream:
                while block := stream.read(CHUNK):
                    digest.update(block)
            return digest.hexdigest()

        return self.ask(read)

    def path(self, key: str) -> str:
        """The path of a key in the file system of fsspec."""
        return f"{self._root}/{key}" if key else self._root

    @cached_property
    def system(self) -> Any:
        """The file system of fsspec.

        Raises:
            StoreError: the kind of URL is not known, its package is not installed, or the URL is not valid.
        """
        import fsspec

        try:
            # What others write has to show at once, so no listing is cached.
            return fsspec.core.url_to_fs(self.url, use_listings_cache=False)[0]
        except (ImportError, ValueError, OSError) as error:
            raise StoreError(self.url, str(error).rstrip("."), Phrase("be used")) from error

    @cached_property
    def _root(self) -> str:
        return str(self.system._strip_protocol(self.url)).rstrip("/")

    def _placed(self, key: str, write: Callable[[str], object]) -> None:
        """Let ``write`` put a content at a path, in such a way that it is there whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        path = self.path(key)

        def place() -> bool:
            if self.url.partition(":")[0] in WHOLE_AT_ONCE:
                write(path)
                return True
            folder, _, name = path.rpartition("/")
            self.system.makedirs(folder, exist_ok=True)
            temporary = f"{folder}/.{name}-{uuid.uuid4().hex[:8]}"
            write(temporary)
            self.system.mv(temporary, path)
            return True

        if not self.ask(place):
            raise StoreError(self.url, Phrase("there is no such bucket or folder, or it may not be written"))

    def ask(self, question: Callable[[], Answer]) -> Answer | None:
        """The store's answer to a question, which is asked again after `WAITS` where it fails.

        Returns:
            None where the store answers that there is no such file or folder.

        Raises:
            StoreError: the store does not allow it, or does not answer however often it is asked.
        """
        for wait in (*WAITS, None):
            try:
                return question()
            except (FileNotFoundError, NotADirectoryError):
                return None
            except PermissionError as error:
                raise StoreError(self.url, Phrase("not allowed: {error}", error=error), Phrase("be used")) from error
            except StoreError:
                raise
            except Exception as error:
                if wait is None:
                    raise StoreError(self.url, str(error) or type(error).__name__, Phrase("be reached")) from error
                time.sleep(wait)
        raise AssertionError("unreachable")
