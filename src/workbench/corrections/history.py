"""All corrections of all people, read from their logs: which of them are in force, and where people disagree.

A correction is in force until somebody takes it back (``undo``) or, having seen it, decides against it (``settles``).
"""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from workbench.corrections.correction import Correction, parse_line, to_line
from workbench.corrections.log import corrections_folder
from workbench.errors import CorrectionError
from workbench.files import open_regular, require_inside
from workbench.language import Phrase, as_phrase, reason_of
from workbench.remote import Location, RemoteFiles
from workbench.values import normalise

LARGEST_LOG = 200_000_000
"""Bytes of the largest log that is read: of half a million corrections."""


@dataclass(frozen=True, slots=True)
class LogProblem:
    """A line that is no correction and was left out.

    Attributes:
        file: name of the log.
        line: number of the line, from 1.
        reason: why it was left out.
    """

    file: str
    line: int
    reason: str

    @property
    def phrase(self) -> Phrase:
        """All of it as a sentence."""
        return Phrase("{path}, line {line}: {message}", path=self.file, line=self.line, message=self.reason)

    def __str__(self) -> str:
        return str(self.phrase)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more corrections of one field by different people, with different texts: the latest of each person."""

    corrections: tuple[Correction, ...]


@dataclass(frozen=True)
class CorrectionHistory:
    """All lines of all people.

    Attributes:
        corrections: in the order of their time.
        problems: the lines that are no corrections.
        places: the file and the line (from 1) that each correction was read from, by its id.
    """

    corrections: tuple[Correction, ...] = ()
    problems: tuple[LogProblem, ...] = ()
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @cached_property
    def in_force(self) -> tuple[Correction, ...]:
        """The corrections that nobody took back or decided against, in the order of their time."""
        taken_back = _taken_back({one.id: (one.undoes, *one.settles) for one in self.corrections})
        return tuple(one for one in self.corrections if one.action != "undo" and one.id not in taken_back)

    @cached_property
    def undone(self) -> set[str]:
        """The ids of corrections that were taken back."""
        return _taken_back({one.id: (one.undoes,) for one in self.corrections})

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The fields that people correct to different texts.

        Two corrections are about one field if their form, table, record number and field are the same.
        """
        by_field: dict[tuple[object, ...], list[Correction]] = {}
        for one in self.in_force:
            if one.action == "set":
                by_field.setdefault((one.form_id, one.table, one.record_no, one.field), []).append(one)
        latest = map(latest_by_person, by_field.values())
        return tuple(Conflict(tuple(found)) for found in latest if disagree(found))

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
        """Describe for ``dataset.json`` the corrections that a dataset of these documents was built with.

        Returns:
            ``in_force``: number of corrections in force that are about these documents.
            ``digest``: the digest of all corrections in force.
            ``lines``: number of the last line read of each file; later lines are not in the tables yet (see `since`).
            ``elsewhere``: number of corrections in force that are about other documents.
            ``problems``: the lines that were left out, in words.
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
        """The corrections in force that stand after these lines.

        The clock does not matter: a colleague's file that arrives late is as new as its arrival.

        Args:
            lines: number of the last known line of each file. All lines of a file that is not named are new.
        """
        places = ((one, *self.places[one.id]) for one in self.in_force)
        return tuple(one for one, file, number in places if number > lines.get(file, 0))

    def digest(self, document_id: str | None = None) -> str:
        """Digest of the corrections in force, 16 hexadecimal digits; empty where there are none.

        It does not depend on the files that hold the lines.

        Args:
            document_id: the only document that counts; None: all documents.
        """
        chosen = self.in_force if document_id is None else self.of_document(document_id)
        return hashlib.sha256(b"".join(map(to_line, chosen))).hexdigest()[:16] if chosen else ""


def _taken_back(against: Mapping[str, Iterable[str]]) -> set[str]:
    """The ids that another correction is against, unless that correction is taken back itself.

    Clocks of several machines may disagree: the order of the lines does not matter.

    Args:
        against: for the id of every correction the ids that it is against.
    """
    opponents: dict[str, list[str]] = {name: [] for name in against}
    for one, others in against.items():
        for name in others:
            if name in opponents:
                opponents[name].append(one)
    order = TopologicalSorter(opponents)
    with suppress(CycleError):  # lines that take each other back stay in force: only a forged log has such
        order.prepare()
    found: set[str] = set()
    while ready := order.get_ready():
        found |= {name for name in ready if any(opponent not in found for opponent in opponents[name])}
        order.done(*ready)
    return found


def latest_by_person(corrections: Iterable[Correction]) -> list[Correction]:
    """The latest correction of every person, people in the order of their first.

    Args:
        corrections: in the order of their time.
    """
    return list({one.by: one for one in corrections}.values())


def disagree(corrections: Sequence[Correction]) -> bool:
    """Whether the texts of the corrections differ in more than the width of their characters."""
    return len({normalise(one.now or "") for one in corrections}) > 1


def corrections_of(processed: Location) -> CorrectionHistory:
    """Read all corrections of a processed folder; those of a store lie beside it there.

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


def read_corrections(folder: Path) -> CorrectionHistory:
    """Read all logs (``*.jsonl``) of a folder; none where the folder is not there.

    A line that is no correction is a `LogProblem`; the other lines count. The same line in two files counts once:
    a tool that synchronises folders makes such copies.

    Raises:
        CorrectionError: a file cannot be read. To go on without it would undo what people corrected.
    """
    reading = _LogReading()
    for path in sorted(Path(folder).glob("*.jsonl")):
        try:
            lines = _content(path).removeprefix(b"\xef\xbb\xbf").split(b"\n")
        except OSError as error:
            raise CorrectionError(path, Phrase("cannot be read ({reason})", reason=reason_of(error))) from error
        reading.add_file(path.name, lines)
    return reading.history()


def _content(path: Path) -> bytes:
    """The content of a log.

    Raises:
        OSError: it is a pipe, a device, or a link to another place than the folder that holds the folder of logs, all
            of which may come from a stranger; or larger than `LARGEST_LOG`.
    """
    require_inside(path, path.parent.resolve().parent)
    with open_regular(path) as stream:
        content = stream.read(LARGEST_LOG + 1)
    if len(content) > LARGEST_LOG:
        raise OSError(errno.EFBIG, Phrase("more than {most:,} bytes; nobody corrects so much", most=LARGEST_LOG))
    return content


class _LogReading:
    """What was read of the logs so far: corrections with the time that orders them, problems, and places by id."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[datetime, Correction]] = {}
        self.problems: list[LogProblem] = []
        self.places: dict[str, tuple[str, int]] = {}

    def add_file(self, file: str, lines: Sequence[bytes]) -> None:
        """Add the lines of one file. Of two corrections with one id the first counts."""
        latest: datetime | None = None
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                correction = parse_line(line)
            except ValueError as error:
                self.problems.append(LogProblem(file, number, as_phrase(error)))
                continue
            known = self.found.get(correction.id)
            if known is not None and known[1] != correction:
                self.problems.append(
                    LogProblem(file, number, Phrase("another correction has the id {id!r}", id=correction.id))
                )
            # A clock that was put back does not change the order of a file's lines.
            latest = correction.time if latest is None else max(latest, correction.time)
            self.found.setdefault(correction.id, (latest, correction))
            self.places.setdefault(correction.id, (file, number))

    def history(self) -> CorrectionHistory:
        """Everything that was read, in the order of time."""
        ordered = sorted(self.found.values(), key=lambda one: one[0])
        return CorrectionHistory(tuple(correction for _, correction in ordered), tuple(self.problems), self.places)
