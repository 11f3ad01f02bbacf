"""The list of a project's documents: what lies in its raw folder, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

from workbench.errors import DatasetError, LabError
from workbench.lab.catalogue import SpokenLanguage, reason_of
from workbench.lab.datasets import Datasets, DocumentCounts, OpenedDataset
from workbench.lab.places import LabProject, ServerRoot, project_at, projects_near
from workbench.lab.problems import refusal_of

COLUMNS = (
    "id", "file", "status", "department", "year", "pages", "errors", "warnings", "infos", "to_review", "reason",
    "error",
)  # fmt: skip
"""The columns of the list, in the order of its rows."""

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
    datasets: Datasets, project: LabProject, reading: Collection[str], language: SpokenLanguage
) -> dict[str, Any]:
    """Every document of a project, a row each, with the version of the dataset.

    ``reading`` are the names of those that a run is reading.

    Raises:
        LabError, DatasetError: the dataset cannot be used.
        PermissionError: the raw folder may not be looked into.
    """
    names = raw_names(project)
    version = project.version
    rows = datasets.ask(project, lambda opened: _rows(opened, names, reading, language)) if version else []
    if not version:
        rows = [_new_row(name, reading) for name in names]
    return {"version": version, "columns": list(COLUMNS), "rows": rows}


def raw_names(project: LabProject) -> list[str]:
    """The names of the documents in the raw folder, as the table ``documents`` has them; archives are not opened.

    Raises:
        PermissionError: it may not be looked into.
    """
    from workbench.readers.documents import find_sources

    raw = project.raw
    try:
        next(raw.iterdir())
    except (StopIteration, FileNotFoundError, NotADirectoryError):
        return []
    return [source.name for source in find_sources(raw)]


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
