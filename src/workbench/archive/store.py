"""Results of pages, stored under the digest of their document, the pipeline version and the settings.

A result is written under a temporary name and renamed: it is there whole or not at all. Nothing in
it depends on where the document lies, so that a file that was moved or copied is not read again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.files import write_atomically
from workbench.model import Cell, CellGrid, Confidence, Finding, PageContent, Polygon, TextLine
from workbench.readers.kinds import PageRecord
from workbench.settings import Settings

PIPELINE = "0.3.0"
"""Version of everything between a page image and its cell grids. Raise it when a change there changes results."""


class ResultStore:
    """Page contents of one processed folder, for one pipeline version and one choice of settings."""

    def __init__(self, processed: Path, settings: Settings) -> None:
        self.root = processed / "results"
        self.version = f"{PIPELINE}-{settings.reading_digest()}"

    def path(self, digest: str, page: int) -> Path:
        return self.root / digest[:2] / digest / self.version / f"page-{page:04d}.json"

    def load(self, digest: str, page: int) -> PageRecord | None:
        """What was stored of a page; None where there is nothing, or where it is damaged (it is read again)."""
        try:
            data = json.loads(self.path(digest, page).read_text(encoding="utf-8"))
            notes = tuple(Finding(**note) for note in data["notes"])
            return PageRecord(page_content_from_json(data), data["kind"], notes, data["pages"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, digest: str, page: PageRecord) -> None:
        data = asdict(page)
        text = json.dumps(data.pop("content") | data, ensure_ascii=False, separators=(",", ":"))
        write_atomically(self.path(digest, page.content.number), text.encode())


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
