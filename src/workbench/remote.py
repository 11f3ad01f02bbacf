"""Folders that may lie elsewhere: any URL that fsspec knows (``s3://bucket/folder``, ``gs://…``, ``sftp://…``).

A store that does not answer is asked again a few times, each time after a longer wait, before that is said.
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

Location = Path | str
"""A folder (or file) of this machine, or the URL of one elsewhere."""

WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds that are waited before a store is asked again."""

WHOLE_AT_ONCE = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "abfss", "oss", "memory"})
"""Stores where a content is there whole or not at all; elsewhere it is written under another name and moved."""

CHUNK = 8 * 1024 * 1024

Answer = TypeVar("Answer")


def location_of(text: Location) -> Location:
    """A URL as it is, anything else as a path; ``file://`` is a path."""
    if isinstance(text, Path) or "://" not in text:
        return Path(text)
    parts = urlsplit(text)
    return Path(unquote(parts.path)) if parts.scheme in ("file", "local") else text.rstrip("/")


def absolute(place: Location) -> Location:
    """A place as it is called from wherever."""
    return place.absolute() if isinstance(place, Path) else place


def files_at(place: Location) -> Files:
    """The contents of a place."""
    return LocalFiles(place) if isinstance(place, Path) else RemoteFiles(place)


class RemoteFiles:
    """`Files` under a URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __reduce__(self) -> tuple[type[RemoteFiles], tuple[str]]:
        return RemoteFiles, (self.url,)  # connections stay in their process

    def get(self, key: str) -> bytes | None:
        return self.ask(lambda: bytes(self.system.cat_file(self.path(key))))

    def put(self, key: str, content: bytes) -> None:
        self._placed(key, lambda path: self.system.pipe_file(path, content))

    def upload(self, key: str, file: Path) -> None:
        """Keep the content of a file of this machine; it may be larger than memory."""
        self._placed(key, lambda path: self.system.put_file(str(file), path))

    def files(self, folder: str) -> dict[str, int]:
        return {name: int(entry["size"]) for name, entry in self.entries(folder).items() if entry["type"] == "file"}

    def folders(self, folder: str) -> list[str]:
        return sorted(name for name, entry in self.entries(folder).items() if entry["type"] == "directory")

    def entries(self, folder: str) -> dict[str, dict[str, Any]]:
        """What fsspec tells about everything directly in a folder, by name; empty where there is no such folder."""
        path = self.path(folder)
        found = self.ask(lambda: self.system.ls(path, detail=True)) or []
        names = ((entry["name"].rstrip("/"), entry) for entry in found)
        return {name.rpartition("/")[2]: entry for name, entry in names if name != path and name.rpartition("/")[2]}

    def fetch(self, key: str, to: Path) -> bool:
        """Put a content, or a folder with all that is in it, on this machine; False where there is none."""

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
        """SHA-256 (hex) of a content, None where there is none."""

        def read() -> str:
            digest = hashlib.sha256()
            with self.system.open(self.path(key), "rb", block_size=CHUNK) as stream:
                while block := stream.read(CHUNK):
                    digest.update(block)
            return digest.hexdigest()

        return self.ask(read)

    def path(self, key: str) -> str:
        """The content's name as the file system knows it."""
        return f"{self._root}/{key}" if key else self._root

    @cached_property
    def system(self) -> Any:
        """The file system of fsspec.

        Raises:
            StoreError: it is not known or not installed, or the URL is none of its.
        """
        import fsspec

        try:
            # What others write is to be seen at once: nothing that was listed is remembered.
            return fsspec.core.url_to_fs(self.url, use_listings_cache=False)[0]
        except (ImportError, ValueError, OSError) as error:
            raise StoreError(self.url, str(error).rstrip("."), "be used") from error

    @cached_property
    def _root(self) -> str:
        return str(self.system._strip_protocol(self.url)).rstrip("/")

    def _placed(self, key: str, write: Callable[[str], object]) -> None:
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
            raise StoreError(self.url, "there is no such bucket or folder, or it may not be written")

    def ask(self, question: Callable[[], Answer]) -> Answer | None:
        """The store's answer; None where it says that there is no such thing.

        Raises:
            StoreError: it does not allow that, or does not answer however often it is asked.
        """
        for wait in (*WAITS, None):
            try:
                return question()
            except (FileNotFoundError, NotADirectoryError):
                return None
            except PermissionError as error:
                raise StoreError(self.url, f"not allowed: {error}", "be used") from error
            except StoreError:
                raise
            except Exception as error:
                if wait is None:
                    raise StoreError(self.url, str(error) or type(error).__name__, "be reached") from error
                time.sleep(wait)
        raise AssertionError("unreachable")
