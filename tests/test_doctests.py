"""The examples in docstrings say what the code does."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent
ROOMS = ("corrections", "dataset", "form")
"""Rooms whose examples run; an example that needs files or an engine is left out by ``# doctest: +SKIP``."""


def has_examples(module: Path) -> bool:
    lines = module.read_text(encoding="utf-8").splitlines()
    return any(line.lstrip().startswith(">>>") and "+SKIP" not in line for line in lines)


def name_of(module: Path) -> str:
    return ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts)


MODULES = [
    name_of(module) for room in ROOMS for module in sorted((PACKAGE / room).rglob("*.py")) if has_examples(module)
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_docstrings_are_true(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed
