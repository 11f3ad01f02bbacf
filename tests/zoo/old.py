"""Old Office files, web archives and archives: cut, locked, damaged, or another thing under their name."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.packed import write_rar, write_zip
from tests.zoo.kinds import Kind, Make, half, raw
from workbench.readers.archive_members import archive_program

FOLDER = Path(__file__).parents[1] / "old_office"
ENCRYPTED_DOC = 0x01
"""Bit of the byte at 0x0B of a document's head that says it is encrypted ([MS-DOC] 2.5.2, fEncrypted)."""

FILE_PASS = b"\x2f\x00"
"""Number of the record of a workbook that says how it is encrypted ([MS-XLS] 2.4.117)."""

SECTOR = 512


def kinds() -> Iterator[Kind]:
    """Ten of each old ending, and some web archives and archives; none needs more than its bytes to be refused."""
    doc, xls = ((FOLDER / f"form.{kind}").read_bytes() for kind in ("doc", "xls"))
    for ending, whole, locked in (
        ("doc", doc, _locked_doc(doc)),
        ("wps", doc, _locked_doc(doc)),
        ("xls", xls, _locked_xls(xls)),
        ("et", xls, _locked_xls(xls)),
    ):
        yield Kind(f"locked.{ending}", raw(locked), "encrypted", "password")
        for name, content in _damaged(whole):
            yield Kind(f"{name}.{ending}", raw(content), "unreadable")
    yield Kind(
        "an address alone.mht", raw(b"MIME-Version: 1.0\r\nContent-Location: http://127.0.0.1/a\r\n"), "unreadable"
    )
    for name, content in (
        ("nothing in it", b""),
        ("its head alone", b"MIME-Version: 1.0\r\nContent-Type: multipart/rel"),
        ("zeros", bytes(5_000)),
        ("noise", random.Random(5).randbytes(5_000)),
    ):
        yield Kind(f"{name}.mht", raw(content), "unreadable")
    yield from _archives()


def _damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield "half", half(whole)
    yield "its first sector", whole[:SECTOR]
    yield "two sectors", whole[: 2 * SECTOR]
    yield "zeros behind its head", whole[:SECTOR] + bytes(len(whole) - SECTOR)
    yield "noise behind its head", whole[:SECTOR] + random.Random(1).randbytes(len(whole) - SECTOR)
    yield "a list of sectors that points at itself", whole[:SECTOR] + bytes(4) * ((len(whole) - SECTOR) // 4)
    yield "a head that is no head", bytes(8) + whole[8:]
    yield "a folder beyond its end", whole[:0x30] + b"\xf0\xff\xff\x7f" + whole[0x34:]
    yield "its second half", whole[len(whole) // 2 :]


def _locked_doc(whole: bytes) -> bytes:
    """A document that says that it is encrypted, and whose text is noise."""
    start = whole.index(b"\xec\xa5", SECTOR)
    return whole[: start + 0x0B] + bytes([whole[start + 0x0B] | ENCRYPTED_DOC]) + whole[start + 0x0C :]


def _locked_xls(whole: bytes) -> bytes:
    """A workbook whose first record behind its beginning says that it is encrypted."""
    start = whole.index(b"\x09\x08\x10\x00\x00\x06\x05\x00", SECTOR)
    behind = start + 4 + 0x10
    return whole[:behind] + FILE_PASS + whole[behind + 2 :]


def _archives() -> Iterator[Kind]:
    def zipped(**members: bytes) -> Make:
        return lambda path: write_zip(path, {name.replace("_", "."): content for name, content in members.items()})

    seven, rar = b"7z\xbc\xaf\x27\x1c\x00\x04", b"Rar!\x1a\x07\x01\x00"
    noise = random.Random(2).randbytes(300)
    yield Kind("no files.zip", zipped(), "empty")
    yield Kind("its head alone.zip", raw(b"PK\3\4" + bytes(60)), "unreadable")
    yield Kind("noise.zip", raw(b"PK\3\4" + noise), "unreadable")
    yield Kind("its head alone.tar", raw(bytes(257) + b"ustar" + bytes(250)), "unreadable")
    yield Kind("noise.tgz", raw(b"\x1f\x8b\x08" + noise), "unreadable")
    has_program = archive_program() is not None
    for ending, head in (("7z", seven), ("rar", rar)):
        reason, says = ("unreadable", "damaged") if has_program else ("unsupported", "libarchive-tools")
        yield Kind(f"noise.{ending}", raw(head + noise), reason, says)
        if has_program and ending == "rar":
            reason, says = "empty", "packed in full"
        yield Kind(f"its head alone.{ending}", raw(head), reason, says)
    reason, says = ("encrypted", "password") if has_program else ("unsupported", "libarchive-tools")
    yield Kind("locked.rar", lambda path: write_rar(path, {"a.tsv": b"x"}, flags=4), reason, says)
