"""The members of an archive of any kind, one after the other, none of them unpacked before it is asked for.

zip and tar are read here; 7z and rar by libarchive's program ``bsdtar`` (it comes with macOS and Windows, as ``tar``),
which turns them into a tar that is read as any other. Those with a password are left to 7-Zip (`seven_zip`).
"""

from __future__ import annotations

import bz2
import gzip
import re
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import IO, cast

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.passwords import VARIABLE, known_passwords
from workbench.readers.seven_zip import INSTALL, PASSWORD, ListedMember, limit, unlocked
from workbench.settings import Settings

LOCKED = Phrase("the archive {password}, {install}", password=PASSWORD, install=INSTALL)

CHUNK = 1 << 20
"""Bytes that are unpacked at a time."""

Refusal = tuple[str, str]
"""Reason code, and the message."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file in an archive; ``open`` gives its bytes, of which ``size`` are promised."""

    name: str
    open: Callable[[], IO[bytes]]
    size: int = 0
    problem: Refusal | None = None


DAMAGE = (EOFError, ValueError, OverflowError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error,
          tarfile.TarError, gzip.BadGzipFile, struct.error)  # fmt: skip
"""What the libraries raise on damaged archives."""


@contextmanager
def reading(archive: Path, settings: Settings) -> Iterator[Iterator[PackedFile]]:
    """The members of an archive of any kind, known by its first bytes.

    Raises:
        InputError: the archive cannot be read.
    """
    try:
        with archive.open("rb") as stream:
            start = stream.read(512)
        if start.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08PK\3\4")):
            with zipfile.ZipFile(archive) as package:
                yield _zip_members(archive, package)
        elif start.startswith((b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")):
            with unlocked(archive, settings) as opened:
                if opened is not None:
                    yield (_packed(member, open_member) for member, open_member in opened)
                else:
                    with _converted(archive, settings) as stream:
                        yield _tar_members(stream)
        elif start.startswith(b"\x1f\x8b"):
            with gzip.open(archive) as stream:
                yield _tar_members(cast(IO[bytes], stream))
        elif start.startswith(b"BZh"):
            with bz2.open(archive) as stream:
                yield _tar_members(stream)
        elif start[257:262] == b"ustar":
            with archive.open("rb") as stream:
                yield _tar_members(stream)
        else:
            message = Phrase("the file is damaged, or no archive whatever its name says; fetch it again")
            raise InputError("unreadable", archive, message)
    except (*DAMAGE, OSError) as error:
        message = Phrase("the archive cannot be unpacked; fetch it again, or unpack it and put the files there")
        raise InputError("unreadable", archive, message) from error


def _zip_members(archive: Path, package: zipfile.ZipFile) -> Iterator[PackedFile]:
    infos = [info for info in package.infolist() if not info.orig_filename.endswith(("/", "\\"))]
    if {"[Content_Types].xml", "_rels/.rels"} <= {info.filename for info in infos}:
        message = Phrase("this is an Office file under the name of an archive; call it .docx or .xlsx")
        raise InputError("unsupported", archive, message)
    if "OFD.xml" in {info.filename for info in infos}:
        raise InputError("unsupported", archive, Phrase("this is an OFD under the name of an archive; call it .ofd"))
    encoding = _encoding_of([info.orig_filename for info in infos if not info.flag_bits & UTF8])
    for info in infos:
        name = info.orig_filename
        if not info.flag_bits & UTF8:
            name = name.encode("cp437").decode(encoding, "backslashreplace")
        problem = ("outside", LINK) if info.external_attr >> 28 == 0o12 else None
        open_member = partial(_unlocked, archive, package, info) if info.flag_bits & 1 else partial(package.open, info)
        yield PackedFile(name, cast(Callable[[], IO[bytes]], open_member), info.file_size, problem)


def _unlocked(archive: Path, package: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """A member with a password, by the first of the known ones that its check sum proves.

    Raises:
        InputError: ``encrypted``: none of them opens it.
    """
    secrets = (word.encode(encoding, "replace") for word in known_passwords() for encoding in ("utf-8", "gb18030"))
    for secret in secrets:
        with suppress(*DAMAGE):
            opened = _opened(archive, package, info, secret)
            with opened as stream:
                while stream.read(CHUNK):  # another password passes the first check one time in 256
                    pass
            return _opened(archive, package, info, secret)
    raise InputError(
        "encrypted", info.filename, Phrase("{password}, or name it in {variable}", password=PASSWORD, variable=VARIABLE)
    )


BY_AES = 99
"""Method of a member that is locked by AES (APPNOTE.TXT 4.4.5); Python's own zipfile knows the older way alone."""


def _opened(archive: Path, package: zipfile.ZipFile, info: zipfile.ZipInfo, secret: bytes) -> IO[bytes]:
    if info.compress_type != BY_AES:
        return package.open(info, pwd=secret)
    import pyzipper

    locked = pyzipper.AESZipFile(archive)
    member = next(one for one in locked.infolist() if one.header_offset == info.header_offset)
    return cast(IO[bytes], locked.open(member, pwd=secret))


UTF8 = 0x800
"""Flag of a zip's member whose name is in UTF-8; all others are said to be in code page 437 (APPNOTE.TXT 4.4.4)."""

LINK = Phrase("a link in an archive is not followed; pack the file itself")


def _encoding_of(names: list[str]) -> str:
    """The encoding of names that a zip calls code page 437: UTF-8 without its flag, as macOS writes it, or GB 18030.

    Two bytes of a Chinese name in GB 18030 may be a letter of Europe in UTF-8, but never one of China, which has three.
    """
    content = "\n".join(names).encode("cp437")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8" if text.isascii() or any(character >= "\u0800" for character in text) else "gb18030"


def _packed(member: ListedMember, open_member: Callable[[], IO[bytes]]) -> PackedFile:
    return PackedFile(member.name, open_member, member.size, ("outside", LINK) if member.is_link else None)


def _tar_members(stream: IO[bytes]) -> Iterator[PackedFile]:
    # As a stream: what is not wanted is never kept, and nothing is sought in what unpacks without end.
    with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape") as package:
        for info in package:
            if info.isdir():
                continue
            name = info.name.encode("utf-8", "surrogateescape")
            try:
                shown = name.decode("utf-8")
            except UnicodeDecodeError:
                shown = name.decode("gb18030", "backslashreplace")
            problem = None if info.isreg() else ("outside", LINK)
            yield PackedFile(shown, partial(_extracted, package, info), info.size, problem)


def _extracted(package: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    stream = package.extractfile(info)
    assert stream is not None  # it is a file
    return stream


@cache
def archive_program() -> str | None:
    """The program that unpacks 7z and rar: libarchive's ``bsdtar``, which macOS and Windows call ``tar``."""
    if found := shutil.which("bsdtar"):
        return found
    tar = shutil.which("tar")
    told = subprocess.run([tar, "--version"], capture_output=True, check=False).stdout if tar else b""
    return tar if b"libarchive" in told else None


@contextmanager
def _converted(archive: Path, settings: Settings) -> Iterator[IO[bytes]]:
    """A 7z or rar as a tar. The program sees a file and writes a stream: it puts nothing on the disk.

    Raises:
        InputError: ``unsupported`` where there is no program; ``encrypted`` or ``unreadable`` as the program says.
    """
    program = archive_program()
    if program is None:
        kind = archive.suffix.lower()
        message = Phrase(
            "{kind} files need bsdtar (Debian, Ubuntu: apt install libarchive-tools); or unpack it", kind=kind
        )
        raise InputError("unsupported", archive, message)
    if _has_password(archive):
        raise InputError("encrypted", archive, LOCKED)
    command = [program, "-c", "-f", "-", "--format=pax", f"@{archive.absolute()}"]
    environment = {"LC_ALL": "C.UTF-8"}
    failure = ""
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told, env=environment
        ) as process,
    ):
        assert process.stdout is not None
        limit(process.pid, settings)
        try:
            yield process.stdout
        except DAMAGE as error:
            failure = str(error)
        except BaseException:
            process.kill()
            raise
        process.stdout.close()
        code = process.wait()
        told.seek(0)
        said = told.read(10_000).decode("utf-8", "replace")
    if "(null)" in said:
        said = _told_when_extracting(program, archive, settings)
    said = said.replace(str(archive.absolute()), archive.name)  # no path of this machine goes into a dataset
    if re.search("encrypt|passphrase|password", said, re.IGNORECASE):
        raise InputError("encrypted", archive, LOCKED)
    if failure or code:
        lines = said.strip().splitlines() or [failure or Phrase("exit status {code}", code=code)]
        message = Phrase(
            "the archive is damaged, or of a kind that bsdtar does not know ({lines}); fetch it again", lines=lines[0]
        )
        raise InputError("unreadable", archive, message)


def _told_when_extracting(program: str, archive: Path, settings: Settings) -> str:
    """What the program says when it unpacks an archive: of one that it cannot turn into a tar it may say (null), be it
    damaged or locked (libarchive 3.6)."""
    command = [program, "-x", "-O", "-f", str(archive.absolute())]
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told, env={"LC_ALL": "C.UTF-8"}
        ) as process,
    ):
        limit(process.pid, settings)
        process.wait()
        told.seek(0)
        return told.read(10_000).decode("utf-8", "replace")


def _has_password(archive: Path) -> bool:
    """Whether a RAR of version 4 says that a file, or its list of files, is encrypted.

    libarchive gives such files as they lie there (version 3.6); of other kinds it says so itself.
    Source: TechNote of RAR 4: a block is a CRC-16, a type, flags, a size, and as many bytes more as its next four say
    where the flags have 0x8000. Flag 0x80 of the archive's head (0x73), and 4 of a file's (0x74), say that it is
    encrypted.
    """
    with archive.open("rb") as stream:
        if stream.read(7) != b"Rar!\x1a\x07\x00":
            return False
        while len(head := stream.read(11)) >= 7:
            kind, flags, size = struct.unpack_from("<BHH", head, 2)
            if (kind == 0x73 and flags & 0x80) or (kind == 0x74 and flags & 4):
                return True
            more = struct.unpack_from("<I", head, 7)[0] if flags & 0x8000 and len(head) == 11 else 0
            if kind == 0x7B or size < 7:
                break
            stream.seek(size - len(head) + more, 1)
    return False
