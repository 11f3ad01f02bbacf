"""Settings of the grid and of reading: what they refuse, that each is documented and used, that pages obey them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workbench
from tests.test_grid import MERGED, XS, YS, Stub, draw, with_words
from workbench.errors import SettingsError
from workbench.grid.settings import GridSettings
from workbench.grid.settings.borderless import RowSegmentationSettings
from workbench.grid.settings.rectify import DewarpSettings, InkSettings, RectifySettings, SealSettings
from workbench.grid.settings.ruling import EvidenceSettings, LatticeSettings, RulingSettings
from workbench.model import Page
from workbench.read.page import read_page
from workbench.read.settings import READ_DEFAULTS, ReadSettings

PACKAGE = Path(workbench.__file__).parent
ROOMS = (PACKAGE / "grid", PACKAGE / "read")
MODULES = sorted(module for room in ROOMS for module in room.rglob("*.py"))
SETTINGS = [module for module in MODULES if module.parent.name == "settings" or module.name == "settings.py"]


def objects(settings: Any) -> Iterator[Any]:
    """A settings object and all that it holds."""
    yield settings
    for field in fields(settings):
        if is_dataclass(value := getattr(settings, field.name)):
            yield from objects(value)


@pytest.mark.parametrize(
    ("kind", "field", "value", "named"),
    [
        (SealSettings, "coloured", 1.2, "coloured"),
        (SealSettings, "coloured", -0.1, "coloured"),
        (SealSettings, "faint", 0.3, "coloured"),  # of a pair that does not rise its upper member is named
        (SealSettings, "smallest_stamp", 30.0, "largest_solid"),
        (InkSettings, "lowest_threshold", 300.0, "lowest_threshold"),
        (InkSettings, "text_height_percentile", 101.0, "text_height_percentile"),
        (InkSettings, "fewest_characters", 2.5, "fewest_characters"),
        (DewarpSettings, "folds", 1, "folds"),
        (RectifySettings, "left_as_it_is", 0.9, "left_as_it_is"),
        (RectifySettings, "working_text_height", float("nan"), "working_text_height"),
        (EvidenceSettings, "fewest_samples", 20.0, "most_samples"),
        (RulingSettings, "long_rule", "8", "long_rule"),
        (RowSegmentationSettings, "rounds", 0, "rounds"),
    ],
)
def test_a_value_that_cannot_be_is_named(kind, field, value, named):
    with pytest.raises(SettingsError) as error:
        kind(**{field: value})
    assert error.value.name == named
    assert error.value.must_be


def test_numbers_of_numpy_are_numbers():
    assert RulingSettings(long_rule=np.float64(9)).long_rule == 9
    assert RowSegmentationSettings(rounds=np.int64(2)).rounds == 2


def test_every_setting_has_a_docstring():
    bare = []
    for module in SETTINGS:
        for kind in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(kind, ast.ClassDef):
                body = [*kind.body, None]
                bare += [
                    f"{kind.name}.{ast.unparse(node.target)}"
                    for node, after in pairwise(body)
                    if isinstance(node, ast.AnnAssign) and not isinstance(after, ast.Expr)
                ]
    assert not bare


def test_every_setting_is_used():
    code = "\n".join(module.read_text(encoding="utf-8") for module in MODULES if module not in SETTINGS)
    names = {field.name for settings in objects(READ_DEFAULTS) for field in fields(settings)}
    assert not {name for name in names if not re.search(rf"\.{name}\b", code)}


def test_a_page_is_read_with_the_settings_that_it_is_given():
    page = Page(1, with_words(draw(MERGED, XS, YS), MERGED))
    assert len(read_page(page, Stub()).grids) == 1
    no_table_so_wide = RulingSettings(lattice=LatticeSettings(smallest_table=500.0))
    settings = replace(ReadSettings(), grid=GridSettings(ruling=no_table_so_wide))
    assert not read_page(page, Stub(), settings).grids
