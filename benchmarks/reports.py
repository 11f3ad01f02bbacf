"""How long the reports take and how large they get: a big generated dataset, and the sample archive's form.

``python -m benchmarks.reports`` draws a dataset of 300 departments in 5 years (numbers from a seeded generator, words
from a few lists), runs the notebooks over it and over the given dataset through papermill, and prints the seconds of
each report and the size of its page. ``python -m benchmarks.reports data/processed`` adds a dataset of your own.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import workbench
from benchmarks.results import keep, markdown
from workbench.dataset.rows import as_rows
from workbench.dataset.schemas import SCHEMAS
from workbench.dataset.writing import write_dataset
from workbench.report.plan import plan
from workbench.report.run import make_report

INDICATORS = 40
FIRST_YEAR = 2019
RENAMED_AFTER = 5
KINDS = (
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("产出指标", "时效指标"),
    ("产出指标", "成本指标"),
    ("效益指标", "社会效益指标"),
    ("效益指标", "生态效益指标"),
    ("满意度指标", "服务对象满意度指标"),
)
REASONS = (
    "受疫情影响，部分活动未能举办，后续将加强统筹",
    "财政资金下达较晚，未能及时支付",
    "采购流标，重新招标后工期顺延",
    "年初目标设定偏低，下一步将细化测算",
    "连续降雨，施工推迟",
    "按实际申报数量安排",
    "其他原因",
)


def generated_tables(departments: int, years: int, seed: int = 0) -> dict[str, pd.DataFrame]:
    """A dataset of one form a department and year, with the promised columns and types."""
    random = np.random.default_rng(seed)
    forms, budgets, indicators, cells, findings, documents = [], [], [], [], [], []
    for number in range(departments * years):
        department, year = _name(number // years + 1, number % years), FIRST_YEAR + number % years
        document_id = f"{number:016x}"
        form_id = f"{document_id}-1"
        rate = float(np.clip(random.normal(0.93, 0.06), 0.2, 1.1))
        rows = _indicators(form_id, random)
        score = round(10 * min(rate, 1.0) + sum(row["score"] or 0.0 for row in rows), 2)
        initial = round(float(random.lognormal(8, 1.2)), 2)
        adjusted = round(initial * float(random.normal(1.02, 0.1)), 2)
        documents.append({"document_id": document_id, "source": f"{year}/{department}.pdf", "kind": "scan", "pages": 4})
        forms.append(
            {"form_id": form_id, "document_id": document_id, "form_no": 1, "layout": "generic", "year": year}
            | {"title": "整体支出绩效自评表", "department": department, "total_weight": 100.0, "total_score": score}
            | {"first_page": 1, "last_page": 4, "review": bool(random.random() < 0.1)}
        )
        budgets.append(
            {"form_id": form_id, "line_no": 1, "funds": "年度资金总额", "amount_unit": "万元", "initial": initial}
            | {"adjusted": adjusted, "executed": round(adjusted * rate, 2), "execution_rate": round(rate, 3)}
            | {"weight": 10.0, "score": round(10 * min(rate, 1.0), 2), "deviation": ""}
        )
        indicators += rows
        cells += _cells(form_id, rows)
        if random.random() < 0.2:
            findings.append(
                {"form_id": form_id, "document_id": document_id, "code": "low-confidence", "severity": "warning"}
                | {"table": "forms", "field": "total_score", "page": 4, "message": "总得分的识别把握较低"}
                | {"reviewed": False, "cause_id": f"{number:012x}", "cause_values": 1, "consequence": "numbers"}
            )
    ready = {"status": "ok", "pipeline": "generated", "engine": "generated"}
    tables = {
        "documents": pd.DataFrame(documents).assign(**ready),
        "forms": pd.DataFrame(forms),
        "budgets": pd.DataFrame(budgets),
        "goals": pd.DataFrame(columns=list(SCHEMAS["goals"].columns)),
        "indicators": pd.DataFrame(indicators),
        "fields": pd.DataFrame(columns=list(SCHEMAS["fields"].columns)),
        "cells": pd.DataFrame(cells),
        "findings": pd.DataFrame(findings),
    }
    return {name: _as_promised(table, name) for name, table in tables.items()}


def _name(department: int, year: int) -> str:
    """The name of a department in its nth year: every other one is renamed after `RENAMED_AFTER` years."""
    return f"第{department:03d}{'委员会' if department % 2 and year >= RENAMED_AFTER else '局'}"


def _indicators(form_id: str, random: np.random.Generator) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    weight = 90 / INDICATORS
    for number in range(1, INDICATORS + 1):
        level1, level2 = KINDS[number % len(KINDS)]
        target = int(random.integers(1, 500))
        attainment = (
            float(np.exp(abs(random.normal(0, 0.1)))) if random.random() < 0.95 else float(random.uniform(0, 1))
        )
        actual = round(target * attainment)
        met = actual >= target
        score = weight if met else round(weight * actual / target, 2)
        rows.append(
            {
                "form_id": form_id,
                "indicator_no": number,
                "level1": level1,
                "level2": level2,
                "name": f"工作任务{number}",
            }
            | {"target": f"≥{target}个", "actual": f"{actual}个", "weight": weight, "score": score, "kind": "number"}
            | {"deviation": "" if met else str(random.choice(REASONS)), "op": ">=", "target_value": float(target)}
            | {"target_unit": "个", "actual_value": float(actual), "actual_unit": "个", "met": met, "page": 2}
            | {"attainment": actual / target, "confidence": 0.98}
        )
    return rows


def _cells(form_id: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    fields = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")
    return [
        {"form_id": form_id, "page": 2, "table_no": 1, "row": row["indicator_no"], "col": column, "rowspan": 1}
        | {"colspan": 1, "text": str(row[field]), "confidence": 0.98, "x0": 0.0, "y0": 0.0, "x1": 1.0, "y1": 1.0}
        | {"state": "text", "table": "indicators", "record_no": row["indicator_no"], "field": field}
        for row in rows
        for column, field in enumerate(fields)
    ]


def _as_promised(table: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = SCHEMAS[name].columns
    return table.reindex(columns=list(columns)).astype({column: str(spec.dtype) for column, spec in columns.items()})


def measure(processed: Path, most: int) -> list[tuple[str, ...]]:
    """Make the first reports of a dataset: for each its name, the seconds of its notebook, and the size of its page."""
    dataset = workbench.open(processed)
    rows = []
    with tempfile.TemporaryDirectory() as out:
        for job in plan(dataset, processed, Path(out))[:most]:
            report = make_report(job)
            if report.error:
                raise SystemExit(f"{report.title}: {report.error}")
            size = job.html.stat().st_size / 1e6
            print(f"{report.stem:40} {report.seconds:6.1f} s {size:6.2f} MB", flush=True)
            rows.append((report.stem, f"{report.seconds:.1f}", f"{size:.2f}"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("processed", type=Path, nargs="*", help="datasets of your own")
    parser.add_argument("--departments", type=int, default=300)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="add the results to benchmarks/results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        generated = Path(folder) / "data" / "processed"
        origin = {"pipeline": "generated", "raw": "../raw", "settings": {"raster_dpi": 200}}
        write_dataset(generated, [as_rows(generated_tables(arguments.departments, arguments.years))], origin)
        title = (
            f"generated: {arguments.departments} departments × {arguments.years} years, {INDICATORS} indicators each"
        )
        print(title)
        rows = [("report", "s", "MB"), *measure(generated, most=2)]
    for processed in arguments.processed:
        print(processed)
        rows += measure(processed, most=5)
    if arguments.keep:
        keep("reports", "benchmarks.reports", title, markdown(rows))


if __name__ == "__main__":
    main()
