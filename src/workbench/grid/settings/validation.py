"""Checks that a settings object holds sensible numbers, named by field."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from numbers import Integral, Real
from typing import Any

from workbench.language import Phrase
from workbench.settings import require


def require_sensible(
    settings: Any,
    *,
    fractions: tuple[str, ...] = (),
    percentages: tuple[str, ...] = (),
    grey_levels: tuple[str, ...] = (),
    factors: tuple[str, ...] = (),
    ascending: tuple[tuple[str, ...], ...] = (),
) -> None:
    """Check every number of a settings object: above 0, whole where its default is, and within the range of its kind.

    ``fractions`` are fields from 0 to 1, ``percentages`` from 0 to 100, ``grey_levels`` from 0 to 255,
    ``factors`` from 1 on; the fields of each group in ``ascending`` never fall from one to the next.

    Raises:
        SettingsError: a field has a value that it cannot have.
    """
    for field in fields(settings):
        value = getattr(settings, field.name)
        if isinstance(field.default, int | float):
            require(isinstance(value, Real) and float(value) > 0, field.name, value, Phrase("a number above 0"))
        if isinstance(field.default, int):
            require(isinstance(value, Integral), field.name, value, Phrase("a whole number"))
    for names, most in ((fractions, 1), (percentages, 100), (grey_levels, 255)):
        for name in names:
            value = getattr(settings, name)
            require(value <= most, name, value, Phrase("above 0 and at most {most}", most=most))
    for name in factors:
        require(getattr(settings, name) >= 1, name, getattr(settings, name), Phrase("at least 1"))
    for group in ascending:
        for lower, upper in pairwise(group):
            value, least = getattr(settings, upper), getattr(settings, lower)
            require(value >= least, upper, value, Phrase("at least {lower} ({least})", lower=lower, least=least))
