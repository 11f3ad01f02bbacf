"""The log that a person's corrections are written to: one file per person, one JSON object a line.

The fields of a line are those of `Correction`. Nothing is ever rewritten: who changes their mind, or takes a correction
back, appends a line. `workbench.corrections.history` reads the logs.
"""

from __future__ import annotations

import os
import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from numbers import Integral
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.corrections.correction import Action, Anchor, Correction, parse_line, to_line
from workbench.corrections.validate import refusal
from workbench.errors import CorrectionError, DatasetError
from workbench.files import require_inside
from workbench.language import Phrase, reason_of
from workbench.remote import Location

PATIENCE = 10.0
"""Seconds to wait for another program that is writing to the same log."""


def corrections_folder(processed: Location) -> Path:
    """The folder with the corrections of a processed folder: ``corrections`` beside it.

    The processed folder may be deleted at any time, the corrections may not.

    Raises:
        DatasetError: the dataset lies in a store, where no log can be appended to.
    """
    if not isinstance(processed, Path):
        message = Phrase(
            "corrections are made beside a dataset on this machine; fetch a copy of the tables and of the scans"
        )
        raise DatasetError(processed, message)
    return processed.resolve().parent / "corrections"


class CorrectionLog:
    """The log of one person: ``<name>.jsonl``, written at its end only."""

    def __init__(self, folder: Path, by: str) -> None:
        """Open the log of a person; its file is made with the first line.

        Args:
            folder: the folder of all logs (`corrections_folder`).
            by: the person's name, as findings and the measure of agreement show it.

        Raises:
            CorrectionError: the name is empty.
        """
        self.by = unicodedata.normalize("NFC", by).strip()
        if not self.by:
            raise CorrectionError(folder, Phrase("a correction needs the name of the person who makes it"))
        self.path = Path(folder) / f"{_safe_name(self.by)}.jsonl"

    def append(
        self,
        form_id: str,
        table: str = "",
        record_no: int | None = 0,
        field: str = "",
        was: str | None = None,
        now: str | None = None,
        *,
        reason: str = "",
        action: Action = "set",
        anchor: Anchor | None = None,
        texts: Mapping[str, str] | None = None,
        to: str = "",
        other_no: int = 0,
        other: Anchor | None = None,
        alone: bool = False,
        code: str = "",
        page: int | None = None,
        undoes: str = "",
        settles: Sequence[str] = (),
    ) -> Correction:
        """Write a correction with the person's name, the time and a new id. It is on the disk when this returns.

        The arguments are the attributes of `Correction`. They may be values of the tables: ``record_no`` without a
        value (None, NaN) becomes 0, the form itself, and ``was`` or ``now`` without a value becomes None.

        Raises:
            CorrectionError: the text cannot be the field's value (``reason`` says why, in Chinese), or the file
                cannot be written. Nothing was written then.
        """
        correction = Correction(
            form_id, table, _count(record_no), field, _text(was), _text(now), self.by, _now(), reason, action,
            uuid.uuid4().hex, anchor, dict(texts or {}), to, _count(other_no), other, alone, code,
            _count(page) or None, undoes, tuple(settles),
        )  # fmt: skip
        refused, line = _refused(correction), to_line(correction)
        if refused:
            raise CorrectionError(self.path, refused)
        try:
            parse_line(line)  # a line that could not be read again is not written
        except ValueError as error:
            raise CorrectionError(self.path, Phrase("this is no correction: {error}", error=error)) from error
        self._write(line)
        return correction

    def undo(self, correction: Correction) -> Correction:
        """Take a correction back, one's own or another person's, with a further line. An undo can be undone.

        Raises:
            CorrectionError: the file cannot be written.
        """
        what = (correction.form_id, correction.table, correction.record_no, correction.field)
        return self.append(*what, correction.now, correction.was, action="undo", undoes=correction.id)

    def _write(self, line: bytes) -> None:
        """Append the line with one write; it is on the disk when this returns.

        If a crash cut the last line of the file short, a line end comes first.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=PATIENCE):
                is_new = not self.path.exists()
                require_inside(self.path, self.path.parent.resolve().parent)
                if not is_new and not self.path.is_file():
                    raise CorrectionError(
                        self.path, Phrase("this is no file but a pipe, a socket or a device; take it away")
                    )
                with self.path.open("ab+", buffering=0) as stream:
                    size = os.fstat(stream.fileno()).st_size
                    content = line if _ends_with_line(size, self.path) else b"\n" + line
                    try:
                        if stream.write(content) != len(content):
                            raise OSError(Phrase("the disk took only a part of the line"))
                        os.fsync(stream.fileno())
                        if is_new:
                            _sync_folder(self.path.parent)
                    except OSError:
                        stream.truncate(size)  # a correction reported as not saved must not turn up in the tables
                        raise
        except Timeout as error:
            raise CorrectionError(self.path, Phrase("another program holds the file; try again")) from error
        except OSError as error:
            raise CorrectionError(self.path, Phrase("not saved ({reason})", reason=reason_of(error))) from error


def _refused(correction: Correction) -> str | None:
    """Why a text of the correction cannot be the value of its field, or None if all can.

    A text that only confirms the reading is never refused: the form may print anything.
    """
    table, action = correction.table, correction.action
    if action == "set" and not correction.confirms:
        return refusal(table, correction.field, correction.now)
    if action in ("add-record", "join-records"):
        return next(filter(None, (refusal(table, name, text) for name, text in correction.texts.items())), None)
    if action == "move-value":
        return next(filter(None, (refusal(table, name, None) for name in (correction.field, correction.to))), None)
    return None


def _count(number: object) -> int:
    """A number as the tables hold it as an int: 0 for None, NaN and pandas' NA."""
    is_number = isinstance(number, Integral | float) and number == number  # NaN is not itself
    return int(number) if is_number else 0  # type: ignore[call-overload]


def _text(text: object) -> str | None:
    """A text as the tables hold it; None for every kind of missing value."""
    return text if isinstance(text, str) else None


def _now() -> str:
    """The time in RFC 3339, with milliseconds and the offset from UTC."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


def _safe_name(by: str) -> str:
    """The person's name as a file name on any system, at most 61 characters long."""
    name = re.sub(r"[^\w.@+-]+", "_", by).strip("._") or "_"
    reserved = re.fullmatch(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", name)
    return f"{'_' if reserved else ''}{name[:60]}"


def _ends_with_line(size: int, path: Path) -> bool:
    """Whether a file of ``size`` bytes is empty or ends with a line end."""
    if size == 0:
        return True
    with path.open("rb") as stream:
        stream.seek(size - 1)
        return stream.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    """Put a folder's list of files on the disk, so that a new file survives a power cut.

    Windows cannot do that, and need not.
    """
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
