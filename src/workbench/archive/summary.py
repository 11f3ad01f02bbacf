"""What a run tells when it has ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workbench.corrections.log import CorrectionHistory
from workbench.remote import Location
from workbench.visible import as_html, literal

LEFT = 'style="text-align: left"'
"""Notebooks put what stands in cells to the right, as numbers."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A document that is not in the tables, or not all of it: ``reason`` is a code, ``message`` one sentence."""

    source: str
    status: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.status}: {self.source}: {self.reason}: {self.message}"


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """The end of a run: what the tables in ``folder`` hold, pages read now, and the documents that are not all there.

    Shows itself as a sentence, and as a table in a notebook. ``digest`` is that of the tables.
    ``corrections`` are those that were applied, with the lines of their logs that could not be read.
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

    def __str__(self) -> str:
        return (
            f"{self.documents} document(s), {self.forms} form(s), {self.indicators} indicators, "
            f"{self.findings} findings → {self.folder}"
        )

    __repr__ = __str__

    @property
    def failed(self) -> tuple[Problem, ...]:
        """The problems that another run does not settle by just going on."""
        return tuple(problem for problem in self.problems if problem.reason != "interrupted")

    @property
    def unread(self) -> int:
        """Documents that an interrupted run did not come to, or not to their end."""
        return len(self.problems) - len(self.failed)

    def _repr_html_(self) -> str:
        counts = {"documents": self.documents, "forms": self.forms, "indicators": self.indicators}
        counts |= {"findings": self.findings, "pages read now": self.pages_read}
        head = "".join(f"<th>{name}</th>" for name in counts)
        numbers = "".join(f"<td>{count:,}</td>" for count in counts.values())
        parts = [f"<table><tr>{head}</tr><tr>{numbers}</tr></table>"]
        if self.unread:
            parts.append(f"<p>Interrupted: {self.unread:,} document(s) are still to be read. Run the cell again.</p>")
        if self.corrections.problems:
            lines = "".join(f"<li>{as_html(str(problem))}</li>" for problem in self.corrections.problems)
            parts.append(f"<p>Corrections not read:</p><ul>{lines}</ul>")
        if self.failed:
            reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(p.reason for p in self.failed).items())
            cells = ((p.status, p.source, p.reason, p.message) for p in self.failed)
            rows = "".join(
                "<tr>" + "".join(f"<td {LEFT}>{as_html(text)}</td>" for text in row) + "</tr>" for row in cells
            )
            parts.append(
                f"<details open><summary>{len(self.failed)} document(s) not all read ({reasons})</summary>"
                f"<table>{rows}</table></details>"
            )
        return literal("".join(parts))
