"""Finds the notebooks that reports are made with, and says which of them may be run."""

from __future__ import annotations

from pathlib import Path

from workbench._version import PACKAGE
from workbench.errors import ReportError
from workbench.language import Phrase

OVERVIEW = "overview"
"""Name of the notebook that compares all departments."""

DEPARTMENT = "department"
"""Name of the notebook that shows one department and year."""


def find_notebook(name: str, own: Path | None) -> Path:
    """Find the notebook of that name: in the folder ``own`` (if one is given), else among the workbench's.

    Raises:
        ReportError: neither has it.
    """
    for folder in (*([own] if own is not None else []), shipped_notebooks()):
        if (folder / f"{name}.ipynb").is_file():
            return folder / f"{name}.ipynb"
    raise ReportError(
        f"{name}.ipynb", Phrase("the notebook does not come with the workbench, and no folder of yours has it")
    )


def shipped_notebooks() -> Path:
    """Give the folder of the notebooks that come with the workbench: in the installation, else in the checkout."""
    packaged = PACKAGE / "_notebooks"
    return packaged if packaged.is_dir() else PACKAGE.parents[1] / "notebooks"


def own_notebooks(project: Path) -> Path:
    """Give the folder where a project has notebooks of its own."""
    return project / "notebooks"


def trusted_notebooks(project: Path) -> Path | None:
    """Give the folder of the project's own notebooks, if somebody works in the project; else None.

    A notebook is a program. One in a folder that came from elsewhere is not run just because a dataset lies beside it.
    """
    return own_notebooks(project) if Path.cwd().resolve().is_relative_to(project) else None


def passed_over(project: Path, own: Path | None) -> list[Path]:
    """List the project's own notebooks that are not run, and that differ from those of the workbench.

    ``own`` is the folder whose notebooks are run, if any.
    """
    candidates = [own_notebooks(project) / f"{name}.ipynb" for name in (OVERVIEW, DEPARTMENT)]
    return [
        notebook
        for notebook in candidates
        if notebook.is_file()
        and find_notebook(notebook.stem, own) != notebook
        and notebook.read_bytes() != find_notebook(notebook.stem, None).read_bytes()
    ]
