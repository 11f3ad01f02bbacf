"""A review: where a person is in the queue, what was answered, and what each answer writes into the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.dataset.corrections import Correction, CorrectionLog, corrections_folder, read_corrections
from workbench.model import Table
from workbench.review.pictures import Pictures
from workbench.review.queue import GROUPS, Item, build_queue
from workbench.review.readings import FormReadings, Place, Readings

if TYPE_CHECKING:
    from workbench.dataset.correction import Action
    from workbench.dataset.store import Dataset

Status = Literal["pending", "accepted", "corrected", "skipped"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is: items of each part of the queue, and how many of them are answered."""

    counts: Mapping[str, int]
    done: Mapping[str, int]
    corrected: int
    skipped: int


class Session:
    """A person's review of a dataset. Every answer is in the log when the method returns."""

    def __init__(
        self, dataset: Dataset, by: str, folder: Path | None = None, items: Sequence[Item] | None = None
    ) -> None:
        """``folder`` is that of the corrections (default: beside the dataset's), ``items`` the queue (default: all).

        Raises:
            CorrectionError: the corrections cannot be read, or ``by`` is no name.
        """
        self.dataset, self.by = dataset, by
        self.folder = folder or corrections_folder(dataset.folder)
        self.log = CorrectionLog(self.folder, by)
        self.readings, self.pictures = Readings(dataset), Pictures(dataset)
        self.items: Sequence[Item] = build_queue(dataset) if items is None else items
        self._load()
        self._index = {(item.form_id, item.place): index for index, item in enumerate(self.items) if item.place}
        self._problems: dict[str, str] = {}
        self.skipped: set[int] = set()
        self.statuses: list[Status] = [self._status(index) for index in range(len(self.items))]
        self.position = self.next_pending(-1)

    def _load(self) -> None:
        history = read_corrections(self.folder)
        self.problems = history.problems
        self._corrections: dict[str, list[Correction]] = defaultdict(list)
        for correction in history.in_force:
            self._corrections[correction.form_id].append(correction)
        self._mine = [correction for correction in history.in_force if correction.by == self.log.by]

    # --- where one is

    def next_pending(self, after: int) -> int:
        """The first item behind ``after`` without an answer, else the first of all, else ``after``."""
        every = range(len(self.items))
        order = [*every[after + 1 :], *every[: after + 1]]
        return next((index for index in order if self.statuses[index] == "pending"), max(after, 0))

    def progress(self) -> Progress:
        counts, done = dict.fromkeys(GROUPS, 0), dict.fromkeys(GROUPS, 0)
        for item, status in zip(self.items, self.statuses, strict=True):
            counts[item.group] += 1
            done[item.group] += status in ("accepted", "corrected")
        return Progress(counts, done, self.statuses.count("corrected"), self.statuses.count("skipped"))

    # --- what was answered

    def corrections(self, form_id: str | None) -> Sequence[Correction]:
        """The corrections in force of one form, in the order of their time."""
        return self._corrections.get(form_id or "", ())

    def answer(self, form_id: str, place: Place) -> Correction | None:
        """The last word on a value."""
        return next((one for one in reversed(self.corrections(form_id)) if _sets(one, place)), None)

    def texts(self, form: FormReadings) -> dict[Place, str]:
        """The values that people gave other texts than the machine; those of a merged cell hold for all its rows."""
        found: dict[Place, str] = {}
        for one in self.corrections(form.form_id):
            if one.action != "set" or one.confirms:
                continue
            place = place_of(one)
            places = (place,) if one.alone else form.sharing(place)
            found.update(dict.fromkeys(places, one.now or ""))
        return found

    def structure(self, form_id: str, table: Table, record_no: int | None) -> list[Correction]:
        """What people said about a record as a whole."""
        changes = ("remove-record", "move-value", "join-records", "add-record")
        about = (table, record_no or 0)
        every = self.corrections(form_id)
        return [one for one in every if one.action in changes and (one.table, one.record_no) == about]

    def _status(self, index: int) -> Status:
        item = self.items[index]
        said = self._said(item)
        if said is None:
            return "skipped" if index in self.skipped else "pending"
        return "accepted" if said.confirms or said.action == "dismiss" else "corrected"

    def _said(self, item: Item) -> Correction | None:
        about = item.form_id or item.document_id
        if item.place is None:
            codes = {(finding.code, finding.page) for finding in item.findings}
            every = self.corrections(about)
            return next((one for one in every if one.action == "dismiss" and (one.code, one.page) in codes), None)
        answer = self.answer(about, item.place)
        if answer is None and self._corrections.get(about):
            structure = self.structure(about, item.place.table, item.place.record_no)
            return structure[-1] if structure else None
        return answer

    # --- answers

    def accept(self, index: int, place: Place | None) -> list[int]:
        """The machine read it right: the value is confirmed, or findings that belong to no value are dismissed.

        Returns the items whose status changed.

        Raises:
            CorrectionError: the log cannot be written.
        """
        item = self.items[index]
        about = item.form_id or item.document_id
        if place is None:
            for finding in item.findings:
                kept = self.log.append(
                    about, was=finding.found, action="dismiss", code=finding.code, page=finding.page
                )  # fmt: skip
                self._keep(kept)
        elif self.answer(about, place) is None:
            text = self.machine_text(about, place)
            self._append(about, place, text, text, "")
        return self._refresh([index, self._index.get((item.form_id, place), index)])

    def correct(self, form_id: str, place: Place, text: str, reason: str = "") -> list[int]:
        """Another text for a value.

        Raises:
            CorrectionError: the text cannot be the field's value, or the log cannot be written.
        """
        self._append(form_id, place, self.machine_text(form_id, place), text.strip(), reason)
        return self._refresh([self._index.get((form_id, place), -1)])

    def restructure(self, form_id: str, action: Action, table: Table, record_no: int, **details: Any) -> list[int]:
        """A row that is none or was missed, a value in another column, two rows that are one (see `Correction`).

        Raises:
            CorrectionError: the log cannot be written, or a text cannot be its field's value.
        """
        self._keep(self.log.append(form_id, table, record_no, action=action, **details))
        return self._refresh(range(len(self.items)))

    def skip(self, index: int) -> list[int]:
        """To be looked at later."""
        self.skipped.add(index)
        return self._refresh([index])

    def undo(self) -> tuple[Correction, list[int]] | None:
        """Take back the last correction of this person that is in force; None if there is none."""
        if not self._mine:
            return None
        last = self._mine[-1]
        self.log.undo(last)
        if last.settles:
            self._load()  # what it decided against is in force again
        else:
            self._mine.pop()
            self._corrections[last.form_id].remove(last)
        return last, self._refresh(range(len(self.items)))

    def index_of(self, correction: Correction, otherwise: int) -> int:
        """The item that a correction is about."""
        return self._index.get((correction.form_id, place_of(correction)), otherwise)

    def problem(self, document_id: str) -> str:
        """Why the document's scan cannot be shown; empty if it can. Looked up once: a file does not move every second."""
        if document_id not in self._problems:
            self._problems[document_id] = self.pictures.problem(document_id)
        return self._problems[document_id]

    def machine_text(self, form_id: str, place: Place) -> str | None:
        """What the machine read; None where the form has no such field."""
        reading = self.readings.of(form_id).values.get(place)
        return reading.text if reading is not None and (reading.text or reading.boxes) else None

    def _append(self, form_id: str, place: Place, was: str | None, now: str | None, reason: str) -> None:
        others = [one.id for one in self.corrections(form_id) if _sets(one, place) and one.by != self.log.by]
        self._keep(
            self.log.append(form_id, place.table, place.record_no, place.field, was, now, reason=reason, settles=others)
        )
        settled = set(others)
        self._corrections[form_id] = [one for one in self._corrections[form_id] if one.id not in settled]

    def _keep(self, correction: Correction) -> None:
        self._corrections[correction.form_id].append(correction)
        self._mine.append(correction)

    def _refresh(self, indices: Sequence[int]) -> list[int]:
        """Look at the status of some items again; those that changed."""
        changed = []
        for index in sorted({index for index in indices if index >= 0}):
            status = self._status(index)
            if status != self.statuses[index]:
                self.statuses[index] = status
                changed.append(index)
        return changed


def place_of(correction: Correction) -> Place:
    """Which value a correction is about."""
    return Place(correction.table, correction.record_no or None, correction.field)  # type: ignore[arg-type]


def _sets(correction: Correction, place: Place) -> bool:
    return correction.action == "set" and place_of(correction) == place
