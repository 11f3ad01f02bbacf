"""Digests of documents, remembered by what the file system says of their files: an unchanged file is not read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from workbench.archive.originals import Originals
from workbench.archive.results.store import RESULTS, seal, unseal
from workbench.files import Files, LocalFiles
from workbench.readers.documents import Source, digest_of
from workbench.settings import Settings

KEY = f"{RESULTS}/digests.json"

STILL_WARM = 2.0
"""A file changed less than this many seconds ago may change again without its time of change showing it."""

PageCount = Callable[[Source], int]
"""Counts the pages of a document on this machine; 1 for a file that is read as a whole."""


class Digests:
    """Digest and number of pages of every document, from the last run where nothing has changed since."""

    def __init__(self, files: Files, originals: Originals, settings: Settings, count: PageCount) -> None:
        self.files, self.originals, self.settings, self._count = files, originals, settings, count
        self._known: dict[str, list[object]] = unseal(files.get(KEY))
        self._seen: dict[str, list[object]] = {}

    @property
    def is_local(self) -> bool:
        """Whether all that is asked for lies on this machine."""
        return isinstance(self.originals.place, Path) and isinstance(self.files, LocalFiles)

    def of(self, source: Source) -> tuple[str, int, str]:
        """Digest (hex SHA-256), number of pages (1 for a file that is read as a whole) and signature of a document.

        Raises:
            InputError: the document cannot be read at all.
        """
        mark, newest = self.originals.signature(source)
        known = self._known.get(source.name)
        if known and known[0] == mark:
            self._seen[source.name] = known
            return str(known[1]), int(str(known[2])), mark
        with self.originals.opened(source, self.settings) as local:
            digest = digest_of(local, self.settings)
            pages = self._count(local)
        if time.time() - newest > STILL_WARM:
            self._seen[source.name] = [mark, digest, pages]
        return digest, pages, mark

    def save(self) -> None:
        """Remember the documents that were asked for, and no others."""
        if self._seen != self._known:
            self.files.put(KEY, seal(self._seen))
