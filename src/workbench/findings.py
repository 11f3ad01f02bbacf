"""Every finding code once: how serious it is, what kind of statement it makes, and its wording.

A new check is three things: the check, its row in `FINDINGS`, and its test. The check writes
``FINDINGS["goal-missing"].says("skipped", before=1, after=3).about("goals", field="goal_no")``.

Wordings are templates of `str.format` with named placeholders. Text of a form only ever fills a placeholder and is
never itself a template, so braces in it stay braces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Literal, NamedTuple, get_args

from workbench.model import Finding, Severity, Table

Calculation = Literal["weights", "scores", "points", "attainment", "amounts", "execution-rate", "execution-score"]
"""Calculations of a form: the sum of all weights or scores, the points of one row against its weight or against its
attainment, the sum of the amounts, and the rate and the score of budget execution."""

EVERY_CALCULATION: frozenset[Calculation] = frozenset(get_args(Calculation))
"""What a number that was not read may be missing from."""

ONLY = ""
"""Name of the wording of a kind of finding that has just one."""

LONGEST_LISTED = 20
"""Characters that a list of cells shows of each."""

LONGEST_EXCERPT = 80
"""Characters that an excerpt shows of all its texts together."""


class Statement(NamedTuple):
    """What a finding says, before it is known where in the form it belongs."""

    code: str
    severity: Severity
    message: str

    def of(self, record: str) -> Statement:
        """The statement with the name of the record that it is about in front."""
        return self._replace(message=f"{record}：{self.message}")

    def about(
        self,
        table: Table | None = None,
        record_no: int | None = None,
        field: str | None = None,
        page: int | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> Finding:
        """The finding that makes this statement about a place of the form."""
        return Finding(self.code, self.severity, self.message, table, record_no, field, page, expected, found)


@dataclass(frozen=True, slots=True)
class Wording:
    """One message of a kind of finding, and how serious what it says is."""

    severity: Severity
    template: str

    @property
    def placeholders(self) -> frozenset[str]:
        """Names of the facts that the template needs."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.template) if name)


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One finding code.

    Attributes:
        code: the name of the kind in the tables.
        wordings: its messages by name. A kind whose severity depends on the case has a wording for each severity.
        is_flag: the machine may be wrong, and not the form: a person should look.
        settled_by_looking: the finding is gone once a person has settled the field or row. Other findings are facts
            of the form, whoever reads it.
        rows_may_be_missing: rows may be missing from the tables, so no sum of them is certain.
        calculations: the calculations that it speaks of. A review shows such a finding as gone as soon as corrected
            values no longer bear it out.
        compares: what its ``expected`` and its ``found`` are called.
    """

    code: str
    wordings: Mapping[str, Wording]
    is_flag: bool = field(default=False, kw_only=True)
    settled_by_looking: bool = field(default=False, kw_only=True)
    rows_may_be_missing: bool = field(default=False, kw_only=True)
    calculations: frozenset[Calculation] = field(default=frozenset(), kw_only=True)
    compares: tuple[str, str] = field(default=("应为", "表中"), kw_only=True)

    def says(self, wording: str = ONLY, /, **facts: object) -> Statement:
        """The statement in one of the kind's wordings; facts that the wording has no place for are left out.

        Raises:
            KeyError: there is no such wording, or it needs a fact that is not given.
        """
        severity, template = self.wordings[wording].severity, self.wordings[wording].template
        return Statement(self.code, severity, template.format_map(facts))


def listed(texts: Iterable[str]) -> str:
    """The texts of some cells as messages list them: “…”、“…”."""
    return "、".join(f"“{text[:LONGEST_LISTED]}”" for text in texts)


def excerpt(texts: Iterable[str]) -> str:
    """The beginning of several texts in one line."""
    return "；".join(texts)[:LONGEST_EXCERPT]


def _error(template: str) -> Wording:
    return Wording("error", template)


def _warning(template: str) -> Wording:
    return Wording("warning", template)


def _info(template: str) -> Wording:
    return Wording("info", template)


def _sum(name: str, template: str) -> dict[str, Wording]:
    """The wordings of a sum: an error, or a warning where something that was not read may explain it."""
    return {
        name: _error(template),
        f"{name}-numbers-unread": _warning(f"{template}（其中{{unread}}个数未能读出）"),
        f"{name}-pages-unread": _warning(f"{template}（有页面或内容未能读取）"),
    }


_TOTAL = "{field}合计不符：各行相加为{computed:g}（{counted}），表中总计为{stated:g}，相差{difference:+g}"
_READ_OTHERWISE_NOW = "{now}（{signature}），机器现读作{read}；采用更正值，请对照原件重新确认"
_ON_TWO_PAGES = "（第{page}页与第{next_page}页：{name:.30}）"

_SAME_FORM = "与{others}像是同一张表（部门、项目、年度相同，文字相近）：都留在数据中"

_OF_DOCUMENTS = (
    FindingKind(
        "hidden-content",
        {
            "sheets": _warning("隐藏的工作表未读入：{sheets}"),
            "cells": _warning("工作表“{sheet}”中隐藏的行或列有内容，打印时不显示，未读入：{cells}"),
        },
    ),
    FindingKind(
        "formula-without-value",
        {
            ONLY: _error(
                "工作表“{sheet}”中的公式没有保存计算结果，无法读取：{cells}；请用Excel或WPS打开该文件，保存后重新读入"
            )
        },
    ),
    FindingKind("text-box-skipped", {ONLY: _warning("文本框中的文字未读入，请核对：{texts}")}),
    FindingKind("rows-deleted", {ONLY: _warning("有{rows}个表格行在修订中标记为删除，未读入，请对照原件：{texts}")}),
    FindingKind(
        "merged-cells-missing",
        {ONLY: _warning("文字稿的表格没有合并单元格，短的行已按右端与其上的行对齐，请核对")},
    ),
    FindingKind("conversion-loss", {ONLY: _warning("旧版Word文件转换时有内容可能未读入，请核对：{losses}")}),
    FindingKind(
        "duplicate-form",
        {
            "counted": _info(f"{_SAME_FORM}，统计时计本表"),
            "left-out": _warning(f"{_SAME_FORM}，统计时不计本表；要计本表，请在复核中接受本条"),
        },
        compares=("计入", "另一份"),
    ),
    FindingKind(
        "picture-skipped",
        {
            ONLY: _info("文件中有{pictures}张图片，图片中的文字未读入"),
            "over": _warning("文件中有{pictures}个浮于文字上方的图形或图片，可能遮住表格中的数字，请对照原件"),
        },
    ),
    FindingKind("attachments-linked", {ONLY: _info("网页链接的{count}个附件未读入，需要的请另行下载：{names}")}),
)
"""What is in a file and was not read, and what is in several."""

_OF_READING = (
    FindingKind(
        "low-confidence",
        {
            "text": _warning("{field}“{text:.40}”识别把握不足（{certainty}），请对照原件"),
            "ink": _warning("{field}有笔迹但未能识别，请对照原件"),
            "blank": _warning("{field}读作空白，但格线不清（{certainty}），旁边的文字可能属于此格，请对照原件"),
            "sign": _warning("符号栏读作“{text}”，扫描件上可能是“=”，指标值未带符号，请对照原件"),
        },
        is_flag=True,
        settled_by_looking=True,
        compares=("另读作", "表中"),
    ),
    FindingKind(
        "shown-unsure",
        {
            ONLY: _warning(
                "{field}“{text:.40}”在文件中带有隐藏、上下标、图形等可能改变显示的内容（以\ufffd代替），"
                "页面上显示什么不能确定，请对照原件"
            )
        },
        is_flag=True,
        settled_by_looking=True,
    ),
    FindingKind(
        "readers-disagree",
        {
            "text": _warning("{field}取“{text:.40}”，另一次识别为“{other:.40}”，请对照原件"),
            "nothing": _warning("{field}取“{text:.40}”，另一次识别没有读出，请对照原件"),
        },
        is_flag=True,
        settled_by_looking=True,
        compares=("另读作", "表中"),
    ),
    FindingKind(
        "confirmed-by-sum",
        {ONLY: _info("{field}“{text}”单看识别把握不足，但与合计{total}相符，换一种读法则不符，无须核对")},
        compares=("合计", "表中"),
    ),
    FindingKind(
        "read-as-word",
        {ONLY: _info("{field}读作“{other:.40}”，按表式用语认作“{text:.40}”")},
        compares=("读作", "表中"),
    ),
    FindingKind(
        "obscured",
        {
            "read": _warning("{field}被印章等遮盖，读作“{text:.40}”，请对照原件"),
            "unread": _warning("{field}被印章等遮盖，未能读出，请对照原件"),
        },
        is_flag=True,
        settled_by_looking=True,
    ),
    FindingKind(
        "not-a-number",
        {
            "field": _error("{field}“{text:.40}”不是数字，表中留空，请对照原件"),
            "target": _warning("指标值“{text:.40}”未能读成数值，请对照原件"),
            "actual": _warning("完成值“{text}”未能读成数值，请对照原件"),
            "date": _warning("完成值“{text}”未能读成日期，请对照原件"),
        },
        is_flag=True,
        calculations=EVERY_CALCULATION,
    ),
    FindingKind(
        "several-values",
        {
            "field": _error("{field}格内有{count}个数值：{texts}，不能确定是哪一个，表中留空，请对照原件"),
            "text": _warning("{field}格内有{count}个数值：{texts}，请对照原件"),
            "row": _warning("本行各格均有{count}行数值，已拆分为{count}个指标，请核对"),
        },
        is_flag=True,
        settled_by_looking=True,
    ),
    FindingKind(
        "missing-value",
        {
            "field": _warning("{field}为空"),
            "department": _warning("未找到部门名称"),
            "year": _warning("未找到年度"),
            "total": _warning("未找到总分行，表格可能不完整"),
            "budget": _warning("未找到预算执行情况，请对照原件"),
            "executed": _warning("有执行率或得分，但未找到全年执行数"),
            "indicators": _error("未找到任何指标，表格可能在指标之前被截断，请对照原件"),
        },
        is_flag=True,
    ),
)
"""Values that the machine is unsure of, or does not have."""

_OF_STRUCTURE = (
    FindingKind(
        "unmapped-cell",
        {
            "cell": _warning("单元格“{text:.40}”未能归入任何字段，请核对"),
            "column": _warning("“{label:.40}”一栏（{count}格，如{texts}）没有对应的字段，未采用，请核对"),
            "known-column": _info("“{label:.40}”一栏（{count}格，如{texts}）不在数据表之列，未采用"),
            "headings": _info("表头中有{count}格不在数据表之列，未采用：{texts}"),
            "tail": _info("表后说明有{count}格不在数据表之列，未采用：{texts}"),
            "subtotals": _info("小计行有{count}格不在数据表之列，未采用：{texts}"),
            "lines": _info("预算中有{count}行没有数，未采用：{texts}"),
            "block": _warning("有{count}格不属于任何字段，未采用：{texts}，请核对"),
            "unread": _warning("有{count}个单元格有字迹而未能读出，也未能归入任何字段，请对照原件"),
            "in-total": _warning("总分行中的“{text}”未能归入分值或得分，请对照原件"),
            "table": _warning("第{page}页有不属于任何自评表的表格，未采用：{texts}"),
        },
        is_flag=True,
        compares=("表头", "格中"),
    ),
    FindingKind(
        "shifted-cell",
        {
            "repeats-score": _warning("偏差原因栏中的“{text}”与得分重复，不是原因说明，未采用，请核对"),
            "not-moved": _warning("{texts}与所在列不符，疑似错列，未作移动，请对照原件"),
            "moved": _warning("单元格错列，已按内容移回：{moves}，请核对"),
            "several-in-column": _warning("同一列中有几个单元格：{texts}，请对照原件"),
            "over-columns": _warning("单元格“{text:.20}”跨越几列，无法确定属于哪一列，请对照原件"),
            "beside-target": _warning("{column}栏中的“{text:.20}”不是{column}，未并入指标值，请对照原件"),
        },
        is_flag=True,
        settled_by_looking=True,
    ),
    FindingKind(
        "column-in-doubt",
        {
            "adjusted": _warning("年度指标值“{target}”另有调整后的“{text}”，达标与否按前者判断，请核对"),
            "inferred": _warning("表头“{label}”无法识别，该列按其位置和内容推定，请对照原件"),
            "similar": _warning("“{label}”与已知的标签相近而不相同，暂按“{field}”理解，请核对"),
            "disputed": _warning("表头“{label}”与该列内容不符，仍按表头采用，请对照原件"),
            "contradicted": _warning("表头“{label}”与该列内容不符，该列未采用，请对照原件"),
            "ambiguous": _warning("表头“{label}”与另一栏的表头相近于同一个已知标签，无法分辨，该列未采用，请对照原件"),
            "year": _warning("表头“{label}”一类的各年度栏中没有本表年度，采用了{year}年的一栏，请对照原件"),
            "number": _warning("表头无法识别，其下的“{text:.20}”未能归入任何字段，请对照原件"),
            "scores-above-weights": _warning("有{above}行的得分高于分值，相邻两列的表头可能互换，请对照原件"),
            "signs-in-actuals": _warning(
                "有{actuals}行的完成值带符号，指标值只有{targets}行，相邻两列的表头可能互换，请对照原件"
            ),
        },
        is_flag=True,
        settled_by_looking=True,
    ),
    FindingKind(
        "damaged-label",
        {
            "built": _info("表头“{label}”不在已知标签之列，按其字面理解，请核对"),
            "damaged": _info("表头“{label}”有缺损，按相近的标签理解，请核对"),
        },
    ),
    FindingKind(
        "split-row-joined",
        {
            "row": _warning(f"本行在换页处被分成两部分，已合并，请核对{_ON_TWO_PAGES}"),
            "apart": _warning(f"下一页首行可能是本行的下半部分，未合并，本行的数值可能不完整，请核对{_ON_TWO_PAGES}"),
            "goal": _warning("绩效目标在换页处被分成几部分，已合并，请核对"),
            "label": _warning("换页处的空格按“{text:.20}”填写，也可能属于“{other:.20}”，请对照原件"),
        },
        is_flag=True,
        settled_by_looking=True,
    ),
    FindingKind(
        "pages-side-by-side",
        {ONLY: _warning("第{next_page}页是第{page}页向右的延续（各行等高而没有行名），已按行拼合，请核对")},
        is_flag=True,
    ),
    FindingKind("repeated-row-dropped", {"row": _info(f"本行在换页处重复印刷，只保留一次{_ON_TWO_PAGES}")}),
    FindingKind(
        "page-not-read",
        {
            "unread": _error("第{page}页未能读取，该页的指标不在数据中，请对照原件"),
            "no-table": _error("第{page}页没有找到表格，该页的指标不在数据中，请对照原件"),
        },
        is_flag=True,
        rows_may_be_missing=True,
    ),
    FindingKind(
        "text-outside-table",
        {ONLY: _warning("第{page}页表格之外有{lines}行像是表格内容的文字，可能漏读，请对照原件")},
        is_flag=True,
        rows_may_be_missing=True,
    ),
    FindingKind(
        "pages-out-of-order",
        {
            "page-numbers": _warning("印刷页码由{before}跳到{after}，可能缺页或页序有误，请对照原件"),
            "goals": _warning("第{page}页到第{next_page}页，绩效目标由{before}回到{after}，页序可能有误，请对照原件"),
            "total": _warning("总分行在第{page}页，其后的页上还有指标，页序可能有误，请对照原件"),
        },
        is_flag=True,
    ),
    FindingKind(
        "goal-missing",
        {
            "skipped": _warning("绩效目标序号由{before}跳到{after}，可能缺页或页序有误"),
            "not-listed": _warning("指标表提到绩效目标{number}，但目标表中没有"),
            "without-indicators": _warning("目标表列有绩效目标{number}，但没有它的指标，可能缺页"),
        },
        is_flag=True,
    ),
    FindingKind(
        "not-a-self-evaluation",
        {
            "monitoring": _warning("本表是年中的绩效监控表，不是自评表：其中的完成情况不是全年的，勿与自评数据合计"),
            "target": _info("本表是绩效目标申报表，不是自评表：只有目标，没有完成情况"),
            "rubric": _warning("本表是没有打分的评分标准，不是自评表：没有完成情况和得分"),
            "summary": _warning("本表是多个项目的汇总表，不是自评表：其中没有指标，每行是一个项目"),
            "budget": _warning("本表是预算表，不是自评表：其中没有绩效目标和指标"),
        },
        compares=("应为", "标题"),
    ),
    FindingKind(
        "year-inferred",
        {
            "name": _warning("表中未印年度，{year}年取自项目或部门名称，请核对"),
            "name-against-file": _warning("表中未印年度，{year}年取自项目或部门名称（文件名中为{of_file}年），请核对"),
            "file": _info("表中未印年度，{year}年取自文件名，请核对"),
            "deadlines": _warning("表中未印年度，{year}年取自各指标的完成期限，请核对"),
            "above": _warning("表中未印年度，{year}年取自表题以上的文字，请核对"),
            "several": _warning("表上印有{years}等几个年度，取{year}年，请核对"),
            "unsure": _warning("年度{year}年识别把握不足，请对照原件"),
        },
    ),
)
"""What the reconstruction of a form had to decide, or could not."""

_OF_BUDGETS = (
    FindingKind(
        "execution-rate-mismatch",
        {ONLY: _warning("执行率印为{printed}，按全年执行数÷预算数应为{computed}")},
        calculations=frozenset({"execution-rate"}),
    ),
    FindingKind(
        "execution-score-mismatch",
        {ONLY: _warning("预算执行得分印为{printed}，按执行率×分值应为{computed}")},
        calculations=frozenset({"execution-score"}),
    ),
    FindingKind("executed-exceeds-budget", {ONLY: _warning("全年执行数{executed}大于全年预算数{adjusted}")}),
    FindingKind(
        "amount-unit-mismatch",
        {
            "printed": _error("{field}印有单位“{unit}”，与表头的“{of_form}”不一致，数值未换算"),
            "ten-thousandfold": _warning("{field}与{base}相差约一万倍，可能一个以元、一个以万元为单位"),
            "labels": _warning("金额单位印有{texts}，本行按离金额最近的“{unit}”计，请核对"),
            "undecided": _warning("金额单位印有{texts}，以何者为准无法判断，单位留空，请核对"),
        },
    ),
    FindingKind(
        "budgets-do-not-add-up",
        {ONLY: _error("{field}各项资金相加为{computed:.10g}，总额印为{printed}")},
        calculations=frozenset({"amounts"}),
    ),
)
"""What the budget section says against itself."""

_OF_POINTS = (
    FindingKind(
        "score-exceeds-weight",
        {
            "budget": _error("预算执行得分{score:g}高于分值{weight:g}"),
            "indicator": _error("得分{score:g}高于分值{weight:g}"),
        },
        calculations=frozenset({"points"}),
    ),
    FindingKind(
        "points-above-full-mark",
        {ONLY: _error("{field}{points:g}高于满分{full:g}，请对照原件")},
        is_flag=True,
        calculations=frozenset({"points"}),
        compares=("满分", "表中"),
    ),
    FindingKind(
        "weights-in-percent",
        {
            "mixed": _warning("分值有{shares}个以百分比印刷，{others}个不是；百分比按100分折算，请对照原件"),
            "budget": _warning("预算行的分值印为“{text}”，而指标的分值不是百分比，请对照原件"),
            "sum": _warning("分值以百分比印刷，按100分折算，但合计为{total:g}%，请对照原件"),
        },
        is_flag=True,
    ),
    FindingKind(
        "weights-do-not-add-up",
        _sum("total", _TOTAL) | _sum("level", "“{label}”各行分值相加为{computed:g}，相差{difference:+g}"),
        calculations=frozenset({"weights"}),
    ),
    FindingKind("scores-do-not-add-up", _sum("total", _TOTAL), calculations=frozenset({"scores"})),
    FindingKind(
        "met-but-points-lost",
        {
            "points": _warning("按印刷值已达标，但扣了{lost:g}分"),
            "qualitative": _info("按印刷值已达标，但扣了{lost:g}分（定性指标达成可得80%至100%的分值）"),
        },
        calculations=frozenset({"attainment"}),
    ),
    FindingKind(
        "missed-but-full-points",
        {ONLY: _warning("按印刷值未达标，但得了满分")},
        calculations=frozenset({"attainment"}),
    ),
    FindingKind(
        "score-not-proportional",
        {ONLY: _warning("完成比例{share}，按比例应得{computed:.2f}分，表中为{score:g}分")},
        calculations=frozenset({"attainment"}),
    ),
)
"""Points that do not fit each other, or what was achieved."""

_OF_INDICATORS = (
    FindingKind("percent-as-fraction", {ONLY: _info("完成值“{actual}”按{percent:g}%理解（目标为{target}）")}),
    FindingKind("target-far-exceeded", {ONLY: _info("完成值为目标的{share:.1f}倍，目标可能偏低")}),
    FindingKind("missing-reason", {ONLY: _warning("未达标或扣分，但没有说明偏差原因")}),
    FindingKind(
        "unknown-unit",
        {
            "percent-or-fraction": _warning(
                "完成值“{actual}”没有单位，是{actual}%还是小数无法确定（目标为“{target}”）"
            ),
            "target-without-unit": _warning("目标“{target}”没有单位，与完成值“{actual}”如何比较无法确定"),
            "not-convertible": _warning("完成值“{actual}”与目标“{target}”的单位无法换算"),
            "amounts": _warning("金额单位印为“{unit}”，不是元、万元或亿元，金额单位未采用，请核对"),
        },
    ),
    FindingKind("duplicate-indicator", {ONLY: _info("与第{first}个指标同名")}),
    FindingKind(
        "target-form-linked",
        {ONLY: _info("与绩效目标申报表{form}相对应（部门、项目、年度相同）：{count}个指标中有{same}个同名")},
        compares=("应为", "申报表"),
    ),
    FindingKind(
        "target-lowered",
        {
            ONLY: _warning(
                "年度指标值比申报时容易：申报为{declared}（{place}），自评表中为{found}，请核对是否经批准调整"
            )
        },
        compares=("申报为", "自评为"),
    ),
    FindingKind(
        "reason-without-deviation",
        {ONLY: _info("完成值恰为指标值、没有扣分，却写有偏差原因")},
        compares=("应为", "原因"),
    ),
    FindingKind(
        "reason-contradicts-figures",
        {
            "missed": _info("原因中说“{words}”，而按印刷值已达标（完成比例{share}）"),
            "exceeded": _info("原因中说“{words}”，而按印刷值未达标（完成比例{share}）"),
        },
        compares=("完成比例", "原因"),
    ),
    FindingKind(
        "repeated-reason",
        {
            "rows": _info("同一句原因用于本表{count}个指标（第{rows}个）"),
            "years": _info("同一句原因也用于本部门的{years}年"),
        },
        compares=("另见", "原因"),
    ),
    FindingKind(
        "copied-reason",
        {ONLY: _info("与其他部门所写的原因一字不差：{departments}")},
        compares=("另见", "原因"),
    ),
)
"""What else is remarkable about an indicator."""

_OF_CORRECTIONS = (
    FindingKind(
        "corrected",
        {
            "value": _info("{field}由{was}更正为{now}（{signature}）"),
            "row-added": _info("补录一行：{texts}（{signature}）"),
            "value-moved": _info("{text}由{source}栏移到{goal}栏（{signature}）"),
            "rows-joined": _info("与下一行{name}合并为一行（{signature}）"),
            "row-removed": _info("删除一行：{name}（{signature}）"),
            "nothing": _info("{signature}的更正没有改变什么：{reason}"),
        },
    ),
    FindingKind(
        "correction-stale",
        {
            "confirmed": _warning(f"{{field}}曾确认{_READ_OTHERWISE_NOW}"),
            "corrected": _warning(f"{{field}}曾由{{was}}更正为{_READ_OTHERWISE_NOW}"),
            "lost-value": _warning("{signature}对{what}的更正由{was}改为{now}未能采用：{reason}，请对照原件"),
            "lost": _warning("{signature}对{what}的更正未能采用：{reason}，请对照原件"),
            "lost-form": _warning("{by}对表{form_id}的更正未能采用：该文件中没有这张表"),
        },
        is_flag=True,
    ),
    FindingKind(
        "correction-conflict",
        {
            "values": _error("{field}的更正不一致：{readings}；暂用机器读数{read}，请商定"),
            "removal": _error("更正不一致：{signature}删除了该行{name}，{people}核对了其中的值；暂予保留，请商定"),
        },
        is_flag=True,
    ),
    FindingKind("audit", {ONLY: _info("抽样核对：机器对这个值没有疑问，请对照原件")}),
)
"""What people did, or are asked to do."""

FINDINGS: Mapping[str, FindingKind] = {
    kind.code: kind
    for kind in (
        *_OF_DOCUMENTS,
        *_OF_READING,
        *_OF_STRUCTURE,
        *_OF_BUDGETS,
        *_OF_POINTS,
        *_OF_INDICATORS,
        *_OF_CORRECTIONS,
    )
}
"""The catalogue: every kind of finding by its code."""

FLAGS = frozenset(code for code, kind in FINDINGS.items() if kind.is_flag)
"""Codes of the findings that are flags, for selecting rows of a table."""


def kind_of(code: str) -> FindingKind:
    """The kind of a finding that was read back. A code of an earlier version has a kind with nothing in it."""
    return FINDINGS.get(code) or FindingKind(code, {})
