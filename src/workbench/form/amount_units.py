"""The unit that amounts are in: what labels say of it near the amounts and far from them, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.findings import FINDINGS, Statement, listed
from workbench.form.lexicon import AMOUNT_UNIT, LONGEST_LABEL, undamaged
from workbench.form.sections import Section
from workbench.model import Finding

UNIT = re.compile(rf"[（(](?:(?:金额)?单位[:：])?\s*({AMOUNT_UNIT})\s*[）)]|单位[:：]\s*({AMOUNT_UNIT})")
"""The unit of amounts as labels state it: ``（万元）``, ``单位：元``, ``金额单位：人民币元``."""

KNOWN_UNITS = ("元", "万元", "亿元")
"""Units that a dataset's amounts may be in; of another one a finding says that it was not taken."""

Units = tuple[str, ...]
"""Different units that some texts state, in their order."""


@dataclass(frozen=True, slots=True)
class UnitsOfLine:
    """The units that speak of a budget line: those of its own labels, of the head of its table and of other rows."""

    own: Units = ()
    head: Units = ()
    rows: Units = ()

    def settled(self, above: Units, elsewhere: Units) -> tuple[str | None, Units]:
        """The unit of the line, None where none is stated or several are in one place; and all units that speak of it
        where they differ.

        What stands nearer to an amount wins: its own label, the head, the other rows, the lines above the table, other
        tables of the form.
        """
        near = self.own or self.head or self.rows or above or elsewhere
        spoken = tuple(dict.fromkeys((*self.own, *self.head, *above))) or near
        differing = spoken if len(spoken) > 1 else near if len(near) > 1 else ()
        return near[0] if len(near) == 1 else None, differing


def unit_in(label: str) -> str | None:
    """The unit of amounts in a label, known or not; None where it states none.

    >>> unit_in("年度资金总额（万元）"), unit_in("金额单位：人民币元"), unit_in("年度资金总额")
    ('万元', '元', None)
    """
    found = UNIT.search(undamaged(label))
    return (found.group(1) or found.group(2)).removeprefix("人民币") if found else None


def units_in(labels: Iterable[str]) -> Units:
    """The different units that labels state, in their order."""
    return tuple(dict.fromkeys(unit for unit in map(unit_in, labels) if unit))


def units_around(section: Section) -> tuple[Units, Units]:
    """The units that the head of a section states, labels beside several of its rows among it; and its other rows'."""
    cells = [cell for row in section.rows for cell in row.cells if len(cell.text) <= LONGEST_LABEL]
    beside = [cell.text for cell in cells if cell.grid_cell.rowspan > 1]
    return units_in([*(cell.text for cell in section.header), *beside]), units_in(cell.text for cell in cells)


def unit_findings(units: Sequence[tuple[str | None, Units]]) -> Iterator[Finding]:
    """What is to be said of the units of budget lines, given as `UnitsOfLine.settled` gives them.

    ``unknown-unit`` for each unit that no dataset has, at the first of its lines; ``amount-unit-mismatch`` at each line
    of which labels state different ones.
    """
    settled = [unit for unit, _ in units]
    for unit in dict.fromkeys(settled):
        if unit and unit not in KNOWN_UNITS:
            statement = FINDINGS["unknown-unit"].says("amounts", unit=unit)
            yield statement.about("budgets", settled.index(unit) + 1, "amount_unit", found=unit)
    for number, (unit, differing) in enumerate(units, start=1):
        if differing:
            statement = _mismatch(unit, listed(differing))
            yield statement.about("budgets", number, "amount_unit", found="、".join(differing))


def _mismatch(unit: str | None, texts: str) -> Statement:
    if unit:
        return FINDINGS["amount-unit-mismatch"].says("labels", texts=texts, unit=unit)
    return FINDINGS["amount-unit-mismatch"].says("undecided", texts=texts)
