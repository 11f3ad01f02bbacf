"""Pages of documents counted before they are read."""

from __future__ import annotations

import threading
from pathlib import Path

from workbench.archive.run.local import LocalWorkers
from workbench.archive.run.tasks import CountTask, Job
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.readers.pages import count_pages, is_pdf
from workbench.settings import Settings


class PageCounter:
    """Counts pages. A PDF is opened in a process of its own, with the limits of reading a page: what a hostile one does
    to the library that opens it, it does not do to this process. To be used as a context, which ends that process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._workers = LocalWorkers(Job(Path(), settings), 1)
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> PageCounter:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.__exit__()

    def count(self, source: Source) -> int:
        """Number of pages; 1 for a file that is read as a whole.

        Raises:
            InputError: the document cannot be read, or its pages not be counted within the limits.
            WorkerError: no process can be started.
        """
        if kind_of(source) != "scan":
            return 1
        if source.is_folder or not is_pdf(source.path):
            return count_pages(source, self.settings)  # of images only the heads are read
        with self._one_at_a_time:
            self._workers.submit(CountTask(source))
            while not (outcomes := self._workers.outcomes(seconds=1.0)):
                pass
        (outcome,) = outcomes
        if outcome.error is not None:
            raise outcome.error
        return outcome.pages
