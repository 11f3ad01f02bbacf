"""The layouts that a researcher wrote for a project, from its folder into the settings of a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workbench.errors import LayoutError
from workbench.files import short_name, write_atomically
from workbench.form.own_layouts import own_layouts
from workbench.language import Phrase, reason_of
from workbench.remote import Location
from workbench.settings import Settings

LAYOUTS = "layouts"
"""Folder of a project for its layouts."""


def layouts_folder(processed: Path) -> Path:
    """The folder for the layouts of a project, by that for its dataset: beside ``data``, or beside the dataset."""
    parent = processed.resolve().parent
    return (parent.parent if parent.name == "data" else parent) / LAYOUTS


def with_layouts(settings: Settings, processed: Location) -> Settings:
    """The settings with the layouts of the project whose dataset this is; those that have some stay as they are.

    What is read depends on the content of the files: it is part of the settings, so a changed layout reads anew.

    Raises:
        LayoutError: a file cannot be read, or is no layout.
    """
    if not settings.layouts and isinstance(processed, Path):
        settings = replace(settings, layouts=layouts_in(layouts_folder(processed)))
    own_layouts(settings.layouts)  # raises before anything is read
    return settings


def layouts_in(folder: Path) -> str:
    """The layouts of a folder as settings have them; empty where there are none.

    Raises:
        LayoutError: a file cannot be read.
    """
    found = [(f"{LAYOUTS}/{path.name}", _text(path)) for path in sorted(folder.glob("*.toml"))]
    return json.dumps(found, ensure_ascii=False) if found else ""


def write_drafts(folder: Path, name: str, drafts: Sequence[str]) -> list[Path]:
    """Write drafts of layouts into a folder: ``NAME.toml``, ``NAME-2.toml``, …

    Raises:
        LayoutError: one of them is there already, or the folder cannot be written to.
    """
    names = [f"{short_name(name)}{f'-{number}' if number > 1 else ''}.toml" for number in range(1, len(drafts) + 1)]
    paths = [folder / one for one in names]
    for path in paths:
        if path.exists():
            raise LayoutError(path, Phrase("this is there already and stays as it is; choose another --name or --out"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, draft in zip(paths, drafts, strict=True):
            write_atomically(path, draft.encode())
    except OSError as error:
        raise LayoutError(
            folder, Phrase("no layout can be written here ({reason})", reason=reason_of(error))
        ) from error
    return paths


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LayoutError(path, Phrase("this is not UTF-8; save it as UTF-8")) from error
    except OSError as error:
        raise LayoutError(path, Phrase("it cannot be read ({reason})", reason=reason_of(error))) from error
