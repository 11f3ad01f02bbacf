"""A research workbench for Chinese government performance self-evaluation forms (绩效自评表).

>>> import workbench as wb
>>> ds = wb.open("data/processed")                                # doctest: +SKIP
>>> ds.indicators.query("met == False")                           # doctest: +SKIP
>>> wb.read("scan.pdf")[0].draw()                                 # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import review

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.archive.single import ReadPage
    from workbench.dataset.store import Dataset

__version__ = "0.1.0"
__all__ = ["__version__", "open", "read", "review"]


def open(folder: Path | str = "data/processed") -> Dataset:
    """Open the dataset that ``workbench ingest`` made.

    Raises:
        workbench.errors.DatasetError: the folder holds no dataset.
    """
    # Imported here: `import workbench` stays fast, and loads no pandas.
    from workbench.dataset.store import open_dataset

    return open_dataset(folder)


def read(scan: Path | str) -> list[ReadPage]:
    """Read one document without storing anything: its pages, each with its tables and ``draw()``.

    Raises:
        workbench.errors.InputError: the document, or one of its pages, cannot be read.
    """
    from pathlib import Path

    from workbench.archive.single import read_scan
    from workbench.settings import Settings

    return read_scan(Path(scan), Settings.from_environment())
