"""Sums of weights and scores: of the whole form against its total line, of a level against the points in its label."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.checks.uncertain import CellsByKey, SumKey
from workbench.checks.wording import points
from workbench.fields import entries_of, field_name
from workbench.findings import FINDINGS, FindingKind, kind_of
from workbench.judging import Judged, page_of
from workbench.model import BLANK, Entry, Finding, Form
from workbench.values import PLACEHOLDERS, normalise, parse_weight, printed_margin

FULL_MARK = 100.0
"""Points of a self-evaluation whose total line does not say that there are more."""

_POINTS_IN_LABEL = re.compile(r"\([0-9.]+分?\)$")


def weights_do_not_add_up(form: Form, rows: Sequence[Judged]) -> list[Finding]:
    """``weights-do-not-add-up``: weights of the rows, with the budget's, against the stated total.

    Source: the total line is the sum of the rows. Rows that were not scored (-) may or may not be counted in it,
    and some forms state the total of the indicators alone: then of weights and scores both.
    """
    return _total(FINDINGS["weights-do-not-add-up"], "weight", form, rows)


def scores_do_not_add_up(form: Form, rows: Sequence[Judged]) -> list[Finding]:
    """``scores-do-not-add-up``: scores of the rows, with the budget's, against the stated total.

    Source: the total line is the sum of the rows, or of the indicators alone, as that of the weights is; it may be
    rounded. Where every task of the budget is scored, all of them count.
    """
    return _total(FINDINGS["scores-do-not-add-up"], "score", form, rows)


def _total(kind: FindingKind, field: str, form: Form, rows: Sequence[Judged]) -> list[Finding]:
    entry: Entry | None = getattr(form, f"total_{field}")
    stated, budget = points(entry), budget_points(form, field)
    sums = _sums_of(form, rows, field)
    if entry is None or stated is None or not sums:
        return []
    agree, others = _agreeing(form, rows, field), _agreeing(form, rows, "score" if field == "weight" else "weight")
    # A sum that leaves the budget out, where the other one counts it in, is ten points off like any other.
    if agree and (True in agree or not others or agree & others):
        return []
    all_entries = [getattr(row.row, field) for row in rows]
    unread = sum(map(_is_unread, [*all_entries, budget]))
    with_all, with_budget = sums["all"], sums["scored"]
    statement = kind.says(
        _wording("total", form, unread),
        field=field_name(field),
        computed=with_all,
        counted=_counted(len(_numbers(all_entries)), points(budget), with_all, with_budget),
        stated=stated,
        difference=stated - with_all,
        unread=unread,
    )
    expected, found = f"{with_all:g}", f"{stated:g}"
    return [statement.about("forms", None, f"total_{field}", page_of(entry), expected, found)]


def _sums_of(form: Form, rows: Sequence[Judged], field: str) -> dict[str, float]:
    """What the total line may be the sum of: the rows that were ``scored`` with the budget's points, these rows
    ``alone``, ``all`` rows with the budget's, or with those of all its ``tasks``. Empty where there are no numbers."""
    unscored = field == "weight"
    counted = [row for row in rows if not unscored or row.score is not None or row.row.score is None]
    entries, all_entries = ([getattr(row.row, field) for row in some] for some in (counted, rows))
    values, budget = _numbers(entries), budget_points(form, field)
    if not values:
        return {}
    return {
        "scored": sum(values) + (points(budget) or 0.0),
        "alone": sum(values),
        "all": sum(_numbers([*all_entries, budget])),
        "tasks": sum(_numbers([*all_entries, *(getattr(line, field) for line in form.budgets)])),
    }


def _agreeing(form: Form, rows: Sequence[Judged], field: str) -> set[bool]:
    """Whether the stated total agrees with a sum that counts the budget (True), or with one that does not (False)."""
    entry: Entry | None = getattr(form, f"total_{field}")
    stated = points(entry)
    if entry is None or stated is None:
        return set()
    allowed = _allowed(field, entry, [getattr(row.row, field) for row in rows], budget_points(form, field))
    sums = _sums_of(form, rows, field)
    return {name != "alone" for name, one in sums.items() if abs(one - stated) <= allowed}


def _counted(indicators: int, budget: float | None, total: float, without_unscored: float) -> str:
    """What a sum counts: how many indicators, the budget's part, and what it is without rows that were not scored."""
    parts = [f"{indicators}个指标", *([f"预算执行{budget:g}"] if budget is not None else [])]
    without = f"；不计没有得分的指标为{without_unscored:g}" if without_unscored != total else ""
    return "与".join(parts) + without


def points_above_full_mark(form: Form) -> Iterator[Finding]:
    """``points-above-full-mark``: a weight or a score is higher than 100, and than the stated total weight.

    Source: a self-evaluation has 100 points (财预〔2020〕10号), with extra points as many as its total line says.
    """
    full = max(FULL_MARK, points(form.total_weight) or 0.0)
    for table, number, field, entry in entries_of(form):
        value = points(entry) if field in ("weight", "score", "total_score") else None
        if value is not None and value > full:
            statement = FINDINGS["points-above-full-mark"].says(field=field_name(field), points=value, full=full)
            yield statement.about(table, number or None, field, page_of(entry), f"{full:g}", f"{value:g}")


def weights_in_percent(form: Form, rows: Sequence[Judged]) -> Iterator[Finding]:
    """``weights-in-percent``: weights are printed as shares, and not all of them, or they are no shares of a form.

    Source: shares of the hundred points of a form add up to 100 %. Where the form states a total, its sum is checked
    like any other.
    """
    entries = [row.row.weight for row in rows if row.row.weight and points(row.row.weight) is not None]
    shares = [entry for entry in entries if _is_share(entry)]
    for number, line in enumerate(form.budgets, start=1):
        if line.weight is not None and _is_share(line.weight) and len(shares) < len(entries):
            statement = FINDINGS["weights-in-percent"].says("budget", text=line.weight.text)
            yield statement.about("budgets", number, "weight", page_of(line.weight), "分值", line.weight.text)
    if not shares:
        return
    budget = points(budget_points(form, "weight")) or 0.0
    total = sum(_numbers(shares))
    if len(shares) < len(entries):
        statement = FINDINGS["weights-in-percent"].says("mixed", shares=len(shares), others=len(entries) - len(shares))
    elif form.total_weight is None and all(abs(one - FULL_MARK) > _rounding(shares) for one in (total, total + budget)):
        statement = FINDINGS["weights-in-percent"].says("sum", total=total)
    else:
        return
    yield statement.about("indicators", None, "weight", page_of(shares[0]), f"{FULL_MARK:g}%", f"{total:g}%")


def _is_share(entry: Entry) -> bool:
    return normalise(entry.text).endswith("%") and points(entry) is not None


def adds_up(form: Form, rows: Sequence[Judged], field: str) -> bool:
    """Whether all rows and the budget add up to the stated total: what most forms mean by it."""
    entry: Entry | None = getattr(form, f"total_{field}")
    stated, budget = points(entry), budget_points(form, field)
    if entry is None or stated is None:
        return False
    entries = [getattr(row.row, field) for row in rows]
    return abs(sum(_numbers([*entries, budget])) - stated) <= _allowed(field, entry, entries, budget)


@dataclass(frozen=True, slots=True)
class PointsSum:
    """Points that add up to their printed total.

    Attributes:
        stated_in: the field of the total.
        stated: the total as printed.
        entries: every number of the sum by its field, the total among them.
        margin: by how much rounding may move the sum, in points.
    """

    stated_in: SumKey
    stated: float
    entries: Mapping[SumKey, Entry]
    margin: float


def sums_of_points(form: Form, rows: Sequence[Judged], threshold: float) -> Iterator[PointsSum]:
    """Yield the sums of weights and of scores that hold as `adds_up` says, if every addend was read as a number, or is
    surely none: with at least ``threshold`` (0 to 1)."""
    for field in ("weight", "score"):
        total: Entry | None = getattr(form, f"total_{field}")
        stated, budget = points(total), budget_points(form, field)
        addends: dict[SumKey, Entry | None] = {
            ("indicators", row.number, field): getattr(row.row, field) for row in rows
        }
        addends |= {
            ("budgets", number, field): budget
            for number, line in enumerate(form.budgets, start=1)
            if getattr(line, field) is budget
        }
        printed = {key: entry for key, entry in addends.items() if entry is not None}
        are_read = all(_is_read(entry, threshold) for entry in printed.values())
        if total is not None and stated is not None and are_read and adds_up(form, rows, field):
            margin = _allowed(field, total, printed.values(), None)
            key: SumKey = ("forms", 0, f"total_{field}")
            yield PointsSum(key, stated, {key: total, **printed}, margin)


def _is_read(entry: Entry, threshold: float) -> bool:
    return points(entry) is not None or (not _is_unread(entry) and entry.confidence >= threshold)


def _allowed(field: str, stated: Entry, entries: Iterable[Entry | None], budget: Entry | None) -> float:
    """By how much a sum may differ from the stated total. A total score may be rounded, a weight is agreed."""
    return _rounding([*entries, budget]) + (printed_margin(stated.text) if field == "score" else 0.0) + 1e-6


def _wording(sum_of: str, form: Form, unread: int) -> str:
    """Which wording a sum that does not agree has: it is not certain with ``unread`` numbers, or where rows may be
    missing."""
    if unread:
        return f"{sum_of}-numbers-unread"
    return f"{sum_of}-pages-unread" if any(kind_of(note.code).rows_may_be_missing for note in form.notes) else sum_of


def budget_points(form: Form, field: str) -> Entry | None:
    """The weight or score of budget execution: that of the first line of the budget that has one."""
    entries = [getattr(line, field) for line in form.budgets]
    return next((entry for entry in entries if points(entry) is not None), entries[0] if entries else None)


def level_weights_do_not_add_up(form: Form, rows: Sequence[Judged], cells: CellsByKey) -> Iterator[Finding]:
    """``weights-do-not-add-up``: weights of a level's rows against the points in its label (产出指标（50分）).

    Source: the label itself. The label as printed is in the cells, for the tables keep it without its points.
    """
    for field in ("level1", "level2"):
        groups: dict[tuple[object, ...], list[Judged]] = defaultdict(list)
        for row in rows:
            groups[row.row.goal_no, row.row.level1.text, field == "level2" and row.row.level2.text].append(row)
        for group in groups.values():
            yield from _level(form, field, group, cells)


def _level(form: Form, field: str, group: Sequence[Judged], cells: CellsByKey) -> Iterator[Finding]:
    labels = {_printed(getattr(row.row, field), cells) for row in group}
    stated = {label: parse_weight(suffix[0]) for label in labels if (suffix := _POINTS_IN_LABEL.search(label))}
    entries, scored = [row.row.weight for row in group], [row.row.weight for row in group if row.score is not None]
    if len(set(stated.values())) != 1 or not _numbers(entries):
        return
    label, total = next(iter(stated.items()))
    sums = [sum(_numbers(some)) for some in (entries, scored)]
    if total is None or any(abs(one - total) <= _rounding(entries) + 1e-6 for one in sums):
        return
    unread = sum(map(_is_unread, entries))
    statement = FINDINGS["weights-do-not-add-up"].says(
        _wording("level", form, unread), label=label, computed=sums[0], difference=total - sums[0], unread=unread
    )
    number, page = group[0].number, page_of(getattr(group[0].row, field))
    yield statement.about("indicators", number, field, page, f"{sums[0]:g}", f"{total:g}")


def _printed(label: Entry, cells: CellsByKey) -> str:
    texts = [cells[key].text for key in label.cells if key in cells]
    return normalise("".join(texts) or label.text)


def _numbers(entries: Iterable[Entry | None]) -> list[float]:
    return [number for entry in entries if (number := points(entry)) is not None]


def _rounding(entries: Iterable[Entry | None]) -> float:
    """What the rounding of the addends may add up to. Points are agreed in halves and tenths: only hundredths and
    finer come from a calculation and were rounded."""
    margins = [printed_margin((entry or BLANK).text, whole=0.0) for entry in entries]
    return sum(margin for margin in margins if margin <= 0.005)


def _is_unread(entry: Entry | None) -> bool:
    """Whether something is printed there that did not become a number."""
    if entry is None or points(entry) is not None:
        return False
    return entry.confidence == 0 or normalise(entry.text) not in PLACEHOLDERS
