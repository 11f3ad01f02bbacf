"""What the cells of a performance form say: numbers, percentages, targets, actuals, dates, verdicts.

Everything here reads printed text and returns a value beside it; the text itself is never altered.
A value is given only where the print allows one reading. A sentence with figures in it, a numeral
with a letter in it (``1O0``, ``IO``: damage from OCR), a numeral that starts with an idle zero
(``05``: a lost decimal point) and a bound such as 约200个 give no value.
Sources: the survey of published forms; 《民法典》第1259条 (以上, 以下, 以内 include the number, 超过 does not);
《项目支出绩效评价管理办法》(财预〔2020〕10号) on self-evaluation: quantitative indicators, and three grades
(达成, 部分达成, 未达成) for qualitative ones.
"""

from workbench.values.numbers import (
    PLACEHOLDERS,
    decimals_beside_whole,
    normalise,
    parse_amount,
    parse_fraction,
    parse_number,
    parse_points,
    parse_weight,
    printed_amount_unit,
    printed_margin,
    relative_margin,
)
from workbench.values.quantities import Op
from workbench.values.targets import Actual, Target, parse_actual, parse_target
from workbench.values.verdicts import Verdict, judge

__all__ = [
    "PLACEHOLDERS",
    "Actual",
    "Op",
    "Target",
    "Verdict",
    "decimals_beside_whole",
    "judge",
    "normalise",
    "parse_actual",
    "parse_amount",
    "parse_fraction",
    "parse_number",
    "parse_points",
    "parse_target",
    "parse_weight",
    "printed_amount_unit",
    "printed_margin",
    "relative_margin",
]
