"""Corrections as ground truth: how well the engine reads the user's own archive, and at which confidence people
should be asked."""

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
from workbench.review.quality.proportions import Interval, wilson
from workbench.values import normalise

if TYPE_CHECKING:
    import pandas as pd

    from workbench.dataset.store import Dataset

CAUGHT = (0.5, 0.8, 0.9, 0.95, 1.0)
"""Shares of the errors for which a threshold is given."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many of the looked-at fields of a kind the machine had read as they are printed."""

    name: str
    looked_at: int
    right: int

    @property
    def rate(self) -> float:
        return self.right / self.looked_at

    @property
    def interval(self) -> Interval:
        """95 % interval of the rate (Wilson)."""
        return wilson(self.right, self.looked_at)

    def __str__(self) -> str:
        low, high = (f"{100 * bound:5.1f}" for bound in self.interval)
        counts = f"{self.looked_at:7,} looked at  {self.right:7,} right"
        return f"{self.name:28} {counts}  {100 * self.rate:5.1f} %  (95 % CI {low} to {high})"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A review threshold: the share of the errors found that it would have sent to a person, and the share of all
    fields. ``value`` None: no threshold does, for the machine was certain of the others."""

    wanted: float
    value: float | None
    caught: float
    load: float


@dataclass(frozen=True)
class Bench:
    """What people's corrections tell of the engine.

    Attributes:
        everything: all looked-at fields; ``flagged`` those among them that the machine had doubted (the harder ones),
            ``unflagged`` those it had not.
        by_field, by_layout: the same by field (``indicators.score``) and layout, worst first.
        thresholds: what each share of the errors would have taken; ``now`` is the dataset's own threshold.
        structure: rows added, removed, joined, and values moved by people: errors that no confidence tells.
        outdated: corrections were made since the dataset was built; it does not know of them.
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
        """The whole of it in words, line by line."""
        if self.outdated:
            yield "note: there are corrections that the dataset does not hold yet; take them in with: workbench ingest"
        for one in (self.everything, self.numbers, self.flagged, self.unflagged):
            if one is not None:
                yield str(one)
        for title, parts in (("by field", self.by_field), ("by layout", self.by_layout)):
            yield from ("", f"{title}, worst first:", *map(str, parts))
        errors = self.everything.looked_at - self.everything.right
        yield ""
        if errors:
            yield f"review threshold that would have caught the {errors} error(s) that people found:"
        for tried in self.thresholds:
            sent = f"sends {100 * tried.load:.1f} % of all fields to a person"
            what = f"{tried.value:.3f}, {sent}" if tried.value else "none does, for the machine was certain of some"
            yield f"  {100 * tried.wanted:3.0f} % of them: {what}"
        caught = f", caught {100 * self.now.caught:.0f} % of them" if errors else ": people found no error"
        yield f"the threshold now, {self.now.value:.3f}, sends {100 * self.now.load:.1f} %{caught}"
        told = ", ".join(f"{count} {name}" for name, count in self.structure.items() if count)
        if told:
            yield f"errors of structure, which no threshold catches: {told}"


def bench_from_corrections(dataset: Dataset) -> Bench:
    """The engine's accuracy on the fields that people confirmed or corrected, as the dataset holds them.

    Compared are the texts, the width of characters aside. The fields are those that people chose to look at, mostly
    because the machine doubted them: `unflagged` and an audit's sample tell of the others.

    Raises:
        CorrectionError: nobody has looked at a field of the dataset, or a log cannot be read.
    """
    history = read_corrections(corrections_folder(dataset.folder))
    fields = dataset.fields.merge(dataset.forms[["form_id", "layout"]], on="form_id")
    read = fields[fields["machine_text"].notna()]
    known = read[read["status"].isin(list(SETTLED))]
    if known.empty:
        message = "nobody has confirmed or corrected a field of this dataset yet; review it, and ingest again"
        raise CorrectionError(corrections_folder(dataset.folder), message)
    pairs = zip(known["text"], known["machine_text"], strict=True)
    known = known.assign(right=[normalise(text) == normalise(machine) for text, machine in pairs])
    names = known["table"].str.cat(known["field"], sep=".")
    numeric = [key in NUMBER_FIELDS for key in zip(known["table"], known["field"], strict=True)]
    wrong = known.loc[~known["right"], "machine_confidence"].tolist()
    confidences = read.loc[read["page"].notna(), "machine_confidence"]
    own = float(dataset.info["settings"]["review_threshold"])
    here = set(dataset.documents["document_id"])
    actions = Counter(one.action for one in history.in_force if one.document_id in here)
    return Bench(
        everything=_accuracy("all fields", known),
        numbers=_some("numbers", known[numeric]),
        flagged=_some("flagged", known[known["flagged"]]),
        unflagged=_some("not flagged", known[~known["flagged"]]),
        by_field=_by(known, names),
        by_layout=_by(known, known["layout"]),
        thresholds=tuple(threshold_for(wrong, confidences, share) for share in CAUGHT) if wrong else (),
        now=_at(own, 0.0, wrong, confidences),
        structure={name: actions[name] for name in ("add-record", "remove-record", "join-records", "move-value")},
        outdated=dataset.info.get("corrections", {}).get("digest", "") != history.digest(),
    )


def threshold_for(wrong: Sequence[float], confidences: pd.Series, share: float) -> Threshold:
    """The lowest threshold (to a thousandth) below which that share of the errors lies.

    ``wrong`` are the confidences of the fields that were wrong, ``confidences`` those of all fields of the dataset.
    """
    needed = sorted(wrong)[math.ceil(share * len(wrong) - 1e-9) - 1]
    value = math.floor(needed * 1000 + 1) / 1000
    return _at(value if value <= 1 else None, share, wrong, confidences)


def _at(value: float | None, wanted: float, wrong: Sequence[float], confidences: pd.Series) -> Threshold:
    bound = 1.0 if value is None else value
    caught = sum(confidence < bound for confidence in wrong) / len(wrong) if wrong else 1.0
    return Threshold(wanted, value, caught, float((confidences < bound).mean()) if len(confidences) else 0.0)


def _by(known: pd.DataFrame, names: pd.Series) -> tuple[Accuracy, ...]:
    found = [_accuracy(str(name), group) for name, group in known.groupby(names)]
    return tuple(sorted(found, key=lambda one: (one.rate, -one.looked_at)))


def _some(name: str, known: pd.DataFrame) -> Accuracy | None:
    return None if known.empty else _accuracy(name, known)


def _accuracy(name: str, known: pd.DataFrame) -> Accuracy:
    return Accuracy(name, len(known), int(known["right"].sum()))
