"""The tables of an archive written, unless those that are there were made from the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.archive.building.documents import BuiltDocument
from workbench.archive.building.origin import origin, tables_are_whole
from workbench.archive.plan import PlannedDocument
from workbench.archive.results.store import DOCUMENT, Assembled, ResultStore, document_id
from workbench.archive.run.scheduler import RunResult, assemble_task
from workbench.archive.run.tasks import Job, perform
from workbench.corrections.correction import Correction
from workbench.corrections.history import CorrectionHistory
from workbench.errors import DatasetError
from workbench.language import Phrase
from workbench.model import Finding
from workbench.remote import RemoteFiles

if TYPE_CHECKING:
    from workbench.dataset.duplicates import FormKey
    from workbench.dataset.pasted_reasons import ReasonIndex
    from workbench.dataset.rows import ArrowRows


def write_tables(
    documents: Sequence[BuiltDocument],
    run: RunResult,
    job: Job,
    store: ResultStore,
    history: CorrectionHistory,
    info: dict[str, Any],
    raw: str,
    on_start: Callable[[], None],
) -> str:
    """Write the tables, unless those that are there were made from the same.

    Args:
        documents: every document of the archive as the run left it.
        run: what the run did; stored rows that turn out to be damaged are made again from the pages it knows.
        job: where the dataset goes, and with which settings.
        store: the results that the rows lie in.
        history: the corrections that were applied.
        info: what the ``dataset.json`` that is there says; empty where there is none.
        raw: the raw folder, as ``dataset.json`` is to record it.
        on_start: called before anything is written.

    Returns:
        The content digest of the tables, hex SHA-256.

    Raises:
        DatasetError: they cannot be written, or results turned out to be damaged.
    """
    made_from = origin(raw, job.settings, documents, history)
    if info.get("built_from") == made_from["built_from"] and tables_are_whole(store.files, info):
        return str(info["digest"])
    from workbench.dataset.writing import upload_dataset, write_dataset

    on_start()
    parts = _parts(documents, run, job, store, history)
    if isinstance(job.processed, Path):
        return write_dataset(job.processed, parts, made_from)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        digest = write_dataset(Path(folder), parts, made_from)
        upload_dataset(Path(folder), RemoteFiles(job.processed))
    return digest


def _parts(
    documents: Sequence[BuiltDocument], run: RunResult, job: Job, store: ResultStore, history: CorrectionHistory
) -> Iterator[ArrowRows]:
    """The rows of all tables: first ``documents``, then those of each document, last the findings across documents.

    A document that lies in the archive twice is listed twice and counted once.
    """
    from workbench.dataset.duplicates import form_keys
    from workbench.dataset.pasted_reasons import ReasonIndex
    from workbench.dataset.rows import as_rows, unpack_rows
    from workbench.dataset.schemas import to_table

    yield as_rows({"documents": to_table("documents", [one.row for one in documents])})
    by_id: dict[str, BuiltDocument] = {}
    keys: dict[str, FormKey] = {}
    reasons = ReasonIndex()

    def rows_of(one: BuiltDocument) -> ArrowRows:
        assert one.assembled is not None
        return unpack_rows(_packed_rows(one.document, one.assembled, run, job, store))

    for one in documents:
        name = document_id(one.document.digest)
        if one.assembled is not None and name not in by_id:
            by_id[name] = one
            rows = rows_of(one)
            of_document = form_keys(rows)
            keys |= of_document
            reasons.add(rows, of_document)
            yield rows
    yield from _across(
        keys,
        reasons,
        lambda name: (by_id[name].document.source.name, rows_of(by_id[name])),
        history,
        job.settings.review_threshold,
    )


def _across(
    keys: Mapping[str, FormKey],
    reasons: ReasonIndex,
    document: Callable[[str], tuple[str, ArrowRows]],
    history: CorrectionHistory,
    threshold: float,
) -> Iterator[ArrowRows]:
    """The findings across documents: forms that were read from several scans, targets that were declared otherwise,
    reasons that several forms have. Only documents that may hold one are unpacked again.

    Args:
        keys: what each form is, in the order of the archive.
        reasons: where each reason stands.
        document: gives the name and the rows of a document, by its id.
        history: the corrections, which may say which copy counts.
        threshold: confidence (0 to 1) below which a field is in doubt.
    """
    from workbench.dataset.build import finding_rows
    from workbench.dataset.declared_targets import declared_target_findings, targets_of
    from workbench.dataset.duplicates import duplicate_findings, facts_of, groups_of
    from workbench.dataset.pasted_reasons import pasted_reasons

    def corrections_of(form_id: str) -> list[Correction]:
        return [one for one in history.of_document(form_id.rpartition("-")[0]) if one.form_id == form_id]

    found: list[tuple[str, Finding]] = []
    for group in groups_of(keys.items()):
        documents = {form_id: document(form_id.rpartition("-")[0]) for form_id in group}
        facts = [facts_of(form_id, *documents[form_id]) for form_id in group]
        found += duplicate_findings(facts, corrections_of)
        if any(one.is_target for one in facts):
            found += declared_target_findings([targets_of(one, *documents[one], threshold) for one in group])
    found += pasted_reasons(reasons, keys, document)
    if found:
        yield finding_rows(found)


def _packed_rows(
    document: PlannedDocument, assembled: Assembled, run: RunResult, job: Job, store: ResultStore
) -> bytes:
    """The stored rows of a document; damaged ones are made again from its pages.

    Raises:
        DatasetError: they are damaged even when they have just been made again.
    """
    assert document.version is not None
    results = store.document(document.digest, document.version)
    content = results.load_tables(assembled)
    if content is not None:
        return content
    perform(job, assemble_task(document, run))
    content = results.load_tables(assembled)
    if content is None:
        store.files.remove(f"{results.folder}/{DOCUMENT}")  # so that the next run does not trust it
        message = Phrase(
            "the results of {name} are damaged; run the same command again to read it anew", name=document.source.name
        )
        raise DatasetError(job.processed, message)
    return content
