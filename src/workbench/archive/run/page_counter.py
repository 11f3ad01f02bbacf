"""Archives unpacked and the pages of documents counted, before the documents are read."""

from __future__ import annotations

import threading
from pathlib import Path

from workbench.archive.run.local import LocalWorkers
from workbench.archive.run.tasks import CountTask, Job, TaskOutcome, UnpackTask
from workbench.readers.documents import Source
from workbench.readers.kinds import kind_of
from workbench.readers.pages import count_pages, is_drawn
from workbench.settings import Settings


class PageCounter:
    """Unpacks archives and counts the pages of documents. It is a context, whose end stops the process that it may
    have started.

    An archive, a PDF or an OFD is opened in a process of its own, with the limits on time and memory that reading a
    page has: a hostile file may take that process down, and not this one.
    """

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
            InputError: the document cannot be read, or its pages cannot be counted within the limits.
            WorkerError: no process can be started.
        """
        if kind_of(source) != "scan":
            return 1
        if source.is_folder or not is_drawn(source.path):
            return count_pages(source, self.settings)  # of images only the headers are read
        return self._outcome(CountTask(source)).pages

    def unpack(self, package: Source, folder: Path) -> None:
        """Put the members of an archive on this machine into an empty folder.

        Raises:
            InputError: it cannot be unpacked within the limits.
            WorkerError: no process can be started.
        """
        self._outcome(UnpackTask(package, folder))

    def _outcome(self, task: CountTask | UnpackTask) -> TaskOutcome:
        with self._one_at_a_time:
            self._workers.submit(task)
            while not (outcomes := self._workers.outcomes(seconds=1.0)):
                pass
        (outcome,) = outcomes
        if outcome.error is not None:
            raise outcome.error
        return outcome
