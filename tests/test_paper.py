"""A department's report on paper: the real notebook over a form of two pages, printed by a browser."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pypdfium2
import pytest

from tests.conftest import ROOT, Sample
from workbench.analysis.evidence import ON_PAPER
from workbench.analysis.html import Html
from workbench.publish.printing import installed_browser, print_page
from workbench.report.page import html_document, table_of_contents

MOST_SHEETS = 6
"""A4 pages that the report on a form of two pages may take."""


def report_page(sample: Sample, department: str, **made: object) -> str:
    """The page of a department, from the cells of the notebook, without a kernel: values that cells show, in order."""
    notebook = json.loads((ROOT / "notebooks" / "department.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    parts: list[str] = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title, _, text = source.lstrip("#").strip().partition("\n")
            parts.append(f"<h2>{title}</h2><p>{text}</p>")
            continue
        if "parameters" in cell["metadata"].get("tags", ()):
            names |= {
                "processed": str(sample.folder),
                "department": department,
                "year": 0,
                "raw": str(ROOT / "data/raw"),
            }
            continue
        *before, last = ast.parse(source).body
        exec(compile(ast.Module(before, []), "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            parts.append(shown.markup if isinstance(shown, Html) else shown._repr_html_())
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), names)
    contents, body = table_of_contents("\n".join(parts))
    return html_document("报告", f"{contents}<main>{body}</main>")


def test_the_report_on_a_form_of_two_pages_takes_six_sheets_at_most(sample_dataset: Sample, tmp_path: Path) -> None:
    browser = installed_browser()
    if browser is None:
        pytest.skip("no browser of the Chromium family is installed")
    page = report_page(sample_dataset, "示例市教育局")
    assert page.count("<h2") >= 12 and page.count("<img") >= 8
    # As many findings as a bad photocopy has: pictures beyond the first are on the screen alone.
    card = page[page.index('<article class="wb-finding') : page.index("</article>") + len("</article>")]
    many = card.replace("<div><img", '<div class="wb-screen"><img')
    page = page.replace(card, card * ON_PAPER + many * 6)
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    assert print_page(browser, tmp_path / "report.html", tmp_path / "report.pdf")
    assert len(pypdfium2.PdfDocument(tmp_path / "report.pdf")) <= MOST_SHEETS
