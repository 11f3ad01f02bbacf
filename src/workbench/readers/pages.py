"""Page images of a document: image files, TIFF with many pages, and PDF and OFD drawn at a set resolution."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.model import Page
from workbench.readers.contents import PICTURES, content_of, misnamed
from workbench.readers.documents import (
    ARCHIVE_SUFFIXES,
    IMAGE_SUFFIXES,
    OFD_SUFFIX,
    PDF_SUFFIX,
    SUPPORTED_SUFFIXES,
    Source,
    is_package,
)
from workbench.readers.limits import require_pages, require_pixels
from workbench.readers.ofd import count_ofd_pages, ofd_page
from workbench.readers.passwords import LOCKED, known_passwords
from workbench.readers.pdf_streams import require_streams
from workbench.readers.pdf_undrawn import draw_undrawn
from workbench.settings import Settings

Image.MAX_IMAGE_PIXELS = None
# The setting max_pixels decides, by the size that the file's header states, before anything is unpacked.

SAVE_AS = {".docm": ".docx"} | dict.fromkeys((".csv", ".xlsm", ".xlsb"), ".xlsx")
"""Kinds that Word, Excel and WPS save as one that is read."""

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "JPEG2000", "AVIF")
"""Kinds of image that are opened, whatever a file's name says. Pillow knows others, and runs a program for one."""

HEIF_SUFFIXES = (".heic", ".heif")

PAPER = 99.9
"""Percentile of the values of a picture of more than 8 bits that is white: scanners use as many bits as they have, and
a few of their sensors are always bright."""

DAMAGED_PDF = Phrase("the PDF is damaged; fetch it again, or open it in a viewer and print it as PDF")

DAMAGED_PICTURE = Phrase("the picture is damaged; fetch it again, or open it in a viewer and save it as PNG")

SMALLEST_SIDE = 64
"""A page image narrower or lower than this many pixels holds no readable form."""


ORIENTATION, LYING = 0x0112, (5, 6, 7, 8)
"""Tag of the camera's orientation, and its values that swap width and height (Exif 2.32, 4.6.4)."""


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
        most = settings.max_pages
        count = _reading(path, lambda: _count_drawn(path, settings) if is_drawn(path) else _count_in_image(path, most))
    require_pages(source.path, count, settings)
    if count == 0:
        raise InputError("unreadable", source.path, Phrase("the document has no pages"))
    return count


def page_sizes(source: Source, settings: Settings) -> list[tuple[int, int]]:
    """Width and height of every page as `load_page` gives it, in pixels; (0, 0) for one that does not say it.

    No page is drawn, and of pictures only the headers are read.

    Raises:
        InputError: as `count_pages`.
    """
    count = count_pages(source, settings)
    if source.is_folder:
        return [_size_in_image(path, 0) for path in source.page_files]
    path = source.path
    if path.suffix.lower() == OFD_SUFFIX:
        sizes = _reading(path, lambda: [_size_of_ofd_page(path, number + 1, settings) for number in range(count)])
        return list(sizes)
    if is_drawn(path):
        return list(_reading(path, lambda: _sizes_in_pdf(path, settings)))
    return [_size_in_image(path, frame) for frame in range(count)]


def load_page(source: Source, number: int, settings: Settings) -> Page:
    """The image of one page (numbers count from 1), as scanned; pages of PDF and OFD at ``raster_dpi``.

    An orientation tag of the camera (EXIF) is respected; transparency is white paper.

    Raises:
        InputError: ``unreadable``, ``encrypted`` or ``too-large``, with the page; ``no-picture`` for a Word file;
            ``missing`` where there is no page of that number.
    """
    if number < 1 or (source.is_folder and number > len(source.page_files)):
        raise InputError("missing", source.path, Phrase("the document has no page {number}", number=number))
    file, frame = (source.page_files[number - 1], 0) if source.is_folder else (source.path, number - 1)
    _require_pictures(file)

    def load() -> Image.Image:
        return _draw_page(file, number, settings) if is_drawn(file) else _open_image(file, frame, settings)

    image = _reading(file, load, number)
    if min(image.size) < SMALLEST_SIDE:
        raise InputError(
            "unreadable",
            file,
            Phrase("the page is only {width} × {height} pixels", width=image.width, height=image.height),
            number,
        )
    return Page(number, np.asarray(image, dtype=np.uint8))


@cache
def _formats() -> tuple[str, ...]:
    """`FORMATS`, with HEIF (what iPhones save) where the package pillow-heif is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return FORMATS
    register_heif_opener()
    return (*FORMATS, "HEIF")


def _reading(path: Path, read: Callable[[], Any], page: int | None = None) -> Any:
    """Run a reader; what libraries raise on damaged files becomes an `InputError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow finds odd about a file and reads all the same
            return read()
    except UnidentifiedImageError as error:
        _require_its_kind(path, page)
        if path.suffix.lower() in HEIF_SUFFIXES and "HEIF" not in _formats():
            message = Phrase(
                "HEIC pictures need the package pillow-heif: pip install 'jixiao-workbench[heic]'; or save as JPEG"
            )
            raise InputError("unsupported", path, message, page) from error
        message = Phrase(
            "the file is not an image, whatever its name says; readable: {formats}", formats=", ".join(_formats())
        )
        raise InputError("unreadable", path, message, page) from error
    except pypdfium2.PdfiumError as error:
        _require_its_kind(path, page)
        encrypted = _is_locked(path)  # what pdfium says may be left from another file
        message = Phrase("the PDF {locked}", locked=LOCKED) if encrypted else DAMAGED_PDF
        raise InputError("encrypted" if encrypted else "unreadable", path, message, page) from error
    except InputError as error:
        if error.reason == "unreadable":
            _require_its_kind(path, page)
        raise
    except Exception as error:
        raise InputError("unreadable", path, DAMAGED_PICTURE, page) from error


def _require_its_kind(path: Path, page: int | None) -> None:
    """Refuse a file that has the ending of another kind, once its reader could not make it out.

    Raises:
        InputError: ``unsupported``, with what it is.
    """
    content = content_of(path, Settings.from_environment())
    suffix = path.suffix.lower()
    own = {PDF_SUFFIX: "pdf", OFD_SUFFIX: "ofd"}.get(suffix, "")
    if content != "other" and content != own and (is_drawn(path) or content not in PICTURES):
        raise InputError("unsupported", path, misnamed(content), page)


def _is_locked(path: Path) -> bool:
    """Whether a PDF says that it is encrypted; it does so where nothing is packed or encrypted (ISO 32000-1, 7.6.1)."""
    return path.stat().st_size > 0 and b"/Encrypt" in path.read_bytes()


def _require_pictures(path: Path) -> None:
    suffix = path.suffix.lower()
    if is_drawn(path) or suffix in IMAGE_SUFFIXES:
        return
    if suffix in SUPPORTED_SUFFIXES:
        message = Phrase(
            "a {suffix} file has no picture of its pages; open the file itself to see its tables", suffix=suffix
        )
        raise InputError("no-picture", path, message)
    if suffix in SAVE_AS:
        message = Phrase(
            "{suffix} files are not read; open it and save it as {other}", suffix=suffix, other=SAVE_AS[suffix]
        )
        raise InputError("unsupported", path, message)
    if is_package(path):
        message = Phrase("this is an archive of other files; workbench ingest reads what is in it")
        raise InputError("unsupported", path, message)
    known = " ".join(sorted(SUPPORTED_SUFFIXES | ARCHIVE_SUFFIXES))
    raise InputError(
        "unsupported",
        path,
        Phrase(
            "files of kind {suffix} are not read yet; readable: {known}", suffix=suffix or Phrase("(none)"), known=known
        ),
    )


def is_drawn(path: Path) -> bool:
    """Whether the pages of a file are drawings, and no pictures, by its name: it is a PDF or an OFD."""
    return path.suffix.lower() in (PDF_SUFFIX, OFD_SUFFIX)


@contextmanager
def drawn_page(path: Path, number: int, settings: Settings) -> Iterator[pypdfium2.PdfPage]:
    """A page of a PDF or an OFD (numbers count from 1), for as long as the context lasts.

    Raises:
        InputError: an OFD cannot be read.
        PdfiumError: a PDF cannot be read.
    """
    if path.suffix.lower() == OFD_SUFFIX:
        with ofd_page(path, number, settings) as page:
            yield page
        return
    with closing(_opened(path)) as document:
        document.init_forms()  # what is typed into fields is drawn
        page = document[number - 1]
        draw_undrawn(page)
        yield page


def _opened(path: Path) -> pypdfium2.PdfDocument:
    """A PDF, with one of the known passwords where it asks for one.

    Raises:
        PdfiumError: it cannot be opened.
    """
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        for password in known_passwords() if _is_locked(path) else ():
            with suppress(pypdfium2.PdfiumError):
                return pypdfium2.PdfDocument(path, password=password)
        raise


def _count_drawn(path: Path, settings: Settings) -> int:
    if path.suffix.lower() == OFD_SUFFIX:
        return count_ofd_pages(path, settings)
    require_streams(path, settings)
    with closing(_opened(path)) as document:
        return len(document)


def _count_in_image(path: Path, most: int) -> int:
    """Pages, counted up to ``most`` and one more. Only TIFF has them; the frames of other formats are an animation."""
    with Image.open(path, formats=_formats()) as image:
        count = 1
        with suppress(EOFError):
            while image.format == "TIFF" and count <= most:  # rather than to count a million of them
                image.seek(count)
                count += 1
        return count


def _sizes_in_pdf(path: Path, settings: Settings) -> list[tuple[int, int]]:
    with closing(_opened(path)) as document:
        return [_drawn_size(document.get_page_size(number), settings) for number in range(len(document))]


def _size_of_ofd_page(path: Path, number: int, settings: Settings) -> tuple[int, int]:
    with ofd_page(path, number, settings) as page:
        return _drawn_size(page.get_size(), settings)


def _drawn_size(points: tuple[float, float], settings: Settings) -> tuple[int, int]:
    """The size of a page in pixels, by that in points: pdfium draws part of a pixel as a whole one."""
    width, height = (math.ceil(side * settings.raster_dpi / 72) for side in points)
    return width, height


def _size_in_image(path: Path, frame: int) -> tuple[int, int]:
    try:
        with Image.open(path, formats=_formats()) as image:
            if frame:
                image.seek(frame)
            turned = image.getexif().get(ORIENTATION, 1) in LYING
            return (image.height, image.width) if turned else image.size
    except Exception:  # noqa: BLE001 - damaged in any way: said when the page is loaded
        return 0, 0


def _draw_page(path: Path, number: int, settings: Settings) -> Image.Image:
    with drawn_page(path, number, settings) as page:
        scale = settings.raster_dpi / 72
        width, height = page.get_size()
        require_pixels(path, round(width * scale), round(height * scale), settings, number)
        drawn: Image.Image = page.render(scale=scale).to_pil()
        return drawn if drawn.mode == "RGB" else drawn.convert("RGB")


def _open_image(path: Path, frame: int, settings: Settings) -> Image.Image:
    with Image.open(path, formats=_formats()) as image:
        if frame:
            image.seek(frame)
        require_pixels(path, image.width, image.height, settings, frame + 1)
        ImageOps.exif_transpose(image, in_place=True)
        image.load()
        return _on_white_paper(image)


def _on_white_paper(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image  # as it is: a copy of a large page takes its time
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more per pixel
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        white = max(float(np.percentile(values, PAPER)), 1.0)
        return Image.fromarray((values / white * 255).clip(0, 255).astype(np.uint8)).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        layered = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return image.convert("RGB")
