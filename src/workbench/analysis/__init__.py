"""Analyses: measures and charts, as pure functions on the tables of ``DATASET.md``.

``measures`` and ``summary`` count, ``narrative`` puts the counts into sentences, ``figures``,
``attainment`` and ``overview`` draw, ``pieces`` and ``pages`` make the pieces of a report. What the
notebooks use is here::

    from workbench import analysis as wa

    report = wa.select(ds, department, year)
    wa.picture(wa.goal_completion(report.main))
"""

from workbench.analysis import measures, pages
from workbench.analysis.attainment import attainment_dots
from workbench.analysis.excerpt import Excerpt, Tables, department_years, locate, select
from workbench.analysis.figures import budget_flow, goal_completion, score_heat_map, score_waterfall
from workbench.analysis.overview import execution_against_score, level1_heat_map, scores
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
    "department_years",
    "execution_against_score",
    "form_summary",
    "goal_completion",
    "level1_heat_map",
    "locate",
    "measures",
    "pages",
    "picture",
    "score_heat_map",
    "score_waterfall",
    "scores",
    "select",
    "stylesheet",
    "use",
]
