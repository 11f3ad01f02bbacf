"""The examples in docstrings say what the code does; one that needs files or an engine has ``# doctest: +SKIP``."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent


def has_examples(module: Path) -> bool:
    lines = module.read_text(encoding="utf-8").splitlines()
    return any(line.lstrip().startswith(">>>") and "+SKIP" not in line for line in lines)


def name_of(module: Path) -> str:
    return ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = [name_of(module) for module in sorted(PACKAGE.rglob("*.py")) if has_examples(module)]


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_docstrings_are_true(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed
