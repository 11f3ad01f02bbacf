"""Pages that are made from the code: commands, tables, findings, settings. Nothing on them is typed anywhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Literal

import click

from workbench.cli import main
from workbench.dataset.comparable import VIEWS
from workbench.dataset.dictionary import ColumnEntry, data_dictionary, english_dictionary
from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import SCHEMAS
from workbench.fields import KNOWN
from workbench.findings import FINDINGS, FindingKind
from workbench.language import VARIABLE
from workbench.settings import Settings, variable

Language = Literal["zh", "en"]

WIDTH = 100
"""Columns of the help of a command on its page."""

KINDS = {"str": "text", "flo": "number", "Int": "whole number", "boo": "true or false"}
"""What a column holds, by the beginning of its type's name."""

KINDS_ZH = {"str": "文字", "flo": "数", "Int": "整数", "boo": "真假"}

SEVERITIES_ZH = {"error": "错误", "warning": "警告", "info": "提示"}


def page(title: str, lead: str, *parts: str) -> str:
    """A page in Markdown: its title, a sentence on what it is, and its parts."""
    return "\n\n".join((f"# {title}", lead, *parts)) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; a bar or a line end in a cell is none of the table's."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """A context in which commands speak a language."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = language
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def commands(language: Language) -> str:
    """The help of every command, as the command prints it."""
    title, lead = {
        "zh": ("命令", "以下是各命令 `--help` 的原文。退出状态：0 全部成功，1 已完成但有输入失败，2 用法错误。"),
        "en": (
            "Commands",
            "What each command's `--help` prints. Exit status: 0 all good, 1 some inputs failed, 2 wrong usage.",
        ),
    }[language]
    with speaking(language):
        parts = [_help(f"workbench {name}", command) for name, command in main.commands.items()]
        return page(title, lead, _help("workbench", main), *parts)


def _help(name: str, command: click.Command) -> str:
    context = command.context_class(command, info_name=name, max_content_width=WIDTH, terminal_width=WIDTH)
    return f"## `{name}`\n\n```text\n{command.get_help(context)}\n```"


def tables(language: Language) -> str:
    """Every table and view with its columns, from the data dictionaries and the schemas."""
    title, lead = {
        "zh": (
            "表与字段",
            "数据集的每张表、每个视图，以及其中的每一列。标“表上所印”的列是表格本身的字段，可以由人更正；其余由程序计算或添加。",
        ),
        "en": (
            "Tables and fields",
            "Every table and view of the dataset, and its columns. A field is what a form prints, and a person may "
            "correct it; the other columns are computed or added.",
        ),
    }[language]
    return page(title, lead, *(_table_part(name, language) for name in (*TABLES, *VIEWS)))


def _table_part(name: str, language: Language) -> str:
    entry = data_dictionary()[name]
    if language == "zh":
        head = ("列", "名称", "类型", "表上所印", "含义", "单位", "取值")
        rows = [_column_zh(name, column, known) for column, known in entry.columns.items()]
        return f"## `{name}` {entry.title}\n\n{entry.meaning}。\n\n{table(head, rows)}"
    meaning, english = english_dictionary()[name]
    rows = [
        (
            f"`{column}`",
            known.title,
            _type(name, column, KINDS),
            "field" if _is_field(name, column) else "",
            english[column],
        )
        for column, known in entry.columns.items()
    ]
    return f"## `{name}`\n\n{meaning}\n\n{table(('column', 'Chinese name', 'type', '', 'meaning'), rows)}"


def _column_zh(name: str, column: str, known: ColumnEntry) -> tuple[str, ...]:
    values = "；".join(f"`{value}` {label}" for value, label in known.values.items())
    field = "是" if _is_field(name, column) else ""
    return (f"`{column}`", known.title, _type(name, column, KINDS_ZH), field, known.meaning, known.unit, values)


def _is_field(name: str, column: str) -> bool:
    return (name, column) in KNOWN


def _type(name: str, column: str, kinds: dict[str, str]) -> str:
    """What a column of a table holds; a view's columns have the types of the tables that it is made from."""
    known = SCHEMAS.get(name)
    return kinds.get(str(known.columns[column].dtype)[:3], "") if known and column in known.columns else ""


def findings(language: Language) -> str:
    """Every finding with its severities and wordings."""
    title, lead, head = {
        "zh": ("问题", "表格自相矛盾之处，以及机器没有把握之处。花括号中是各处不同的内容。", ("级别", "说法")),
        "en": (
            "Findings",
            "Where a form contradicts itself, and where the machine may be wrong (marked “machine”). Findings speak "
            "Chinese, as forms do; what stands in braces differs from case to case. "
            "What each means in English: [the dataset](dataset.md#findings).",
            ("severity", "wording"),
        ),
    }[language]
    return page(title, lead, *(_finding(kind, head, language) for kind in FINDINGS.values()))


def _finding(kind: FindingKind, head: tuple[str, str], language: Language) -> str:
    spoken = SEVERITIES_ZH if language == "zh" else {severity: severity for severity in SEVERITIES_ZH}
    doubt = (
        {"zh": "机器可能读错：请人看一眼。", "en": "Machine: a person should look."}[language] if kind.is_flag else ""
    )
    rows = [(spoken[wording.severity], wording.template) for wording in kind.wordings.values()]
    return "\n\n".join(part for part in (f"## `{kind.code}`", doubt, table(head, rows)) if part)


def settings(language: Language) -> str:
    """Every setting with its variable, its default and what its documentation says."""
    title, lead, head = {
        "zh": (
            "设置",
            "每项设置都可用环境变量指定，也可在代码中写作 `Settings(名称=值)`。说明取自程序，为英文。",
            ("变量", "默认值", "说明"),
        ),
        "en": (
            "Settings",
            "Each is an environment variable, or `Settings(name=value)` in code.",
            ("variable", "default", "meaning"),
        ),
    }[language]
    meanings = attributes_of(Settings.__doc__ or "")
    rows = [(f"`{variable(one.name)}`", f"`{one.default!r}`", meanings[one.name]) for one in fields(Settings)]
    return page(title, lead, table(head, rows))


def attributes_of(docstring: str) -> dict[str, str]:
    """What a docstring's section ``Attributes`` says of each name; one line may speak of several.

    >>> attributes_of("A box.\\n\\n    Attributes:\\n        x, y: its place,\\n            in pixels.\\n")
    {'x': 'its place, in pixels.', 'y': 'its place, in pixels.'}
    """
    section = docstring.partition("Attributes:")[2]
    found = re.findall(r"^ {8}(\w[\w, ]*): (.*(?:\n {12}.*)*)", section, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for names, text in found for name in names.split(", ")}
