"""The list of a project's documents: what lies in its raw folder, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from workbench.errors import DatasetError, LabError
from workbench.lab.catalogue import SpokenLanguage, reason_of
from workbench.lab.datasets import Datasets, DocumentCounts, OpenedDataset
from workbench.lab.places import LabProject, ServerRoot, project_at, projects_near
from workbench.lab.problems import refusal_of

if TYPE_CHECKING:
    from workbench.readers.documents import Source

COLUMNS = (
    "id", "file", "status", "department", "year", "pages", "errors", "warnings", "infos", "to_review", "reason",
    "error",
)  # fmt: skip
"""The columns of the list, in the order of its rows."""

SETTLED = 2_000_000_000
"""How long a folder must have been as it is for its list to be kept, nanoseconds: clocks of file systems are coarse."""

NO_COUNTS = DocumentCounts()


def project_answer(root: ServerRoot, datasets: Datasets, relative: str, language: SpokenLanguage) -> dict[str, Any]:
    """What the panel shows of the project at or above a path, or why it shows none.

    Raises:
        LabError: the path is none.
    """
    answer: dict[str, Any] = {"project": None, "name": "", "raw": "", "has_dataset": False, "documents": 0}
    answer |= {"to_review": 0, "version": "", "problem": None, "near": []}
    try:
        project = project_at(root, relative)
        if project is None:
            folder = root.path(relative)
            near = projects_near(root, folder if folder.is_dir() else folder.parent)
            answer["near"] = [{"project": root.relative(one), "name": one.name} for one in near]
            raise LabError("no-project")
        answer |= {"project": root.relative(project.folder), "name": project.folder.name or "/"}
        answer |= {"raw": root.relative(project.raw), "version": project.version}
        answer["has_dataset"] = bool(answer["version"])
        if answer["has_dataset"]:
            answer |= datasets.ask(project, _totals)
    except (LabError, DatasetError, OSError) as error:
        if isinstance(error, LabError) and error.code in ("outside-root", "not-found") and answer["project"] is None:
            raise
        answer["problem"] = refusal_of(error, language).body
    return answer


def _totals(opened: OpenedDataset) -> dict[str, int]:
    """How many documents a dataset has, and how many values a person should look at."""
    return {
        "documents": len(opened.documents),
        "to_review": sum(one.to_review for one in opened.counts.values()),
    }


def documents_answer(
    datasets: Datasets, raw: RawNames, project: LabProject, reading: Collection[str], language: SpokenLanguage
) -> dict[str, Any]:
    """Every document of a project, a row each, with the version of the dataset.

    ``reading`` are the names of those that a run is reading.

    Raises:
        LabError, DatasetError: the dataset cannot be used.
        PermissionError: the raw folder may not be looked into.
    """
    names = raw.of(project)
    version = project.version
    rows = datasets.ask(project, lambda opened: _rows(opened, names, reading, language)) if version else []
    if not version:
        rows = [_new_row(name, reading) for name in names]
    return {"version": version, "columns": list(COLUMNS), "rows": rows}


class RawNames:
    """The names of the documents in raw folders, kept as long as no folder of them has changed."""

    def __init__(self) -> None:
        self._known: dict[LabProject, tuple[dict[Path, int], list[str]]] = {}

    def of(self, project: LabProject) -> list[str]:
        """The names of the documents of a project, as the table ``documents`` has them; archives are not opened.

        Raises:
            LabError: ``outside-root``.
            PermissionError: the raw folder may not be looked into.
        """
        from workbench.readers.documents import find_sources

        known, names = self._known.get(project, ({}, []))
        if known and _changes(known) == known:
            return names
        raw, began = project.raw, time.time_ns()
        try:
            next(raw.iterdir())
        except (StopIteration, FileNotFoundError, NotADirectoryError):
            return []
        sources = find_sources(raw)
        names = [source.name for source in sources]
        changes = _changes(_folders_of(sources, raw))
        if max(changes.values()) < began - SETTLED:
            self._known[project] = changes, names
        return names


def _folders_of(sources: Iterable[Source], raw: Path) -> set[Path]:
    """Every folder that has to do with documents, up to the raw folder: one of them changes when a document comes."""
    found = {raw}
    for source in sources:
        folder = source.path if source.is_folder else source.path.parent
        while folder not in found:
            found.add(folder)
            folder = folder.parent
    return found


def _changes(folders: Iterable[Path]) -> dict[Path, int]:
    """When each folder changed, in nanoseconds since 1970; 0 for one that is no longer there."""
    found = {}
    for folder in folders:
        try:
            found[folder] = folder.stat().st_mtime_ns
        except OSError:
            found[folder] = 0
    return found


def _rows(
    opened: OpenedDataset, names: list[str], reading: Collection[str], language: SpokenLanguage
) -> list[list[Any]]:
    known, rows, there = opened.by_source, [], set(names)
    # The documents in an archive stand in its place; those of one that is gone are gone.
    members: dict[str, list[str]] = {}
    for source in known:
        if source not in there:
            package = next((str(above) for above in PurePosixPath(source).parents if str(above) in there), None)
            members.setdefault(package or "", []).append(source)
    for name in names:
        if name in known:
            rows.append(document_row(known[name], opened.counts, reading, language))
        elif name in members:
            rows += [document_row(known[one], opened.counts, reading, language) for one in members[name]]
        else:
            rows.append(_new_row(name, reading))
    gone = (document_row(known[one], opened.counts, reading, language) for one in members.get("", ()))
    return [*rows, *([*row[:2], "gone", *row[3:]] for row in gone)]


def _new_row(name: str, reading: Collection[str]) -> list[Any]:
    status = "reading" if name in reading or any(one.startswith(f"{name}/") for one in reading) else "new"
    return ["", name, status, "", "", 0, 0, 0, 0, 0, "", ""]


def document_row(
    row: Mapping[str, Any], counts: Mapping[str, DocumentCounts], reading: Collection[str], language: SpokenLanguage
) -> list[Any]:
    """The row of a document that the tables know; ``reading`` are the names of those that a run is reading."""
    of = counts.get(row["document_id"], NO_COUNTS)
    severities = [of.by_severity.get(name, 0) for name in ("error", "warning", "info")]
    status = "reading" if row["source"] in reading else _status(row, of)
    reason = reason_of(row["error"], row["message"], language)
    departments, years = "、".join(of.departments), "、".join(map(str, of.years))
    document_id = row["document_id"] if row["document_id"].strip("0") else ""  # one that cannot be opened has none
    head = [document_id, row["source"], status, departments, years, row["pages"]]
    return [*head, *severities, of.to_review, reason, row["error"] or ""]


def _status(row: Mapping[str, Any], of: DocumentCounts) -> str:
    """What became of a document that no run is reading.

    >>> _status({"status": "failed", "error": "interrupted"}, NO_COUNTS)
    'new'
    """
    if row["status"] != "ok":
        is_unread = row["error"] == "interrupted" and row["status"] == "failed"
        return "new" if is_unread else str(row["status"])
    return "review" if of.to_review else "read"


def choices_answer(opened: OpenedDataset) -> dict[str, Any]:
    """The departments and years of a dataset, as reports and notebooks take them; a year of none is null."""
    from workbench.analysis.selection import NO_YEAR, department_years

    pairs = [
        [department, year if year != NO_YEAR else None] for department, year in department_years(opened.dataset.forms)
    ]
    years = sorted({year for _, year in pairs if year is not None}, reverse=True)
    return {"departments": sorted({name for name, _ in pairs}), "years": years, "pairs": pairs}
