"""Page images of a document: image files, TIFF with many pages, and PDF drawn at a set resolution."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from workbench.errors import InputError
from workbench.model import Page
from workbench.readers.documents import IMAGE_SUFFIXES, PDF_SUFFIX, SUPPORTED_SUFFIXES, Source
from workbench.readers.limits import require_pages
from workbench.settings import Settings

Image.MAX_IMAGE_PIXELS = None
# The setting max_pixels decides, by the size that the file's header states, before anything is unpacked.

SAVE_AS = dict.fromkeys((".doc", ".wps", ".rtf", ".odt", ".docm"), ".docx") | dict.fromkeys(
    (".xls", ".et", ".csv", ".ods", ".xlsm", ".xlsb"), ".xlsx"
)
"""Kinds that Word, Excel and WPS save as one that is read."""

SMALLEST_SIDE = 64
"""A page image narrower or lower than this many pixels holds no readable form."""


def count_pages(source: Source, settings: Settings) -> int:
    """Number of pages of a document.

    Raises:
        InputError: ``unsupported``, ``no-picture``, ``unreadable``, ``encrypted`` or ``too-large``.
    """
    if source.is_folder:
        count = len(source.page_files)
    else:
        path = source.path
        _require_pictures(path)
        count = _reading(path, lambda: _count_in_pdf(path) if is_pdf(path) else _count_in_image(path))
    require_pages(source.path, count, settings)
    if count == 0:
        raise InputError("unreadable", source.path, "the document has no pages")
    return count


def load_page(source: Source, number: int, settings: Settings) -> Page:
    """The image of one page (numbers count from 1), as scanned; PDF pages at ``raster_dpi``.

    An orientation tag of the camera (EXIF) is respected; transparency is white paper.

    Raises:
        InputError: ``unreadable``, ``encrypted`` or ``too-large``, with the page; ``no-picture`` for a Word file.
    """
    file, frame = (source.page_files[number - 1], 0) if source.is_folder else (source.path, number - 1)
    _require_pictures(file)

    def load() -> Image.Image:
        return _draw_pdf_page(file, frame, settings) if is_pdf(file) else _open_image(file, frame, settings)

    image = _reading(file, load, number)
    if min(image.size) < SMALLEST_SIDE:
        raise InputError("unreadable", file, f"the page is only {image.width} × {image.height} pixels", number)
    return Page(number, np.asarray(image, dtype=np.uint8))


def _reading(path: Path, read: Callable[[], Any], page: int | None = None) -> Any:
    """Run a reader; what libraries raise on damaged files becomes an `InputError`."""
    try:
        return read()
    except UnidentifiedImageError as error:
        message = "the file is not an image, whatever its name says; open it to see what it is"
        raise InputError("unreadable", path, message, page) from error
    except pypdfium2.PdfiumError as error:
        encrypted = "password" in str(error).lower()
        message = "the PDF asks for a password; save it without one" if encrypted else f"the PDF is damaged ({error})"
        raise InputError("encrypted" if encrypted else "unreadable", path, message, page) from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise InputError("unreadable", path, f"the file is damaged ({error})", page) from error


def _require_pictures(path: Path) -> None:
    suffix = path.suffix.lower()
    if is_pdf(path) or suffix in IMAGE_SUFFIXES:
        return
    if suffix in SUPPORTED_SUFFIXES:
        message = f"a {suffix} file has no picture of its pages; open the file itself to see its tables"
        raise InputError("no-picture", path, message)
    if suffix in SAVE_AS:
        message = f"{suffix} files are not read; open it and save it as {SAVE_AS[suffix]}"
        raise InputError("unsupported", path, message)
    known = " ".join(sorted(SUPPORTED_SUFFIXES))
    raise InputError("unsupported", path, f"files of kind {suffix or '(none)'} are not read yet; readable: {known}")


def is_pdf(path: Path) -> bool:
    """Whether a file is a PDF by its name."""
    return path.suffix.lower() == PDF_SUFFIX


def _count_in_pdf(path: Path) -> int:
    with closing(pypdfium2.PdfDocument(path)) as document:
        return len(document)


def _count_in_image(path: Path) -> int:
    assert path.suffix.lower() in IMAGE_SUFFIXES
    with Image.open(path) as image:
        # Only TIFF has pages; the frames of other formats are an animation.
        return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def _draw_pdf_page(path: Path, index: int, settings: Settings) -> Image.Image:
    with closing(pypdfium2.PdfDocument(path)) as document:
        page = document[index]
        scale = settings.raster_dpi / 72
        width, height = page.get_size()
        _require_pixels(path, index + 1, round(width * scale), round(height * scale), settings)
        drawn: Image.Image = page.render(scale=scale).to_pil()
        return drawn.convert("RGB")


def _open_image(path: Path, frame: int, settings: Settings) -> Image.Image:
    with Image.open(path) as image:
        if frame:
            image.seek(frame)
        _require_pixels(path, frame + 1, image.width, image.height, settings)
        return _on_white_paper(ImageOps.exif_transpose(image))


def _require_pixels(path: Path, page: int, width: int, height: int, settings: Settings) -> None:
    if width * height > settings.max_pixels:
        message = (
            f"the page has {width:,} × {height:,} pixels, more than max_pixels = {settings.max_pixels:,}; "
            "raise the setting or scan at a lower resolution"
        )
        raise InputError("too-large", path, message, page)


def _on_white_paper(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more per pixel
        values = np.asarray(image, dtype=np.float64)
        return Image.fromarray((values / max(values.max(), 1.0) * 255).astype(np.uint8)).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        layered = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return image.convert("RGB")
