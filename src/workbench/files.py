"""Files that are written whole or not at all: an interruption leaves the old content or the new one, never a part.

And what a text says of the folders of this machine, taken out of it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import tempfile
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from workbench.errors import StoreError
from workbench.language import Phrase

LONGEST_NAME = 200
"""Longest name to which an ending may be added, bytes: file systems allow names of 255."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whatever interrupts; its folder is made if needed.

    Raises:
        OSError: it cannot be written. A file that was there stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, if it is one: to open a pipe is to wait, a device has no end, and either may be sent.

    Raises:
        OSError: it cannot be read, or is a pipe, a socket or a device.
    """
    _require_regular(path, path.stat().st_mode)
    without_waiting = getattr(os, "O_NONBLOCK", 0)  # should it have become a pipe just now
    stream = open(path, "rb", opener=lambda name, flags: os.open(name, flags | without_waiting))  # noqa: SIM115
    try:
        _require_regular(path, os.fstat(stream.fileno()).st_mode)
    except OSError:
        stream.close()
        raise
    return stream


def _require_regular(path: Path, mode: int) -> None:
    """Refuse what is neither a file nor a folder, of which `open` says it itself."""
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, Phrase("this is no file but a pipe, a socket or a device; take it away"), str(path))


def require_inside(path: Path, folder: Path) -> None:
    """Refuse a path that leads out of a folder, because it or a folder on its way is a link.

    Raises:
        OSError: it does.
    """
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        # `Path.resolve` would refuse links in a circle with another error
        raise OSError(errno.EPERM, Phrase("a link to a place outside the project is not followed"), str(path))


def short_name(name: str) -> str:
    """The name, or for one longer than `LONGEST_NAME` its beginning with a digest of the whole.

    Either has room for an ending on every file system.

    >>> short_name("scan"), len(short_name("a" * 300))
    ('scan', 200)
    """
    written = os.fsencode(name)
    if len(written) <= LONGEST_NAME:
        return name
    start = written[: LONGEST_NAME - 9].decode("utf-8", "ignore")
    return f"{start}_{hashlib.sha256(written).hexdigest()[:8]}"


class Files(Protocol):
    """A place that holds contents by key; keys are separated by ``/`` as paths are.

    These methods are all that the results of an archive need of the place where they are stored. Each of them raises
    `StoreError` where the place does not answer.
    """

    def get(self, key: str) -> bytes | None:
        """The content of a key; None where there is none."""

    def put(self, key: str, content: bytes) -> None:
        """Store a content whole or not at all; an earlier one of the same key is replaced."""

    def files(self, folder: str) -> dict[str, int]:
        """Names and sizes (bytes) of the contents directly in a folder; empty where there is no such folder."""

    def folders(self, folder: str) -> list[str]:
        """Names of the folders directly in a folder, sorted."""

    def size(self, key: str) -> int:
        """Bytes of a content, or of everything under a folder; 0 where there is none."""

    def digest(self, key: str) -> str | None:
        """Hex SHA-256 of a content; None where there is none."""

    def remove(self, key: str) -> None:
        """Remove a content, or a folder with everything under it, if there is one."""


class LocalFiles:
    """`Files` in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, key: str) -> bytes | None:
        try:
            with open_regular(self.root / key) as stream:
                return stream.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._problem(error) from error

    def put(self, key: str, content: bytes) -> None:
        try:
            write_atomically(self.root / key, content)
        except OSError as error:
            raise self._problem(error) from error

    def files(self, folder: str) -> dict[str, int]:
        return {entry.name: entry.stat().st_size for entry in self._entries(folder) if entry.is_file()}

    def folders(self, folder: str) -> list[str]:
        return sorted(entry.name for entry in self._entries(folder) if entry.is_dir(follow_symlinks=False))

    def size(self, key: str) -> int:
        path = self.root / key
        if not path.is_dir():
            return path.stat().st_size if path.exists() else 0
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())

    def digest(self, key: str) -> str | None:
        try:
            with open_regular(self.root / key) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._problem(error) from error

    def remove(self, key: str) -> None:
        path = self.root / key
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._problem(error) from error

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                return list(entries)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._problem(error) from error

    def _problem(self, error: OSError) -> StoreError:
        return StoreError(self.root, error.strerror or str(error))


def without_folder(text: str, folder: str, instead: str) -> str:
    """A text in which a folder of this machine is called otherwise, and the rest of a path below it stays.

    A longer name that begins like the folder's is another folder: of ``/home/li``, ``/home/lisa`` is none. Letters
    before it are not those of a path either, but of a longer one, or of the base64 of a picture.

    >>> without_folder("/home/li/a.pdf, /home/lisa/b.pdf, /home/li", "/home/li", "~")
    '~/a.pdf, /home/lisa/b.pdf, ~'
    """
    pattern = rf"(?<![A-Za-z0-9+/]){re.escape(folder)}(?![A-Za-z0-9_-])"
    return re.sub(pattern, lambda _: instead, text)
