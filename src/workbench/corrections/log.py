"""People's corrections: an append-only log, one JSON object a line, one file per person.

What a line says is in `Correction`, how it changes a form in `workbench.corrections.apply`. Nothing is ever
rewritten: who changes their mind, or takes something back, appends a line.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from numbers import Integral
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.corrections.correction import Action, Anchor, Correction, parse_line, to_line
from workbench.corrections.validate import refusal
from workbench.errors import CorrectionError, DatasetError
from workbench.remote import Location, RemoteFiles
from workbench.values import normalise

__all__ = [
    "Anchor",
    "Conflict",
    "Correction",
    "CorrectionHistory",
    "CorrectionLog",
    "LogProblem",
    "corrections_folder",
    "read_corrections",
    "refusal",
]

PATIENCE = 10.0
"""Seconds to wait for another program that is writing to the same log."""


def corrections_folder(processed: Location) -> Path:
    """Where the corrections of a processed folder are kept: beside it, for it may be deleted and they may not.

    Raises:
        DatasetError: the dataset lies in a store, where no log can be appended to.
    """
    if not isinstance(processed, Path):
        message = "corrections are made beside a dataset on this machine; fetch a copy of the tables and of the scans"
        raise DatasetError(processed, message)
    return processed.resolve().parent / "corrections"


def corrections_of(processed: Location) -> CorrectionHistory:
    """All corrections of a processed folder; those of a store lie beside it there.

    Raises:
        CorrectionError, StoreError: they cannot be read.
    """
    if isinstance(processed, Path):
        return read_corrections(corrections_folder(processed))
    store = RemoteFiles(f"{processed.rpartition('/')[0]}/corrections")
    with tempfile.TemporaryDirectory() as folder:
        for name in store.files(""):
            (Path(folder) / name).write_bytes(store.get(name) or b"")
        return read_corrections(Path(folder))


class CorrectionLog:
    """The log of one person: ``<name>.jsonl``, written at its end only."""

    def __init__(self, folder: Path, by: str) -> None:
        """``by`` is the person's name, as findings and agreement call them.

        Raises:
            CorrectionError: the name is empty.
        """
        self.by = unicodedata.normalize("NFC", by).strip()
        if not self.by:
            raise CorrectionError(folder, "a correction needs the name of the person who makes it")
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
        """Keep a correction (see `Correction`). It is on the disk when this returns.

        Values may come as the tables hold them: ``record_no`` without a value is 0, the form itself, and a text
        without a value None.

        Raises:
            CorrectionError: the text cannot be the field's value (``reason`` says why, in Chinese), or the file
                cannot be written; then nothing was kept.
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
            parse_line(line)  # what could not be read again is not written
        except ValueError as error:
            raise CorrectionError(self.path, f"this is no correction: {error}") from error
        self._write(line)
        return correction

    def undo(self, correction: Correction) -> Correction:
        """Take a correction back, one's own or another's: another line says so. An undo can be undone."""
        what = (correction.form_id, correction.table, correction.record_no, correction.field)
        return self.append(*what, correction.now, correction.was, action="undo", undoes=correction.id)

    def _write(self, line: bytes) -> None:
        """Append the line with one write, on the disk when done; a line that a crash cut short is ended before it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=PATIENCE):
                is_new = not self.path.exists()
                with self.path.open("ab+", buffering=0) as stream:
                    size = os.fstat(stream.fileno()).st_size
                    content = line if _ends_with_line(size, self.path) else b"\n" + line
                    try:
                        if stream.write(content) != len(content):
                            raise OSError("the disk took only a part of the line")
                        os.fsync(stream.fileno())
                        if is_new:
                            _sync_folder(self.path.parent)
                    except OSError:
                        stream.truncate(size)  # who is told that it was not saved must not find it in the tables
                        raise
        except Timeout as error:
            raise CorrectionError(self.path, "another program holds the file; try again") from error
        except OSError as error:
            raise CorrectionError(self.path, f"not saved ({error.strerror or error})") from error


@dataclass(frozen=True, slots=True)
class LogProblem:
    """A line that is no correction: where it stands (lines count from 1) and why it was passed over."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What people say differently of one thing: the last word of each of them."""

    corrections: tuple[Correction, ...]


@dataclass(frozen=True)
class CorrectionHistory:
    """All lines of all people, in the order of their time.

    ``places`` are the file and the line that each was read from, by its id.
    """

    corrections: tuple[Correction, ...] = ()
    problems: tuple[LogProblem, ...] = ()
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @cached_property
    def in_force(self) -> tuple[Correction, ...]:
        """The corrections that nobody took back or decided against."""
        taken_back = _taken_back({one.id: (one.undoes, *one.settles) for one in self.corrections})
        return tuple(one for one in self.corrections if one.action != "undo" and one.id not in taken_back)

    @cached_property
    def undone(self) -> set[str]:
        """The ids of corrections that were taken back."""
        return _taken_back({one.id: (one.undoes,) for one in self.corrections})

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Fields of which people say different things, by form, table, record and field of their lines."""
        said: dict[tuple[object, ...], list[Correction]] = {}
        for one in self.in_force:
            if one.action == "set":
                said.setdefault((one.form_id, one.table, one.record_no, one.field), []).append(one)
        words = map(last_words, said.values())
        return tuple(Conflict(tuple(found)) for found in words if disagree(found))

    @cached_property
    def _by_document(self) -> dict[str, tuple[Correction, ...]]:
        found: dict[str, list[Correction]] = {}
        for one in self.in_force:
            found.setdefault(one.document_id, []).append(one)
        return {name: tuple(corrections) for name, corrections in found.items()}

    def of_document(self, document_id: str) -> tuple[Correction, ...]:
        """The corrections in force of one document, in the order of their time."""
        return self._by_document.get(document_id, ())

    def summary(self, document_ids: Iterable[str]) -> dict[str, object]:
        """For ``dataset.json``: how many corrections a dataset of these documents holds, and which.

        ``elsewhere`` counts those about documents that it does not hold: they wait for the day that it does.
        ``lines`` are those read of each file: what comes after them is not in the tables yet (see `since`).
        """
        known = set(document_ids)
        here = [one for one in self.in_force if one.document_id in known]
        lines: dict[str, int] = {}
        for file, number in sorted(self.places.values()):
            lines[file] = number
        return {
            "in_force": len(here),
            "digest": self.digest(),
            "lines": lines,
            "elsewhere": len(self.in_force) - len(here),
            "problems": [str(problem) for problem in self.problems],
        }

    def since(self, lines: Mapping[str, int]) -> tuple[Correction, ...]:
        """The corrections in force that stand behind these lines of each file, or in other files; clocks do not
        matter, and a colleague's file that arrives late is as new as its arrival."""
        places = ((one, *self.places[one.id]) for one in self.in_force)
        return tuple(one for one, file, number in places if number > lines.get(file, 0))

    def digest(self, document_id: str | None = None) -> str:
        """Digest of what is in force, for one document or all: equal for equal effect, whoever's file holds a line."""
        chosen = self.in_force if document_id is None else self.of_document(document_id)
        return hashlib.sha256(b"".join(map(to_line, chosen))).hexdigest()[:16] if chosen else ""


def _taken_back(goals: Mapping[str, Iterable[str]]) -> set[str]:
    """The ids that are against one that is not itself taken back, ``goals`` being the ids that each is against. Clocks
    of several machines may disagree: the order of the lines does not matter."""
    takers: dict[str, list[str]] = {name: [] for name in goals}
    for one, others in goals.items():
        for name in others:
            if name in takers:
                takers[name].append(one)
    order = TopologicalSorter(takers)
    with suppress(CycleError):  # lines that take each other back stand: only a forged log has such
        order.prepare()
    found: set[str] = set()
    while ready := order.get_ready():
        found |= {name for name in ready if any(taker not in found for taker in takers[name])}
        order.done(*ready)
    return found


def last_words(corrections: Iterable[Correction]) -> list[Correction]:
    """The last correction of every person."""
    return list({one.by: one for one in corrections}.values())


def disagree(corrections: Sequence[Correction]) -> bool:
    """Whether the texts differ, in more than the width of their characters."""
    return len({normalise(one.now or "") for one in corrections}) > 1


def read_corrections(folder: Path) -> CorrectionHistory:
    """All corrections of a folder. A line that is none is reported with its number; the others count.

    The same line in two files (copies that a sync tool made) counts once.

    Raises:
        CorrectionError: a file cannot be read. To go on without it would undo what people corrected.
    """
    found: dict[str, tuple[datetime, Correction]] = {}
    problems: list[LogProblem] = []
    places: dict[str, tuple[str, int]] = {}
    for path in sorted(Path(folder).glob("*.jsonl")):
        try:
            lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
        except OSError as error:
            raise CorrectionError(path, f"cannot be read ({error.strerror or error})") from error
        latest: datetime | None = None
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                correction = parse_line(line)
            except ValueError as error:
                problems.append(LogProblem(path.name, number, str(error)))
                continue
            known = found.get(correction.id)
            if known is not None and known[1] != correction:
                problems.append(LogProblem(path.name, number, f"another correction has the id {correction.id!r}"))
            # A clock that was put back does not change the order of a file's lines.
            latest = correction.time if latest is None else max(latest, correction.time)
            found.setdefault(correction.id, (latest, correction))
            places.setdefault(correction.id, (path.name, number))
    ordered = sorted(found.values(), key=lambda one: one[0])
    return CorrectionHistory(tuple(correction for _, correction in ordered), tuple(problems), places)


def _refused(correction: Correction) -> str | None:
    table, action = correction.table, correction.action
    if action == "set" and not correction.confirms:
        return refusal(table, correction.field, correction.now)
    if action in ("add-record", "join-records"):
        return next(filter(None, (refusal(table, name, text) for name, text in correction.texts.items())), None)
    if action == "move-value":
        return next(filter(None, (refusal(table, name, None) for name in (correction.field, correction.to))), None)
    return None


def _count(number: object) -> int:
    is_number = isinstance(number, Integral | float) and number == number  # NaN is not itself
    return int(number) if is_number else 0  # type: ignore[call-overload]


def _text(text: object) -> str | None:
    return text if isinstance(text, str) else None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


def _safe_name(by: str) -> str:
    """The person's name as a file name on any system."""
    name = re.sub(r"[^\w.@+-]+", "_", by).strip("._") or "_"
    reserved = re.fullmatch(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", name)
    return f"{'_' if reserved else ''}{name[:60]}"


def _ends_with_line(size: int, path: Path) -> bool:
    if size == 0:
        return True
    with path.open("rb") as stream:
        stream.seek(size - 1)
        return stream.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    """A new file survives a power cut only when its folder knows of it. Windows cannot sync a folder, nor needs to."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
