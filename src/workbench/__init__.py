"""A research workbench for Chinese government performance self-evaluation forms (绩效自评表).

>>> import workbench as wb
>>> ds = wb.open("data/processed")                                # doctest: +SKIP
>>> ds.indicators.query("met == False")                           # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.dataset.store import Dataset

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(folder: Path | str = "data/processed") -> Dataset:
    """Open the dataset that ``workbench ingest`` made.

    Raises:
        workbench.errors.DatasetError: the folder holds no dataset.
    """
    # Imported here: `import workbench` stays fast, and loads no pandas.
    from workbench.dataset.store import open_dataset

    return open_dataset(folder)
