"""7z and rar archives with a password, opened by the program 7-Zip with the passwords that a user knows.

bsdtar, which reads the others, knows nothing of these passwords. The program gets a password on its standard input,
where nobody who lists processes sees it, and writes the files one after the other; its list tells where one ends.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import IO

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.passwords import VARIABLE, known_passwords
from workbench.settings import Settings

PASSWORD = Phrase("asks for a password; unpack it and put the files themselves there")

INSTALL = Phrase(
    "or install 7-Zip (Debian, Ubuntu: apt install 7zip) and name the password in {variable}", variable=VARIABLE
)

LONGEST_LIST = 64_000_000
"""Bytes of the longest list of files that is read: some 200,000 files."""

NO_CHECK_SUM = -1


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A file that the program lists: its name, its bytes, their CRC-32, and whether it has a password or is a link."""

    name: str
    size: int
    check_sum: int
    is_locked: bool
    is_link: bool


OpenedMember = tuple[ListedMember, Callable[[], IO[bytes]]]
"""A listed file, and what gives its bytes; they are there until the next one is asked for."""


@cache
def seven_zip() -> str | None:
    """The program 7-Zip, by any of its names; None where it is not installed."""
    return next((found for name in ("7zz", "7z", "7za") if (found := shutil.which(name))), None)


@contextmanager
def unlocked(archive: Path, settings: Settings) -> Iterator[Iterator[OpenedMember] | None]:
    """The files of an archive with a password, by the first known one that opens it; None where it has none, or the
    program is not there or does not know its kind.

    Raises:
        InputError: ``encrypted``: no known password opens it.
    """
    program = seven_zip()
    listed, said = _listed(program, archive, "", settings) if program else (None, "")
    asks = "encrypted" in said.lower() if listed is None else any(one.is_locked for one in listed)
    if program is None or not asks:
        yield None
        return
    for password in known_passwords():
        listed, _ = _listed(program, archive, password, settings)
        if listed is not None and _run([program, "t", *QUIETLY, str(archive.absolute())], password, settings)[0] == 0:
            with _extracting(program, archive, password, settings) as stream:
                yield _members(listed, stream)
            return
    locked = Phrase("{password}, or name it in {variable}", password=PASSWORD, variable=VARIABLE)
    raise InputError("encrypted", archive, Phrase("the archive {password}", password=locked))


QUIETLY = ("-bd", "-sccUTF-8")
"""No bar of progress, and names in UTF-8."""


def _listed(
    program: str, archive: Path, password: str, settings: Settings
) -> tuple[tuple[ListedMember, ...] | None, str]:
    """The files of an archive, None where the program gives no list with this password; and what it said."""
    code, said = _run([program, "l", "-slt", *QUIETLY, str(archive.absolute())], password, settings)
    _, _, entries = said.partition("\n----------\n")
    members = tuple(member for entry in entries.split("\n\n") if (member := _member(entry)))
    return (members if code == 0 else None), said


def _member(entry: str) -> ListedMember | None:
    """The file of one entry of a list; None of a folder, and of what is no entry."""
    facts = dict(re.findall(r"^([A-Z][A-Za-z ]*) = (.*)$", entry, re.MULTILINE))
    attributes = facts.get("Attributes", "")
    if "Path" not in facts or attributes.startswith("D") or facts.get("Folder") == "+":
        return None
    size, check_sum = facts.get("Size", ""), facts.get("CRC", "")
    return ListedMember(
        facts["Path"],
        int(size) if size.isdecimal() else 0,
        int(check_sum, 16) if re.fullmatch("[0-9A-Fa-f]{1,8}", check_sum) else NO_CHECK_SUM,
        facts.get("Encrypted") == "+",
        bool(facts.get("Symbolic Link")) or bool(re.search(r"\bl[rwx-]{9}", attributes)),
    )


def _run(command: list[str], password: str, settings: Settings) -> tuple[int, str]:
    """The exit status of the program and what it said, with a password on its standard input."""
    with tempfile.TemporaryFile() as told, _started(command, password, told, settings) as process:
        assert process.stdout is not None
        said = process.stdout.read(LONGEST_LIST)
        if len(said) == LONGEST_LIST:
            process.kill()
        code = process.wait()
        told.seek(0)
        said += told.read(10_000)
    return code, said.decode("utf-8", "replace").replace("\r\n", "\n")


@contextmanager
def _extracting(program: str, archive: Path, password: str, settings: Settings) -> Iterator[IO[bytes]]:
    """The bytes of all files of an archive, one after the other."""
    command = [program, "x", "-so", *QUIETLY, str(archive.absolute())]
    with tempfile.TemporaryFile() as told, _started(command, password, told, settings) as process:
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            process.kill()


@contextmanager
def _started(
    command: list[str], password: str, told: IO[bytes], settings: Settings
) -> Iterator[subprocess.Popen[bytes]]:
    # In a session of its own it has no terminal to ask on.
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=told, start_new_session=True) as process:
        limit(process.pid, settings)
        assert process.stdin is not None
        try:
            process.stdin.write(f"{password}\n".encode())
            process.stdin.close()
        except BrokenPipeError:  # it ended before it asked
            pass
        yield process


def limit(process: int, settings: Settings) -> None:
    """Limit the processor time and the memory of a program; only Linux lets others do that."""
    if sys.platform == "linux":
        import resource

        resource.prlimit(process, resource.RLIMIT_CPU, (settings.page_seconds, settings.page_seconds))
        resource.prlimit(process, resource.RLIMIT_AS, (settings.page_memory, settings.page_memory))


def _members(listed: tuple[ListedMember, ...], stream: IO[bytes]) -> Iterator[OpenedMember]:
    for member in listed:
        part = _Part(stream, member)
        yield member, partial(io.BufferedReader, part)
        part.skip()


class _Part(io.RawIOBase):
    """The bytes of one file in the stream of all. At its end they are held against their check sum."""

    def __init__(self, stream: IO[bytes], member: ListedMember) -> None:
        self._stream, self._member, self._left, self._sum = stream, member, member.size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        data = self._stream.read(min(len(buffer), self._left))
        self._left -= len(data)
        self._sum = zlib.crc32(data, self._sum)
        is_short = not data and self._left > 0
        is_other = self._left == 0 and self._member.check_sum not in (NO_CHECK_SUM, self._sum)
        if is_short or is_other:
            raise ValueError(Phrase("it is not what the archive's list says"))
        buffer[: len(data)] = data
        return len(data)

    def skip(self) -> None:
        """Go on to the next file, whatever was read of this one."""
        while self._left and (data := self._stream.read(min(1 << 20, self._left))):
            self._left -= len(data)
