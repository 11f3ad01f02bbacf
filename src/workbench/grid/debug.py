"""Pictures of every stage of a page, for people and for debugging: upright, rules, lattices and cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.grid.pipeline import find_tables
from workbench.grid.rectify.upright import UprightPage, make_upright
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.ruling_lines import RulingMasks
from workbench.model import Page, PageContent
from workbench.settings import REVIEW_THRESHOLD

if TYPE_CHECKING:
    import PIL.Image

    from workbench.ocr.base import OcrEngine

GREEN, ORANGE, GREY, RED, BLUE = (26, 152, 80), (244, 109, 67), (153, 153, 153), (215, 25, 28), (44, 123, 182)


def draw_cells(page: Page, content: PageContent) -> PIL.Image.Image:
    """The scan with every cell outlined: green when sure, orange when doubtful or obscured, grey when empty."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(page.image)
    drawing = ImageDraw.Draw(image)
    width = max(2, page.width // 600)
    for grid in content.grids:
        for cell in grid.cells:
            doubtful = cell.confidence.overall < REVIEW_THRESHOLD or cell.state in ("unread", "obscured")
            colour = ORANGE if doubtful else GREY if cell.state == "empty" else GREEN
            drawing.line([*cell.polygon, cell.polygon[0]], fill=colour, width=width)
    return image


def draw_upright(page: UprightPage) -> PIL.Image.Image:
    """The upright page on white paper; in red where the ink of seals and handwriting was taken off."""
    from PIL import Image

    colours = np.repeat(page.grey[:, :, None], 3, axis=2)
    colours[page.covered > 0] = (0.6 * colours[page.covered > 0] + 0.4 * np.array(RED)).astype(np.uint8)
    return Image.fromarray(colours)


def draw_rules(page: UprightPage, rules: RulingMasks) -> PIL.Image.Image:
    """The upright page; runs that cannot be text in red, segments like worn or dashed rules in green."""
    from PIL import Image

    colours = np.repeat(page.grey[:, :, None], 3, axis=2)
    colours[(rules.segments_horizontal | rules.segments_vertical) > 0] = GREEN
    colours[(rules.long_horizontal | rules.long_vertical) > 0] = RED
    return Image.fromarray(colours)


def draw_lattices(page: UprightPage, lattices: list[Lattice]) -> PIL.Image.Image:
    """The upright page with all stretches of the lattices: blue for a rule, orange if unsure, grey for none."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(np.repeat(page.grey[:, :, None], 3, axis=2))
    drawing = ImageDraw.Draw(image)
    width = max(1, round(page.text_height / 8))
    for lattice in lattices:
        for (j, i), drawn in np.ndenumerate(lattice.horizontal):
            ends = (lattice.xs[i], lattice.ys[j], lattice.xs[i + 1], lattice.ys[j])
            drawing.line(ends, fill=_certainty(drawn), width=width)
        for (j, i), drawn in np.ndenumerate(lattice.vertical):
            ends = (lattice.xs[i], lattice.ys[j], lattice.xs[i], lattice.ys[j + 1])
            drawing.line(ends, fill=_certainty(drawn), width=width)
    return image


def _certainty(drawn: float) -> tuple[int, int, int]:
    if 1 - REVIEW_THRESHOLD < drawn < REVIEW_THRESHOLD:
        return ORANGE
    return BLUE if drawn >= REVIEW_THRESHOLD else GREY


def draw_stages(page: Page, content: PageContent, engine: OcrEngine) -> dict[str, PIL.Image.Image]:
    """One picture for each stage that led to the cells, by its name, in order."""
    found = find_tables(make_upright(page, engine))
    printed, lattices = found.printed, [table.lattice for table in found.tables]
    return {
        "1-upright": draw_upright(printed.page),
        "2-rules": draw_rules(printed.page, printed.rules),
        "3-lattices": draw_lattices(printed.page, lattices),
        "4-cells": draw_cells(page, content),
    }
