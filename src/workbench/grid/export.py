"""Cell grids for others: plain HTML tables and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from workbench.model import PageContent
from workbench.visible import as_html

POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
"""A browser shows the page, and runs and loads nothing."""


def to_html(content: PageContent, title: str) -> str:
    """The tables of a page as one HTML document: a plain ``<table>`` each, with rowspan and colspan."""
    tables = "\n".join(grid.to_html() for grid in content.grids)
    head = f'<meta charset="utf-8">{POLICY}<title>{as_html(title)}</title>'
    style = "<style>table{border-collapse:collapse;margin:1em 0}td{border:1px solid;padding:2px 6px}</style>"
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{head}{style}</head>\n<body>\n{tables}\n</body></html>\n'


def to_json(content: PageContent) -> str:
    """Everything that was read from a page; coordinates in pixels of the page as scanned."""
    return json.dumps(asdict(content), ensure_ascii=False, indent=1) + "\n"
