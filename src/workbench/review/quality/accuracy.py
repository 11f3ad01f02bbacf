"""Corrections as ground truth: the engine's accuracy on the user's archive, and what a threshold catches."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.corrections.history import read_corrections
from workbench.corrections.log import corrections_folder
from workbench.corrections.resolve import SETTLED
from workbench.errors import CorrectionError
from workbench.fields import NUMBER_FIELDS
from workbench.language import Phrase, joined, shown
from workbench.review.quality.proportions import Interval, wilson
from workbench.values import normalise

if TYPE_CHECKING:
    import pandas as pd

    from workbench.dataset.store import Dataset

CAUGHT = (0.5, 0.8, 0.9, 0.95, 1.0)
"""The shares of the errors (0 to 1) for which a threshold is computed."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The engine's accuracy on one kind of fields.

    Attributes:
        name: what the fields have in common.
        looked_at: the number of fields that people confirmed or corrected.
        right: how many of those the machine had read as they are printed.
    """

    name: str
    looked_at: int
    right: int

    @property
    def rate(self) -> float:
        """The share (0 to 1) of the looked-at fields that the machine had read right."""
        return self.right / self.looked_at

    @property
    def interval(self) -> Interval:
        """95 % interval of the rate (Wilson)."""
        return wilson(self.right, self.looked_at)

    @property
    def phrase(self) -> Phrase:
        """The accuracy on a line, in columns."""
        low, high = self.interval
        return Phrase(
            "{name:28} {looked_at:7,} looked at  {right:7,} right  {rate:5.1f} %  (95 % CI {low:5.1f} to {high:5.1f})",
            name=self.name,
            looked_at=self.looked_at,
            right=self.right,
            rate=100 * self.rate,
            low=100 * low,
            high=100 * high,
        )

    def __str__(self) -> str:
        return shown(self.phrase)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A review threshold, and its effect on the errors that people found.

    Attributes:
        wanted: the share of the errors (0 to 1) that it was chosen to catch.
        value: the threshold, a confidence (0 to 1); None: none catches them, for the machine was certain of some.
        caught: the share of the errors with a lower confidence, which it sends to a person.
        load: the share of all fields with a lower confidence.
    """

    wanted: float
    value: float | None
    caught: float
    load: float


@dataclass(frozen=True)
class Bench:
    """The engine's accuracy, measured by people's corrections.

    Attributes:
        everything: the accuracy on all looked-at fields.
        numbers: that on the numbers among them; None, here and below, where there are none.
        flagged, unflagged: that on the fields that a finding had flagged (the harder ones), and on the others.
        by_field, by_layout: that by field (``indicators.score``) and by layout, worst first.
        thresholds: the threshold for each share in ``CAUGHT``; empty where people found no error.
        now: the dataset's own threshold.
        structure: how many rows people added, removed and joined, and how many values they moved, by action. No
            confidence reveals such errors.
        outdated: whether corrections were made that the dataset was not built with.
    """

    everything: Accuracy
    numbers: Accuracy | None
    flagged: Accuracy | None
    unflagged: Accuracy | None
    by_field: tuple[Accuracy, ...]
    by_layout: tuple[Accuracy, ...]
    thresholds: tuple[Threshold, ...]
    now: Threshold
    structure: dict[str, int]
    outdated: bool

    def lines(self) -> Iterator[str]:
        """The report in words, line by line."""
        if self.outdated:
            yield Phrase(
                "note: there are corrections that the dataset does not hold yet; take them in with: workbench ingest"
            )
        for one in (self.everything, self.numbers, self.flagged, self.unflagged):
            if one is not None:
                yield one.phrase
        for title, parts in ((Phrase("by field"), self.by_field), (Phrase("by layout"), self.by_layout)):
            yield from ("", Phrase("{title}, worst first:", title=title), *(part.phrase for part in parts))
        yield ""
        yield from self._threshold_lines()
        changes = joined(f"{count} {name}" for name, count in self.structure.items() if count)
        if changes:
            yield Phrase("errors of structure, which no threshold catches: {changes}", changes=changes)

    def _threshold_lines(self) -> Iterator[str]:
        """What each threshold would have caught and cost, and what the dataset's own does."""
        errors = self.everything.looked_at - self.everything.right
        if errors:
            yield Phrase(
                "review threshold that would have caught the {errors} error(s) that people found:", errors=errors
            )
        for tried in self.thresholds:
            sent = Phrase("sends {load:.1f} % of all fields to a person", load=100 * tried.load)
            what = (
                Phrase("{threshold:.3f}, {sent}", threshold=tried.value, sent=sent)
                if tried.value
                else Phrase("none does, for the machine was certain of some")
            )
            yield Phrase("  {wanted:3.0f} % of them: {what}", wanted=100 * tried.wanted, what=what)
        caught = (
            Phrase(", caught {caught:.0f} % of them", caught=100 * self.now.caught)
            if errors
            else Phrase(": people found no error")
        )
        yield Phrase(
            "the threshold now, {value:.3f}, sends {load:.1f} %{caught}",
            value=self.now.value,
            load=100 * self.now.load,
            caught=caught,
        )


def bench_from_corrections(dataset: Dataset) -> Bench:
    """Measure the engine's accuracy on the fields that people confirmed or corrected, as the dataset holds them.

    Texts that differ only in the width of characters are the same. People mostly looked at flagged fields, so that
    the result is no estimate for all: for the others see ``unflagged``, and an audit's sample.

    Raises:
        CorrectionError: nobody has looked at a field of the dataset, or a log cannot be read.
    """
    history = read_corrections(corrections_folder(dataset.folder))
    fields = dataset.fields.merge(dataset.forms[["form_id", "layout"]], on="form_id")
    read = fields[fields["machine_text"].notna()]
    reviewed = read[read["status"].isin(list(SETTLED))]
    if reviewed.empty:
        message = Phrase("nobody has confirmed or corrected a field of this dataset yet; review it, and ingest again")
        raise CorrectionError(corrections_folder(dataset.folder), message)
    texts = zip(reviewed["text"], reviewed["machine_text"], strict=True)
    reviewed = reviewed.assign(right=[normalise(text) == normalise(machine) for text, machine in texts])
    names = reviewed["table"].str.cat(reviewed["field"], sep=".")
    numeric = [key in NUMBER_FIELDS for key in zip(reviewed["table"], reviewed["field"], strict=True)]
    wrong = reviewed.loc[~reviewed["right"], "machine_confidence"].tolist()
    confidences = read.loc[read["page"].notna(), "machine_confidence"]
    own = float(dataset.info["settings"]["review_threshold"])
    here = set(dataset.documents["document_id"])
    actions = Counter(one.action for one in history.in_force if one.document_id in here)
    return Bench(
        everything=_accuracy(Phrase("all fields"), reviewed),
        numbers=_accuracy_if_any(Phrase("numbers"), reviewed[numeric]),
        flagged=_accuracy_if_any(Phrase("flagged"), reviewed[reviewed["flagged"]]),
        unflagged=_accuracy_if_any(Phrase("not flagged"), reviewed[~reviewed["flagged"]]),
        by_field=_worst_first(reviewed, names),
        by_layout=_worst_first(reviewed, reviewed["layout"]),
        thresholds=tuple(threshold_for(wrong, confidences, share) for share in CAUGHT) if wrong else (),
        now=_effect(own, 0.0, wrong, confidences),
        structure={name: actions[name] for name in ("add-record", "remove-record", "join-records", "move-value")},
        outdated=dataset.info.get("corrections", {}).get("digest", "") != history.digest(),
    )


def threshold_for(wrong: Sequence[float], confidences: pd.Series, share: float) -> Threshold:
    """The lowest threshold, to a thousandth, that catches at least ``share`` (0 to 1) of the errors.

    ``wrong`` are the confidences (0 to 1) of the fields that were wrong, at least one; ``confidences`` those of all
    fields of the dataset.

    >>> import pandas as pd
    >>> threshold_for([0.2, 0.5, 0.7], pd.Series([0.2, 0.5, 0.7, 0.9]), 0.5)
    Threshold(wanted=0.5, value=0.501, caught=0.6666666666666666, load=0.5)
    """
    needed = sorted(wrong)[math.ceil(share * len(wrong) - 1e-9) - 1]
    value = math.floor(needed * 1000 + 1) / 1000
    return _effect(value if value <= 1 else None, share, wrong, confidences)


def _effect(value: float | None, wanted: float, wrong: Sequence[float], confidences: pd.Series) -> Threshold:
    """A threshold with the share of the errors, and of all fields, of lower confidence; for None those below 1."""
    bound = 1.0 if value is None else value
    caught = sum(confidence < bound for confidence in wrong) / len(wrong) if wrong else 1.0
    return Threshold(wanted, value, caught, float((confidences < bound).mean()) if len(confidences) else 0.0)


def _worst_first(reviewed: pd.DataFrame, names: pd.Series) -> tuple[Accuracy, ...]:
    """The accuracy on the fields of each name (``names`` has one for each row of ``reviewed``), lowest first."""
    found = [_accuracy(str(name), group) for name, group in reviewed.groupby(names)]
    return tuple(sorted(found, key=lambda one: (one.rate, -one.looked_at)))


def _accuracy_if_any(name: str, reviewed: pd.DataFrame) -> Accuracy | None:
    """The accuracy on the rows of ``reviewed``; None where there are none."""
    return None if reviewed.empty else _accuracy(name, reviewed)


def _accuracy(name: str, reviewed: pd.DataFrame) -> Accuracy:
    """The accuracy on the rows of ``reviewed``; its column ``right`` is whether the machine read the field right."""
    return Accuracy(name, len(reviewed), int(reviewed["right"].sum()))
