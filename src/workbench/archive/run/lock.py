"""One run at a time in a processed folder: a file lock on this machine, a heartbeat in a remote store."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.errors import InUseError, StoreError
from workbench.files import Files, LocalFiles
from workbench.language import Phrase
from workbench.remote import Location, RemoteFiles, files_at

LOCK = ".lock"
"""The locked file; in a store, the note that its run keeps changing."""

RUN = ".run.json"
"""Which run is using the folder. The file stays where a run does not come to its end."""

BEAT_SECONDS = 5.0
"""Seconds after which a run in a store changes its note again."""

BEATS_TO_WAIT = 3
"""Heartbeats for which a new run watches a note that it finds, before it takes the other run for dead."""


@contextmanager
def locked(processed: Location) -> Iterator[None]:
    """Keep other runs out of a processed folder, which is made if need be. A run that is killed keeps nobody out.

    Raises:
        InUseError: another run is using the folder; the message says which.
        StoreError: the folder cannot be written.
    """
    if not isinstance(processed, Path):
        with StoreLock(RemoteFiles(processed)):
            yield
        return
    lock = FileLock(processed / LOCK)
    try:
        processed.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise InUseError(processed, _owner(LocalFiles(processed), RUN)) from None
    except OSError as error:
        raise StoreError(processed, error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


class StoreLock:
    """A lock in a store that offers no locks: a note with a heartbeat, changed as long as its run lives.

    A new run that finds a note watches whether it changes, and gives way if it does. Two runs that start in the same
    second may both go on. That costs time and no result: results lie under the digest of what they were made from.
    """

    def __init__(self, files: RemoteFiles, every: float = BEAT_SECONDS) -> None:
        self.files, self.every = files, every
        self._released = threading.Event()
        self._beats = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        found = self.files.get(LOCK)
        if found is not None:
            time.sleep(self.every * BEATS_TO_WAIT)
            if self.files.get(LOCK) not in (found, None):
                raise InUseError(self.files.url, _owner(self.files, LOCK))
        self._note(0)
        self._beats.start()

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._beats.join()
        self.files.remove(LOCK)

    def _beat(self) -> None:
        """Change the note every few seconds until the lock is released."""
        beats = 0
        while not self._released.wait(self.every):
            beats += 1
            with suppress(StoreError):  # the run itself will meet the error
                self._note(beats)

    def _note(self, beats: int) -> None:
        self.files.put(LOCK, json.dumps(_this_run() | {"beats": beats}).encode())


@contextmanager
def running(processed: Location) -> Iterator[None]:
    """A context in which the folder says which run is using it. It still does after an end by an error.

    Raises:
        StoreError: the folder cannot be written.
    """
    files = files_at(processed)
    files.put(RUN, json.dumps(_this_run()).encode())
    yield
    files.remove(RUN)


def is_unfinished(processed: Location) -> bool:
    """Whether the last run did not come to its end: what it read is not in the tables yet."""
    return files_at(processed).get(RUN) is not None


def require_free(processed: Path) -> None:
    """See that no other run is using a processed folder of this machine at the moment.

    Raises:
        InUseError: one is; the message says which.
        StoreError: the folder cannot be written.
    """
    with locked(processed):
        pass


def owner_of(processed: Path) -> dict[str, object] | None:
    """Which run is using a processed folder of this machine: its process, machine and begin; None: none is.

    A run that still looks through its documents is not known yet.
    """
    files = LocalFiles(processed)
    try:
        note = json.loads(files.get(RUN) or b"")
    except (StoreError, ValueError):
        return None
    if not isinstance(note, dict):
        return None
    lock = FileLock(processed / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return note
    except OSError:
        return None
    lock.release()
    return None  # it was killed


def _this_run() -> dict[str, object]:
    """The process of this run, its machine, and the time it is now."""
    since = datetime.now(UTC).astimezone().isoformat(" ", timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _owner(files: Files, key: str) -> str:
    """The run that wrote a note, in words, as far as the note can be read."""
    try:
        owner = json.loads(files.get(key) or b"")
        return Phrase(
            "another run (process {pid} on {host}, since {since})",
            pid=owner["pid"],
            host=owner["host"],
            since=owner["since"],
        )
    except (StoreError, ValueError, KeyError, TypeError):
        return Phrase("another run")
