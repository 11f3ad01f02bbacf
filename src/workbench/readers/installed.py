"""Which kinds of files this installation reads, with what, and what to add for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from workbench.language import Phrase
from workbench.readers.archive_members import archive_program
from workbench.readers.libre_office import libre_office


@dataclass(frozen=True, slots=True)
class ReadableKind:
    """Endings of files that are read alike, with what, and how to get that; an empty ``missing`` where it is there."""

    suffixes: tuple[str, ...]
    by: str
    missing: str = ""


def readable_kinds() -> list[ReadableKind]:
    """Every kind, in the order of how often departments publish them."""
    office = "" if libre_office() else Phrase("install LibreOffice (Debian, Ubuntu: apt install libreoffice)")
    program = "" if archive_program() else Phrase("install bsdtar (Debian, Ubuntu: apt install libarchive-tools)")
    heic = "" if find_spec("pillow_heif") else Phrase("pip install 'jixiao-workbench[heic]'")
    return [
        ReadableKind((".pdf", ".ofd"), Phrase("their text, or OCR")),
        ReadableKind((".docx", ".xlsx"), Phrase("their cells")),
        ReadableKind((".doc", ".wps"), "msdoc2docx"),
        ReadableKind((".xls", ".et"), "xlrd"),
        ReadableKind((".rtf", ".odt", ".ods"), "LibreOffice", office),
        ReadableKind((".html", ".htm", ".mht", ".mhtml"), "lxml"),
        ReadableKind((".txt", ".tsv", ".md"), Phrase("their tables")),
        ReadableKind((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".jp2", ".avif"), "OCR"),
        ReadableKind((".heic", ".heif"), Phrase("pillow-heif and OCR"), heic),
        ReadableKind((".zip", ".tar", ".tgz", ".gz", ".tbz2", ".bz2"), Phrase("what they hold")),
        ReadableKind((".rar", ".7z"), Phrase("bsdtar, and what they hold"), program),
    ]
