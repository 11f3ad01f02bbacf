"""What reasons for deviations are worth, as far as their words tell. The rules are data (``reasons.toml``).

Every finding here is of severity info: whether a reason is a good one is for people to say. ``missing-reason`` is the
check of `workbench.checks.indicators` for reasons that are not there.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from workbench.checks.wording import attained
from workbench.findings import FINDINGS
from workbench.judging import Judged
from workbench.model import BLANK, Finding
from workbench.values import PLACEHOLDERS, normalise

FEWEST_CHARACTERS = 8
"""Characters of a reason from which on its being repeated says something: 疫情影响 is short because it is common."""

FEWEST_ROWS = 3
"""Rows of one form with one reason that are remarkable; two may well have one cause."""

MOST_LISTED = 12
"""Rows that a finding lists."""

AS_PLANNED = 1e-9
"""Difference from 1 up to which an attainment is that of the plan: what floating point adds."""


@dataclass(frozen=True, slots=True)
class ReasonRules:
    """The rules of ``reasons.toml``."""

    nothing: frozenset[str]
    no_deviation: re.Pattern[str]
    says_missed: re.Pattern[str]
    not_missed: re.Pattern[str]
    says_exceeded: re.Pattern[str]


@cache
def reason_rules() -> ReasonRules:
    """Load the rules that come with the workbench."""
    source = resources.files("workbench.checks").joinpath("reasons.toml").read_text(encoding="utf-8")
    rules = tomllib.loads(source)
    nothing = frozenset(rules.pop("nothing"))
    return ReasonRules(nothing, **{name: re.compile("|".join(words)) for name, words in rules.items()})


def stated_reason(text: str) -> str:
    """A reason as it is compared; empty where it is none: a blank, 无, or that all was done as planned.

    >>> stated_reason("受疫情影响， 活动延期。"), stated_reason("无偏差"), stated_reason("已按期完成目标。")
    ('受疫情影响,活动延期', '', '')
    """
    plain = "".join(normalise(text).split()).strip("。；;，,.")
    is_none = not re.search(r"\w", plain) or plain in reason_rules().nothing or plain in PLACEHOLDERS
    return "" if is_none or reason_rules().no_deviation.fullmatch(plain) else plain


def reason_without_deviation(row: Judged) -> Iterator[Finding]:
    """``reason-without-deviation``: the actual is the target to the digit, no point is lost, and a reason is given.

    Source: the column's own heading, 偏差原因: there is no deviation.
    """
    reason = stated_reason((row.row.deviation or BLANK).text)
    share = row.verdict.attainment
    is_as_planned = share is not None and abs(share - 1) <= AS_PLANNED and row.verdict.met is True
    if reason and is_as_planned and row.weight is not None and row.score == row.weight:
        found = (row.row.deviation or BLANK).text
        yield row.finding(FINDINGS["reason-without-deviation"].says(), "deviation", "无偏差", found)


def reason_contradicts_figures(row: Judged) -> Iterator[Finding]:
    """``reason-contradicts-figures``: the reason says 未完成 beside a target that was reached, or the opposite.

    Source: by definition. Only numbers of which more is better are compared: what 低于目标 means depends on the sign.
    """
    reason = stated_reason((row.row.deviation or BLANK).text)
    if not reason or row.target.kind != "number" or row.target.op in ("<=", "<") or row.verdict.attainment is None:
        return
    rules = reason_rules()
    says_missed = rules.says_missed.search(rules.not_missed.sub("", reason))
    says_exceeded = rules.says_exceeded.search(reason)
    share, found = row.verdict.attainment, (row.row.deviation or BLANK).text
    kind = FINDINGS["reason-contradicts-figures"]
    if says_missed and not says_exceeded and row.verdict.met is True:
        statement = kind.says("missed", words=says_missed.group(), share=attained(share))
    elif says_exceeded and not says_missed and row.verdict.met is False:
        statement = kind.says("exceeded", words=says_exceeded.group(), share=attained(share))
    else:
        return
    yield row.finding(statement, "deviation", attained(share), found)


def repeated_reasons(rows: Sequence[Judged]) -> list[Finding]:
    """``repeated-reason``: many rows of a form have one reason, word for word. One cell over several rows counts once.

    Source: a reason is asked for each deviation.
    """
    alike: dict[str, dict[object, Judged]] = defaultdict(dict)
    for row in rows:
        entry = row.row.deviation or BLANK
        reason = stated_reason(entry.text)
        if len(reason) >= FEWEST_CHARACTERS:
            alike[reason].setdefault(entry.cells or row.number, row)
    return [
        first.finding(
            FINDINGS["repeated-reason"].says("rows", count=len(found), rows=_listed([first, *others])),
            "deviation",
            f"第{_listed([first, *others])}个指标",
            (first.row.deviation or BLANK).text,
        )
        for found in alike.values()
        if len(found) >= FEWEST_ROWS
        for first, *others in [list(found.values())]
    ]


def _listed(rows: Sequence[Judged]) -> str:
    numbers = [str(row.number) for row in rows[:MOST_LISTED]]
    return "、".join(numbers) + ("等" if len(rows) > MOST_LISTED else "")
