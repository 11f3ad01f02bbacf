"""What the budget section says against itself. ``BUDGET_CHECKS`` lists the checks, one function per finding code.

Amounts without decimals are taken as exact, others stand for everything that rounds to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from workbench.checks.wording import amount, points
from workbench.fields import AMOUNTS, field_name
from workbench.findings import FINDINGS, Statement
from workbench.judging import page_of
from workbench.model import BLANK, Budget, Entry, Finding, Form
from workbench.values import normalise, parse_fraction, parse_number, printed_amount_unit, printed_margin

_TOTAL = re.compile("总额|合计|总计|总预算|^预算数|^(?:年初|全年|年度|本年|当年)预算数?:?$")
"""Names of the line with the total, some of them those of its first amount."""

_REST = re.compile("其他|其它")
"""Names of a line for all other funds: with it the lines are complete."""

MOST_LINES = 12
"""Sums of more lines than this are not tried in all combinations."""

HUNDREDTH = 0.005
"""Margin of a rate printed as a fraction: two decimals at least, zeros at the end not shown."""

_SAME_AMOUNT = 2.0
"""Amounts of one line are in different units when one is ten thousand times the other, give or take this factor."""


def execution_rate_mismatch(form: Form) -> Iterator[Finding]:
    """``execution-rate-mismatch``: printed rate against executed ÷ adjusted (÷ initial on forms without adjusted).

    Source: 执行率(B/A) in the header of the Ministry of Finance's template.
    """
    for number, line in enumerate(form.budgets, start=1):
        printed, computed = _printed_rate(line), _computed_rate(line)
        if printed is None or computed is None or line.execution_rate is None:
            continue
        if not _overlap(printed, computed):
            base, executed = amount(base_of(line)), amount(line.executed)
            assert base and executed is not None
            rate = f"{executed / base:.2%}"
            statement = FINDINGS["execution-rate-mismatch"].says(printed=line.execution_rate.text, computed=rate)
            yield _finding(statement, number, line, "execution_rate", rate)


def execution_score_mismatch(form: Form) -> Iterator[Finding]:
    """``execution-score-mismatch``: printed score against rate × weight, capped at the weight.

    Source: the usual rule of published scoring notes (预算执行率×分值). Without a printed rate, that of the amounts.
    """
    for number, line in enumerate(form.budgets, start=1):
        weight, score = points(line.weight), points(line.score)
        rate = _printed_rate(line) or _computed_rate(line)
        if not weight or score is None or rate is None or line.score is None:
            continue
        margin = printed_margin(line.score.text) + 1e-9
        low, high = (max(0.0, min(end, 1.0)) * weight for end in rate)
        if not low - margin <= score <= high + margin and score <= weight:
            expected = f"{(low + high) / 2:.2f}"
            statement = FINDINGS["execution-score-mismatch"].says(printed=line.score.text, computed=expected)
            yield _finding(statement, number, line, "score", expected)


def budget_score_exceeds_weight(form: Form) -> Iterator[Finding]:
    """``score-exceeds-weight`` in the budget section.

    Source: by definition the weight (分值) is the most that a row can score.
    """
    for number, line in enumerate(form.budgets, start=1):
        weight, score = points(line.weight), points(line.score)
        if weight is not None and score is not None and score > weight:
            statement = FINDINGS["score-exceeds-weight"].says("budget", score=score, weight=weight)
            yield _finding(statement, number, line, "score", f"{weight:g}")


def executed_exceeds_budget(form: Form) -> Iterator[Finding]:
    """``executed-exceeds-budget``: more was spent than the adjusted budget allows.

    Source: 《预算法》第十三条: 未列入预算的不得支出. The adjusted budget holds every lawful change.
    """
    for number, line in enumerate(form.budgets, start=1):
        adjusted, executed = amount(line.adjusted), amount(line.executed)
        if adjusted is None or executed is None or line.adjusted is None or line.executed is None:
            continue
        margin = sum(printed_margin(entry.text, whole=0.0) for entry in (line.adjusted, line.executed))
        if executed - adjusted > margin + 1e-9:
            statement = FINDINGS["executed-exceeds-budget"].says(
                executed=line.executed.text, adjusted=line.adjusted.text
            )
            yield _finding(statement, number, line, "executed", f"不超过{line.adjusted.text}")


def amount_unit_mismatch(form: Form) -> Iterator[Finding]:
    """``amount-unit-mismatch``: an amount prints another unit than the form (error), or looks as if it were in one.

    Source: the unit beside the amounts (万元 or 元). Two amounts of a line that differ ten thousandfold are one in 元
    and one in 万元, unless the printed rate says the same.
    """
    for number, line in enumerate(form.budgets, start=1):
        own = {field: printed_amount_unit((getattr(line, field) or BLANK).text) for field in AMOUNTS}
        for field, unit in own.items():
            if unit and line.amount_unit and unit != line.amount_unit:
                statement = FINDINGS["amount-unit-mismatch"].says(
                    "printed", field=field_name(field), unit=unit, of_form=line.amount_unit
                )
                yield _finding(statement, number, line, field, line.amount_unit)
        pairs = [(base, field) for base, field in (("initial", "adjusted"), (_base_field(line), "executed")) if base]
        for base, field in pairs:
            if not own[field] and _ten_thousandfold(line, base, field):
                statement = FINDINGS["amount-unit-mismatch"].says(
                    "ten-thousandfold", field=field_name(field), base=field_name(base)
                )
                yield _finding(statement, number, line, field, getattr(line, base).text)


def budgets_do_not_add_up(form: Form) -> Iterator[Finding]:
    """``budgets-do-not-add-up``: no lines below the total (年度资金总额) add up to it.

    Source: the lines are the parts of the total, by source (财政拨款, 上年结转, 其他资金) or in two ways side by side,
    and some are parts of parts: any choice of them may be the one. Checked where a line 其他资金 makes them exhaustive.
    """
    if not form.budgets or not _TOTAL.search(normalise(form.budgets[0].funds.text)):
        return
    total, *parts = form.budgets
    if not any(_REST.search(line.funds.text) for line in parts):
        return
    for field in AMOUNTS:
        entry: Entry | None = getattr(total, field)
        stated = amount(entry)
        entries = [getattr(line, field) for line in parts]
        values = [value for one in entries if (value := amount(one))]
        unread = any(one and amount(one) is None and re.search("[0-9]", one.text) for one in entries)
        if entry is None or stated is None or unread or not values or len(values) > MOST_LINES:
            continue
        margin = sum(printed_margin((one or BLANK).text, whole=0.0) for one in (entry, *entries)) + 1e-6
        if all(abs(one - stated) > margin for one in _sums(values)):
            statement = FINDINGS["budgets-do-not-add-up"].says(
                field=field_name(field), computed=sum(values), printed=entry.text
            )
            yield _finding(statement, 1, total, field, f"{sum(values):.10g}")


BUDGET_CHECKS: tuple[Callable[[Form], Iterable[Finding]], ...] = (
    execution_rate_mismatch,
    execution_score_mismatch,
    budget_score_exceeds_weight,
    executed_exceeds_budget,
    amount_unit_mismatch,
    budgets_do_not_add_up,
)


def base_of(line: Budget) -> Entry | None:
    """Return the base of the execution rate: the adjusted budget, or the initial one on forms without it."""
    return line.adjusted if line.adjusted is not None else line.initial


def _base_field(line: Budget) -> str | None:
    """The field of `base_of`; None on forms with neither."""
    return "adjusted" if line.adjusted is not None else "initial" if line.initial is not None else None


_Range = tuple[float, float]
"""Least and greatest value that a printed number may stand for."""


def _printed_rate(line: Budget) -> _Range | None:
    """The fractions that round to the printed rate."""
    text = (line.execution_rate or BLANK).text
    rate = parse_fraction(text)
    if rate is None:
        return None
    if "%" not in normalise(text) and parse_number(text) == rate:
        margin = min(printed_margin(text), HUNDREDTH)  # 0.9 and 1 are what is left of 0.90 and 1.00
    else:
        margin = printed_margin(text) / 100
    return rate - margin - 1e-9, rate + margin + 1e-9


def _computed_rate(line: Budget) -> _Range | None:
    """The rates that the printed amounts allow."""
    base, executed = base_of(line), line.executed
    below, above = amount(base), amount(executed)
    if base is None or executed is None or not below or above is None:
        return None
    slack_below, slack_above = (printed_margin(entry.text, whole=0.0) for entry in (base, executed))
    if below <= slack_below:
        return None
    return (above - slack_above) / (below + slack_below) - 1e-9, (above + slack_above) / (below - slack_below) + 1e-9


def _overlap(one: _Range, other: _Range) -> bool:
    """Whether two ranges have a value in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def _ten_thousandfold(line: Budget, base: str, field: str) -> bool:
    """Whether one amount is about ten thousand times the other, and no printed rate agrees with that."""
    first, second = amount(getattr(line, base)), amount(getattr(line, field))
    printed, computed = _printed_rate(line), _computed_rate(line)
    agreed = field == "executed" and printed is not None and computed is not None and _overlap(printed, computed)
    if not first or not second or min(first, second) < 0 or agreed:
        return False
    return 1e4 / _SAME_AMOUNT <= max(first, second) / min(first, second) <= 1e4 * _SAME_AMOUNT


def _sums(values: Sequence[float]) -> set[float]:
    """The sums of all choices of one or more values."""
    sums = {0.0}
    for value in values:
        sums |= {round(one + value, 6) for one in sums}
    return sums - {0.0}


def _finding(statement: Statement, number: int, line: Budget, field: str, expected: str | None) -> Finding:
    entry: Entry = getattr(line, field)
    return statement.of(line.funds.text).about("budgets", number, field, page_of(entry), expected, entry.text)
