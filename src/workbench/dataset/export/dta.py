"""Stata files (format 118: Stata 14 and later, any Chinese text): a file for each table, with labels.

Columns of a closed list (``status``, ``severity``, ``met`` …) become numbers with value labels, ``1 error 错误``;
all other text stays text. Stata has no missing text: null and empty text are both empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.schemas import text_columns

if TYPE_CHECKING:
    from workbench.dataset.export.about import About

SHORT_TEXT = 240
"""Most bytes of a text in a fixed-width column. Columns with a longer text become strL, as long as their texts.

Stata's own limit is 2,045. Only fixed-width columns can be keys of a merge; identifiers stay below 240 bytes.
"""

DATA_LABEL = 80
"""Most characters of a data set's label in Stata."""


def write_dta(folder: Path, tables: Iterable[tuple[str, pd.DataFrame]], about: About) -> None:
    """Write a ``.dta`` file for each table.

    Args:
        folder: the folder of the files; it must not be there yet.
        tables: names and content of the tables.
        about: gets rules and notes, and is written last.
    """
    folder.mkdir()
    about.rule("封闭取值的字段（如 status、severity、met）为带值标签的数；其余文字仍为文字")
    about.rule("Stata 的文字没有缺失值：空值与空白文字都为空")
    digest = str(about.facts.get("数据集摘要") or "")[:16]
    for name, frame in tables:
        for column in text_columns(frame):
            cut = int(frame[column].str.contains("\0", regex=False).sum())
            if cut:
                about.note(f"{name}.{column}：{cut} 处文字含空字符（NUL），Stata 不能存，改记为 \ufffd")
        _write(folder / f"{name}.dta", name, frame, digest)
    _write(folder / "about.dta", "about", about.table(), digest)


def _write(path: Path, name: str, frame: pd.DataFrame, digest: str) -> None:
    """Write one table, with the titles of the dictionary as labels and the digest of the dataset in its label."""
    entry = data_dictionary()[name]
    columns: dict[str, pd.Series] = {}
    value_labels: dict[str, dict[int, str]] = {}
    for column in map(str, frame.columns):
        values = entry.columns[column].values
        if values:
            columns[column], value_labels[column] = _coded(frame[column], list(values.items()))
        else:
            columns[column] = _plain(frame[column])
    converted = pd.DataFrame(columns, index=range(len(frame)))
    long = [c for c in text_columns(converted) if converted[c].map(lambda t: len(t.encode())).max() > SHORT_TEXT]
    converted.to_stata(
        path,
        write_index=False,
        version=118,
        variable_labels={column: entry.columns[column].title for column in columns},
        value_labels=value_labels,  # type: ignore[arg-type]
        convert_strl=long,
        convert_dates=dict.fromkeys(converted.select_dtypes("datetime"), "td"),
        data_label=f"{entry.title} workbench {digest}"[:DATA_LABEL],
    )


def _coded(column: pd.Series, values: list[tuple[str, str]]) -> tuple[pd.Series, dict[int, str]]:
    """A column with a closed list of values as numbers, and the labels of the numbers.

    False is 0 and true is 1. Texts are numbered from 1 in the order of the list.
    """
    is_flag = pd.api.types.is_bool_dtype(column)
    labels = {code: f"{value} {label}" for code, (value, label) in enumerate(values, start=0 if is_flag else 1)}
    if is_flag:
        return column.astype("Int8").reset_index(drop=True), labels
    codes = {value: code for code, (value, _) in enumerate(values, start=1)}
    return column.map(codes).astype("Int8").reset_index(drop=True), labels


def _plain(column: pd.Series) -> pd.Series:
    """A column in a type of Stata: text without nulls and NUL characters, whole or other numbers, or days."""
    column = column.reset_index(drop=True)
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if pd.api.types.is_string_dtype(column):
        return column.fillna("").str.replace("\0", "\ufffd", regex=False).astype(object)
    return (
        column.astype("float64")
        if column.isna().any()
        else column.astype("int64" if pd.api.types.is_integer_dtype(column) else "float64")
    )
