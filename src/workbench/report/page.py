"""Makes one self-contained page of an executed notebook: no code, nothing from the network, one script for sorting."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources
from urllib.parse import quote

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from workbench.visible import as_html

NETWORK = ("mathjax_url", "mermaid_js_url", "mermaid_layout_elk_js_url", "require_js_url", "jquery_url")
"""Options of nbconvert with the address of a script that the page would load: all are emptied."""

HEADING = re.compile(r"<h2>(?P<text>.*?)</h2>", re.DOTALL)
"""A heading of the second level in the HTML of a notebook."""


def make_page(notebook: NotebookNode, title: str, notebook_name: str) -> str:
    """Make the page of a report, with a table of contents and a link to the executed notebook beside it.

    ``notebook_name`` is the file name of that notebook.
    """
    contents, body = table_of_contents(notebook_body(notebook))
    link = f'可复算的笔记本：<a href="{quote(notebook_name)}">{as_html(notebook_name)}</a>'
    link = f'<p class="page-foot"><a href="index.html">全部报告</a>　{link}</p>'
    return html_document(title, f"{contents}\n<main>\n{body}\n{link}\n</main>")


def notebook_body(notebook: NotebookNode) -> str:
    """Convert a notebook's prose and outputs to HTML, without its code."""
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        embed_images=True,
        **dict.fromkeys(NETWORK, ""),
    )
    body, _ = exporter.from_notebook_node(notebook)
    return str(body)


def table_of_contents(body: str) -> tuple[str, str]:
    """Make links to the second-level headings; gives them, and the body with the anchors that they lead to."""
    titles: list[str] = []

    def anchored(heading: re.Match[str]) -> str:
        titles.append(heading["text"])
        return f'<h2 id="part-{len(titles)}">{heading["text"]}</h2>'

    body = HEADING.sub(anchored, body)
    items = "".join(f'<li><a href="#part-{place}">{title}</a></li>' for place, title in enumerate(titles, start=1))
    return (f'<nav aria-label="目录"><ol>{items}</ol></nav>' if items else ""), body


def html_document(title: str, body: str) -> str:
    """Make an HTML document of a title (plain text) and a body (HTML), with style sheet and sorting script.

    The policy in its head lets a browser run that script and no other, and load nothing from anywhere. So whatever
    text a form holds, it does nothing.
    """
    css, script = (_asset(name) for name in ("page.css", "sort.js"))
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{content_security_policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{as_html(title)}</title>
<style>
{css}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""


def content_security_policy(script: str) -> str:
    """Write the policy that lets a browser show the page's own pictures and styles, run this script, nothing else."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _asset(name: str) -> str:
    """The text of a file that lies beside this module."""
    return resources.files("workbench.report").joinpath(name).read_text(encoding="utf-8")
