"""A dataset to review: the Tianjin form as printed, its pages drawn as blank paper with the cells filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.printed import pages, table
from workbench.corrections.history import read_corrections
from workbench.corrections.log import corrections_folder
from workbench.dataset.build import DocumentContent, build_tables
from workbench.dataset.rows import as_rows
from workbench.dataset.schemas import to_table
from workbench.dataset.store import Dataset, open_dataset
from workbench.dataset.writing import write_dataset
from workbench.form.assemble import assemble_forms
from workbench.model import Cell, CellGrid, Confidence, PageContent
from workbench.readers.documents import digest_of, open_source
from workbench.review.session import Session
from workbench.review.widget import ReviewWidget
from workbench.settings import Settings

DOCUMENT = "0123456789abcdef"
FORM = f"{DOCUMENT}-1"
THRESHOLD = 0.8

Change = Callable[[Cell], Cell]


@dataclass
class Archive:
    """A project folder with one document, and what the machine read of it."""

    project: Path
    content: Sequence[PageContent]

    @property
    def processed(self) -> Path:
        return self.project / "data" / "processed"

    @property
    def scan(self) -> Path:
        return self.project / "data" / "raw" / "scan"

    def build(self) -> Dataset:
        """The dataset with the corrections made so far."""
        forms = tuple(assemble_forms(list(self.content), "scan"))
        history = read_corrections(corrections_folder(self.processed))
        row = {"document_id": DOCUMENT, "source": "scan", "kind": "scan", "pages": len(self.content)}
        row |= {"status": "ok", "error": None, "message": None, "message_zh": None, "engine": None, "pipeline": "0"}
        tables = {"documents": to_table("documents", [row])}
        tables |= build_tables(DocumentContent(DOCUMENT, tuple(self.content), forms), THRESHOLD, history)
        origin: dict[str, Any] = {"pipeline": "0", "raw": "../raw", "corrections": history.summary({DOCUMENT})}
        if self.scan.is_dir():
            origin["documents"] = {"scan": {"sha256": digest_of(open_source(self.scan), Settings()), "version": None}}
        origin["settings"] = {"raster_dpi": 200, "review_threshold": THRESHOLD}
        write_dataset(self.processed, [as_rows(tables)], origin)
        return open_dataset(self.processed)

    def session(self, by: str = "李") -> Session:
        return Session(open_dataset(self.processed), by)

    def draw(self) -> None:
        """Pages of white paper on which every cell with text is red."""
        self.scan.mkdir(parents=True)
        for page in self.content:
            image = Image.new("RGB", (page.width, page.height), "white")
            pen = ImageDraw.Draw(image)
            for grid in page.grids:
                for cell in grid.cells:
                    if cell.text:
                        pen.rectangle((*cell.polygon[0], *cell.polygon[2]), fill="red")
            image.save(self.scan / f"p-{page.number}.png")
        self.build()


def archive(project: Path, change: Change | None = None, breaks: Sequence[int] = (40, 80), **options: Any) -> Archive:
    """The Tianjin form over three pages; ``change`` is what the machine made of each cell."""
    content = pages(table("tianjin_gxj_2022"), breaks, **options)
    if change is not None:
        content = [replace(page, grids=tuple(_changed(grid, change) for grid in page.grids)) for page in content]
    found = Archive(project, content)
    found.build()
    return found


def unsure(*texts: str) -> Change:
    """Cells that say one of the texts were read with little confidence."""
    return lambda cell: replace(cell, confidence=Confidence(character=0.3)) if cell.text in texts else cell


def _changed(grid: CellGrid, change: Change) -> CellGrid:
    return replace(grid, cells=tuple(map(change, grid.cells)))


class Screen:
    """A widget without a browser: what it is told, and what it answers."""

    def __init__(self, session: Session) -> None:
        self.widget = ReviewWidget(session)
        self.sent: list[dict[str, Any]] = []
        self.buffers: list[Sequence[bytes]] = []
        self.widget.send = self._take  # type: ignore[method-assign]

    def _take(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        self.sent.append(content)
        self.buffers.append(buffers or ())

    def tell(self, what: str, **content: Any) -> list[dict[str, Any]]:
        """What the widget answers to a message of the browser."""
        before = len(self.sent)
        self.widget._on_message(None, {"do": what, **content}, [])
        return self.sent[before:]

    def last(self, kind: str) -> dict[str, Any]:
        return next(message for message in reversed(self.sent) if message["kind"] == kind)

    @property
    def item(self) -> dict[str, Any]:
        """What is on the screen."""
        return self.last("item")

    def answer(self, what: str) -> list[dict[str, Any]]:
        return self.tell(what, seen=self.item["key"])

    def pictures(self) -> None:
        """Wait for the pictures that were asked for."""
        self.widget.conversation.close(wait=True)
