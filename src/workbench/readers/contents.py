"""What a file is, by its content: departments' files have the endings of other kinds more often than not."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from workbench.language import Phrase
from workbench.readers.office import ENCRYPTED, OLD_OFFICE
from workbench.settings import Settings

Content = Literal[
    "docx", "xlsx", "doc", "xls", "rtf", "odt", "ods", "xml-sheet", "mht", "html", "pdf", "ofd", "png", "jpg", "tif",
    "other",
]  # fmt: skip

PICTURES: frozenset[Content] = frozenset({"png", "jpg", "tif"})

HEAD = 4096
"""Bytes at the start of a file that tell its kind."""

STARTS: tuple[tuple[bytes, Content], ...] = (
    (b"{\\rtf", "rtf"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
)

STREAMS: tuple[tuple[str, Content], ...] = (("Workbook", "xls"), ("Book", "xls"), ("WordDocument", "doc"))
"""Streams of an OLE file, and what it is that has them ([MS-XLS] 2.1.2, [MS-DOC] 2.1)."""

SHEET_NAMES = (".xls", ".et", ".xlsx")


def content_of(path: Path, settings: Settings) -> Content:
    """The kind of a file by its content; ``other`` where that does not say."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
            if head.startswith(OLD_OFFICE):
                return _of_streams(path, head + stream.read(settings.max_bytes))
    except OSError:
        return "other"  # its reader says why
    if head.startswith(b"PK"):
        return _of_package(path)
    for start, content in STARTS:
        if head.startswith(start):
            return content
    return _of_text(head)


def misnamed(content: Content) -> str:
    """What is said of a file that has the ending of another kind."""
    return Phrase(
        "this is a file of kind {content} whatever its name says; give it the ending .{content}", content=content
    )


def _of_streams(path: Path, content: bytes) -> Content:
    """The kind of an OLE file. One that holds another (a table of Excel in a Word file) is what its name says."""
    found: list[Content] = [kind for name, kind in STREAMS if _entry(name) in content]
    if ENCRYPTED in content:
        return "xlsx" if path.suffix.lower() in SHEET_NAMES else "docx"  # whose reader says that it is locked
    if not found:
        return "other"
    if "doc" in found and "xls" in found:
        return "xls" if path.suffix.lower() in SHEET_NAMES else "doc"
    return found[0]


def _entry(name: str) -> bytes:
    """The name of a stream as its directory has it: 64 bytes, filled with zeros ([MS-CFB] 2.6.1)."""
    return name.encode("utf-16-le").ljust(64, b"\0")


def _of_package(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as package:
            names = {info.filename for info in package.infolist()}
            if "mimetype" in names:
                with package.open("mimetype") as stream:
                    kind = stream.read(200)
                return "odt" if kind.endswith(b"opendocument.text") else "ods" if b".spreadsheet" in kind else "other"
    except Exception:  # noqa: BLE001 - damaged in any way: its reader says how
        return "other"
    if any(name.startswith("word/") for name in names):
        return "docx"
    if "OFD.xml" in names:
        return "ofd"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "other"


def _of_text(head: bytes) -> Content:
    # UTF-16 has a zero beside every character of markup.
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if re.match(rb"(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n)*?mime-version:", text) and b"multipart/" in text:
        return "mht"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text and not re.match(rb"<(!doctype )?html", text):
        return "xml-sheet"
    return "html" if re.search(rb"<(!doctype html|html|head|body|table|meta)\b", text) else "other"
