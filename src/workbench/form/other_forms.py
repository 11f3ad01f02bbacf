"""Documents that go about with self-evaluations and are none: targets, monitoring, lists, rubrics, budgets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from workbench.findings import FINDINGS
from workbench.form.content import is_nothing, is_number
from workbench.form.lexicon import LONGEST_LABEL, match, match_label, plain_label
from workbench.form.rows import FormCell, FormRow
from workbench.language import Phrase
from workbench.model import Entry, Finding, Indicator

OtherForm = Literal["monitoring", "target", "rubric", "summary", "budget"]

IN_WORDS: Mapping[OtherForm, str] = {
    "monitoring": Phrase("a form of performance monitoring during the year (绩效监控表)"),
    "target": Phrase("a form of performance targets before the year (绩效目标申报表)"),
    "rubric": Phrase("a rubric of how points are given, without any (评分标准)"),
    "summary": Phrase("a list of several projects with their results (汇总表)"),
    "budget": Phrase("a table of a budget (预算表)"),
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

IN_PROGRESS = re.compile(
    r"(?:截[至止])?(?:20\d\d年)?\d{1,2}月?[-—–~～至到]\d{1,2}月.*"
    r"|(?:(?:截[至止])?(?:20\d\d年)?\d{1,2}月|上半年|[前一二三]+季度|前[\d一二三四五六七八九十]{1,2}个?月|当前|目前|本期|阶段)"
    r".*(?:完成|执行|实现|进度|支出).*"
    r"|(?:全年|年底|年末|年度)?预计.*|.*能否.*|.*可能性"
)
"""Labels of columns that say how far things have come, or may come."""

FEWEST_IN_PROGRESS = 2
"""Labels of that kind that a header has at least to be one of monitoring."""

FEWEST_PROJECTS = 2
"""Rows with a project each that make a list."""

LISTED = re.compile(r".*(?:项目|政策|专项|单位|部门|科室|处室).{0,2}")
"""Labels of what a list has a row for each of."""

RESULT = re.compile(r".*(?:得分|评分|均分|总分|分数|等级)")
"""Labels of how each of them was judged."""

MONEY = re.compile(r"预算|决算|收入|支出|收支|拨款|经费|金额")
"""Words of the labels or the title of a table of amounts."""

OF_ACCOUNTS = re.compile(r"(?:支出)?功能分类.*|(?:预算)?科目(?:编码|名称|代码)?")
"""Labels of a budget by accounts."""


def other_form(
    titles: Sequence[str], rows: Sequence[FormRow], indicators: Sequence[Indicator], *, is_understood: bool = True
) -> OtherForm | None:
    """What the tables of a form, or of a document without one, are instead of a self-evaluation; None where nothing
    says that they are no such thing.

    Args:
        titles: lines and cells that may be titles.
        rows: of the tables, those of headers among them.
        indicators: those that were read; none where there are none.
        is_understood: every column of the indicators with a label has a field, so that none may be that of the results.
    """
    named = [kind for kind, said in TITLES.items() if any(said.search(title) for title in titles)]
    is_self_evaluation = any(SELF_EVALUATION.search(title) for title in titles)
    if ("monitoring" in named and not is_self_evaluation) or _is_in_progress(rows):
        return "monitoring"
    has_scores = any(row.score for row in indicators)
    if not indicators:
        if _lists_projects(rows) or _lists_results(rows):
            return "summary"
        if is_self_evaluation:
            return None
        of_accounts = any(OF_ACCOUNTS.fullmatch(plain_label(cell.text)) for row in rows for cell in row.printed)
        return "budget" if "budget" in named or of_accounts or _is_of_amounts(titles, rows) else _by_title(named)
    if has_scores or is_self_evaluation or any(_is_told(row.actual) for row in indicators):
        return None
    have_no_results = is_understood and all(row.actual is None and row.score is None for row in indicators)
    has_targets = any(row.target.text for row in indicators)
    if "target" in named or (has_targets and have_no_results):
        return "target"
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


def _lists_results(rows: Sequence[FormRow]) -> bool:
    """Whether a row has labels of projects or departments and of how they were judged, and a row each stands below."""
    for number, row in enumerate(rows):
        listed = [cell for cell in row.printed if LISTED.fullmatch(plain_label(cell.text)) and not _is_criterion(cell)]
        if listed and any(RESULT.fullmatch(plain_label(cell.text)) for cell in row.printed):
            below = [c for other in rows[number + 1 :] if other.is_in_table_of(row) for c in other.printed]
            names = [{c.text for c in below if c.x0 == label.x0 and not is_number(c.text)} for label in listed]
            return any(len(found) >= FEWEST_PROJECTS for found in names)
    return False


def _is_criterion(cell: FormCell) -> bool:
    """Whether a cell is the label of what a form is judged by: 评价项目."""
    return match_label(cell.text, "indicators") in ("content", "name", "level1", "level2", "levels", "subject")


def _is_of_amounts(titles: Sequence[str], rows: Sequence[FormRow]) -> bool:
    """Whether most rows of the tables are words with plain numbers, and labels or title speak of money."""
    printed = [row.printed for row in rows if len(row.printed) > 1]
    of_figures = [cells for cells in printed if 2 * sum(is_number(cell.text) for cell in cells) >= len(cells) - 1]
    words = [*titles, *(cell.text for cells in printed[:2] for cell in cells)]
    return len(of_figures) >= FEWEST_PROJECTS and 2 * len(of_figures) >= len(printed) and any(map(MONEY.search, words))


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
