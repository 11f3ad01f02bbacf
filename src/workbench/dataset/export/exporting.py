"""A dataset for other tools: Excel, CSV, Stata, DuckDB. Text stays text, and what a format cannot hold is reported.

Every export holds the promised tables, the views (`comparable`), the data dictionary (``dictionary``), and ``about``:
what the export was made from, and every value that the format cannot hold as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from workbench.dataset.comparable import VIEWS, DecidedTables
from workbench.dataset.dictionary import dictionary_table
from workbench.dataset.export.about import ABOUT, About
from workbench.dataset.export.csv import write_csv
from workbench.dataset.export.dta import write_dta
from workbench.dataset.export.duckdb import write_duckdb
from workbench.dataset.export.xlsx import write_xlsx
from workbench.dataset.placing import TABLES
from workbench.errors import DatasetError, SettingsError
from workbench.language import Phrase, reason_of

Writer = Callable[[Path, Iterable[tuple[str, pd.DataFrame]], About], None]
"""Writes the tables and, last, ``about`` to a path that is not there yet: a file, or a folder of files."""

WRITERS: Mapping[str, Writer] = {"xlsx": write_xlsx, "csv": write_csv, "dta": write_dta, "duckdb": write_duckdb}

FORMATS = tuple(WRITERS)
"""The names of the formats."""

FOLDER_FORMATS = frozenset({"csv", "dta"})
"""Formats that give a folder with a file for each table; the others give one file."""

DEFAULT_FOLDER = Path("exports")
"""Where exports go if no path is given, relative to the working folder."""

ExportProgress = Callable[..., Iterable[str]]
"""Something like ``tqdm``: takes the names of the tables, ``total=`` and ``desc=``, and passes them on."""


class Exportable(DecidedTables, Protocol):
    """What an export needs of a dataset: its tables as attributes, by their names, and the facts of their origin."""

    @property
    def info(self) -> Mapping[str, Any]:
        """The content of ``dataset.json``."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export.

    Attributes:
        path: the file or folder.
        notes: in Chinese, the values that the format could not hold as they are.
    """

    path: Path
    notes: tuple[str, ...]


def silent(names: Iterable[str], **_facts: object) -> Iterable[str]:
    """Pass on the names and show no progress bar."""
    return names


def export_dataset(
    dataset: Exportable, kind: str, out: Path | str | None = None, progress: ExportProgress = silent
) -> Exported:
    """Write all tables of a dataset in one of `FORMATS`.

    Args:
        dataset: an opened dataset.
        kind: ``xlsx`` and ``duckdb`` give one file, ``csv`` and ``dta`` a folder with a file for each table.
        out: the file or folder; by default ``exports/dataset.xlsx``, ``exports/csv`` and so on.
        progress: passes on the names of the tables as they are written.

    An export that is interrupted leaves what was there before.

    Raises:
        SettingsError: there is no such format.
        DatasetError: the dataset is damaged, or the export cannot be written.
    """
    if kind not in WRITERS:
        raise SettingsError("format", kind, Phrase("one of {formats}", formats=", ".join(FORMATS)))
    path = _destination(kind, Path(out) if out is not None else None)
    about = About(dataset.info)
    every = (*TABLES, *VIEWS, "dictionary")
    names = progress(every, total=len(every), desc=Phrase("tables"))
    tables = ((name, _table(dataset, name)) for name in names)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as temporary:
            made = Path(temporary) / path.name
            WRITERS[kind](made, tables, about)
            _put(made, path)
    except OSError as error:
        raise DatasetError(path, Phrase("the export cannot be written ({reason})", reason=reason_of(error))) from error
    return Exported(path, tuple(about.notes))


def _table(dataset: Exportable, name: str) -> pd.DataFrame:
    """A table of an export by its name: a promised one, a view of several, or the data dictionary."""
    if name == "dictionary":
        return dictionary_table()
    table: pd.DataFrame = VIEWS[name](dataset) if name in VIEWS else getattr(dataset, name)
    return table


def _destination(kind: str, out: Path | None) -> Path:
    """The path of an export: ``out`` itself, a file in it if it is a folder but one file is made, or the default."""
    if kind in FOLDER_FORMATS:
        return out or DEFAULT_FOLDER / kind
    out = out or DEFAULT_FOLDER
    return out if out.suffix == f".{kind}" and not out.is_dir() else out / f"dataset.{kind}"


def _put(made: Path, path: Path) -> None:
    """Move an export to its path: a file at once, a folder file by file.

    ``about`` is removed from the folder first and added last: a folder without it is not complete.
    """
    if made.is_file():
        made.chmod(0o644)
        made.replace(path)
        return
    path.mkdir(exist_ok=True)
    files = sorted(made.iterdir(), key=lambda file: file.stem == ABOUT)
    (path / files[-1].name).unlink(missing_ok=True)
    for file in files:
        file.chmod(0o644)
        file.replace(path / file.name)
