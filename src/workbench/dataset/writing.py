"""Writing a dataset: Parquet files and ``dataset.json``, all of them or none, in memory that does not grow with it."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from workbench.dataset.info import SCHEMA_VERSION
from workbench.dataset.placing import FILES, INFO, TABLES, commit, unwritable
from workbench.dataset.rows import ArrowRows, arrow_schema
from workbench.files import write_atomically
from workbench.remote import RemoteFiles

BATCH_ROWS = 20_000
"""Rows that are collected before they are written: they bound the memory that is needed."""

BUFFER = 1 << 20
"""Size of the buffer of a file that is written, bytes."""

BEING_WRITTEN = ".tables-"
"""Prefix of the name of the folder that tables are written to, until all of them are there."""


def write_dataset(folder: Path, parts: Iterable[ArrowRows], origin: Mapping[str, object]) -> str:
    """Write all tables and ``dataset.json``.

    They are written to a folder beside the old ones and then replace them all at once (see `placing`).

    Args:
        folder: the processed folder; made if it is not there.
        parts: rows of the tables, in order, for example one part for each document. A part may leave tables out.
        origin: what the tables were built from (pipeline, engine, settings, raw folder).

    Returns:
        The content digest of all tables: equal for equal tables, whenever and however they were built.

    Raises:
        DatasetError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=BEING_WRITTEN) as beside:
            digests, counts = _write_tables(Path(beside), parts)
            digest = _joined_digest(digests)
            info = {
                "schema": SCHEMA_VERSION,
                "digest": digest,
                "rows": counts,
                "files": {f"{name}.parquet": _sha256(Path(beside) / f"{name}.parquet") for name in TABLES},
                "built": datetime.now(UTC).isoformat(timespec="seconds"),
                **origin,
            }
            write_atomically(Path(beside) / INFO, (json.dumps(info, ensure_ascii=False, indent=2) + "\n").encode())
            Path(beside).chmod(0o755)  # a temporary folder is closed to everybody else
            commit(Path(beside), folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    return digest


def content_digest(rows: ArrowRows) -> str:
    """Return the content digest of tables, which `write_dataset` gives for them."""
    digests = {name: _begun_digest(name) for name in TABLES}
    for name in TABLES:
        digests[name].update(_as_text(rows[name]))
    return _joined_digest({name: digest.hexdigest() for name, digest in digests.items()})


def _begun_digest(table: str) -> hashlib._Hash:
    return hashlib.sha256(",".join(arrow_schema(table).names).encode())


def _joined_digest(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(f"{name} {digests[name]}\n" for name in TABLES).encode()).hexdigest()


def upload_dataset(folder: Path, files: RemoteFiles) -> None:
    """Upload a dataset from this machine to a store, ``dataset.json`` last.

    While the tables are uploaded the store has no ``dataset.json``, and so no dataset.

    Args:
        folder: the processed folder.
        files: the store.

    Raises:
        StoreError: the store cannot be written.
    """
    files.remove(INFO)
    for name in FILES:
        files.upload(name, folder / name)


def _write_tables(folder: Path, parts: Iterable[ArrowRows]) -> tuple[dict[str, str], dict[str, int]]:
    """Write the Parquet files; return the digest of the content and the number of rows of every table."""
    digests = {name: _begun_digest(name) for name in TABLES}
    counts = dict.fromkeys(TABLES, 0)
    with ExitStack() as stack:
        writers = {}
        for name in TABLES:
            file = stack.enter_context(pa.output_stream(folder / f"{name}.parquet", buffer_size=BUFFER))
            writer = pa.parquet.ParquetWriter(file, arrow_schema(name), write_page_checksum=True)
            writers[name] = stack.enter_context(writer)
        for name, table in _batches(parts):
            writers[name].write_table(table)
            digests[name].update(_as_text(table))
            counts[name] += len(table)
    return {name: digest.hexdigest() for name, digest in digests.items()}, counts


def _batches(parts: Iterable[ArrowRows]) -> Iterator[tuple[str, pa.Table]]:
    """Join parts to batches of at least `BATCH_ROWS` rows, all tables counted together.

    The tables of a document share one block of memory, which is freed with the last of them: so all tables of a part
    are written with the same batch.
    """
    waiting: list[ArrowRows] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += sum(map(len, part.values()))
        if rows >= BATCH_ROWS:
            yield from _joined(waiting)
            waiting, rows = [], 0
    yield from _joined(waiting)


def _joined(parts: Sequence[ArrowRows]) -> Iterator[tuple[str, pa.Table]]:
    """The rows of all parts, table by table, without tables that have none."""
    for name in TABLES:
        tables = [part[name] for part in parts if name in part and len(part[name])]
        if tables:
            yield name, pa.concat_tables(tables)


def _sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _as_text(table: pa.Table) -> bytes:
    """Rows as lines of CSV, from which the digest of a table is made.

    They do not depend on how the rows are divided into batches. A null and an empty text give different lines.
    """
    sink = io.BytesIO()
    pa.csv.write_csv(table, sink, pa.csv.WriteOptions(include_header=False))
    return sink.getvalue()
