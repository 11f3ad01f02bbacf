"""Documents of a raw folder: what is there, in which order, and the digest that names its content."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from PIL import Image

from workbench.errors import InputError
from workbench.language import Phrase, reason_of
from workbench.readers.limits import require_bytes
from workbench.settings import Settings

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".jp2", ".avif", ".heic", ".heif"}
)
TEXT_SUFFIXES = frozenset({".txt", ".tsv", ".md", ".html", ".htm"})
PDF_SUFFIX, OFD_SUFFIX, DOCX_SUFFIX, XLSX_SUFFIX = ".pdf", ".ofd", ".docx", ".xlsx"
ARCHIVE_SUFFIXES = frozenset({".zip", ".rar", ".7z", ".tar", ".tgz", ".gz", ".tbz2", ".bz2"})
OTHER_OFFICE = {
    **dict.fromkeys((".doc", ".wps"), "doc"),
    **dict.fromkeys((".xls", ".et"), "xls"),
    ".rtf": "rtf",
    ".odt": "odt",
    ".ods": "ods",
    **dict.fromkeys((".mht", ".mhtml"), "mht"),
}
"""The kinds that are turned into another one to be read, by suffix."""

SUPPORTED_SUFFIXES = (
    IMAGE_SUFFIXES | TEXT_SUFFIXES | {PDF_SUFFIX, OFD_SUFFIX, DOCX_SUFFIX, XLSX_SUFFIX} | OTHER_OFFICE.keys()
)


SPELLED = re.compile(rb"\\(?=x[0-9a-f]{2})")
"""The backslash of what reads like a byte that was spelled out."""


@dataclass(frozen=True, slots=True)
class Source:
    """One document: a file, or the page images of a folder in natural order.

    ``name`` is its path relative to the raw folder, ``/``-separated; bytes of it that are no UTF-8 are spelled out.
    ``outside`` are those of its files that are links to a place outside the raw folder.
    ``package`` is the archive file that holds it, where it is an attachment: ``path`` and ``page_files`` then go on
    inside of that file (``raw/a.zip/自评表.docx``). ``problem`` says why it cannot be had at all.
    """

    name: str
    path: Path
    page_files: tuple[Path, ...]
    outside: tuple[Path, ...] = ()
    package: Path | None = None
    problem: InputError | None = None

    @property
    def is_folder(self) -> bool:
        return self.page_files != (self.path,)


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """Something in a folder. A broken link is neither a folder nor a file; a link to a folder is not walked.

    ``target`` is where a link leads to in the end.
    """

    path: Path
    is_folder: bool
    is_file: bool
    target: Path | None = None


Listing = Callable[[Path], list[FolderEntry]]


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
    return sorted(_walk(raw, listing, stream), key=lambda source: natural_order(source.name))


def open_source(path: Path) -> Source:
    """One document by its path: a file, or a folder of page images.

    Raises:
        InputError: ``missing``, or ``empty`` for a folder without page images.
    """
    if path.is_file():
        return _single(path, path.parent)
    images = [file for file in path.iterdir() if _is_image(file)] if path.is_dir() else []
    source = Source(name_of(Path(path.name)), path, tuple(in_page_order(images, _open_local)))
    _require_pages(source)
    return source


def name_of(path: PurePath) -> str:
    r"""A path as text, ``/``-separated. Bytes that are no UTF-8 (names that another system wrote) become ``\xb5``.

    Of a name that has such a text in it, the backslash becomes ``\x5c``: no two paths have the same name.
    """
    plain = SPELLED.sub(rb"\\x5c", os.fsencode(path.as_posix()))
    return plain.decode("utf-8", "backslashreplace")


def path_named(name: str, folder: Path) -> Path:
    """The inverse of `name_of`: where the document of that name lies in a folder.

    Raises:
        InputError: ``missing``: the name, which a dataset from elsewhere may hold, leads out of the folder.
    """
    path = Path(os.path.normpath(folder / name))
    if not path.is_relative_to(os.path.normpath(folder)):
        raise InputError("missing", name, Phrase("the name leads out of the folder of documents"))
    written = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name.encode())
    spelled = Path(os.path.normpath(folder / os.fsdecode(written)))
    is_inside = spelled.is_relative_to(os.path.normpath(folder))
    return spelled if is_inside and (spelled.exists() or not path.exists()) else path


def natural_order(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key that puts ``p-2`` before ``p-10``; names that differ never sort alike (``p-1`` and ``p-01``)."""
    parts = ((0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name) if part)
    return (*parts, (-1, name))


def in_page_order(
    images: list[Path], stream: Callable[[Path], BinaryIO], outside: Set[Path] = frozenset()
) -> list[Path]:
    """Page images in natural order of their names. Those that have one name, endings, capitals and zeros in front of
    numbers aside, are in the order in which they were taken, as their cameras say it (EXIF); those ``outside`` of the
    raw folder are not opened."""
    plain = {path: natural_order(path.stem.casefold())[:-1] for path in images}
    alike = Counter(plain.values())
    asked = {path for path in images if alike[plain[path]] > 1 and path not in outside}
    taken = {path: _taken(path, stream) if path in asked else "" for path in images}
    return sorted(images, key=lambda path: (plain[path], taken[path], natural_order(path.name)))


TAKEN, OF_CAMERA = 0x9003, 0x8769
"""Tags of the time at which a picture was taken, and of the part that has it (Exif 2.32, 4.6.5)."""


def _taken(path: Path, stream: Callable[[Path], BinaryIO]) -> str:
    """When a picture was taken (``2023:11:05 09:30:12``); empty where it does not say."""
    try:
        with stream(path) as file, Image.open(file, formats=("JPEG", "PNG", "TIFF", "WEBP")) as image:
            return str(image.getexif().get_ifd(OF_CAMERA).get(TAKEN, ""))
    except Exception:  # noqa: BLE001 - another kind, or damaged in any way: said when its page is loaded
        return ""


def _walk(raw: Path, listing: Listing, stream: Callable[[Path], BinaryIO]) -> Iterator[Source]:
    pending = [raw]
    while pending:
        folder = pending.pop()
        try:
            entries = [entry for entry in listing(folder) if not is_ignored(entry.path)]
        except OSError:  # no permission: `digest_of` says it
            yield Source(_name(folder, raw), folder, ())
            continue
        is_document = _is_document(folder, entries, raw, stream)
        yield from _documents_in(folder, entries, raw, stream if is_document else None)
        if not is_document:
            pending += [entry.path for entry in entries if entry.is_folder and entry.target is None]


def _documents_in(
    folder: Path, entries: list[FolderEntry], raw: Path, stream: Callable[[Path], BinaryIO] | None
) -> Iterator[Source]:
    """The documents directly in a folder, or the folder itself where it is one: then ``stream`` opens its pages."""
    root = raw.resolve()
    outside = {entry.path for entry in entries if entry.target is not None and not entry.target.is_relative_to(root)}
    if stream is not None:
        images = in_page_order([entry.path for entry in entries], stream, outside)
        yield Source(_name(folder, raw), folder, tuple(images), tuple(path for path in images if path in outside))
        return
    if not entries:
        yield Source(_name(folder, raw), folder, ())
    for path in (entry.path for entry in entries if not entry.is_folder or entry.path in outside):
        yield Source(_name(path, raw), path, (path,), (path,) if path in outside else ())


def _is_document(folder: Path, entries: list[FolderEntry], raw: Path, stream: Callable[[Path], BinaryIO]) -> bool:
    """Whether a folder is one document: it holds nothing but page images."""
    images = [entry.path for entry in entries if entry.is_file and _is_image_name(entry.path)]
    if not images or len(images) < len(entries) or (folder == raw and not _numbered_as_pages(images)):
        return False
    return not any(_has_many_pages(image, stream) for image in images)


def _local_entries(folder: Path) -> list[FolderEntry]:
    with os.scandir(folder) as entries:
        return [
            FolderEntry(folder / one.name, _holds(one.is_dir), _holds(one.is_file), _target(one)) for one in entries
        ]


def _holds(question: Callable[[], bool]) -> bool:
    """Whether an entry of a folder is what is asked; links in a circle are nothing."""
    try:
        return question()
    except OSError:
        return False


def _target(entry: os.DirEntry[str]) -> Path | None:
    return Path(os.path.realpath(entry.path)) if entry.is_symlink() else None  # `Path.resolve` refuses circles


def _open_local(path: Path) -> BinaryIO:
    return path.open("rb")


def _name(path: Path, raw: Path) -> str:
    return name_of(path.relative_to(raw) if path != raw else Path(path.resolve().name))


def _single(file: Path, raw: Path) -> Source:
    return Source(_name(file, raw), file, (file,))


def is_package(path: PurePath) -> bool:
    """Whether a file is an archive of other files by its name."""
    return path.suffix.lower() in ARCHIVE_SUFFIXES


def is_ignored(path: PurePath) -> bool:
    """Whether a file is no document but something that systems and programs leave beside them."""
    return path.name.startswith((".", "~$")) or path.stem.upper().startswith("README") or path.name == "Thumbs.db"


def _is_image(path: Path) -> bool:
    return path.is_file() and _is_image_name(path) and not is_ignored(path)


def _is_image_name(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES


def _has_many_pages(path: Path, stream: Callable[[Path], BinaryIO]) -> bool:
    """Whether an image file is a document of its own: a TIFF with several pages."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return False
    try:
        with stream(path) as file, Image.open(file, formats=("TIFF",)) as image:
            image.seek(1)
            return True
    except Exception:  # noqa: BLE001 - one page, or damaged in any way: said when its page is loaded
        return False


def _numbered_as_pages(images: list[Path]) -> bool:
    stems = {re.sub(r"\d+", "#", image.stem) for image in images}
    return len(images) > 1 and len(stems) == 1 and "#" in stems.pop()


def digest_of(source: Source, settings: Settings) -> str:
    """SHA-256 (hex) of a file's bytes; for a folder, of its pages' digests in order.

    Raises:
        InputError: ``missing`` or ``empty`` where there is nothing, ``outside`` for a link that leads out of the raw
            folder, ``unsupported`` for what is no file, ``too-large`` for a file above ``max_bytes``, ``unreadable``
            where it cannot be read (no permission, for one).
    """
    _require_pages(source)
    digests = [_file_digest(file, settings) for file in source.page_files]
    if not source.is_folder:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _require_pages(source: Source) -> None:
    if source.outside:
        message = Phrase("a link to a place outside the folder of documents is not followed; put the file itself there")
        raise InputError("outside", source.outside[0], message)
    if source.page_files:
        return
    try:
        next(source.path.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("missing", source.path, Phrase("no such file or folder; check the path")) from None
    except OSError as error:
        raise InputError(
            "unreadable", source.path, Phrase("cannot be opened ({reason})", reason=reason_of(error))
        ) from error
    message = Phrase("the folder holds no documents; put scans (.pdf, .tif, .png, .jpg, …) or .docx, .xlsx into it")
    raise InputError("empty", source.path, message)


def _file_digest(file: Path, settings: Settings) -> str:
    try:
        require_regular(file, settings)
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError("unreadable", file, Phrase("cannot be read ({reason})", reason=reason_of(error))) from error


def require_regular(file: Path, settings: Settings) -> None:
    """Refuse what is no file, and a file above ``max_bytes``.

    Raises:
        InputError: ``unsupported`` or ``too-large``.
        OSError: it cannot be looked at.
    """
    told = file.stat()
    if not stat.S_ISREG(told.st_mode):  # to open a named pipe is to wait, and a device has no end
        raise InputError("unsupported", file, Phrase("this is no file but a pipe, a socket or a device; take it away"))
    require_bytes(file, told.st_size, settings)
