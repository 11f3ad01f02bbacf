"""The truth that grids are measured against: a clean page is found to be exactly as it was drawn."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scans.faults import draw_page
from tests.scans.tables import central_project_table
from tests.scans.typeset import Style, page_grids, typeset
from workbench.model import Page, Polygon
from workbench.ocr.base import OcrEngine, OcrOptions, Reading
from workbench.read.page import read_page

TRUTH = Path(__file__).parent / "truth" / "example_project_1.json"


class Blind(OcrEngine):
    version = "blind"

    def detect(self, image: NDArray[np.uint8]) -> list[Polygon]:
        return []

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        return [Reading("", (), ()) for _ in crops]


@pytest.mark.parametrize("number", [0, 1])
def test_a_clean_page_has_the_cells_that_were_drawn_on_it(number: int) -> None:
    table, style = central_project_table(json.loads(TRUTH.read_text(encoding="utf-8"))), Style()
    drawn = page_grids(table, style)[number]
    content = read_page(Page(1, draw_page(typeset(table, style), number, 150)), Blind(OcrOptions()))
    assert len(content.grids) == 1
    found = content.grids[0]
    assert (found.rows, found.columns) == (drawn.rows, drawn.columns)
    assert [(cell.row, cell.col, cell.rowspan, cell.colspan) for cell in found.cells] == [
        (cell.row, cell.col, cell.rowspan, cell.colspan) for cell in drawn.cells
    ]
