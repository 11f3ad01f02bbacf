"""What a dataset was built from, as ``dataset.json`` tells it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench._version import __version__
from workbench.archive.plan import PlannedDocument, Previous
from workbench.archive.results.store import document_id
from workbench.archive.results.version import PIPELINE, code_digest
from workbench.corrections.log import CorrectionHistory
from workbench.dataset.placing import COMMITTED, INFO
from workbench.files import Files
from workbench.remote import Location
from workbench.settings import Settings

OF_THE_RUN = ("model_folder", "page_seconds", "page_memory")
"""Settings that say where and how a run was made, and not what the tables are."""


def origin(
    raw: Location,
    processed: Location,
    settings: Settings,
    documents: Sequence[PlannedDocument],
    rows: Sequence[object],
    history: CorrectionHistory,
) -> dict[str, Any]:
    """Everything needed to make the tables again.

    ``built_from`` is a digest of all that the tables are a function of: where it is the same, so are they.
    ``rows`` are those of ``documents``, with the digests of what was put together.
    """
    versions = {d.version.name: d.version.facts for d in documents if d.version is not None}
    told: dict[str, Any] = {
        "package": __version__,
        "code": code_digest(),
        "pipeline": PIPELINE,
        "engine": next((version["engine"] for version in versions.values() if version["engine"]), None),
        "raw": _seen_from(processed, raw),
        "settings": {name: value for name, value in asdict(settings).items() if name not in OF_THE_RUN},
        "versions": versions,
        "corrections": history.summary({document_id(d.digest) for d in documents}),
        "documents": {
            d.source.name: {"sha256": d.digest, "version": d.version.name if d.version else None} for d in documents
        },
    }
    facts = json.dumps([told, rows], ensure_ascii=False, sort_keys=True)
    return told | {"built_from": hashlib.sha256(facts.encode(errors="backslashreplace")).hexdigest()}


def read_info(files: Files) -> dict[str, Any]:
    """What ``dataset.json`` says; empty where there is none, or a damaged one."""
    try:
        info = json.loads(files.get(f"{COMMITTED}/{INFO}") or files.get(INFO) or b"{}")
    except ValueError:
        return {}
    return info if isinstance(info, dict) else {}


def previous_of(info: dict[str, Any]) -> Previous:
    """Digest and version of every document that the tables stand on."""
    documents = info.get("documents", {})
    return Previous({name: (one["sha256"], one["version"] or "") for name, one in documents.items()})


def _seen_from(processed: Location, raw: Location) -> str:
    """The raw folder as the processed one sees it, so that both can be moved together; a URL is what it is."""
    if not isinstance(raw, Path):
        return raw
    folder = (raw if raw.is_dir() else raw.parent).resolve()
    return Path(os.path.relpath(folder, processed.resolve())).as_posix() if isinstance(processed, Path) else str(folder)


def tables_are_whole(files: Files, info: dict[str, Any]) -> bool:
    """Whether the tables are those that ``dataset.json`` was written with, byte for byte."""
    tables = info.get("files", {})
    return bool(tables) and all(files.digest(name) == digest for name, digest in tables.items())
