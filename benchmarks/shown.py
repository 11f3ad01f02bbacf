"""What LibreOffice and Chromium draw of the cells in `tests.shown`: ``python -m benchmarks.shown``.

The PDFs are read back as text, which knows what is drawn and in which order, but neither crossing out nor height:
raised and lowered figures count as figures here, and what is struck out may stand or not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.shown import VALUES, excel, html, without, word

Expected = tuple[str, Sequence[str], str | None]
"""Name of a construction, its parts, what it says is shown."""


def main() -> None:
    """Draw every kind of file whose program is installed, and list the cells that are drawn otherwise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cells = [construction.make(*parts) for construction in html.CONSTRUCTIONS for parts in VALUES]
        (folder / "web.html").write_text(html.page(cells), "utf-8")
        word.write(folder / "word.docx", [one.make(*parts) for one in word.CONSTRUCTIONS for parts in VALUES])
        excel.write(folder / "excel.xlsx")
        for file, expected in (
            ("web.html", _in_order(html.CONSTRUCTIONS)),
            ("word.docx", _in_order(word.CONSTRUCTIONS)),
            ("excel.xlsx", [_of_sheet(*case) for case in excel.cases()]),
        ):
            pdf = _drawn(folder / file)
            print(*(_compared(file, expected, _texts(pdf)) if pdf else [f"{file}: no program to draw it"]), sep="\n")


def _in_order(constructions: Sequence[html.Construction]) -> list[Expected]:
    return [(one.name, parts, one.shown(*parts)) for one in constructions for parts in VALUES]


def _of_sheet(construction: excel.InSheet, value: object) -> Expected:
    parts = value if isinstance(value, tuple) else (value,)
    return construction.name, [str(part) for part in parts], construction.shown(*parts)


def _drawn(path: Path) -> Path | None:
    """The file as a PDF of the program that people see it in."""
    pdf = path.with_suffix(".pdf")
    if path.suffix == ".html":
        program, command = (
            "chromium",
            ["--headless", "--no-sandbox", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", path.as_uri()],
        )
    else:
        program, command = "soffice", ["--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    if not shutil.which(program) or not shutil.which("pdftotext"):
        return None
    subprocess.run([program, *command], check=True, capture_output=True, timeout=300)
    return pdf


def _texts(pdf: Path) -> dict[int, str]:
    """What stands behind the number of each cell, without white space."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    parts = re.split(r"N(\d+)N", text)
    return {int(number): re.sub(r"\s+", "", behind) for number, behind in zip(parts[1::2], parts[2::2], strict=True)}


def _compared(file: str, expected: Sequence[Expected], drawn: Mapping[int, str]) -> Iterator[str]:
    """The cells that are drawn otherwise, and how many are drawn as they were said to be."""
    same = unsettled = 0
    for number, (name, parts, shown) in enumerate(expected):
        found = _plain(drawn.get(number, ""))
        may_be_struck = shown == "" or (len(parts) == 3 and shown == without(*parts))
        if shown is None:
            unsettled += 1
        elif found == _plain(shown) or (may_be_struck and found == _plain("".join(parts))):
            same += 1
        else:
            yield f"{file}: {name} of {'|'.join(parts)} is said to show {shown!r}, drawn is {found!r}"
    yield f"{file}: {same} drawn as said, {unsettled} not settled by the file, of {len(expected)}"


def _plain(text: str) -> str:
    """Without white space, marks of lists and heads of columns; raised and lowered figures as figures."""
    return unicodedata.normalize("NFKC", re.sub(r"[\s•甲乙丙]", "", text))


if __name__ == "__main__":
    main()
