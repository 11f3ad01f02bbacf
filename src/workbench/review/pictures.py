"""Pictures of pages, and excerpts of them around a cell; made when they are asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.dataset.crops import PagePicture, upright
from workbench.errors import InputError, SelectionError, StoreError
from workbench.model import Cell

if TYPE_CHECKING:
    import PIL.Image

    from workbench.dataset.store import Dataset

PAGES_KEPT = 6
"""Page images in memory: some 12 MB each at 200 dpi."""

PAGE_WIDTH = 1654
"""Widest picture of a whole page, pixels: A4 at 200 dpi."""

LEAST_WIDTH = 0.42
"""The least width of an excerpt, as a share of the page's: a value needs its neighbours to be judged."""

LEAST_HEIGHT = 0.035
"""The least height of an excerpt, as a share of the page's."""

AROUND = 0.018
"""The least margin of an excerpt around its cell, on every side, as a share of the page's height."""


PROBLEMS = {
    "missing": "扫描件不在原处",
    "outside": "扫描件不在数据集所在的项目文件夹内，未打开（可用 wb.open(…, raw=…) 指明所在文件夹）",
    "changed": "扫描件与当初读取的不是同一份文件",
}
"""Why there is no picture, by the reason of the error."""


Draw = Callable[[Path, int, int], "PIL.Image.Image"]
"""Draws a page of a document (numbers count from 1) as it came, at a resolution in dots per inch."""


@dataclass(frozen=True, slots=True)
class ScanExcerpt:
    """The part of a page around a cell.

    Attributes:
        png: the image.
        width, height: its size in pixels.
        outline: left, top, width and height of the cell, as shares (0 to 1) of the excerpt's width and height.
    """

    png: bytes
    width: int
    height: int
    outline: tuple[float, float, float, float]


class Pictures:
    """The pictures of the pages of a dataset's documents, read from the original files."""

    def __init__(self, dataset: Dataset, draw: Draw | None = None) -> None:
        """Take a dataset; ``draw`` draws pages instead of this process."""
        self.dataset, self._draw = dataset, draw
        self._page = lru_cache(maxsize=PAGES_KEPT)(self._load)

    def problem(self, document_id: str) -> str:
        """Why the document has no pictures, in words for the reviewer; empty if it has."""
        from workbench.dataset.crops import has_pictures

        try:
            kind = self.dataset.kind_of(document_id)
            if not has_pictures(kind):
                return "此类文件没有页面图像"
            self.dataset.original(document_id)
        except SelectionError:
            return "数据集中没有这份文件"
        except InputError as problem:
            return f"{PROBLEMS.get(problem.reason, PROBLEMS['missing'])}：{self.source(document_id)}"
        except StoreError:
            return f"{PROBLEMS['missing']}：{self.source(document_id)}"
        return ""

    def source(self, document_id: str) -> str:
        """The document's path below the raw folder; empty for a document that the dataset does not have."""
        return self._sources.get(document_id, "")

    @cached_property
    def _sources(self) -> dict[str, str]:
        documents = self.dataset.documents
        return dict(zip(documents["document_id"], documents["source"], strict=True))

    def page(self, document_id: str, number: int, turns: int = 0) -> PagePicture:
        """Read a page, and rotate it by ``turns`` quarter turns counter-clockwise.

        ``number`` counts from 1. The images of the last ``PAGES_KEPT`` pages stay in memory.

        Raises:
            InputError: the scan is missing or cannot be read; ``no-picture`` where the document has none.
        """
        image, scale = self._page(document_id, number)
        return upright(image, scale, turns)

    def _load(self, document_id: str, number: int) -> tuple[PIL.Image.Image, float]:
        """The page as it was scanned, and its pixels for each unit of the table ``cells``."""
        from workbench.dataset.crops import page_image, pixels_per_unit

        path, kind, dpi = self.dataset.original(document_id)
        return (self._draw or page_image)(path, number, dpi), pixels_per_unit(kind, dpi)


def cut(page: PagePicture, cell: Cell) -> ScanExcerpt:
    """Cut the excerpt of a page around a cell, large enough to see what stands beside it."""
    left, top, right, bottom = page.outline(cell.polygon)
    width, height = page.image.size
    around = AROUND * height
    more_x = max(around, (LEAST_WIDTH * width - (right - left)) / 2)
    more_y = max(around, (LEAST_HEIGHT * height - (bottom - top)) / 2)
    x0, x1 = _within(left - more_x, right + more_x, width)
    y0, y1 = _within(top - more_y, bottom + more_y, height)
    excerpt = page.image.crop((x0, y0, x1, y1))
    outline = ((left - x0) / (x1 - x0), (top - y0) / (y1 - y0), (right - left) / (x1 - x0), (bottom - top) / (y1 - y0))
    return ScanExcerpt(_encoded(excerpt, "PNG", compress_level=3), excerpt.width, excerpt.height, outline)


def page_as_jpeg(page: PagePicture) -> tuple[PagePicture, bytes]:
    """Scale a page down to ``PAGE_WIDTH`` where it is wider; returns the scaled page and its image as JPEG."""
    width, height = page.image.size
    if width > PAGE_WIDTH:
        image = page.image.resize((PAGE_WIDTH, round(height * PAGE_WIDTH / width)))
        page = PagePicture(image, page.scale * PAGE_WIDTH / width, page.turns)
    return page, _encoded(page.image, "JPEG", quality=82)


def _within(low: float, high: float, most: int) -> tuple[int, int]:
    """Move the interval ``low`` to ``high`` into 0 to ``most``, in whole pixels; a longer one is cut to that.

    >>> _within(-5, 15, 100), _within(90, 110, 100), _within(-5, 110, 100)
    ((0, 20), (80, 100), (0, 100))
    """
    offset = max(0.0, -low) - max(0.0, high - most)
    return max(0, round(low + offset)), min(most, round(high + offset))


def _encoded(image: PIL.Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
