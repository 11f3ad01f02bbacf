"""Analyses: measures and charts, as pure functions on the tables of ``DATASET.md``.

``measures``, ``causes``, ``comparison`` and ``summary`` count, ``narrative`` puts the counts into sentences,
``figures``, ``attainment``, ``overview`` and ``panels`` draw, ``pieces``, ``pages``, ``listings`` and
``evidence`` make the pieces of a report. What the notebooks use is here::

    from workbench import analysis as wa

    report = wa.select(ds, department, year)
    wa.picture(wa.goal_completion(report.main))
"""

from workbench.analysis import causes, comparison, evidence, listings, measures, pages
from workbench.analysis.attainment import attainment_dots
from workbench.analysis.excerpt import Excerpt, Tables, locate, locate_project, select
from workbench.analysis.figures import (
    budget_flow,
    deviation_causes,
    goal_completion,
    score_heat_map,
    score_waterfall,
)
from workbench.analysis.overview import department_heat_map, execution_against_score, scores
from workbench.analysis.panels import departments_over_years, scores_by_year
from workbench.analysis.pieces import Html, picture, stylesheet
from workbench.analysis.style import alt_text, use
from workbench.analysis.summary import form_summary

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
    "listings",
    "locate",
    "locate_project",
    "measures",
    "pages",
    "picture",
    "score_heat_map",
    "score_waterfall",
    "scores",
    "scores_by_year",
    "select",
    "stylesheet",
    "use",
]
