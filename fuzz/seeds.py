"""Where the fuzzer starts: what forms print, and a little of everything that the readers know."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fuzz.claims import PARTS, PIECES, workbook
from fuzz.ofd_parts import OFD_PARTS
from workbench.dataset.placing import TABLES

PRINTED = Path(__file__).parents[1] / "tests" / "truth" / "targets_and_actuals.txt"

TEXTS = (
    "部门名称\t甲局\n年度\t2022\n\n一级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\n产出指标\t数量\t≥12个\t13个\t10\t10\n",
    "# 项目支出绩效自评表\n\n| 指标 | 指标值 |\n|---|:-:|\n| **数量** | ≥90% \\| 5 |\n\n（2022年度）",
    '指标\t"两行的\n指标"\t"引""号"\t3\n\t\t5\t6\n-----\n完',
    "<table><tr><td rowspan=2>甲<td>1<br>2<tr><td>3</table>\n|甲|1|\n|乙|2|\n",
)

PAGES = (
    "<table><tr><th rowspan=2>甲<th colspan=2>乙<tr><td>1<td>2<tr><td>3<td rowspan=9>4</table>",
    "<p>标题<table><tr><td><table><tr><td>1<tr><td>2</table><td>3</table><del>4</del><input value=5>",
    "<tr style='display:none'><td hidden>x<sup>2</sup>&nbsp;&#49;<option selected>1<img alt=y><!-- 1 --><?a?>",
    "<table><tr><td>项目名称<td>甲<tr><td>指标<td>≥5个<td rowspan=0>3</table>",
)

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<cols><col min="1" max="2" width="9" hidden="1"/></cols><sheetData>'
    '<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>'
    '<row r="2"><c r="B2" s="1" t="n"><f>1+1</f><v>0.983</v></c><c r="C2" t="e"><v>#N/A</v></c>'
    '<c r="D2" t="b"><v>1</v></c><c r="E2" t="s"><v>1</v></c></row>'
    '</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>'
)


CELLS = (
    "0.0%\tGeneral\tyyyy年m月\nk项目名称\tk甲\nk指标\tk≥5个\tp44926\np0.983\tp1e9\tq0\nt1\tu#N/A\n",
    "@\n\t\tk甲\n\np12\tp\nv2022-12-31\nA5:B6 C2:C3",
)
"""Formats of the columns, then cells (`fuzz.claims`)."""

FORMATS = (
    "0.00%\n0.983", "#,##0.00;[Red]-#,##0.00\n-1234.5", '0.0"万元"_);(0.0)\n-0.05', "General\n1e300", "@\n甲",
    "yyyy年m月d日;@\n44926", "[$-804]aaaa hh:mm:ss AM/PM\n44926.75", "[h]:mm:ss.00\n1.5", "# ?/?\n0.5",
    "0.0E+00\n12345", "[>=100]0;[<0]\\-0;0.0\n99.95", '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ \n0',
    "0,,\n12345678", "000-00\n12345", "[DBNum1]General\n12", "yyyy/m/d\n0", "¥#,##0\n5", "0.000000000\n0.1",
    ";;;\n5", "0;0;;@\n0",
)  # fmt: skip


VERSION = {"pipeline": "0.1", "engine": None, "settings": {"raster_dpi": 200}}
INFO = {
    "schema": 2, "digest": "", "rows": dict.fromkeys(TABLES, 1), "files": {"forms.parquet": "00"}, "raw": "../raw",
    "settings": {"raster_dpi": 200}, "versions": {"v": VERSION}, "corrections": {"lines": {"a.jsonl": 1}},
    "documents": {"a": {"sha256": "", "version": "v", "page": 1}},
}  # fmt: skip
INFOS = (
    json.dumps(INFO), "../../secret", "file:///etc", "simplecache::http://127.0.0.1/raw", "C:\\raw", "s3://a/raw",
    "..//raw/../raw",
)  # fmt: skip
"""What ``dataset.json`` says, and what it says of the scans."""

LINE = {
    "form_id": "0000000000000000-1", "table": "indicators", "record_no": 1, "field": "score", "was": "5", "now": "4",
    "by": "李", "at": "2026-11-25T09:00:00+08:00", "reason": "",
}  # fmt: skip
MORE: tuple[dict[str, object], ...] = (
    {"anchor": {"page": 1, "box": [0.1, 0.1, 0.2, 0.2], "text": "甲"}},
    {"action": "remove-record", "was": "甲"},
    {"action": "add-record", "texts": {"name": "乙"}},
    {"action": "move-value", "to": "weight"},
    {"action": "join-records", "other_no": 2, "texts": {"name": "丙"}},
    {"action": "dismiss", "code": "x", "page": 1},
    {"action": "undo", "undoes": "a", "settles": ["b"]},
    {"alone": True, "id": "a"},
)
LINES = tuple(json.dumps(LINE | more, ensure_ascii=False) for more in MORE)
"""Lines of a journal."""


def seeds(claim: str) -> list[bytes]:
    """Inputs that the claim of this name holds of."""
    if claim == "values":
        return [data_of(text) for text in printed_pairs()]
    if claim == "xlsx":
        whole = [bytes([number]) + workbook()[part] for number, part in enumerate(PARTS)]
        cells = [b"\x80" + text.encode() for text in CELLS]
        return [*whole, b"\0" + SHEET.encode(), *cells]
    if claim == "ofd":
        whole = [bytes([number]) + part.encode() for number, part in enumerate(OFD_PARTS.values())]
        # 128 and more: the part that is left over by the number of parts, with the values that the bytes behind say
        least = 128 + -128 % len(OFD_PARTS)
        values = [bytes([least + number, *range(number, 40 + number)]) for number in range(len(OFD_PARTS))]
        return [*whole, *values]
    return [
        text.encode()
        for text in {"transcription": TEXTS, "html": PAGES, "formats": FORMATS, "received": INFOS, "journal": LINES}[
            claim
        ]
    ]


def data_of(text: str) -> bytes:
    """The input that stands for a text, characters that no input can stand for left out."""
    pieces = {piece: bytes([128 + number]) for number, piece in enumerate(PIECES)}
    ascii_ = {chr(code): bytes([code]) for code in range(128)}
    pattern = "|".join(map(re.escape, sorted(pieces | ascii_, key=len, reverse=True)))
    return b"".join((pieces | ascii_)[found] for found in re.findall(pattern, text))


def printed_pairs() -> list[str]:
    """Targets and actuals that forms print, a line break between them."""
    lines = PRINTED.read_text("utf-8").splitlines()
    cells = [re.split(r"\s*\|\s*", line) for line in lines if line.strip() and not line.startswith("#")]
    return sorted({f"{cell[0]}\n{cell[2]}" for cell in cells if len(cell) > 2})
