"""What a form of each layout holds, whatever it looks like: the facts of `shared/forms/layouts.md`, as data.

A field that a layout does not print is null in the dataset. On a target form (绩效目标表), made before the year
begins, the budget is the initial one, whatever its label.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Levels = Mapping[str, Mapping[str, str]]
"""First level → second level → the kind of indicator under it, a name in `tests.scans.measures.MEASURES`."""

STANDARD: Levels = {
    "产出指标": {"数量指标": "count", "质量指标": "quality", "时效指标": "time", "成本指标": "cost"},
    "效益指标": {
        "经济效益指标": "economic",
        "社会效益指标": "social",
        "生态效益指标": "ecological",
        "可持续影响指标": "lasting",
    },
    "满意度指标": {"服务对象满意度指标": "satisfaction"},
}
BY_STAGE: Levels = {
    "项目决策": {"项目立项": "decision", "资金投入": "funding"},
    "项目管理": {"资金管理": "funding", "组织实施": "management"},
    "项目产出": {"产出数量": "count", "产出质量": "quality", "产出时效": "time", "产出成本": "cost"},
    "项目效益": {"社会效益": "social", "可持续影响": "lasting", "满意度": "satisfaction"},
}
BY_LOGIC: Levels = {
    "投入": {"目标设定": "decision", "预算配置": "funding"},
    "过程": {"预算执行": "funding", "预算管理": "management", "资产管理": "management"},
    "产出": {"职责履行": "count", "完成质量": "quality", "完成时效": "time"},
    "效果": {"履职效益": "social", "可持续影响": "lasting", "满意度": "satisfaction"},
}
# No second levels: each row has an outcome told in words instead.
STATED_OUTCOMES: Levels = {"产出指标": {"": "statement"}, "效益指标": {"": "statement"}}

ALL_BUDGET = ("initial", "adjusted", "executed", "weight", "rate", "score")
CENTRAL_FUNDS = ("年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金")


@dataclass(frozen=True)
class Shape:
    """The contents of a layout's forms. Names of fields are the keys of a truth.

    `stated` is the total weight on the form, `points` what its parts add up to when nobody makes a mistake.
    The funds below the first are its parts, in so many `ways` side by side. `extras` are printed columns that
    the dataset has no place for. `split` forms print sign, number and unit in three columns. `signs` and
    `units`: how the region writes those of the central template. `code_digits`: of the code before a project's
    name. `projects`: how many of them one table holds. `budget_points`: for spending the budget. `sum_last`: the
    funds' sum is their last line.
    """

    title: str
    years: tuple[int, int] = (2018, 2024)
    fields: tuple[str, ...] = ()
    heads: tuple[str, ...] = ("department", "project", "unit")
    funds: tuple[str, ...] = CENTRAL_FUNDS
    ways: int = 1
    amount_unit: str = "万元"
    budget: tuple[str, ...] = ALL_BUDGET
    goals: tuple[int, int] = (1, 1)
    goal: tuple[str, ...] = ("goal", "actual")
    indicators: tuple[int, int] = (8, 60)
    indicator: tuple[str, ...] = ("actual", "weight", "score", "deviation")
    extras: tuple[str, ...] = ()
    goal_of_indicator: bool = False
    levels: Levels = field(default_factory=lambda: STANDARD)
    points_in_label: bool = False
    stated: int = 100
    points: int = 100
    total: tuple[str, ...] = ("weight", "score")
    conclusion: bool = False
    split: bool = False
    signs: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    code_digits: int = 0
    projects: tuple[int, int] = (1, 1)
    budget_points: int = 10
    sum_last: bool = False


CENTRAL = Shape("项目支出绩效自评表")
OVERALL = Shape(
    "整体支出绩效自评表",
    heads=("department",),
    funds=("部门预算金额(万元)",),
    budget=(*ALL_BUDGET, "deviation"),
    goals=(1, 6),
    goal=("goal", "actual", "deviation"),
    goal_of_indicator=True,
    conclusion=True,
)
TARGET = Shape("项目支出绩效目标表", budget=("initial",), goal=("goal",), indicator=(), total=())

SHAPES: dict[str, Shape] = {
    "tianjin-overall": OVERALL,
    "central-project": replace(CENTRAL, points_in_label=True),
    "beijing-district": replace(
        CENTRAL,
        years=(2016, 2016),
        funds=("年度资金总额", "其中：本年财政拨款", "其他资金"),
        budget=("initial", "executed", "weight", "rate", "score"),
        extras=("method",),
    ),
    "sichuan-county": replace(
        CENTRAL,
        title="绩效目标自评表",
        years=(2022, 2022),
        fields=("relief",),
        funds=("年度资金总额", "其中：中央补助", "省级资金", "其他资金"),
        budget=("adjusted", "executed", "weight", "rate", "score"),
        points=110,
    ),
    "sichuan-system": replace(
        CENTRAL,
        title="部门预算项目支出绩效自评表",
        years=(2023, 2023),
        funds=("总额", "其中：财政资金", "财政专户管理资金", "单位资金", "其他资金"),
        budget=(*ALL_BUDGET, "deviation"),
        indicators=(8, 24),
        conclusion=True,
        split=True,
        code_digits=51,
    ),
    "yunnan-school": replace(
        CENTRAL,
        years=(2022, 2022),
        fields=("education",),
        amount_unit="元",
        split=True,
        signs={"≥": "≧", "≤": "≦", "=": "═"},
    ),
    "ningxia-school": replace(
        CENTRAL,
        title="市本级部门项目支出绩效自评表",
        years=(2021, 2021),
        fields=("education",),
        funds=("年度资金总额", "其中：财政拨款", "其他资金"),
        budget=("initial", "adjusted", "executed", "rate"),
        levels=BY_STAGE,
        total=("score",),
    ),
    "hunan-target": replace(
        TARGET,
        title="部门整体支出绩效目标申报表",
        years=(2017, 2017),
        heads=("department",),
        funds=(
            "资金总额",
            "一般公共预算拨款",
            "基本支出",
            "政府性基金拨款",
            "项目支出",
            "其他资金",
            "其他支出",
        ),
        ways=2,
        indicators=(8, 16),
        levels=STATED_OUTCOMES,
    ),
    "tianjin-court-target": replace(
        TARGET,
        years=(2023, 2023),
        fields=("courts",),
        funds=("预算数", "其中:财政资金", "其他资金"),
        extras=("description",),
        units={"%": "百分比"},
    ),
    "inner-mongolia-target": replace(
        TARGET,
        title="项目绩效目标表",
        years=(2025, 2025),
        heads=("department", "project"),
        funds=("预算数",),
        indicator=("weight",),
        extras=("nature",),
        split=True,
        signs={"≥": "大于等于", "≤": "小于等于", "=": "等于"},
        projects=(2, 5),
    ),
    "no-weights": replace(
        CENTRAL,
        budget=("initial", "adjusted", "executed", "rate"),
        indicator=("actual", "deviation"),
        total=(),
        conclusion=True,
    ),
    "extra-columns": replace(CENTRAL, extras=("completion", "method", "standard", "note")),
    "repeated-labels": CENTRAL,
    "goal-blocks": replace(OVERALL, goals=(2, 6), goal=("goal", "actual")),
    "swapped-columns": CENTRAL,
    "template-leftovers": replace(CENTRAL, points_in_label=True),
    "hubei-overall": replace(
        OVERALL,
        title="部门整体绩效自评表",
        funds=("部门整体支出总额", "其中：基本支出", "项目支出"),
        budget=("adjusted", "executed", "rate", "score"),
        budget_points=20,
        goals=(1, 4),
        goal=("goal",),
        indicator=("actual", "score"),
        total=("score",),
        conclusion=False,
    ),
    "level-points": replace(
        CENTRAL,
        title="部门整体支出绩效自评表",
        heads=("department",),
        funds=("合计", "基本支出", "项目支出"),
        budget=("initial", "adjusted", "executed", "rate"),
        indicators=(8, 40),
        extras=("description", "standard"),
        levels=BY_LOGIC,
    ),
    "combined-levels": replace(CENTRAL, split=True, extras=("completion",)),
    "budget-below": replace(
        CENTRAL,
        title="项目绩效自评价表",
        funds=("资金总额", "其中：省级财政资金", "市县财政资金", "其他资金"),
        budget=("adjusted", "executed", "rate"),
        extras=("standard",),
    ),
    "shaanxi-overall": replace(
        CENTRAL,
        title="部门整体支出绩效自评表",
        heads=("department",),
        funds=("金额合计", "人员经费", "公用经费", "专项业务费"),
        budget=("adjusted", "executed", "weight", "rate", "score"),
        sum_last=True,
    ),
    "four-levels": replace(
        CENTRAL,
        title="财政专项资金绩效自评表",
        budget=("initial", "executed", "rate", "deviation"),
        conclusion=True,
    ),
    "labels-in-cells": replace(
        CENTRAL,
        title="财政支出项目绩效自评表",
        amount_unit="元",
        funds=("",),
        budget=("adjusted", "executed", "rate"),
        indicator=("actual", "weight", "score"),
        extras=("standard",),
    ),
    "two-row-headers": replace(
        CENTRAL,
        title="部门预算项目绩效自评表",
        budget=(*ALL_BUDGET, "deviation"),
        goal=("goal",),
        extras=("completion",),
    ),
    "explained-columns": replace(
        CENTRAL,
        title="市级部门项目绩效自评表",
        funds=("合计", "财政拨款", "上级补助", "自筹资金"),
        budget_points=20,
        extras=("description", "method"),
    ),
    "total-first": replace(
        CENTRAL,
        title="专项资金绩效自评表",
        budget=("initial", "adjusted", "executed", "rate", "weight", "score"),
        extras=("completion",),
    ),
}
"""The shape of every layout, by the layout's name."""
