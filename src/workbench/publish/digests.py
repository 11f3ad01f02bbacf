"""The list of the files of a publication with their digests, in the form that ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from workbench.language import Phrase

SUMS = "SHA256SUMS"
"""The file with the digests of all others."""

LINE_PARTS = "  "
"""What stands between digest and name."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_in(folder: Path) -> list[str]:
    """The names of all files of a publication but `SUMS`, relative to it, sorted; links count as files."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) != SUMS)


def write_sums(folder: Path) -> str:
    """Write `SUMS`; gives the digest of it, which stands for the whole publication."""
    lines = [f"{sha256_of(folder / name)}{LINE_PARTS}{name}\n" for name in files_in(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return sha256_of(folder / SUMS)


def read_sums(folder: Path) -> dict[str, str]:
    """The digests by the names of the files.

    Raises:
        ValueError: a line is none, or names a file outside of the folder; the message says which.
        OSError: the file is not there or cannot be read.
    """
    sums: dict[str, str] = {}
    for number, line in enumerate((folder / SUMS).read_text(encoding="utf-8").splitlines(), start=1):
        digest, parted, name = line.partition(LINE_PARTS)
        path = PurePosixPath(name)
        if not parted or len(digest) != 64 or path.is_absolute() or ".." in path.parts or "\\" in name:
            raise ValueError(Phrase("line {number} names no file of this folder with its digest", number=number))
        sums[name] = digest
    return sums
