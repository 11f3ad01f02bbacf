"""What a dataset was made from, as its ``dataset.json`` records it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench._version import __version__
from workbench.archive.building.documents import BuiltDocument
from workbench.archive.plan import Previous
from workbench.archive.results.store import document_id
from workbench.archive.results.version import PIPELINE, code_digest
from workbench.corrections.history import CorrectionHistory
from workbench.dataset.info import parsed_info
from workbench.dataset.placing import COMMITTED, INFO, TABLES
from workbench.files import Files
from workbench.remote import Location
from workbench.settings import Settings

OF_THE_RUN = ("model_folder", "page_seconds", "page_memory")
"""Settings that say where and how a run was made; the tables do not depend on them."""


def origin(
    raw: str,
    settings: Settings,
    documents: Sequence[BuiltDocument],
    history: CorrectionHistory,
) -> dict[str, Any]:
    """Everything needed to make the tables again, as JSON has it; ``raw`` is the raw folder as `seen_from` gives it.

    Its ``built_from`` (hex SHA-256) digests all that the tables depend on: where it is the same, so are the tables.
    """
    versions = {d.version.name: d.version.facts for d in (one.document for one in documents) if d.version is not None}
    facts: dict[str, Any] = {
        "package": __version__,
        "code": code_digest(),
        "pipeline": PIPELINE,
        "engine": next((version["engine"] for version in versions.values() if version["engine"]), None),
        "raw": raw,
        "settings": {name: value for name, value in asdict(settings).items() if name not in OF_THE_RUN},
        "versions": versions,
        "corrections": history.summary({document_id(one.document.digest) for one in documents}),
        "documents": {one.document.source.name: _document_facts(one) for one in documents},
    }
    rows = [(one.row, one.assembled.tables if one.assembled else None) for one in documents]
    content = json.dumps([facts, rows], ensure_ascii=False, sort_keys=True)
    return facts | {"built_from": hashlib.sha256(content.encode(errors="backslashreplace")).hexdigest()}


def _document_facts(built: BuiltDocument) -> dict[str, object]:
    """A document's digest and the name of its version; and the page its problem is about, where there is one."""
    document = built.document
    facts = {"sha256": document.digest, "version": document.version.name if document.version else None}
    return facts | ({"page": built.page} if built.page else {})


def read_info(files: Files) -> dict[str, Any]:
    """The content of ``dataset.json``; empty where there is none, or a damaged one."""
    try:
        return parsed_info(files.get(f"{COMMITTED}/{INFO}") or files.get(INFO) or b"")
    except ValueError:
        return {}


def previous_of(info: dict[str, Any]) -> Previous:
    """The documents that the tables were built from, by what ``dataset.json`` says."""
    documents = info.get("documents", {})
    return Previous({name: (one["sha256"], one["version"] or "") for name, one in documents.items()})


def tables_are_whole(files: Files, info: dict[str, Any]) -> bool:
    """Whether the tables are those that ``dataset.json`` was written with, byte for byte."""
    digests = {f"{table}.parquet": info.get("files", {}).get(f"{table}.parquet") for table in TABLES}
    return all(digest is not None and files.digest(name) == digest for name, digest in digests.items())


def seen_from(processed: Location, raw: Location) -> str:
    """The raw folder relative to the processed one, so that both can be moved together; a URL stays as it is."""
    if not isinstance(raw, Path):
        return raw
    folder = (raw if raw.is_dir() else raw.parent).resolve()
    return Path(os.path.relpath(folder, processed.resolve())).as_posix() if isinstance(processed, Path) else str(folder)
