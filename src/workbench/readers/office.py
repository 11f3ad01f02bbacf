"""Office files (docx, xlsx) are ZIP packages of XML parts: opened with care, and only the parts that are needed."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.limits import require_expansion, require_size
from workbench.readers.passwords import LOCKED
from workbench.settings import Settings

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of an OLE file: Office before 2007, and every Office file with a password."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Name of the part of an OLE file that holds a package with a password."""

DOCUMENT_TYPE = re.compile(b"\0{0,3}".join(re.escape(bytes([code])) for code in b"<!DOCTYPE"))
"""The declaration that may define entities, in UTF-8, UTF-16 and UTF-32. No text of an XML part can contain it."""

Parts = dict[str, bytes]


def read_parts(path: Path, wanted: Callable[[str], bool], settings: Settings) -> Parts:
    """The wanted parts of a package by name, unpacked.

    Raises:
        InputError: ``encrypted``, ``too-large`` for parts of more than ``max_text_bytes`` together, ``unreadable``.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(len(OLD_OFFICE)) == OLD_OFFICE:
                raise _old_office(path, ENCRYPTED in stream.read())
        with zipfile.ZipFile(path) as package:
            members = [member for member in package.infolist() if wanted(member.filename)]
            if len({member.filename for member in members}) < len(members):
                raise InputError("unreadable", path, Phrase("the file holds a part twice; open it and save it again"))
            if any(member.flag_bits & 1 for member in members):
                raise InputError("encrypted", path, Phrase("the file {locked}", locked=LOCKED))
            unpacked = sum(member.file_size for member in members)
            require_size(path, unpacked, settings)
            require_expansion(path, sum(member.compress_size for member in members), unpacked, settings)
            parts = {member.filename: _unpacked(package, member) for member in members}
    except (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        kind = path.suffix.lower().removeprefix(".")
        message = Phrase(
            "the file is damaged, or no {kind} file; fetch it again, or save it again with the program that made it",
            kind=kind,
        )
        raise InputError("unreadable", path, message) from error
    if any(DOCUMENT_TYPE.search(content) for content in parts.values()):
        raise _entities(path)
    return parts


def _entities(path: Path) -> InputError:
    return InputError(
        "unreadable",
        path,
        Phrase(
            "the file declares XML entities, which Office files never do; open it in Office or WPS and save it again"
        ),
    )


def _unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A part, of which no more is unpacked than it says it has; `ZipFile.read` unpacks all and throws the rest away."""
    with package.open(member) as stream:
        return stream.read(member.file_size + 1)


def _old_office(path: Path, encrypted: bool) -> InputError:
    if encrypted:
        return InputError("encrypted", path, Phrase("the file {locked}", locked=LOCKED))
    suffix = path.suffix.lower()
    message = Phrase(
        "the file is of the old Office kind, whatever its name says; open it and save it as {suffix}", suffix=suffix
    )
    return InputError("unreadable", path, message)


def parse(path: Path, part: bytes) -> Any:
    """The root element of an XML part. Nothing is loaded from elsewhere and no entity is expanded.

    Raises:
        InputError: ``unreadable`` where it is no XML.
    """
    try:
        root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        message = Phrase("the file is damaged; fetch it again, or save it again with the program that made it")
        raise InputError("unreadable", path, message) from error
    require_no_entities(path, root)
    return root


def require_no_entities(path: Path, root: Any) -> None:
    """Refuse XML with a document type, in whatever encoding it was."""
    if root.getroottree().docinfo.doctype:
        raise _entities(path)


def local_name(element: Any) -> str:
    """Name of an element without its namespace, which differs between two kinds of Office files; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find(element: Any, *names: str) -> Any | None:
    """The first element down a path of names, or None."""
    for name in names:
        element = next((child for child in element if local_name(child) == name), None)
        if element is None:
            return None
    return element


def related_parts(path: Path, parts: Mapping[str, bytes], name: str) -> dict[str, str]:
    """The parts that a part (the package itself: an empty name) refers to, each with the kind of relation."""
    folder, _, base = name.rpartition("/")
    links = parts.get(f"{folder}/_rels/{base}.rels".removeprefix("/"))
    found = {}
    for link in parse(path, links) if links else ():
        if link.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).removeprefix("/")
            found[target] = link.get("Type", "").rpartition("/")[2]
    return found


def main_part(path: Path, parts: Mapping[str, bytes]) -> str:
    """Name of the part that holds the document itself.

    Raises:
        InputError: ``unreadable`` where the package does not name one.
    """
    for name, kind in related_parts(path, parts, "").items():
        if kind == "officeDocument":
            return name
    raise InputError("unreadable", path, Phrase("the package does not say which of its parts is the document"))


def package_of(parts: Mapping[str, bytes]) -> io.BytesIO:
    """The parts as a package again, for a library to open."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    stream.seek(0)
    return stream
