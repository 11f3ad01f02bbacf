"""Citations of single values: what a paper prints so that a reader can find the number on the scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.corrections.correction import Correction
from workbench.corrections.history import read_corrections
from workbench.corrections.log import corrections_folder
from workbench.dataset.dictionary import data_dictionary
from workbench.remote import Location
from workbench.visible import as_html, literal

DIGEST_LENGTH = 12
"""Characters of the dataset's digest that a citation shows, as reports do."""

SETTLED = ("confirmed", "corrected")
"""Values of ``fields.status`` that a person's review gave."""


def anchor_of(form_id: object, table: object, record_no: object, field: object) -> str:
    """Return the stable name of a value, the same in citations and in reports.

    The form's id is made from the content of its file, so it is the same wherever that file is read. Record 0 is the
    form itself.

    >>> anchor_of("0123456789abcdef-1", "indicators", 3, "score")
    '0123456789abcdef-1/indicators/3/score'
    """
    number = int(str(record_no)) if record_no is not None and record_no == record_no else 0
    return f"{form_id}/{table}/{number}/{field}"


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation of one value. Shows itself as both texts.

    Attributes:
        anchor: the stable name of the value (`anchor_of`).
        value: the text as the dataset has it, with corrections.
        source: the file, relative to the raw folder.
        sha256: the digest of the file.
        page: the page, from 1; None where the file has no place for the value.
        box: left, top, right and bottom of the cell, as fractions of the page; None where it has none.
        people: who confirmed or corrected the value, in order of time.
        chinese: the citation in Chinese, after GB/T 7714.
        english: the citation in English.
    """

    anchor: str
    value: str
    source: str
    sha256: str
    page: int | None
    box: tuple[float, float, float, float] | None
    people: tuple[str, ...]
    chinese: str
    english: str

    def __str__(self) -> str:
        return f"{self.chinese}\n{self.english}"

    def _repr_html_(self) -> str:
        return literal(f"<p>{as_html(self.chinese)}</p><p>{as_html(self.english)}</p>")


def cite(
    form: Mapping[str, Any],
    entry: Mapping[str, Any],
    source: str,
    sha256: str,
    dataset_digest: str,
    corrections: Iterable[Correction],
) -> Citation:
    """Make the citation of a value.

    Args:
        form: its row of ``forms``.
        entry: its row of ``fields``.
        source: the file, relative to the raw folder.
        sha256: the digest of the file.
        dataset_digest: the content digest of the dataset.
        corrections: those in force about the document; they name the people.
    """
    table, number, field = entry["table"], entry["record_no"] or 0, entry["field"]
    about = (form["form_id"], table, number, field)
    people = tuple(
        dict.fromkeys(
            one.by
            for one in corrections
            if (one.form_id, one.table, one.record_no or 0, one.field) == about and one.action == "set"
        )
        if entry["status"] in SETTLED
        else ()
    )
    placed = entry["left"] is not None
    box = (entry["left"], entry["top"], entry["right"], entry["bottom"]) if placed else None
    anchor, page = anchor_of(*about), entry["page"]
    entries = data_dictionary()[table]
    title = entries.columns[field].title
    record = f"{entries.title}第 {number} 条{title}" if number else title
    digests = f"SHA-256 {sha256}"
    cited = dataset_digest[:DIGEST_LENGTH]
    who, name = form["department"] or "[部门不明]", form["title"] or "绩效自评表"
    project, year = form["project"], form["year"]
    chinese = (
        f"{who}. {f'{project}：' if project else ''}{name}{f'（{year} 年度）' if year else ''}[Z]"
        f"{f'. 第 {page} 页' if page else ''}, {record}：“{entry['text']}”（{_checked(entry, people)}）. "
        f"文件 {source}, {digests}. 数据集 {cited}, 值 {anchor}."
    )
    english = (
        f"{who}. {f'{project}: ' if project else ''}{name}{f' ({year})' if year else ''}"
        f"{f', p. {page}' if page else ''}, {table}{f' {number}' if number else ''}, {field}: "
        f'"{entry["text"]}" ({_checked_in_english(entry, people)}). '
        f"File {source}, {digests}. Dataset {cited}, value {anchor}."
    )
    return Citation(anchor, entry["text"], source, sha256, page, box, people, chinese, english)


def corrections_of(processed: Location, document_id: str) -> tuple[Correction, ...]:
    """Return the corrections in force about a document, from the logs beside a dataset; none for one in a store.

    Raises:
        CorrectionError: a log cannot be read.
    """
    if not isinstance(processed, Path):
        return ()
    return read_corrections(corrections_folder(processed)).of_document(document_id)


def _checked(entry: Mapping[str, Any], people: tuple[str, ...]) -> str:
    """Who looked at the value, in Chinese; of one that nobody looked at, whether the machine doubts it."""
    if entry["status"] in SETTLED:
        verb = "确认" if entry["status"] == "confirmed" else "更正"
        return f"{'、'.join(people) or '有人'}对照原件{verb}"
    return "有疑点，尚无人核对" if entry["flagged"] or entry["status"] != "machine" else "机器读出，未经人核对"


def _checked_in_english(entry: Mapping[str, Any], people: tuple[str, ...]) -> str:
    """What `_checked` says, in English."""
    if entry["status"] in SETTLED:
        return f"{entry['status']} against the original by {', '.join(people) or 'a person'}"
    is_doubted = entry["flagged"] or entry["status"] != "machine"
    return "in doubt, not checked by a person" if is_doubted else "read by machine, not checked by a person"
