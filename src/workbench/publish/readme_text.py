"""The text of the README of a publication, in Chinese and in English."""

from __future__ import annotations

from workbench.publish.codebook import Language
from workbench.publish.readme import Facts, error_rate, span
from workbench.publish.request import LICENCES, Request


def readme(language: Language, request: Request, facts: Facts, has_pdf: bool) -> str:
    """Make the README in a language."""
    make = _chinese if language == "zh" else _english
    return "\n".join(make(request, facts, has_pdf)) + "\n"


def _chinese(request: Request, facts: Facts, has_pdf: bool) -> list[str]:
    rows, licence = facts.rows, LICENCES[request.licence]
    names = "姓名写作缩写" if request.has_initials else "姓名照其署名"
    years = f"，{span(facts.years)} 年" if facts.years else ""
    pictures = (
        [f"| `crops/` | 被引用、经更正的值在原件上的一行（连同表头），共 {facts.crops} 张 |"] if facts.crops else []
    )
    changed = (
        [f"人名改写后疑点说明有变；所据数据集的摘要为 `{facts.source_digest}`。"]
        if facts.source_digest != facts.digest
        else []
    )
    return [
        f"# {request.title}",
        "",
        "[English](README.en.md)",
        "",
        f"{'、'.join(request.authors)}，{request.day.isoformat()}。许可：[{licence.name}]({licence.url})。",
        "",
        f"{facts.departments} 个部门（按表上所印的名称计）{years}的绩效自评表："
        f"{rows['forms']:,} 张表，{rows['indicators']:,} 条指标，{rows['budgets']:,} 行预算，"
        f"出自 {rows['documents']:,} 份文件"
        + (f"，其中 {facts.not_read} 份未能全部读出（见 `documents` 表）。" if facts.not_read else "。"),
        "",
        "## 数据怎样得来",
        "",
        f"文件由 workbench {facts.package}（处理程序 {facts.pipeline}"
        + (f"，识别引擎 {facts.engine}）" if facts.engine else "，未用图像识别）")
        + f"读成表格，建成于 {facts.built}；全部设置、每份文件的 SHA-256 在 `data/dataset.json`。"
        "数照表上所印，不作修补；表上没有、未填或只印一横的为空值，空值不是零。"
        "表格自相矛盾、机器没有把握之处，逐条在 `findings` 表，从不改动数值。",
        "",
        f"- 字段 {rows['fields']:,} 个，经人对照原件看过 {facts.looked_at:,} 个，其中更正"
        f" {facts.statuses.get('corrected', 0):,} 个。",
        f"- 机器有疑而尚无人看过的字段 {facts.open_doubts:,} 个，在 {facts.forms_in_doubt:,} 张表上（`forms.review`）；"
        f"各人说法不一、或更正后读法又变的 {facts.unsettled:,} 个。",
        f"- 疑点 {rows['findings']:,} 处：错误 {facts.severities.get('error', 0):,}，警告"
        f" {facts.severities.get('warning', 0):,}，提示 {facts.severities.get('info', 0):,}。",
        f"- 更正记录 `corrections` {rows['corrections']:,} 行，{facts.people} 人，{names}。",
        "",
        "## 读错的有多少",
        "",
        *(f"- {line}" for line in error_rate("zh", facts)),
        "",
        "## 文件",
        "",
        "| 文件 | 内容 |",
        "|---|---|",
        '| `data/` | 各表，Parquet；`dataset.json`。Python：`workbench.open("data")`，或 pandas、DuckDB |',
        '| `csv/` | 各表，CSV（UTF-8）。开头的 `\'` 为免电子表格当作公式，不属原文；空值写作空，空白文字写作 `""` |',
        "| `stata/` | 各表，Stata 14 以上，带中文标签 |",
        "| `scripts/` | `load.R`、`load.do`：载入全部各表 |",
        f"| `codebook.zh.html`、`codebook.en.html`{'，`.pdf`' if has_pdf else ''} | 编码簿：每个字段的含义 |",
        f"| `evidence` 表 | 被引用、经更正的值 {rows['evidence']:,} 个：引文、文件、页 |",
        *pictures,
        "| `datapackage.json`、`croissant.json` | 供程序读的说明（Data Package、Croissant） |",
        "| `CITATION.cff`、`LICENSE` | 引用方式，许可 |",
        "| `SHA256SUMS` | 每个文件的摘要 |",
        "",
        "## 核验",
        "",
        "`workbench verify .` 核对摘要、各表的结构、CSV 与 Parquet 是否一致、截图与值是否相符；"
        "没有安装 workbench 的：`sha256sum -c SHA256SUMS`。"
        "摘要只说明文件未经改动，不说明出自谁手：请与论文或仓库所载的摘要比对。",
        "",
        f"各表内容的摘要：`{facts.digest}`。{''.join(changed)}",
    ]


def _english(request: Request, facts: Facts, has_pdf: bool) -> list[str]:
    rows, licence = facts.rows, LICENCES[request.licence]
    names = "by their initials" if request.has_initials else "as they signed"
    years = f", {span(facts.years)}" if facts.years else ""
    pictures = (
        [f"| `crops/` | the rows of cited and corrected values on the scans, with their heads: {facts.crops} |"]
        if facts.crops
        else []
    )
    changed = (
        [f" People's names were changed in messages; the dataset that this was made from has `{facts.source_digest}`."]
        if facts.source_digest != facts.digest
        else []
    )
    return [
        f"# {request.title}",
        "",
        "[中文](README.md)",
        "",
        f"{', '.join(request.authors)}, {request.day.isoformat()}. Licence: [{licence.name}]({licence.url}).",
        "",
        f"Performance self-evaluation forms (绩效自评表) of {facts.departments} department(s), as printed{years}: "
        f"{rows['forms']:,} forms, {rows['indicators']:,} indicators and {rows['budgets']:,} budget lines "
        f"from {rows['documents']:,} document(s)"
        + (f", {facts.not_read} of which could not be read whole (see `documents`)." if facts.not_read else "."),
        "",
        "## How the data came about",
        "",
        f"Read by workbench {facts.package} (pipeline {facts.pipeline}"
        + (f", OCR engine {facts.engine})" if facts.engine else ", no OCR)")
        + f"; the tables were built at {facts.built}. All settings and the SHA-256 of each document are in "
        "`data/dataset.json`. Numbers are as printed, nothing is repaired; where a form has none, shows nothing or a "
        "dash, the value is null, which is not zero. Where a form contradicts itself or the machine is unsure, "
        "`findings` says so; a finding never changes a value. Text is the form's own, in Chinese.",
        "",
        f"- {rows['fields']:,} fields; people looked at {facts.looked_at:,} of them against the original, and "
        f"corrected {facts.statuses.get('corrected', 0):,}.",
        f"- {facts.open_doubts:,} fields that the machine doubts were not looked at, on {facts.forms_in_doubt:,} "
        f"form(s) (`forms.review`); {facts.unsettled:,} field(s) on which people disagree, "
        "or whose reading has changed since.",
        f"- {rows['findings']:,} findings: {facts.severities.get('error', 0):,} errors, "
        f"{facts.severities.get('warning', 0):,} warnings, {facts.severities.get('info', 0):,} for information.",
        f"- The log `corrections` has {rows['corrections']:,} lines by {facts.people} person(s), named {names}.",
        "",
        "## Error rate",
        "",
        *(f"- {line}" for line in error_rate("en", facts)),
        "",
        "## Files",
        "",
        "| file | content |",
        "|---|---|",
        '| `data/` | the tables as Parquet, and `dataset.json`. Python: `workbench.open("data")`, or pandas, DuckDB |',
        "| `csv/` | the tables as CSV (UTF-8). A `'` at the beginning keeps spreadsheets from calculating and is no "
        'part of the text; a null is nothing, an empty text is `""` |',
        "| `stata/` | the tables for Stata 14 and later, with Chinese labels |",
        "| `scripts/` | `load.R` and `load.do` load all tables |",
        f"| `codebook.zh.html`, `codebook.en.html`{', `.pdf`' if has_pdf else ''} | what each column means |",
        f"| table `evidence` | {rows['evidence']:,} values that are cited or were corrected: citation, file, page |",
        *pictures,
        "| `datapackage.json`, `croissant.json` | the same for programs (Data Package, Croissant) |",
        "| `CITATION.cff`, `LICENSE` | how to cite, and the licence |",
        "| `SHA256SUMS` | the digest of every file |",
        "",
        "## Verification",
        "",
        "`workbench verify .` compares digests, schemas, CSV with Parquet, and pictures with values. Without workbench "
        "use `sha256sum -c SHA256SUMS`. Digests show that nothing was changed, not who made it: compare them "
        "with those that the paper or the repository prints.",
        "",
        f"Content digest of the tables: `{facts.digest}`.{''.join(changed)}",
    ]
