"""How messages name the fields of a form, and small readings that several checks share."""

from __future__ import annotations

from workbench.model import Entry
from workbench.values import parse_amount, parse_points

FIELD_NAMES = {
    "title": "标题",
    "year": "年度",
    "amount_unit": "金额单位",
    "goal_no": "目标序号",
    "department": "部门名称",
    "project": "项目名称",
    "unit": "实施单位",
    "total_weight": "总分值",
    "total_score": "总得分",
    "conclusion": "自评结论",
    "funds": "资金类别",
    "initial": "年初预算数",
    "adjusted": "全年预算数",
    "executed": "全年执行数",
    "execution_rate": "执行率",
    "weight": "分值",
    "score": "得分",
    "deviation": "偏差原因",
    "goal": "年度绩效目标",
    "number": "目标序号",
    "goal_label": "所属目标",
    "actual": "实际完成值",
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "target": "年度指标值",
}

BLANK_CELL = "空白"
"""What a finding calls the reading of a cell in which nothing is printed."""


def field_name(field: str) -> str:
    """The Chinese name of a field."""
    return FIELD_NAMES.get(field, field)


def points(entry: Entry | None) -> float | None:
    """A weight or a score; None where the form has no such column, or no number in it."""
    return parse_points(entry.text) if entry is not None else None


def amount(entry: Entry | None) -> float | None:
    """An amount of money as printed; None where the form has no such column, or no number in it."""
    return parse_amount(entry.text) if entry is not None else None
