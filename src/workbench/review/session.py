"""A review: where a person is in the queue, what was answered, and what each answer writes into the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.checks import check_form
from workbench.corrections.apply import Corrected, apply_corrections
from workbench.corrections.correction import Action, Correction
from workbench.corrections.history import read_corrections
from workbench.corrections.log import CorrectionLog, corrections_folder
from workbench.corrections.reconcile import published
from workbench.corrections.records import find_record, records_of
from workbench.fields import KEYS
from workbench.model import Finding, Table
from workbench.review.pictures import Pictures
from workbench.review.queue import GROUPS, ReviewItem, build_queue
from workbench.review.readings import NOTHING, FieldKey, FormReadings, Readings

if TYPE_CHECKING:
    from workbench.dataset.store import Dataset

AnswerStatus = Literal["pending", "accepted", "corrected", "skipped"]

NO_DOUBT = 1e-9
"""A threshold below all confidences: what a form says against itself, and not where the machine was unsure."""

STRUCTURE: tuple[Action, ...] = ("remove-record", "add-record", "move-value", "join-records")


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a review is: items of each part of the queue, and how many of them are answered."""

    counts: Mapping[str, int]
    done: Mapping[str, int]
    corrected: int
    skipped: int


class Session:
    """A person's review of a dataset. Every answer is in the log when the method returns.

    What was built into the tables is in the tables; ``since`` are the corrections made after that.
    """

    def __init__(
        self, dataset: Dataset, by: str, folder: Path | None = None, items: Sequence[ReviewItem] | None = None
    ) -> None:
        """``folder`` is that of the corrections (default: beside the dataset's), ``items`` the queue (default: all).

        Raises:
            CorrectionError: the corrections cannot be read, or ``by`` is no name.
        """
        self.dataset = dataset
        self.folder = folder or corrections_folder(dataset.folder)
        self.log = CorrectionLog(self.folder, by)
        self.by = self.log.by
        self.readings, self.pictures = Readings(dataset), Pictures(dataset)
        self.items: Sequence[ReviewItem] = build_queue(dataset) if items is None else items
        self._load()
        self._index: dict[tuple[str | None, FieldKey | None], int] = {}
        self._index |= {(item.form_id, item.place): index for index, item in enumerate(self.items) if item.place}
        self._problems: dict[str, str] = {}
        self._judged: tuple[tuple[str, tuple[str, ...]], Corrected, Sequence[Finding]] | None = None
        self.skipped: set[int] = set()
        self.statuses: list[AnswerStatus] = [self._status(index) for index in range(len(self.items))]
        self.position = self.next_pending(-1)

    def _load(self) -> None:
        history = read_corrections(self.folder)
        self.problems = history.problems
        self._every: dict[str, list[Correction]] = defaultdict(list)
        self._since: dict[str, list[Correction]] = defaultdict(list)
        for correction in history.in_force:
            self._every[correction.form_id].append(correction)
        for correction in history.since((self.dataset.info.get("corrections") or {}).get("lines", {})):
            self._since[correction.form_id].append(correction)
        self._mine = [one for of_form in self._since.values() for one in of_form if one.by == self.by]
        self._mine.sort(key=lambda one: one.time)

    # --- where one is

    def next_pending(self, after: int) -> int:
        """The first item behind ``after`` without an answer, else the first of all, else ``after``."""
        every = range(len(self.items))
        order = (*every[after + 1 :], *every[: after + 1])
        return next((index for index in order if self.statuses[index] == "pending"), max(after, 0))

    def progress(self) -> ReviewProgress:
        counts, done = dict.fromkeys(GROUPS, 0), dict.fromkeys(GROUPS, 0)
        for item, status in zip(self.items, self.statuses, strict=True):
            counts[item.group] += 1
            done[item.group] += status in ("accepted", "corrected")
        return ReviewProgress(counts, done, self.statuses.count("corrected"), self.statuses.count("skipped"))

    # --- what was answered

    def since(self, form_id: str | None) -> Sequence[Correction]:
        """The corrections of one form that are not in its tables yet, in the order of their time."""
        return self._since.get(form_id or "", ())

    def answer(self, form_id: str, place: FieldKey) -> Correction | None:
        """The last word on a value since the tables were built."""
        return next((one for one in reversed(self.since(form_id)) if _sets(one, place)), None)

    def texts(self, form: FormReadings) -> dict[FieldKey, str]:
        """The values that people gave other texts since; those of a merged cell hold for all its rows."""
        found: dict[FieldKey, str] = {}
        for one in self.since(form.form_id):
            if one.action == "set":
                places = (place_of(one),) if one.alone else form.sharing(place_of(one))
                found.update(dict.fromkeys(places, one.now or ""))
        return {place: text for place, text in found.items() if text != form.values.get(place, NOTHING).text}

    def structure(self, form_id: str, place: FieldKey) -> list[Correction]:
        """What people said since about the record of a value as a whole; a row that was missed comes after its own."""
        about = (place.table, place.record_no or 0)
        every = [one for one in self.since(form_id) if one.action in STRUCTURE]
        return [one for one in every if (one.table, one.record_no - (one.action == "add-record")) == about]

    def live(self, form: FormReadings, tried: tuple[FieldKey, str] | None = None) -> Corrected:
        """The form as the next build will have it; ``tried``: if a value had another text."""
        said = list(self._telling(form.form_id))
        if tried is not None:
            place, text = tried
            said = [one for one in said if not (_sets(one, place) and one.by != self.by)]
            what = (form.form_id, place.table, place.record_no or 0, place.field)
            now = datetime.now().astimezone().isoformat()
            anchor = self.dataset.anchor(form.form_id, place.table, place.record_no)
            said.append(Correction(*what, form.values.get(place, NOTHING).machine, text, self.by, now, anchor=anchor))
        return apply_corrections(form.form, said, list(form.pages.values()))

    def _telling(self, form_id: str) -> list[Correction]:
        """The corrections since that change something; a value that was only confirmed adds up as before."""
        since = self.since(form_id)
        said = Counter(place_of(one) for one in since if one.action == "set")
        return [one for one in since if not (one.action == "dismiss" or (one.confirms and said[place_of(one)] == 1))]

    def judged(self, form: FormReadings) -> tuple[Corrected, Sequence[Finding]]:
        """The form as the next build will have it, and what its checks will say."""
        version = (form.form_id, tuple(one.id for one in self._telling(form.form_id)))
        if self._judged is None or self._judged[0] != version:
            live = self.live(form)
            self._judged = version, live, check_form(live.form, NO_DOUBT, list(form.pages.values()))
        return self._judged[1:]

    def _status(self, index: int) -> AnswerStatus:
        item = self.items[index]
        said = self._said(item)
        if said is not None:
            return "accepted" if said.confirms or said.action == "dismiss" else "corrected"
        if item.status != "pending":
            return item.status
        return "skipped" if index in self.skipped else "pending"

    def _said(self, item: ReviewItem) -> Correction | None:
        about = item.form_id or item.document_id
        if not self.since(about):
            return None
        if item.place is None:
            codes = {(finding.code, finding.record_no or 0) for finding in item.findings}
            every = (one for one in self.since(about) if one.action == "dismiss")
            return next((one for one in every if (one.code, one.record_no) in codes), None)
        structure = [one for one in self.structure(about, item.place) if one.action != "add-record"]
        return self.answer(about, item.place) or (structure[-1] if structure else None)

    # --- answers

    def accept(self, index: int, place: FieldKey | None) -> list[int]:
        """The machine read it right: the value is confirmed, or findings that belong to no value are dismissed.

        Returns the items whose status changed.

        Raises:
            CorrectionError: the log cannot be written.
        """
        item = self.items[index]
        about = item.form_id or item.document_id
        if place is None:
            for finding in item.findings:
                what = (about, finding.table or "", finding.record_no, published(finding.field), finding.found)
                anchor = self.dataset.anchor(about, finding.table or "", finding.record_no)
                self._keep(
                    self.log.append(*what, action="dismiss", code=finding.code, page=finding.page, anchor=anchor)
                )
        elif self.answer(about, place) is None:
            reading = self.readings.of(about).values.get(place, NOTHING)
            self._append(about, place, reading.text if reading.text or reading.machine is not None else None, "")
        return self._refresh([index, self._index.get((item.form_id, place), index)])

    def correct(self, form_id: str, place: FieldKey, text: str, reason: str = "") -> list[int]:
        """Another text for a value.

        Raises:
            CorrectionError: the text cannot be the field's value, or the log cannot be written.
        """
        self._append(form_id, place, text.strip(), reason)
        return self._refresh([self._index.get((form_id, one), -1) for one in self.readings.of(form_id).sharing(place)])

    def restructure(self, form_id: str, action: Action, table: Table, record_no: int, **details: Any) -> list[int]:
        """A row that is none or was missed, a value in another column, two rows that are one (see `Correction`).

        ``record_no`` is the row's; for ``add-record`` that of the row before. ``field`` and ``to`` are the columns
        of ``move-value``, ``other_no`` the second row of ``join-records``, ``texts`` the fields of the added row.

        Raises:
            CorrectionError: the log cannot be written, or a text cannot be its field's value.
        """
        form = self.readings.of(form_id)
        field = details.pop("field", "")
        named = FieldKey(table, record_no, field) if field else self._name(form, table, record_no)
        was = self.texts(form).get(named, form.values.get(named, NOTHING).text)
        anchor, other_no = self.dataset.anchor(form_id, table, record_no), details.get("other_no")
        if action == "add-record":
            record_no, other_no, was = record_no + 1, record_no + 1, ""
        if other_no:
            details["other"] = self.dataset.anchor(form_id, table, other_no)
        kept = self.log.append(form_id, table, record_no, field, was, action=action, anchor=anchor, **details)
        self._keep(kept)
        return self._refresh(range(len(self.items)))

    def skip(self, index: int) -> list[int]:
        """To be looked at later."""
        self.skipped.add(index)
        return self._refresh([index])

    def undo(self) -> tuple[Correction, list[int]] | None:
        """Take back this person's last correction since the tables were built; None if there is none."""
        if not self._mine:
            return None
        last = self._mine[-1]
        self.log.undo(last)
        self._load()
        return last, self._refresh(range(len(self.items)))

    def index_of(self, correction: Correction, otherwise: int) -> int:
        """The item that a correction is about."""
        return self._index.get((correction.form_id, place_of(correction)), otherwise)

    def problem(self, document_id: str) -> str:
        """Why the document's scan cannot be shown; empty if it can. Looked up once: files do not move every second."""
        if document_id not in self._problems:
            self._problems[document_id] = self.pictures.problem(document_id)
        return self._problems[document_id]

    def _name(self, form: FormReadings, table: Table, record_no: int) -> FieldKey:
        place = FieldKey(table, record_no, KEYS[table])
        return place if form.values.get(place, NOTHING).text else FieldKey(table, record_no, "level2")

    def _append(self, form_id: str, place: FieldKey, now: str | None, reason: str) -> None:
        form = self.readings.of(form_id)
        was = form.values.get(place, NOTHING).machine
        # Only a conflict that is known is decided: whoever merely answers another way than others makes one.
        others = [one.id for one in self._others(form, place)] if self._is_in_conflict(form_id, place) else []
        anchor = self.dataset.anchor(form.form_id, place.table, place.record_no)
        what = (form_id, place.table, place.record_no, place.field, was, now)
        self._keep(self.log.append(*what, reason=reason, anchor=anchor, settles=others))
        for every in (self._every, self._since):
            every[form_id] = [one for one in every[form_id] if one.id not in others]

    def _is_in_conflict(self, form_id: str, place: FieldKey) -> bool:
        index = self._index.get((form_id, place))
        findings = self.items[index].findings if index is not None else ()
        return any(finding.code == "correction-conflict" for finding in findings)

    def _others(self, form: FormReadings, place: FieldKey) -> Iterable[Correction]:
        """What other people said about the value, before the tables were built or since."""
        records = records_of(form.form, place.table) if place.record_no else []
        boxes = form.boxes
        for one in self._every.get(form.form_id, ()):
            if one.by == self.by or one.action != "set" or (one.table, one.field) != (place.table, place.field):
                continue
            found = find_record(records, one.anchor, one.record_no, boxes) if place.record_no else None
            if place.record_no is None or (found is not None and place.record_no in found.numbers):
                yield one

    def _keep(self, correction: Correction) -> None:
        self._every[correction.form_id].append(correction)
        self._since[correction.form_id].append(correction)
        self._mine.append(correction)

    def _refresh(self, indices: Iterable[int]) -> list[int]:
        """Look at the status of some items again; those that changed."""
        changed = []
        for index in sorted({index for index in indices if index >= 0}):
            status = self._status(index)
            if status != self.statuses[index]:
                self.statuses[index] = status
                changed.append(index)
        return changed


def place_of(correction: Correction) -> FieldKey:
    """Which value a correction is about."""
    return FieldKey(correction.table, correction.record_no or None, correction.field)  # type: ignore[arg-type]


def _sets(correction: Correction, place: FieldKey) -> bool:
    return correction.action == "set" and place_of(correction) == place
