"""What tells of the machine that a dataset was made on is taken out of what is published: its folders."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.files import without_folder

ELLIPSIS = "…"
"""What stands in place of a folder of this machine."""

SHORTEST = 4
"""Characters that the path of a folder has at least: ``/`` and ``/a`` are in too many texts."""


def own_folders(*known: Path) -> tuple[str, ...]:
    """The paths of this machine that no publication may hold, longest first.

    Args:
        known: the folders of the dataset and of its scans.
    """
    folders = [*known, Path.cwd()]
    with suppress(RuntimeError):  # a user without a home
        folders.append(Path.home())
    found = {text for folder in folders for text in (str(folder), str(folder.absolute()), str(folder.resolve()))}
    return tuple(sorted((text for text in found if _tells(text)), key=len, reverse=True))


def _tells(text: str) -> bool:
    return Path(text).is_absolute() and len(text) >= SHORTEST


def without(value: Any, folders: Iterable[str]) -> Any:
    """A value of JSON with every path of a folder of this machine taken out of its texts.

    >>> without({"message": "/archive/li/scans/a.pdf: damaged"}, ["/archive/li"])
    {'message': '…/scans/a.pdf: damaged'}
    """
    if isinstance(value, str):
        for folder in folders:
            value = without_folder(value, folder, ELLIPSIS)
        return value
    if isinstance(value, dict):
        return {without(name, folders): without(one, folders) for name, one in value.items()}
    if isinstance(value, list):
        return [without(one, folders) for one in value]
    return value
