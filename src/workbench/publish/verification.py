"""Verifying a publication: whether it is, byte for byte and value for value, what was published."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from PIL import Image, UnidentifiedImageError

from workbench.corrections.history import CorrectionHistory
from workbench.dataset.citation import anchor_of
from workbench.dataset.comparable import VIEWS
from workbench.dataset.dictionary import data_dictionary
from workbench.dataset.info import parsed_info
from workbench.dataset.placing import INFO, TABLES
from workbench.dataset.rows import arrow_schema, as_rows
from workbench.dataset.schemas import SCHEMAS, rows_of
from workbench.dataset.writing import content_digest
from workbench.errors import DatasetError, about
from workbench.language import Phrase, as_phrase, reason_of, shown
from workbench.publish.croissant import CROISSANT
from workbench.publish.datapackage import DATAPACKAGE
from workbench.publish.digests import SUMS, files_in, read_sums, sha256_of
from workbench.publish.evidence import ANCHOR_KEY, evidence_table
from workbench.publish.reading_back import CropReader, is_same
from workbench.publish.tables import (
    CROPS,
    CSV,
    DATA,
    PUBLISHED,
    arrow_of,
    corrections_table,
    plain,
    plain_schema,
    read_csv,
)
from workbench.settings import VERIFIED_SAMPLE

MOST_PIXELS = 40_000_000
"""A picture with more pixels is no row of a page, and is not opened."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of a publication that is not as published, and what is wrong with it."""

    path: str
    what: str

    @property
    def phrase(self) -> Phrase:
        """Both as one line."""
        return about(self.path, self.what)

    def __str__(self) -> str:
        return shown(self.phrase)


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a publication found.

    Attributes:
        faults: what is wrong; empty where all is as published.
        files: how many files have digests.
        values: values that were compared between CSV and Parquet.
        crops, read: pictures of values, and those of them that were read again.
        digest: the SHA-256 of the list of digests, to be compared with the one that a paper or a repository prints.
    """

    faults: tuple[Fault, ...]
    files: int
    values: int
    crops: int
    read: int
    digest: str


def verify(folder: Path, sample: int = VERIFIED_SAMPLE, seed: int = 0) -> Verification:
    """Verify a publication; ``sample`` of its pictures, drawn with ``seed``, are read again.

    Raises:
        DatasetError: there is no publication in the folder.
    """
    try:
        sums = read_sums(folder)
    except (OSError, UnicodeDecodeError) as error:
        message = Phrase(
            "there is no publication here: {sums} cannot be read ({reason})", sums=SUMS, reason=reason_of(error)
        )
        raise DatasetError(folder, message) from error
    except ValueError as error:
        raise DatasetError(folder, Phrase("{sums} was edited or damaged: {error}", sums=SUMS, error=error)) from error
    faults = list(_changed_files(folder, sums))
    tables = dict(_tables(folder, faults))
    faults += _wrong_tables(folder, tables)
    values = sum(table.num_rows * table.num_columns for table in tables.values())
    faults += _different_csv(folder, tables)
    faults += _wrong_descriptions(folder, sums)
    evidence, read = _Evidence(folder, tables, sums, sample, seed), 0
    faults += evidence.faults()
    read = evidence.read
    return Verification(tuple(dict.fromkeys(faults)), len(sums), values, evidence.crops, read, sha256_of(folder / SUMS))


def _changed_files(folder: Path, sums: Mapping[str, str]) -> Iterator[Fault]:
    """Files that are missing, changed, links, or were added."""
    there = set(files_in(folder))
    for name, digest in sums.items():
        path = folder / name
        if name not in there:
            yield Fault(name, Phrase("is missing"))
        elif path.is_symlink():
            yield Fault(name, Phrase("is a link, and not the file that was published"))
        elif sha256_of(path) != digest:
            yield Fault(name, Phrase("is not the file that was published: its SHA-256 is another one"))
    for name in sorted(there - set(sums)):
        yield Fault(name, Phrase("was added: it is not in {sums}", sums=SUMS))


def _tables(folder: Path, faults: list[Fault]) -> Iterator[tuple[str, pa.Table]]:
    """The Parquet files that can be read, by their tables."""
    for name in PUBLISHED:
        path = folder / DATA / f"{name}.parquet"
        if not path.is_file() or path.is_symlink():
            continue  # missing files and links are faults already
        try:
            table = pyarrow.parquet.read_table(path)
        except (OSError, pa.ArrowException) as error:
            faults.append(
                Fault(
                    f"{DATA}/{name}.parquet",
                    Phrase("is no Parquet file that can be read ({reason})", reason=_first(error)),
                )
            )
            continue
        wrong = _wrong_columns(name, table)
        if wrong:
            faults.append(Fault(f"{DATA}/{name}.parquet", wrong))
        else:
            yield name, table


def _wrong_columns(name: str, table: pa.Table) -> str:
    """Why the columns of a table are not those that are published; empty where they are."""
    columns = list(data_dictionary()[name].columns)
    if sorted(table.column_names) != sorted(columns):
        other = [column for column in table.column_names if column not in columns]
        lacking = [column for column in columns if column not in table.column_names]
        none = Phrase("none")
        named = Phrase(
            "lacks {lacking}; adds {added}", lacking=", ".join(lacking) or none, added=", ".join(other) or none
        )
        return Phrase("has other columns than published ({named})", named=named)
    expected = _schema(name)
    types = plain_schema(table.schema)
    wrong = [field.name for field in expected or () if types.field(field.name).type != field.type]
    return Phrase("has columns of another type than published: {wrong}", wrong=", ".join(wrong)) if wrong else ""


def _schema(name: str) -> pa.Schema | None:
    """The columns of a table with their types; None for a view, whose values nothing else rests on."""
    if name in VIEWS:
        return None
    frames = {
        "evidence": lambda: evidence_table([]),
        "corrections": lambda: corrections_table(CorrectionHistory(), [], {}),
    }
    return plain_schema(arrow_of(frames[name]()).schema if name in frames else arrow_schema(name))


def _wrong_tables(folder: Path, tables: Mapping[str, pa.Table]) -> Iterator[Fault]:
    """Tables that break their schema, and a ``dataset.json`` that is of other tables."""
    frames: dict[str, pd.DataFrame] = {}
    for name in (name for name in TABLES if name in tables):
        try:
            frames[name] = SCHEMAS[name].validate(tables[name].to_pandas(), lazy=True)
        except pandera.errors.SchemaErrors as error:
            first = error.failure_cases.iloc[0]
            what = Phrase(
                "column {column}: {check}, {value}",
                column=first["column"],
                check=first["check"],
                value=first["failure_case"],
            )
            yield Fault(
                f"{DATA}/{name}.parquet",
                Phrase(
                    "breaks its schema in {count} place(s), {what}",
                    count=len(error.failure_cases),
                    what=what,
                ),
            )
    path = f"{DATA}/{INFO}"
    try:
        info = parsed_info((folder / path).read_bytes())
    except OSError:
        return  # which is missing, and said to be
    except ValueError as error:
        yield Fault(path, as_phrase(error))
        return
    if len(frames) < len(TABLES):
        return
    if content_digest(as_rows(frames)) != info["digest"]:
        yield Fault(path, Phrase("its digest is not that of the tables: they, or it, were changed"))


def _different_csv(folder: Path, tables: Mapping[str, pa.Table]) -> Iterator[Fault]:
    """CSV files that say something else than the Parquet files; the first value that differs in each column."""
    for name, table in tables.items():
        path, other = f"{CSV}/{name}.csv", f"{DATA}/{name}.parquet"
        if not (folder / path).is_file() or (folder / path).is_symlink():
            continue
        try:
            written = plain(table)
            read = read_csv(folder / path, written.schema)
            if read.num_rows != table.num_rows:
                yield Fault(
                    path,
                    Phrase(
                        "has {rows} rows, {other} has {others}", rows=read.num_rows, other=other, others=table.num_rows
                    ),
                )
                continue
            for column in table.column_names:
                yield from _difference(path, other, column, read[column], written[column])
        except (OSError, pa.ArrowException, ValueError, KeyError, AttributeError) as error:
            yield Fault(path, Phrase("is no table like {other} ({reason})", other=other, reason=_first(error)))


def _difference(path: str, other: str, column: str, read: pa.ChunkedArray, table: pa.ChunkedArray) -> Iterator[Fault]:
    differs = pc.fill_null(pc.not_equal(read, table), pa.scalar(False))
    differs = pc.or_(differs, pc.xor(pc.is_null(read), pc.is_null(table)))
    count = pc.sum(differs).as_py() or 0
    if count:
        row = pc.index(differs, True).as_py()
        what = Phrase(
            "row {row}, {column}: {value}, {other} has {others}{more}",
            row=row + 1,
            column=column,
            value=repr(read[row].as_py()),
            other=other,
            others=repr(table[row].as_py()),
            more=Phrase(" (and {more} more)", more=count - 1) if count > 1 else "",
        )
        yield Fault(path, what)


def _wrong_descriptions(folder: Path, sums: Mapping[str, str]) -> Iterator[Fault]:
    """Descriptions for programs whose digests are not those of the files."""
    for name in (DATAPACKAGE, CROISSANT):
        try:
            content = json.loads((folder / name).read_text(encoding="utf-8"))
            described = dict(_described(name, content))
        except OSError:
            continue
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield Fault(name, Phrase("cannot be understood"))
            continue
        for path, digest in described.items():
            if sums.get(path) != digest:
                yield Fault(name, Phrase("names another SHA-256 of {path} than {sums}", path=path, sums=SUMS))


def _described(name: str, content: Any) -> Iterator[tuple[str, str]]:
    """The files that a description names, with their digests."""
    if name == DATAPACKAGE:
        for one in content["resources"]:
            yield str(one["path"]), str(one["hash"]).removeprefix("sha256:")
    else:
        for one in content["distribution"]:
            yield str(one["contentUrl"]), str(one["sha256"])


class _Evidence:
    """The table ``evidence`` and its pictures, held against the tables.

    Attributes:
        crops, read: how many pictures there are, and how many were read again.
    """

    def __init__(
        self, folder: Path, tables: Mapping[str, pa.Table], sums: Mapping[str, str], sample: int, seed: int
    ) -> None:
        self.folder, self.sums, self.sample, self.seed = folder, sums, sample, seed
        whole = "evidence" in tables and "fields" in tables
        rows = list(rows_of(tables["evidence"].to_pandas())) if whole else []
        self._rows = [row for row in rows if row["anchor"]]
        self._nameless = len(rows) - len(self._rows)
        self._fields = self._by_anchor(tables["fields"]) if self._rows else {}
        self.crops = sum(row["crop"] is not None for row in self._rows)
        self.read = 0

    def _by_anchor(self, table: pa.Table) -> dict[str, dict[str, Any]]:
        """The fields of the forms with evidence, by their anchors."""
        forms = pa.array(sorted({row["anchor"].partition("/")[0] for row in self._rows}), table["form_id"].type)
        fields = table.filter(pc.is_in(table["form_id"], forms)).to_pandas()
        return {
            anchor_of(*(row[n] for n in ("form_id", "table", "record_no", "field"))): row for row in rows_of(fields)
        }

    def faults(self) -> Iterator[Fault]:
        if self._nameless:
            yield Fault(f"{DATA}/evidence.parquet", Phrase("{count} row(s) name no value", count=self._nameless))
        for row in self._rows:
            yield from self._wrong_row(row)
        pictured = [row for row in self._rows if row["crop"] is not None and row["reads_back"]]
        chosen = random.Random(self.seed).sample(pictured, min(self.sample, len(pictured)))
        reader = CropReader()
        for row in chosen:
            yield from self._wrong_picture(row, reader)

    def _wrong_row(self, row: Mapping[str, Any]) -> Iterator[Fault]:
        entry = self._fields.get(row["anchor"])
        if entry is None:
            yield Fault(
                f"{DATA}/evidence.parquet",
                Phrase("{anchor} is no value of {data}/fields.parquet", anchor=row["anchor"], data=DATA),
            )
        elif entry["text"] != row["value"] or entry["status"] != row["status"]:
            values = Phrase(
                "{value!r} ({status}), {data}/fields.parquet has {text!r} ({status_there})",
                value=row["value"],
                status=row["status"],
                data=DATA,
                text=entry["text"],
                status_there=entry["status"],
            )
            yield Fault(f"{DATA}/evidence.parquet", about(row["anchor"], values))
        if row["crop"] is None:
            return
        if row["crop"] not in self.sums or not row["crop"].startswith(f"{CROPS}/"):
            yield Fault(
                f"{DATA}/evidence.parquet",
                Phrase("{anchor}: {crop} is no picture of this publication", anchor=row["anchor"], crop=row["crop"]),
            )
            return
        try:
            with self._picture(row["crop"]) as picture:
                anchor = picture.info.get(ANCHOR_KEY)
        except FileNotFoundError:
            return  # a fault already
        except (OSError, UnidentifiedImageError, ValueError) as error:
            yield Fault(row["crop"], Phrase("is no picture that can be opened ({reason})", reason=_first(error)))
            return
        if anchor != row["anchor"]:
            yield Fault(
                row["crop"],
                Phrase("shows {anchor}, and not {wanted}", anchor=anchor or "nobody knows what", wanted=row["anchor"]),
            )

    def _picture(self, name: str) -> Image.Image:
        path = self.folder / name
        if path.is_symlink():
            raise FileNotFoundError
        picture = Image.open(path, formats=("PNG",))
        if picture.width * picture.height > MOST_PIXELS:
            picture.close()
            raise ValueError(Phrase("more than {most:,} pixels", most=MOST_PIXELS))
        return picture

    def _wrong_picture(self, row: Mapping[str, Any], reader: CropReader) -> Iterator[Fault]:
        """Read a picture that a program could read when it was made; it must show what the table says."""
        entry = self._fields.get(row["anchor"])
        try:
            with self._picture(row["crop"]) as picture:
                text = reader.text(picture.crop(tuple(row[side] for side in ("left", "top", "right", "bottom"))))
        except (OSError, ValueError, TypeError, SyntaxError):
            return  # missing or damaged, and said to be
        if text is None or entry is None:
            return
        self.read += 1
        if not is_same(text, entry["text"]):
            yield Fault(
                row["crop"],
                Phrase(
                    "shows {text!r}, {data}/fields.parquet has {there!r} for {anchor}",
                    text=text,
                    data=DATA,
                    there=entry["text"],
                    anchor=row["anchor"],
                ),
            )


def _first(error: BaseException) -> str:
    """The first line of an error's message."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
