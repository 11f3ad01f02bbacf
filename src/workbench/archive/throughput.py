"""How long pages took in earlier runs, from which the duration of the next one is estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from workbench.archive.results.store import RESULTS, seal, unseal
from workbench.files import Files
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.readers.pages import is_drawn

KEY = f"{RESULTS}/pace.json"
"""Where the throughput is kept. The file has the name that the first versions gave it."""

UNMEASURED = {"scan": 4.0, "pdf": 3.0, "text": 0.2, "docx": 0.5, "xlsx": 0.5}
UNMEASURED |= {"doc": 1.0, "xls": 0.5, "rtf": 8.0, "odt": 8.0, "ods": 8.0, "mht": 0.2}
"""Seconds that one process takes for a page, or for a file that is read as a whole, until any was measured.

By kind (see `throughput_kind`), on a machine of 2026.
"""

REMEMBERED = 500
"""Most pages of earlier runs that count beside those of the newest: machines and archives change."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Pages read and seconds they took a process, by kind: ``{"scan": (120, 431.5)}``."""

    measured: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def load(cls, files: Files) -> Throughput:
        """The throughput that earlier runs measured; empty where there were none."""
        data = unseal(files.get(KEY))
        return cls({kind: (pages, seconds) for kind, (pages, seconds) in data.get("measured", {}).items()})

    def save(self, files: Files) -> None:
        """Keep the throughput for the next run.

        Raises:
            StoreError: it cannot be written.
        """
        files.put(KEY, seal(asdict(self)))

    def of(self, source: Source) -> float:
        """Seconds that one process takes for a page of a document."""
        kind = throughput_kind(source)
        pages, seconds = self.measured.get(kind, (0, 0.0))
        return seconds / pages if pages else UNMEASURED[kind]

    def with_run(self, run: Mapping[str, tuple[int, float]]) -> Throughput:
        """The throughput with the pages and seconds of another run, by kind.

        >>> Throughput({"scan": (1000, 4000.0)}).with_run({"scan": (100, 200.0)}).measured
        {'scan': (600.0, 2200.0)}
        """
        measured = dict(self.measured)
        for kind, (pages, seconds) in run.items():
            before, took = measured.get(kind, (0, 0.0))
            share = min(1.0, REMEMBERED / before) if before else 0.0
            measured[kind] = (before * share + pages, round(took * share + seconds, 3))
        return Throughput(measured)


def throughput_kind(source: Source) -> str:
    """The kind of a document, where PDF and OFD files are a kind apart from pictures: their pages are drawn first."""
    return "pdf" if not source.is_folder and is_drawn(source.path) else kind_of(source)
