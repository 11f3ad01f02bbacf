"""The codebook of a publication, in Chinese and English: every table and column, and the codes of the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import pandas as pd

from workbench.dataset.dictionary import ColumnEntry, data_dictionary, english_dictionary
from workbench.findings import FINDINGS
from workbench.publish.tables import ColumnKind, column_kind
from workbench.visible import as_html

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")

HEADS: Mapping[Language, tuple[str, ...]] = {
    "zh": ("字段", "名称", "类型", "含义", "单位、取值"),
    "en": ("column", "Chinese name", "type", "meaning", "unit, values"),
}

KINDS: Mapping[Language, Mapping[ColumnKind, str]] = {
    "zh": {"text": "文字", "whole": "整数", "number": "数", "flag": "是否", "day": "日期"},
    "en": {"text": "text", "whole": "whole number", "number": "number", "flag": "true or false", "day": "date"},
}

ENGLISH_UNITS: Mapping[str, str] = {
    "页": "pages",
    "年": "year",
    "分": "points",
    "个": "values",
    "张": "forms",
    "像素": "pixels",
    "万元": "10,000 yuan",
    "0 至 1": "0 to 1",
    "扫描件像素；带文字层的 PDF 为磅": "pixels of the scan; points in a PDF with a text layer",
    "见 amount_unit": "see amount_unit",
    "见 target_unit": "see target_unit",
    "见 actual_unit": "see actual_unit",
}
"""Units of the dictionary in English; others are the same in both languages."""

CODES: Mapping[Language, tuple[str, tuple[str, ...]]] = {
    "zh": ("疑点代码（findings.code）", ("代码", "处数", "说明的写法")),
    "en": ("Codes of findings (findings.code)", ("code", "findings", "wording of the message, in Chinese")),
}

STYLE = """
body { font: 15px/1.6 system-ui, "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h2 { margin: 2.2rem 0 .2rem; break-after: avoid; } h2 code { font-size: .8em; opacity: .7; margin-left: .6em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9em; }
th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #888; white-space: nowrap; }
.columns { table-layout: fixed; } .columns th { white-space: normal; } td { overflow-wrap: anywhere; }
.columns th:nth-child(1) { width: 17%; } .columns th:nth-child(2) { width: 14%; }
.columns th:nth-child(3) { width: 9%; } .columns th:nth-child(5) { width: 24%; }
td:first-child { font-family: ui-monospace, monospace; }
tr { break-inside: avoid; }
@media print { body { font-size: 9pt; margin: 0; max-width: none; } }
"""


def codebook(language: Language, title: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Make the codebook as a page of HTML, which loads nothing and runs no script."""
    name = {"zh": "编码簿", "en": "Codebook"}[language]
    body = "".join((*_sections(language, tables), _codes(language, tables["findings"])))
    return f"""<!DOCTYPE html>
<html lang="{"zh-CN" if language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: {as_html(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{name}</h1>
<p>{as_html(title)}</p>
{body}
</body>
</html>
"""


def _sections(language: Language, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """The part of each table: what a row of it is, how many there are, and its columns."""
    for name, frame in tables.items():
        entry, (meaning, english) = data_dictionary()[name], english_dictionary()[name]
        count = f"{len(frame):,} 行" if language == "zh" else f"{len(frame):,} rows"
        what = f"{entry.meaning}。{count}。" if language == "zh" else f"{meaning} {count}."
        rows = [
            (
                column,
                entry.columns[column].title,
                KINDS[language][column_kind(frame[column])],
                entry.columns[column].meaning if language == "zh" else english[column],
                _unit_and_values(language, entry.columns[column]),
            )
            for column in map(str, frame.columns)
        ]
        heading = f"<h2>{as_html(entry.title)}<code>{name}</code></h2><p>{as_html(what)}</p>"
        yield heading + _table(HEADS[language], rows, "columns")


def _unit_and_values(language: Language, entry: ColumnEntry) -> str:
    """The unit of a column, or its closed values, with their Chinese names."""
    parting = "；" if language == "zh" else "; "
    values = [f"{value} {label}" for value, label in entry.values.items()]
    unit = entry.unit if language == "zh" else ENGLISH_UNITS.get(entry.unit, entry.unit)
    return parting.join(([unit] if unit else []) + values)


def _codes(language: Language, findings: pd.DataFrame) -> str:
    """The codes that the dataset has, each with how often and how its messages are worded."""
    title, heads = CODES[language]
    rows = [
        (str(code), f"{count:,}", "；".join(one.template for one in FINDINGS[str(code)].wordings.values()))
        for code, count in findings["code"].value_counts().items()
        if code in FINDINGS
    ]
    return f"<h2>{title}</h2>{_table(heads, rows)}"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], kind: str = "codes") -> str:
    head = "".join(f"<th>{as_html(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{as_html(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
