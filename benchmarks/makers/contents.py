"""Invented tables of many kinds, each the seeded work of one function: what is printed, and roughly how.

A table says its cells and the manner in which it wants to be ruled; typefaces, sizes and weights are the maker's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from random import Random
from typing import Literal

from benchmarks.makers import words

Align = Literal["left", "center", "right"]
Colour = Literal["black", "red", "blue"]
Manner = Literal["ruled", "columns", "lines", "head", "none", "web", "white head"]
"""ruled: every cell; columns: no rules between rows, but around the table and under its head; lines: only between
rows; head: those of a three-line table; none: no rule at all; web: a coloured head, zebra rows and pale lines; white
head: ruled, and the head white on a colour."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table in the order in which HTML would have it. A line break in ``text`` is printed as one."""

    text: str = ""
    rowspan: int = 1
    colspan: int = 1
    align: Align = "center"
    head: bool = False
    strong: bool = False
    colour: Colour = "black"


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """One table of one page. ``above`` and ``below`` are lines of text outside it, ``widths`` relative."""

    kind: str
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    manner: Manner = "ruled"
    landscape: bool = False
    title: str = ""
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A cell and where it stands, from 0."""

    row: int
    col: int
    cell: Cell


@dataclass(frozen=True)
class Words:
    """Draws words from every list, or, for sets of pages that share none, from every second word of it."""

    rng: Random
    half: int | None = None

    def some(self, words: Sequence[str]) -> str:
        return self.rng.choice(self._known(words))

    def several(self, words: Sequence[str], count: int) -> list[str]:
        known = self._known(words)
        return self.rng.sample(known, count) if count <= len(known) else self.rng.choices(known, k=count)

    def manner(self, *manners: Manner) -> Manner:
        return self.rng.choice(manners)

    def maybe(self, share: float) -> bool:
        return self.rng.random() < share

    def _known(self, words: Sequence[str]) -> Sequence[str]:
        return words if self.half is None or len(words) < 4 else words[self.half :: 2]


def placed(table: Table) -> list[Placed]:
    """The cells with their places, spans counted as HTML counts them."""
    taken: set[tuple[int, int]] = set()
    cells = []
    for number, row in enumerate(table.rows):
        col = 0
        for cell in row:
            while (number, col) in taken:
                col += 1
            cells.append(Placed(number, col, cell))
            taken |= {(number + i, col + j) for i in range(cell.rowspan) for j in range(cell.colspan)}
    return cells


def head_rows(table: Table) -> int:
    """How many rows at the top consist of head cells alone."""
    return next((i for i, row in enumerate(table.rows) if not all(cell.head for cell in row)), len(table.rows))


def plain_html(table: Table) -> str:
    """The truth of a page: one plain table."""
    rows = ("<tr>" + "".join(map(_plain, row)) + "</tr>" for row in table.rows)
    return f'<html><head><meta charset="utf-8"></head><body><table>{"".join(rows)}</table></body></html>\n'


def _plain(cell: Cell) -> str:
    spans = f' rowspan="{cell.rowspan}"' * (cell.rowspan > 1) + f' colspan="{cell.colspan}"' * (cell.colspan > 1)
    return f"<td{spans}>{escape(cell.text).replace(chr(10), '<br>')}</td>"


def make_table(kind: str, seed: str, half: int | None = None) -> Table:
    """The table of a kind that a seed stands for. ``half``: see ``Words``."""
    return replace(KINDS[kind](Words(Random(seed), half)), kind=kind)


# --- Figures -----------------------------------------------------------------------------------------------------


def _money(w: Words, decimals: int = 2, most: float = 7.5) -> str:
    """An amount of up to 10 to the power ``most``, small ones as frequent as large."""
    return f"{10 ** w.rng.uniform(-1, most):,.{decimals}f}"


def _figure(w: Words, blank: float = 0.1, decimals: int = 2, most: float = 6.0) -> str:
    """An amount as tables have them: now and then blank, a dash, zero, or less than zero."""
    chance = w.rng.random()
    if chance < blank:
        return ""
    if chance < blank + 0.08:
        return w.rng.choice(["-", "0.00", "0", "—"])
    return ("-" if w.maybe(0.06) else "") + _money(w, decimals, most)


def _percent(w: Words) -> str:
    return f"{w.rng.uniform(0, 120):.{w.rng.choice([0, 1, 1, 2])}f}%" if w.maybe(0.85) else "100%"


def _date(w: Words, form: str = "") -> str:
    year, month, day = w.rng.randint(2018, 2025), w.rng.randint(1, 12), w.rng.randint(1, 28)
    forms = ["{0}-{1:02}-{2:02}", "{0}年{1}月{2}日", "{0}.{1}.{2}", "{0}/{1:02}/{2:02}", "{0}{1:02}{2:02}"]
    return (form or w.rng.choice(forms)).format(year, month, day)


def _digits(w: Words, count: int) -> str:
    return "".join(str(w.rng.randrange(10)) for _ in range(count))


def _count(w: Words, most: int = 5000) -> str:
    return str(max(1, int(most ** w.rng.random())))


def _name(w: Words) -> str:
    return w.some(words.SURNAMES) + w.some(words.GIVEN)


def _code(w: Words) -> str:
    return "2" + _digits(w, w.rng.choice([2, 4, 6, 6]))


# --- Cells and rows ----------------------------------------------------------------------------------------------


def _heads(*texts: str) -> Row:
    return tuple(Cell(text, head=True) for text in texts)


def _head(text: str, rowspan: int = 1, colspan: int = 1) -> Cell:
    return Cell(text, rowspan, colspan, head=True)


def _figures(texts: Sequence[str]) -> Row:
    return tuple(Cell(text, align="right") for text in texts)


def _strong(row: Row, colour: Colour = "black") -> Row:
    return tuple(replace(cell, strong=True, colour=colour) for cell in row)


def _columns(first: int, last: int) -> Row:
    """The row that numbers the columns, as final accounts have it."""
    return tuple(_head(str(number)) for number in range(first, last + 1))


def _above(w: Words, unit: str = "") -> tuple[str, ...]:
    made = w.rng.choice(["编制单位", "部门", "填报单位", "单位名称"])
    return (
        f"{made}：{w.some(words.PLACES)}{w.some(words.DEPARTMENTS)}",
        f"金额单位：{unit or w.rng.choice(['万元', '元'])}",
    )


# --- Budgets and final accounts ----------------------------------------------------------------------------------


def accounts_in_all(w: Words) -> Table:
    """收入支出决算总表: income on the left, expenditure on the right, sums below."""
    size = w.rng.randint(10, 20)
    income = [f"{'一二三四五六七八九'[i]}、{name}" for i, name in enumerate(w.several(words.INCOMES, min(8, size - 4)))]
    spent = [f"{'一二三四五六七八九十'[i % 10]}、{name}" for i, name in enumerate(w.several(words.SUBJECTS, size))]
    rows: list[Row] = [
        (_head("收入", colspan=3), _head("支出", colspan=3)),
        _heads("项目", "行次", "金额", "项目", "行次", "金额"),
        (_head("栏次"), _head(""), _head("1"), _head("栏次"), _head(""), _head("2")),
    ]
    for i in range(size):
        left = Cell(income[i], align="left") if i < len(income) else Cell("")
        amount = Cell(_figure(w, 0.15), align="right") if i < len(income) else Cell("")
        right = (Cell(spent[i], align="left"), Cell(str(size + 4 + i)), *_figures([_figure(w, 0.25)]))
        rows.append((left, Cell(str(i + 1)), amount, *right))
    for i, (ours, theirs) in enumerate(
        (("本年收入合计", "本年支出合计"), ("年初结转和结余", "年末结转和结余"), ("总计", "总计"))
    ):
        sums = [Cell(_money(w), align="right") for _ in range(2)]
        row = (Cell(ours), Cell(str(size + i + 1)), sums[0], Cell(theirs), Cell(str(2 * size + 4 + i)), sums[1])
        rows.append(_strong(row))
    below = ("注：本表反映部门本年度的总收支和年末结转结余情况。",) if w.maybe(0.5) else ()
    widths = (5.0, 1.1, 2.4, 5.5, 1.1, 2.4)
    return Table("", tuple(rows), widths, "ruled", w.maybe(0.5), "收入支出决算总表", _above(w), below)


def expenditure(w: Words) -> Table:
    """一般公共预算财政拨款支出决算表: codes, names, and what was spent of what."""
    size, deep = w.rng.randint(9, 22), w.maybe(0.5)
    if deep:
        rows: list[Row] = [
            (_head("项目", colspan=4), _head("本年支出", colspan=3)),
            (_head("支出功能分类科目编码", 2, 3), _head("科目名称", 2), *_heads("合计", "基本支出", "项目支出")),
            _columns(1, 3),
            (*_heads("类", "款", "项", "合计"), *_figures([_money(w) for _ in range(3)])),
        ]
        widths: tuple[float, ...] = (1.2, 1.2, 1.2, 6, 2.6, 2.6, 2.6)
    else:
        rows = [
            (_head("科目编码", 2), _head("科目名称", 2), _head("本年支出", colspan=3)),
            _heads("小计", "基本支出", "项目支出"),
            _strong((Cell("合计", colspan=2), *_figures([_money(w) for _ in range(3)]))),
        ]
        widths = (2.2, 6, 2.6, 2.6, 2.6)
    for name in w.several(words.SUBJECTS, size):
        code = _code(w)
        start = (Cell(code, colspan=3, align="left"),) if deep else (Cell(code, align="left"),)
        row = (*start, Cell(name, align="left"), *_figures([_money(w), _figure(w, 0.25), _figure(w, 0.3)]))
        rows.append(_strong(row) if len(code) == 3 and w.maybe(0.7) else row)
    return Table("", tuple(rows), widths, "ruled", w.maybe(0.4), "一般公共预算财政拨款支出决算表", _above(w))


def income(w: Words) -> Table:
    """收入决算表: many columns of figures."""
    labels = ("财政拨款收入", "上级补助收入", "事业收入", "经营收入", "附属单位上缴收入", "其他收入")[
        : w.rng.randint(4, 6)
    ]
    rows: list[Row] = [_heads("科目编码", "科目名称", "本年收入合计", *labels)]
    if w.maybe(0.5):
        rows.append((_head("栏次", colspan=2), *(_head(str(i + 1)) for i in range(len(labels) + 1))))
    rows.append(_strong((Cell("合计", colspan=2), *_figures([_money(w) for _ in range(len(labels) + 1)]))))
    for name in w.several(words.SUBJECTS, w.rng.randint(10, 22)):
        cells = [_money(w), *(_figure(w, 0.2) for _ in labels)]
        rows.append((Cell(_code(w)), Cell(name, align="left"), *_figures(cells)))
    return Table("", tuple(rows), (2, 5, 2.4, *(2.2 for _ in labels)), "ruled", True, "收入决算表", _above(w))


def basic_expenditure(w: Words) -> Table:
    """基本支出决算表: three lists beside each other, sums in the last rows."""
    size = w.rng.randint(8, 18)
    triples = [[("3" + _digits(w, 4), name) for name in w.several(words.ITEMS, size)] for _ in range(3)]
    rows: list[Row] = [
        (_head("人员经费", colspan=3), _head("公用经费", colspan=6)),
        _heads(*("科目编码", "科目名称", "决算数") * 3),
    ]
    for i in range(size):
        cells: list[Cell] = []
        for column in triples:
            code, name = column[i]
            cells += [Cell(code), Cell(name, align="left"), Cell(_figure(w, 0.25), align="right")]
        rows.append(tuple(cells))
    last = (
        Cell("人员经费合计", colspan=2),
        *_figures([_money(w)]),
        Cell("公用经费合计", colspan=5),
        *_figures([_money(w)]),
    )
    rows.append(_strong(last))
    widths = (1.6, 3.6, 2.2) * 3
    return Table("", tuple(rows), widths, "ruled", True, "一般公共预算财政拨款基本支出决算表", _above(w))


def three_costs(w: Words) -> Table:
    """“三公”经费: a head of three levels over few rows."""
    group = (
        (
            _head("合计", 2),
            _head("因公出国（境）费", 2),
            _head("公务用车购置及运行费", colspan=3),
            _head("公务接待费", 2),
        ),
        _heads("小计", "公务用车购置费", "公务用车运行费"),
    )
    rows: list[Row] = [
        (_head("单位", 3), _head("预算数", colspan=6), _head("决算数", colspan=6)),
        group[0] * 2,
        group[1] * 2,
        (_head("栏次"), *(_head(str(i)) for i in range(1, 13))),
    ]
    for name in w.several(words.DEPARTMENTS, w.rng.randint(3, 12)):
        rows.append((Cell(name, align="left"), *_figures([_figure(w, 0.1, most=3) for _ in range(12)])))
    return Table(
        "", tuple(rows), (4, *(2 for _ in range(12))), "ruled", True, "“三公”经费支出决算表", _above(w, "万元")
    )


def balance(w: Words) -> Table:
    """资产负债表: without vertical rules, or with a three-line table's."""
    left = [
        "货币资金",
        "应收账款",
        "预付账款",
        "存货",
        "固定资产",
        "累计折旧",
        "在建工程",
        "无形资产",
        "长期待摊费用",
        "资产总计",
    ]
    right = [
        "短期借款",
        "应付票据",
        "应付账款",
        "应交税费",
        "应付职工薪酬",
        "其他应付款",
        "长期借款",
        "负债合计",
        "净资产合计",
        "负债和净资产总计",
    ]
    rows: list[Row] = [_heads("资产", "期末余额", "年初余额", "负债和净资产", "期末余额", "年初余额")]
    for ours, theirs in zip(left, right, strict=True):
        row = (
            Cell(ours, align="left"),
            *_figures([_figure(w, 0.1), _figure(w, 0.1)]),
            Cell(theirs, align="left"),
            *_figures([_figure(w, 0.1), _figure(w, 0.1)]),
        )
        rows.append(_strong(row) if ours == "资产总计" else row)
    manner = w.manner("head", "lines", "ruled")
    return Table("", tuple(rows), (3.5, 2.5, 2.5, 3.8, 2.5, 2.5), manner, w.maybe(0.5), "资产负债表", _above(w, "元"))


# --- Ledgers, statements, invoices -------------------------------------------------------------------------------


def ledger(w: Words) -> Table:
    """明细账: date in two columns under one head, debit and credit."""
    rows: list[Row] = [
        (
            _head(f"{w.rng.randint(2019, 2025)}年", colspan=2),
            _head("凭证号", 2),
            _head("摘要", 2),
            _head("借方", 2),
            _head("贷方", 2),
            _head("方向", 2),
            _head("余额", 2),
        ),
        _heads("月", "日"),
    ]
    for month in sorted(w.rng.randint(1, 12) for _ in range(w.rng.randint(10, 22))):
        debit = w.maybe(0.5)
        voucher = f"{w.rng.choice(['记', '收', '付', '转'])}-{w.rng.randint(1, 99)}"
        figures = [_money(w) if debit else "", "" if debit else _money(w)]
        day = (Cell(str(month)), Cell(str(w.rng.randint(1, 28))), Cell(voucher))
        side = Cell(w.rng.choice(["借", "贷", "平"]))
        rows.append(
            (*day, Cell(w.some(words.SUMMARIES), align="left"), *_figures(figures), side, *_figures([_money(w)]))
        )
    rows.append(
        _strong((Cell("本年累计", colspan=4), *_figures([_money(w), _money(w)]), Cell("借"), *_figures([_money(w)])))
    )
    title = f"{w.some(words.INCOMES)}明细账"
    return Table("", tuple(rows), (1, 1, 1.8, 5, 2.6, 2.6, 1, 2.8), "ruled", w.maybe(0.4), title)


def bank_statement(w: Words) -> Table:
    """银行对账单: without vertical rules as a rule."""
    form = w.rng.choice(["{0}-{1:02}-{2:02}", "{0}{1:02}{2:02}", "{0}/{1:02}/{2:02}"])
    rows: list[Row] = [_heads("交易日期", "摘要", "对方户名", "借方发生额", "贷方发生额", "余额", "备注")]
    for _ in range(w.rng.randint(10, 24)):
        debit = w.maybe(0.5)
        other = w.some(words.PLACES) + w.some(words.DEPARTMENTS) if w.maybe(0.6) else _name(w)
        figures = [_money(w) if debit else "", "" if debit else _money(w), _money(w)]
        note = Cell(w.some(words.NOTES) if w.maybe(0.4) else "")
        start = (Cell(_date(w, form)), Cell(w.some(words.SUMMARIES), align="left"), Cell(other, align="left"))
        rows.append((*start, *_figures(figures), note))
    manner = w.manner("lines", "lines", "none", "web", "ruled")
    above = (f"账号：{_digits(w, 16)}", "币种：人民币")
    return Table("", tuple(rows), (2.2, 3.6, 4.2, 2.4, 2.4, 2.6, 1.8), manner, True, "单位活期存款对账单", above)


def invoice(w: Words) -> Table:
    """Goods of an invoice: ruled columns, and no rules between the rows."""
    rows: list[Row] = [_heads("货物或应税劳务名称", "规格型号", "单位", "数量", "单价", "金额", "税率", "税额")]
    for name in w.several(words.GOODS, w.rng.randint(4, 14)):
        model = w.rng.choice(
            [
                "",
                f"{w.rng.choice('ABCDKLMX')}{w.rng.choice('TSQ-')}{w.rng.randint(10, 990)}",
                f"{w.rng.randint(5, 50)}kg/袋",
            ]
        )
        start = (Cell(name, align="left"), Cell(model), Cell(w.some(words.UNITS)), Cell(_count(w), align="right"))
        figures = [_money(w, most=4), f"{w.rng.uniform(10, 90000):.2f}"]
        rows.append(
            (
                *start,
                *_figures(figures),
                Cell(w.rng.choice(["3%", "6%", "9%", "13%", "免税"])),
                *_figures([_money(w, most=4)]),
            )
        )
    blank = (Cell(""), Cell(""), Cell(""), Cell(""))
    rows.append(_strong((Cell("合计"), *blank, *_figures([_money(w)]), Cell(""), *_figures([_money(w)]))))
    return Table("", tuple(rows), (4.5, 2.2, 1, 1.4, 2, 2.2, 1.1, 2), "columns", w.maybe(0.6), "销售货物清单")


def price_list(w: Words) -> Table:
    """A list of quantities and prices in columns without rules between rows."""
    rows: list[Row] = [_heads("项目", "单位", "数量", "单价", "金额", "完成率")]
    for name in w.several([*words.ITEMS, *words.GOODS], w.rng.randint(10, 20)):
        start = (Cell(name, align=w.rng.choice(["left", "left", "center"])), Cell(w.some(words.UNITS)), Cell(_count(w)))
        rows.append((*start, *_figures([_money(w, most=4), _money(w)]), Cell(_percent(w))))
    manner = w.manner("columns", "columns", "ruled")
    return Table("", tuple(rows), (5, 1.2, 1.6, 2.4, 2.6, 1.8), manner, w.maybe(0.5))


# --- Timetables, notices, screens --------------------------------------------------------------------------------


def timetable(w: Words) -> Table:
    """课程表: cells of two lines, labels over several rows."""
    days = ("星期一", "星期二", "星期三", "星期四", "星期五")
    rows: list[Row] = [(_head("节次", colspan=2), *(_head(day) for day in days))]
    two = w.maybe(0.5)
    number = 0
    for part, count in (("上午", w.rng.choice([4, 4, 5])), ("下午", w.rng.choice([2, 3, 4])), ("晚上", 1))[
        : w.rng.choice([2, 3])
    ]:
        for i in range(count):
            number += 1
            start = (_head(part, rowspan=count),) if i == 0 else ()
            lessons = []
            for _ in days:
                course = w.some(words.COURSES) if w.maybe(0.93) else ""
                lessons.append(Cell(f"{course}\n{_name(w)}" if course and two else course))
            rows.append((*start, _head(w.rng.choice([str(number)]) if not two else f"第{number}节"), *lessons))
    rows.append((_head("备注", colspan=2), Cell("早读7:40—8:10，课间操10:00—10:25。", colspan=5, align="left")))
    title = f"{w.some(words.PLACES)}第{w.rng.choice('一二三')}中学课程表"
    return Table("", tuple(rows), (1, 1.2, 3, 3, 3, 3, 3), w.manner("ruled", "white head"), w.maybe(0.6), title)


def notice(w: Words) -> Table:
    """A notice with a head that is white on a colour, sometimes of two levels."""
    names = w.several(words.PLACES, w.rng.randint(6, 14))
    if w.maybe(0.5):
        rows: list[Row] = [
            (_head("序号", 2), _head("地区", 2), _head("完成情况", colspan=3), _head("责任单位", 2)),
            _heads("计划数", "实际完成", "完成率"),
        ]
    else:
        rows = [_heads("序号", "地区", "计划数", "实际完成", "完成率", "责任单位")]
    for i, name in enumerate(names):
        figures = [_count(w), _figure(w, 0.05, 0, 4), _percent(w)]
        rows.append((Cell(str(i + 1)), Cell(name), *(Cell(text) for text in figures), Cell(w.some(words.DEPARTMENTS))))
    if w.maybe(0.6):
        sums = (Cell(_count(w)), Cell(_count(w)), Cell(_percent(w)), Cell("-"))
        rows.append(_strong((Cell("合计", colspan=2), *sums), w.rng.choice(["black", "red"])))
    title = f"关于{w.some(words.PROJECTS)}进展情况的通报"
    return Table("", tuple(rows), (1, 2.4, 2, 2, 1.8, 4.2), "white head", w.maybe(0.4), title)


def web_list(w: Words) -> Table:
    """A table of a web page: coloured head, zebra rows, pale lines, none upright."""
    rows: list[Row] = [_heads("项目名称", "单位", "拨付金额", "同比", "状态", "更新日期")]
    form = w.rng.choice(["{0}-{1:02}-{2:02}", "{0}/{1:02}/{2:02}"])
    for name in w.several(words.PROJECTS, w.rng.randint(8, 18)):
        change = w.rng.choice(["+", "-", ""]) + _percent(w)
        red: Colour = "red" if change.startswith("-") and w.maybe(0.7) else "black"
        status = Cell(w.rng.choice(["已拨付", "审核中", "待提交", "已退回"]))
        start = (Cell(name, align="left"), Cell(w.some(words.DEPARTMENTS), align="left"), *_figures([_money(w)]))
        rows.append((*start, Cell(change, align="right", colour=red), status, Cell(_date(w, form))))
    return Table("", tuple(rows), (4.5, 4, 2.6, 1.8, 1.8, 2.4), "web", True)


def tight_list(w: Words) -> Table:
    """Lines of a report without any rules, or with the three of a printed book."""
    years = [str(2015 + w.rng.randint(0, 5) + i) + "年" for i in range(w.rng.randint(3, 6))]
    rows: list[Row] = [_heads("指标", "计量单位", *years)]
    for name in w.several([*words.GOODS, *words.INCOMES], w.rng.randint(12, 26)):
        unit = Cell(w.some(words.UNITS))
        rows.append(
            (Cell(name, align="left"), unit, *_figures([_figure(w, 0.06, w.rng.choice([0, 1, 2]), 5) for _ in years]))
        )
    widths = (3.6, 1.6, *(2 for _ in years))
    return Table("", tuple(rows), widths, w.manner("none", "none", "head"), w.maybe(0.4), "主要指标历年数据")


def coloured(w: Words) -> Table:
    """A sheet with blue figures and bold or red sums."""
    rows: list[Row] = [_heads("序号", "支出内容", "年初预算", "调整预算", "本年支出", "执行率", "备注")]
    ink: Colour = w.rng.choice(["blue", "blue", "black"])
    for part in w.several(words.DEPARTMENTS, w.rng.randint(2, 4)):
        rows.append(
            _strong(
                (
                    Cell(part, colspan=2, align="left"),
                    *_figures([_money(w) for _ in range(3)]),
                    Cell(_percent(w)),
                    Cell(""),
                )
            )
        )
        for i, name in enumerate(w.several(words.ITEMS, w.rng.randint(3, 6))):
            figures = tuple(replace(cell, colour=ink) for cell in _figures([_figure(w, 0.05) for _ in range(3)]))
            note = Cell(w.some(words.NOTES) if w.maybe(0.3) else "")
            rows.append((Cell(str(i + 1)), Cell(name, align="left"), *figures, Cell(_percent(w), colour=ink), note))
    sums = (Cell("合计", colspan=2), *_figures([_money(w) for _ in range(3)]), Cell(_percent(w)), Cell(""))
    rows.append(_strong(sums, w.rng.choice(["red", "red", "black"])))
    return Table(
        "", tuple(rows), (1, 4.5, 2.5, 2.5, 2.5, 1.8, 2), "ruled", w.maybe(0.5), "部门经费执行情况表", _above(w)
    )


# --- Lists of persons and things, statistics ---------------------------------------------------------------------


def register(w: Words) -> Table:
    """补贴发放清册: names, long numbers, small sums."""
    rows: list[Row] = [
        _heads("序号", "姓名", "村组", "账号", "面积（亩）", "补贴标准（元/亩）", "补贴金额（元）", "签名")
    ]
    for i in range(w.rng.randint(10, 24)):
        start = (Cell(str(i + 1)), Cell(_name(w)), Cell(f"{w.some(words.PLACES)}{w.rng.randint(1, 12)}组"))
        figures = (
            Cell(f"{w.rng.uniform(0.3, 40):.1f}"),
            Cell(w.rng.choice(["85", "120.5", "77.96"])),
            Cell(_money(w, most=4)),
        )
        rows.append((*start, Cell(f"62{_digits(w, 14)}"), *figures, Cell("")))
    rows.append((Cell("合计", colspan=4), Cell(_money(w, 1, 3)), Cell(""), Cell(_money(w)), Cell("")))
    return Table(
        "", tuple(rows), (1, 1.8, 3, 4, 1.8, 2, 2.4, 1.6), "ruled", w.maybe(0.5), "惠农补贴发放清册", _above(w, "元")
    )


def procurement(w: Words) -> Table:
    """政府采购计划表: texts of several lines beside numbers."""
    rows: list[Row] = [
        _heads("序号", "采购项目", "采购内容及要求", "数量", "单位", "预算\n（万元）", "采购方式", "实施日期")
    ]
    for i, project in enumerate(w.several(words.PROJECTS, w.rng.randint(4, 8))):
        goods = "、".join(w.several(words.GOODS, w.rng.randint(2, 5)))
        text = f"{goods}等；{w.some(words.SENTENCES)}" if w.maybe(0.6) else goods
        method = Cell(w.rng.choice(["公开招标", "竞争性磋商", "询价", "单一来源", "框架协议采购"]))
        end = (
            Cell(_count(w, 400)),
            Cell(w.some(words.UNITS)),
            Cell(_money(w, most=3)),
            method,
            Cell(_date(w, "{0}年{1}月")),
        )
        rows.append((Cell(str(i + 1)), Cell(project, align="left"), Cell(text, align="left"), *end))
    return Table(
        "",
        tuple(rows),
        (1, 3, 6, 1.2, 1.2, 1.8, 2, 2.2),
        "ruled",
        w.maybe(0.7),
        "政府采购实施计划表",
        _above(w, "万元"),
    )


def statistics(w: Words) -> Table:
    """A head of three levels, and a label over several rows of each group."""
    rows: list[Row] = [
        (_head("地区", 3, 2), _head("牛羊存栏", colspan=4), _head("木材产量", colspan=3), _head("障碍说明", 3)),
        (_head("年末数", colspan=2), _head("其中：良种", colspan=2), _head("合计", 2), _head("其中", colspan=2)),
        _heads("本年", "上年", "数量", "占比", "松木", "杉木"),
    ]
    for district in w.several(words.PLACES, w.rng.randint(2, 4)):
        places = w.several(words.PLACES, w.rng.randint(2, 4))
        for i, name in enumerate(places):
            start = (Cell(district, rowspan=len(places)),) if i == 0 else ()
            herd = (*_figures([_figure(w, 0.05, 0, 5), _figure(w, 0.05, 0, 5), _count(w)]), Cell(_percent(w)))
            wood = _figures([_figure(w, 0.1, 1, 4) for _ in range(3)])
            note = Cell(w.some(words.SENTENCES) if w.maybe(0.3) else "", align="left")
            rows.append((*start, Cell(name), *herd, *wood, note))
    rows.append(
        _strong(
            (
                Cell("合计", colspan=2),
                *_figures([_money(w, 0) for _ in range(3)]),
                Cell("—"),
                *_figures([_money(w, 1, 5) for _ in range(3)]),
                Cell(""),
            )
        )
    )
    widths = (1.8, 2.2, 2, 2, 1.8, 1.6, 2, 2, 2, 3.6)
    return Table("", tuple(rows), widths, "ruled", True, "畜牧业与林业生产情况统计表")


# --- Performance self-evaluations --------------------------------------------------------------------------------


def _indicator(w: Words, kind: str) -> tuple[str, str, str]:
    """An indicator of a kind, its target and what was reached, as forms word them."""
    name, sign = w.some(words.INDICATORS[kind]), w.rng.choice(["≥", "≤", "=", "", "＞"])
    if name.endswith(("率", "度", "比")):
        wanted = w.rng.choice(["95%", "100%", "90%", "98.5%", "85％"])
        return name, sign.replace("≤", "≥") + wanted, _percent(w)
    if name.endswith(("时间", "时限")):
        return name, _date(w, "{0}年{1}月底前"), _date(w, "{0}年{1}月{2}日")
    if kind in ("社会效益指标", "可持续影响指标", "生态效益指标") and w.maybe(0.5):
        return (
            name,
            w.rng.choice(["有所提升", "显著改善", "长期", "不断完善"]),
            w.rng.choice(["达成预期指标", "完成", "基本达成"]),
        )
    number, unit = w.rng.randint(1, 3000), w.some(words.UNITS)
    return name, f"{sign}{number}{unit}", f"{max(0, number + w.rng.randint(-20, 20))}{unit}"


def _levels(w: Words, size: int) -> list[tuple[str, str]]:
    """First- and second-level names of ``size`` or so indicators, in the order of forms."""
    first = {"数量": "产出指标", "质量": "产出指标", "时效": "产出指标", "成本": "产出指标", "服务": "满意度指标"}
    kinds = list(words.INDICATORS)
    counts = [w.rng.choice([1, 1, 2, 3]) if size > len(kinds) else 1 for _ in kinds]
    return [(first.get(kind[:2], "效益指标"), kind) for kind, n in zip(kinds, counts, strict=True) for _ in range(n)]


def _spanned(names: Sequence[str]) -> list[int]:
    """For every row the rows that a label starting there covers; 0 where the label above goes on."""
    starts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    spans = [0] * len(names)
    for start, stop in pairwise([*starts, len(names)]):
        spans[start] = stop - start
    return spans


def self_evaluation(w: Words) -> Table:
    """项目支出绩效自评表 as ministries publish it: project, funds, goals, indicators, sum; nine or ten columns."""
    levels = _levels(w, w.rng.choice([9, 14]))
    first, second = _spanned([a for a, _ in levels]), _spanned([b for _, b in levels])
    unit = w.some(words.PLACES) + w.some(words.DEPARTMENTS)
    total, spent = w.rng.uniform(10, 5000), w.rng.uniform(0.5, 1)
    rows: list[Row] = [
        (_head("项目名称", colspan=2), Cell(f"{w.some(words.PROJECTS)}项目", colspan=8)),
        (
            _head("主管部门", colspan=2),
            Cell(unit, colspan=4),
            _head("实施单位"),
            Cell(w.some(words.DEPARTMENTS), colspan=3),
        ),
        (
            _head("项目资金\n（万元）", 4, 2),
            _head("", colspan=2),
            *_heads("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
        ),
    ]
    for name in ("年度资金总额", "其中：当年财政拨款", "上年结转资金"):
        figures = [f"{total:.2f}", f"{total:.2f}", f"{total * spent:.2f}"] if "结转" not in name else ["0", "0", "0"]
        tail = (
            [str(10), f"{spent:.2%}", f"{10 * spent:.2f}"]
            if "总额" in name
            else ["-", f"{spent:.1%}" if w.maybe(0.5) else "-", "-"]
        )
        rows.append((Cell(name, colspan=2, align="left"), *(Cell(text) for text in figures + tail)))
    goal, done = (
        "".join(w.several(words.SENTENCES, w.rng.randint(1, 3))),
        "".join(w.several(words.SENTENCES, w.rng.randint(1, 3))),
    )
    rows += [
        (_head("年度总体目标", 2), _head("预期目标", colspan=5), _head("实际完成情况", colspan=4)),
        (Cell(goal, colspan=5, align="left"), Cell(done, colspan=4, align="left")),
        (
            _head("绩效指标", len(levels) + 1),
            *_heads("一级指标", "二级指标", "三级指标"),
            *_heads("年度指标值", "实际完成值", "分值", "得分"),
            _head("偏差原因分析及改进措施", colspan=2),
        ),
    ]
    for i, (one, two) in enumerate(levels):
        name, wanted, reached = _indicator(w, two)
        labels = (Cell(one, first[i]),) * bool(first[i]) + (Cell(two, second[i]),) * bool(second[i])
        points = w.rng.choice([3, 4, 5, 6, 10])
        reason = Cell(
            w.some(words.SENTENCES) if w.maybe(0.15) else w.rng.choice(["", "", "无"]), colspan=2, align="left"
        )
        texts = (
            Cell(name, align="left"),
            Cell(wanted),
            Cell(reached),
            Cell(str(points)),
            Cell(f"{points * w.rng.choice([1, 1, 1, 0.9, 0.85]):g}"),
        )
        rows.append((*labels, *texts, reason))
    rows.append((_head("总分", colspan=6), Cell("100"), Cell(f"{w.rng.uniform(80, 100):.1f}"), Cell("", colspan=2)))
    widths = (1.2, 1.8, 2.0, 3.6, 2.2, 2.4, 1.8, 1.4, 1.6, 2.0)
    return Table("", tuple(rows), widths, "ruled", w.maybe(0.3), f"{w.rng.randint(2019, 2024)}年度项目支出绩效自评表")


def department_evaluation(w: Words) -> Table:
    """部门整体支出绩效自评表: tasks with amounts, then indicators with points; eight columns."""
    levels = _levels(w, 9)
    first = _spanned([a for a, _ in levels])
    tasks = w.several(words.PROJECTS, w.rng.randint(2, 4))
    rows: list[Row] = [
        (_head("部门（单位）名称", colspan=2), Cell(w.some(words.PLACES) + w.some(words.DEPARTMENTS), colspan=6)),
        (
            _head("年度主要任务", len(tasks) + 2),
            _head("任务名称", 2),
            _head("主要内容", 2, 2),
            _head("预算数（元）", colspan=2),
            _head("执行数（元）", colspan=2),
        ),
        _heads("总额", "其中：财政拨款", "总额", "其中：财政拨款"),
    ]
    for task in tasks:
        rows.append(
            (
                Cell(task, align="left"),
                Cell(w.some(words.SENTENCES), colspan=2, align="left"),
                *_figures([_money(w) for _ in range(4)]),
            )
        )
    rows.append(_heads("一级指标", "二级指标", "三级指标", "指标性质", "目标值", "实际值", "权重", "自评得分"))
    for i, (one, two) in enumerate(levels):
        name, wanted, reached = _indicator(w, two)
        label = (Cell(one, first[i]),) * bool(first[i])
        weight = w.rng.choice([5, 10, 15])
        texts = (
            two,
            name,
            w.rng.choice(["定量", "定性", "正向", "反向"]),
            wanted,
            reached,
            str(weight),
            f"{weight - w.rng.choice([0, 0, 0.5, 1]):g}",
        )
        rows.append((*label, *(Cell(text) for text in texts)))
    rows.append((_head("自评总分", colspan=6), Cell("100"), Cell(f"{w.rng.uniform(80, 100):.2f}")))
    widths = (1.8, 3.0, 3.4, 2.0, 2.6, 2.6, 2.4, 2.6)
    return Table("", tuple(rows), widths, "ruled", w.maybe(0.5), "部门整体支出绩效自评表")


def indicator_list(w: Words) -> Table:
    """The indicators alone, under a head of two levels; first and second level over their rows."""
    levels = _levels(w, 14)
    first, second = _spanned([a for a, _ in levels]), _spanned([b for _, b in levels])
    rows: list[Row] = [
        (
            _head("一级\n指标", 2),
            _head("二级指标", 2),
            _head("三级指标", 2),
            _head("绩效目标", colspan=2),
            _head("完成情况", colspan=2),
            _head("备注", 2),
        ),
        _heads("目标值", "分值", "实际值", "得分"),
    ]
    for i, (one, two) in enumerate(levels):
        name, wanted, reached = _indicator(w, two)
        labels = (Cell(one, first[i]),) * bool(first[i]) + (Cell(two, second[i]),) * bool(second[i])
        points = w.rng.choice([4, 5, 8, 10])
        texts = (
            wanted,
            str(points),
            reached,
            f"{points * w.rng.choice([1, 1, 0.95]):g}",
            w.some(words.NOTES) if w.maybe(0.2) else "",
        )
        rows.append(
            (*labels, Cell(f"指标{i + 1}：{name}" if w.half else name, align="left"), *(Cell(text) for text in texts))
        )
    return Table(
        "", tuple(rows), (1.6, 2.6, 4.4, 2.4, 1.2, 2.4, 1.2, 2.2), "ruled", w.maybe(0.4), "项目绩效目标完成情况表"
    )


KINDS: dict[str, Callable[[Words], Table]] = {
    function.__name__: function
    for function in (
        accounts_in_all,
        expenditure,
        income,
        basic_expenditure,
        three_costs,
        balance,
        ledger,
        bank_statement,
        invoice,
        price_list,
        timetable,
        notice,
        web_list,
        tight_list,
        coloured,
        register,
        procurement,
        statistics,
        self_evaluation,
        department_evaluation,
        indicator_list,
    )
}
