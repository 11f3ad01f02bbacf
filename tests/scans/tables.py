"""From a form's structured truth to its printed table, before any page, typeface or measure is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

Align = Literal["center", "left"]
Truth = dict[str, Any]

REASON = "偏差原因分析及改进措施"
INDENT = "　　"


@dataclass(frozen=True)
class TableCell:
    """One printed cell; its column follows from the cells before it and the merged cells above it."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    align: Align = "center"


@dataclass(frozen=True)
class TableRow:
    """One printed row. `section` groups rows under the `header` row that is printed again on later pages."""

    cells: tuple[TableCell, ...]
    section: str = ""
    header: bool = False


@dataclass(frozen=True)
class Table:
    """A form's whole table: column widths are shares of the table's width."""

    title: str
    subtitle: str
    widths: tuple[float, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class Placed:
    """A cell and the table's rows and columns it covers."""

    cell: TableCell
    row: int
    col: int

    @property
    def columns(self) -> range:
        return range(self.col, self.col + self.cell.colspan)

    @property
    def rows(self) -> range:
        return range(self.row, self.row + self.cell.rowspan)


TIANJIN_WIDTHS = (14.0, 14.5, 17.0, 34.0, 21.5, 31.0, 11.0, 11.0, 26.0)
CENTRAL_WIDTHS = (13.0, 14.0, 16.5, 33.0, 21.5, 29.0, 11.0, 15.0, 27.0)
INDICATOR_HEADER = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", REASON)


def tianjin_table(truth: Truth) -> Table:
    """Tianjin's 整体支出绩效自评表: one budget row, numbered goals, indicators merged by goal."""
    rows = [
        _row(_short("部门名称"), _short(truth["department"], colspan=8)),
        *_department_budget(truth["budget"]),
        *_numbered_goals(truth["goals"]),
        _row(_short("年度指标完成情况"), *map(_short, INDICATOR_HEADER), section="indicators", header=True),
        *_indicator_rows(truth, keys=("goal", "level1", "level2")),
        _total_row(truth["total"]),
        _row(
            _short("整体支出绩效自评结论", colspan=3),
            _long("\n".join(INDENT + paragraph for paragraph in truth["conclusion"]), colspan=6),
        ),
    ]
    return Table(truth["title"], f"({truth['year']}年度)", TIANJIN_WIDTHS, tuple(rows))


def central_project_table(truth: Truth) -> Table:
    """The central template's 项目支出绩效自评表: several funds rows, one pair of goals, indicators by level."""
    indicators = _indicator_rows(truth, keys=("level1", "level2"))
    label = TableCell("绩效指标", rowspan=len(indicators) + 1)
    rows = [
        _row(_short("项目名称"), _short(truth["project"], colspan=8)),
        _row(
            _short("主管部门"),
            _short(truth["department"], colspan=4),
            _short("实施单位"),
            _short(truth["unit"], colspan=3),
        ),
        *_project_budgets(truth["budgets"]),
        *_one_goal(truth["goals"][0]),
        _row(label, *map(_short, INDICATOR_HEADER), section="indicators", header=True),
        *indicators,
        _total_row(truth["total"]),
    ]
    return Table(truth["title"], f"({truth['year']}年度)", CENTRAL_WIDTHS, tuple(rows))


def as_list(table: Table) -> Table:
    """The table's longest section as a list under its header, without merged rows or the label down its side.

    What was merged over several rows is printed in the first of them.
    """
    sections = [row.section for row in table.rows if row.section]
    longest = max(dict.fromkeys(sections), key=sections.count)
    numbers = [number for number, row in enumerate(table.rows) if row.section == longest]
    owned = [owners(table.rows, len(table.widths))[number] for number in numbers]
    beside = {placed for placed in owned[0] if all(placed in row for row in owned)}
    kept = [column for column, placed in enumerate(owned[0]) if placed not in beside]
    rows = [
        replace(
            table.rows[number],
            cells=tuple(
                replace(placed.cell, rowspan=1, text=placed.cell.text if placed.row == number else "")
                for placed in dict.fromkeys(row)
                if placed not in beside
            ),
        )
        for number, row in zip(numbers, owned, strict=True)
    ]
    return replace(table, widths=tuple(table.widths[column] for column in kept), rows=tuple(rows))


def owners(rows: Sequence[TableRow], columns: int) -> list[list[Placed]]:
    """For every row and column the cell that covers it."""
    grid: list[list[Placed | None]] = [[None] * columns for _ in rows]
    for number, row in enumerate(rows):
        for cell in row.cells:
            placed = Placed(cell, number, grid[number].index(None))
            for covered in placed.rows:
                grid[covered][placed.col : placed.columns.stop] = [placed] * cell.colspan
    if any(len(line) != columns or None in line for line in grid):
        raise ValueError("the table's cells do not fill its grid")
    return grid  # type: ignore[return-value]


def _department_budget(budget: Truth) -> list[TableRow]:
    labels = ("年初预算数", "全年预算数(A)", "全年执行数(B)", "分值", "得分")
    keys = ("initial", "adjusted", "executed", "weight", "score")
    return [
        _row(
            _short("预算执行情况", rowspan=3),
            _short("部门预算金额(万元)", rowspan=2),
            *map(_short, labels),
            _short("执行率(B/A)", colspan=2),
        ),
        _row(*(_short(budget[key]) for key in keys), _short(budget["rate"], colspan=2)),
        _row(_short(REASON), _long(budget["deviation"], colspan=7)),
    ]


def _numbered_goals(goals: Sequence[Truth]) -> list[TableRow]:
    header = _row(
        _short("年度绩效目标完成情况", rowspan=len(goals) + 1),
        _short("目标序号"),
        _short("年度绩效目标", colspan=2),
        _short("实际完成情况", colspan=4),
        _short(REASON),
        section="goals",
        header=True,
    )
    return [header, *map(_numbered_goal, goals)]


def _numbered_goal(goal: Truth) -> TableRow:
    return _row(
        _short(str(goal["no"])),
        _long(goal["goal"], colspan=2),
        _long(goal["actual"], colspan=4),
        _long(goal["deviation"]),
        section="goals",
    )


def _project_budgets(budgets: Sequence[Truth]) -> list[TableRow]:
    labels = ("年初预算数", "全年预算数(A)", "全年执行数(B)", "分值", "执行率(B/A)", "得分")
    keys = ("initial", "adjusted", "executed", "weight", "rate", "score")
    header = _row(
        _short("项目资金（万元）", rowspan=len(budgets) + 1),
        _short("", colspan=2),
        *map(_short, labels),
        section="budgets",
        header=True,
    )
    lines = (
        _row(_short(line["funds"], colspan=2), *(_short(line[key]) for key in keys), section="budgets")
        for line in budgets
    )
    return [header, *lines]


def _one_goal(goal: Truth) -> list[TableRow]:
    return [
        _row(
            _short("年度总体目标", rowspan=2),
            _short("预期目标", colspan=4),
            _short("实际完成情况", colspan=4),
            section="goals",
            header=True,
        ),
        _row(_long(goal["goal"], colspan=4), _long(goal["actual"], colspan=4), section="goals"),
    ]


def _indicator_rows(truth: Truth, keys: tuple[str, ...]) -> list[TableRow]:
    """One row per indicator; runs of equal `keys` become cells merged over their rows."""
    indicators = truth["indicators"]
    rows: list[list[TableCell]] = [[] for _ in indicators]
    for depth in range(1, len(keys) + 1):
        for start, stop in _runs(indicators, keys[:depth]):
            label = _group_label(truth, keys[depth - 1], indicators[start])
            rows[start].append(TableCell(label, rowspan=stop - start))
    for cells, indicator in zip(rows, indicators, strict=True):
        cells.extend(_indicator_cells(indicator))
    return [_row(*cells, section="indicators") for cells in rows]


def _runs(items: Sequence[Truth], keys: Iterable[str]) -> list[tuple[int, int]]:
    wanted = tuple(keys)
    runs, start = [], 0
    for _, group in groupby(items, key=lambda item: tuple(item[key] for key in wanted)):
        stop = start + len(list(group))
        runs.append((start, stop))
        start = stop
    return runs


def _group_label(truth: Truth, key: str, indicator: Truth) -> str:
    if key == "goal":
        return f"绩效目标{indicator['goal']}"
    printed: dict[str, str] = truth.get("printed_level1", {})
    return printed.get(indicator[key], indicator[key])


def _indicator_cells(indicator: Truth) -> list[TableCell]:
    name = _long(indicator["name"])
    actual = _fitting(indicator["actual"])
    middle = [_fitting(indicator["target"]), actual, _short(indicator["weight"]), _short(indicator["score"])]
    return [name, *middle, _long(indicator["deviation"])]


def _total_row(total: Truth) -> TableRow:
    return _row(_short("总分", colspan=6), _short(total["weight"]), _short(total["score"]), _short(""))


def _fitting(text: str) -> TableCell:
    """Figures and dates are centred, sentences are set from the left."""
    return _long(text) if len(text) > 16 else _short(text)


def _short(text: str, rowspan: int = 1, colspan: int = 1) -> TableCell:
    return TableCell(text, rowspan, colspan)


def _long(text: str, colspan: int = 1) -> TableCell:
    return replace(_short(text, colspan=colspan), align="left")


def _row(*cells: TableCell, section: str = "", header: bool = False) -> TableRow:
    return TableRow(tuple(cells), section, header)
