"""The plan of a run: which documents there are, which of their pages are to be read and why, and how long it takes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from workbench.archive.digests import Digests
from workbench.archive.results.assemble import pixels
from workbench.archive.results.store import TABLES, Assembled, ResultStore, StoredDocument, document_id, page_name
from workbench.archive.results.version import Version, version_for
from workbench.archive.throughput import Throughput
from workbench.corrections.correction import Correction
from workbench.corrections.history import CorrectionHistory
from workbench.errors import InputError
from workbench.language import Phrase, joined
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.settings import Settings

LOOKUPS_AT_ONCE = 16
"""Documents that are looked up at a time in a remote store, where most of the time goes by waiting for answers."""

Change = Literal["new", "changed", "moved", "unchanged"]
"""What became of a document since the tables were last built. ``moved``: its content was there under another name."""


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document of the archive, and what a run is to do with it.

    Attributes:
        source: its name and files.
        change: what became of it since the tables were last built.
        digest: hex SHA-256 of its content; empty where the content cannot be read.
        signature: that of its files when the digest was taken; it changes whenever they do.
        version: that of the results it is built from.
        pages: number of pages; 1 for a file that is read as a whole, until it is read; 0 where it cannot be read.
        pending: numbers of the pages that are to be read, from 1.
        assembled: what was assembled from those results before.
        reasons: why pages that an earlier version read are read again or, with ``is_kept``, would be.
        is_kept: whether the results of an earlier version are used as they are.
        corrections: those in force.
        problem: why the document cannot be read at all.
    """

    source: Source
    change: Change
    digest: str = ""
    signature: str = ""
    version: Version | None = None
    pages: int = 0
    pending: tuple[int, ...] = ()
    assembled: Assembled | None = None
    reasons: tuple[Phrase, ...] = ()
    is_kept: bool = False
    corrections: tuple[Correction, ...] = ()
    problem: InputError | None = None

    @property
    def is_read_whole(self) -> bool:
        """Whether one task reads the whole file, rather than one task each page."""
        return kind_of(self.source) != "scan"


@dataclass(frozen=True, slots=True)
class Previous:
    """What the tables were last built from: digest and name of the version of every document, by its name."""

    documents: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do. The same content twice in the archive is two documents, and is read once.

    Attributes:
        documents: those of the archive, in the order of their names.
        gone: names of documents that the tables still hold and the archive no longer does.
        throughput: how long pages took in earlier runs.
    """

    documents: tuple[PlannedDocument, ...]
    gone: tuple[str, ...]
    throughput: Throughput

    @property
    def contents(self) -> list[PlannedDocument]:
        """The documents that can be read; of several with the same content, the first."""
        first: dict[str, PlannedDocument] = {}
        for document in self.documents:
            if document.problem is None:
                first.setdefault(document.digest, document)
        return list(first.values())

    @property
    def pages(self) -> int:
        """Number of pages of all documents."""
        return sum(document.pages for document in self.documents)

    @property
    def pending(self) -> int:
        """Number of pages to read."""
        return sum(len(document.pending) for document in self.contents)

    def count(self, change: Change) -> int:
        """Number of documents that changed like this since the tables were last built."""
        return sum(document.change == change for document in self.documents)

    def reasons(self, kept: bool) -> list[tuple[Phrase, int]]:
        """Why documents are read again, and how many for each reason; the most frequent first.

        With ``kept``, those instead whose results of an earlier version are used, and why they would be read again.
        """
        again = [document for document in self.documents if document.reasons and document.is_kept is kept]
        return Counter(joined(document.reasons) for document in again).most_common()

    def seconds(self, workers: int) -> float:
        """Estimated duration of the reading, by what pages took in earlier runs."""
        work = sum(self.throughput.of(document.source) * len(document.pending) for document in self.contents)
        return work / max(1, min(workers, self.pending))


def make_plan(
    sources: Iterable[Source],
    store: ResultStore,
    digests: Digests,
    settings: Settings,
    previous: Previous,
    history: CorrectionHistory,
    keep: bool = False,
) -> Plan:
    """Look every document up: whether it changed, what is stored of it, and what is still to be read.

    Args:
        sources: the documents of the archive; each is taken when its turn comes.
        store: the results of earlier runs.
        digests: gives the digest and the number of pages of a document.
        settings: those that documents are read with.
        previous: what the tables were last built from.
        history: the corrections in force.
        keep: use complete results of an earlier version as they are, rather than read the document again.

    Raises:
        StoreError: the results cannot be read.
    """
    previous_digests = {digest for digest, _ in previous.documents.values()}

    def plan_document(source: Source) -> PlannedDocument:
        """The document with its digest, what is stored of it, and what is still to be read."""
        previous_digest, previous_version = previous.documents.get(source.name, (None, ""))
        try:
            digest, pages, signature = digests.of(source)
        except InputError as problem:
            return PlannedDocument(source, "new" if previous_digest is None else "unchanged", problem=problem)
        change = _change(digest, previous_digest, previous_digests)
        corrections = history.of_document(document_id(digest))
        unread = PlannedDocument(source, change, digest, signature, pages=pages, corrections=corrections)
        version = version_for(source, settings)
        document = _without_too_large(_with_results(unread, store, version), store, settings)
        return _why_again(document, store, version, previous_version, keep) if document.pending else document

    documents = list(_mapped(plan_document, sources, at_once=1 if digests.is_local else LOOKUPS_AT_ONCE))
    there = {document.source.name for document in documents}
    moved = {document.digest for document in documents if document.change == "moved"}
    # A document under a new name is not gone from its old one: it is the same document.
    gone = sorted(name for name, (digest, _) in previous.documents.items() if name not in there and digest not in moved)
    return Plan(tuple(documents), tuple(gone), Throughput.load(store.files))


def _change(digest: str, previous_digest: str | None, previous_digests: Set[str]) -> Change:
    """What became of a document, by its digest now, the one under its name before, and those of all documents before.

    >>> _change("aa", None, {"aa", "bb"}), _change("aa", "bb", {"aa", "bb"})
    ('moved', 'changed')
    """
    if previous_digest is not None:
        return "unchanged" if previous_digest == digest else "changed"
    return "moved" if digest in previous_digests else "new"


def _mapped(
    plan_document: Callable[[Source], PlannedDocument], sources: Iterable[Source], at_once: int
) -> Iterator[PlannedDocument]:
    """`map` in several threads: the results in the order of the sources, which are taken as they are needed."""
    if at_once == 1:
        yield from map(plan_document, sources)
        return
    with ThreadPoolExecutor(at_once) as pool:
        asked: deque[Future[PlannedDocument]] = deque()
        for source in sources:
            asked.append(pool.submit(plan_document, source))
            if len(asked) > 2 * at_once:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()


def _with_results(document: PlannedDocument, store: ResultStore, version: Version) -> PlannedDocument:
    """The document with what is stored of it in one version; pages without a sound result are pending."""
    results = store.document(document.digest, version)
    sizes = results.sizes()
    assembled = _assembled(results, sizes)
    pages = _page_count(results, sizes, assembled) if document.is_read_whole else document.pages
    pending = tuple(n for n in range(1, pages + 1) if not _is_stored(page_name(n), sizes, assembled))
    if pending and document.is_read_whole:
        pending = (1,)  # one task, which gives all pages of the file
    return replace(document, version=version, pages=pages, pending=pending, assembled=assembled)


def _without_too_large(document: PlannedDocument, store: ResultStore, settings: Settings) -> PlannedDocument:
    """The document, with those pages pending whose picture is larger than is allowed now: reading them says so."""
    assembled, version = document.assembled, document.version
    if version is None or (assembled is not None and assembled.largest <= settings.max_pixels):
        return document
    results = store.document(document.digest, version)
    read = ((n, results.load_page(n)) for n in range(1, document.pages + 1) if n not in document.pending)
    refused = (n for n, page in read if page is not None and pixels(page) > settings.max_pixels)
    return replace(document, pending=tuple(sorted({*document.pending, *refused})))


def _assembled(results: StoredDocument, sizes: Mapping[str, int]) -> Assembled | None:
    """What was assembled of a document before; None where its rows are not there, or have another size."""
    assembled = results.load_assembled() if sizes else None
    return assembled if assembled is not None and sizes.get(TABLES) == assembled.table_bytes else None


def _page_count(results: StoredDocument, sizes: Mapping[str, int], assembled: Assembled | None) -> int:
    """Number of pages of a file that is read as a whole; 1 where it was not read yet."""
    if assembled is not None:
        return assembled.pages
    # The first page, which names their number, is stored last: where it is there, so are the others.
    first = results.load_page(1) if page_name(1) in sizes else None
    return first.pages if first is not None else 1


def _is_stored(name: str, sizes: Mapping[str, int], assembled: Assembled | None) -> bool:
    """Whether a page's result is there, of the size it had when its document was assembled.

    Args:
        name: file name of the page's result.
        sizes: bytes of the files that are there, by name.
        assembled: what was assembled of the document; None where that was never done.
    """
    expected = assembled.page_sizes.get(name) if assembled is not None else None
    return sizes.get(name, 0) > 0 and expected in (None, sizes[name])


def _why_again(
    document: PlannedDocument, store: ResultStore, version: Version, previous_version: str, keep: bool
) -> PlannedDocument:
    """The document with the reasons why it is read though an earlier version read it; or with that one's results.

    Args:
        document: one with pending pages.
        store: the results of earlier runs.
        version: the one that the document would be read with.
        previous_version: name of the version that the tables were built from. The reasons are what has changed since
            then or, where no result of it is left, since the latest pipeline of which there is one.
        keep: take the results of the earlier version, if they are complete.
    """
    earlier = [other for other in store.versions(document.digest) if other != version]
    if document.assembled is not None or not earlier:
        return document
    compared = max(earlier, key=lambda one: (one.name == previous_version, one.pipeline))
    reasons = tuple(version.changes_since(compared))
    if keep:
        kept = _with_results(document, store, compared)
        if not kept.pending:
            return replace(kept, reasons=reasons, is_kept=True)
    return replace(document, reasons=reasons)
