"""The session of one reviewer: the position in the queue, the answers so far, and what an answer adds to the log."""

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

BELOW_ALL_CONFIDENCES = 1e-9
"""A review threshold (a confidence, 0 to 1) that flags nothing: the checks then report contradictions alone."""

ROW_ACTIONS: tuple[Action, ...] = ("remove-record", "add-record", "move-value", "join-records")
"""The corrections about a row as a whole, not about the text of one value."""


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a review is.

    Attributes:
        counts: the number of items of each group of the queue (the keys of ``GROUPS``).
        done: the number of those that are accepted or corrected.
        corrected: the number of corrected items of the whole queue.
        skipped: the number of items put off for later.
    """

    counts: Mapping[str, int]
    done: Mapping[str, int]
    corrected: int
    skipped: int


@dataclass(frozen=True, slots=True)
class ReviewWays:
    """What a person is told to do where the review is shown, in Chinese.

    Attributes:
        rename: how to review under another name.
        rebuild: how to put the corrections into the tables.
    """

    rename: str
    rebuild: str


IN_A_NOTEBOOK = ReviewWays('以 wb.review(…, by="姓名") 重新打开复核', "重建数据集（workbench ingest）")


class Session:
    """A person's review of a dataset.

    Every answer is in the log of corrections when the method that gives it returns. The tables of the dataset hold
    the corrections that it was built with; ``since`` returns those made later.

    Attributes:
        items: the queue; an ``index`` is a position in it, counted from 0.
        statuses: the answer to each item.
        position: the index of the item on the screen.
        skipped: the indices of the items put off for later.
        problems: the lines of the logs that could not be read.
        ways: what to do about the name, and about the tables, where the review is shown.
    """

    def __init__(
        self,
        dataset: Dataset,
        by: str,
        folder: Path | None = None,
        items: Sequence[ReviewItem] | None = None,
        pictures: Pictures | None = None,
        ways: ReviewWays = IN_A_NOTEBOOK,
    ) -> None:
        """Read the corrections, build the queue and go to its first item without an answer.

        Args:
            dataset: the dataset to review.
            by: the reviewer's name.
            folder: the folder of the corrections; None: the one beside the dataset's.
            items: the queue; None: every finding of the dataset.
            pictures: those of the pages; None: they are drawn in this process.
            ways: what a person is told to do where the review is shown.

        Raises:
            CorrectionError: the corrections cannot be read, or ``by`` is no name.
        """
        self.dataset, self.ways = dataset, ways
        self.folder = folder or corrections_folder(dataset.folder)
        self.log = CorrectionLog(self.folder, by)
        self.by = self.log.by
        self.readings, self.pictures = Readings(dataset), pictures or Pictures(dataset)
        self.items: Sequence[ReviewItem] = build_queue(dataset) if items is None else items
        self._load()
        self._index: dict[tuple[str | None, FieldKey | None], int] = {}
        self._index |= {(item.form_id, item.place): index for index, item in enumerate(self.items) if item.place}
        self._problems: dict[str, str] = {}
        # The form checked last: its id with those of its corrections, the form as corrected, its findings.
        self._checked: tuple[tuple[str, tuple[str, ...]], Corrected, Sequence[Finding]] | None = None
        self.skipped: set[int] = set()
        self.statuses: list[AnswerStatus] = [self._status(index) for index in range(len(self.items))]
        self.position = self.next_pending(-1)

    def _load(self) -> None:
        """Read the logs: all corrections in force, those since the build, and this person's own of the latter."""
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

    # --- the position in the queue

    def next_pending(self, after: int) -> int:
        """The index of the first unanswered item behind the index ``after``, starting again from the top at the end.

        ``after`` itself (at least 0) where every item is answered.
        """
        every = range(len(self.items))
        order = (*every[after + 1 :], *every[: after + 1])
        return next((index for index in order if self.statuses[index] == "pending"), max(after, 0))

    def progress(self) -> ReviewProgress:
        """Count the items of the queue and the answers to them."""
        counts, done = dict.fromkeys(GROUPS, 0), dict.fromkeys(GROUPS, 0)
        for item, status in zip(self.items, self.statuses, strict=True):
            counts[item.group] += 1
            done[item.group] += status in ("accepted", "corrected")
        return ReviewProgress(counts, done, self.statuses.count("corrected"), self.statuses.count("skipped"))

    def index_of(self, correction: Correction, otherwise: int) -> int:
        """The index of the item that a correction is about; ``otherwise`` where the queue has none."""
        return self._index.get((correction.form_id, place_of(correction)), otherwise)

    def problem(self, document_id: str) -> str:
        """Why the document's scan cannot be shown; empty if it can.

        Each document is looked up once a session.
        """
        if document_id not in self._problems:
            self._problems[document_id] = self.pictures.problem(document_id)
        return self._problems[document_id]

    # --- the answers so far

    def since(self, form_id: str | None) -> Sequence[Correction]:
        """The corrections of a form (or of a document without one) that the tables do not hold yet, oldest first."""
        return self._since.get(form_id or "", ())

    def answer(self, form_id: str, place: FieldKey) -> Correction | None:
        """The latest text that somebody entered or confirmed for a value since the tables were built; None: nobody."""
        return next((one for one in reversed(self.since(form_id)) if _sets(one, place)), None)

    def texts(self, form: FormReadings) -> dict[FieldKey, str]:
        """The values whose text is now another than in the tables, with that text.

        The text of a merged cell holds for all its rows, unless the correction is for one row alone.
        """
        entered: dict[FieldKey, str] = {}
        for one in self.since(form.form_id):
            if one.action == "set":
                places = (place_of(one),) if one.alone else form.sharing(place_of(one))
                entered.update(dict.fromkeys(places, one.now or ""))
        return {place: text for place, text in entered.items() if text != form.values.get(place, NOTHING).text}

    def row_changes(self, form_id: str, place: FieldKey) -> list[Correction]:
        """The corrections since the build that are about the row of a value as a whole, oldest first.

        A missed row that was added belongs to the row before it.
        """
        about = (place.table, place.record_no or 0)
        every = [one for one in self.since(form_id) if one.action in ROW_ACTIONS]
        return [one for one in every if (one.table, one.record_no - (one.action == "add-record")) == about]

    def corrected_form(self, form: FormReadings, trial: tuple[FieldKey, str] | None = None) -> Corrected:
        """The form as the next build will have it.

        ``trial`` is a value with a text that the person is typing: the form is then as if they had entered it, and as
        if nobody else had answered for this value.
        """
        corrections = self._effective(form.form_id)
        if trial is not None:
            place, text = trial
            corrections = [one for one in corrections if not (_sets(one, place) and one.by != self.by)]
            corrections.append(self._unsaved(form, place, text))
        return apply_corrections(form.form, corrections, list(form.pages.values()))

    def _unsaved(self, form: FormReadings, place: FieldKey, text: str) -> Correction:
        """A correction of this person, of now, that is not written into the log."""
        what = (form.form_id, place.table, place.record_no or 0, place.field)
        now = datetime.now().astimezone().isoformat()
        anchor = self.dataset.anchor(form.form_id, place.table, place.record_no)
        return Correction(*what, form.values.get(place, NOTHING).machine, text, self.by, now, anchor=anchor)

    def _effective(self, form_id: str) -> list[Correction]:
        """The corrections since the build that can change a number of the form.

        Left out are dismissed findings, and values that were answered once, by confirming them.
        """
        since = self.since(form_id)
        answers = Counter(place_of(one) for one in since if one.action == "set")
        return [one for one in since if not (one.action == "dismiss" or (one.confirms and answers[place_of(one)] == 1))]

    def checked(self, form: FormReadings) -> tuple[Corrected, Sequence[Finding]]:
        """The form as the next build will have it, and the contradictions that its checks will find."""
        version = (form.form_id, tuple(one.id for one in self._effective(form.form_id)))
        if self._checked is None or self._checked[0] != version:
            corrected = self.corrected_form(form)
            findings = check_form(corrected.form, BELOW_ALL_CONFIDENCES, list(form.pages.values()))
            self._checked = version, corrected, findings
        return self._checked[1:]

    def _status(self, index: int) -> AnswerStatus:
        """The status of an item by its latest answer: since the build, else before, else skipped or pending."""
        item = self.items[index]
        answer = self._answer_to(item)
        if answer is not None:
            return "accepted" if answer.confirms or answer.action == "dismiss" else "corrected"
        if item.status != "pending":
            return item.status
        return "skipped" if index in self.skipped else "pending"

    def _answer_to(self, item: ReviewItem) -> Correction | None:
        """The correction since the build that answers an item: of its value, else of its row; None: none does."""
        about = item.form_id or item.document_id
        if not self.since(about):
            return None
        if item.place is None:
            codes = {(finding.code, finding.record_no or 0) for finding in item.findings}
            dismissed = (one for one in self.since(about) if one.action == "dismiss")
            return next((one for one in dismissed if (one.code, one.record_no) in codes), None)
        of_row = [one for one in self.row_changes(about, item.place) if one.action != "add-record"]
        return self.answer(about, item.place) or (of_row[-1] if of_row else None)

    # --- giving an answer; each method returns the indices of the items whose status changed

    def accept(self, index: int, place: FieldKey | None) -> list[int]:
        """Confirm a value of an item, or dismiss the item's findings where ``place`` is None.

        A value that somebody has answered since the tables were built keeps that answer.

        Raises:
            CorrectionError: the log cannot be written.
        """
        item = self.items[index]
        about = item.form_id or item.document_id
        if place is None:
            for finding in item.findings:
                self._dismiss(about, finding)
        elif self.answer(about, place) is None:
            reading = self.readings.of(about).values.get(place, NOTHING)
            self._set(about, place, reading.text if reading.text or reading.machine is not None else None, "")
        return self._refresh([index, self._index.get((item.form_id, place), index)])

    def correct(self, form_id: str, place: FieldKey, text: str, reason: str = "") -> list[int]:
        """Give a value, and with it all values of the same cells, another text.

        Raises:
            CorrectionError: the text cannot be the field's value, or the log cannot be written.
        """
        self._set(form_id, place, text.strip(), reason)
        return self._refresh([self._index.get((form_id, one), -1) for one in self.readings.of(form_id).sharing(place)])

    def restructure(self, form_id: str, action: Action, table: Table, record_no: int, **details: Any) -> list[int]:
        """Remove a row, add a missed one, move a value to another column, or join two rows (see `Correction`).

        Args:
            form_id: the form.
            action: one of ``ROW_ACTIONS``.
            table: the table of the row.
            record_no: the row's number, from 1; for ``add-record`` that of the row before.
            details: ``field`` and ``to``, the columns of ``move-value``; ``other_no``, the second row of
                ``join-records``; ``texts``, the fields of the added row; ``reason``.

        Raises:
            CorrectionError: the log cannot be written, or a text cannot be its field's value.
        """
        form = self.readings.of(form_id)
        field = details.pop("field", "")
        shown = FieldKey(table, record_no, field) if field else _naming_field(form, table, record_no)
        was = self.texts(form).get(shown, form.values.get(shown, NOTHING).text)
        anchor, other_no = self.dataset.anchor(form_id, table, record_no), details.get("other_no")
        if action == "add-record":
            record_no, other_no, was = record_no + 1, record_no + 1, ""
        if other_no:
            details["other"] = self.dataset.anchor(form_id, table, other_no)
        kept = self.log.append(form_id, table, record_no, field, was, action=action, anchor=anchor, **details)
        self._keep(kept)
        return self._refresh(range(len(self.items)))

    def skip(self, index: int) -> list[int]:
        """Put an item off for later; nothing is written."""
        self.skipped.add(index)
        return self._refresh([index])

    def undo(self) -> tuple[Correction, list[int]] | None:
        """Take back this person's last correction since the tables were built, and return it; None if there is none.

        Raises:
            CorrectionError: the log cannot be written or read.
        """
        if not self._mine:
            return None
        last = self._mine[-1]
        self.log.undo(last)
        self._load()
        return last, self._refresh(range(len(self.items)))

    def _dismiss(self, about: str, finding: Finding) -> None:
        """Write that a finding about no value was seen; ``about`` is the form's id, else the document's."""
        what = (about, finding.table or "", finding.record_no, published(finding.field), finding.found)
        anchor = self.dataset.anchor(about, finding.table or "", finding.record_no)
        self._keep(self.log.append(*what, action="dismiss", code=finding.code, page=finding.page, anchor=anchor))

    def _set(self, form_id: str, place: FieldKey, now: str | None, reason: str) -> None:
        """Write that the text of a value is ``now``; where its answers were in conflict, that this settles it."""
        form = self.readings.of(form_id)
        was = form.values.get(place, NOTHING).machine
        # Only a reported conflict is settled: an answer that differs from those of others makes a new one.
        others = [one.id for one in self._others(form, place)] if self._is_in_conflict(form_id, place) else []
        anchor = self.dataset.anchor(form.form_id, place.table, place.record_no)
        what = (form_id, place.table, place.record_no, place.field, was, now)
        self._keep(self.log.append(*what, reason=reason, anchor=anchor, settles=others))
        for every in (self._every, self._since):
            every[form_id] = [one for one in every[form_id] if one.id not in others]

    def _is_in_conflict(self, form_id: str, place: FieldKey) -> bool:
        """Whether the tables report that people answered differently for the value."""
        index = self._index.get((form_id, place))
        findings = self.items[index].findings if index is not None else ()
        return any(finding.code == "correction-conflict" for finding in findings)

    def _others(self, form: FormReadings, place: FieldKey) -> Iterable[Correction]:
        """The texts that other people entered or confirmed for the value, before the tables were built or since."""
        records = records_of(form.form, place.table) if place.record_no else []
        boxes = form.boxes
        for one in self._every.get(form.form_id, ()):
            if one.by == self.by or one.action != "set" or (one.table, one.field) != (place.table, place.field):
                continue
            found = find_record(records, one.anchor, one.record_no, boxes) if place.record_no else None
            if place.record_no is None or (found is not None and place.record_no in found.numbers):
                yield one

    def _keep(self, correction: Correction) -> None:
        """Remember a correction that was just written into the log."""
        self._every[correction.form_id].append(correction)
        self._since[correction.form_id].append(correction)
        self._mine.append(correction)

    def _refresh(self, indices: Iterable[int]) -> list[int]:
        """Update the statuses of some items; returns the indices of those that changed. Ignores negative ones."""
        changed = []
        for index in sorted({index for index in indices if index >= 0}):
            status = self._status(index)
            if status != self.statuses[index]:
                self.statuses[index] = status
                changed.append(index)
        return changed


def place_of(correction: Correction) -> FieldKey:
    """The value that a correction is about."""
    return FieldKey(correction.table, correction.record_no or None, correction.field)  # type: ignore[arg-type]


def _sets(correction: Correction, place: FieldKey) -> bool:
    """Whether a correction enters or confirms the text of this value."""
    return correction.action == "set" and place_of(correction) == place


def _naming_field(form: FormReadings, table: Table, record_no: int) -> FieldKey:
    """The field whose text names a row; the second level where the row has no name."""
    place = FieldKey(table, record_no, KEYS[table])
    return place if form.values.get(place, NOTHING).text else FieldKey(table, record_no, "level2")
