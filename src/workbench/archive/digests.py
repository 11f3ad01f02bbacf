"""Digests of documents, remembered by what the file system says of their files: an unchanged file is not read."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable

from workbench.archive.store import RESULTS, seal, unseal
from workbench.errors import InputError
from workbench.files import Files
from workbench.readers.documents import Source, digest_of
from workbench.readers.kinds import kind_of
from workbench.readers.pages import count_pages
from workbench.settings import Settings

KEY = f"{RESULTS}/digests.json"

STILL_WARM = 2.0
"""A file changed less than this many seconds ago may change again without its time of change showing it."""


class Digests:
    """Digest and number of pages of every document, from the last run where nothing has changed since."""

    def __init__(self, files: Files, settings: Settings) -> None:
        self.files, self.settings = files, settings
        self._known: dict[str, list[object]] = unseal(files.get(KEY))
        self._seen: dict[str, list[object]] = {}

    def of(self, source: Source) -> tuple[str, int, str]:
        """Digest (hex SHA-256), number of pages (1 for a file that is read as a whole) and signature of a document.

        Raises:
            InputError: the document cannot be read at all.
        """
        mark, newest = signature(source)
        known = self._known.get(source.name)
        if known and known[0] == mark:
            self._seen[source.name] = known
            return str(known[1]), int(str(known[2])), mark
        digest = digest_of(source, self.settings)
        pages = count_pages(source, self.settings) if kind_of(source) == "scan" else 1
        if time.time() - newest > STILL_WARM:
            self._seen[source.name] = [mark, digest, pages]
        return digest, pages, mark

    def save(self) -> None:
        """Remember the documents that were asked for, and no others."""
        if self._seen != self._known:
            self.files.put(KEY, seal(self._seen))


def signature(source: Source) -> tuple[str, float]:
    """A digest of paths, sizes, times of change and inodes of a document's files, and the newest of the times.

    Raises:
        InputError: ``missing``: a file is no longer there.
    """
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


def _digest(facts: Iterable[object]) -> str:
    return hashlib.sha256(repr(list(facts)).encode(errors="surrogateescape")).hexdigest()[:32]
