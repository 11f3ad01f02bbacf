"""Inter-rater agreement: how far reviewers of the same fields agree, for the methods section of a paper.

Compared are the first answers of each person that they did not undo: those that they gave independently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from workbench.corrections.correction import Anchor, Correction
from workbench.corrections.history import CorrectionHistory, read_corrections
from workbench.corrections.log import corrections_folder
from workbench.corrections.records import is_same_place
from workbench.errors import SelectionError
from workbench.language import Phrase, joined, shown
from workbench.remote import Location
from workbench.review.quality.proportions import Interval, wilson
from workbench.values import normalise
from workbench.visible import one_line

FirstAnswers = Mapping[str, Mapping[Hashable, Correction]]
"""Person → field → the person's first answer to it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on the fields that both looked at.

    Attributes:
        people: their names.
        fields: how many fields both looked at.
        same_text: how many of them both read to the same text, apart from the width of characters.
        verdicts: the number of fields where the first and the second person found the machine (right, right),
            (right, wrong), (wrong, right) and (wrong, wrong).
        kappa: Cohen's kappa of these verdicts; None where both gave all fields the same one, so that chance alone
            explains their agreement.
        alpha: Krippendorff's alpha of the texts as nominal data; None where it is not defined.
    """

    people: tuple[str, str]
    fields: int
    same_text: int
    verdicts: tuple[int, int, int, int]
    kappa: float | None
    alpha: float | None

    @property
    def percent(self) -> float:
        """Percentage of the fields that both read to the same text."""
        return 100 * self.same_text / self.fields

    @property
    def interval(self) -> Interval:
        """95 % interval (Wilson) of the share of fields that both read to the same text, 0 to 1."""
        return wilson(self.same_text, self.fields)

    def __str__(self) -> str:
        low, high = self.interval
        coefficients = {"Cohen's kappa": self.kappa, "Krippendorff's alpha": self.alpha}
        measures = joined(
            Phrase(
                "{coefficient} {value}",
                coefficient=Phrase(name),
                value=Phrase("undefined") if value is None else f"{value:.3f}",
            )
            for name, value in coefficients.items()
        )
        first, second = map(one_line, self.people)
        said = Phrase(
            "{first} and {second}: {fields} fields, {percent:.1f} % the same text "
            "(95 % CI {low:.1f} to {high:.1f}); {measures}",
            first=first,
            second=second,
            fields=self.fields,
            percent=self.percent,
            low=100 * low,
            high=100 * high,
            measures=measures,
        )
        return shown(said)


def agreement_of(processed: Location, people: Sequence[str] = ()) -> list[Agreement]:
    """Measure the agreement of every pair of reviewers with fields in common, the pair with most of them first.

    Args:
        processed: the processed folder; the corrections are beside it.
        people: two or more names; empty: everybody.

    Raises:
        SelectionError: nobody of that name has made corrections.
        CorrectionError: a log cannot be read.
    """
    answers = first_answers(read_corrections(corrections_folder(processed)))
    for name in people:
        if name not in answers:
            raise SelectionError("reviewer", name, sorted(answers))
    chosen = people or sorted(answers)
    pairs = [agreement_between(answers, one, other) for one, other in combinations(chosen, 2)]
    return sorted((pair for pair in pairs if pair is not None), key=lambda pair: -pair.fields)


def first_answers(history: CorrectionHistory) -> dict[str, dict[Hashable, Correction]]:
    """The first answer of every person to every field, by name and field.

    It counts even if a later correction settled the field otherwise, but not if the person undid it.
    """
    answers: dict[str, dict[Hashable, Correction]] = {}
    known: dict[tuple[str, str], list[Anchor]] = {}
    for one in history.corrections:
        if one.action == "set" and one.id not in history.undone:
            record = _record(one, known.setdefault((one.form_id, one.table), []))
            answers.setdefault(one.by, {}).setdefault((one.form_id, one.table, record, one.field), one)
    return answers


def _record(one: Correction, known: list[Anchor]) -> Hashable:
    """The identity of the record that a correction is about: its cell on the scan, without one its number.

    The number of a record may differ between two builds, and the outline of its cell a little. ``known`` are the
    anchors met so far of the form and table; a new one is added.
    """
    anchor = one.anchor
    if anchor is None or anchor.box is None:
        return one.record_no
    same = next((at for at, other in enumerate(known) if is_same_place(anchor, other)), None)
    if same is None:
        known.append(anchor)
    return "cell", len(known) - 1 if same is None else same


def agreement_between(answers: FirstAnswers, one: str, other: str) -> Agreement | None:
    """Measure the agreement of two people, both keys of ``answers``; None where they have no field in common."""
    common = [key for key in answers[one] if key in answers[other]]
    if not common:
        return None
    pairs = [(answers[one][key], answers[other][key]) for key in common]
    texts = [tuple(normalise(answer.now or "") for answer in pair) for pair in pairs]
    verdicts = Counter((first.confirms, second.confirms) for first, second in pairs)
    counts = tuple(verdicts[pair] for pair in ((True, True), (True, False), (False, True), (False, False)))
    return Agreement(
        people=(one, other),
        fields=len(pairs),
        same_text=sum(first == second for first, second in texts),
        verdicts=counts,  # type: ignore[arg-type]
        kappa=cohens_kappa([(first.confirms, second.confirms) for first, second in pairs]),
        alpha=krippendorffs_alpha(texts),
    )


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of two people's categories, one pair an item: (observed - chance) / (1 - chance).

    ``observed`` is the share of pairs that are alike, ``chance`` the share expected if the two chose independently
    with the frequencies of their own categories. None where ``chance`` is 1. There must be a pair.

    >>> cohens_kappa([("right", "right"), ("right", "wrong"), ("wrong", "wrong"), ("wrong", "wrong")])
    0.5

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20 (1960).
    """
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = (Counter(pair[at] for pair in pairs) for at in (0, 1))
    chance = sum(first[category] * second[category] for category in first) / total**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def krippendorffs_alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal data.

    Each of the ``units`` is the sequence of values that any number of people gave it; a unit with a single value does
    not count. None where all values are the same, or none count.

    >>> round(krippendorffs_alpha([("5.5", "5.5"), ("6", "6"), ("7", "7.5")]), 3)
    0.615

    Alpha is ((n - 1) Σ o_cc - Σ n_c (n_c - 1)) / (n (n - 1) - Σ n_c (n_c - 1)), with o_cc the coincidences within a
    category, n_c the values in it and n those in all.
    Source: K. Krippendorff, Computing Krippendorff's alpha-reliability (2011), section D.
    """
    coincidences = 0.0
    totals: Counter[Hashable] = Counter()
    for values in units:
        if len(values) > 1:
            counts = Counter(values)
            totals += counts
            coincidences += sum(count * (count - 1) for count in counts.values()) / (len(values) - 1)
    n = totals.total()
    chance = sum(count * (count - 1) for count in totals.values())
    return None if n * (n - 1) == chance else ((n - 1) * coincidences - chance) / (n * (n - 1) - chance)
