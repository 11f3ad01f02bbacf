"""Datasets and forms as a notebook shows them: static HTML, every text escaped, no script.

A form looks like the printed form. Where its scan is available, pointing at a value shows the cell of the scan that it
was read from. Each page is embedded once, small and grey: it is the background of all its cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from workbench.dataset.schemas import rows_of
from workbench.fields import field_name
from workbench.sheet import EmbeddedPage, SheetCell, covered_by, embed, sheet, shown
from workbench.visible import as_html

if TYPE_CHECKING:
    import PIL.Image


MOST_BYTES = 2_000_000
"""Most bytes of all embedded pages of one form. Further pages show their text only."""


FORMS_LISTED = 20
"""Most forms in the list of a dataset."""


class ShownDataset(Protocol):
    """What the display needs of a dataset: its folder, the content of ``dataset.json``, and two of its tables."""

    @property
    def folder(self) -> object: ...

    @property
    def info(self) -> Mapping[str, Any]: ...

    @property
    def forms(self) -> pd.DataFrame: ...

    @property
    def findings(self) -> pd.DataFrame: ...


class PageSource(Protocol):
    """Gives pages of forms as pictures."""

    def page_image(self, form_id: str, page: int) -> tuple[PIL.Image.Image, float]:
        """Return a page as scanned, and how many of its pixels make one unit of the ``cells`` table."""


class ShownForm(Protocol):
    """What the display needs of a form: its rows by table, and a source of its pages."""

    @property
    def form_id(self) -> str: ...

    @property
    def dataset(self) -> PageSource: ...

    def __getitem__(self, table: str, /) -> pd.DataFrame: ...


# --- a form


def form_html(form: ShownForm) -> str:
    """Show a form like the printed form: its findings, then its tables page by page."""
    facts = {name: _text(value) for name, value in next(rows_of(form["forms"])).items()}
    names = [facts[name] for name in ("department", "project") if facts[name]]
    year = [f"{facts['year']} 年"] if facts["year"] else []
    parts = [f"<h4>{as_html(facts['title'] or '（无标题）')}</h4>", f"<p>{as_html(' · '.join([*names, *year]))}</p>"]
    parts.append(findings_html(form["findings"]))
    pages, note = _embedded(form)
    looks = _looks(form)
    tables: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(form["cells"]):
        tables[row["page"], row["table_no"]].append(row)
    for (number, _), rows in sorted(tables.items()):
        name = _page_class(form.form_id, number)
        embedded = pages.get(name)
        cells = [_sheet_cell(row, looks, embedded) for row in rows]
        parts.append(f"<p>第 {number} 页</p>{sheet(_of_form(cells), name if embedded else '')}")
    parts.append(f"<p>{as_html(note)}</p>" if note else "")
    return shown("".join(parts), pages)


def findings_html(findings: pd.DataFrame) -> str:
    """Show findings as a list, errors first. The list is open only if there are errors.

    Args:
        findings: rows of the table ``findings``.
    """
    if findings.empty:
        return "<p>没有发现问题</p>"
    names = {"error": "错误", "warning": "警告", "info": "提示"}
    counts = findings["severity"].value_counts()
    summary = "，".join(f"{label} {counts[name]}" for name, label in names.items() if name in counts)
    ordered = findings.assign(rank=findings["severity"].map(list(names).index)).sort_values("rank", kind="stable")
    items = "".join(
        f'<li><span class="wb-{row["severity"]}">{names[row["severity"]]}</span> {as_html(row["message"])}</li>'
        for row in rows_of(ordered)
    )
    unfolded = " open" if "error" in counts else ""
    return f"<details{unfolded}><summary>{summary}</summary><ul>{items}</ul></details>"


def _embedded(form: ShownForm) -> tuple[dict[str, EmbeddedPage], str]:
    """The pages of a form by their CSS class, as many as are available and fit `MOST_BYTES`, and a note about them."""
    from workbench.errors import WorkbenchError

    pages: dict[str, EmbeddedPage] = {}
    size = 0
    for number in sorted(set(form["cells"]["page"].astype(int))):
        try:
            page = embed(*form.dataset.page_image(form.form_id, number))
        except WorkbenchError:
            return pages, "扫描件不在原处、已不是当初读取的文件或没有页面图像，只显示文字。"
        size += len(page.webp)
        if size > MOST_BYTES:
            return pages, f"第 {number} 页起只显示文字：图像过多。"
        pages[_page_class(form.form_id, number)] = page
    return pages, "指向一个值，即见扫描件上的那一格。" if pages else ""


def _page_class(form_id: str, page: int) -> str:
    """The CSS class of a page."""
    return f"wb-{''.join(c for c in form_id if c.isalnum())}-{page}"


def _looks(form: ShownForm) -> dict[tuple[Any, ...], tuple[str, str]]:
    """The CSS class and the hint of fields that a finding is about or a person corrected, by (table, record, field)."""
    looks = {
        (row["table"], row["record_no"], row["field"]): ("doubt", row["message"])
        for row in rows_of(form["findings"])
        if row["severity"] != "info" and row["field"]
    }
    for row in rows_of(form["fields"]):
        if row["status"] in ("corrected", "stale"):
            about = (row["table"], row["record_no"], row["field"])
            looks[about] = ("changed", f"更正为“{row['text']}”，机器读作“{row['machine_text'] or ''}”")
    return looks


def _sheet_cell(
    row: Mapping[str, Any], looks: Mapping[tuple[Any, ...], tuple[str, str]], page: EmbeddedPage | None
) -> SheetCell:
    """A cell to be drawn, from its row of ``cells``; with its box on the embedded page, if there is one."""
    key = (row["table"], row["record_no"], row["field"])
    is_label = row["field"] == "label"
    name = field_name(row["field"]) if row["field"] and not is_label else ""
    look, title = looks.get(key, ("label" if is_label else "", name))
    box = None
    if page is not None and row["text"]:
        x0, y0, x1, y1 = (float(row[edge]) * page.scale for edge in ("x0", "y0", "x1", "y1"))
        box = (x0, y0, x1, y1)
    plain = {part: row[part] for part in ("row", "col", "rowspan", "colspan", "text")}
    return SheetCell(**plain, look=look, title=title, box=box)


def _of_form(cells: Sequence[SheetCell]) -> list[SheetCell]:
    """The cells in rows with some text of this form. The same table of the page may continue with another form."""
    rows = {row for cell in cells if cell.text for row in covered_by(cell.row, cell.rowspan)}
    return [cell for cell in cells if rows & set(covered_by(cell.row, cell.rowspan))]


# --- a dataset


def dataset_html(dataset: ShownDataset) -> str:
    """Show a dataset: its first forms, the number of rows of its tables, and of its findings by severity."""
    rows = dataset.info["rows"]
    counts = "".join(
        f"<tr><td>ds.{as_html(name)}</td><td class='wb-number'>{int(rows[name])}</td></tr>" for name in rows
    )
    forms = dataset.forms.head(FORMS_LISTED)
    labels = ("表", "部门", "项目", "年度", "总得分", "待复核")
    columns = dict(zip(("form_id", "department", "project", "year", "total_score", "review"), labels, strict=True))
    head = "".join(f"<th>{label}</th>" for label in columns.values())
    body = "".join(
        "<tr>" + "".join(f"<td>{as_html(_text(row[name]))}</td>" for name in columns) + "</tr>"
        for row in rows_of(forms)
    )
    more = len(dataset.forms) - len(forms)
    tail = f"<p>另有 {more} 份表，见 ds.forms</p>" if more > 0 else ""
    severities = dataset.findings["severity"].value_counts()
    found = "，".join(
        f"{label} {severities.get(name, 0)}"
        for name, label in (("error", "错误"), ("warning", "警告"), ("info", "提示"))
    )
    built = as_html(_text(dataset.info.get("built")))
    title = f"<h4>数据集 {as_html(str(dataset.folder))}</h4><p>建于 {built}；{found}</p>"
    return shown(f"{title}<table><tr>{head}</tr>{body}</table>{tail}<table>{counts}</table>")


def _text(value: Any) -> str:
    """A value as people read it; nothing for None and False."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else ""
    return f"{value:g}" if isinstance(value, float) else str(value)
