"""Computes digests of what a report depends on: the rows that it shows, and the program that makes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

import numpy as np
import pandas as pd

from workbench._version import PACKAGE
from workbench.analysis.selection import Tables, department_names, form_years
from workbench.dataset.placing import TABLES

ROOMS = ("entities", "dataset", "analysis", "report")
"""Rooms of the workbench whose code shapes a report."""

PACKAGES = ("matplotlib", "nbconvert", "numpy", "pandas", "papermill", "pylopdf-fonts-zh-cn")
"""Other packages whose versions shape a report."""

TABLES_OF_FORMS = tuple(name for name in TABLES if name != "documents")
"""Tables whose rows belong to a form each."""

NO_REPORT = -1
"""Number of the report of rows that belong to none."""


@cache
def program_digest() -> str:
    """Digest the code that makes reports, and the versions of the packages that it uses."""
    files = (path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*")) if path.suffix != ".pyc")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files if path.is_file()))
    digest.update(repr([version(name) for name in PACKAGES]).encode())
    return digest.hexdigest()


def row_digests(tables: Tables) -> Mapping[tuple[str, int], str]:
    """Digest the rows of every department and year in all tables, in their order.

    A digest changes with any value that the department's report can show, and with nothing of other departments.
    """
    keys = list(zip(department_names(tables.forms), form_years(tables.forms), strict=True))
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    of_form = pd.Series([numbers[key] for key in keys], index=tables.forms["form_id"], dtype="Int64")
    digests = [hashlib.sha256() for _ in numbers]
    pairs = pd.DataFrame({"document_id": tables.forms["document_id"].to_numpy(), "report": of_form.to_numpy()})
    pairs = pairs.drop_duplicates()
    for name in TABLES_OF_FORMS:
        frame: pd.DataFrame = getattr(tables, name)
        _add_rows(digests, frame, frame["form_id"].map(of_form))
    about_documents = tables.findings[tables.findings["form_id"].isna()]
    for frame in (tables.documents, about_documents):  # a document may hold forms of several departments
        rows = pd.DataFrame({"document_id": frame["document_id"].to_numpy(), "row": np.arange(len(frame))})
        shared = rows.merge(pairs, on="document_id").sort_values("row", kind="stable")
        _add_rows(digests, frame.iloc[shared["row"]], shared["report"])
    return {key: digests[number].hexdigest() for key, number in numbers.items()}


def _add_rows(digests: list[hashlib._Hash], frame: pd.DataFrame, reports: pd.Series) -> None:
    """Add the hash of each row to the digest of its report.

    ``reports`` gives the number of each row's report in ``digests``; null: the row belongs to none.
    """
    hashes = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    numbers = reports.fillna(NO_REPORT).to_numpy(dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    numbers, hashes = numbers[order], hashes[order]
    starts = np.flatnonzero(np.diff(numbers, prepend=NO_REPORT - 1))
    for start, end in zip(starts, [*starts, len(numbers)][1:], strict=True):
        if numbers[start] >= 0:
            digests[numbers[start]].update(hashes[start:end].tobytes())
    for digest in digests:
        digest.update(b"|")  # a row that moves from one table to the next is a change
