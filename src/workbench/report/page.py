"""An executed notebook as one self-contained page: no code, nothing from the network, one script that sorts tables."""

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
"""What nbconvert would have the page load: all emptied."""

HEADING = re.compile(r"<h2>(?P<text>.*?)</h2>", re.DOTALL)


def make_page(notebook: NotebookNode, title: str, notebook_name: str) -> str:
    """The whole page, with a table of contents and a link to the executed notebook beside it."""
    toc, body = with_contents(notebook_body(notebook))
    link = f'可复算的笔记本：<a href="{quote(notebook_name)}">{as_html(notebook_name)}</a>'
    link = f'<p class="page-foot"><a href="index.html">全部报告</a>　{link}</p>'
    return frame(title, f"{toc}\n<main>\n{body}\n{link}\n</main>")


def notebook_body(notebook: NotebookNode) -> str:
    """The notebook's prose and outputs as HTML."""
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


def with_contents(body: str) -> tuple[str, str]:
    """Links to the second-level headings, and the body with the places that they lead to."""
    titles: list[str] = []

    def anchored(heading: re.Match[str]) -> str:
        titles.append(heading["text"])
        return f'<h2 id="part-{len(titles)}">{heading["text"]}</h2>'

    body = HEADING.sub(anchored, body)
    items = "".join(f'<li><a href="#part-{place}">{title}</a></li>' for place, title in enumerate(titles, start=1))
    return (f'<nav aria-label="目录"><ol>{items}</ol></nav>' if items else ""), body


def frame(title: str, body: str) -> str:
    """A page around the body: language, title, style sheet, the script that sorts tables.

    The policy in its head lets a browser run that script and no other, and load nothing from anywhere: whatever
    a form says, it cannot act.
    """
    css, script = (_asset(name) for name in ("page.css", "sort.js"))
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy(script)}">
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


def policy(script: str) -> str:
    """What a browser may do with the page: show its own pictures and styles, run this script, nothing else."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _asset(name: str) -> str:
    return resources.files("workbench.report").joinpath(name).read_text(encoding="utf-8")
