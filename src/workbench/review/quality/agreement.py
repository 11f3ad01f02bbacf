"""How far reviewers of the same fields agree: the numbers for a methods section.

A person's word on a field is their first that they did not take back: what they said before anyone talked about it.
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
from workbench.remote import Location
from workbench.review.quality.proportions import Interval, wilson
from workbench.values import normalise
from workbench.visible import one_line

Words = Mapping[str, Mapping[Hashable, Correction]]
"""Person → field → their word on it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on the fields that both looked at.

    Attributes:
        people: their names.
        fields: how many fields both looked at.
        same_text: how many of them both read to the same text (width of characters aside), with the share's 95 %
            interval (Wilson) in ``interval``.
        verdicts: (machine right, machine right), (right, wrong), (wrong, right), (wrong, wrong), by what the first
            and the second said of the machine's reading.
        kappa: Cohen's kappa of these verdicts; None where both gave all fields the same one, so that chance alone
            explains everything.
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
        return wilson(self.same_text, self.fields)

    def __str__(self) -> str:
        low, high = self.interval
        shown = {"Cohen's kappa": self.kappa, "Krippendorff's alpha": self.alpha}
        measures = ", ".join(
            f"{name} {'undefined' if value is None else f'{value:.3f}'}" for name, value in shown.items()
        )
        first, second = map(one_line, self.people)
        return (
            f"{first} and {second}: {self.fields} fields, {self.percent:.1f} % the same text "
            f"(95 % CI {100 * low:.1f} to {100 * high:.1f}); {measures}"
        )


def agreement_of(processed: Location, people: Sequence[str] = ()) -> list[Agreement]:
    """Every pair of reviewers who looked at the same fields, those with most fields in common first.

    Args:
        processed: the processed folder, beside which the corrections are.
        people: two or more names; empty: everybody.

    Raises:
        SelectionError: nobody of that name has made corrections.
        CorrectionError: a log cannot be read.
    """
    words = first_words(read_corrections(corrections_folder(processed)))
    for name in people:
        if name not in words:
            raise SelectionError("reviewer", name, sorted(words))
    chosen = people or sorted(words)
    pairs = [agreement_between(words, one, other) for one, other in combinations(chosen, 2)]
    return sorted((pair for pair in pairs if pair is not None), key=lambda pair: -pair.fields)


def first_words(history: CorrectionHistory) -> dict[str, dict[Hashable, Correction]]:
    """What every person first said of every field, by name and field; it counts though others decided against it."""
    words: dict[str, dict[Hashable, Correction]] = {}
    known: dict[tuple[str, str], list[Anchor]] = {}
    for one in history.corrections:
        if one.action == "set" and one.id not in history.undone:
            record = _record(one, known.setdefault((one.form_id, one.table), []))
            words.setdefault(one.by, {}).setdefault((one.form_id, one.table, record, one.field), one)
    return words


def _record(one: Correction, known: list[Anchor]) -> Hashable:
    """Which record a correction is about: by its cell on the scan, which two readings outline a little differently,
    for its number may be another in each; without a cell by its number."""
    anchor = one.anchor
    if anchor is None or anchor.box is None:
        return one.record_no
    same = next((at for at, other in enumerate(known) if is_same_place(anchor, other)), None)
    if same is None:
        known.append(anchor)
    return "cell", len(known) - 1 if same is None else same


def agreement_between(words: Words, one: str, other: str) -> Agreement | None:
    """The measures of two people; None where they have no field in common."""
    common = [key for key in words[one] if key in words[other]]
    if not common:
        return None
    pairs = [(words[one][key], words[other][key]) for key in common]
    texts = [tuple(normalise(word.now or "") for word in pair) for pair in pairs]
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
    """(observed - chance) / (1 - chance), chance being what the two would agree on if each kept only to their shares.

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20 (1960).
    """
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = (Counter(pair[at] for pair in pairs) for at in (0, 1))
    chance = sum(first[category] * second[category] for category in first) / total**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def krippendorffs_alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Alpha for nominal data: units with the values that any number of people gave them; single values do not count.

    ((n - 1) Σ o_cc - Σ n_c (n_c - 1)) / (n (n - 1) - Σ n_c (n_c - 1)), with o_cc the coincidences within a category,
    n_c the values in it and n those in all. None where all values are the same.
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
