"""The licences of the packages in the users' lock: none may be GPL or AGPL, and each must be known.

``make licences`` (``python -m tools.licences``) prints how many packages there are of each licence. The lesser GPL
binds only who changes the package itself, and is no reason to refuse one; of licences to choose from one will do.
Packages that only other systems install are looked at where they are installed.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"

EITHER = frozenset({"text-unidecode"})
"""Packages whose several classifiers are a choice, by what their authors write; else all of them hold together."""

BINDING = re.compile(
    r"(?<!L)\bA?GPL|(?<!Lesser )(?<!Library or Lesser )(Affero )?General Public License", re.IGNORECASE
)
"""GPL and AGPL as licences are named, and not the lesser GPL."""


class Licensed(NamedTuple):
    """A package and the licences that it may be used under."""

    package: str
    licences: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether each licence to choose from binds whoever passes on a program with it, or none is known."""
        return all(BINDING.search(licence) for licence in self.licences)


def packages_of(lock: str) -> list[str]:
    """The names of the packages that a lock file pins for this system."""
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==\S+(?: ; (.*?))? \\$", lock, flags=re.MULTILINE)
    return [name for name, marker in pinned if not marker or Marker(marker).evaluate()]


def licences_of(expression: str, classifiers: Iterable[str], text: str, is_choice: bool = False) -> tuple[str, ...]:
    """The licences that a package is offered under: by its expression, else its classifiers, else the first line.

    >>> licences_of("MIT OR GPL-3.0-only", [], "")
    ('MIT', 'GPL-3.0-only')
    """
    if expression:
        return tuple(part.strip("() ") for part in expression.split(" OR "))
    named = [name.rpartition(" :: ")[2] for name in classifiers if name.startswith("License :: ")]
    named = [name for name in named if name != "OSI Approved"]
    if named:
        return tuple(named) if is_choice else (" and ".join(named),)
    return tuple(text.strip().splitlines()[:1])


def licensed(packages: Iterable[str]) -> Iterator[Licensed]:
    """Each package with its licences, as its installation says; without any where it is not installed."""
    for name in packages:
        try:
            said = metadata(name)
        except PackageNotFoundError:
            yield Licensed(name, ())
            continue
        given = said.get("License-Expression", ""), said.get_all("Classifier") or [], said.get("License", "")
        yield Licensed(name, licences_of(*given, is_choice=name in EITHER))


def main() -> int:
    """Print the packages by licence, and those that must not be in the lock."""
    found = list(licensed(packages_of(LOCK.read_text(encoding="utf-8"))))
    by_licence = defaultdict(list)
    for one in found:
        by_licence[" or ".join(one.licences)].append(one.package)
    for licence, names in sorted(by_licence.items(), key=lambda item: -len(item[1])):
        print(f"{len(names):4}  {licence}: {', '.join(names)}")
    refused = [one.package for one in found if one.is_refused]
    print("\n".join(f"error: {name}: GPL, AGPL or unknown" for name in refused))
    return min(1, len(refused))


if __name__ == "__main__":
    sys.exit(main())
