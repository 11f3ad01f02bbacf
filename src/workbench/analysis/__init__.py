"""Measures, charts and sections of reports: pure functions on the tables of a dataset (``docs/dataset.md``).

1. ``folders`` finds the dataset, ``selection`` selects the forms of one department and year.
2. ``measures``, ``summary``, ``causes`` and ``comparison`` compute.
3. ``wording`` writes numbers, ``narrative`` writes sentences.
4. ``form_charts``, ``attainment_chart``, ``archive_charts``, ``year_charts`` and
   ``entity_charts`` draw, with ``heat_map`` and ``style``.
5. ``html``, ``report_tables``, ``evidence`` and ``sections`` make the parts of a page.

What the notebooks use is here::

    from workbench import analysis as wa

    report = wa.select(ds, department, year)
    wa.picture(wa.goal_completion(report.main))
"""

from typing import NoReturn

from workbench.analysis import causes, comparison, evidence, measures, report_tables, sections
from workbench.analysis.archive_charts import department_heat_map, execution_against_score, scores
from workbench.analysis.attainment_chart import attainment_dots
from workbench.analysis.entity_charts import entity_years, moved_targets, vanished_indicators
from workbench.analysis.entity_tables import entity_names, entity_proposals
from workbench.analysis.folders import locate, locate_project
from workbench.analysis.form_charts import (
    budget_flow,
    deviation_causes,
    goal_completion,
    score_heat_map,
    score_waterfall,
)
from workbench.analysis.html import Html, picture, stylesheet
from workbench.analysis.reason_tables import reason_quality
from workbench.analysis.report_tables import choose
from workbench.analysis.selection import Selection, Tables, select
from workbench.analysis.style import alt_text, use
from workbench.analysis.summary import form_summary
from workbench.analysis.year_charts import departments_over_years, scores_by_year

__all__ = [
    "Html",
    "Selection",
    "Tables",
    "alt_text",
    "attainment_dots",
    "budget_flow",
    "causes",
    "choose",
    "comparison",
    "department_heat_map",
    "departments_over_years",
    "deviation_causes",
    "entity_names",
    "entity_proposals",
    "entity_years",
    "evidence",
    "execution_against_score",
    "form_summary",
    "goal_completion",
    "locate",
    "locate_project",
    "measures",
    "moved_targets",
    "picture",
    "reason_quality",
    "report_tables",
    "score_heat_map",
    "score_waterfall",
    "scores",
    "scores_by_year",
    "sections",
    "select",
    "stylesheet",
    "use",
    "vanished_indicators",
]

_RENAMED = {"pages": "sections", "listings": "report_tables"}


def __getattr__(name: str) -> NoReturn:
    """Name the way out for notebooks that an earlier version made.

    Raises:
        AttributeError: always: the package has no such name.
    """
    if name in _RENAMED:
        way_out = "for new notebooks, move notebooks/ away and run: workbench init . (CHANGELOG.md has all new names)"
        raise AttributeError(f"workbench.analysis.{name} is called {_RENAMED[name]} now; {way_out}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
