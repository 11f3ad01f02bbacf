"""Analyses: measures and charts, as pure functions on the tables of ``docs/dataset.md``.

``measures``, ``causes``, ``comparison`` and ``summary`` count, ``narrative`` puts the counts into sentences,
``form_charts``, ``attainment``, ``archive_charts`` and ``year_charts`` draw, ``html``, ``sections``, ``report_tables``
and ``evidence`` make the parts of a report. What the notebooks use is here::

    from workbench import analysis as wa

    report = wa.select(ds, department, year)
    wa.picture(wa.goal_completion(report.main))
"""

from workbench.analysis import causes, comparison, evidence, measures, report_tables, sections
from workbench.analysis.archive_charts import department_heat_map, execution_against_score, scores
from workbench.analysis.attainment import attainment_dots
from workbench.analysis.form_charts import (
    budget_flow,
    deviation_causes,
    goal_completion,
    score_heat_map,
    score_waterfall,
)
from workbench.analysis.html import Html, picture, stylesheet
from workbench.analysis.selection import Excerpt, Tables, locate, locate_project, select
from workbench.analysis.style import alt_text, use
from workbench.analysis.summary import form_summary
from workbench.analysis.year_charts import departments_over_years, scores_by_year

__all__ = [
    "Excerpt",
    "Html",
    "Tables",
    "alt_text",
    "attainment_dots",
    "budget_flow",
    "causes",
    "comparison",
    "department_heat_map",
    "departments_over_years",
    "deviation_causes",
    "evidence",
    "execution_against_score",
    "form_summary",
    "goal_completion",
    "locate",
    "locate_project",
    "measures",
    "picture",
    "report_tables",
    "score_heat_map",
    "score_waterfall",
    "scores",
    "scores_by_year",
    "sections",
    "select",
    "stylesheet",
    "use",
]
