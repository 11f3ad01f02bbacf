"""The values that a paper cites or people corrected, each with its citation and a picture of its row on the scan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workbench.corrections.history import CorrectionHistory
from workbench.dataset.citation import anchor_of, cite
from workbench.dataset.crops import ValuePlace, crop_row, place_of_value
from workbench.dataset.schemas import rows_of
from workbench.dataset.store import Dataset
from workbench.errors import InputError, SelectionError, StoreError
from workbench.language import Phrase
from workbench.publish.reading_back import CropReader, is_same
from workbench.publish.tables import CROPS, typed

TYPES: Mapping[str, str] = {
    **dict.fromkeys(("page", "left", "top", "right", "bottom"), "Int64"),
    "reads_back": "boolean",
}
"""Types of the columns that are no texts."""

ANCHOR_KEY = "anchor"
"""Key of the text in a picture's file that says of which value it is."""

Row = dict[str, Any]


def evidence_rows(
    dataset: Dataset, cited: Sequence[str], history: CorrectionHistory, names: Mapping[str, str], digest: str
) -> list[Row]:
    """The rows of the table ``evidence``, without pictures: values cited, in the order of the paper, then corrected.

    Args:
        dataset: the dataset.
        cited: anchors of cited values.
        history: the corrections.
        names: what people are called.
        digest: the content digest of the published tables.

    Raises:
        SelectionError: a cited value is not in the dataset.
    """
    is_corrected = dataset.fields["status"] == "corrected"
    is_of_cited = dataset.fields["form_id"].isin({anchor.partition("/")[0] for anchor in cited})
    fields = {_anchor(row): row for row in rows_of(dataset.fields[is_corrected | is_of_cited])}
    unknown = next((anchor for anchor in cited if anchor not in fields), None)
    if unknown is not None:
        form_id = unknown.partition("/")[0]
        of_form = dataset.fields[dataset.fields["form_id"] == form_id]
        near = [_anchor(row) for row in rows_of((of_form if len(of_form) else dataset.fields).head(3))]
        raise SelectionError("value", unknown, near, Phrase("it has, for example:"))
    corrected = [anchor for anchor, row in fields.items() if row["status"] == "corrected"]
    forms = {row["form_id"]: row for row in rows_of(dataset.forms)}
    sources = {row["document_id"]: row["source"] for row in reversed(list(rows_of(dataset.documents)))}
    rows = []
    for anchor in dict.fromkeys((*cited, *corrected)):
        entry = fields[anchor]
        document_id = forms[entry["form_id"]]["document_id"]
        source = sources[document_id]
        sha256 = str(dataset.info.get("documents", {}).get(source, {}).get("sha256") or document_id)
        said = [replace(one, by=names[one.by]) for one in history.of_document(document_id)]
        citation = cite(forms[entry["form_id"]], entry, source, sha256, digest, said)
        why = ", ".join(name for name, group in (("cited", cited), ("corrected", corrected)) if anchor in group)
        rows.append(
            {"anchor": anchor, "why": why, "value": entry["text"], "machine_text": entry["machine_text"]}
            | {"status": entry["status"], "source": source, "sha256": sha256, "page": entry["page"]}
            | {"crop": None, "chinese": citation.chinese, "english": citation.english}
        )
    return rows


def _anchor(row: Mapping[str, Any]) -> str:
    return anchor_of(row["form_id"], row["table"], row["record_no"], row["field"])


def parts_of(anchor: str) -> tuple[str, str, int | None, str]:
    """Form, table, record and field of an anchor; the record of the form itself is None, as in ``cells``."""
    form_id, table, number, field = anchor.split("/")
    return form_id, table, int(number) or None, field


def silent(items: Iterable[Any], **_facts: object) -> Iterable[Any]:
    """Pass items on and show no progress."""
    return items


def with_crops(
    rows: Sequence[Row], dataset: Dataset, folder: Path, progress: Callable[..., Iterable[Any]] = silent
) -> tuple[list[Row], Counter[str]]:
    """Write a picture of the row of each value into ``crops``, and read it back.

    ``progress`` passes on the pages, like ``tqdm``.

    Returns:
        The rows with their pictures, and for each reason why there is none how many.
    """
    absent: Counter[str] = Counter()
    pictures: dict[str, Row] = {}
    reader = CropReader()
    by_page = _by_page(rows, dataset.cells)
    for page, places in progress(list(by_page.items()), total=len(by_page), desc=Phrase("pages")):
        try:
            image, scale = dataset.page_image(*page)
        except (InputError, StoreError) as problem:
            absent[getattr(problem, "reason", "missing")] += len(places)
            continue
        for row, place in places:
            picture, cell = crop_row(image, scale, place)
            name = f"{CROPS}/{re.sub(r'[^0-9A-Za-z-]', '_', row['anchor'])}.png"
            _save(picture, folder / name, row["anchor"])
            read = reader.text(picture.crop(cell))
            reads_back = None if read is None else is_same(read, row["value"])
            sides = dict(zip(("left", "top", "right", "bottom"), cell, strict=True))
            pictures[row["anchor"]] = {"crop": name, "reads_back": reads_back} | sides
    absent["no cell"] += len(rows) - len(pictures) - sum(absent.values())
    return [row | pictures.get(row["anchor"], {}) for row in rows], +absent


def _by_page(rows: Sequence[Row], cells: pd.DataFrame) -> dict[tuple[str, int], list[tuple[Row, ValuePlace]]]:
    """The rows whose values have cells, by form and page."""
    by_form = dict(list(cells.groupby("form_id", sort=False)))
    found: dict[tuple[str, int], list[tuple[Row, ValuePlace]]] = {}
    for row, target in _cells_of(rows, by_form):
        place = place_of_value(target, by_form[parts_of(row["anchor"])[0]])
        found.setdefault((place.form_id, place.page), []).append((row, place))
    return found


def _cells_of(rows: Sequence[Row], by_form: Mapping[Any, pd.DataFrame]) -> Iterator[tuple[Row, pd.DataFrame]]:
    for row in rows:
        form_id, table, number, field = parts_of(row["anchor"])
        cells = by_form.get(form_id)
        if cells is None:
            continue
        of_record = cells["record_no"].isna() if number is None else cells["record_no"] == number
        target = cells[(cells["table"] == table) & of_record & (cells["field"] == field)]
        if len(target):
            yield row, target


def _save(picture: Image.Image, path: Path, anchor: str) -> None:
    """Write a picture that says in its file of which value it is."""
    facts = PngInfo()
    facts.add_text(ANCHOR_KEY, anchor)
    path.parent.mkdir(exist_ok=True)
    picture.save(path, "PNG", pnginfo=facts, optimize=True)


def evidence_table(rows: Sequence[Row]) -> pd.DataFrame:
    """The table ``evidence`` of its rows."""
    return typed("evidence", list(rows), TYPES)
