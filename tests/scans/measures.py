"""Invented indicators, one function for each kind: a name, a target, what was achieved, and how much of it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.scans.vocabulary import PRAISE, Field, Work

DECIMAL_UNITS = (
    "公里",
    "平方公里",
    "万亩",
    "万亩次",
    "万立方米",
    "万千瓦",
    "万人",
    "万人次",
    "万吨",
    "亿条",
    "万件",
    "万元",
)
WHOLE = 1.0


@dataclass(frozen=True)
class Measure:
    """What an indicator row says before anyone scores it. `reached`: the share of the target, 1 where it is met."""

    name: str
    target: str
    actual: str
    reached: float = WHOLE


@dataclass(frozen=True)
class Setting:
    """What an indicator is about. `signed`: figures always come with a sign, as three columns for them need."""

    rng: Random
    field: Field
    year: int
    signed: bool

    def work(self) -> Work:
        return self.rng.choice(self.field.works)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share


def figure(value: float) -> str:
    """A number as people type it: no zeros behind the last digit."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _amount(setting: Setting, least: float, most: float, unit: str) -> float:
    value = setting.rng.uniform(least, most)
    return round(value, 1) if unit in DECIMAL_UNITS else float(round(value))


def _at_least(setting: Setting, name: str, wanted: float, unit: str, told: str) -> Measure:
    """A target of so many `unit`; `told` opens the sentence that some people write for a figure."""
    met = setting.chance(0.85)
    step = 0.1 if unit in DECIMAL_UNITS else 1.0
    share = (
        setting.rng.choice((1.0, 1.0, setting.rng.uniform(1.0, 1.4), 2.7)) if met else setting.rng.uniform(0.4, 0.95)
    )
    reached = max(round(wanted * share / step) * step, 0.0)
    reached = max(reached, wanted) if met else min(reached, max(wanted - step, 0.0))
    sign = setting.rng.choice(("≥", "≥", "≥", "="))
    number = figure(wanted)
    plain = (f"{number}{unit}", f"{number}{unit}以上", f"{number}-{figure(wanted * 2)}{unit}", number)
    target = f"{sign}{number}{unit}" if setting.signed or setting.chance(0.8) else setting.rng.choice(plain)
    got = figure(reached)
    whole = f"{told}{got}{unit}，{setting.rng.choice(PRAISE)}"
    ways = (f"{got}{unit}", got, f"{sign}{got}{unit}" if target.startswith(sign) else got, whole)
    actual = setting.rng.choices(ways, (10, 3, 2, 2))[0]
    return Measure(name, target, actual, WHOLE if met else reached / wanted)


def _at_most(setting: Setting, name: str, limit: float, unit: str) -> Measure:
    met = setting.chance(0.88)
    spent = limit * (
        setting.rng.choice((1.0, setting.rng.uniform(0.7, 0.99))) if met else setting.rng.uniform(1.05, 1.4)
    )
    spent = spent if met else max(spent, limit + 0.01)
    number, got = figure(limit), figure(spent)
    target = f"≤{number}{unit}" if setting.signed or setting.chance(0.9) else f"{number}{unit}以内"
    actual = setting.rng.choices((f"{got}{unit}", got, f"≤{got}{unit}"), (8, 2, 1))[0]
    return Measure(name, target, actual, WHOLE if met else limit / spent)


def _rate(setting: Setting, name: str) -> Measure:
    wanted = setting.rng.choice((100, 100, 98, 95, 95, 90, 90, 85, 80))
    met = setting.chance(0.88)
    share = (
        setting.rng.choice((100.0, round(setting.rng.uniform(wanted, 100), 1)))
        if met
        else wanted - setting.rng.choice((1.5, 4, 7.25, 12))
    )
    sign = "=" if wanted == 100 else "≥"
    plain = (f"{wanted}%", f"{wanted}%以上" if wanted < 100 else "100%", f"{wanted - 5}%-{wanted}%")
    target = f"{sign}{wanted}%" if setting.signed or setting.chance(0.85) else setting.rng.choice(plain)
    as_fraction = f"{share / 100:.4f}".rstrip("0").rstrip(".")
    repeated = f"{sign}{figure(share)}%" if target.startswith(sign) else f"{figure(share)}%"
    actual = setting.rng.choices((f"{figure(share)}%", as_fraction, repeated), (6, 3, 1))[0]
    return Measure(name, target, actual, WHOLE if met else share / wanted)


def _date(setting: Setting, name: str) -> Measure:
    rng, year = setting.rng, setting.year
    month, day = rng.choice((3, 6, 6, 9, 10, 11, 12, 12, 12)), rng.randint(1, 28)
    targets = (
        f"{year}年{month}月底前",
        f"{month}月底前",
        f"{year}年{month}月",
        f"{year}年{month}月{day}日前",
        f"{year}年底前",
    )
    done = rng.randint(1, month)
    actuals = (
        f"{year}年{done}月{rng.randint(1, day)}日",
        f"{done}月{rng.randint(1, day)}日完成",
        f"{year}.{done:02}.15",
        "按时完成",
    )
    if setting.chance(0.9):
        return Measure(name, rng.choice(targets), rng.choice(actuals))
    return Measure(name, targets[0], f"{year + 1}年{rng.randint(1, 5)}月{day}日", 0.8)


def _grade(setting: Setting, name: str, wanted: str, told: str) -> Measure:
    """A target in words."""
    if setting.chance(0.9):
        story = f"{wanted}，{told}，{setting.rng.choice(PRAISE)}，全部达成预期指标"
        return Measure(name, wanted, setting.rng.choice((wanted, "全部达成预期指标", "达成预期指标", story)))
    return Measure(name, wanted, "部分达成预期指标并具有一定效果", 0.8)


def count(setting: Setting) -> Measure:
    work = setting.work()
    name = setting.rng.choice(("{}数量", "完成{}数量", "{}完成量", "{}任务数")).format(work.what)
    return _at_least(setting, name, _amount(setting, work.least, work.most, work.unit), work.unit, f"全年{work.what}")


def quality(setting: Setting) -> Measure:
    ends = ("验收合格率", "质量达标率", "完成率", "覆盖率", "资料归档率", "合规率")
    return _rate(setting, setting.work().what + setting.rng.choice(ends))


def time(setting: Setting) -> Measure:
    what = setting.work().what
    if setting.chance(0.5):
        return _date(setting, what + setting.rng.choice(("完成时间", "完成时限", "启动时间")))
    if setting.chance(0.6):
        return _rate(setting, what + setting.rng.choice(("完成及时率", "按期完成率", "资金拨付及时率")))
    limits = ((30.0, "天"), (3.0, "个工作日"), (0.5, "小时"), (12.0, "个月"), (48.0, "小时"))
    limit, unit = setting.rng.choice(limits)
    return _at_most(setting, what + setting.rng.choice(("办理时限", "响应时间", "平均用时")), limit, unit)


def cost(setting: Setting) -> Measure:
    work = setting.work()
    if setting.chance(0.4):
        unit = f"元/{work.unit}"
        return _at_most(setting, f"{work.what}单位成本", float(setting.rng.randint(5, 900)), unit)
    end = setting.rng.choice(("费用", "成本控制数", "支出总额", "预算控制数"))
    return _at_most(
        setting, work.what + end, round(setting.rng.uniform(2, 2400), setting.rng.choice((0, 1, 2))), "万元"
    )


def economic(setting: Setting) -> Measure:
    what = setting.work().what
    if setting.chance(0.5):
        name, unit = setting.rng.choice((("带动社会投资额", "亿元"), ("节约财政资金", "万元"), ("带动就业人数", "人")))
        wanted = _amount(setting, 2, 450, unit)
        return _at_least(setting, f"{what}{name}", wanted, unit, "经测算")
    return _grade(setting, f"{what}资金使用效益", "有效提高", f"通过{what}节约了经费")


def social(setting: Setting) -> Measure:
    if setting.chance(0.4):
        return _at_least(
            setting, f"{setting.work().what}受益人数", _amount(setting, 0.5, 60, "万人"), "万人", "惠及群众"
        )
    if setting.chance(0.3):
        return _rate(setting, setting.work().what + setting.rng.choice(("知晓率", "投诉办结率", "使用率")))
    wanted = setting.rng.choice(("有效提升", "显著改善", "持续提高", "提升", "效果明显"))
    return _grade(setting, setting.rng.choice(setting.field.effects), wanted, f"完成{setting.work().what}等工作")


def ecological(setting: Setting) -> Measure:
    what = setting.work().what
    if setting.chance(0.4):
        return _rate(setting, f"{what}废弃物处置率")
    return _grade(
        setting, f"{what}对环境的影响", setting.rng.choice(("无不良影响", "持续改善", "低碳环保")), "落实环保要求"
    )


def lasting(setting: Setting) -> Measure:
    what = setting.work().what
    if setting.chance(0.4):
        years = float(setting.rng.choice((3, 5, 10, 20)))
        return _at_least(setting, f"{what}成果使用年限", years, "年", "预计可使用")
    return _grade(
        setting, f"{what}长效机制", setting.rng.choice(("健全", "逐步完善", "中长期", "持续运行")), "制定管理办法2项"
    )


def satisfaction(setting: Setting) -> Measure:
    people, what = setting.rng.choice(setting.field.people), setting.work().what
    return _rate(setting, setting.rng.choice((f"{people}满意度", f"{people}对{what[:16]}的满意度")))


def decision(setting: Setting) -> Measure:
    end = setting.rng.choice(("立项规范性", "绩效目标合理性", "绩效指标明确性", "立项依据充分性"))
    return _grade(
        setting, setting.work().what + end, setting.rng.choice(("规范", "合理", "充分")), "按程序集体研究决策"
    )


def funding(setting: Setting) -> Measure:
    return _rate(setting, setting.work().what + setting.rng.choice(("资金到位率", "预算执行率", "资金使用合规率")))


def management(setting: Setting) -> Measure:
    end = setting.rng.choice(("管理制度健全性", "制度执行有效性", "档案管理规范性"))
    return _grade(setting, setting.work().what + end, setting.rng.choice(("健全", "有效", "规范")), "制度执行到位")


def statement(setting: Setting) -> Measure:
    """An outcome told in one sentence, its second level the only place for it: no name, no target of its own."""
    kind = setting.rng.choice((count, quality, time, social))
    told = kind(setting)
    return Measure(f"{told.name}：{told.target}", "", "")


MEASURES: dict[str, Callable[[Setting], Measure]] = {
    measure.__name__: measure
    for measure in (
        count, quality, time, cost, economic, social, ecological, lasting, satisfaction, decision, funding, management,
        statement,
    )
}  # fmt: skip
