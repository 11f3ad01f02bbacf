"""How long pages took in earlier runs: what the estimate of the next one stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from workbench.archive.results.store import RESULTS, seal, unseal
from workbench.files import Files
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.readers.pages import is_pdf

KEY = f"{RESULTS}/pace.json"

UNMEASURED = {"scan": 4.0, "pdf": 3.0, "text": 0.2, "docx": 0.5, "xlsx": 0.5}
"""Seconds a page (or file that is read as a whole) of a process, on a machine of 2026, where nothing was measured."""

REMEMBERED = 500
"""Pages that count at most against those of the newest run: machines and archives change."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Pages and seconds by kind: ``{"scan": (120, 431.5)}``."""

    measured: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def load(cls, files: Files) -> Throughput:
        data = unseal(files.get(KEY))
        return cls({kind: (pages, seconds) for kind, (pages, seconds) in data.get("measured", {}).items()})

    def save(self, files: Files) -> None:
        files.put(KEY, seal(asdict(self)))

    def of(self, source: Source) -> float:
        """Seconds that a page of a document takes one process."""
        kind = throughput_kind(source)
        pages, seconds = self.measured.get(kind, (0, 0.0))
        return seconds / pages if pages else UNMEASURED[kind]

    def with_run(self, run: Mapping[str, tuple[int, float]]) -> Throughput:
        """With the pages and seconds of another run."""
        measured = dict(self.measured)
        for kind, (pages, seconds) in run.items():
            before, took = measured.get(kind, (0, 0.0))
            share = min(1.0, REMEMBERED / before) if before else 0.0
            measured[kind] = (before * share + pages, round(took * share + seconds, 3))
        return Throughput(measured)


def throughput_kind(source: Source) -> str:
    """The kind of a document, PDF apart from pictures: what it takes to read a page."""
    return "pdf" if not source.is_folder and is_pdf(source.path) else kind_of(source)
