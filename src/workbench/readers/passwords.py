"""The passwords that a user knows: tried on what asks for one.

They are read from the environment where they are needed. They are no setting: settings are written into datasets and
sent to other machines. Which of them opened a file is told to nobody.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.language import Phrase

VARIABLE = "WORKBENCH_PASSWORDS"
LOCKED = Phrase("asks for a password; save it without one, or name it in {variable}", variable=VARIABLE)

MOST_PASSWORDS = 100
"""So many are tried: each costs up to a tenth of a second on an Office file, which is slow on purpose."""

LONGEST_FILE = 1_000_000
"""Bytes that are read of a file of passwords."""


def known_passwords() -> list[str]:
    """The passwords of ``WORKBENCH_PASSWORDS``: parted by semicolons or line breaks, or the path of a file with one a
    line."""
    given = os.environ.get(VARIABLE, "")
    listed = _of_file(given)
    found = re.split(r"[;\r\n]+", given) if listed is None else listed
    return list(dict.fromkeys(one.strip() for one in found if one.strip()))[:MOST_PASSWORDS]


def _of_file(given: str) -> list[str] | None:
    """The lines of the file at a path; None where there is no such file."""
    try:
        with Path(given).open("rb") as stream:
            content = stream.read(LONGEST_FILE)
    except (OSError, ValueError):
        return None
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace").splitlines()


@contextmanager
def unlocked_office(path: Path) -> Iterator[Path | None]:
    """A copy of an Office file without its password, for as long as the context lasts; None where no known one opens
    it."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        copy = Path(folder) / f"unlocked{path.suffix.lower()}"
        yield copy if any(_is_unlocked(path, copy, password) for password in known_passwords()) else None


def _is_unlocked(path: Path, copy: Path, password: str) -> bool:
    import msoffcrypto

    try:
        with path.open("rb") as locked, copy.open("wb") as plain:
            file = msoffcrypto.OfficeFile(locked)
            if "OOXML" in type(file).__name__:
                file.load_key(password=password, verify_password=True)
            else:
                file.load_key(password=password)  # which verifies it
            file.decrypt(plain)
    except Exception:  # noqa: BLE001 - another password, another way of locking, or damaged in any way
        return False
    return True
