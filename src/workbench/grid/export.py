"""Cell grids for others: plain HTML tables and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape

from workbench.model import Cell, CellGrid, PageContent


def to_html(content: PageContent, title: str) -> str:
    """The tables of a page as one HTML document: a plain ``<table>`` each, with rowspan and colspan."""
    tables = "\n".join(_html_table(grid) for grid in content.grids)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    style = "<style>table{border-collapse:collapse;margin:1em 0}td{border:1px solid;padding:2px 6px}</style>"
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{head}{style}</head>\n<body>\n{tables}\n</body></html>\n'


def _html_table(grid: CellGrid) -> str:
    rows = []
    for number in range(grid.rows):
        rows.append("<tr>" + "".join(_html_cell(cell) for cell in grid.cells if cell.row == number) + "</tr>")
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _html_cell(cell: Cell) -> str:
    spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    spans += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    return f"<td{spans}>{escape(cell.text)}</td>"


def to_json(content: PageContent) -> str:
    """Everything that was read from a page; coordinates in pixels of the page as scanned."""
    return json.dumps(asdict(content), ensure_ascii=False, indent=1) + "\n"
