"""Findings as work to be done: by cause and by department, most consequential first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
from rapidfuzz import process

from workbench.dataset.export.csv import guarded
from workbench.dataset.schemas import rows_of
from workbench.errors import SelectionError
from workbench.language import Phrase, joined, shown

CONSEQUENCES = ("numbers", "texts", "remark")
"""What hangs on a cause, the most consequential first."""

SEVERITIES = ("error", "warning", "info")
"""The severities of findings, the most serious first."""

NEAREST = 5
"""How many names an error lists that are like the one that was asked for."""

COLUMNS = (
    "cause_id", "consequence", "cause_values", "severity", "code", "department", "year", "project", "source", "form_id",
    "page", "table", "record_no", "field", "message", "expected", "found", "reviewed",
)  # fmt: skip
"""Columns of a triage, in the order of its CSV."""


class FoundTables(Protocol):
    """What a triage needs of a dataset: three of its tables."""

    @property
    def documents(self) -> pd.DataFrame: ...

    @property
    def forms(self) -> pd.DataFrame: ...

    @property
    def findings(self) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True)
class TriageFilter:
    """Which findings are asked for; None: all of them. ``severity`` is the least, ``document`` part of a path."""

    severity: str = "info"
    department: str | None = None
    year: int | None = None
    code: str | None = None
    document: str | None = None


def triage(tables: FoundTables, chosen: TriageFilter = TriageFilter()) -> pd.DataFrame:
    """Make a row for each finding, with department, year and file: those of one cause together, the most consequential
    cause first, and in each the most serious finding first.

    A cause on which numbers hang comes before one on which texts hang; then the more serious one comes first, then the
    one on which more values hang.

    Raises:
        SelectionError: the dataset has no such department, year, code or document.
    """
    forms = tables.forms[["form_id", "department", "project", "year"]]
    sources = tables.documents.drop_duplicates("document_id")[["document_id", "source"]]
    found = tables.findings.merge(forms, on="form_id", how="left").merge(sources, on="document_id", how="left")
    found = found.assign(department=found["department"].fillna(""), source=found["source"].fillna(""))
    found = _chosen(found, tables, chosen)
    return consequential_first(found)[list(COLUMNS)].reset_index(drop=True)


def consequential_first(findings: pd.DataFrame) -> pd.DataFrame:
    """Sort rows of ``findings``: those of one cause together, the most consequential cause first."""
    rank = findings["severity"].map({name: place for place, name in enumerate(SEVERITIES)}).astype(int)
    place = pd.Series(range(len(findings)), index=findings.index)
    keys = pd.DataFrame(
        {
            "consequence": findings["consequence"].map({name: at for at, name in enumerate(CONSEQUENCES)}).astype(int),
            "worst": rank.groupby(findings["cause_id"]).transform("min"),
            "values": -findings["cause_values"].astype(int),
            "first": place.groupby(findings["cause_id"]).transform("min"),
            "rank": rank,
        }
    )
    return findings.loc[keys.sort_values([*map(str, keys)], kind="stable").index]


def _is_about(found: pd.DataFrame, forms: pd.DataFrame) -> pd.Series:
    """Whether findings are about some forms, or about a whole document that one of them is in."""
    of_document = found["form_id"].isna() & found["document_id"].isin(forms["document_id"])
    return found["form_id"].isin(forms["form_id"]) | of_document


def _chosen(found: pd.DataFrame, tables: FoundTables, chosen: TriageFilter) -> pd.DataFrame:
    """The findings that are asked for."""
    kept = found["severity"].isin(SEVERITIES[: SEVERITIES.index(chosen.severity) + 1])
    if chosen.department is not None:
        _require("department", chosen.department, tables.forms["department"], part=True)
        named = tables.forms["department"].fillna("").str.contains(chosen.department, regex=False)
        kept &= _is_about(found, tables.forms[named])
    if chosen.year is not None:
        _require("year", chosen.year, tables.forms["year"])
        kept &= _is_about(found, tables.forms[(tables.forms["year"] == chosen.year).fillna(False).astype(bool)])
    if chosen.code is not None:
        _require("finding", chosen.code, tables.findings["code"])
        kept &= found["code"] == chosen.code
    if chosen.document is not None:
        _require("document", chosen.document, tables.documents["source"], part=True)
        kept &= found["source"].str.contains(chosen.document, regex=False)
    return found[kept]


def _require(what: str, asked: str | int, known: pd.Series, *, part: bool = False) -> None:
    """Refuse what is not known.

    Args:
        what: is asked for.
        asked: its name.
        known: all that there are.
        part: a part of a name is enough.

    Raises:
        SelectionError: it is not known; the error names the nearest that are.
    """
    names = [str(name) for name in known.dropna().unique()]
    if not any(str(asked) in name if part else str(asked) == name for name in names):
        nearest = process.extract(str(asked), names, limit=NEAREST)
        raise SelectionError(what, asked, [name for name, *_ in nearest])


def not_read(tables: FoundTables, chosen: TriageFilter = TriageFilter()) -> pd.DataFrame:
    """Rows of ``documents`` that are not in the tables, or not whole; none where forms or findings are asked for."""
    documents = tables.documents
    if (chosen.department, chosen.year, chosen.code) != (None, None, None):
        return documents.head(0)
    kept = documents["status"] != "ok"
    if chosen.document is not None:
        kept &= documents["source"].str.contains(chosen.document, regex=False)
    return documents[kept]


def as_lines(rows: pd.DataFrame, missing: pd.DataFrame) -> Iterator[str]:
    """Show a triage: what there is in all, the documents that are ``missing`` (`not_read`), a line for each other one
    with its main cause, then the causes of each department, the one with the most consequential cause first."""
    yield Phrase(
        "{counts} from {causes}; {missing} document(s) not read",
        counts=_counted(rows),
        causes=_causes(rows),
        missing=len(missing),
    )
    for document in rows_of(missing):
        yield Phrase(
            "{source}: {status}, {error}: {message}",
            source=document["source"],
            status=Phrase(document["status"]),
            error=document["error"],
            message=Phrase.stored(document["message"], document["message_zh"]),
        )
    for source, of_document in rows.groupby("source", sort=False):
        main = next(rows_of(of_document))
        yield Phrase(
            "{source}: {counts} from {causes}, mainly{where} {message}",
            source=source,
            counts=_counted(of_document),
            causes=_causes(of_document),
            where=_where(main),
            message=main["message"],
        )
    for name, of_department in rows.groupby(_department(rows), sort=False):
        yield Phrase("— {department}: {causes}", department=name, causes=_causes(of_department))
        for _, together in of_department.groupby(_shown_together(of_department), sort=False):
            first = next(rows_of(together))
            yield Phrase(
                "{severity:7} {code:24} {hanging:12} {source}{where}{form}  {message}{also}",
                severity=Phrase(first["severity"]),
                code=first["code"],
                hanging=Phrase("{values} value(s)", values=together.drop_duplicates("cause_id")["cause_values"].sum()),
                source=first["source"],
                where=_where(first),
                form=f" [{first['form_id']}]" if first["form_id"] else "",
                message=first["message"],
                also=Phrase(" (and {more} more)", more=len(together) - 1) if len(together) > 1 else "",
            )


def _shown_together(rows: pd.DataFrame) -> pd.Series:
    """What the findings of one line have in common: their cause, or where they are only worth knowing form and code."""
    remarks = rows["source"] + rows["form_id"].fillna("") + rows["code"]
    return rows["cause_id"].mask(rows["consequence"] == "remark", remarks)


def _counted(rows: pd.DataFrame) -> Phrase:
    counts = rows["severity"].value_counts()
    return Phrase(
        "{errors} error(s), {warnings} warning(s), {infos} info(s)",
        **{f"{name}s": counts.get(name, 0) for name in SEVERITIES},
    )


def _causes(rows: pd.DataFrame) -> Phrase:
    """How many causes there are, and how many values hang on them."""
    causes = rows.drop_duplicates("cause_id")
    return Phrase("{causes} cause(s) with {values} value(s)", causes=len(causes), values=causes["cause_values"].sum())


def _department(rows: pd.DataFrame) -> pd.Series:
    """The department and year that each finding is about, as text."""
    years = rows["year"].astype("string").fillna("")
    names = rows["department"].astype("string").fillna("").replace("", shown(Phrase("(no department)")))
    return (names + " " + years).str.strip()


def _where(row: dict[str, Any]) -> Phrase:
    """Page and row of a finding, as far as it names them."""
    page = Phrase(" p{page}", page=row["page"]) if row["page"] is not None else ""
    record = (
        Phrase(" {table} row {record}", table=Phrase(row["table"]), record=row["record_no"])
        if row["record_no"] is not None
        else ""
    )
    return joined((page, record), "")


def as_csv(rows: pd.DataFrame) -> str:
    """Show a triage as CSV, a line for each finding, with no text that a spreadsheet would calculate."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    texts = [name for name in COLUMNS if pd.api.types.is_string_dtype(rows[name])]
    writer.writerows(_plain(rows.assign(**{name: guarded(rows[name]) for name in texts})))
    return stream.getvalue()


def _plain(rows: pd.DataFrame) -> Iterable[Sequence[object]]:
    return (["" if row[name] is None else row[name] for name in COLUMNS] for row in rows_of(rows))


def as_json(rows: pd.DataFrame) -> str:
    """Show a triage as JSON, an object for each finding. What is not ASCII is escaped: nothing steers a terminal."""
    return json.dumps(list(rows_of(rows)), indent=1, default=str)
