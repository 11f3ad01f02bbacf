"""Digests and page numbers of documents, remembered from run to run: a file that did not change is not read."""

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
"""Where they are kept."""

SETTLED_SECONDS = 2.0
"""Age of a file's last change from which its signature is trusted.

A younger file may change again without its time of change showing it: FAT, the coarsest, counts in steps of 2 s.
"""

PageCount = Callable[[Source], int]
"""Counts the pages of a document on this machine; 1 for a file that is read as a whole."""


class Digests:
    """Digest and number of pages of every document, taken from the last run where its files did not change since."""

    def __init__(self, files: Files, originals: Originals, settings: Settings, count: PageCount) -> None:
        self.files, self.originals, self.settings, self._count = files, originals, settings, count
        self._known: dict[str, list[object]] = unseal(files.get(KEY))
        self._seen: dict[str, list[object]] = {}

    @property
    def is_local(self) -> bool:
        """Whether both the documents and the results lie on this machine."""
        return isinstance(self.originals.place, Path) and isinstance(self.files, LocalFiles)

    def of(self, source: Source) -> tuple[str, int, str]:
        """Look up a document, and read its files only if they changed.

        Returns:
            Digest (hex SHA-256), number of pages (1 for a file that is read as a whole) and signature of the files.

        Raises:
            InputError: the document cannot be read at all.
        """
        signature, newest = self.originals.signature(source)
        known = self._known.get(source.name)
        if known and known[0] == signature:
            self._seen[source.name] = known
            return str(known[1]), int(str(known[2])), signature
        with self.originals.opened(source, self.settings) as local:
            digest = digest_of(local, self.settings)
            pages = self._count(local)
        if time.time() - newest > SETTLED_SECONDS:
            self._seen[source.name] = [signature, digest, pages]
        return digest, pages, signature

    def save(self) -> None:
        """Remember the documents that were asked for, and forget all others.

        Raises:
            StoreError: they cannot be written.
        """
        if self._seen != self._known:
            self.files.put(KEY, seal(self._seen))
