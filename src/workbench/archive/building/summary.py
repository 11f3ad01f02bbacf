"""How a run ended: what the tables hold, and the documents that are not all in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.archive.building.documents import BuiltDocument
from workbench.archive.results.store import document_id
from workbench.archive.run.scheduler import RunResult
from workbench.corrections.history import CorrectionHistory
from workbench.language import Phrase, shown
from workbench.remote import Location
from workbench.visible import as_html, literal

LEFT = 'style="text-align: left"'
"""Attribute of a cell of text: notebooks align cells to the right, as suits numbers."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A document that is not in the tables, or not all of it.

    Attributes:
        source: the document's name.
        status: ``partial`` or ``failed``.
        reason: a code, as in ``documents.error``.
        message: the reason in one sentence.
    """

    source: str
    status: str
    reason: str
    message: str

    @property
    def phrase(self) -> Phrase:
        """The whole of it as one line."""
        return Phrase(
            "{status}: {source}: {reason}: {message}",
            status=Phrase(self.status),
            source=self.source,
            reason=self.reason,
            message=self.message,
        )

    def __str__(self) -> str:
        return shown(self.phrase)


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """How a run ended. Shows itself as a sentence, and as a table in a notebook.

    Attributes:
        folder: where the tables are.
        documents, forms, indicators, findings: how many of each the tables hold.
        pages_read: pages read in this run.
        problems: the documents that are not in the tables, or not all of them.
        interrupted: whether the user stopped the run before its end.
        digest: content digest of the tables, hex SHA-256.
        corrections: those that were applied, and the lines of their logs that could not be read.
        waiting: number of corrections in force about documents that the archive does not have; they are kept.
    """

    folder: Location
    documents: int
    forms: int
    indicators: int
    findings: int
    pages_read: int
    problems: tuple[Problem, ...]
    interrupted: bool
    digest: str
    corrections: CorrectionHistory
    waiting: int = 0

    @property
    def phrase(self) -> Phrase:
        """What the tables hold, and where they are."""
        return Phrase(
            "{documents} document(s), {forms} form(s), {indicators} indicators, {findings} findings → {folder}",
            documents=self.documents,
            forms=self.forms,
            indicators=self.indicators,
            findings=self.findings,
            folder=self.folder,
        )

    def __str__(self) -> str:
        return shown(self.phrase)

    __repr__ = __str__

    @property
    def notes(self) -> tuple[Phrase, ...]:
        """What a person should hear about the corrections: what could not be read, and what has no document."""
        unread = [
            Phrase("correction not read: {problem}", problem=problem.phrase) for problem in self.corrections.problems
        ]
        apart = Phrase(
            "{waiting} correction(s) are about documents that are not here; they are kept, and wait for them",
            waiting=self.waiting,
        )
        return (*unread, *([apart] if self.waiting else []))

    @property
    def failed(self) -> tuple[Problem, ...]:
        """The problems that do not go away when an interrupted run goes on."""
        return tuple(problem for problem in self.problems if problem.reason != "interrupted")

    @property
    def unread(self) -> int:
        """Number of documents that an interrupted run did not read to their end."""
        return len(self.problems) - len(self.failed)

    def _repr_html_(self) -> str:
        parts = [self._counts_html()]
        if self.unread:
            unread = Phrase(
                "Interrupted: {unread:,} document(s) are still to be read. Run the cell again.", unread=self.unread
            )
            parts.append(f"<p>{as_html(shown(unread))}</p>")
        if self.notes:
            parts.append(f"<ul>{''.join(f'<li>{as_html(shown(line))}</li>' for line in self.notes)}</ul>")
        if self.failed:
            parts.append(_failed_html(self.failed))
        return literal("".join(parts))

    def _counts_html(self) -> str:
        """A table of one row: what the tables hold, and how many pages were read."""
        counts = {
            Phrase("documents"): self.documents,
            Phrase("forms"): self.forms,
            Phrase("indicators"): self.indicators,
            Phrase("findings"): self.findings,
            Phrase("pages read now"): self.pages_read,
        }
        head = "".join(f"<th>{shown(name)}</th>" for name in counts)
        numbers = "".join(f"<td>{count:,}</td>" for count in counts.values())
        return f"<table><tr>{head}</tr><tr>{numbers}</tr></table>"


def _failed_html(failed: Sequence[Problem]) -> str:
    """A table of the failed documents that opens and closes, headed by how many failed for which reason."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(p.reason for p in failed).items())
    head = Phrase("{failed} document(s) not all read ({reasons})", failed=len(failed), reasons=reasons)
    rows = "".join(_row_html((Phrase(p.status), p.source, p.reason, p.message)) for p in failed)
    return f"<details open><summary>{shown(head)}</summary><table>{rows}</table></details>"


def _row_html(texts: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td {LEFT}>{as_html(shown(text))}</td>" for text in texts) + "</tr>"


def summary(
    documents: Sequence[BuiltDocument], folder: Location, run: RunResult, digest: str, history: CorrectionHistory
) -> IngestSummary:
    """How a run ended. A document that lies in the archive twice counts as two, and its forms count once."""
    from workbench.dataset.store import open_dataset  # it loads pandas, which only writing tables needs

    rows = open_dataset(folder).info["rows"]
    known = {document_id(one.document.digest) for one in documents}
    problems = tuple(
        Problem(one.document.source.name, one.status, one.problem.reason, one.message or Phrase(""))
        for one in documents
        if one.problem is not None
    )
    return IngestSummary(
        folder=folder,
        documents=len(documents),
        forms=rows["forms"],
        indicators=rows["indicators"],
        findings=rows["findings"],
        pages_read=run.pages_read,
        problems=problems,
        interrupted=run.interrupted,
        digest=digest,
        corrections=history,
        waiting=sum(one.document_id not in known for one in history.in_force),
    )
