"""CSV for spreadsheets: UTF-8 with a byte order mark, and no text that a spreadsheet would take for a formula.

A CSV file has no types: a spreadsheet calculates whatever begins like a formula, and forms are full of ``=100%``.
The usual defence is an apostrophe in front. Text that begins with an apostrophe of its own gets one more: so removing
one apostrophe from the front always gives the text of the form. A symbol alone (``-``) is text to every spreadsheet and
gets none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from workbench.dataset.schemas import text_columns

if TYPE_CHECKING:
    from workbench.dataset.export.about import About

FORMULA = re.compile(r"'|[=+\-@＝＋－＠\t\r\n].", re.DOTALL)
"""The beginning of text that gets an apostrophe: a spreadsheet might calculate it (full-width in some locales)."""

EXCEL_TEXT = 32_767
"""Most UTF-16 units in a cell that Excel opens (Microsoft, *Excel specifications and limits*)."""

EXCEL_ROWS = 1_048_576
"""Most rows in a sheet that Excel opens, with the header (same source)."""


def write_csv(folder: Path, tables: Iterable[tuple[str, pd.DataFrame]], about: About) -> None:
    """Write a file for each table. A null is nothing between the commas, an empty text is two quotation marks.

    Args:
        folder: the folder of the files; it must not be there yet.
        tables: names and content of the tables.
        about: gets rules and notes, and is written last.
    """
    folder.mkdir()
    about.rule("以 = + - @、制表符或换行开头的文字（单独一个符号除外）和以 ' 开头的文字，前面加了一个 '：")
    about.rule("以免电子表格当作公式计算；去掉开头的一个 ' 即为原文（pandas：列.str.removeprefix(\"'\")）")
    about.rule("Excel 打开 CSV 时自会把 90%、1-2 之类的文字变成数或日期；要看原样请用 xlsx 导出")
    about.rule('空值写作空，空白文字写作 ""；编码为 UTF-8（带 BOM）')
    for name, frame in tables:
        _write(folder / f"{name}.csv", frame)
        if len(frame) >= EXCEL_ROWS:
            about.note(f"{name}：{len(frame):,} 行，超出 Excel 的行数上限，Excel 打开时会丢掉后面的行；请用其他软件")
        for column in text_columns(frame):
            long = int((frame[column].str.len() > EXCEL_TEXT).sum())
            if long:
                about.note(f"{name}.{column}：{long} 处超出 Excel 单元格 {EXCEL_TEXT:,} 字的上限，Excel 打开时会拆散")
    _write(folder / "about.csv", about.table())


def _write(path: Path, frame: pd.DataFrame) -> None:
    """Write one file, with guarded texts."""
    texts = {column: guarded(frame[column]) for column in text_columns(frame)}
    days = {str(column): frame[column].dt.date for column in frame.select_dtypes("datetime")}
    with path.open("wb") as stream:
        stream.write("\ufeff".encode())
        pyarrow.csv.write_csv(pa.Table.from_pandas(frame.assign(**texts, **days), preserve_index=False), stream)


def guarded(texts: pd.Series) -> pd.Series:
    """Put an apostrophe before texts that a spreadsheet might calculate; nulls stay null.

    >>> guarded(pd.Series(["=100%", "-", "'a", "完成"])).tolist()
    ["'=100%", '-', "''a", '完成']
    """
    return texts.mask(texts.str.match(FORMULA).fillna(False).astype(bool), "'" + texts)
