"""Replacing the tables of a dataset at once: whatever interrupts a run, the dataset is the old one or the new one.

1. New tables are written to a folder beside the old ones.
2. One rename makes that folder the dataset, under the name `COMMITTED`.
3. The files are moved to the processed folder, where everybody looks for them. All old files are removed first, so that
   a program which reads the Parquet files by itself never finds tables of two runs.

Who opens the dataset during step 3, or after an interruption, reads each file from where it is. The next run that
writes completes the step.
"""

from __future__ import annotations

import os
from io import BufferedReader
from pathlib import Path

from workbench.errors import DatasetError
from workbench.files import open_regular, require_inside
from workbench.language import Phrase, reason_of

TABLES = ("documents", "forms", "budgets", "goals", "indicators", "fields", "cells", "findings")
"""The promised tables. ``documents`` is the first: some functions treat it alone."""

INFO = "dataset.json"

"""The file with the facts about a dataset: its digest, rows, and what it was built from."""

FILES = (*(f"{table}.parquet" for table in TABLES), INFO)
"""The files of a dataset, in the order in which they are moved."""

COMMITTED = ".new"
"""Name of the folder with tables that belong to the dataset but have not all been moved yet."""


def commit(written: Path, folder: Path) -> None:
    """Replace the dataset of a folder. Only one run at a time may do so.

    Args:
        written: a folder with all files of the new dataset, on the same disk; it is moved.
        folder: the processed folder.

    Raises:
        DatasetError: the folder cannot be written. The dataset is the old one or the new one even then.
    """
    finish(folder)
    try:
        written.rename(folder / COMMITTED)
    except OSError as error:
        raise unwritable(folder, error) from error
    finish(folder)


def finish(folder: Path) -> None:
    """Move files that an interrupted `commit` left in `COMMITTED`, if any. Only one run at a time may do so.

    Raises:
        DatasetError: the folder cannot be written.
    """
    new = folder / COMMITTED
    try:
        waiting = [name for name in FILES if (new / name).exists()]
        for name in waiting[:-1]:  # the last is dataset.json: a program that looks for it must find one at any time
            (folder / name).unlink(missing_ok=True)
        for name in waiting:
            (new / name).replace(folder / name)
        if new.exists():
            new.rmdir()
    except OSError as error:
        raise unwritable(folder, error) from error


def project_folder(processed: Path) -> tuple[Path, str]:
    """Return the folder of the project that a dataset lies in, and the path of the dataset relative to it.

    Of ``data/processed``, or of any other folder in ``data``, it is the folder that holds ``data``; of other datasets
    it is the folder that holds the dataset.
    """
    processed = processed.resolve()
    if processed.parent.name == "data":
        return processed.parents[1], f"data/{processed.name}"
    return processed.parent, processed.name


def here_and_above() -> tuple[Path, ...]:
    """Return the working folder and all folders above it, the nearest first."""
    return (Path.cwd(), *Path.cwd().parents)


def located(folder: Path) -> Path:
    """Return where a dataset is that a person named: a relative path is looked for here, then in the folders above.

    So a notebook in ``notebooks/`` finds ``data/processed``. Where no folder has one, the path is returned as it is.
    """
    folder = folder.expanduser()
    candidates = [folder] if folder.is_absolute() else [here / folder for here in here_and_above()]
    return next((one for one in candidates if _is_named(one)), folder)


def _is_named(folder: Path) -> bool:
    """Whether a folder has something called as the head of a dataset, a link included: `open` says what is wrong."""
    return any(os.path.lexists(place / INFO) for place in (folder, folder / COMMITTED))


def place_of_file(folder: Path, name: str) -> Path:
    """Return the path that a file of the dataset has at the moment.

    Raises:
        OSError: it is a link that leads out of the project, which a dataset from elsewhere may hold.
    """
    new = folder / COMMITTED / name
    place = new if new.exists() else folder / name
    require_inside(place, project_folder(folder)[0])
    return place


def opened(folder: Path, name: str) -> BufferedReader:
    """Open a file of the dataset for reading.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        return open_regular(place_of_file(folder, name))
    except FileNotFoundError:  # it was moved between the two steps
        return open_regular(place_of_file(folder, name))


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """Return the error to raise where the processed folder cannot be written."""
    return DatasetError(folder, Phrase("the dataset cannot be written ({reason})", reason=reason_of(error)))
