"""The share of wrong fields in a population, estimated from a stratified sample, with its confidence interval.

The interval is valid for rare errors, and where the sample has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.language import Phrase, shown
from workbench.review.quality.proportions import LEVEL, Interval, clopper_pearson


@dataclass(frozen=True, slots=True)
class Stratum:
    """The counts of a stratum.

    Attributes:
        size: its fields in the population.
        answered: the fields of its sample that were looked at.
        wrong: the fields among those that the machine had misread.
    """

    size: int
    answered: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of wrong fields (0 to 1) with its 95 % interval.

    Attributes:
        answered, wrong: the fields of the sample that were looked at, and those of them that were wrong.
        unanswered: the fields of the sample that nobody looked at yet, or about which people disagree.
        population: the fields of the strata with an answer, for which the estimate holds.
        effective: the size of a simple random sample with the same precision.
    """

    rate: float
    interval: Interval
    answered: int
    wrong: int
    unanswered: int
    population: int
    effective: float

    @property
    def phrase(self) -> Phrase:
        """The estimate in a sentence."""
        low, high = (f"{100 * bound:.2f}" for bound in self.interval)
        waiting = (
            Phrase("; {unanswered} of the sample not answered yet", unanswered=self.unanswered)
            if self.unanswered
            else ""
        )
        return Phrase(
            "{wrong} of {answered} sampled fields wrong: estimated error rate {rate:.2f} % of "
            "{population:,} fields that were not flagged (95 % CI {low} to {high} %, stratified sample, "
            "Korn-Graubard){waiting}",
            wrong=self.wrong,
            answered=self.answered,
            rate=100 * self.rate,
            population=self.population,
            low=low,
            high=high,
            waiting=waiting,
        )

    def __str__(self) -> str:
        return shown(self.phrase)


def estimate_rate(strata: Iterable[Stratum], unanswered: int = 0) -> Estimate:
    """Estimate the share of wrong fields from a stratified sample, with its interval after Korn and Graubard.

    ``strata`` are at least one with an answer; strata without one are left out. ``unanswered`` is only passed on.

    >>> round(estimate_rate([Stratum(900, 9, 0), Stratum(100, 10, 5)]).rate, 6)
    0.05

    The rate is Σ W_h p_h, W_h being the stratum's share of the population and p_h the share of wrong answers in it.
    Its variance is Σ W_h² (1 - n_h/N_h) p_h (1 - p_h) / (n_h - 1) (Cochran, Sampling Techniques, 3rd ed. 1977,
    sections 5.3 and 5.7); a stratum with a single answer takes p_h (1 - p_h)/n_h of all answers. The interval is that
    of Clopper and Pearson for the effective sample size n* = p (1 - p) / variance, never more than the answers, and
    n* p hits. Where the variance is 0, as without a wrong answer, n* is Kish's (Σ W_h² / n_h)⁻¹.
    Source: E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data, Survey Methodology 24 (1998); without the adjustment for degrees of freedom.
    """
    sampled = [one for one in strata if one.answered]
    size, answered, wrong = (sum(getattr(one, name) for one in sampled) for name in ("size", "answered", "wrong"))
    weights = [one.size / size for one in sampled]
    rate = sum(weight * one.wrong / one.answered for weight, one in zip(weights, sampled, strict=True))
    pooled = wrong / answered
    variance = sum(weight**2 * _variance(one, pooled) for weight, one in zip(weights, sampled, strict=True))
    kish = 1 / sum(weight**2 / one.answered for weight, one in zip(weights, sampled, strict=True))
    effective = min(float(answered), rate * (1 - rate) / variance if variance > 0 else kish)
    interval = clopper_pearson(rate * effective, effective, LEVEL)
    return Estimate(rate, interval, answered, wrong, unanswered, size, effective)


def _variance(stratum: Stratum, pooled: float) -> float:
    """Variance of the share of wrong answers in a stratum, its finite size considered."""
    share = stratum.wrong / stratum.answered
    unseen = 1 - stratum.answered / stratum.size
    if stratum.answered == 1:
        return unseen * pooled * (1 - pooled)
    return unseen * share * (1 - share) / (stratum.answered - 1)
