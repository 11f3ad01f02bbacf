"""Invented forms: the structured truth of a performance form that nobody ever filled in, the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.scans.layouts.shapes import SHAPES, Shape
from tests.scans.measures import MEASURES, Measure, Setting, figure
from tests.scans.tables import Truth
from tests.scans.vocabulary import CAUSES, EFFECTS_OF_CAUSES, FIELDS, PLACES, REMEDIES, Field

NAME_TRIES = 30
NO_MONEY = "因财政资金不足未拨付相关经费，根据实际情况已调整绩效指标"
METHODS = ("完成得满分，未完成按比例扣分", "定量指标按完成比例计分", "达到目标值得满分，每低1个百分点扣0.5分")


@dataclass(frozen=True)
class _Habits:
    """How the person who filled the form in writes, all through the form."""

    nothing: str
    no_reason: str
    decimals: int
    rate_decimals: int | None
    points_with_decimals: bool
    unscored: float

    def points(self, value: float) -> str:
        return f"{value:.2f}" if self.points_with_decimals else figure(value)


def invent(seed: int, layout: str) -> Truth:
    """The truth of one form of a layout: the keys of `tests/truth/*.json`, None for what the layout does not print.

    `budgets` always is a list. Some layouts add keys for columns that the dataset has no place for, and
    `others` holds the further forms of a table in which several projects are stacked.
    """
    rng = Random(f"{layout} {seed}")
    shape = SHAPES[layout]
    field = FIELDS[rng.choice(shape.fields or tuple(FIELDS))]
    head = {"year": rng.randint(*shape.years), "department": rng.choice(PLACES) + field.office}
    habits = _habits(rng)
    projects = rng.randint(*shape.projects)
    sizes = _parts(rng, max(rng.randint(*shape.indicators), 3 * projects), projects, least=3)
    first, *others = (_form(rng, shape, field, habits, head, size) for size in sizes)
    return first | {"others": others} if others else first


def expected_forms(truth: Truth) -> list[Truth]:
    """What the dataset should hold of a printed truth, one entry for each form, as `benchmarks.scoring` takes it."""
    return [_as_json(form) for form in (truth, *truth.get("others", ()))]


def _as_json(form: Truth) -> Truth:
    """Blank instead of None where the truth files hold printed figures."""
    blank = {"weight": "", "score": ""}
    rows = [row | {key: row[key] or "" for key in blank} for row in form["indicators"]]
    return form | {"indicators": rows, "total": {key: form["total"][key] or "" for key in blank}}


def _habits(rng: Random) -> _Habits:
    return _Habits(
        nothing=rng.choice(("-", "-", "/", "—", "")),
        no_reason=rng.choice(("", "", "", "无", "/", "0")),
        decimals=rng.randint(0, 2),
        rate_decimals=rng.choice((0, 1, 2, 2, None)),
        points_with_decimals=rng.random() < 0.15,
        unscored=rng.choice((0.0, 0.0, 0.0, 0.0, 0.06)),
    )


def _form(rng: Random, shape: Shape, field: Field, habits: _Habits, head: Truth, size: int) -> Truth:
    goals = _goals(rng, shape, field)
    rows = _indicators(Setting(rng, field, head["year"], shape.split), shape, habits, len(goals), size)
    budgets = _budgets(rng, shape, habits)
    heads = _heads(rng, shape, field, head)
    form = {"title": shape.title, **heads, "amount_unit": shape.amount_unit, "budgets": budgets, "goals": goals}
    form |= {"indicators": rows, "total": _total(shape, habits, budgets, rows)}
    form["conclusion"] = _conclusion(rng, heads, form["total"]["score"]) if shape.conclusion else []
    if shape.points_in_label:
        form["printed_level1"] = _printed_levels(rows)
    return form


def _heads(rng: Random, shape: Shape, field: Field, head: Truth) -> Truth:
    unit = head["department"].removesuffix(field.office) + rng.choice(field.units)
    code = "".join(["51", *rng.choices("0123456789", k=shape.code_digits - 2), "-"]) if shape.code_digits else ""
    names = {"department": head["department"], "project": code + rng.choice(field.projects), "unit": unit}
    return {"year": head["year"], **{key: name if key in shape.heads else None for key, name in names.items()}}


def _parts(rng: Random, whole: int, count: int, least: int = 1) -> list[int]:
    """`whole` things in so many parts, none smaller than `least`."""
    parts = [least] * count
    for _ in range(whole - least * count):
        parts[rng.randrange(count)] += 1
    return parts


def _goals(rng: Random, shape: Shape, field: Field) -> list[Truth]:
    return [_goal(rng, shape, field, number) for number in range(1, rng.randint(*shape.goals) + 1)]


def _goal(rng: Random, shape: Shape, field: Field, number: int) -> Truth:
    works, effects = rng.sample(field.works, rng.randint(2, 4)), rng.sample(field.effects, 2)
    doing = "、".join(work.what for work in works)
    done = "，".join(f"{work.what}{rng.randint(work.least, work.most)}{work.unit}" for work in works)
    told = {
        "goal": f"通过{doing}等工作，{effects[0]}，{effects[1]}。",
        "actual": rng.choice(
            (f"{done}，{effects[0]}，达到预期工作目标。", f"全年{done}。", "已完成", "全部完成年度目标。")
        ),
        "deviation": _reason(rng) if rng.random() < 0.2 else "",
    }
    return {"no": number, **{key: text if key in shape.goal else None for key, text in told.items()}}


def _reason(rng: Random) -> str:
    return f"{rng.choice(CAUSES)}，{rng.choice(EFFECTS_OF_CAUSES)}；{rng.choice(REMEDIES)}"


def _budgets(rng: Random, shape: Shape, habits: _Habits) -> list[Truth]:
    """The lines of the budget: the first (in some layouts the last) is the sum of the others, and the only one with
    points."""
    count = max((len(shape.funds) - 1) // shape.ways, 1)
    decimals = 6 if shape.amount_unit == "元" else habits.decimals
    parts = [_amounts(rng, decimals, empty=number > 0 and rng.random() < 0.4) for number in range(count)]
    whole = tuple(round(sum(amounts), decimals) for amounts in zip(*parts, strict=True))
    side_by_side = zip(*(rng.sample(parts, count) for _ in range(shape.ways)), strict=True)
    amounts = [whole, *(part for row in side_by_side for part in row)][: len(shape.funds)]
    base = 1 if "adjusted" in shape.budget else 0
    lines = [
        {"funds": funds, **_line(rng, shape, habits, line, line[base], scored=number == 0)}
        for number, (funds, line) in enumerate(zip(shape.funds, amounts, strict=True))
    ]
    return [*lines[1:], lines[0]] if shape.sum_last else lines


def _amounts(rng: Random, decimals: int, empty: bool) -> tuple[float, float, float]:
    """Initial, adjusted and executed amount, in 万元."""
    if empty:
        return 0.0, 0.0, 0.0
    initial = round(rng.choice((rng.uniform(3, 90), rng.uniform(90, 9000))), decimals)
    adjusted = rng.choice((initial, round(initial * rng.uniform(0.7, 1.3), decimals)))
    return initial, adjusted, rng.choice((adjusted, round(adjusted * rng.uniform(0.6, 1.0), decimals)))


def _line(
    rng: Random, shape: Shape, habits: _Habits, amounts: Sequence[float], base: float, scored: bool
) -> dict[str, str | None]:
    share = amounts[2] / base if base else None
    printed = dict(
        zip(("initial", "adjusted", "executed"), (_money(shape, habits, value) for value in amounts), strict=True)
    )
    printed["rate"] = habits.nothing if share is None else _rate(habits, share)
    printed["weight"] = str(shape.budget_points) if scored else habits.nothing
    printed["score"] = habits.points(shape.budget_points * min(share or 0.0, 1.0)) if scored else habits.nothing
    printed["deviation"] = _reason(rng) if scored and share is not None and share < 0.95 else ""
    return {key: text if key in shape.budget else None for key, text in printed.items()}


def _money(shape: Shape, habits: _Habits, value: float) -> str:
    if shape.amount_unit == "元":
        return f"{value * 10_000:,.2f}"
    return f"{value:.{habits.decimals}f}" if value else "0"


def _rate(habits: _Habits, share: float) -> str:
    return figure(share) if habits.rate_decimals is None else f"{100 * share:.{habits.rate_decimals}f}%"


def _indicators(setting: Setting, shape: Shape, habits: _Habits, goals: int, size: int) -> list[Truth]:
    groups = _parts(setting.rng, max(size, goals), goals) if shape.goal_of_indicator else [size]
    placed: list[tuple[Truth, Measure]] = []
    for number, group in enumerate(groups, start=1):
        for level1, level2, kind in _levels(setting.rng, shape, group):
            measure = _new_measure(setting, kind, {other.name for _, other in placed})
            place = {"goal": number if shape.goal_of_indicator else None, "level1": level1}
            place |= {"level2": level2, "name": measure.name} if level2 else {"level2": measure.name, "name": ""}
            placed.append((place, measure))
    points = _points(setting, shape, len(placed))
    return [
        place | _row(setting.rng, shape, habits, measure, worth)
        for (place, measure), worth in zip(placed, points, strict=True)
    ]


def _levels(rng: Random, shape: Shape, size: int) -> list[tuple[str, str, str]]:
    """First level, second level and kind of so many indicators, in the form's order."""
    known = [(one, two, kind) for one, under in shape.levels.items() for two, kind in under.items()]
    return [known[place] for place in sorted(rng.choices(range(len(known)), k=size))]


def _new_measure(setting: Setting, kind: str, known: set[str]) -> Measure:
    measure = MEASURES[kind](setting)
    for _ in range(NAME_TRIES):
        if measure.name not in known:
            break
        measure = MEASURES[kind](setting)
    return measure


def _points(setting: Setting, shape: Shape, count: int) -> list[float]:
    """Weights that add up to what the form states; in one form of five, one weight is wrong."""
    whole = shape.points - (shape.budget_points if "score" in shape.budget else 0)
    step = setting.rng.choice((1.0, 0.5)) if count <= whole // 3 else 0.5
    points = [step * part for part in _parts(setting.rng, round(whole / step), count)]
    if setting.chance(0.2):
        points[setting.rng.randrange(count)] += setting.rng.choice((0.5, 1.0, 6.0))
    return points


def _row(rng: Random, shape: Shape, habits: _Habits, measure: Measure, points: float) -> Truth:
    """What stands beside an indicator's name, None for what the layout does not print."""
    texts = {"target": _in_words(shape, measure.target), "actual": _in_words(shape, measure.actual)}
    texts |= _scored(rng, habits, measure, points)
    kept = {key: text if key in ("target", *shape.indicator) else None for key, text in texts.items()}
    return kept | {key: text for key, text in _extras(rng, measure).items() if key in shape.extras}


def _scored(rng: Random, habits: _Habits, measure: Measure, points: float) -> dict[str, str]:
    """Points as the share reached earns them; a few rows are not scored at all, a few lose points for no reason."""
    if habits.nothing and rng.random() < habits.unscored:
        blank = {"weight": habits.nothing, "score": habits.nothing, "actual": rng.choice(("0", "/", "-", ""))}
        return blank | {"deviation": NO_MONEY}
    share = 0.7 if rng.random() < 0.02 else min(measure.reached, 1.0)
    told = share < 1.0 and share == measure.reached and rng.random() < 0.9
    deviation = _reason(rng) if told else habits.no_reason
    return {"weight": habits.points(points), "score": habits.points(points * share), "deviation": deviation}


def _in_words(shape: Shape, text: str) -> str:
    for usual, here in (shape.signs | shape.units).items():
        text = text.replace(usual, here)
    return text


def _extras(rng: Random, measure: Measure) -> dict[str, str]:
    return {
        "method": rng.choice(METHODS),
        "standard": rng.choice(METHODS),
        "completion": f"{100 * measure.reached:.0f}%",
        "note": rng.choice(("", "", "见佐证材料", "详见附件3")),
        "description": f"反映{measure.name}的情况",
        "nature": _nature(measure.target),
    }


def _nature(target: str) -> str:
    """Whether more is better or worse, by the sign."""
    if "≤" in target:
        return "反向"
    return "正向" if "≥" in target or "=" in target else "定性"


def _total(shape: Shape, habits: _Habits, budgets: Sequence[Truth], rows: Sequence[Truth]) -> Truth:
    scores = [line["score"] for line in (*budgets, *rows)]
    summed = sum(float(score) for score in scores if score and score[0].isdigit())
    total = {"weight": habits.points(shape.stated), "score": habits.points(min(summed, shape.stated))}
    return {key: text if key in shape.total else None for key, text in total.items()}


def _printed_levels(rows: Sequence[Truth]) -> dict[str, str]:
    """Level labels with their points: 产出指标（50分）."""
    points: dict[str, float] = {}
    for row in rows:
        weight = row["weight"]
        points[row["level1"]] = points.get(row["level1"], 0.0) + (float(weight) if weight[:1].isdigit() else 0.0)
    return {level: f"{level}（{figure(value)}分）" for level, value in points.items()}


def _conclusion(rng: Random, heads: Truth, score: str | None) -> list[str]:
    rated = f"本次绩效自评得分为{score}分，" if score else ""
    first = f"{heads['year']}年，我单位认真履职，强化管理，较好地完成了年度工作目标。"
    return [first, f"{rated}{rng.choice(REMEDIES)}。"]
