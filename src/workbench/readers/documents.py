"""Documents of a raw folder: what is there, in which order, and the digest that names its content."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from PIL import Image

from workbench.errors import InputError
from workbench.settings import Settings

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"})
TEXT_SUFFIXES = frozenset({".txt", ".tsv", ".md", ".html", ".htm"})
PDF_SUFFIX, DOCX_SUFFIX, XLSX_SUFFIX = ".pdf", ".docx", ".xlsx"
SUPPORTED_SUFFIXES = IMAGE_SUFFIXES | TEXT_SUFFIXES | {PDF_SUFFIX, DOCX_SUFFIX, XLSX_SUFFIX}


@dataclass(frozen=True, slots=True)
class Source:
    """One document: a file, or the page images of a folder in natural order.

    ``name`` is its path relative to the raw folder, ``/``-separated.
    """

    name: str
    path: Path
    page_files: tuple[Path, ...]

    @property
    def is_folder(self) -> bool:
        return self.page_files != (self.path,)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder. A broken link is neither a folder nor a file; a link to a folder is not walked."""

    path: Path
    is_folder: bool
    is_file: bool
    is_link: bool = False


Listing = Callable[[Path], list[Entry]]


def find_sources(raw: Path) -> list[Source]:
    """The documents of a raw folder and its sub-folders, or of one file, by name.

    Hidden files and README files are no documents. A folder that holds nothing but page images is
    one document; in the raw folder itself that needs images numbered as pages (``p-1``, ``p-2``).
    An empty folder, and a path that is not there, are documents without pages: `digest_of` says why.
    """
    if raw.is_file():
        return [_single(raw, raw.parent)]
    if not raw.is_dir():
        return [Source(name_of(Path(raw.name)), raw, ())]
    return sources_in(raw, _local_entries, _open_local)


def sources_in(raw: Path, listing: Listing, stream: Callable[[Path], BinaryIO]) -> list[Source]:
    """The documents of a folder and its sub-folders by name, wherever it lies: ``listing`` tells what is in a folder,
    and ``stream`` opens a file."""
    return sorted(_walk(raw, raw, listing, stream), key=lambda source: natural_order(source.name))


def open_source(path: Path) -> Source:
    """One document by its path: a file, or a folder of page images.

    Raises:
        InputError: ``missing``, or ``empty`` for a folder without page images.
    """
    if path.is_file():
        return _single(path, path.parent)
    images = [file for file in path.iterdir() if _is_image(file)] if path.is_dir() else []
    source = Source(name_of(Path(path.name)), path, tuple(sorted(images, key=lambda file: natural_order(file.name))))
    _require_pages(source)
    return source


def name_of(path: PurePath) -> str:
    r"""A path as text, ``/``-separated. Bytes that are no UTF-8 (names that another system wrote) become ``\xb5``."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def path_named(name: str, folder: Path) -> Path:
    """The inverse of `name_of`: where the document of that name lies in a folder.

    Raises:
        InputError: ``missing``: the name, which a dataset from elsewhere may hold, leads out of the folder.
    """
    path = Path(os.path.normpath(folder / name))
    if not path.is_relative_to(os.path.normpath(folder)):
        raise InputError("missing", name, "the name leads out of the folder of documents")
    if path.exists() or "\\x" not in name:
        return path
    written = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name.encode())
    return folder / os.fsdecode(written)


def natural_order(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key that puts ``p-2`` before ``p-10``; names that differ never sort alike (``p-1`` and ``p-01``)."""
    parts = ((0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name) if part)
    return (*parts, (-1, name))


def _walk(folder: Path, raw: Path, listing: Listing, stream: Callable[[Path], BinaryIO]) -> Iterator[Source]:
    try:
        entries = [entry for entry in listing(folder) if not _is_ignored(entry.path)]
    except OSError:  # no permission: `digest_of` says it
        yield _without_pages(folder, raw)
        return
    files, folders = [e for e in entries if not e.is_folder], [e for e in entries if e.is_folder]
    images = [file.path for file in files if file.is_file and _is_image_name(file.path)]
    images.sort(key=lambda path: natural_order(path.name))
    are_pages = images and len(images) == len(files) and not folders
    are_pages = are_pages and not any(_has_many_pages(image, stream) for image in images)
    if are_pages and (folder != raw or _numbered_as_pages(images)):
        yield Source(_folder_name(folder, raw), folder, tuple(images))
        return
    if not entries:
        yield _without_pages(folder, raw)
    for file in files:
        yield _single(file.path, raw)
    for sub_folder in folders:
        if not sub_folder.is_link:
            yield from _walk(sub_folder.path, raw, listing, stream)


def _local_entries(folder: Path) -> list[Entry]:
    return [Entry(path, path.is_dir(), path.is_file(), path.is_symlink()) for path in folder.iterdir()]


def _open_local(path: Path) -> BinaryIO:
    return path.open("rb")


def _without_pages(folder: Path, raw: Path) -> Source:
    return Source(_folder_name(folder, raw), folder, ())


def _folder_name(folder: Path, raw: Path) -> str:
    return name_of(folder.relative_to(raw) if folder != raw else Path(folder.resolve().name))


def _single(file: Path, raw: Path) -> Source:
    return Source(name_of(file.relative_to(raw)), file, (file,))


def _is_ignored(path: Path) -> bool:
    return path.name.startswith((".", "~$")) or path.stem.upper().startswith("README") or path.name == "Thumbs.db"


def _is_image(path: Path) -> bool:
    return path.is_file() and _is_image_name(path) and not _is_ignored(path)


def _is_image_name(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES


def _has_many_pages(path: Path, stream: Callable[[Path], BinaryIO]) -> bool:
    """Whether an image file is a document of its own: a TIFF with several pages."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return False
    try:
        with stream(path) as file, Image.open(file) as image:
            return int(getattr(image, "n_frames", 1)) > 1
    except (OSError, ValueError, SyntaxError):
        return False  # said when its page is loaded


def _numbered_as_pages(images: list[Path]) -> bool:
    stems = {re.sub(r"\d+", "#", image.stem) for image in images}
    return len(images) > 1 and len(stems) == 1 and "#" in stems.pop()


def digest_of(source: Source, settings: Settings) -> str:
    """SHA-256 (hex) of a file's bytes; for a folder, of its pages' digests in order.

    Raises:
        InputError: ``missing`` or ``empty`` where there is nothing, ``too-large`` for a file above
            ``max_bytes``, ``unreadable`` where it cannot be read (no permission, for one).
    """
    _require_pages(source)
    digests = [_file_digest(file, settings) for file in source.page_files]
    if not source.is_folder:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _require_pages(source: Source) -> None:
    if source.page_files:
        return
    try:
        next(source.path.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("missing", source.path, "no such file or folder; check the path") from None
    except OSError as error:
        raise InputError("unreadable", source.path, f"cannot be opened ({error.strerror or error})") from error
    message = "the folder holds no documents; put scans (.pdf, .tif, .png, .jpg, …) or .docx, .xlsx into it"
    raise InputError("empty", source.path, message)


def _file_digest(file: Path, settings: Settings) -> str:
    try:
        size = file.stat().st_size
        if size > settings.max_bytes:
            message = f"the file has {size:,} bytes, more than max_bytes = {settings.max_bytes:,}; raise the setting"
            raise InputError("too-large", file, message)
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError("unreadable", file, f"cannot be read ({error.strerror or error})") from error
