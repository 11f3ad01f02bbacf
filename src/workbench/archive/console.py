"""What reading an archive shows: a bar on a terminal and in a notebook, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from tqdm.auto import tqdm

from workbench.archive.plan import Plan
from workbench.archive.run.scheduler import Counts
from workbench.progress import say, shows_bars
from workbench.readers.documents import Source
from workbench.visible import one_line

SECONDS_BETWEEN_LINES = 5.0

GROWTH = 0.1
"""Lines come rarer as a run grows longer: the next after this share of the time it has taken."""

LISTED = 20
"""Most names that are printed of a list."""


class RunProgress:
    """Progress of reading an archive, on standard error."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._last_line = self._start = time.monotonic()
        self._shown = 0

    def looking(self, sources: Sequence[Source]) -> Iterator[Source]:
        bar = tqdm(sources, unit="document", desc="looking through", delay=1.0, leave=False, disable=not shows_bars())
        for number, source in enumerate(bar):
            if bar.disable and self._is_time():
                say(f"  looking through: {number}/{len(sources)} documents")
            yield source

    def planned(self, plan: Plan, workers: int) -> None:
        for line in plan_lines(plan, workers):
            say(line)
        self._last_line = self._start = time.monotonic()
        if plan.pending and shows_bars():
            self._bar = tqdm(total=plan.pending, unit="page", desc="starting", dynamic_ncols=True)

    def advanced(self, counts: Counts) -> None:
        if self._bar is not None:
            self._bar.total = counts.pages
            self._bar.set_description(one_line(counts.last)[-28:] or "starting", refresh=False)
            self._bar.set_postfix_str(_documents(counts), refresh=False)
            self._bar.update(counts.pages_done - self._shown)
            self._bar.refresh()
            self._shown = counts.pages_done
            return
        is_last = 0 < counts.pages_done == counts.pages > self._shown
        if self._is_time() or is_last:
            self._shown = counts.pages_done
            say(f"  {_pages(counts, time.monotonic() - self._start)}, {_documents(counts)}")

    def _is_time(self) -> bool:
        """Whether the next plain line is due."""
        now = time.monotonic()
        is_due = now - self._last_line > max(SECONDS_BETWEEN_LINES, GROWTH * (now - self._start))
        self._last_line = now if is_due else self._last_line
        return is_due

    def stopping(self) -> None:
        say("")  # the bar stays
        say("stopping: the pages in hand are finished and kept (Ctrl-C again to stop at once)")

    def building(self) -> None:
        self.close()
        say("building the tables")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _pages(counts: Counts, seconds: float) -> str:
    if not counts.pages_done:
        return f"{counts.pages_done}/{counts.pages} pages"
    pace = counts.pages_done / seconds
    left = (counts.pages - counts.pages_done) / pace
    return f"{counts.pages_done}/{counts.pages} pages, {pace:.1f} pages/s, {duration(left)} left"


def _documents(counts: Counts) -> str:
    return f"{counts.documents_done}/{counts.documents} documents, {counts.failed} failed"


def plan_lines(plan: Plan, workers: int) -> list[str]:
    """What a run is going to do, for a person."""
    pending = plan.pending
    known = f", {plan.pages - pending} already read" if plan.pages > pending else ""
    lines = [f"{len(plan.documents)} document(s), {plan.pages} page(s){known}; {pending} to read"]
    changes = [f"{count} {name}" for name in ("new", "changed", "moved", "unchanged") if (count := plan.count(name))]
    if plan.gone:
        changes.append(f"{len(plan.gone)} gone")
    if plan.count("new") < len(plan.documents) or plan.gone:
        lines.append("  " + ", ".join(changes))
    if problems := sum(document.problem is not None for document in plan.documents):
        lines.append(f"  {problems} document(s) cannot be read")
    lines += [f"  read again: {count} document(s): {reason}" for reason, count in plan.reasons(kept=False)]
    lines += [f"  kept as they are: {count} document(s): {reason}" for reason, count in plan.reasons(kept=True)]
    if pending:
        lines.append(f"  about {duration(plan.seconds(workers))} with {workers} process(es)")
    return lines


def detailed_plan_lines(plan: Plan, workers: int) -> list[str]:
    """As `plan_lines`, with the names of the documents concerned."""
    again = [(f"read again ({', '.join(d.reasons)})", d.source.name) for d in plan.documents if d.reasons and d.pending]
    named: list[tuple[str, str]] = [
        (d.change, d.source.name) for d in plan.documents if d.change != "unchanged" and d.problem is None
    ]
    named += [("gone", name) for name in plan.gone] + again
    named += [(f"cannot be read ({d.problem.reason})", d.source.name) for d in plan.documents if d.problem]
    lines = plan_lines(plan, workers)
    for what in dict.fromkeys(what for what, _ in named):
        names = [name for other, name in named if other == what]
        lines += [f"{what}:", *(f"  {name}" for name in names[:LISTED])]
        lines += [f"  … and {len(names) - LISTED} more"] if len(names) > LISTED else []
    return lines


def duration(seconds: float) -> str:
    """A time for a person: ``40 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
