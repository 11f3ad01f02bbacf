"""The sample archive and the notebooks that come with the workbench."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path


def demo_folder(folder: Path | None) -> Path:
    """The project folder that `workbench demo` works in, with the sample archive in its ``data/raw``.

    In a clone that is the clone itself; elsewhere a new folder ``workbench-demo``.
    """
    if folder is None and _is_clone(Path()):
        return Path()
    project = folder or Path("workbench-demo")
    raw = project / "data" / "raw"
    if not raw.is_dir():
        shutil.copytree(_sample_archive(), raw)
    return project


def _sample_archive() -> Path:
    packaged = Path(str(files("workbench") / "_sample"))
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data" / "raw"


def _is_clone(folder: Path) -> bool:
    return (folder / "src" / "workbench").is_dir() and (folder / "data" / "raw").is_dir()
