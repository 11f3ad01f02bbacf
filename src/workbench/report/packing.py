"""Packs all reports of a folder into one file, to be sent to somebody else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from workbench.errors import ReportError
from workbench.files import write_atomically
from workbench.language import Phrase, reason_of
from workbench.report.journal import REPORT_ENDINGS, read_reports

NAME = "reports.zip"
"""Name of the packed file."""

FOLDER = "reports"
"""Name of the folder that the reader gets when the file is unpacked."""

TIME = (1980, 1, 1, 0, 0, 0)
"""Time of every member: equal reports give an equal file, and it tells nobody when somebody was at work."""


def pack(index: Path) -> Path:
    """Pack an index page and every file that it leads to (pages, executed notebooks) into ``reports.zip`` beside it.

    Gives the path of the packed file.

    Raises:
        ReportError: the file cannot be written.
    """
    folder = index.parent
    candidates = [folder / f"{stem}{ending}" for stem in sorted(read_reports(folder)) for ending in REPORT_ENDINGS]
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in [index, *(file for file in candidates if file.is_file())]:
                member = zipfile.ZipInfo(f"{FOLDER}/{file.name}", TIME)
                member.external_attr = 0o644 << 16
                archive.writestr(member, file.read_bytes(), zipfile.ZIP_DEFLATED)
        write_atomically(folder / NAME, packed.getvalue())
    except OSError as error:
        raise ReportError(folder / NAME, Phrase("cannot be written ({reason})", reason=reason_of(error))) from error
    return folder / NAME
