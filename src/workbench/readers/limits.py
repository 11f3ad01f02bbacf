"""Limits of what one file may hold, enforced before memory is spent on it; each is a setting, named in its refusal."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.settings import Settings, variable

SMALL = 10_000_000
"""Bytes that an Office file may unpack to however well they were packed: blank sheets pack to next to nothing."""


def too_large(
    path: Path | str, found: str, name: str, settings: Settings, advice: str = "", page: int | None = None
) -> InputError:
    """The refusal of what is above the limit ``name``: what was found, the limit, and how to raise it."""
    limit = Phrase("more than {name} = {most:,}", name=name, most=getattr(settings, name))
    return InputError(
        "too-large",
        path,
        Phrase(
            "{found}, {limit}; {advice}raise it with {variable}",
            found=found,
            limit=limit,
            advice=advice,
            variable=variable(name),
        ),
        page,
    )


def require_bytes(path: Path | str, size: int, settings: Settings) -> None:
    """Refuse a file of more than ``max_bytes``."""
    if size > settings.max_bytes:
        raise too_large(path, Phrase("the file has {size:,} bytes", size=size), "max_bytes", settings)


def require_size(path: Path, size: int, settings: Settings) -> None:
    """Refuse more than ``max_text_bytes`` of text."""
    if size > settings.max_text_bytes:
        advice = Phrase("delete empty rows and sheets, or ")
        raise too_large(
            path, Phrase("the file holds {size:,} bytes of text", size=size), "max_text_bytes", settings, advice
        )


def require_expansion(path: Path, packed: int, unpacked: int, settings: Settings) -> None:
    """Refuse parts of a package that unpack to more than ``max_expansion`` times their size, small ones aside."""
    if unpacked > max(SMALL, settings.max_expansion * packed):
        times = unpacked / max(packed, 1)
        found = Phrase(
            "the file unpacks from {packed:,} to {unpacked:,} bytes, {times:,.0f} times its size",
            packed=packed,
            unpacked=unpacked,
            times=times,
        )
        raise too_large(path, found, "max_expansion", settings, Phrase("save it anew, or "))


def require_cells(path: Path, count: int, settings: Settings) -> None:
    """Refuse tables that reach over more than ``max_cells`` cells."""
    if count > settings.max_cells:
        advice = Phrase("delete what lies far from the table, or ")
        raise too_large(
            path, Phrase("the tables reach over {count:,} cells or more", count=count), "max_cells", settings, advice
        )


def require_pages(path: Path, count: int, settings: Settings) -> None:
    """Refuse more than ``max_pages`` pages."""
    if count > settings.max_pages:
        raise too_large(path, Phrase("the document has {count:,} pages", count=count), "max_pages", settings)


def require_pixels(path: Path, width: int, height: int, settings: Settings, page: int) -> None:
    """Refuse a page of more than ``max_pixels`` pixels."""
    if width * height > settings.max_pixels:
        advice = Phrase("scan at a lower resolution, or ")
        raise too_large(
            path,
            Phrase("the page has {width:,} × {height:,} pixels", width=width, height=height),
            "max_pixels",
            settings,
            advice,
            page,
        )
