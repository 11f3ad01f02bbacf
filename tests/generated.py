"""A large dataset made of nothing: many forms, every field in doubt, every text hostile to whoever shows it as HTML."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.dataset.schemas import SCHEMAS
from workbench.dataset.store import write_dataset

HOSTILE = "<script>window.harmed=1</script><img src=x onerror='window.harmed=2'>\"'><svg onload=window.harmed=3>"
INDICATORS = 100
COLUMNS = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")


def write_large_dataset(processed: Path, forms: int = 100) -> Path:
    """Write ``forms`` forms of 100 indicators each, one doubtful field in every indicator: 10,000 of 100 forms."""
    ids = [f"{number:016x}" for number in range(forms)]
    rows = [(f"{document}-1", document, number) for document in ids for number in range(1, INDICATORS + 1)]
    texts = {"level1": "产出指标", "level2": "数量指标", "target": "≥5个", "actual": "6个", "weight": "1", "score": "1"}
    texts |= {"name": f"指标{HOSTILE}", "deviation": HOSTILE}
    of_field = [(form, number, at, field) for form, _, number in rows for at, field in enumerate(COLUMNS)]
    place = {
        "form_id": [form for form, *_ in of_field],
        "table": "indicators",
        "record_no": [number for _, number, *_ in of_field],
        "field": [field for *_, field in of_field],
        "page": [1 + (number - 1) // 20 for _, number, *_ in of_field],
    }
    text = [texts[field] for *_, field in of_field]
    sure = [0.4 if field == "score" else 0.99 for *_, field in of_field]
    tops = [100.0 + 40 * ((number - 1) % 20) for _, number, *_ in of_field]
    lefts = [100.0 * at for _, _, at, _ in of_field]
    frames = {
        "documents": pd.DataFrame({"document_id": ids, "source": f"{HOSTILE.replace('/', '_')}.pdf"}).assign(
            kind="scan", pages=5, status="ok", pipeline="0"
        ),
        "forms": pd.DataFrame({"form_id": [f"{document}-1" for document in ids], "document_id": ids}).assign(
            form_no=1, layout="generic", title=HOSTILE, year=2022, department=HOSTILE, total_weight=100.0,
            total_score=100.0, first_page=1, last_page=5, review=True,
        ),
        "budgets": pd.DataFrame(),
        "goals": pd.DataFrame(),
        "indicators": pd.DataFrame({"form_id": [row[0] for row in rows], "indicator_no": [row[2] for row in rows]}).assign(
            **{field: value for field, value in texts.items() if field not in ("weight", "score")},
            weight=1.0, score=1.0, kind="number", op=">=", target_value=5.0, actual_value=6.0, attainment=1.2,
            met=True, page=1, confidence=0.4,
        ),
        "fields": pd.DataFrame(place).assign(
            text=text, confidence=sure, machine_text=text, machine_confidence=sure, status="machine",
            flagged=[one < 0.5 for one in sure], left=[x / 1000 for x in lefts], top=[y / 1000 for y in tops],
            right=[(x + 90) / 1000 for x in lefts], bottom=[(y + 35) / 1000 for y in tops],
        ),
        "cells": pd.DataFrame(place).assign(
            table_no=1, row=[number for _, number, *_ in of_field], col=[at for _, _, at, _ in of_field], rowspan=1,
            colspan=1, text=text, confidence=sure, x0=lefts, y0=tops, x1=[x + 90 for x in lefts],
            y1=[y + 35 for y in tops], state="text",
        ),
        "findings": pd.DataFrame({"form_id": [row[0] for row in rows], "document_id": [row[1] for row in rows]}).assign(
            code="low-confidence", severity="warning", table="indicators", record_no=[row[2] for row in rows],
            field="score", page=1, message=HOSTILE, expected=HOSTILE, found=HOSTILE, reviewed=False,
        ),
    }  # fmt: skip
    promised = {name: _as_promised(frame, name) for name, frame in frames.items()}
    write_dataset(processed, promised, {"pipeline": "0", "raw": "../raw", "settings": {"raster_dpi": 200}})
    return processed


def _as_promised(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = SCHEMAS[name].columns
    return frame.reindex(columns=list(columns)).astype({column: str(spec.dtype) for column, spec in columns.items()})
