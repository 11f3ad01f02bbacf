"""Every document as a run left it: what was assembled of it, and why it is not all there."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.archive.plan import Plan, PlannedDocument
from workbench.archive.results.store import Assembled, ResultStore, document_id
from workbench.archive.results.version import PIPELINE
from workbench.archive.run.scheduler import RunResult, assemble_task, has_pages
from workbench.errors import InputError
from workbench.language import Phrase, as_phrase
from workbench.readers.kinds import kind_of
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class BuiltDocument:
    """A document after a run.

    Attributes:
        document: the document as it was planned.
        assembled: what was assembled of it; None where none of its pages could be read.
        problem: why it is not in the tables, or not all of it; None where it is.
    """

    document: PlannedDocument
    assembled: Assembled | None
    problem: InputError | None

    @property
    def status(self) -> str:
        """``ok``; ``partial``, where some of its forms are in the tables; or ``failed``."""
        if self.problem is None:
            return "ok"
        return "partial" if self.assembled is not None and self.assembled.rows["forms"] else "failed"

    @property
    def page(self) -> int | None:
        """Number of the page that the problem is about, from 1; None where it is not about one page."""
        return self.problem.page if self.problem is not None else None

    @property
    def message(self) -> Phrase | None:
        """The problem in one sentence, without the document's name, which has a column of its own."""
        return on_page(self.page, self.problem.detail) if self.problem is not None else None

    @property
    def row(self) -> dict[str, object]:
        """The document's row of the table ``documents``, by column."""
        document, assembled = self.document, self.assembled
        kind_by_name = kind_of(document.source)
        return {
            "document_id": document_id(document.digest),
            "source": document.source.name,
            "kind": assembled.kind if assembled else kind_by_name,
            "reading": assembled.reading if assembled else None,
            "pages": assembled.pages if assembled else document.pages if kind_by_name == "scan" else 0,
            "status": self.status,
            "error": self.problem.reason if self.problem else None,
            "message": None if self.message is None else str(self.message),
            "message_zh": None if self.message is None else self.message.chinese,
            "engine": assembled.engine if assembled else None,
            "pipeline": document.version.pipeline if document.version else PIPELINE,
        }


def on_page(page: int | None, detail: str) -> Phrase:
    """A message with the page that it is about, where it is about one.

    >>> on_page(3, "it is torn"), on_page(None, "it is torn")
    ('page 3: it is torn', 'it is torn')
    """
    return Phrase("page {page}: {detail}", page=page, detail=detail) if page else as_phrase(detail)


def built(plan: Plan, store: ResultStore, run: RunResult, settings: Settings) -> list[BuiltDocument]:
    """Every document of the plan as the run left it, in the order of the plan."""
    by_digest = {document.digest: _assembled(document, store, run, settings) for document in plan.contents}
    documents = []
    for document in plan.documents:
        assembled = by_digest.get(document.digest) if document.problem is None else None
        documents.append(BuiltDocument(document, assembled, _problem(document, assembled, run)))
    return documents


def _assembled(document: PlannedDocument, store: ResultStore, run: RunResult, settings: Settings) -> Assembled | None:
    """What was assembled of a document from the pages it has now, whether in this run or in an earlier one."""
    task = assemble_task(document, run)
    if not has_pages(document, task) or document.digest in run.unassembled:
        return None
    key = task.key(settings)
    if document.assembled is not None and document.assembled.key == key:
        return document.assembled
    assembled = store.document(document.digest, task.version).load_assembled()
    return assembled if assembled is not None and assembled.key == key else None


def _problem(document: PlannedDocument, assembled: Assembled | None, run: RunResult) -> InputError | None:
    """Why a document is not in the tables, or not all of it: the first reason that applies, None where none does."""
    if document.problem is not None:
        return document.problem
    name = document.source.name
    if missing := sorted(run.unread.get(document.digest, ())):
        return _page_problem(document, missing, run)
    if document.digest in run.unassembled:
        return run.unassembled[document.digest]
    if assembled is None and not run.interrupted:
        message = Phrase("the program was changed while the archive was read; run the same command again")
        return InputError("changed", name, message)
    if assembled is None:
        message = Phrase("not put together yet, the run was interrupted; run the same command again to go on")
        return InputError("interrupted", name, message)
    if assembled.reason is None:
        return None
    return InputError(assembled.reason, name, Phrase.stored(assembled.message or "", assembled.message_zh))


def _page_problem(document: PlannedDocument, missing: list[int], run: RunResult) -> InputError:
    """Why pages of a document are missing: the failure of the first that failed, or that the run was interrupted."""
    for page in missing:
        if failure := run.failures.get((document.digest, page)):
            return failure
    first, last = missing[0], missing[-1]
    pages = (
        Phrase("pages {first} to {last}", first=first, last=last) if last > first else Phrase("page {page}", page=first)
    )
    message = Phrase("{pages} not read yet, the run was interrupted; run the same command again to go on", pages=pages)
    return InputError("interrupted", document.source.name, message)
