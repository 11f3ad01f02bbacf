"""Results, stored under the digest of their document and the version they were made with.

::

    results/<ab>/<digest of the document>/<version>/page-0001.json    one for each page that was read
                                                    document.json     what was assembled from them
                                                    tables.bin        and its rows in the tables
    results/versions/<version>.json                                   what a version is

A result is there whole or not at all, and carries its own digest: a damaged one counts as not there. Nothing in it
depends on when or where it was made, so every run gives the same bytes.
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
from workbench.readers.kinds import Kind, PageRecord, PagesRead

RESULTS = "results"
"""Folder of all results, in the processed folder."""

VERSIONS = f"{RESULTS}/versions"
"""Folder that says what each version is."""

DOCUMENT = "document.json"
"""File name of what was assembled from the pages of a document."""

TABLES = "tables.bin"
"""File name of a document's rows in the tables."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What was assembled from the pages of a document. Its rows in the tables lie beside it, in a file of their own.

    Attributes:
        key: digests all that the rows depend on.
        kind: the document's kind, by its pages.
        reading: how its pages were read; None where there are none.
        pages: number of its pages.
        engine: the OCR engine that read it; None where none was needed.
        reason: code of why it gave no form; None where it gave one.
        message, message_zh: the same in a sentence, in English and in Chinese.
        rows: number of its rows, by table.
        page_sizes: bytes of its pages' results, by file name.
        tables: hex SHA-256 of the file of its rows.
        table_bytes: size of that file.
        largest: pixels of its largest scanned page; 0 where it has none.
    """

    key: str
    kind: Kind
    reading: PagesRead | None
    pages: int
    engine: str | None
    reason: str | None
    message: str | None
    message_zh: str | None
    rows: Mapping[str, int]
    page_sizes: Mapping[str, int]
    tables: str
    table_bytes: int
    largest: int


class ResultStore:
    """All results of a processed folder."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def document(self, digest: str, version: Version) -> StoredDocument:
        """The results of a document (hex SHA-256 of its content) that were made with a version."""
        return StoredDocument(self.files, f"{folder_of(digest)}/{version.name}")

    def versions(self, digest: str) -> list[Version]:
        """The versions that there are results of a document for."""
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
        """The key of a page's result, in the processed folder."""
        return f"{self.folder}/{page_name(number)}"

    def sizes(self) -> dict[str, int]:
        """Bytes of the files that are there, by name. Whether a result is damaged shows only when it is loaded."""
        return self.files.files(self.folder)

    def load_page(self, number: int) -> PageRecord | None:
        """The result of a page; None where there is none, or a damaged one: the page is then read again."""
        data = unseal(self.files.get(self.page_key(number)))
        try:
            notes = tuple(Finding(**note) for note in data["notes"])
            return PageRecord(page_content_from_json(data), data["kind"], notes, data["pages"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def save_page(self, page: PageRecord) -> None:
        """Store the result of a page.

        Raises:
            StoreError: it cannot be written.
        """
        data = asdict(page)
        self.files.put(self.page_key(page.content.number), seal(data.pop("content") | data))

    def load_assembled(self) -> Assembled | None:
        """What was assembled of the document; None where there is nothing, or something damaged."""
        data = unseal(self.files.get(f"{self.folder}/{DOCUMENT}"))
        try:
            return Assembled(**data)
        except TypeError:
            return None

    def save_assembled(self, assembled: Assembled, tables: bytes) -> None:
        """Store what was assembled of the document, after its rows in the tables (see `pack_rows`).

        Raises:
            StoreError: it cannot be written.
        """
        self.files.put(f"{self.folder}/{TABLES}", tables)
        self.files.put(f"{self.folder}/{DOCUMENT}", seal(asdict(assembled)))

    def load_tables(self, assembled: Assembled) -> bytes | None:
        """The document's rows in the tables; None where they are damaged, or not those of ``assembled``."""
        content = self.files.get(f"{self.folder}/{TABLES}")
        return content if content is not None and sha256(content) == assembled.tables else None


def folder_of(digest: str) -> str:
    """Folder of all results of a document, whatever made them.

    >>> folder_of("3fa4c1")
    'results/3f/3fa4c1'
    """
    return f"{RESULTS}/{digest[:2]}/{digest}"


def document_id(digest: str) -> str:
    """The document's identifier in the tables: the first 16 digits of its digest; zeros where there is none."""
    return digest[:16] or "0" * 16


def page_name(number: int) -> str:
    """File name of the result of a page; numbers count from 1."""
    return f"page-{number:04d}.json"


def sha256(content: bytes) -> str:
    """Hex SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


HEAD = b'{"sha256":"'
"""What stands before the digest in a sealed file."""

MIDDLE = b'","content":'
"""What stands between the digest and the content."""

TAIL = b"}\n"
"""What stands after the content."""


def seal(data: Mapping[str, Any]) -> bytes:
    """JSON that carries the digest of its content.

    >>> seal({"pages": 2})[-24:]
    b',"content":{"pages":2}}\\n'
    """
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return HEAD + sha256(content).encode() + MIDDLE + content + TAIL


def unseal(sealed: bytes | None) -> dict[str, Any]:
    """The data that `seal` was given; empty where there is nothing, or where the digest is not that of the content.

    >>> unseal(seal({"pages": 2}))
    {'pages': 2}
    """
    content = (sealed or b"")[len(HEAD) + 64 + len(MIDDLE) : -len(TAIL)]
    if sealed != HEAD + sha256(content).encode() + MIDDLE + content + TAIL:
        return {}
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):  # sealed by somebody else
        return {}
    return data if isinstance(data, dict) else {}


def page_content_from_json(data: dict[str, Any]) -> PageContent:
    """A page from the JSON that ``dataclasses.asdict`` gave of it. Lists become tuples again.

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
    """A grid from its JSON."""
    cells = tuple(
        Cell(**{**cell, "polygon": _polygon(cell["polygon"]), "confidence": Confidence(**cell["confidence"])})
        for cell in data["cells"]
    )
    edges = {name: tuple(data[name]) for name in ("row_edges", "column_edges")}
    return CellGrid(page=data["page"], table_no=data["table_no"], cells=cells, **edges)


def _polygon(corners: list[list[float]]) -> Polygon:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d
