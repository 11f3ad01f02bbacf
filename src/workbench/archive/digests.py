"""Digests and page numbers of documents, remembered from run to run: a file that did not change is not read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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

COUNTED = ("max_bytes", "max_pages", "max_text_bytes", "max_expansion")
"""Limits that are enforced when the digest is taken and pages are counted."""

PageCount = Callable[[Source], int]
"""Counts the pages of a document on this machine; 1 for a file that is read as a whole."""


class Digests:
    """Digest and number of pages of every document, taken from the last run where its files did not change since."""

    def __init__(
        self, files: Files, originals: Originals, settings: Settings, count: PageCount, verify: bool = False
    ) -> None:
        """Take what the last run remembered.

        Args:
            files: where it is remembered.
            originals: the documents.
            settings: their limits decide whether a document can be read at all.
            count: counts pages.
            verify: read every file, whatever is remembered.
        """
        self.files, self.originals, self.settings, self._count = files, originals, settings, count
        self._remembered: dict[str, Any] = unseal(files.get(KEY))
        self._known: dict[str, Any] = {} if verify else self._remembered
        self._seen: dict[str, Any] = {}
        self._limits: dict[str, int] = {name: getattr(settings, name) for name in COUNTED}

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
        if known is not None and self._holds(known, signature):
            self._seen[source.name] = known
            return str(known[1]), int(known[2]), signature
        with self.originals.opened(source, self.settings) as local:
            digest = digest_of(local, self.settings)
            pages = self._count(local)
        if time.time() - newest > SETTLED_SECONDS:
            self._seen[source.name] = [signature, digest, pages, self._limits]
        return digest, pages, signature

    def _holds(self, known: Any, signature: str) -> bool:
        """Whether what is remembered of a document is what reading it now would give: limits may be lower now."""
        try:
            found, _, _, limits = known
            return found == signature and all(limits[name] <= now for name, now in self._limits.items())
        except (TypeError, ValueError, KeyError):  # nothing is, or by an earlier version
            return False

    def save(self) -> None:
        """Remember the documents that were asked for, and forget all others.

        Raises:
            StoreError: they cannot be written.
        """
        if self._seen != self._remembered:
            self.files.put(KEY, seal(self._seen))
