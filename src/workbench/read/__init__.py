"""Reading: pixels become text here and nowhere else.

This room is also the function that reads one document, ``workbench.read("scan.pdf")``: a package and a function cannot
have one name otherwise, and both names are promised.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.read.document import ReadPage


class _Room(types.ModuleType):
    def __call__(self, scan: Path | str) -> list[ReadPage]:
        """Read one document without storing anything: its pages, each with its tables and ``draw()``.

        Raises:
            workbench.errors.InputError: the document, or one of its pages, cannot be read.
        """
        # Imported here: `import workbench` stays fast, and loads no pandas.
        from pathlib import Path

        from workbench.read.document import read_scan
        from workbench.settings import Settings

        return read_scan(Path(scan), Settings.from_environment())


sys.modules[__name__].__class__ = _Room
