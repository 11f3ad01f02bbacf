"""What a run shows: its plan in words; then a bar on a terminal and in a notebook, elsewhere a plain line at times."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from workbench.archive.building.summary import IngestSummary
from workbench.archive.plan import Plan
from workbench.archive.run.scheduler import Counts
from workbench.language import Phrase, joined, shown
from workbench.progress import log_line, say, shows_bars
from workbench.readers.documents import Source
from workbench.visible import one_line

LOG = "run.log"
"""Name of the log of runs that nobody could watch, in the processed folder."""

SECONDS_BETWEEN_LINES = 5.0
"""Least time between two plain lines, seconds."""

GROWTH = 0.1
"""Least time between two plain lines, as a share of the time since the run began: a long run prints them rarely."""

LISTED = 20
"""Most names that are printed of a list."""

STARTING = Phrase("starting")
"""What stands before the bar until the first page is read."""

CHANGES = {
    "new": Phrase("new"),
    "changed": Phrase("changed"),
    "moved": Phrase("moved"),
    "unchanged": Phrase("unchanged"),
    "gone": Phrase("gone"),
}
"""What may have become of a document since the last run, in words."""

LABEL_WIDTH = 28
"""Characters of a page's name that stand before the bar."""


class RunProgress:
    """The `IngestProgress` of a person who watches: all of it goes to standard error.

    Where there is none that takes it, all of it goes to a log. ``close`` is to be called when the run has ended,
    however it ended.
    """

    def __init__(self, log: Path | None = None) -> None:
        """Show a run; ``log`` is the file for what cannot be shown (None: it is lost)."""
        self._log, self._is_logged = log, False
        self._bar: tqdm[Any] | None = None
        self._last_line = self._start = time.monotonic()
        self._shown = 0

    def inspecting(self, sources: Sequence[Source]) -> Iterator[Source]:
        bar = tqdm(
            sources,
            unit=shown(Phrase("document")),
            desc=shown(Phrase("looking through")),
            delay=1.0,
            leave=False,
            disable=not shows_bars(),
        )
        for number, source in enumerate(bar):
            if bar.disable and self._is_time():
                self.say(Phrase("  looking through: {number}/{sources} documents", number=number, sources=len(sources)))
            yield source

    def planned(self, plan: Plan, workers: int) -> None:
        for line in plan_lines(plan, workers):
            self.say(line)
        self._last_line = self._start = time.monotonic()
        if plan.pending and shows_bars():
            self._bar = tqdm(total=plan.pending, unit=shown(Phrase("page")), desc=shown(STARTING), dynamic_ncols=True)

    def advanced(self, counts: Counts) -> None:
        if self._bar is not None:
            self._bar.total = counts.pages
            self._bar.set_description(one_line(counts.last)[-LABEL_WIDTH:] or shown(STARTING), refresh=False)
            self._bar.set_postfix_str(shown(_documents(counts)), refresh=False)
            self._bar.update(counts.pages_done - self._shown)
            self._bar.refresh()
            self._shown = counts.pages_done
            return
        is_last = 0 < counts.pages_done == counts.pages > self._shown
        if self._is_time() or is_last:
            self._shown = counts.pages_done
            pages = _pages(counts, time.monotonic() - self._start)
            self.say(Phrase("  {pages}, {documents}", pages=pages, documents=_documents(counts)))

    def _is_time(self) -> bool:
        """Whether a plain line is due; if it is, it counts as printed now."""
        now = time.monotonic()
        is_due = now - self._last_line > max(SECONDS_BETWEEN_LINES, GROWTH * (now - self._start))
        self._last_line = now if is_due else self._last_line
        return is_due

    def stopping(self) -> None:
        self.say("")  # on a line of its own: the bar stays where it is
        self.say(Phrase("stopping: the pages in hand are finished and kept (Ctrl-C again to stop at once)"))

    def building(self) -> None:
        self.close()
        self.say(Phrase("building the tables"))

    def ended(self, outcome: IngestSummary) -> None:
        """Log how the run ended, if nobody can see it."""
        self._log_end([outcome, *outcome.failed])

    def failed(self, reason: object) -> None:
        """Log why the run came to nothing, if nobody can see it."""
        self._log_end([Phrase("error: {line}", line=reason)])

    def _log_end(self, lines: Iterable[object]) -> None:
        if self._is_logged and self._log is not None:
            for line in lines:
                log_line(self._log, shown(getattr(line, "phrase", line)))

    def say(self, line: str) -> None:
        """Show a line, or log it."""
        if not say(line) and self._log is not None:
            self._is_logged = True
            log_line(self._log, line)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _pages(counts: Counts, seconds: float) -> Phrase:
    """How many pages were read in ``seconds``, the throughput, and the time left at that throughput."""
    if not counts.pages_done:
        return Phrase("{done}/{pages} pages", done=counts.pages_done, pages=counts.pages)
    throughput = counts.pages_done / seconds
    left = (counts.pages - counts.pages_done) / throughput
    return Phrase(
        "{done}/{pages} pages, {throughput:.1f} pages/s, {left} left",
        done=counts.pages_done,
        pages=counts.pages,
        throughput=throughput,
        left=duration(left),
    )


def _documents(counts: Counts) -> Phrase:
    return Phrase(
        "{done}/{documents} documents, {failed} failed",
        done=counts.documents_done,
        documents=counts.documents,
        failed=counts.failed,
    )


def plan_lines(plan: Plan, workers: int) -> list[Phrase]:
    """What a run with so many processes is going to do, in a few lines of text."""
    pending = plan.pending
    known = Phrase(", {pending} already read", pending=plan.pages - pending) if plan.pages > pending else ""
    lines = [
        Phrase(
            "{documents} document(s), {pages} page(s){known}; {pending} to read",
            documents=len(plan.documents),
            pages=plan.pages,
            known=known,
            pending=pending,
        )
    ]
    counts = {name: plan.count(name) for name in ("new", "changed", "moved", "unchanged")} | {"gone": len(plan.gone)}
    changes = [Phrase("{count} {change}", count=count, change=CHANGES[name]) for name, count in counts.items() if count]
    if plan.count("new") < len(plan.documents) or plan.gone:
        lines.append(Phrase("  {changes}", changes=joined(changes)))
    if problems := sum(document.problem is not None for document in plan.documents):
        lines.append(Phrase("  {problems} document(s) cannot be read", problems=problems))
    lines += [
        Phrase("  read again: {count} document(s): {reason}", count=count, reason=reason)
        for reason, count in plan.reasons(kept=False)
    ]
    lines += [
        Phrase("  kept as they are: {count} document(s): {reason}", count=count, reason=reason)
        for reason, count in plan.reasons(kept=True)
    ]
    if pending:
        seconds = duration(plan.seconds(workers))
        lines.append(Phrase("  about {duration} with {workers} process(es)", duration=seconds, workers=workers))
    return lines


def detailed_plan_lines(plan: Plan, workers: int) -> list[Phrase]:
    """As `plan_lines`, with the names of the documents concerned."""
    lines = plan_lines(plan, workers)
    for heading, names in _named(plan).items():
        lines += [Phrase("{heading}:", heading=heading), *(Phrase("  {name}", name=name) for name in names[:LISTED])]
        lines += [Phrase("  … and {more} more", more=len(names) - LISTED)] if len(names) > LISTED else []
    return lines


def _named(plan: Plan) -> dict[Phrase, list[str]]:
    """The names of documents to list, by heading: new, changed, moved, gone, read again (why), cannot be read (why)."""
    named: defaultdict[Phrase, list[str]] = defaultdict(list)
    for document in plan.documents:
        if document.change != "unchanged" and document.problem is None:
            named[CHANGES[document.change]].append(document.source.name)
    if plan.gone:
        named[CHANGES["gone"]] += plan.gone
    for document in plan.documents:
        if document.reasons and document.pending:
            named[Phrase("read again ({reasons})", reasons=joined(document.reasons))].append(document.source.name)
    for document in plan.documents:
        if document.problem:
            named[Phrase("cannot be read ({reason})", reason=document.problem.reason)].append(document.source.name)
    return named


def duration(seconds: float) -> Phrase:
    """A duration in words; below a second it is one second.

    >>> duration(40), duration(725), duration(12000)
    ('40 s', '12 min', '3 h 20 min')
    """
    if seconds < 90:
        return Phrase("{seconds} s", seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return Phrase("{minutes} min", minutes=minutes)
    return Phrase("{hours} h {minutes:02d} min", hours=minutes // 60, minutes=minutes % 60)
