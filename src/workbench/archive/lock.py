"""One run at a time in a processed folder."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.errors import InUseError, StoreError
from workbench.files import write_atomically

LOCK = ".lock"

RUN = ".run.json"
"""Which run is using the folder. It stays where a run does not come to its end."""


@contextmanager
def locked(processed: Path) -> Iterator[None]:
    """Keep other runs out of a processed folder, which is made if need be. A run that is killed gives it free.

    Raises:
        InUseError: another run is using the folder; the message says which.
        StoreError: the folder cannot be written.
    """
    lock = FileLock(processed / LOCK)
    try:
        processed.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise InUseError(processed, _owner(processed)) from None
    except OSError as error:
        raise StoreError(processed, error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def running(processed: Path) -> Iterator[None]:
    """In the context, and after an end by an error, the folder says which run is using it."""
    since = datetime.now(UTC).astimezone().isoformat(" ", timespec="seconds")
    run = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
    try:
        write_atomically(processed / RUN, json.dumps(run).encode())
    except OSError as error:
        raise StoreError(processed, error.strerror or str(error)) from error
    yield
    (processed / RUN).unlink(missing_ok=True)


def is_unfinished(processed: Path) -> bool:
    """Whether the last run did not come to its end: what it read is not in the tables yet."""
    return (processed / RUN).exists()


def _owner(processed: Path) -> str:
    try:
        owner = json.loads((processed / RUN).read_text(encoding="utf-8"))
        return f"another run (process {owner['pid']} on {owner['host']}, since {owner['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"
