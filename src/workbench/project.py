"""Project folders: a new one with the notebooks, and the one for the demonstration on the sample archive."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from workbench.errors import ProjectError
from workbench.files import write_atomically
from workbench.language import Phrase, reason_of
from workbench.report.notebooks import shipped_notebooks

FOLDERS = ("data/raw", "data/corrections", "data/processed", "notebooks")
"""Folders of a project, relative to it."""

README = """# {name}

| | |
|---|---|
| `data/raw/` | 扫描件放在这里（PDF、图片、Word、Excel……；只有页面图片的文件夹算一份文件）。程序从不改动。 |
| `data/corrections/` | 人工核对的记录，只增不删，请备份。 |
| `data/processed/` | 数据集，可随时删除重建。 |
| `layouts/` | 自己写的表样（可以没有）：`workbench layout 文件` 写出草稿，改好后重新读入。 |
| `notebooks/` | 笔记本：`ingest` 读，`review` 核对，`explore` 认识数据，`department`、`overview` 分析。可以改。 |
| `reports/` | `workbench report` 生成的报告。 |

```console
workbench ingest     # 读 data/raw，建 data/processed
workbench check      # 表格自相矛盾之处，机器没有把握之处
workbench report     # 各部门报告，reports/index.html
jupyter lab          # 打开 notebooks/
```
"""
"""The README of a new project, for whoever opens its folder; ``{name}`` becomes the name of the folder."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project folder, with the files that were made in it and those that were there and stayed as they were."""

    folder: Path
    made: tuple[Path, ...]
    kept: tuple[Path, ...]


def make_project(folder: Path) -> NewProject:
    """Make the folders, the notebooks and the README of a project; what is already there stays as it is.

    Raises:
        ProjectError: the folder cannot be written to, or is a file.
    """
    texts = {folder / "README.md": README.format(name=folder.resolve().name).encode()}
    notebooks = sorted(shipped_notebooks().glob("*.ipynb"))
    texts |= {folder / "notebooks" / notebook.name: notebook.read_bytes() for notebook in notebooks}
    try:
        kept = tuple(path for path in texts if path.exists())
        made = tuple(path for path in texts if path not in kept)
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for path in made:
            write_atomically(path, texts[path])
    except OSError as failure:
        raise ProjectError(
            folder, Phrase("a project cannot be made here: {reason}", reason=reason_of(failure))
        ) from failure
    return NewProject(folder, made, kept)


def demo_folder(folder: Path | None) -> Path:
    """The project folder that `workbench demo` works in. The sample archive is copied into its ``data/raw`` if needed.

    Where no folder is named, it is the working folder if that is a clone of the repository, else ``workbench-demo``.

    Raises:
        ProjectError: the folder cannot be written to, or is a file.
    """
    if folder is None and _is_clone(Path()):
        return Path()
    project = folder or Path("workbench-demo")
    raw = project / "data" / "raw"
    try:
        if not raw.is_dir():
            _copy_whole(_sample_archive(), raw)
    except OSError as failure:
        reason = Phrase("the sample archive cannot be put here: {reason}", reason=reason_of(failure))
        raise ProjectError(project, reason) from failure
    return project


def _copy_whole(folder: Path, to: Path) -> None:
    """Copy a folder so that the copy is there whole or not at all, whatever interrupts."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}-") as beside:
        shutil.copytree(folder, Path(beside) / to.name)
        (Path(beside) / to.name).rename(to)


def _sample_archive() -> Path:
    """The sample archive: in an installed package beside its modules, in a clone among its data."""
    packaged = Path(str(files("workbench") / "_sample"))
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data" / "raw"


def _is_clone(folder: Path) -> bool:
    """Whether a folder is a clone of the repository."""
    return (folder / "src" / "workbench").is_dir() and (folder / "data" / "raw").is_dir()
