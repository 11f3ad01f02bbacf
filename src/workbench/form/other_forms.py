"""Documents that go about with self-evaluations and are none: targets, monitoring, lists, rubrics, budgets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from workbench.findings import FINDINGS
from workbench.form.content import is_nothing, is_number
from workbench.form.lexicon import LONGEST_LABEL, match, plain_label
from workbench.form.rows import FormRow
from workbench.model import Entry, Finding, Indicator

OtherForm = Literal["monitoring", "target", "rubric", "summary", "budget"]

IN_WORDS: Mapping[OtherForm, str] = {
    "monitoring": "a form of performance monitoring during the year (绩效监控表)",
    "target": "a form of performance targets before the year (绩效目标申报表)",
    "rubric": "a rubric of how points are given, without any (评分标准)",
    "summary": "a list of several projects with their results (汇总表)",
    "budget": "a table of a budget (预算表)",
}
"""What a document is, as errors say it."""

SELF_EVALUATION = re.compile(r"自评|自我评价")
"""A title with one of these is of a self-evaluation, whatever else it says."""

TITLES: Mapping[OtherForm, re.Pattern[str]] = {
    "monitoring": re.compile(r"监控"),
    "target": re.compile(r"目标.{0,4}(?:申报|批复|编制|设定|下达|调整)|(?:申报|批复).{0,4}目标|绩效目标表"),
    "rubric": re.compile(r"(?:评分|评价|打分|计分).{0,4}(?:标准|细则|办法)|指标体系|评分表"),
    "summary": re.compile(r"汇总|一览表|清单|统计表|明细表"),
    "budget": re.compile(r"(?:预算|决算|收入|支出|收支).{0,8}表"),
}
"""What the title of each says."""

IN_PROGRESS = re.compile(r"\d{1,2}月?[-—–~～至]\d{1,2}月.*|(?:全年)?预计.*|完成可能性")
"""Labels of columns that say how far things have come, or may come."""

FEWEST_IN_PROGRESS = 2
"""Labels of that kind that a header has at least to be one of monitoring."""

FEWEST_PROJECTS = 2
"""Rows with a project each that make a list."""

OF_ACCOUNTS = re.compile(r"(?:支出)?功能分类.*|(?:预算)?科目(?:编码|名称|代码)?")
"""Labels of a budget by accounts."""


def other_form(titles: Sequence[str], rows: Sequence[FormRow], indicators: Sequence[Indicator]) -> OtherForm | None:
    """What the tables of a form, or of a document without one, are instead of a self-evaluation; None where nothing
    says that they are no such thing.

    Args:
        titles: lines and cells that may be titles.
        rows: of the tables, those of headers among them.
        indicators: those that were read; none where there are none.
    """
    named = [kind for kind, said in TITLES.items() if any(said.search(title) for title in titles)]
    is_self_evaluation = any(SELF_EVALUATION.search(title) for title in titles)
    if ("monitoring" in named and not is_self_evaluation) or _is_in_progress(rows):
        return "monitoring"
    has_scores = any(row.score for row in indicators)
    if not indicators:
        if _lists_projects(rows):
            return "summary"
        if is_self_evaluation:
            return None
        of_accounts = any(OF_ACCOUNTS.fullmatch(plain_label(cell.text)) for row in rows for cell in row.printed)
        return "budget" if "budget" in named or of_accounts else _by_title(named)
    if has_scores or is_self_evaluation or any(_is_told(row.actual) for row in indicators):
        return None
    if "target" in named:
        return "target"
    has_targets = any(row.target.text for row in indicators)
    return "rubric" if not has_targets and any(row.criteria for row in indicators) else None


def _by_title(named: Sequence[OtherForm]) -> OtherForm | None:
    """What a document without indicators is, by its title: only a rubric and a form of targets call themselves so."""
    return next((kind for kind in named if kind in ("target", "rubric")), None)


def _is_told(entry: Entry | None) -> bool:
    return entry is not None and not is_nothing(entry.text)


def _is_in_progress(rows: Iterable[FormRow]) -> bool:
    """Whether a header has columns for what was reached in some months, and for what may be."""
    found = ([cell for cell in row.printed if _is_in_progress_label(cell.text)] for row in rows)
    return any(len(cells) >= FEWEST_IN_PROGRESS for cells in found)


def _is_in_progress_label(text: str) -> bool:
    plain = re.sub(r"[（(][^）)]*[）)]?|\s", "", text) if len(text) <= LONGEST_LABEL else ""
    return IN_PROGRESS.fullmatch(plain) is not None


def _lists_projects(rows: Sequence[FormRow]) -> bool:
    """Whether a row has the label of projects and one of their results, and the rows below it a project each."""
    for number, row in enumerate(rows):
        labels = {cell.x0: _heading(cell.text) for cell in row.printed}
        projects = [x0 for x0, field in labels.items() if field == "project"]
        if len(projects) == 1 and {"score", "rate"} & set(labels.values()):
            below = [other for other in rows[number + 1 :] if other.is_in_table_of(row)]
            named = [
                cell.text
                for other in below
                for cell in other.printed
                if cell.x0 == projects[0] and not is_number(cell.text) and any(is_number(c.text) for c in other.printed)
            ]
            return len(set(named)) >= FEWEST_PROJECTS
    return False


def _heading(text: str) -> str:
    """``project``, or ``score`` or ``rate`` for a label of a result; empty for another text."""
    heading, budget = match(text, "heading"), match(text, "budgets")
    if heading is not None and heading.field == "project":
        return "project"
    if (heading is not None and heading.field == "total_score") or (budget is not None and budget.field == "score"):
        return "score"
    return "rate" if budget is not None and budget.field == "execution_rate" else ""


def other_form_finding(kind: OtherForm, title: str, page: int) -> Finding:
    """``not-a-self-evaluation``: a form was read as one, and is something else."""
    return FINDINGS["not-a-self-evaluation"].says(kind).about("forms", None, "title", page, "绩效自评表", title or None)
