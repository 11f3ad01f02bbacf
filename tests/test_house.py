"""The house itself: one name for one thing, and nothing that imports the package from below."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import workbench

PACKAGE = Path(workbench.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def types_of(module: Path) -> Iterator[str]:
    """Names of the public types that a module defines: classes, and aliases of types."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name[0].isupper() and not name.isupper():
                yield name


def test_a_type_name_means_one_thing_in_the_whole_package():
    homes = defaultdict(list)
    for module in MODULES:
        for name in types_of(module):
            if not name.startswith("_"):
                homes[name].append(module.relative_to(PACKAGE).as_posix())
    assert not {name: found for name, found in homes.items() if len(found) > 1}


def test_no_room_imports_the_package_that_it_is_part_of():
    importing = [
        module.relative_to(PACKAGE).as_posix()
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(alias.name == "workbench" for alias in node.names)
    ]
    # The command line offers to the shell what the package offers to Python.
    assert {name for name in importing if name != "cli.py" and not name.startswith("commands/")} == set()


def test_archives_and_datasets_know_nothing_of_how_a_grid_is_found():
    for room in ("archive", "dataset", "corrections"):
        for module in (PACKAGE / room).rglob("*.py"):
            assert "workbench.grid" not in module.read_text(encoding="utf-8"), module
