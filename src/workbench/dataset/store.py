"""An opened dataset: its tables, its forms, and pictures of what they were read from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.dataset.comparable import VIEWS
from workbench.dataset.info import parsed_info
from workbench.dataset.lookup import rows_of_value
from workbench.dataset.placing import INFO, TABLES, located, opened, place_of_file
from workbench.dataset.schemas import SCHEMAS, rows_of
from workbench.entities.decisions import Decision, entities_file, read_decisions
from workbench.errors import DatasetError, SelectionError
from workbench.language import Phrase, reason_of
from workbench.remote import Location, files_at, location_of
from workbench.settings import Settings

if TYPE_CHECKING:
    import PIL.Image
    import pyarrow as pa

    from workbench.corrections.correction import Anchor
    from workbench.dataset.anchors import Anchors
    from workbench.dataset.citation import Citation
    from workbench.dataset.export.exporting import Exported
    from workbench.dataset.originals import ComparedOriginals


class Dataset:
    """An opened dataset. Each table is an attribute, which is read on first use and validated.

    Attributes:
        folder: the processed folder, or its URL in a store.
    """

    def __init__(self, folder: Path | str, raw: Location | None = None) -> None:
        """Open a dataset.

        Args:
            folder: the processed folder, or its URL in a store.
            raw: the folder of the originals, or its URL; None: where the dataset says, if that is in its project.

        Raises:
            DatasetError: the folder holds none that can be used.
        """
        self.folder, self._named_raw = location_of(folder), raw
        self._whole: dict[str, object] = {}
        found = self._content(INFO)
        if found is None:
            raise DatasetError(folder, Phrase("there is no dataset here; make one with: workbench ingest"))
        self._info = found
        try:
            self._parsed = parsed_info(found)
        except ValueError as error:
            raise self._damaged(INFO, error) from error

    @property
    def info(self) -> dict[str, Any]:
        """The content of ``dataset.json``."""
        return self._parsed

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.info["rows"].items())
        return f"<Dataset {self.folder}: {counts}>"

    def _repr_html_(self) -> str:
        from workbench.dataset.display import dataset_html

        return dataset_html(self)

    @cached_property
    def documents(self) -> pd.DataFrame:
        return self._table("documents")

    @cached_property
    def forms(self) -> pd.DataFrame:
        return self._table("forms")

    @cached_property
    def budgets(self) -> pd.DataFrame:
        return self._table("budgets")

    @cached_property
    def goals(self) -> pd.DataFrame:
        return self._table("goals")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        return self._table("indicators")

    @cached_property
    def fields(self) -> pd.DataFrame:
        return self._table("fields")

    @cached_property
    def cells(self) -> pd.DataFrame:
        return self._table("cells")

    @cached_property
    def findings(self) -> pd.DataFrame:
        return self._table("findings")

    @cached_property
    def indicators_flat(self) -> pd.DataFrame:
        """The indicators with their form and with columns that can be compared (see `comparable`)."""
        return VIEWS["indicators_flat"](self)

    @cached_property
    def budgets_flat(self) -> pd.DataFrame:
        """The budget lines with their form and with columns that can be compared (see `comparable`)."""
        return VIEWS["budgets_flat"](self)

    @cached_property
    def entities(self) -> pd.DataFrame:
        """Every name of every department, unit and project, with the id that is theirs (see `comparable`)."""
        return VIEWS["entities"](self)

    @cached_property
    def indicator_links(self) -> pd.DataFrame:
        """What became of each indicator in the next year (see `comparable`)."""
        return VIEWS["indicator_links"](self)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """The measures of each department and project, year by year (see `comparable`)."""
        return VIEWS["panel"](self)

    @cached_property
    def entity_decisions(self) -> tuple[Decision, ...]:
        """What people decided about entities; nothing of a dataset in a store, where no decisions are kept.

        Raises:
            EntitiesError: the file cannot be read, or contradicts itself.
        """
        return read_decisions(entities_file(self.folder)) if isinstance(self.folder, Path) else ()

    def _table(self, name: str) -> pd.DataFrame:
        """Read a table, check its digest, and validate it.

        Raises:
            DatasetError: the file is missing or damaged, or the dataset was built anew.
        """
        import pandera.errors

        try:
            with self._parquet(name) as stream:
                self._require_whole(name, stream)
                return SCHEMAS[name].validate(pd.read_parquet(stream), lazy=True)
        except (OSError, ValueError, pandera.errors.SchemaErrors) as error:
            raise self._damaged(f"table {name}", error) from error

    def _require_whole(self, name: str, stream: BufferedReader | BytesIO) -> None:
        """Check that a file is, byte for byte, the one that ``dataset.json`` was written with.

        Raises:
            DatasetError: the dataset was built anew since it was opened.
            ValueError: the file is damaged.
        """
        written = self.info.get("files", {}).get(f"{name}.parquet")
        if written == hashlib.file_digest(stream, "sha256").hexdigest():
            stream.seek(0)
            return
        if self._content(INFO) != self._info:
            raise DatasetError(
                self.folder, Phrase("the tables were built anew since they were opened; open them again")
            )
        raise ValueError(Phrase("its digest is not that of dataset.json"))

    def _parquet(self, name: str) -> BufferedReader | BytesIO:
        """The file of a table, open for reading; empty where a store has none."""
        if isinstance(self.folder, Path):
            return opened(self.folder, f"{name}.parquet")
        return BytesIO(self._content(f"{name}.parquet") or b"")

    def _content(self, name: str) -> bytes | None:
        """The content of a file of the dataset; None: there is no such file."""
        if not isinstance(self.folder, Path):
            return files_at(self.folder).get(name)
        try:
            with opened(self.folder, name) as stream:
                return stream.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise DatasetError(
                self.folder, Phrase("{name} cannot be read ({reason})", name=name, reason=reason_of(error))
            ) from error

    def _damaged(self, what: str, why: object) -> DatasetError:
        return DatasetError(
            self.folder,
            Phrase("{what} is missing or damaged; build it again with: workbench ingest ({why})", what=what, why=why),
        )

    def _scan(self, name: str) -> pa.dataset.Dataset:
        """A table for queries: only the pages of the file that a query needs are read, each checked by its checksum.

        Its digest is compared when it is first asked for, and when its file is another one. A table in a store is
        read whole.

        Raises:
            DatasetError: the file is missing or damaged, or the dataset was built anew.
        """
        import pyarrow.dataset
        import pyarrow.parquet

        try:
            with self._parquet(name) as stream:
                facts = _facts(stream)
                if facts is None or self._whole.get(name) != facts:
                    self._require_whole(name, stream)
                    self._whole[name] = facts
            if isinstance(self.folder, Path):
                checked = pyarrow.dataset.ParquetFragmentScanOptions(page_checksum_verification=True)
                parquet = pyarrow.dataset.ParquetFileFormat(default_fragment_scan_options=checked)
                return pyarrow.dataset.dataset(place_of_file(self.folder, f"{name}.parquet"), format=parquet)
            return pyarrow.dataset.dataset(pyarrow.parquet.read_table(self._parquet(name)))
        except (OSError, ValueError) as error:
            raise self._damaged(f"table {name}", error) from error

    def sql(self, query: str) -> pd.DataFrame:
        """Answer a query in DuckDB's SQL, over the tables by their names, and the views (`comparable.VIEWS`).
        No more is read than the query needs.

        >>> ds.sql("select department, total_score from forms order by total_score desc")  # doctest: +SKIP

        Raises:
            DatasetError: a table is missing or damaged, or the dataset was built anew.
            duckdb.Error: the query is none.
        """
        import duckdb

        with duckdb.connect(":memory:") as connection:
            for name in TABLES:
                connection.register(name, self._scan(name))
            for name in (view for view in VIEWS if view in query.lower()):
                connection.register(name, getattr(self, name))
            # The tables are all a query gets to see: no files, no network.
            connection.execute("set enable_external_access = false; set lock_configuration = true")
            try:
                return connection.execute(query).df()
            except (OSError, duckdb.IOException) as error:  # a page that was damaged while the query ran
                raise self._damaged("a table", error) from error

    def where(self, table: str, column: str, values: Sequence[str]) -> pd.DataFrame:
        """Return the rows of a table whose column has one of the values; no more of the table is read than that needs.

        Raises:
            DatasetError: the table is missing or damaged, or the dataset was built anew.
        """
        import pyarrow.dataset

        try:
            found = self._scan(table).to_table(filter=pyarrow.dataset.field(column).isin(list(values)))
        except (OSError, ValueError) as error:
            raise self._damaged(f"table {table}", error) from error
        rows: pd.DataFrame = found.to_pandas()
        return rows

    def form(self, form_id: str) -> FormTables:
        """Return everything about one form: the rows of every table with its id. A notebook shows it like the form.

        Raises:
            SelectionError: there is no such form. The error names the nearest ids.
        """
        self._require_form(form_id)
        tables = {name: getattr(self, name) for name in TABLES if name != "documents"}
        rows = {name: frame[frame["form_id"] == form_id].reset_index(drop=True) for name, frame in tables.items()}
        return FormTables(self, form_id, rows)

    def anchor(self, form_id: str, table: str, record_no: int | None) -> Anchor | None:
        """Return what a correction keeps of its record: the cell on the scan, and the text that names the record.

        Args:
            form_id: the form.
            table: the table of the record.
            record_no: its number there, from 1.

        Returns:
            The anchor; None for the form itself (``record_no`` None or 0), and where there is no such record.
        """
        return self._anchors.of(form_id, table, record_no)

    @cached_property
    def _anchors(self) -> Anchors:
        from workbench.dataset.anchors import Anchors

        return Anchors(self.fields)

    def crop(self, form_id: str, table: str, record_no: int | None, field: str) -> PIL.Image.Image:
        """Return a picture of the cells that a value was read from. Several cells are put under each other.

        Args:
            form_id: the form.
            table: the table of the value.
            record_no: the number of the record in its table, from 1; None for the table ``forms``.
            field: the column of the value.

        Raises:
            SelectionError: there is no such form, or the value has no cell. The error names what there is.
            InputError: the scan is no longer where it was, or another one; ``no-picture`` where the document has none.
        """
        from workbench.dataset.crops import crop_cells, named

        self._require_form(form_id)
        chosen = rows_of_value(self.cells, form_id, (table, record_no, field))
        scan, kind, dpi, source = self._document(form_id)
        with named(source):
            return crop_cells(scan, chosen, self.cells[self.cells["form_id"] == form_id], dpi, kind)

    def cite(self, form_id: str, table: str, record_no: int | None, field: str) -> Citation:
        """Return the citation of a value: in Chinese and English, with file, digest, page, place, and who checked it.

        Args:
            form_id: the form.
            table: the table of the value.
            record_no: the number of the record in its table, from 1; None for the table ``forms``.
            field: the column of the value; one that a form prints, and not one that is computed.

        Raises:
            SelectionError: there is no such form or value. The error names what there is.
            CorrectionError: a log of corrections cannot be read.
        """
        from workbench.dataset.citation import cite, corrections_of

        self._require_form(form_id)
        form = next(rows_of(self.forms[self.forms["form_id"] == form_id]))
        entry = next(rows_of(rows_of_value(self.fields, form_id, (table, record_no, field))))
        document_id = form["document_id"]
        source, _ = self._sources[document_id]
        sha256 = str(self.info.get("documents", {}).get(source, {}).get("sha256") or document_id)
        corrections = corrections_of(self.folder, document_id)
        return cite(form, entry, source, sha256, str(self.info["digest"]), corrections)

    def page_image(self, form_id: str, page: int) -> tuple[PIL.Image.Image, float]:
        """Return a page of a form's document as scanned, and how many of its pixels make one unit of ``cells``.

        Raises:
            SelectionError: there is no such form. The error names the nearest ids.
            InputError: the scan is no longer where it was, or another one; ``no-picture`` where the document has none.
        """
        from workbench.dataset.crops import named, page_image, pixels_per_unit

        scan, kind, dpi, source = self._document(form_id)
        with named(source):
            return page_image(scan, page, dpi), pixels_per_unit(kind, dpi)

    def _document(self, form_id: str) -> tuple[Path, str, int, str]:
        """Path, kind and resolution of the document of a form, as `original` returns them, and its name.

        Raises:
            SelectionError: there is no such form. The error names the nearest ids.
        """
        self._require_form(form_id)
        document_id = str(self.forms.set_index("form_id").loc[form_id, "document_id"])
        return *self.original(document_id), self._sources[document_id][0]

    def _require_form(self, form_id: str) -> None:
        if form_id not in set(self.forms["form_id"]):
            from rapidfuzz import process

            nearest = [match[0] for match in process.extract(str(form_id), self.forms["form_id"].tolist(), limit=3)]
            raise SelectionError("form", form_id, nearest)

    def original(self, document_id: str) -> tuple[Path, str, int]:
        """Return where a document is, its kind, and the resolution of its pages in dots per inch.

        Raises:
            SelectionError: the dataset has no such document.
            InputError: it is not there any more, is not what was read, or lies outside the project (`raw_folder`).
        """
        kind, source = self.kind_of(document_id), self._sources[document_id][0]
        facts = self.info.get("documents", {}).get(source, {})
        # A document that an earlier version read, and that was not read again, was drawn with the settings of then.
        settings = self.info.get("versions", {}).get(facts.get("version"), {}).get("settings", {})
        dpi = int((self.info["settings"] | settings).get("raster_dpi", Settings().raster_dpi))
        return self._originals.file(source, facts.get("sha256") or document_id), kind, dpi

    def kind_of(self, document_id: str) -> str:
        """Return the kind of a document: ``scan``, ``pdf-text``, ``docx`` and so on (see the codebook).

        Raises:
            SelectionError: the dataset has no such document.
        """
        if document_id not in self._sources:
            raise SelectionError("document", document_id, [])
        return self._sources[document_id][1]

    @cached_property
    def _sources(self) -> dict[str, tuple[str, str]]:
        """Source and kind of every document by its id. Of two copies in the archive the first counts."""
        columns = (self.documents[name].tolist() for name in ("document_id", "source", "kind"))
        return {document_id: (source, kind) for document_id, source, kind in reversed([*zip(*columns, strict=True)])}

    @cached_property
    def _originals(self) -> ComparedOriginals:
        from workbench.dataset.originals import ComparedOriginals, raw_folder

        return ComparedOriginals(raw_folder(self.folder, self.info.get("raw"), self._named_raw))

    def export(self, format: str, out: Path | str | None = None) -> Exported:
        """Write all tables for another tool.

        Args:
            format: ``xlsx`` or ``duckdb`` (a file), ``csv`` or ``dta`` (a folder).
            out: the file or folder; by default in ``exports/``.

        Returns:
            The path of the export, and notes about values that the format cannot hold as they are.

        >>> ds.export("xlsx", "forms.xlsx")                                          # doctest: +SKIP

        Raises:
            SettingsError: there is no such format.
            DatasetError: the export cannot be written.
        """
        from workbench.dataset.export.exporting import export_dataset

        return export_dataset(self, format, out)


def _facts(stream: BufferedReader | BytesIO) -> object:
    """What changes when the file of a table does; None for one in a store."""
    if isinstance(stream, BytesIO):
        return None
    found = os.fstat(stream.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class FormTables(dict[str, pd.DataFrame]):
    """The rows of one form, by the names of the tables. A notebook shows it like the form."""

    def __init__(self, dataset: Dataset, form_id: str, tables: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(tables)
        self.dataset, self.form_id = dataset, form_id

    def __repr__(self) -> str:
        return f"<Form {self.form_id}: {', '.join(f'{len(frame)} {name}' for name, frame in self.items())}>"

    def _repr_html_(self) -> str:
        from workbench.dataset.display import form_html

        return form_html(self)


def found_dataset(folder: Path | str) -> Location:
    """Return where the dataset is that a person named; a relative path is looked for upwards, too (`located`).

    A URL is returned as it is.
    """
    place = location_of(folder)
    return located(place) if isinstance(place, Path) else place


def open_dataset(folder: Path | str = "data/processed", raw: Location | None = None) -> Dataset:
    """Open a dataset that `workbench ingest` made, in a folder or under a URL.

    Args:
        folder: the processed folder, or its URL.
        raw: the folder of the originals, or its URL; None: where the dataset says, if that is in its project.

    Raises:
        DatasetError: the folder holds none.
    """
    return Dataset(folder, raw)
