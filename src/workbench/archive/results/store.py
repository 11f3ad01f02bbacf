"""Results, stored under the digest of their document and the version they were made with.

::

    results/<ab>/<digest of the document>/<version>/page-0001.json    one for each page that was read
                                                    document.json     what was put together from them
                                                    tables.bin        and its rows in the tables
    results/versions/<version>.json                                   what a version is

A result is there whole or not at all, and carries its own digest: a damaged one is none. Nothing in
it depends on when or where it was made, so that every run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.archive.results.version import Version, version_from_json, version_to_json
from workbench.files import Files
from workbench.model import Cell, CellGrid, Confidence, Finding, PageContent, Polygon, TextLine
from workbench.readers.kinds import Kind, PageRecord

RESULTS = "results"
VERSIONS = f"{RESULTS}/versions"
DOCUMENT, TABLES = "document.json", "tables.bin"


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a document was put together to; its rows lie beside it (``tables``: SHA-256, ``table_bytes``: size).

    ``key`` names all that the rows depend on. ``page_sizes`` are the bytes of the results of its pages.
    ``reason`` and ``message`` say why it gave no form; ``rows`` counts those of each table.
    """

    key: str
    kind: Kind
    pages: int
    engine: str | None
    reason: str | None
    message: str | None
    rows: Mapping[str, int]
    page_sizes: Mapping[str, int]
    tables: str
    table_bytes: int


class ResultStore:
    """All results of a processed folder."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def document(self, digest: str, version: Version) -> StoredDocument:
        return StoredDocument(self.files, f"{folder_of(digest)}/{version.name}")

    def versions(self, digest: str) -> list[Version]:
        """The versions that there are results of a document of."""
        found = (self.files.get(f"{VERSIONS}/{name}.json") for name in self.files.folders(folder_of(digest)))
        return [version for content in found if content and (version := version_from_json(content))]

    def describe(self, version: Version) -> None:
        """Keep what a version is, so that a later run can say what has changed."""
        key, content = f"{VERSIONS}/{version.name}.json", version_to_json(version)
        if self.files.get(key) != content:
            self.files.put(key, content)


class StoredDocument:
    """The results of one document and version."""

    def __init__(self, files: Files, folder: str) -> None:
        self.files, self.folder = files, folder

    def page_key(self, number: int) -> str:
        return f"{self.folder}/{page_name(number)}"

    def sizes(self) -> dict[str, int]:
        """File names and sizes (bytes) of what is there; whether it is whole shows when it is read."""
        return self.files.files(self.folder)

    def load_page(self, number: int) -> PageRecord | None:
        """What was stored of a page; None where there is nothing, or where it is damaged (it is read again)."""
        data = unseal(self.files.get(self.page_key(number)))
        try:
            notes = tuple(Finding(**note) for note in data["notes"])
            return PageRecord(page_content_from_json(data), data["kind"], notes, data["pages"])
        except (KeyError, TypeError):
            return None

    def save_page(self, page: PageRecord) -> None:
        data = asdict(page)
        self.files.put(self.page_key(page.content.number), seal(data.pop("content") | data))

    def load_assembled(self) -> Assembled | None:
        data = unseal(self.files.get(f"{self.folder}/{DOCUMENT}"))
        try:
            return Assembled(**data)
        except TypeError:
            return None

    def save_assembled(self, assembled: Assembled, tables: bytes) -> None:
        self.files.put(f"{self.folder}/{TABLES}", tables)
        self.files.put(f"{self.folder}/{DOCUMENT}", seal(asdict(assembled)))

    def load_tables(self, assembled: Assembled) -> bytes | None:
        """The rows of a document; None where they are damaged, or not those that were meant."""
        content = self.files.get(f"{self.folder}/{TABLES}")
        return content if content is not None and sha256(content) == assembled.tables else None


def folder_of(digest: str) -> str:
    """Where everything that was ever made of a document lies."""
    return f"{RESULTS}/{digest[:2]}/{digest}"


def document_id(digest: str) -> str:
    """What the tables call a document; zeros where its content could not be read."""
    return digest[:16] or "0" * 16


def page_name(number: int) -> str:
    """File name of the result of a page."""
    return f"page-{number:04d}.json"


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


HEAD, MIDDLE, TAIL = b'{"sha256":"', b'","content":', b"}\n"


def seal(data: Mapping[str, Any]) -> bytes:
    """JSON that carries the digest of its content."""
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return HEAD + sha256(content).encode() + MIDDLE + content + TAIL


def unseal(sealed: bytes | None) -> dict[str, Any]:
    """The inverse of `seal`; empty where there is nothing, or anything else than what was sealed."""
    content = (sealed or b"")[len(HEAD) + 64 + len(MIDDLE) : -len(TAIL)]
    if sealed != HEAD + sha256(content).encode() + MIDDLE + content + TAIL:
        return {}
    data: dict[str, Any] = json.loads(content)
    return data


def page_content_from_json(data: dict[str, Any]) -> PageContent:
    """The inverse of ``dataclasses.asdict`` followed by JSON, which turns tuples into lists.

    Raises:
        KeyError, TypeError: the data is not a page content.
    """
    return PageContent(
        number=data["number"],
        width=data["width"],
        height=data["height"],
        grids=tuple(_grid(grid) for grid in data["grids"]),
        loose_lines=tuple(
            TextLine(line["text"], tuple(line["confidences"]), _polygon(line["polygon"]))
            for line in data["loose_lines"]
        ),
    )


def _grid(data: dict[str, Any]) -> CellGrid:
    cells = tuple(
        Cell(**{**cell, "polygon": _polygon(cell["polygon"]), "confidence": Confidence(**cell["confidence"])})
        for cell in data["cells"]
    )
    edges = {name: tuple(data[name]) for name in ("row_edges", "column_edges")}
    return CellGrid(page=data["page"], table_no=data["table_no"], cells=cells, **edges)


def _polygon(corners: list[list[float]]) -> Polygon:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d
