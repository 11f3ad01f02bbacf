"""A small OFD with a little of everything that the reader knows (GB/T 33190-2016)."""

from __future__ import annotations

import re

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
OFD_PAGE = (
    '<ofd:TextObject ID="1" Boundary="9 9 60 5" Font="1" Size="3.5" CTM="1 0 0 1 0 0"><ofd:FillColor Value="0 0 0"/>'
    '<ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><ofd:Glyphs>5</ofd:Glyphs></ofd:CGTransform>'
    '<ofd:TextCode X="0" Y="4" DeltaX="g 2 3.5 1">甲乙12</ofd:TextCode></ofd:TextObject>'
    '<ofd:PathObject ID="2" Boundary="0 0 9 9" LineWidth="0.3" Fill="true" Rule="Even-Odd"><ofd:Clips><ofd:Clip>'
    '<ofd:Area><ofd:Path Boundary="0 0 9 9"><ofd:AbbreviatedData>M 0 0 L 9 0 L 9 9 C</ofd:AbbreviatedData></ofd:Path>'
    "</ofd:Area></ofd:Clip></ofd:Clips><ofd:AbbreviatedData>S 0 0 L 9 0 Q 1 2 3 4 B 1 2 3 4 5 6 A 2 2 0 0 1 4 4 C"
    '</ofd:AbbreviatedData></ofd:PathObject><ofd:ImageObject ID="3" ResourceID="5" Boundary="1 1 9 9"/>'
    '<ofd:CompositeObject ID="4" ResourceID="6" Boundary="0 0 9 9" Alpha="99"/>'
)
OFD_PARTS = {
    "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {OFD}><ofd:Template TemplateID="7"/><ofd:Content><ofd:Layer ID="8">'
    f"{OFD_PAGE}</ofd:Layer></ofd:Content></ofd:Page>",
    "Doc_0/Res.xml": f'<ofd:Res {OFD} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="1" FontName="宋体"/></ofd:Fonts>'
    '<ofd:MultiMedias><ofd:MultiMedia ID="5"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>'
    '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="6"><ofd:Content>'
    '<ofd:PathObject ID="2" Boundary="0 0 9 9"><ofd:AbbreviatedData>M 0 0 L 9 0</ofd:AbbreviatedData></ofd:PathObject>'
    "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>",
    "Doc_0/Document.xml": f"<ofd:Document {OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 90 90"
    '</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>Res.xml</ofd:PublicRes><ofd:TemplatePage ID="7" BaseLoc="T.xml"/>'
    '</ofd:CommonData><ofd:Pages><ofd:Page ID="9" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
    "<ofd:Annotations>N.xml</ofd:Annotations></ofd:Document>",
    "OFD.xml": f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
    "<ofd:Signatures>Doc_0/S.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>",
    "Doc_0/N.xml": f'<ofd:Annotations {OFD}><ofd:Page PageID="9"><ofd:FileLoc>A.xml</ofd:FileLoc></ofd:Page>'
    "</ofd:Annotations>",
    "Doc_0/A.xml": f'<ofd:PageAnnot {OFD}><ofd:Annot Type="Stamp"><ofd:Appearance Boundary="1 1 9 9">{OFD_PAGE}'
    "</ofd:Appearance></ofd:Annot></ofd:PageAnnot>",
    "Doc_0/S.xml": f'<ofd:Signatures {OFD}><ofd:Signature BaseLoc="S1.xml"/></ofd:Signatures>',
    "Doc_0/S1.xml": f'<ofd:Signature {OFD}><ofd:SignedInfo><ofd:StampAnnot PageRef="9" Boundary="1 1 9 9"/>'
    "</ofd:SignedInfo><ofd:SignedValue>V.dat</ofd:SignedValue></ofd:Signature>",
    "Doc_0/T.xml": f"<ofd:Page {OFD}><ofd:Content><ofd:Layer/></ofd:Content></ofd:Page>",
}
"""The parts of a small OFD, each of which the fuzzer may write: the first byte of an input says which."""

VALUE = re.compile(r'(?<==")[^"]*(?=")|(?<=>)[^<]+(?=<)')
"""A value in a part: an attribute's, or a text."""

ODD = (
    "", " ", "0", "-0", "1", "-1", "2", "3", "5", "6", "7", "8", "9", "99", "255", "256", "65535", "65536",
    "4294967296", "1e9", "1e99", "1e309", "-1e309", "NaN", "INF", "0x1F", "1,5", "1 1", "0 0 0 0", "0 0 90 90",
    "9 9 -60 5", "0 0 1e9 1e9", "1e-300 0 0 1e-300 0 0", "0 0 0 0 0 0", "0 1 -1 0 9 9", "-1 0 0 -1 0 0", "1 2 3",
    "255 0 0", "#1 #2 #3", "g 2 3.5", "g 9 1", "g 99999999 1", "g -1 1", "g", "g g", "g 1 1 g 1 1 g 1 1", "true",
    "false", "True", "甲", "甲乙12≥90%", "\u200b", "\ufffd", "M", "M 0 0 L 9 0", "S 0 0", "L 1", "A 0 0 0 0 0 9 9",
    "A 1e9 1e-9 720 1 1 9 9", "Q 1 2", "B 1 2 3 4 5 6", "C C C", "M 0 0 L 1e30 1e30 C", "Body", "Background", "Stamp",
    "Watermark", "Even-Odd", "NonZero", "Multiply", "Round", "Doc_0/Res.xml", "/Doc_0/Document.xml", "Document.xml",
    "../OFD.xml", "OFD.xml", "Res.xml", "A.xml", "S1.xml", "T.xml", "V.dat", "a.png", "\\Doc_0\\T.xml",
    "../../../../etc/passwd", "http://a/b.xml", "a" * 300,
)  # fmt: skip
"""Values that a part may have somewhere, right or wrong; edits of the fuzzer name them by their place here."""


def with_values(part: str, edits: bytes) -> str:
    """A part with other values: of each two bytes the first says which value, the second which odd one stands there,
    from 128 on behind the one that did. What comes of it is XML, which few changes of single bytes leave."""
    spans = [found.span() for found in VALUE.finditer(part)]
    said = {spans[place % len(spans)]: odd for place, odd in zip(edits[::2], edits[1::2], strict=False)}
    for start, end in sorted(said, reverse=True):
        odd = said[start, end]
        kept = part[start:end] + " " if odd >= 128 else ""
        part = f"{part[:start]}{kept}{ODD[odd % 128 % len(ODD)]}{part[end:]}"
    return part
