"""Which findings on forms that nobody misread are false: `python -m tests.scans.measure_findings`, in seconds.

No scan, no OCR, no reconstructor: invented forms of every layout go straight into the checks. A finding is false
where the truth, and how the form was invented (was the target reached, what is the whole of the points), say
otherwise. With `--misread` one number of each form is damaged as an OCR engine would, to see what is suggested.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from unittest import mock

from tests.scans import invented
from tests.scans.layouts.shapes import SHAPES
from tests.scans.measures import Measure
from tests.scans.tables import Truth
from workbench.checks import check_form
from workbench.model import BLANK, Budget, CellKey, Entry, Finding, Form, Goal, Indicator

SEEDS = 20
THRESHOLD = 0.8
NO_REASON = ("", "-", "/", "—", "无", "0")


@dataclass(frozen=True)
class Case:
    """A form as it reads without a mistake, its truth, and how each of its indicators was meant."""

    form: Form
    truth: Truth
    measures: tuple[Measure, ...]


def cases(layout: str, seed: int) -> Iterator[Case]:
    """The forms of one invented document."""
    measures: list[Measure] = []
    new_measure = invented._new_measure

    def recorded(*arguments: object) -> Measure:
        measures.append(new_measure(*arguments))
        return measures[-1]

    with mock.patch.object(invented, "_new_measure", recorded):
        truth = invented.invent(seed, layout)
    start = 0
    for one in (truth, *truth.get("others", ())):
        stop = start + len(one["indicators"])
        yield Case(as_form(one), one, tuple(measures[start:stop]))
        start = stop


def as_form(truth: Truth) -> Form:
    """The form that a truth is, read without a mistake and without cells but for one."""
    labels = truth.get("printed_level1", {})
    return Form(
        layout="generic",
        title=truth["title"],
        year=truth["year"],
        department=_entry(truth["department"]) or BLANK,
        project=_entry(truth["project"]),
        unit=_entry(truth["unit"]),
        budgets=tuple(_budget(line, truth["amount_unit"]) for line in truth["budgets"]),
        goals=tuple(
            Goal(goal["no"], None, _entry(goal["goal"]) or BLANK, _entry(goal["actual"]), _entry(goal["deviation"]))
            for goal in truth["goals"]
        ),
        indicators=tuple(_indicator(row, labels) for row in truth["indicators"]),
        total_weight=_entry(truth["total"]["weight"]),
        total_score=_entry(truth["total"]["score"]),
        conclusion=None,
        first_page=1,
        last_page=1,
    )


def _entry(text: str | None) -> Entry | None:
    return None if text is None else Entry("".join(text.split()), 1.0, (CellKey(1, 1, 0, 0),))


def _budget(line: Truth, unit: str) -> Budget:
    keys = ("initial", "adjusted", "executed", "rate", "weight", "score", "deviation")
    return Budget(_entry(line["funds"]) or BLANK, unit, *(_entry(line[key]) for key in keys))


def _indicator(row: Truth, labels: dict[str, str]) -> Indicator:
    # Name and target are never None in a truth: a layout that prints neither has them blank in every row.
    level1 = _entry(labels.get(row["level1"], row["level1"])) or BLANK
    name, target = (_entry(row[key] or None) or BLANK for key in ("name", "target"))
    rest = (_entry(row[key]) for key in ("actual", "weight", "score", "deviation"))
    return Indicator(row["goal"], None, level1, _entry(row["level2"]) or BLANK, name, target, *rest)


def false_findings(case: Case) -> list[Finding]:
    """The findings about a form that its truth does not bear out."""
    return [finding for finding in check_form(case.form, THRESHOLD) if not _is_true(finding, case)]


def _is_true(finding: Finding, case: Case) -> bool:
    if finding.table == "indicators" and finding.field != "level1":
        number = finding.record_no or 0
        return _is_true_of_row(finding, case.truth["indicators"][number - 1], case.measures[number - 1], case.truth)
    return "若" not in finding.message and _is_true_of_form(finding, case.truth)


def _is_true_of_row(finding: Finding, row: Truth, measure: Measure, truth: Truth) -> bool:
    weight, score = (_decimal(row[key]) for key in ("weight", "score"))
    lost = weight is not None and score is not None and score < weight
    missed = measure.reached < 1 or _is_late(row)
    asked, got = _first(row["target"]), _first(row["actual"] or "")
    match finding.code:
        case "percent-as-fraction":
            return bool(re.search("%|百分比", row["target"])) and "%" not in row["actual"] and got <= Decimal("1.5")
        case "missing-value":
            return row[finding.field] == ""
        case "target-far-exceeded":
            return measure.reached == 1 and got > asked * Decimal("1.3")
        case "met-but-points-lost":
            return lost and not (missed and "-" not in row["target"])
        case "missed-but-full-points":
            return missed and not lost
        case "score-not-proportional":
            return missed and abs(score - Decimal(measure.reached) * weight) > Decimal("0.011")
        case "missing-reason":
            return (lost or missed) and row["deviation"] in NO_REASON
        case "unknown-unit":
            return bool(re.fullmatch("[0-9.]+", row["target"])) and bool(re.search("[万亿]", row["actual"]))
        case "duplicate-indicator":
            names = [other["name"] for other in truth["indicators"]]
            return names.count(row["name"]) > 1
    return False


def _is_late(row: Truth) -> bool:
    """Whether the day printed as done comes after the day printed as the last, in the same month."""
    last = re.fullmatch(r"\d+年(\d+)月(\d+)日前", row["target"])
    done = re.search(r"(?:\d+年(\d+)月|\d+\.(\d+)\.|^(\d+)月)(\d+)", row["actual"] or "")
    same_month = last and done and int(last[1]) == int(done[1] or done[2] or done[3])
    return bool(same_month) and int(done[4]) > int(last[2])


def _is_true_of_form(finding: Finding, truth: Truth) -> bool:
    rows, budgets = truth["indicators"], truth["budgets"]
    match finding.code:
        case "weights-do-not-add-up" | "scores-do-not-add-up":
            key = "weight" if finding.code.startswith("weight") else "score"
            points = [_decimal(part[key]) or Decimal(0) for part in (*budgets, *rows)]
            return sum(points) != _decimal(truth["total"][key])
        case "execution-rate-mismatch" | "execution-score-mismatch" | "budgets-do-not-add-up":
            return False  # budgets are invented without a mistake
    return False


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text and text[0].isdigit() else None


def _first(text: str) -> Decimal:
    found = re.search(r"[0-9]+(?:\.[0-9]+)?", text)
    return Decimal(found[0]) if found else Decimal(0)


@dataclass(frozen=True)
class Damaged:
    """A form with one number misread: the field, what is printed, what was read."""

    form: Form
    field: str
    printed: str
    read: str


def misread(case: Case, rng: Random) -> Damaged | None:
    """The form with one of its points read as something else, with no doubt of the engine's; None without points."""
    places = [
        (at, field)
        for at, row in enumerate(case.form.indicators)
        for field in ("weight", "score")
        if (getattr(row, field) or BLANK).text[:1].isdigit()
    ]
    if not places or case.form.total_weight is None:
        return None
    at, field = rng.choice(places)
    row = case.form.indicators[at]
    entry: Entry = getattr(row, field)
    read = rng.choice(_damages(entry.text))
    rows = list(case.form.indicators)
    rows[at] = replace(row, **{field: replace(entry, text=read)})
    return Damaged(replace(case.form, indicators=tuple(rows)), field, entry.text, read)


def _damages(text: str) -> list[str]:
    """What an engine may make of a number: a point lost, a digit like another, doubled, dropped or a letter."""
    alike = {
        "0": "O68",
        "1": "Il7",
        "2": "7Z",
        "3": "85",
        "4": "9",
        "5": "S63",
        "6": "80",
        "7": "1",
        "8": "B30",
        "9": "4",
    }
    found = [text.replace(".", "")] if "." in text else [f"{text}1", f"1{text}"]
    found += [text[:at] + other + text[at + 1 :] for at, one in enumerate(text) for other in alike.get(one, "")]
    found += [text[:at] + text[at + 1 :] for at in range(len(text)) if len(text) > 1]
    return [one for one in found if one != text]


def suggestions(findings: Sequence[Finding]) -> list[str]:
    """What findings suggest to read instead, once for each."""
    found = (re.search("“([^”]*)”读作“([^”]*)”", finding.message) for finding in findings)
    return sorted({match[2] for match in found if match})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="documents of each layout (default: %(default)s)")
    parser.add_argument("--misread", action="store_true", help="damage one number of each form, see what is suggested")
    parser.add_argument("--show", action="store_true", help="print every false finding, or false suggestion")
    arguments = parser.parse_args()
    documents = (case for layout in SHAPES for seed in range(arguments.seeds) for case in cases(layout, seed))
    report = _report_misread if arguments.misread else _report
    report(documents, arguments.show)


def _report(documents: Iterator[Case], show: bool) -> None:
    found: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for case in documents:
        found.update(finding.code for finding in check_form(case.form, THRESHOLD))
        for finding in false_findings(case):
            wrong[finding.code] += 1
            if show:
                print(finding)
    print(f"{'code':28} {'findings':>8} {'false':>6}")
    for code, count in found.most_common():
        print(f"{code:28} {count:>8} {wrong[code]:>6} {wrong[code] / count:.3f}")


def _report_misread(documents: Iterator[Case], show: bool) -> None:
    rng = Random("misread")
    counts: Counter[str] = Counter()
    for case in documents:
        damaged = misread(case, rng)
        if damaged is None:
            continue
        suggested = suggestions(check_form(damaged.form, THRESHOLD))
        right = [one for one in suggested if Decimal(one) == Decimal(damaged.printed)]
        kind = "none" if not suggested else "right" if right == suggested else "wrong"
        counts[kind] += 1
        if show and kind == "wrong":
            print(damaged.field, damaged.printed, "read as", damaged.read, "suggested", suggested)
    print(" ".join(f"{kind}: {counts[kind]}" for kind in ("right", "wrong", "none")))


if __name__ == "__main__":
    main()
