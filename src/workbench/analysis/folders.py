"""Finds the folder of a dataset, and of its project, from wherever a notebook runs."""

from __future__ import annotations

from pathlib import Path

from workbench.dataset.placing import INFO, here_and_above, located, place_of_file
from workbench.errors import DatasetError, InputError
from workbench.language import Phrase


def locate(processed: str | Path) -> Path:
    """Find the folder of a dataset.

    A relative path is looked for in the current folder and in each folder above it. So a notebook finds
    ``data/processed`` whether it runs in the project folder, in ``notebooks/`` or beside a finished report.

    Raises:
        DatasetError: no such folder holds a dataset.
    """
    wanted = Path(processed).expanduser()
    found = located(wanted)
    if place_of_file(found, INFO).is_file():
        return found
    where = "there" if wanted.is_absolute() else Phrase("here or in a folder above")
    raise DatasetError(
        processed,
        Phrase(
            "no dataset {where} (no dataset.json); set `processed` to where it is, or run `workbench ingest` first",
            where=where,
        ),
    )


def locate_project(raw: str | Path) -> Path:
    """Find the folder that a relative path like ``data/raw`` starts from: the current one, or the nearest above.

    Raises:
        InputError: ``missing``: ``raw`` exists neither in the current folder nor in one above.
    """
    wanted = Path(raw).expanduser()
    for folder in here_and_above():
        if (folder / wanted).exists():
            return folder
    raise InputError(
        "missing", raw, Phrase("there is no such folder or file here or in a folder above; put the scans there")
    )
