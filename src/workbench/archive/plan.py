"""The plan of a run: which documents there are and which of their pages have still to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.archive.store import ResultStore
from workbench.errors import InputError
from workbench.readers.documents import Source, digest_of
from workbench.readers.kinds import kind_of
from workbench.readers.pages import count_pages
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document with its content's digest (hex SHA-256), its pages, and those not read yet.

    A file that is read as a whole has one page until it is read. ``problem`` says why a document cannot
    be read at all; it then has no pages.
    """

    source: Source
    digest: str
    pages: int = 0
    pending: tuple[int, ...] = ()
    problem: InputError | None = None


def plan_documents(sources: Sequence[Source], store: ResultStore, settings: Settings) -> list[PlannedDocument]:
    """Digest every document and look up what is already read."""
    return [_plan(source, store, settings) for source in sources]


def _plan(source: Source, store: ResultStore, settings: Settings) -> PlannedDocument:
    digest = ""
    try:
        digest = digest_of(source, settings)
        is_whole = kind_of(source) != "scan"
        pages = count_read(store, digest) if is_whole else count_pages(source, settings)
    except InputError as problem:
        return PlannedDocument(source, digest, problem=problem)
    pending = tuple(number for number in range(1, pages + 1) if store.load(digest, number) is None)
    return PlannedDocument(source, digest, pages, pending[:1] if is_whole else pending)


def count_read(store: ResultStore, digest: str) -> int:
    """Number of pages of a file that is read as a whole; 1 if it was not read yet. Its first page is stored last."""
    first = store.load(digest, 1)
    return first.pages if first is not None else 1
