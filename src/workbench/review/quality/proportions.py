"""Confidence intervals for a proportion. Counts may be broken numbers, as effective sample sizes are."""

from __future__ import annotations

import math
from statistics import NormalDist

LEVEL = 0.95
"""Confidence level of intervals, unless told otherwise."""

Interval = tuple[float, float]


def wilson(hits: float, tries: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval for ``hits`` of ``tries``; all of 0 to 1 without a try.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if tries <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate = hits / tries
    centre = rate + z * z / (2 * tries)
    spread = z * math.sqrt(rate * (1 - rate) / tries + z * z / (4 * tries * tries))
    low, high = ((centre + sign * spread) / (1 + z * z / tries) for sign in (-1, 1))
    return (0.0 if hits <= 0 else max(0.0, low)), (1.0 if hits >= tries else min(1.0, high))


def clopper_pearson(hits: float, tries: float, level: float = LEVEL) -> Interval:
    """The exact interval of Clopper and Pearson: never too narrow, zero hits have one, too.

    Bounds are quantiles of beta distributions: of Beta(hits, tries - hits + 1) at (1 - level)/2, and of
    Beta(hits + 1, tries - hits) at (1 + level)/2.
    Source: C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934).
    """
    if tries <= 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = 0.0 if hits <= 0 else beta_quantile(tail, hits, tries - hits + 1)
    high = 1.0 if hits >= tries else beta_quantile(1 - tail, hits + 1, tries - hits)
    return low, high


def beta_quantile(share: float, a: float, b: float) -> float:
    """Where the beta distribution with parameters a, b > 0 has the share below it, by halving the interval."""
    low, high = 0.0, 1.0
    for _ in range(60):  # to the precision of a double
        middle = (low + high) / 2
        if incomplete_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22, Lentz's method)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction converges fast is the other side
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    ) / a  # fmt: skip
    tiny = 1e-300
    numerator, denominator, value = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny), 0.0
    value = denominator
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            denominator = 1 / (1 + term * denominator or tiny)
            numerator = 1 + term / numerator or tiny
            value *= numerator * denominator
        if abs(numerator * denominator - 1) < 1e-15:
            break
    return front * value
