"""A notebook of the project, copied with the parameters that were asked for filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from workbench.errors import LabError
from workbench.files import short_name, write_atomically
from workbench.lab.places import NOTEBOOKS, LabProject

KNOWN: Mapping[str, tuple[str, ...]] = {"department": ("department", "year"), "overview": ()}
"""Notebooks that can be continued in, with the parameters that they take."""


def notebook_copy(project: LabProject, name: str, parameters: Mapping[str, Any]) -> Path:
    """Copy a notebook into the project's notebooks, under a name that is free, and fill its parameters in.

    It is the project's own, where it has one, else the one that comes with the workbench.

    Raises:
        LabError: ``bad-request``: no such notebook or parameter; ``outside-root``.
        OSError: it cannot be written.
    """
    import nbformat
    from papermill.parameterize import parameterize_notebook

    from workbench.report.notebooks import find_notebook
    from workbench.report.parameters import readable_parameters

    if name not in KNOWN:
        raise LabError("bad-request", why=f"notebook {name}")
    chosen = {key: _value(name, key, value) for key, value in parameters.items() if value is not None}
    folder = project.inside(NOTEBOOKS)
    project.inside(f"{NOTEBOOKS}/{name}.ipynb")
    notebook = nbformat.read(find_notebook(name, folder), as_version=4)  # type: ignore[no-untyped-call]
    with readable_parameters():
        filled = parameterize_notebook(notebook, chosen) if chosen else notebook
    filled.metadata.pop("papermill", None)
    path = _free(folder, "-".join([name, *(_safe(str(value)) for value in chosen.values())]))
    write_atomically(path, (nbformat.writes(filled) + "\n").encode())  # type: ignore[no-untyped-call]
    return path


def _value(notebook: str, key: str, value: Any) -> str | int:
    if key not in KNOWN[notebook] or isinstance(value, bool) or not isinstance(value, str | int):
        raise LabError("bad-request", why=f"parameter {key}")
    return value


def _safe(text: str) -> str:
    """The letters and digits of a text, as they can stand in the name of a file."""
    return re.sub(r"\W+", "_", text).strip("_")


def _free(folder: Path, stem: str) -> Path:
    """The path of a notebook that is not there yet."""
    names = (f"{short_name(stem)}{f'-{number}' if number > 1 else ''}.ipynb" for number in count(1))
    return next(path for path in (folder / name for name in names) if not path.exists())
