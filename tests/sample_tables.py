"""The tables of docs/dataset.md for the Tianjin form, made from its transcribed truth: no OCR, no scan."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.dataset.rows import as_rows
from workbench.dataset.schemas import SCHEMAS
from workbench.dataset.writing import write_dataset
from workbench.fields import FIELDS

TRUTH = Path(__file__).parent / "truth" / "tianjin_gxj_2022.json"
DOCUMENT = "0123456789abcdef"
OPERATORS = {"≥": ">=", "≤": "<=", "=": "="}
NAMES = tuple(SCHEMAS)


@dataclass
class SampleTables:
    """An opened dataset's attributes, and nothing else."""

    documents: pd.DataFrame
    forms: pd.DataFrame
    budgets: pd.DataFrame
    goals: pd.DataFrame
    indicators: pd.DataFrame
    fields: pd.DataFrame
    cells: pd.DataFrame
    findings: pd.DataFrame
    info: dict[str, Any] = field(default_factory=dict)


def number_of(text: str | None) -> float | None:
    """The number a field starts with, None for `-` and the like."""
    found = re.match(r"[=≥≤]?([\d.]+)", text or "")
    return float(found.group(1)) if found else None


def read_target(target: str, actual: str) -> dict[str, Any]:
    """The parsed columns of an indicator, by the simplest rules that are right for this form."""
    row: dict[str, Any] = dict.fromkeys(("op", "target_value", "target_unit", "actual_value", "actual_unit"))
    row |= {"attainment": None, "met": None}
    sign = re.match(r"([≥≤=])([\d.]+)(.*)", target)
    if not sign:
        dated = "年" in target
        return row | {"kind": "date" if dated else "text", "met": True if dated else None}
    wanted, unit, actual_value = float(sign.group(2)), sign.group(3), number_of(actual)
    row |= {"kind": "number", "op": OPERATORS[sign.group(1)], "target_value": wanted, "target_unit": unit}
    if actual_value is None:
        return row
    if unit == "%" and "%" not in actual:
        actual_value *= 100
    row |= {"actual_value": actual_value, "actual_unit": unit, "met": actual_value >= wanted}
    if row["op"] == "<=":
        row |= {"met": actual_value <= wanted, "attainment": wanted / actual_value if actual_value else None}
    else:
        row |= {"attainment": actual_value / wanted}
    return row


def tianjin_frames(form_id: str = f"{DOCUMENT}-1") -> dict[str, pd.DataFrame]:
    """All tables of the Tianjin form under the given form_id."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    document = form_id.rsplit("-", 1)[0]
    budget = truth["budget"]
    indicators = [
        {
            "form_id": form_id,
            "indicator_no": number,
            "goal_no": record["goal"],
            **{name: record[name] for name in ("level1", "level2", "name", "target", "actual", "deviation")},
            "weight": number_of(record["weight"]),
            "score": number_of(record["score"]),
            **read_target(record["target"], record["actual"]),
            "page": 2 + number // 20,
            "confidence": 0.99,
        }
        for number, record in enumerate(truth["indicators"], start=1)
    ]
    amounts = {name: float(budget[name]) for name in ("initial", "adjusted", "executed", "weight", "score")}
    frames = {
        "documents": pd.DataFrame(
            [
                {
                    "document_id": document,
                    "source": "tianjin/整体支出绩效自评表.pdf",
                    "kind": "scan",
                    "pages": 7,
                    "status": "ok",
                    "error": None,
                    "message": None,
                    "message_zh": None,
                    "engine": "paddle PP-OCRv6_small",
                    "pipeline": "0.1.0",
                }
            ]
        ),
        "forms": pd.DataFrame(
            [
                {
                    "form_id": form_id,
                    "document_id": document,
                    "form_no": 1,
                    "layout": "tianjin-overall",
                    "title": truth["title"],
                    "year": truth["year"],
                    "department": truth["department"],
                    "project": None,
                    "unit": None,
                    "total_weight": float(truth["total"]["weight"]),
                    "total_score": float(truth["total"]["score"]),
                    "conclusion": "\n".join(truth["conclusion"]),
                    "first_page": 1,
                    "last_page": 7,
                    "review": True,
                }
            ]
        ),
        "budgets": pd.DataFrame(
            [
                {
                    "form_id": form_id,
                    "line_no": 1,
                    "funds": "部门预算金额",
                    "amount_unit": "万元",
                    **amounts,
                    "execution_rate": 0.983,
                    "deviation": budget["deviation"],
                }
            ]
        ),
        "goals": pd.DataFrame(
            [
                {"form_id": form_id, "goal_no": goal["no"], "goal": goal["goal"], "actual": goal["actual"]}
                | {"deviation": goal["deviation"]}
                for goal in truth["goals"]
            ]
        ),
        "indicators": pd.DataFrame(indicators),
        "cells": pd.DataFrame(),
        "findings": pd.DataFrame(
            [
                {"code": "weights-do-not-add-up", "severity": "warning", "table": "forms", "field": "total_weight"}
                | {"message": "各行分值合计 94，与总分 100 相差 6", "expected": "100", "found": "94"},
                {"code": "met-but-points-lost", "severity": "info", "table": "indicators", "record_no": 71}
                | {
                    "field": "score",
                    "page": 5,
                    "message": "指标已达成，却扣 0.1 分",
                    "expected": "0.5",
                    "found": "0.4",
                },
                {"code": "low-confidence", "severity": "error", "table": "indicators", "record_no": 3, "page": 2}
                | {"field": "actual", "message": "<b>“5个”</b> 的识别把握很低 & 需要核对", "found": "5个"},
            ]
        ).assign(form_id=form_id, document_id=document, reviewed=False),
    }
    promised = {name: frame.pipe(as_promised, name) for name, frame in frames.items()}
    return promised | {"fields": fields_of(promised)}


def fields_of(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The table ``fields`` of forms that were read without a doubt: a column without any value is not on the form."""
    numbers = {"forms": None, "budgets": "line_no", "indicators": "indicator_no"}
    rows = []
    for table, number in numbers.items():
        for name in FIELDS[table]:
            column = frames[table][name]
            if column.isna().all():
                continue
            texts = column.map(
                lambda value: "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)
            )
            rows.append(
                pd.DataFrame({"form_id": frames[table]["form_id"], "text": texts.astype(object)}).assign(
                    table=table, record_no=frames[table][number] if number else pd.NA, field=name
                )
            )
    every = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    every = every.assign(confidence=1.0, status="machine", flagged=False, machine_text=None)
    return as_promised(every, "fields")


def as_promised(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame with the promised columns in their promised types."""
    columns = SCHEMAS[name].columns
    if name == "findings" and "cause_id" not in frame:  # each for itself
        causes = [str(number) for number in range(len(frame))]
        frame = frame.assign(cause_id=causes, cause_values=1, consequence="numbers")
    return frame.reindex(columns=list(columns)).astype({column: str(spec.dtype) for column, spec in columns.items()})


def sample_tables(**changes: pd.DataFrame) -> SampleTables:
    """The Tianjin dataset, with some of its tables replaced."""
    info = {"schema_version": "1", "pipeline": "0.1.0", "digest": "a1b2c3d4e5f60718"}
    frames = tianjin_frames() | changes
    return SampleTables(**(frames | {"fields": fields_of(frames)} | changes), info=info)


def empty_tables() -> SampleTables:
    """A dataset without a single form."""
    frames = {name: table.iloc[:0] for name, table in tianjin_frames().items()}
    return SampleTables(**frames, info={"digest": "0" * 16})


def several_departments(names: list[str], years: tuple[int, ...] = (2022,)) -> SampleTables:
    """The Tianjin form again and again under other departments' names, each scored a little lower."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in NAMES}
    for number, (name, year) in enumerate((name, year) for name in names for year in years):
        frames = tianjin_frames(f"{number:016x}-1")
        frames["forms"] = frames["forms"].assign(department=name, year=year, total_score=98.3 - 4.0 * number)
        frames["budgets"] = frames["budgets"].assign(executed=frames["budgets"]["executed"] * (1 - 0.03 * number))
        for table, rows in frames.items():
            parts[table].append(rows)
    frames = {table: pd.concat(rows, ignore_index=True) for table, rows in parts.items()}
    return SampleTables(**frames, info={"digest": "a1b2c3d4e5f60718"})


def write(tables: SampleTables, processed: Path) -> Path:
    """Write the tables as a processed folder, in the promised types."""
    frames = {name: as_promised(getattr(tables, name), name) for name in NAMES}
    write_dataset(processed, [as_rows(frames)], {"pipeline": "0.1.0", "raw": "../raw", "settings": {"raster_dpi": 200}})
    return processed
