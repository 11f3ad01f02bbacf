"""Opened datasets, kept as long as they are the ones on the disk; and what is counted of them once."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.errors import DatasetError, LabError
from workbench.findings import FLAGS
from workbench.lab.places import LabProject
from workbench.language import Phrase

if TYPE_CHECKING:
    from workbench.dataset.store import Dataset

KEPT = 4
"""Datasets that stay open, those of the projects asked about last."""

Said = TypeVar("Said")


@dataclass(slots=True)
class DocumentCounts:
    """What the list of documents says of one, from the tables.

    Attributes:
        departments, years: those of its forms, in their order.
        by_severity: number of findings by severity.
        to_review: number of values with a finding that flags them and that nobody reviewed.
    """

    departments: dict[str, None] = field(default_factory=dict)
    years: dict[int, None] = field(default_factory=dict)
    by_severity: dict[str, int] = field(default_factory=dict)
    to_review: int = 0


class OpenedDataset:
    """A dataset as it was at one time, and what is counted of it; safe to be asked from several threads."""

    def __init__(self, project: LabProject, version: str) -> None:
        """Open the dataset of a project.

        Raises:
            DatasetError: there is none that can be used.
        """
        from workbench.dataset.store import open_dataset

        self.project, self.version = project, version
        self.dataset: Dataset = open_dataset(project.processed)
        self.lock = threading.RLock()

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """The rows of the table ``documents``, with the columns that the list shows."""
        columns = "document_id, source, kind, pages, status, error, message, message_zh"
        rows = _rows(self.dataset, f"select {columns} from documents")
        return [row | {"message": Phrase.stored(row["message"] or "", row["message_zh"])} for row in rows]

    @cached_property
    def by_source(self) -> Mapping[str, dict[str, Any]]:
        """The rows of ``documents`` by the path below the raw folder."""
        return {row["source"]: row for row in self.documents}

    @cached_property
    def counts(self) -> Mapping[str, DocumentCounts]:
        """What the list says of each document, by its id."""
        found: dict[str, DocumentCounts] = defaultdict(DocumentCounts)
        for row in _rows(self.dataset, "select document_id, department, year from forms order by form_no"):
            one = found[row["document_id"]]
            if row["department"]:
                one.departments[row["department"]] = None
            if row["year"] is not None:
                one.years[int(row["year"])] = None
        for row in _rows(self.dataset, COUNT_FINDINGS):
            found[row["document_id"]].by_severity[row["severity"]] = row["number"]
        for row in _rows(self.dataset, COUNT_DOUBTS):
            found[row["document_id"]].to_review = row["number"]
        return found

    @cached_property
    def forms_of(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the forms of each document, in their order."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in _rows(self.dataset, "select form_id, document_id from forms order by document_id, form_no"):
            found[row["document_id"]].append(row["form_id"])
        return {document: tuple(forms) for document, forms in found.items()}

    @cached_property
    def triage(self) -> list[dict[str, Any]]:
        """Every finding with its department and file, those of one cause together, most consequential first."""
        from workbench.dataset.schemas import rows_of
        from workbench.dataset.triage import triage

        return list(rows_of(triage(self.dataset)))

    def triage_of(self, cause: str) -> list[dict[str, Any]]:
        """The findings of one cause, as the table ``findings`` has them."""
        from workbench.dataset.schemas import rows_of

        return list(rows_of(self.dataset.where("findings", "cause_id", [cause])))


COUNT_FINDINGS = "select document_id, severity, count(*) as number from findings group by document_id, severity"

COUNT_DOUBTS = f"""
select document_id, count(distinct concat_ws('|', coalesce(form_id, ''), coalesce("table", ''),
  coalesce(record_no, 0), coalesce(field, concat(code, coalesce(page, 0))))) as number
from findings
where not reviewed and (severity != 'info' or code in ({", ".join(f"'{code}'" for code in sorted(FLAGS))}))
group by document_id
"""
"""How many values of each document a person should look at."""


def _rows(dataset: Dataset, query: str) -> list[dict[str, Any]]:
    from workbench.dataset.schemas import rows_of

    return list(rows_of(dataset.sql(query)))


class Datasets:
    """The datasets that are open, by project."""

    def __init__(self) -> None:
        self._open: OrderedDict[LabProject, OpenedDataset] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, project: LabProject, question: Callable[[OpenedDataset], Said]) -> Said:
        """Ask the dataset of a project, as it is on the disk now; once more if it is built anew meanwhile.

        Raises:
            LabError: ``no-dataset``, ``old-dataset``, ``new-dataset``.
            DatasetError: it is damaged.
        """
        for is_last in (False, True):
            version = project.version
            try:
                opened = self.opened(project)
                with opened.lock:
                    return question(opened)
            except DatasetError as error:
                if is_last or project.version == version:
                    raise age_problem(project) or error from error
        raise AssertionError("unreachable")

    def opened(self, project: LabProject) -> OpenedDataset:
        """The dataset of a project, opened anew if it was built since.

        Raises:
            LabError, DatasetError: as `ask`.
        """
        version = project.version
        if not version:
            raise LabError("no-dataset")
        with self._lock:
            opened = self._open.get(project)
            if opened is None or opened.version != version:
                opened = OpenedDataset(project, version)
                self._open[project] = opened
            self._open.move_to_end(project)
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        return opened


def age_problem(project: LabProject) -> LabError | None:
    """Why a dataset cannot be used, where it is the version that wrote it; None: it is something else."""
    from workbench.dataset.info import SCHEMA_VERSION
    from workbench.dataset.placing import INFO, opened

    try:
        with opened(project.processed, INFO) as stream:
            info = json.loads(stream.read())
    except (OSError, ValueError, RecursionError):
        return None
    schema = info.get("schema", 1) if isinstance(info, dict) else None
    if not isinstance(schema, int) or schema == SCHEMA_VERSION:
        return None
    return LabError("old-dataset" if schema < SCHEMA_VERSION else "new-dataset")
