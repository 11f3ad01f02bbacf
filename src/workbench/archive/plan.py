"""The plan of a run: which documents there are, which of their pages are to be read, why, and how long it takes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from workbench.archive.digests import Digests
from workbench.archive.results.store import TABLES, Assembled, ResultStore, StoredDocument, document_id, page_name
from workbench.archive.results.version import Version, version_for
from workbench.archive.throughput import Throughput
from workbench.corrections.correction import Correction
from workbench.corrections.log import CorrectionHistory
from workbench.errors import InputError
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.settings import Settings

QUESTIONS_AT_ONCE = 16
"""Documents that are looked up at a time in a store, which takes its time to answer."""

Change = Literal["new", "changed", "moved", "unchanged"]
"""Of a document since the tables were last built. ``moved``: its content was there under another name."""


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document with its content's digest (hex SHA-256), its pages, and those not read yet.

    A file that is read as a whole has one page until it is read. ``version`` is that of the results it
    is made from, ``assembled`` what was put together from them before. ``reasons`` say why pages that
    were read before are read again (or, with ``is_kept``, would be). ``problem`` says why a document
    cannot be read at all; it then has no pages. ``corrections`` are those in force.
    """

    source: Source
    change: Change
    digest: str = ""
    signature: str = ""
    version: Version | None = None
    pages: int = 0
    pending: tuple[int, ...] = ()
    assembled: Assembled | None = None
    reasons: tuple[str, ...] = ()
    is_kept: bool = False
    corrections: tuple[Correction, ...] = ()
    problem: InputError | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the file is read as a whole."""
        return kind_of(self.source) != "scan"


@dataclass(frozen=True, slots=True)
class Previous:
    """What the tables were last built from: digest and name of the version of every document, by its source."""

    documents: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do. The same file twice in the archive is two documents, read once."""

    documents: tuple[PlannedDocument, ...]
    gone: tuple[str, ...]
    pace: Throughput

    @property
    def contents(self) -> list[PlannedDocument]:
        """The documents that have pages, each content once, as it comes first."""
        first: dict[str, PlannedDocument] = {}
        for document in self.documents:
            if document.problem is None:
                first.setdefault(document.digest, document)
        return list(first.values())

    @property
    def pages(self) -> int:
        return sum(document.pages for document in self.documents)

    @property
    def pending(self) -> int:
        """Pages to read."""
        return sum(len(document.pending) for document in self.contents)

    def count(self, change: Change) -> int:
        return sum(document.change == change for document in self.documents)

    def reasons(self, kept: bool) -> list[tuple[str, int]]:
        """Why documents are read again (``kept``: why their results are of an earlier version), and how many are."""
        again = [document for document in self.documents if document.reasons and document.is_kept is kept]
        return Counter(", ".join(document.reasons) for document in again).most_common()

    def seconds(self, workers: int) -> float:
        """How long reading will take, by what pages took before."""
        return sum(self.pace.of(d.source) * len(d.pending) for d in self.contents) / max(1, min(workers, self.pending))


def make_plan(
    sources: Iterable[Source],
    store: ResultStore,
    digests: Digests,
    settings: Settings,
    previous: Previous,
    history: CorrectionHistory,
    keep: bool = False,
) -> Plan:
    """Look every document up. ``keep``: whole results of an earlier version are used as they are.

    Raises:
        StoreError: the results cannot be read.
    """
    moves = {digest for digest, _ in previous.documents.values()}

    def look_up(source: Source) -> PlannedDocument:
        known = previous.documents.get(source.name)
        try:
            digest, pages, signature = digests.of(source)
        except InputError as problem:
            return PlannedDocument(source, "unchanged" if known else "new", problem=problem)
        change: Change = "moved" if digest in moves else "new"
        if known:
            change = "unchanged" if known[0] == digest else "changed"
        version = version_for(source, settings)
        found = PlannedDocument(source, change, digest, signature, version, pages)
        looked_up = _look_up(replace(found, corrections=history.of_document(document_id(digest))), store, version)
        if looked_up.pending:
            looked_up = _compare(looked_up, store, version, known[1] if known else "", keep)
        return looked_up

    documents = list(_in_order(look_up, sources, at_once=1 if digests.is_local else QUESTIONS_AT_ONCE))
    gone = tuple(sorted(set(previous.documents) - {document.source.name for document in documents}))
    return Plan(tuple(documents), gone, Throughput.load(store.files))


def _in_order(
    look_up: Callable[[Source], PlannedDocument], sources: Iterable[Source], at_once: int
) -> Iterator[PlannedDocument]:
    """The documents looked up, ``at_once`` at a time, in the order of their sources, which are taken as needed."""
    if at_once == 1:
        yield from map(look_up, sources)
        return
    with ThreadPoolExecutor(at_once) as pool:
        asked: deque[Future[PlannedDocument]] = deque()
        for source in sources:
            asked.append(pool.submit(look_up, source))
            if len(asked) > 2 * at_once:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()


def _look_up(document: PlannedDocument, store: ResultStore, version: Version) -> PlannedDocument:
    """The document with what there is of it in one version."""
    results = store.document(document.digest, version)
    sizes = results.sizes()
    assembled = results.load_assembled() if sizes else None
    if assembled is not None and sizes.get(TABLES) != assembled.table_bytes:
        assembled = None
    pages = _count(results, sizes, assembled) if document.is_whole else document.pages
    lost = tuple(n for n in range(1, pages + 1) if not _is_there(page_name(n), sizes, assembled))
    pending = lost[:1] and (1,) if document.is_whole else lost
    return replace(document, version=version, pages=pages, pending=pending, assembled=assembled)


def _count(results: StoredDocument, sizes: Mapping[str, int], assembled: Assembled | None) -> int:
    """Number of pages of a file that is read as a whole; 1 if it was not read yet. Its first page is stored last."""
    if assembled is not None:
        return assembled.pages
    first = results.load_page(1) if page_name(1) in sizes else None
    return first.pages if first is not None else 1


def _is_there(name: str, sizes: Mapping[str, int], assembled: Assembled | None) -> bool:
    """Whether a page was stored, and has the size it had when the document was put together."""
    expected = assembled.page_sizes.get(name) if assembled is not None else None
    return sizes.get(name, 0) > 0 and expected in (None, sizes[name])


def _compare(document: PlannedDocument, store: ResultStore, version: Version, last: str, keep: bool) -> PlannedDocument:
    """Why the document is read though there may be results of an earlier version; those, if they are to be kept."""
    earlier = [other for other in store.versions(document.digest) if other != version]
    if document.assembled is not None or not earlier:
        return document
    other = max(earlier, key=lambda one: (one.name == last, one.pipeline))
    reasons = tuple(version.changes_since(other))
    if keep:
        kept = _look_up(document, store, other)
        if not kept.pending:
            return replace(kept, reasons=reasons, is_kept=True)
    return replace(document, reasons=reasons)
