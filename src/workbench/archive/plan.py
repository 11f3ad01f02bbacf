"""The plan of a run: which documents there are and which of their pages have still to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.archive.store import ResultStore
from workbench.errors import InputError
from workbench.readers.documents import Source, digest_of
from workbench.readers.pages import count_pages
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document with its content's digest (hex SHA-256), its pages, and those not read yet.

    ``problem`` says why a document cannot be read at all; it then has no pages.
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
        pages = count_pages(source, settings)
    except InputError as problem:
        return PlannedDocument(source, digest, problem=problem)
    pending = tuple(number for number in range(1, pages + 1) if store.load(digest, number) is None)
    return PlannedDocument(source, digest, pages, pending)
