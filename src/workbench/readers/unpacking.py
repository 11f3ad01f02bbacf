"""Archives (zip, tar, 7z, rar): their members unpacked into a folder of our own, within limits.

A member is stored under a number, never under its name: no name of a stranger becomes a path of this machine.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.archive_members import CHUNK, DAMAGE, PackedFile, Refusal, reading
from workbench.readers.documents import is_ignored, is_package
from workbench.readers.limits import SMALL, too_large
from workbench.settings import Settings

DEEPEST = 2
"""Archives inside of each other that are opened: an archive, and those in it."""

INDEX = "members.json"
"""File of the folder that says what was unpacked; it is written last."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The members of an archive by their names in it (``附件1/自评表.doc``): where each lies, or why it does not."""

    files: Mapping[str, Path]
    problems: Mapping[str, Refusal]


@dataclass(slots=True)
class _Store:
    """What was unpacked so far, and how much more may be."""

    archive: Path
    folder: Path
    settings: Settings
    packed: int
    members: int = 0
    bytes: int = 0
    files: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Refusal] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def count(self) -> None:
        self.members += 1
        if self.members > self.settings.max_members:
            found = Phrase("the archive holds {members:,} files or more", members=self.members)
            raise too_large(self.archive, found, "max_members", self.settings, Phrase("unpack it, or "))

    def add(self, size: int) -> None:
        self.bytes += size
        if self.bytes > self.settings.max_unpacked:
            found = Phrase("the archive unpacks to {bytes:,} bytes or more", bytes=self.bytes)
            raise too_large(self.archive, found, "max_unpacked", self.settings, Phrase("unpack it, or "))
        if self.bytes > max(SMALL, self.settings.max_expansion * self.packed):
            found = Phrase(
                "the archive unpacks from {packed:,} to {bytes:,} bytes or more", packed=self.packed, bytes=self.bytes
            )
            raise too_large(self.archive, found, "max_expansion", self.settings, Phrase("unpack it, or "))

    def take(self, name: str) -> str:
        """The name, or with a number where another member has it, as a file or as a folder of its own."""
        path, number = PurePosixPath(name), 1
        while name in self.taken:
            number += 1
            name = path.with_name(f"{path.stem} ({number}){path.suffix}").as_posix()
        self.taken.add(name)
        self.taken.update(parent.as_posix() for parent in path.parents)
        return name


def unpack(archive: Path, folder: Path, settings: Settings) -> None:
    """Unpack an archive into an empty folder; `unpacked` tells what is in it.

    A member that cannot be had (a password, a link, a name that leads out of the archive, too many bytes) has its
    reason, and the others are there. Archives in it are unpacked too, once; those in these are not.

    Raises:
        InputError: ``too-large``, ``unreadable``, ``encrypted``, ``unsupported`` or ``empty``, of the whole archive.
    """
    store = _Store(archive, folder, settings, archive.stat().st_size)
    _unpack(archive, "", 1, store)
    if not store.files and not store.problems:
        raise InputError("empty", archive, Phrase("the archive holds no documents; was it packed in full?"))
    index = json.dumps([store.files, store.problems]).encode("utf-8", "surrogatepass")
    (folder / INDEX).write_bytes(index)


def unpacked(folder: Path) -> Unpacked:
    """What `unpack` put into a folder."""
    files, problems = json.loads((folder / INDEX).read_bytes().decode("utf-8", "surrogatepass"))
    return Unpacked(
        {name: folder / file for name, file in files.items()}, {n: (a, b) for n, (a, b) in problems.items()}
    )


def _unpack(archive: Path, prefix: str, depth: int, store: _Store) -> None:
    """Store the members of an archive, whose names begin with ``prefix``; a problem under the prefix is its own."""
    first = store.members
    try:
        _unpack_members(archive, prefix, depth, store)
    except InputError as error:
        if error.reason == "too-large" or store.members == first:
            raise
        store.problems[prefix.removesuffix("/")] = (
            error.reason,
            Phrase("only what stands before the fault is read: {detail}", detail=error.detail),
        )


def _unpack_members(archive: Path, prefix: str, depth: int, store: _Store) -> None:
    with reading(archive, store.settings) as members:
        for member in members:
            name = _inner_name(member.name)
            if name is not None and _is_left_out(name):
                continue
            store.count()
            full = store.take(prefix + (name or _spelled(member.name)))
            problem = member.problem
            if name is None:
                problem = "outside", Phrase("its name leads out of the archive; pack it anew under a plain name")
            if problem is None and member.size > store.settings.max_bytes:
                problem = _too_many_bytes(full, member.size, store.settings)
            if problem is None:
                problem = _stored(member, full, depth, store)
            if problem is not None:
                store.problems[full] = problem


def _stored(member: PackedFile, name: str, depth: int, store: _Store) -> Refusal | None:
    """Store a member under the next number; what it is said to be is not relied on. The reason where it cannot be."""
    suffix = PurePosixPath(name).suffix.lower()
    file = store.folder / f"{store.members:06}{suffix if re.fullmatch(r'[.][a-z0-9]{1,8}', suffix) else ''}"
    size = 0
    try:
        with member.open() as source, file.open("xb") as target:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                store.add(len(chunk))
                if size > store.settings.max_bytes:
                    return _too_many_bytes(name, size, store.settings)
                target.write(chunk)
    except InputError as error:
        if error.reason != "encrypted":
            raise
        return error.reason, error.detail
    except DAMAGE:
        return "unreadable", Phrase("it is damaged in its archive; fetch the archive again")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = Phrase("there is no room to unpack the archive; set TMPDIR to a folder on a larger disk")
        raise InputError("unreadable", store.archive, message) from error
    if not is_package(PurePosixPath(name)):
        store.files[name] = file.name
        return None
    if depth == DEEPEST:
        return "unsupported", Phrase("an archive in an archive in an archive is not opened; unpack it")
    try:
        _unpack(file, f"{name}/", depth + 1, store)
    except InputError as error:
        if error.reason == "too-large":  # the limits are those of the whole
            raise
        return error.reason, error.detail
    finally:
        file.unlink(missing_ok=True)
    return None


def _too_many_bytes(name: str, size: int, settings: Settings) -> Refusal:
    error = too_large(name, Phrase("the file has {size:,} bytes or more", size=size), "max_bytes", settings)
    return error.reason, error.detail


def _inner_name(name: str) -> str | None:
    r"""A member's name as a path inside of its archive; None where it leads out of it.

    >>> _inner_name("附件\\表.doc"), _inner_name("./a"), _inner_name("../a"), _inner_name("/a"), _inner_name("C:/a")
    ('附件/表.doc', 'a', None, None, None)
    """
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    is_outside = name.startswith("/") or ".." in parts or "\0" in name or re.match("[A-Za-z]:", name)
    return None if is_outside or not parts else "/".join(parts)


def _spelled(name: str) -> str:
    """A name that leads out of its archive, as one that says so and does not."""
    return "/".join(part for part in re.split(r"[\\/\0]+", name) if part not in ("", ".", "..")).strip() or "(no name)"


def _is_left_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or any(is_ignored(PurePosixPath(part)) for part in path.parts)
