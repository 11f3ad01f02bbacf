"""Confidence intervals for a proportion. Counts may be fractional, as effective sample sizes are."""

from __future__ import annotations

import math
from statistics import NormalDist

LEVEL = 0.95
"""The default confidence level (0 to 1) of an interval."""

Interval = tuple[float, float]
"""The lower and the upper bound of a proportion, each from 0 to 1."""


def wilson(hits: float, tries: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval for the proportion ``hits`` of ``tries``; 0 to 1 without a try.

    >>> low, high = wilson(9, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.596 to 0.982'

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
    """The exact interval of Clopper and Pearson for the proportion ``hits`` of ``tries``; 0 to 1 without a try.

    It covers the true proportion at least as often as ``level`` says, and it exists for zero hits, too.

    >>> low, high = clopper_pearson(0, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.000 to 0.308'

    The bounds are quantiles of beta distributions: of Beta(hits, tries - hits + 1) at (1 - level)/2, and of
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
    """The quantile (0 to 1) of the beta distribution with parameters a, b > 0 at ``share`` (0 to 1), by bisection.

    >>> round(beta_quantile(0.5, 2, 2), 6)
    0.5
    """
    low, high = 0.0, 1.0
    for _ in range(60):  # to the precision of a double
        middle = (low + high) / 2
        if incomplete_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0: the share of Beta(a, b) below ``x``.

    Computed by its continued fraction (DLMF 8.17.22) with Lentz's method.

    >>> round(incomplete_beta(0.5, 2, 2), 6)
    0.5
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
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
