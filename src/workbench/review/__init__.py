"""The review: the machine asks, a person answers, nothing is lost.

This room is also the function that opens it, ``workbench.review("data/processed", by="…")``: a package and a
function cannot have one name otherwise, and both names are promised.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.dataset.store import Dataset
    from workbench.review.quality.audit import Audit
    from workbench.review.widget import ReviewWidget


class _Room(types.ModuleType):
    def __call__(
        self, dataset: Dataset | Path | str = "data/processed", by: str | None = None, audit: Audit | None = None
    ) -> ReviewWidget:
        """Show the doubtful values of a dataset one after the other, each beside its piece of the scan.

        With ``audit`` (see ``wb.audit``) it is the fields of its sample instead.

        Every answer is written into ``corrections/`` beside the dataset at once, under the name ``by`` (default: the
        login), and becomes part of the tables when the dataset is built again.

        Raises:
            workbench.errors.DatasetError: the folder holds no dataset.
            workbench.errors.CorrectionError: the corrections cannot be read.
        """
        # Imported here: `import workbench` stays fast, and loads no pandas.
        from workbench.review.widget import review

        return review(dataset, by, audit)


sys.modules[__name__].__class__ = _Room
