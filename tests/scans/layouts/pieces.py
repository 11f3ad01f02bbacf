"""What printed forms are put together from: blocks of rows under a header, with a label down their side."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.scans.tables import TableCell, TableRow, Truth

SENTENCE = 16
TARGET_PARTS = re.compile(r"([≥≤=≧≦═]|大于等于|小于等于|等于)(\d[\d.]*)(.*)")


@dataclass(frozen=True)
class Column:
    """A column of a block: its label, what it prints of a record (a key, or a function), the grid columns it covers.

    Equal neighbours in `merged` columns become one cell, within the merged cells to their left.
    """

    label: str
    value: str | Callable[[Truth], str]
    span: int = 1
    merged: bool = False

    def text(self, record: Truth) -> str:
        return (record[self.value] if isinstance(self.value, str) else self.value(record)) or ""


def row(*cells: TableCell, section: str = "", header: bool = False) -> TableRow:
    return TableRow(tuple(cells), section, header)


def cell(text: str | None, colspan: int = 1, rowspan: int = 1) -> TableCell:
    """Labels and figures are centred, sentences are set from the left."""
    return TableCell(text or "", rowspan, colspan, "left" if len(text or "") > SENTENCE else "center")


def labelled(*pairs: tuple[str, str | None, int]) -> TableRow:
    """Labels with their values side by side, each with the number of grid columns its value covers."""
    return row(*(piece for label, value, span in pairs for piece in (cell(label), cell(value, span))))


def block(
    section: str, columns: Sequence[Column], records: Sequence[Truth], side: TableCell | None = None
) -> list[TableRow]:
    """The header row and a row for each record, with `side` down the left of them all."""
    header = row(*(cell(column.label, column.span) for column in columns), section=section, header=True)
    return beside(side, [header, *body(section, columns, records)])


def grouped_headers(section: str, columns: Sequence[Column | tuple[str, Sequence[Column]]]) -> list[TableRow]:
    """A header of two rows: columns in a group stand under the group's label, the others run down both rows."""
    upper = [
        cell(column.label, rowspan=2) if isinstance(column, Column) else cell(column[0], len(column[1]))
        for column in columns
    ]
    lower = [cell(column.label) for group in columns if isinstance(group, tuple) for column in group[1]]
    return [row(*cells, section=section, header=True) for cells in (upper, lower)]


def body(section: str, columns: Sequence[Column], records: Sequence[Truth]) -> list[TableRow]:
    """A row for each record."""
    rows: list[list[TableCell]] = [[] for _ in records]
    shared: list[str] = [""] * len(records)
    for column in columns:
        texts = [column.text(record) for record in records]
        if column.merged:
            shared = [f"{above}\n{text}" for above, text in zip(shared, texts, strict=True)]
        for start, stop in _runs(shared) if column.merged else [(n, n + 1) for n in range(len(records))]:
            rows[start].append(cell(texts[start], column.span, stop - start))
    return [row(*cells, section=section) for cells in rows]


def beside(side: TableCell | None, rows: Sequence[TableRow]) -> list[TableRow]:
    """The rows with a label down their left side."""
    if side is None:
        return list(rows)
    first = replace(rows[0], cells=(replace(side, rowspan=len(rows)), *rows[0].cells))
    return [first, *rows[1:]]


def _runs(texts: Sequence[str]) -> list[tuple[int, int]]:
    starts = [n for n, text in enumerate(texts) if not n or text != texts[n - 1]]
    return list(zip(starts, [*starts[1:], len(texts)], strict=True))


def serial_number(truth: Truth) -> Column:
    """The number that some forms print before each indicator."""
    return Column("序号", lambda record: str(truth["indicators"].index(record) + 1))


def target_part(part: int, no_sign: str = "定性") -> Callable[[Truth], str]:
    """The sign (0), the number (1) or the unit (2) of a target; words stand in the middle, `no_sign` before them."""

    def text(record: Truth) -> str:
        found = TARGET_PARTS.fullmatch(record["target"])
        return (found.groups() if found else (no_sign, record["target"], ""))[part]

    return text


def level1(truth: Truth) -> Callable[[Truth], str]:
    """The first level's label, with its points where the form prints them."""
    printed: dict[str, str] = truth.get("printed_level1", {})
    return lambda record: printed.get(record["level1"], record["level1"])


def levels(truth: Truth, merged: bool = True, names: str = "三级指标") -> list[Column]:
    """The three columns of levels that nearly every form has."""
    return [
        Column("一级指标", level1(truth), merged=merged),
        Column("二级指标", "level2", merged=merged),
        Column(names, "name"),
    ]


def project_heads(truth: Truth, columns: int) -> list[TableRow]:
    """项目名称, and 主管部门 beside 实施单位, over so many grid columns."""
    left = (columns - 2) // 2
    return [
        labelled(("项目名称", truth["project"], columns - 1)),
        labelled(("主管部门", truth["department"], left), ("实施单位", truth["unit"], columns - 2 - left)),
    ]


def one_goal(truth: Truth, columns: int, labels: tuple[str, str], side: str = "年度总体目标") -> list[TableRow]:
    """A goal and what became of it, side by side under their labels."""
    left = (columns - 1) // 2
    spans = (left, columns - 1 - left)
    pair = [Column(label, key, span) for label, key, span in zip(labels, ("goal", "actual"), spans, strict=True)]
    return block("goals", pair, truth["goals"], cell(side))


def subtitle(truth: Truth) -> str:
    return f"（{truth['year']}年度）"
