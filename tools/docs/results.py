"""The page on current results, and the numbers of both READMEs, from the newest run of each benchmark.

``make results`` (``python -m tools.docs.results``) writes the READMEs anew; a test fails where they differ.
"""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.results import Run, Table, load, newest

from tools.docs.reference import Language, page, table

ROOT = Path(__file__).resolve().parents[2]
READMES: dict[Language, Path] = {"zh": ROOT / "README.zh-CN.md", "en": ROOT / "README.md"}
BEGIN, END = "<!-- made by: make results -->", "<!-- end of what make results makes -->"

FIRST = ("accuracy", "forms", "speed, peers")
"""The benchmarks that stand first on the page; the others follow by name."""


def results(language: Language) -> str:
    """The page: the newest run of every benchmark, with its command, its day, its commit and its machine."""
    title, lead = {
        "zh": (
            "当前测量结果",
            "每项测量最近的一次，由 `benchmarks/results` 中的数据生成。"
            "时间是在繁忙的共用机器上测得的，只可在同一次之内比较。"
            "“silent”是错了却没有任何提示的数字，“review”是请人看一眼的字段所占比例。",
        ),
        "en": (
            "Current results",
            "The newest run of each benchmark, made from the files in `benchmarks/results`. Times are of busy shared "
            "machines: compare within one run only. “Silent” are wrong numbers without a finding, “review” is the "
            "share of fields that a person is asked to look at.",
        ),
    }[language]
    runs = newest(load())
    names = [*(name for name in FIRST if name in runs), *sorted(set(runs) - set(FIRST))]
    return page(title, lead, *(_part(runs[name], language) for name in names))


def _part(run: Run, language: Language) -> str:
    unknown = {"zh": "未记录", "en": "not noted"}[language]
    facts = (f"`{run.command}`", run.at[:10], f"commit {run.commit or unknown}", run.machine, run.reader)
    parts = [table(part.head, part.rows) if isinstance(part, Table) else part for part in run.parts]
    return "\n\n".join((f"## {run.benchmark}", " · ".join(facts), *parts))


def numbers_of(language: Language) -> str:
    """What a README says of accuracy and speed: sentences with the numbers of the newest runs."""
    runs = newest(load())
    clean, forms, speed = (_last_table(runs[name]) for name in FIRST)
    total = dict(zip(forms.head[:4], forms.rows[-1][:4], strict=True))
    fields, exact, silent, review = (forms.rows[-1][n] for n in (4, 5, 8, 10))
    printed = [int(part) for row in clean.rows for part in row[2].split("/")]
    found, of = sum(printed[::2]), sum(printed[1::2])
    silent_clean = sum(int(row[4]) for row in clean.rows)
    ours = next(row for row in speed.rows if row[0] == "workbench ingest")
    said = {
        "zh": (
            f"- 天津表以两种字体排印，各清晰一次、带轻微扫描瑕疵一次：{of:,} 个字段中 {found:,} 个完全一致，"
            f"错了却没有提示的数字 {silent_clean} 个（{runs['accuracy'].at[:10]}）。\n"
            f"- 各种版式、各种损伤的 {total['pages']} 页（{int(fields):,} 个字段）：指标行找到 {total['rows']}，"
            f"字段完全一致 {float(exact):.1%}，错了却没有提示的数字 {silent} 个，请人看一眼的字段 {review}"
            f"（{runs['forms'].at[:10]}）。\n"
            f"- 速度：两核上每秒 {ours[1]} 页，是原样 PaddleOCR 的 {ours[2]} 倍（{runs['speed, peers'].at[:10]}）。"
        ),
        "en": (
            f"- The Tianjin form drawn in two typefaces, clean and with light scanner faults: {found:,} of {of:,} "
            f"fields exact, {silent_clean} wrong numbers without a finding ({runs['accuracy'].at[:10]}).\n"
            f"- {total['pages']} pages of many layouts under many kinds of damage ({int(fields):,} fields): rows found "
            f"{total['rows']}, fields exact {float(exact):.1%}, wrong numbers without a finding {silent}, fields that "
            f"a person is asked to look at {review} ({runs['forms'].at[:10]}).\n"
            f"- Speed: {ours[1]} pages a second on two cores, {ours[2]} times that of PaddleOCR as shipped "
            f"({runs['speed, peers'].at[:10]})."
        ),
    }
    return said[language]


def _last_table(run: Run) -> Table:
    return run.tables[-1]


def with_numbers(text: str, language: Language) -> str:
    """A README with the numbers between its two marks made anew."""
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{numbers_of(language)}\n{END}", text, flags=re.DOTALL)


def main() -> None:
    """Write the numbers of both READMEs anew."""
    for language, readme in READMES.items():
        readme.write_text(with_numbers(readme.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
