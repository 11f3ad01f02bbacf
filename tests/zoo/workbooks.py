"""Workbooks whose sheets are absurd, lie, or explode."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.zoo.kinds import Kind
from tests.zoo.office import BOOK, SHEET, STRINGS, Make, bomb, edited, packed, strings, with_part


def sheet(rows: str, rest: str = "", before: str = "") -> Make:
    head = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
    return with_part("xlsx", SHEET, f"{head}{before}<sheetData>{rows}</sheetData>{rest}</worksheet>".encode())


def row(*cells: str, number: object = 1) -> str:
    return f"<row r='{number}'>{''.join(cells)}</row>"


def number(place: str, value: object, style: int = 0, kind: str = "n") -> str:
    return f"<c r='{place}' s='{style}' t='{kind}'><v>{value}</v></c>"


def written(place: str, text: str) -> str:
    return f"<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>"


def with_sheets(count: int) -> Make:
    def change(text: str) -> str:
        start, end = text.index("<sheets>") + 8, text.index("</sheets>")
        again = "".join(
            text[start:end].replace('name="', f'name="{n}').replace('sheetId="1"', f'sheetId="{n}"')
            for n in range(1, count + 1)
        )
        return text[:start] + again + text[end:]

    return edited("xlsx", BOOK, change)


def one_string_many_times(path: Path) -> None:
    """One text of a million characters in two thousand cells."""
    rows = "".join(row(number(f"A{n}", 0, kind="s"), number(f"B{n}", 0, kind="s"), number=n) for n in range(1, 1001))
    sheet(rows)(path)
    with zipfile.ZipFile(path) as package:
        content = {name: package.read(name) for name in package.namelist()}
    path.write_bytes(packed({**content, STRINGS: strings(f"<si><t>{'甲乙' * 500_000}</t></si>")}))


def formatted(code: str) -> Make:
    """A number in a format of one's own."""

    def change(text: str) -> str:
        text = text.replace("<numFmts", "<oldFmts").replace("</numFmts", "</oldFmts")
        start = text.index(">", text.index("<styleSheet")) + 1
        formats = f"<numFmts count='1'><numFmt numFmtId='190' formatCode='{code}'/></numFmts>"
        xfs = "<cellXfs count='1'><xf numFmtId='190' applyNumberFormat='1' xfId='0'/></cellXfs>"
        old_start, old_end = text.index("<cellXfs"), text.index("</cellXfs>") + 10
        return text[:start] + formats + text[start:old_start] + xfs + text[old_end:]

    def make(path: Path) -> None:
        sheet(row(number("A1", 12.5), number("B1", 3)) + row(number("A2", 1), number("B2", 2), number=2))(path)
        with zipfile.ZipFile(path) as package:
            content = {name: package.read(name) for name in package.namelist()}
        path.write_bytes(packed({**content, "xl/styles.xml": change(content["xl/styles.xml"].decode()).encode()}))

    return make


def kinds() -> list[Kind]:
    two = row(written("A1", "甲"), written("B1", "乙")) + row(written("A2", "丙"), written("B2", "丁"), number=2)
    blank = "".join(f"<row r='{n}'>" + "<c s='1'/>" * 50 + "</row>" for n in range(3, 20_003))
    crowd = "".join(row(*("<c><v>1</v></c>" for _ in range(1100)), number=n) for n in range(1, 200))
    return [
        Kind(
            "a cell merged over the whole sheet.xlsx",
            sheet(two, "<mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>"),
            "too-large",
            "max_cells",
        ),
        Kind(
            "20,000 merged cells one over the other.xlsx",
            sheet(two, "<mergeCells>" + "<mergeCell ref='A1:J10'/>" * 20_000 + "</mergeCells>"),
            "too-large",
        ),
        Kind(
            "merged cells that overlap.xlsx",
            sheet(two, "<mergeCells><mergeCell ref='A1:B2'/><mergeCell ref='B1:C3'/></mergeCells>"),
            "no-table",
        ),
        Kind(
            "merged cells from nowhere.xlsx",
            sheet(two, "<mergeCells><mergeCell ref='nowhere'/></mergeCells>"),
            "unreadable",
        ),
        Kind("a size that is not its own.xlsx", sheet(two, before="<dimension ref='A1:XFD1048576'/>"), "unknown-form"),
        Kind(
            "a cell in the last corner.xlsx",
            sheet(two + row(written("XFD1048576", "末"), number=1_048_576)),
            "too-large",
        ),
        Kind(
            "a row beyond the last.xlsx",
            sheet(two + row(written("A99999999999", "末"), number=99_999_999_999)),
            "too-large",
        ),
        Kind("a row that is no number.xlsx", sheet(row(written("A1", "甲"), number="many")), "unreadable"),
        Kind("a cell at row 0.xlsx", sheet(row(written("A0", "甲"), number=0)), "no-table"),
        Kind("a cell at no place.xlsx", sheet(row(written("甲1", "甲"))), "unreadable"),
        Kind(
            "columns without end.xlsx",
            sheet(two, before="<cols><col min='1' max='2000000000' width='9'/></cols>"),
            "unknown-form",
        ),
        Kind("220,000 cells.xlsx", sheet(crowd), "too-large", "WORKBENCH_MAX_CELLS"),
        Kind("a million blank cells.xlsx", sheet(two + blank), "unknown-form"),
        Kind("a string that is not there.xlsx", sheet(row(number("A1", 10**9, kind="s"))), "unreadable"),
        Kind(
            "a string of a negative number.xlsx", sheet(row(number("A1", -5, kind="s"), number("B1", 1))), "unreadable"
        ),
        Kind("a style that is not there.xlsx", sheet(row(number("A1", 1, 10**6))), "unreadable"),
        Kind("strings of 200 MB.xlsx", bomb("xlsx", STRINGS, 200_000_000), "too-large"),
        Kind("one long string in 2,000 cells.xlsx", one_string_many_times, "too-large", "max_text_bytes"),
        Kind("100,000 sheets.xlsx", with_sheets(100_000), "too-large"),
        Kind("one sheet 1,500 times.xlsx", with_sheets(1500), "unreadable"),
        Kind(
            "no sheets.xlsx",
            edited("xlsx", BOOK, lambda t: t[: t.index("<sheets>")] + "<sheets/>" + t[t.index("</sheets>") + 9 :]),
            "no-table",
        ),
        Kind(
            "only hidden sheets.xlsx",
            edited("xlsx", BOOK, lambda t: t.replace('state="visible"', 'state="hidden"')),
            "no-table",
        ),
        Kind(
            "a date in the year 270,000.xlsx",
            sheet(row(number("A1", "99999999", 0, "d"), number("B1", "x", 0, "d"))),
            "unreadable",
        ),
        Kind(
            "a number larger than any.xlsx",
            sheet(
                row(number("A1", "1e999"), number("B1", "-1e999")) + row(number("A2", "nan"), number("B2", 1), number=2)
            ),
            "unreadable",
        ),
        Kind(
            "a number of 5,000 digits.xlsx",
            sheet(row(number("A1", "9" * 5000), number("B1", 1)) + row(number("A2", 1), number("B2", 2), number=2)),
            "unreadable",
        ),
        Kind(
            "half a character.xlsx",
            sheet(
                row(written("A1", "_xD800_甲"), written("B1", "_x0000_"))
                + row(written("A2", "丙"), written("B2", "丁"), number=2)
            ),
            "unknown-form",
        ),
        Kind("a format of 300 zeros.xlsx", formatted("0." + "0" * 300), "unknown-form"),
        Kind("a format of half a million brackets.xlsx", formatted("[" * 500_000), "unknown-form"),
        Kind("a format of half a million signs.xlsx", formatted("0#?,." * 100_000), "unknown-form"),
        Kind("a format of half a million conditions.xlsx", formatted("[&gt;1]" * 100_000), "unknown-form"),
        Kind(
            "formulas that go in a circle.xlsx",
            sheet(
                row("<c r='A1'><f>B1</f></c>", "<c r='B1'><f>A1</f></c>")
                + row(number("A2", 1), number("B2", 1), number=2)
            ),
            "unknown-form",
        ),
        Kind(
            "a formula that starts a program.xlsx",
            sheet(
                row("<c r='A1' t='str'><f>cmd|'/c calc'!A0</f><v>甲</v></c>", written("B1", "=cmd|'/c calc'!A0"))
                + row(number("A2", 1), number("B2", 1), number=2)
            ),
            "unknown-form",
        ),
    ]
