"""Printed forms in many layouts: every layout takes an invented truth of its own name and gives the printed table."""

from collections.abc import Callable

from tests.scans.layouts import regions, troubles, unseen
from tests.scans.tables import Table, Truth
from tests.scans.typeset import Style

PORTRAIT_COLUMNS = 9

REGIONS: dict[str, Callable[[Truth], Table]] = {
    "tianjin-overall": regions.tianjin_overall,
    "central-project": regions.central_project,
    "beijing-district": regions.beijing_district,
    "sichuan-county": regions.sichuan_county,
    "sichuan-system": regions.sichuan_system,
    "yunnan-school": regions.yunnan_school,
    "ningxia-school": regions.ningxia_school,
    "hunan-target": regions.hunan_target,
    "tianjin-court-target": regions.tianjin_court_target,
    "inner-mongolia-target": regions.inner_mongolia_target,
}
"""Layouts seen in published forms."""

TROUBLES: dict[str, Callable[[Truth], Table]] = {
    "no-weights": troubles.no_weights,
    "extra-columns": troubles.extra_columns,
    "repeated-labels": troubles.repeated_labels,
    "goal-blocks": troubles.goal_blocks,
    "swapped-columns": troubles.swapped_columns,
    "template-leftovers": troubles.template_leftovers,
}
"""Layouts that were not seen, chosen for the trouble they make."""

UNSEEN: dict[str, Callable[[Truth], Table]] = {
    "hubei-overall": unseen.hubei_overall,
    "level-points": unseen.level_points,
    "combined-levels": unseen.combined_levels,
    "budget-below": unseen.budget_below,
    "shaanxi-overall": unseen.shaanxi_overall,
    "four-levels": unseen.four_levels,
    "labels-in-cells": unseen.labels_in_cells,
    "two-row-headers": unseen.two_row_headers,
    "explained-columns": unseen.explained_columns,
    "total-first": unseen.total_first,
}
"""Layouts that were not seen either, put together from many regions' habits after the reconstructor was written."""

HELD_OUT = ("beijing-district", "swapped-columns", "two-row-headers", "total-first")
"""Layouts for which nothing in the reconstructor may be changed: how they are read says how others will be."""

LAYOUTS: dict[str, Callable[[Truth], Table]] = REGIONS | TROUBLES | UNSEEN


def page_style(printed: Table) -> Style:
    """How an office prints the table: a wide one along the page's long side."""
    return Style(landscape=len(printed.widths) > PORTRAIT_COLUMNS)
