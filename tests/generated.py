"""A large dataset made of nothing: a doubtful field in every row, texts hostile to who shows them as HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.dataset.placing import TABLES
from workbench.dataset.rows import as_rows
from workbench.dataset.schemas import to_table
from workbench.dataset.writing import write_dataset

HOSTILE = "<script>window.harmed=1</script><img src=x onerror='window.harmed=2'>\"'><svg onload=window.harmed=3>"
INDICATORS, PER_PAGE = 100, 20
TEXTS = {
    "level1": "产出指标", "level2": "数量指标", "name": f"指标{HOSTILE}", "target": "≥5个", "actual": "6个",
    "weight": "1", "score": "1", "deviation": HOSTILE,
}  # fmt: skip

Row = dict[str, Any]


def write_large_dataset(processed: Path, forms: int = 100, indicators: int = INDICATORS) -> Path:
    """Forms of 100 indicators each, with one doubtful score in every row: of 100 forms, 10,000."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for number in range(forms):
        _add_form(rows, f"{number + 1:016x}", indicators)
    tables = {name: to_table(name, found) for name, found in rows.items()}
    origin = {"pipeline": "0", "raw": "../raw", "settings": {"raster_dpi": 200, "review_threshold": 0.8}}
    write_dataset(processed, [as_rows(tables)], origin)
    return processed


def _add_form(rows: dict[str, list[Row]], document: str, indicators: int) -> None:
    form_id = f"{document}-1"
    source = {"source": f"{document}{HOSTILE.replace('/', '_')}.pdf", "kind": "scan"}
    rows["documents"].append({"document_id": document, **source, "pages": 5, "status": "ok", "pipeline": "0"})
    facts = {"layout": "generic", "title": HOSTILE, "year": 2022, "department": HOSTILE}
    pages = {"first_page": 1, "last_page": INDICATORS // PER_PAGE, "review": True}
    rows["forms"].append({"form_id": form_id, "document_id": document, "form_no": 1, **facts, **pages})
    for number in range(1, indicators + 1):
        told = {name: text for name, text in TEXTS.items() if name not in ("weight", "score")}
        told |= {"kind": "number", "op": ">=", "target_value": 5.0, "actual_value": 6.0, "attainment": 1.2, "met": True}
        about = {"form_id": form_id, "indicator_no": number, "weight": 1.0, "score": 1.0, "confidence": 0.4}
        rows["indicators"].append(about | told)
        place = {"form_id": form_id, "table": "indicators", "record_no": number, "page": 1 + (number - 1) // PER_PAGE}
        for column, (field, text) in enumerate(TEXTS.items()):
            _add_value(rows, place | {"field": field, "text": text}, column)
        doubt = {"document_id": document, "code": "low-confidence", "severity": "warning", "field": "score"}
        words = {"message": HOSTILE, "expected": HOSTILE, "found": HOSTILE, "reviewed": False}
        words |= {"cause_id": str(number), "cause_values": 1, "consequence": "numbers"}
        rows["findings"].append(place | doubt | words)


def _add_value(rows: dict[str, list[Row]], value: Row, column: int) -> None:
    line = (value["record_no"] - 1) % PER_PAGE
    left, top, right, bottom = 100 * column, 100 + 40 * line, 100 * column + 90, 135 + 40 * line
    sure = 0.4 if value["field"] == "score" else 0.99
    machine = {"machine_text": value["text"], "machine_confidence": sure, "status": "machine", "flagged": sure < 0.5}
    shares = {"left": left / 1000, "top": top / 1000, "right": right / 1000, "bottom": bottom / 1000}
    rows["fields"].append(value | {"confidence": sure} | machine | shares)
    grid = {"table_no": 1, "row": line, "col": column, "rowspan": 1, "colspan": 1, "state": "text", "confidence": sure}
    rows["cells"].append(value | grid | {"x0": left, "y0": top, "x1": right, "y1": bottom})
