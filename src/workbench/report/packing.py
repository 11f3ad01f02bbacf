"""All reports of a folder in one file, to be sent to somebody else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from workbench.errors import ReportError
from workbench.files import write_atomically
from workbench.report.journal import noted

NAME = "reports.zip"

FOLDER = "reports"
"""What the reader gets when the file is unpacked: one folder with the index in it."""

TIME = (1980, 1, 1, 0, 0, 0)
"""Every member's time: equal reports give an equal file, and it tells nobody when somebody was at work."""


def pack(index: Path) -> Path:
    """Pack an index page and every file that it leads to (pages, executed notebooks) into ``reports.zip`` beside it.

    Raises:
        ReportError: the file cannot be written.
    """
    folder = index.parent
    endings = (".html", ".ipynb", ".failed.ipynb")
    files = [folder / f"{stem}{ending}" for stem in sorted(noted(folder)) for ending in endings]
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in [index, *(file for file in files if file.is_file())]:
                member = zipfile.ZipInfo(f"{FOLDER}/{file.name}", TIME)
                member.external_attr = 0o644 << 16
                archive.writestr(member, file.read_bytes(), zipfile.ZIP_DEFLATED)
        write_atomically(folder / NAME, packed.getvalue())
    except OSError as error:
        raise ReportError(folder / NAME, f"cannot be written ({error.strerror or error})") from error
    return folder / NAME
