"""Tables with few rules or none, set on one A4 page; text and pages that hold no table, for comparison.

All lengths are millimetres, sizes of type are points.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fpdf import FPDF

from tests.scans.tables import Placed, Table, TableCell, TableRow, owners
from tests.scans.typeset import A4, FIXED_DATE, NEVER_FIRST, POINT, SERIF, TOKEN

Span = tuple[int, int, int, int]
"""Row, column, rowspan, colspan."""


@dataclass(frozen=True)
class Ruling:
    """Which rules of a table are drawn. Where inner horizontal rules are drawn, they stop at merged cells."""

    top: bool = False
    under_header: bool = False
    under_spanning: bool = False  # short rules under header cells that span columns
    bottom: bool = False
    rows: bool = False
    columns: bool = False
    sides: bool = False


NO_RULES = Ruling()
HEADER_RULE = Ruling(under_header=True)
THREE_LINES = Ruling(top=True, under_header=True, under_spanning=True, bottom=True)
HORIZONTAL_RULES = Ruling(top=True, under_header=True, bottom=True, rows=True)
VERTICAL_RULES = Ruling(columns=True, sides=True)
BOX_OF_LINES = Ruling(top=True, under_header=True, bottom=True, rows=True, sides=True)


@dataclass(frozen=True)
class Print:
    """How the page looks. ``padding`` is left and right of a cell's text, ``room`` above and below it."""

    ruling: Ruling = NO_RULES
    font: Path = SERIF
    font_size: float = 10.5
    leading: float = 1.35
    padding: float = 2.0
    room: float = 1.0
    line_width: float = 0.25
    vertical: Literal["middle", "top"] = "middle"
    numbers_right: bool = False
    margin: float = 20.0

    @property
    def line(self) -> float:
        return self.font_size * POINT * self.leading


def spans(table: Table) -> list[Span]:
    """The table's cells as a perfect reader counts them, by row and column."""
    return [(placed.row, placed.col, placed.cell.rowspan, placed.cell.colspan) for placed in _placed(table)]


def texts(table: Table) -> dict[tuple[int, int], str]:
    """What is printed in the cell at each row and column."""
    return {(placed.row, placed.col): placed.cell.text for placed in _placed(table)}


def _placed(table: Table) -> list[Placed]:
    cells = {placed for row in owners(table.rows, len(table.widths)) for placed in row}
    return sorted(cells, key=lambda placed: (placed.row, placed.col))


def print_table(table: Table, style: Print, before: Sequence[str] = (), after: Sequence[str] = ()) -> bytes:
    """A page with the table between paragraphs, as a PDF with a text layer. The same arguments, the same bytes."""
    pdf = _sheet(style)
    y = _paragraphs(pdf, style, before, style.margin)
    setter = _Setter(pdf, table, style)
    y = setter.draw(y + 2 * style.line)
    _paragraphs(pdf, style, after, y + 2 * style.line)
    return bytes(pdf.output())


def print_text(lines: Sequence[tuple[float, float, str]], style: Print) -> bytes:
    """A page of single lines, each with its left end and baseline on the sheet."""
    pdf = _sheet(style)
    for x, y, text in lines:
        pdf.text(x, y, text)
    return bytes(pdf.output())


def print_paragraphs(paragraphs: Sequence[str], style: Print) -> bytes:
    """A page of running text."""
    pdf = _sheet(style)
    _paragraphs(pdf, style, paragraphs, style.margin)
    return bytes(pdf.output())


def _sheet(style: Print) -> FPDF:
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_creation_date(FIXED_DATE)
    pdf.set_auto_page_break(False)
    pdf.add_font("body", fname=style.font)
    pdf.set_font("body", size=style.font_size)
    pdf.set_line_width(style.line_width)
    pdf.c_margin = 0
    pdf.add_page()
    return pdf


def _paragraphs(pdf: FPDF, style: Print, paragraphs: Sequence[str], y: float) -> float:
    for paragraph in paragraphs:
        for line in _wrapped(pdf, paragraph, A4[0] - 2 * style.margin):
            y += style.line
            pdf.text(style.margin, y, line)
    return y


def _wrapped(pdf: FPDF, text: str, width: float) -> list[str]:
    """Lines no wider than `width`, none of which begins with a mark that belongs to the line before."""
    lines, line = [], ""
    for token in TOKEN.findall(text):
        if line and token not in NEVER_FIRST and pdf.get_string_width(line + token) > width:
            lines.append(line)
            line = ""
        line += token
    return [*lines, line] if line else lines


@dataclass(frozen=True)
class _Setter:
    pdf: FPDF
    table: Table
    style: Print

    @property
    def xs(self) -> list[float]:
        scale = (A4[0] - 2 * self.style.margin) / sum(self.table.widths)
        return [self.style.margin + scale * sum(self.table.widths[:n]) for n in range(len(self.table.widths) + 1)]

    def lines(self, placed: Placed) -> list[str]:
        return _wrapped(self.pdf, placed.cell.text, self.width(placed) - 2 * self.style.padding)

    def width(self, placed: Placed) -> float:
        return self.xs[placed.columns.stop] - self.xs[placed.col]

    def ys(self, top: float) -> list[float]:
        heights = [self.style.line + 2 * self.style.room] * len(self.table.rows)
        for placed in sorted(_placed(self.table), key=lambda placed: placed.cell.rowspan):
            needed = len(self.lines(placed)) * self.style.line + 2 * self.style.room
            lacking = needed - sum(heights[row] for row in placed.rows)
            for row in placed.rows:
                heights[row] += max(0.0, lacking) / placed.cell.rowspan
        return [top + sum(heights[:n]) for n in range(len(heights) + 1)]

    def draw(self, top: float) -> float:
        """Draws the table and gives the height at which it ends."""
        ys = self.ys(top)
        for placed in _placed(self.table):
            self._draw_text(placed, ys)
        for x0, y0, x1, y1 in self._rules(ys):
            self.pdf.line(x0, y0, x1, y1)
        return ys[-1]

    def _draw_text(self, placed: Placed, ys: list[float]) -> None:
        style, lines = self.style, self.lines(placed)
        top, bottom = ys[placed.row], ys[placed.rows.stop]
        header = self.table.rows[placed.row].header
        spare = (bottom - top - len(lines) * style.line) / 2
        y = top + (spare if header or style.vertical == "middle" else style.room)
        ascent = style.font_size * POINT * 0.86 + (style.line - style.font_size * POINT) / 2
        for number, line in enumerate(lines):
            beside = self.width(placed) - 2 * style.padding - self.pdf.get_string_width(line)
            x = self.xs[placed.col] + style.padding
            if placed.cell.align == "center":
                x += beside if style.numbers_right and _is_number(placed.cell.text) else beside / 2
            self.pdf.text(x, y + number * style.line + ascent, line)

    def _rules(self, ys: list[float]) -> Iterator[tuple[float, float, float, float]]:
        ruling, xs, rows = self.style.ruling, self.xs, self.table.rows
        body = sum(1 for row in rows if row.header)
        for y, drawn in ((ys[0], ruling.top), (ys[body], ruling.under_header), (ys[-1], ruling.bottom)):
            if drawn:
                yield xs[0], y, xs[-1], y
        for x in [xs[0], xs[-1]] if ruling.sides else []:
            yield x, ys[0], x, ys[-1]
        for placed in _placed(self.table):
            below, right = ys[placed.rows.stop], xs[placed.columns.stop]
            spanning = rows[placed.row].header and placed.cell.colspan > 1
            if ruling.rows:
                yield xs[placed.col], below, right, below
            elif ruling.under_spanning and spanning:
                yield xs[placed.col] + self.style.padding, below, right - self.style.padding, below
            if ruling.columns and placed.columns.stop < len(xs) - 1:
                yield right, ys[placed.row], right, below


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text[:1] in "≥≤"


def row(*texts_: str, header: bool = False) -> TableRow:
    """A row of single cells; sentences are set from the left."""
    return TableRow(tuple(cell(text) for text in texts_), header=header)


def cell(text: str, rowspan: int = 1, colspan: int = 1) -> TableCell:
    return TableCell(text, rowspan, colspan, "left" if len(text) > 12 else "center")


INDICATORS = Table(
    "项目支出绩效自评表",
    "（2023年度）",
    (18, 20, 44, 24, 24, 12, 15),
    (
        row("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", header=True),
        row("产出指标", "数量指标", "治理中小河流长度", "≥24公里", "26公里", "10", "10"),
        row("产出指标", "数量指标", "完成小型水库除险加固及配套监测设施安装的座数", "≥8座", "7座", "10", "8.75"),
        row("产出指标", "质量指标", "工程一次验收合格率", "≥98%", "100%", "15", "15"),
        row("产出指标", "时效指标", "按照批复的实施方案在规定工期内完工的项目所占比例", "≥95%", "93.3%", "10", "9.8"),
        row("产出指标", "成本指标", "单位造价", "≤35万元", "33.6万元", "5", "5"),
        row("效益指标", "社会效益", "受益农户户数", "≥1200户", "1264户", "20", "20"),
        row("效益指标", "可持续影响", "管护机制持续运行", "长期", "长期", "10", "9"),
        row("满意度", "服务对象", "受益群众满意度", "≥90%", "96.5%", "10", "10"),
        row("", "", "合计", "", "", "90", "87.55"),
    ),
)

BUDGETS = Table(
    "项目资金",
    "（万元）",
    (40, 22, 22, 22, 16, 16),
    (
        row("资金名称", "年初预算数", "全年预算数", "全年执行数", "执行率", "得分", header=True),
        row("年度资金总额", "1250.00", "1315.40", "1290.06", "98.07%", "9.8"),
        row("其中：当年财政拨款", "1250.00", "1250.00", "1226.66", "98.13%", ""),
        row("上年结转资金", "", "65.40", "63.40", "96.94%", ""),
        row("其他资金", "", "", "", "", ""),
        row("合计", "1250.00", "1315.40", "1290.06", "98.07%", "9.8"),
    ),
)

TWO_LEVELS = Table(
    "部门预算执行情况",
    "（2022年度）",
    (34, 20, 20, 20, 20, 16),
    (
        TableRow(
            (
                cell("单位", rowspan=2),
                cell("基本支出", colspan=2),
                cell("项目支出", colspan=2),
                cell("得分", rowspan=2),
            ),
            header=True,
        ),
        row("预算", "执行", "预算", "执行", header=True),
        row("局机关", "820.5", "811.2", "1460.0", "1398.7", "9.7"),
        row("水利工程建设中心", "312.0", "309.8", "2275.6", "2275.6", "10"),
        row("河道管理处", "198.4", "198.4", "640.0", "511.3", "8.6"),
        row("供水管理站", "76.9", "75.0", "85.5", "85.5", "9.9"),
        row("水文监测中心", "143.2", "140.1", "97.0", "96.2", "9.9"),
    ),
)

TARGETS = Table(
    "绩效目标",
    "",
    (24, 60, 60),
    (
        row("序号", "年度绩效目标", "实际完成情况", header=True),
        row(
            "1",
            "完成中小河流治理二十四公里，提升沿岸防洪减灾能力。",
            "已完成治理二十六公里，沿岸三个乡镇防洪能力得到提升。",
        ),
        row("2", "完成八座小型水库除险加固。", "完成七座，另一座因征地推迟，计划次年三月完工。"),
        row(
            "3",
            "改造农村集中供水工程十二处，保障一千二百户农户饮水安全，水质达标率不低于百分之九十五。",
            "改造十二处，受益一千二百六十四户。",
        ),
        row("4", "开展节水宣传活动。", "开展节水宣传活动十一场，参加群众三千余人次。"),
    ),
)

WIDE = Table(
    "项目汇总",
    "",
    (12, 50, 18, 18, 18, 18, 14, 14, 18),
    (
        row("序号", "项目名称", "预算数", "调整数", "执行数", "执行率", "分值", "得分", "等级", header=True),
        *(
            row(str(number), name, str(initial), str(initial + 12), str(initial - 8), f"{rate}%", "10", score, grade)
            for number, (name, initial, rate, score, grade) in enumerate(
                (
                    ("河道清淤疏浚", 320, 94.0, "9.4", "优"),
                    ("堤防维修养护", 1185, 98.3, "9.8", "优"),
                    ("山洪灾害监测预警平台运行维护", 96, 79.2, "7.9", "中"),
                    ("水土流失综合治理", 740, 88.5, "8.9", "良"),
                    ("农村集中供水工程改造", 415, 96.1, "9.6", "优"),
                    ("取水口监测计量设施安装", 268, 92.7, "9.3", "优"),
                    ("节水型社会建设", 55, 100, "10", "优"),
                    ("水库移民后期扶持", 630, 90.8, "9.1", "优"),
                    ("水资源费征收管理", 41, 86.4, "8.6", "良"),
                ),
                start=1,
            )
        ),
    ),
)

TABLES = {"indicators": INDICATORS, "budgets": BUDGETS, "two levels": TWO_LEVELS, "targets": TARGETS, "wide": WIDE}

PARAGRAPHS = (
    "　　一、项目基本情况",
    "　　2023年，我局按照年初批复的绩效目标，组织实施中小河流治理及堤防维修养护工程。全年预算安排1315.40万元，"
    "实际执行1290.06万元，执行率为98.07%。其中：当年财政拨款1226.66万元，上年结转资金63.40万元。",
    "　　二、绩效目标完成情况",
    "　　（一）产出指标。完成中小河流治理26公里，超出目标2公里；完成小型水库除险加固7座，较目标少1座，"
    "原因是征地手续办理时间较长；工程一次验收合格率达到100%。",
    "　　（二）效益指标。沿岸三个乡镇的防洪能力明显提升，受益农户1264户，管护机制持续运行。",
    "　　（三）满意度指标。经问卷调查，受益群众满意度为96.5%，达到预期。",
    "　　三、存在的问题和改进措施",
    "　　1.前期工作不够扎实，个别项目征地推迟，影响完工时间。",
    "　　2.绩效指标设置还不够细化，部分指标难以衡量。",
    "　　3.资金支付进度前慢后快。",
    "　　下一步，将提前办理征地手续，细化绩效指标，按月调度资金支付，确保项目按期完工、资金及时支出。",
)
