"""Tables that are the old ones or the new ones, whole, whatever ends the run that puts them in their place.

New tables are written beside the old ones. One rename makes them the dataset, as the folder `COMMITTED`; only then are
they moved to where everybody looks for them. Who opens the dataset meanwhile, or after that was cut short, reads each
file from whichever of the two places it is in; the next run that writes finishes the moving. Programs that read the
Parquet files by themselves never find tables of two runs side by side: the old ones are gone before a new one comes.
"""

from __future__ import annotations

from io import BufferedReader
from pathlib import Path

from workbench.errors import DatasetError

TABLES = ("documents", "forms", "budgets", "goals", "indicators", "fields", "cells", "findings")

INFO = "dataset.json"

FILES = (*(f"{table}.parquet" for table in TABLES), INFO)

COMMITTED = ".new"
"""Folder of tables that are the dataset already, and are not all in their place yet."""


def commit(written: Path, folder: Path) -> None:
    """Make a folder of written tables the dataset of ``folder``. One run at a time may do so.

    Raises:
        DatasetError: the folder cannot be written. The dataset is the old one, or the new one, all the same.
    """
    finish(folder)
    try:
        written.rename(folder / COMMITTED)
    except OSError as error:
        raise unwritable(folder, error) from error
    finish(folder)


def finish(folder: Path) -> None:
    """Put tables that are the dataset already in their place. One run at a time may do so.

    Raises:
        DatasetError: the folder cannot be written.
    """
    new = folder / COMMITTED
    try:
        waiting = [name for name in FILES if (new / name).exists()]
        for name in waiting[:-1]:  # the last is dataset.json, which others look for: it is replaced at once
            (folder / name).unlink(missing_ok=True)
        for name in waiting:
            (new / name).replace(folder / name)
        if new.exists():
            new.rmdir()
    except OSError as error:
        raise unwritable(folder, error) from error


def place_of_file(folder: Path, name: str) -> Path:
    """Where a file of the dataset is just now."""
    new = folder / COMMITTED / name
    return new if new.exists() else folder / name


def opened(folder: Path, name: str) -> BufferedReader:
    """A file of the dataset, to be read.

    Raises:
        FileNotFoundError: there is none.
    """
    try:
        return place_of_file(folder, name).open("rb")
    except FileNotFoundError:  # it has just been moved
        return place_of_file(folder, name).open("rb")


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """What is said where the tables cannot be put."""
    return DatasetError(folder, f"the dataset cannot be written ({error.strerror or error})")
