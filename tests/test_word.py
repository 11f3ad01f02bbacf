"""Word files: what they show is read, what they hide is not, and what is left out is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import pytest
from PIL import Image

from tests import written
from tests.opened import BODY, SETTINGS, grids, lines, notes, problem, read, scored
from tests.printed import table
from tests.scans.tables import Table, TableCell, TableRow, owners


def word(path: Path, *rows: list[str]) -> Path:
    document = docx.Document()
    fill(document.add_table(len(rows), len(rows[0])), rows)
    document.save(path)
    return path


def fill(made: docx.table.Table, rows: tuple[list[str], ...]) -> None:
    for row, texts in zip(made.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def run_of(cell, text: str, **marks: str) -> None:
    """A run with marks of its own: ``strike="1"``, ``position="6"``."""
    properties = cell.paragraphs[0].add_run(text)._r.get_or_add_rPr()
    for name, value in marks.items():
        mark = docx.oxml.OxmlElement(f"w:{name}")
        mark.set(docx.oxml.ns.qn("w:val"), value)
        properties.append(mark)


ANCHOR = """<w:r><w:drawing><wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" distT="0" distB="0" distL="0" distR="0" simplePos="0"
xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" relativeHeight="2" behindDoc="0"
locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="column"><wp:posOffset>{x}
</wp:posOffset></wp:positionH><wp:positionV relativeFrom="{of}"><wp:posOffset>{y}</wp:posOffset></wp:positionV>
<wp:extent cx="{cx}" cy="{cy}"/><wp:wrapNone/><wp:docPr id="7" name="s"/><a:graphic><a:graphicData
uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm><a:off
x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr
val="FFFFFF"/></a:solidFill></wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"""
"""A white rectangle in front of the text; LibreOffice shows nothing of what it lies over."""

VML = """<w:r><w:pict><v:rect xmlns:v="urn:schemas-microsoft-com:vml" fillcolor="white" stroked="f"
style="position:absolute;margin-left:{x}pt;margin-top:{y}pt;width:{cx}pt;height:{cy}pt;z-index:1"/></w:pict></w:r>"""

POINT = 12_700
"""Units of drawings."""


def in_front(x: int, y: int, wide: int, high: int, of: str = "paragraph") -> str:
    """A white rectangle; its place and size are points."""
    return ANCHOR.format(x=x * POINT, y=y * POINT, cx=wide * POINT, cy=high * POINT, of=of).replace("\n</", "</")


def sure_rows(path: Path, at: str, drawing: str) -> list[list[bool]]:
    """Which cells are sure of a table with six rows, where a drawing stands in the paragraph ``at``."""
    document = docx.Document()
    document.add_paragraph("前")
    fill(document.add_table(6, 2), tuple([f"{row}1", f"{row}2"] for row in range(6)))
    document.add_paragraph("后")
    document.save(path)
    written.edited(
        path, BODY, lambda xml: xml.replace(f"<w:r><w:t>{at}</w:t></w:r>", f"<w:r><w:t>{at}</w:t></w:r>{drawing}")
    )
    (page,) = read(path)
    cells = page.content.grids[0].cells
    return [[cell.confidence.overall == 1.0 for cell in cells if cell.row == row] for row in range(6)]


BOTH, NONE = [True, True], [False, False]


class TestFloatingDrawings:
    """A number under a floating shape was read as if nothing lay over it, unless the shape stood in its own cell."""

    @pytest.mark.parametrize(
        ("at", "drawing", "sure"),
        [
            ("前", in_front(0, 30, 300, 20), [NONE] * 4 + [BOTH] * 2),
            ("后", in_front(0, -20, 300, 15), [BOTH] * 4 + [NONE] * 2),
            ("前", in_front(0, -20, 100, 25), [BOTH] * 6),  # a caption beside the title
            ("31", in_front(0, 0, 40, 8), [BOTH] * 3 + [[False, True], [False, True], BOTH]),
            ("31", in_front(150, 0, 300, 8), [BOTH] * 3 + [NONE, NONE, BOTH]),
            ("31", in_front(0, 0, 40, 8, of="page"), [NONE] * 6),
            ("前", VML.format(x=0, y=30, cx=300, cy=20), [NONE] * 4 + [BOTH] * 2),
        ],
    )
    def test_a_number_under_a_shape_is_doubted_wherever_the_shape_hangs(self, tmp_path, at, drawing, sure):
        assert sure_rows(tmp_path / "a.docx", at, drawing) == sure

    def test_a_seal_whose_place_is_on_the_page_is_said_of_the_document(self, tmp_path):
        seal = in_front(0, 0, 100, 100, of="page").replace("<wps:wsp>", "<a:blip/><wps:wsp>")
        assert sure_rows(tmp_path / "a.docx", "后", seal) == [BOTH] * 6
        assert "picture-skipped" in [note.code for note in notes(tmp_path / "a.docx")]


class TestWord:
    @pytest.mark.parametrize(
        "marks", [{"position": "6"}, {"rStyle": "FootnoteReference"}, {"vertAlign": "superscript"}]
    )
    def test_the_mark_of_a_note_is_no_figure_however_it_is_raised(self, tmp_path, marks):
        """LibreOffice raises by position: 3¹ was read as 31."""
        document = docx.Document()
        cell = document.add_table(1, 2).rows[0].cells[1]
        cell.paragraphs[0].add_run("3")
        run_of(cell, "1", **marks)
        document.save(tmp_path / "a.docx")
        assert grids(tmp_path / "a.docx") == [[["", "3¹"]]]

    def test_a_figure_that_is_struck_out_is_not_joined_with_its_correction(self, tmp_path):
        """5 struck out, and 6 beside it, was read as 56."""
        document = docx.Document()
        cell = document.add_table(1, 2).rows[0].cells[1]
        run_of(cell, "5", strike="1")
        cell.paragraphs[0].add_run("6")
        document.save(tmp_path / "a.docx")
        (page,) = read(tmp_path / "a.docx")
        found = page.content.grids[0].cells[1]
        assert (found.text, found.confidence.overall < 0.8) == ("6", True)

    def test_several_tables_are_several_grids_with_the_lines_between(self, tmp_path):
        document = docx.Document()
        for number in (1, 2):
            document.add_paragraph(f"表{number}")
            fill(document.add_table(1, 2), (["甲", f"{number}"],))
        document.save(tmp_path / "a.docx")
        (page,) = read(tmp_path / "a.docx")
        assert grids(tmp_path / "a.docx") == [[["甲", "1"]], [["甲", "2"]]]
        first, second = page.content.grids
        tops = [line.polygon[0][1] for line in page.content.loose_lines]
        assert tops[0] < first.cells[0].polygon[0][1] < tops[1] < second.cells[0].polygon[0][1]

    def test_a_page_break_starts_a_page_and_a_form_goes_on_over_it(self, tmp_path):
        printed = table("example_project_1")
        row = next(n for n, line in enumerate(printed.rows) if line.section == "indicators" and line.header) + 4
        upper, lower = cut(printed, row)
        document = docx.Document()
        document.add_paragraph(printed.title)
        document.add_paragraph(printed.subtitle)
        written.add_word_table(document, upper)
        written.add_page_break(document)
        written.add_word_table(document, lower)
        document.save(tmp_path / "a.docx")
        pages = [page.content for page in read(tmp_path / "a.docx")]
        assert [page.number for page in pages] == [1, 2]
        assert scored(pages, "example_project_1").misses == ()

    def test_a_new_section_starts_a_page_unless_it_goes_on(self, tmp_path):
        for kind, pages in ((docx.enum.section.WD_SECTION.NEW_PAGE, 2), (docx.enum.section.WD_SECTION.CONTINUOUS, 1)):
            document = docx.Document()
            fill(document.add_table(1, 2), (["甲", "1"],))
            document.add_section(kind)
            fill(document.add_table(1, 2), (["乙", "2"],))
            document.save(tmp_path / "a.docx")
            assert len(read(tmp_path / "a.docx")) == pages

    def test_figures_of_a_table_inside_a_cell_are_doubted(self, tmp_path):
        document = docx.Document()
        outer = document.add_table(1, 3)
        fill(outer, (["得分", "", "9.5"],))
        fill(outer.cell(0, 1).add_table(1, 2), (["10", "9"],))
        document.save(tmp_path / "a.docx")
        (page,) = read(tmp_path / "a.docx")
        sure = [cell.confidence.overall == 1.0 for cell in page.content.grids[0].cells]
        assert (grids(tmp_path / "a.docx"), sure) == ([[["得分", "10\n9", "9.5"]]], [True, False, True])

    def test_tracked_changes_show_what_was_inserted_and_not_what_was_deleted(self, tmp_path):
        path = word(tmp_path / "a.docx", ["得分", "9X8"])
        inserted = '</w:t></w:r><w:ins w:author="a"><w:r><w:t>5</w:t></w:r></w:ins>'
        deleted = '<w:del w:author="a"><w:r><w:delText>0</w:delText></w:r></w:del><w:r><w:t>'
        written.edited(path, BODY, lambda xml: xml.replace("X", inserted + deleted))
        assert grids(path) == [[["得分", "958"]]]

    def test_a_deleted_row_is_not_there_and_is_said_to_be_deleted(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "1"], ["乙", "2"])
        first = '<w:tr><w:trPr><w:del w:author="a"/></w:trPr>'
        texts = ("<w:r><w:t>甲</w:t></w:r>", "<w:r><w:t>1</w:t></w:r>")

        def delete(xml: str) -> str:
            for run in texts:
                xml = xml.replace(run, f'<w:del w:author="a">{run.replace("w:t>", "w:delText>")}</w:del>', 1)
            return xml.replace("<w:tr>", first, 1)

        written.edited(path, BODY, delete)
        assert grids(path) == [[["乙", "2"]]]
        (note,) = notes(path)
        assert (note.code, note.severity) == ("rows-deleted", "warning")
        assert "甲1" in note.message

    @pytest.mark.parametrize("mark", ['<w:del w:author="a"/>', "<w:hidden/>"])
    def test_a_row_that_is_marked_off_and_whose_text_is_not_is_shown_and_unsure(self, tmp_path, mark):
        """LibreOffice shows such rows; they were left out without a word."""
        path = word(tmp_path / "a.docx", ["甲", "1"], ["乙", "2"])
        written.edited(path, BODY, lambda xml: xml.replace("<w:tr>", f"<w:tr><w:trPr>{mark}</w:trPr>", 1))
        (page,) = read(path)
        cells = page.content.grids[0].cells
        assert [cell.text for cell in cells] == ["甲", "�", "乙", "2"]
        assert [cell.confidence.overall == 1.0 for cell in cells] == [True, False, True, True]

    def test_a_row_that_is_hidden_with_its_text_is_not_there(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "1"], ["乙", "2"])

        def hide(xml: str) -> str:
            head, last = xml.split("</w:tr>", 1)
            head = head.replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>")
            return head.replace("<w:tr>", "<w:tr><w:trPr><w:hidden/></w:trPr>") + "</w:tr>" + last

        written.edited(path, BODY, hide)
        assert (grids(path), notes(path)) == ([[["乙", "2"]]], [])

    def test_content_controls_are_looked_into(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "1"], ["乙", "2"])

        def wrap(xml: str) -> str:
            xml = xml.replace("<w:tr>", "<w:sdt><w:sdtContent><w:tr>", 1)
            return xml.replace("</w:tr>", "</w:tr></w:sdtContent></w:sdt>", 1)

        written.edited(path, BODY, wrap)
        assert grids(path) == [[["甲", "1"], ["乙", "2"]]]

    def test_hidden_text_and_field_codes_are_not_shown(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "1X2"])
        hidden = "</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r><w:r><w:instrText>=7</w:instrText></w:r>"
        written.edited(path, BODY, lambda xml: xml.replace("X", hidden + "<w:r><w:t>"))
        assert grids(path) == [[["甲", "12"]]]

    def test_a_raised_digit_is_no_digit(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "10X"])
        raised = '</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2'
        written.edited(path, BODY, lambda xml: xml.replace("X", raised))
        assert grids(path) == [[["甲", "10²"]]]

    def test_signs_of_the_symbol_typeface_are_known_and_others_are_doubtful(self, tmp_path):
        path = word(tmp_path / "a.docx", ["X90%", "Y90%"])
        sign = '</w:t></w:r><w:r><w:sym w:font="{}" w:char="F0B3"/></w:r><w:r><w:t>'
        symbol, other = (sign.format(typeface) for typeface in ("Symbol", "Wingdings"))
        written.edited(path, BODY, lambda xml: xml.replace("X", symbol).replace("Y", other))
        known, other = read(path)[0].content.grids[0].cells
        assert (known.text, known.confidence.overall) == ("≥90%", 1.0)
        assert other.confidence.overall < SETTINGS.review_threshold

    def test_a_table_in_a_cell_is_the_cells_text_with_its_numbers_apart(self, tmp_path):
        document = docx.Document()
        outer = document.add_table(3, 2)
        fill(outer, (["指标", "完成"], ["甲", ""], ["乙", "2"]))
        fill(outer.cell(1, 1).add_table(1, 2), (["100", "200"],))
        document.save(tmp_path / "a.docx")
        assert grids(tmp_path / "a.docx") == [[["指标", "完成"], ["甲", "100\n200"], ["乙", "2"]]]

    def test_a_table_that_only_lays_out_the_page_is_looked_through(self, tmp_path):
        document = docx.Document()
        frame = document.add_table(1, 1)
        frame.cell(0, 0).text = "绩效自评表"
        fill(frame.cell(0, 0).add_table(2, 2), (["甲", "1"], ["乙", "2"]))
        document.save(tmp_path / "a.docx")
        assert grids(tmp_path / "a.docx") == [[["甲", "1"], ["乙", "2"]]]
        assert lines(tmp_path / "a.docx") == ["绩效自评表"]

    def test_cells_that_word_leaves_out_at_the_ends_of_a_row_are_empty(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "1", "2"], ["乙", "3", "4"])

        def narrow(xml: str) -> str:
            head, last = xml.rsplit("<w:tr>", 1)
            cell = last[last.index("<w:tc>") : last.index("</w:tc>") + len("</w:tc>")]
            return f'{head}<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{last.replace(cell, "", 1)}'

        written.edited(path, BODY, narrow)
        assert grids(path) == [[["甲", "1", "2"], ["", "3", "4"]]]

    def test_text_boxes_and_pictures_are_left_out_and_said_to_be(self, tmp_path):
        path = word(tmp_path / "a.docx", ["甲", "1X"])
        box = (
            '</w:t></w:r><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
            "<w:p><w:r><w:t>框内≥5</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r><w:r><w:t>"
        )
        written.edited(path, BODY, lambda xml: xml.replace("X", box))
        assert grids(path) == [[["甲", "1"]]]
        (note,) = notes(path)
        assert (note.code, note.severity) == ("text-box-skipped", "warning")
        assert "框内≥5" in note.message

    def test_a_number_that_word_counts_itself_is_not_an_empty_cell(self, tmp_path):
        path = word(tmp_path / "a.docx", ["", "目标"])
        numbered = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p>'
        written.edited(path, BODY, lambda xml: xml.replace("<w:p><w:r/></w:p>", numbered, 1))
        first = read(path)[0].content.grids[0].cells[0]
        assert (first.text, first.state, first.confidence.overall) == ("", "unread", 0.0)

    def test_a_link_to_a_picture_that_is_not_there_does_no_harm(self, tmp_path):
        """As WPS writes them; libraries for Word give up on such a file."""
        path = word(tmp_path / "a.docx", ["甲", "1"])
        image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        link = f'<Relationship Id="rId99" Type="{image}" Target="NULL"/></Relationships>'
        written.edited(path, "word/_rels/document.xml.rels", lambda xml: xml.replace("</Relationships>", link))
        with pytest.raises(KeyError):
            docx.Document(path)
        assert grids(path) == [[["甲", "1"]]]

    def test_pictures_of_pages_are_sent_to_ocr_by_way_of_pdf(self, tmp_path):
        Image.new("L", (400, 500), 255).save(tmp_path / "p.png")
        document = docx.Document()
        document.add_picture(str(tmp_path / "p.png"))
        document.save(tmp_path / "a.docx")
        found = problem(tmp_path / "a.docx")
        assert found.reason == "no-table"
        assert "save it as PDF" in found.detail


def cut(printed: Table, row: int) -> tuple[Table, Table]:
    """A table as two: merged cells over the cut are printed on both sides."""
    parts = []
    for start, stop in ((0, row), (row, len(printed.rows))):
        rows: list[TableRow] = []
        lines = owners(printed.rows, len(printed.widths))
        for number in range(start, stop):
            cells = []
            for placed in dict.fromkeys(lines[number]):
                if placed.row == number or (number == start and placed.row < start):
                    shown = range(max(placed.row, start), min(placed.rows.stop, stop))
                    cells.append(TableCell(placed.cell.text, len(shown), placed.cell.colspan))
            rows.append(TableRow(tuple(cells)))
        parts.append(replace(printed, rows=tuple(rows)))
    return parts[0], parts[1]
