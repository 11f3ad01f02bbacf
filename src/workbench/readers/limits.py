"""Limits of what one file may hold, enforced before memory is spent on it."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import InputError
from workbench.settings import Settings


def require_size(path: Path, size: int, settings: Settings) -> None:
    """Refuse more than ``max_text_bytes`` of text."""
    if size > settings.max_text_bytes:
        message = (
            f"the file holds {size:,} bytes of text, more than max_text_bytes = {settings.max_text_bytes:,}; "
            "delete empty rows and sheets, or raise the setting"
        )
        raise InputError("too-large", path, message)


def require_cells(path: Path, count: int, settings: Settings) -> None:
    """Refuse tables that reach over more than ``max_cells`` cells."""
    if count > settings.max_cells:
        message = (
            f"the tables reach over more than max_cells = {settings.max_cells:,} cells; "
            "delete what lies far from the table, or raise the setting"
        )
        raise InputError("too-large", path, message)


def require_pages(path: Path, count: int, settings: Settings) -> None:
    """Refuse more than ``max_pages`` pages."""
    if count > settings.max_pages:
        message = f"the document has {count:,} pages, more than max_pages = {settings.max_pages:,}; raise the setting"
        raise InputError("too-large", path, message)
