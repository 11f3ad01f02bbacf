"""Constructions of Word files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx

from tests import written
from tests.opened import BODY
from tests.shown import Construction, Shown, apart, lowered, nothing, raised, unsettled, whole, without


def _style(kind: str, name: str, look: str = "", based_on: str = "", paragraph: str = "") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    inside = f'<w:name w:val="{name.lower()}"/>{base}<w:pPr>{paragraph}</w:pPr><w:rPr>{look}</w:rPr>'
    return f'<w:style w:type="{kind}" w:styleId="{name}">{inside}</w:style>'


STYLES = "".join(
    (
        _style("character", "Struck", "<w:strike/>"),
        _style("character", "StruckToo", based_on="Struck"),
        _style("character", "Unstruck", '<w:strike w:val="0"/>', "Struck"),
        _style("character", "Gone", "<w:vanish/>"),
        _style("character", "Up", '<w:vertAlign w:val="superscript"/>'),
        _style("character", "UpToo", "<w:b/>", "Up"),
        _style("character", "Lift", '<w:position w:val="8"/>'),
        _style("character", "White", '<w:color w:val="FFFFFF"/>'),
        _style("character", "Round", based_on="Round"),
        _style("paragraph", "StruckLine", "<w:strike/>"),
        _style("paragraph", "GoneLine", "<w:vanish/>"),
        _style("paragraph", "CountedLine", paragraph='<w:numPr><w:numId w:val="901"/></w:numPr>'),
    )
)


def _list(number: int, kind: str, text: str) -> str:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
    return f'<w:abstractNum w:abstractNumId="{number}">{level}</w:abstractNum>'


LISTS = _list(901, "decimal", "%1.") + _list(902, "bullet", "•")
NUMBERS = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in (901, 902))

NAMESPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


def run(text: str, look: str = "") -> str:
    """A run with properties of its own."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""


def line(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def field(code: str, result: str | None, begin: str = "") -> str:
    """A field whose code and result are runs."""
    end = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
    code = code if code.startswith("<") else f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    begins = f'<w:r><w:fldChar w:fldCharType="begin" {begin}/></w:r>'
    return f'{begins}{code}{end}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _fill(colour: str) -> str:
    return f"<w14:textFill><w14:solidFill>{colour}</w14:solidFill></w14:textFill>"


def _looks(look: str, shown: Shown) -> Construction:
    return Construction(look, lambda a, x, b: line(run(a) + run(x, look) + run(b)), shown)


def _around(name: str, before: str, after: str, shown: Shown) -> Construction:
    """Elements around the run in the middle, or in its place."""
    return Construction(name, lambda a, x, b: line(run(a) + before + run(x) + after + run(b)), shown)


def _between(name: str, markup: str, shown: Shown) -> Construction:
    return Construction(name, lambda a, x, b: line(run(a) + markup.replace("X", x) + run(b)), shown)


def _lined(name: str, properties: str, shown: Shown, look: str = "") -> Construction:
    return Construction(name, lambda a, x, b: line(run(a + x, look) + run(b, look), properties), shown)


def _math(markup: str) -> str:
    return f"<m:oMath>{markup}</m:oMath>"


NOTE = '<w:r><w:rPr><w:rStyle w:val="Up"/></w:rPr><w:footnoteReference w:id="1"/></w:r>'


def _ways(markup: str) -> str:
    return f"<mc:AlternateContent>{markup}</mc:AlternateContent>"


CONSTRUCTIONS: tuple[Construction, ...] = (
    *(_looks(look, without) for look in ("<w:strike/>", "<w:dstrike/>", '<w:rStyle w:val="Struck"/>', "<w:vanish/>")),
    *(_looks(f'<w:rStyle w:val="{style}"/>', without) for style in ("StruckToo", "Gone")),
    *(_looks(f'<w:rStyle w:val="{style}"/>', raised) for style in ("Up", "UpToo", "Lift", "FootnoteReference")),
    *(_looks(f'<w:rStyle w:val="{style}"/>', whole) for style in ("Unstruck", "Round", "NotThere")),
    _looks('<w:vertAlign w:val="superscript"/>', raised),
    _looks('<w:vertAlign w:val="subscript"/>', lowered),
    _looks('<w:position w:val="6"/>', raised),
    _looks('<w:position w:val="-6"/>', lowered),
    _looks('<w:strike w:val="0"/>', whole),
    _looks('<w:rStyle w:val="Struck"/><w:strike w:val="false"/>', whole),
    _looks('<w:rStyle w:val="Up"/><w:vertAlign w:val="baseline"/>', whole),
    _looks("<w:b/><w:u w:val='single'/><w:color w:val='FF0000'/><w:sz w:val='32'/>", whole),
    _looks('<w:shd w:val="clear" w:fill="000000"/><w:color w:val="FFFFFF"/>', whole),
    _looks('<w:shd w:val="pct15" w:color="auto" w:fill="auto"/><w:color w:val="000000"/>', whole),
    _looks('<w14:textOutline w14:w="9525"><w14:noFill/></w14:textOutline><w:highlight w:val="red"/>', whole),
    *(
        _looks(look, unsettled)
        for look in (
            '<w:rStyle w:val="White"/>',
            '<w:color w:val="FFFFFE"/>',
            '<w:color w:val="auto" w:themeColor="background1"/>',
            '<w:shd w:val="clear" w:fill="111111"/><w:color w:val="000000"/>',
            '<w:highlight w:val="black"/><w:color w:val="000000"/>',
            '<w:highlight w:val="darkBlue"/><w:color w:val="000080"/>',
            '<w:shd w:val="pct95" w:color="000000" w:fill="FFFFFF"/><w:color w:val="000000"/>',
            '<w:shd w:val="solid" w:color="111111" w:fill="FFFFFF"/><w:color w:val="000000"/>',
            '<w:fitText w:val="20" w:id="1"/>',
            '<w14:textOutline w14:w="127000"><w14:solidFill/></w14:textOutline>',
            '<w14:shadow w14:dist="127000"/>',
            '<w14:reflection w14:stA="100000"/>',
            '<w:sz w:val="2"/>',
            '<w:w w:val="1"/>',
            '<w:spacing w:val="-400"/>',
            "<w:rtl/>",
            "<w:webHidden/>",
            "<w:specVanish/>",
            '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>',
            '<w:eastAsianLayout w:combine="1"/>',
            "<w14:textFill><w14:noFill/></w14:textFill>",
            _fill('<w14:srgbClr w14:val="FFFFFF"/>'),
            _fill('<w14:schemeClr w14:val="bg1"/>'),
            _fill('<w14:srgbClr w14:val="000000"><w14:alpha w14:val="99000"/></w14:srgbClr>'),
            "<w14:newEffect/>",
        )
    ),
    _around("deleted", '<w:del w:author="a">', "</w:del>", without),
    _around("moved away", '<w:moveFrom w:author="a">', "</w:moveFrom>", without),
    _around("inserted", '<w:ins w:author="a">', "</w:ins>", whole),
    _around("content control", "<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", whole),
    _around("hint", "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>", "</w:sdtContent></w:sdt>", unsettled),
    _around("bound", "<w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr><w:sdtContent>", "</w:sdtContent></w:sdt>", unsettled),
    _around("turned", '<w:bdo w:val="rtl">', "</w:bdo>", unsettled),
    _around("link", "<w:hyperlink>", "</w:hyperlink>", whole),
    _around("simple field", '<w:fldSimple w:instr="MERGEFIELD a">', "</w:fldSimple>", whole),
    _around("date field", '<w:fldSimple w:instr="DATE">', "</w:fldSimple>", unsettled),
    _between("tab", "<w:r><w:tab/><w:t>X</w:t></w:r>", lambda a, x, b: f"{a} {x}{b}"),
    _between("tab to a place", "<w:r><w:ptab/><w:t>X</w:t></w:r>", lambda a, x, b: f"{a} {x}{b}"),
    _between("line end", "<w:r><w:br/></w:r><w:r><w:t>X</w:t><w:br/></w:r>", apart),
    _between("comment", '<w:commentRangeStart w:id="1"/>', without),
    Construction("note", lambda a, x, b: line(run(a + x + b) + NOTE), whole),
    Construction("note between figures", lambda a, x, b: line(run(f"{a}{x}0") + NOTE + run(f"5{b}")), unsettled),
    _between("note on the line", '<w:r><w:footnoteReference w:id="1"/></w:r>', unsettled),
    _between("day", "<w:r><w:dayLong/></w:r>", unsettled),
    _between("sign", '<w:r><w:sym w:font="Wingdings" w:char="F08C"/></w:r>', unsettled),
    _between("private character", "<w:r><w:t>\uf039</w:t></w:r>", unsettled),
    _between("formula", _math("<m:r><m:t>X</m:t></m:r>"), whole),
    _between("power", _math("<m:sSup><m:e/><m:sup><m:r><m:t>X</m:t></m:r></m:sup></m:sSup>"), unsettled),
    _between("brackets", _math("<m:d><m:e><m:r><m:t>X</m:t></m:r></m:e></m:d>"), unsettled),
    _between("phantom", _math("<m:phant><m:e><m:r><m:t>X</m:t></m:r></m:e></m:phant>"), unsettled),
    _between(
        "guide", f"<w:r><w:ruby><w:rt>{run('4')}</w:rt><w:rubyBase>{run('X')}</w:rubyBase></w:ruby></w:r>", unsettled
    ),
    _between("field", field("MERGEFIELD a", run("X")), whole),
    _between("field in a code", field(f"{field('=1', run('X'))}", run("4")), lambda a, x, b: f"{a}4{b}"),
    _between("field to be updated", field("=1", run("X"), 'w:dirty="true"'), unsettled),
    _between("field of the page", field("PAGE", run("X")), unsettled),
    _between("drawn field", field("EQ \\f(1,2)", None), unsettled),
    _between("drawn field with a result", field("EQ \\f(1,2)", run("X")), unsettled),
    _between("box to tick", field("FORMDROPDOWN", None), unsettled),
    _between("entry of an index", field("TC 4", None), without),
    _between("picture", "<w:r><w:drawing><wp:inline/></w:drawing></w:r>", unsettled),
    _between("floating picture", "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>", unsettled),
    _between("picture behind", '<w:r><w:drawing><wp:anchor behindDoc="1"/></w:drawing></w:r>', without),
    _between("old picture", "<w:r><w:pict><v:shape/></w:pict></w:r>", unsettled),
    _between("object", "<w:r><w:object/></w:r>", unsettled),
    _between("two ways", _ways(f"<mc:Choice>{run('4')}</mc:Choice><mc:Fallback>{run('X')}</mc:Fallback>"), unsettled),
    _between("one way", _ways(f"<mc:Choice>{run('X')}</mc:Choice>"), unsettled),
    _lined("struck line", '<w:pStyle w:val="StruckLine"/>', nothing),
    _lined("struck twice", '<w:pStyle w:val="StruckLine"/>', unsettled, '<w:rStyle w:val="Struck"/>'),
    _lined("struck and not", '<w:pStyle w:val="StruckLine"/>', whole, '<w:strike w:val="0"/>'),
    _lined("hidden line", '<w:pStyle w:val="GoneLine"/>', nothing),
    _lined("counted", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="901"/></w:numPr>', unsettled),
    _lined("counted by style", '<w:pStyle w:val="CountedLine"/>', unsettled),
    _lined("not counted", '<w:pStyle w:val="CountedLine"/><w:numPr><w:numId w:val="0"/></w:numPr>', whole),
    _lined("marked", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="902"/></w:numPr>', whole),
    _looks(_fill('<w14:schemeClr w14:val="tx1"/>'), whole),
    _lined("frame", '<w:framePr w:w="10" w:hAnchor="page" w:x="1"/>', unsettled),
    _lined("off the cell", '<w:ind w:left="-9000"/>', unsettled),
    _lined("hanging", '<w:ind w:left="200" w:hanging="420"/>', whole),
    _lined("raised as a whole", "", whole, '<w:position w:val="6"/>'),
    _lined("other direction", "<w:bidi/>", unsettled),
    _lined("low lines", '<w:spacing w:line="20" w:lineRule="exact"/>', unsettled),
    _lined("white on dark", '<w:shd w:val="clear" w:fill="202020"/>', whole, '<w:color w:val="FFFFFF"/>'),
)


def write(path: Path, cells: list[str]) -> Path:
    """A Word file with a table: the number of a cell, and the cell."""
    document = docx.Document()
    document.add_paragraph("x", style="List Bullet")  # so that the file has lists
    table = document.add_table(len(cells), 2)
    for number, row in enumerate(table.rows):
        row.cells[0].text, row.cells[1].text = f"N{number}N", f"@{number}@"
    document.save(path)

    def fill(xml: str) -> str:
        xml = _declare(xml)
        for number, cell in enumerate(cells):
            xml = xml.replace(f"<w:p><w:r><w:t>@{number}@</w:t></w:r></w:p>", cell)
        return xml

    written.edited(path, BODY, fill)
    written.edited(path, "word/styles.xml", lambda xml: xml.replace("</w:styles>", STYLES + "</w:styles>"))
    first = "<w:num "
    written.edited(path, "word/numbering.xml", lambda xml: xml.replace(first, LISTS + first, 1))
    written.edited(path, "word/numbering.xml", lambda xml: xml.replace("</w:numbering>", NUMBERS + "</w:numbering>"))
    return _with_note(path)


def _with_note(path: Path) -> Path:
    """Add the note that the constructions refer to: LibreOffice opens no file that lacks it."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    link = f'<Relationship Id="rId901" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    override = f'<Override PartName="/word/footnotes.xml" ContentType="{content}"/></Types>'
    written.edited(path, "word/_rels/document.xml.rels", lambda xml: xml.replace("</Relationships>", link))
    written.edited(path, "[Content_Types].xml", lambda xml: xml.replace("</Types>", override))
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(path, "a") as package:
        note = f'<w:footnote w:id="1">{line(run("note"))}</w:footnote>'
        package.writestr("word/footnotes.xml", f"<w:footnotes {namespace}>{note}</w:footnotes>")
    return path


def _declare(xml: str) -> str:
    """Add the namespaces that the document does not name yet."""
    missing = [part for part in NAMESPACES.split(" ") if part.partition("=")[0] + "=" not in xml]
    return xml.replace("<w:document ", f"<w:document {' '.join(missing)} ", 1)
