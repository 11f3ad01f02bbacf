"""Word files whose body is absurd, or asks for what is outside it."""

from __future__ import annotations

from tests.zoo.kinds import Kind
from tests.zoo.office import BODY, OLE, Make, W, edited, swapped, with_part

KINDS = "http://schemas.openxmlformats.org"
TEMPLATE = (
    f"<Relationships xmlns='{KINDS}/package/2006/relationships'><Relationship Id='r' "
    f"Type='{KINDS}/officeDocument/2006/relationships/attachedTemplate' "
    "Target='http://127.0.0.1:48573/a.dotm' TargetMode='External'/></Relationships>"
).encode()
INCLUSION = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"


def body(content: str) -> Make:
    return with_part("docx", BODY, f"<w:document {W}><w:body>{content}</w:body></w:document>".encode())


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def word_table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def nested_tables(depth: int) -> str:
    content = cell("甲")
    for _ in range(depth):
        content = f"<w:tc>{word_table(content, cell('乙'))}<w:p/></w:tc>"
    return word_table(content)


def kinds() -> list[Kind]:
    section = "<w:p><w:pPr><w:sectPr><w:type w:val='continuous'/></w:sectPr></w:pPr></w:p>"
    return [
        Kind("no body.docx", with_part("docx", BODY, f"<w:document {W}/>".encode()), "unreadable", "no body"),
        Kind("an empty body.docx", body(""), "no-table"),
        Kind("tables nested 70 deep.docx", body(nested_tables(70)), "unknown-form"),
        Kind("tables nested 5,000 deep.docx", body(nested_tables(5000)), "unreadable"),
        Kind(
            "a cell a billion columns wide.docx",
            body(word_table(cell("甲", "<w:gridSpan w:val='1000000000'/>"), cell("乙"))),
            "unknown-form",
        ),
        Kind(
            "a number of 5,000 digits of columns.docx",
            body(word_table(cell("甲", f"<w:gridSpan w:val='{'9' * 5000}'/>"), cell("乙"))),
            "unknown-form",
        ),
        Kind(
            "less than no columns.docx",
            body(word_table(cell("甲", "<w:gridSpan w:val='-5'/>"), cell("乙"))),
            "unknown-form",
        ),
        Kind(
            "cells that go on from nowhere.docx",
            body(word_table(cell("甲", "<w:vMerge/>"), cell("乙", "<w:vMerge/>"))),
            "unknown-form",
        ),
        Kind(
            "4,000 rows of one merged cell.docx",
            body(word_table(*[cell("甲", "<w:vMerge/>") + cell("乙")] * 4000)),
            "unknown-form",
        ),
        Kind(
            "3,000 cells in each of 80 rows.docx",
            body(word_table(*["<w:tc/>" * 3000] * 80)),
            "too-large",
            "WORKBENCH_MAX_CELLS",
        ),
        Kind("a cell of a million digits.docx", body(word_table(cell("9" * 1_000_000) + cell("乙"))), "unknown-form"),
        Kind(
            "a cell of a million blanks.docx",
            body(word_table(cell("甲" + " " * 1_000_000 + "乙") + cell("乙"))),
            "unknown-form",
        ),
        Kind("50,000 sections.docx", body(section * 50_000), "no-table"),
        Kind(
            "3,000 pages.docx",
            body("<w:p><w:r><w:br w:type='page'/><w:t>甲</w:t></w:r></w:p>" * 3000),
            "too-large",
            "max_pages",
        ),
        Kind(
            "a picture and no table.docx",
            body("<w:p><w:r><w:drawing><a:blip xmlns:a='a'/></w:drawing></w:r></w:p>"),
            "no-table",
        ),
        Kind(
            "a field that starts a program.docx",
            edited(
                "docx",
                BODY,
                swapped(
                    "<w:body>",
                    '<w:body><w:p><w:r><w:instrText>DDEAUTO c:\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p>',
                ),
            ),
            None,
        ),
        Kind(
            "a template on the net.docx",
            with_part(
                "docx",
                "word/_rels/settings.xml.rels",
                TEMPLATE,
            ),
            None,
        ),
        Kind(
            "an inclusion of a file.docx",
            edited(
                "docx",
                BODY,
                swapped(
                    "<w:body>",
                    f"<w:body>{INCLUSION}",
                ),
            ),
            None,
        ),
        Kind("macros under a false name.docx", with_part("docx", "word/vbaProject.bin", OLE + bytes(3000)), None),
    ]
