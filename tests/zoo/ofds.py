"""OFD files that are cut, lie, explode, go round in circles, or hold more than pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

from tests.made_ofd import FONTS, Parts, filled, line, parts_of, rooted, text
from tests.zoo.kinds import Kind, Make, half, raw

PAGE = "Doc_0/Pages/Page_0/Content.xml"
MEDIA = '<ofd:MultiMedias><ofd:MultiMedia ID="5"><ofd:MediaFile>{}</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>'
IMAGE = '<ofd:ImageObject ID="6" ResourceID="5" Boundary="0 0 210 297" CTM="210 0 0 297 0 0"/>'
GROUP = (
    '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="5"><ofd:Content>{}</ofd:Content>'
    "</ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
)
USED = '<ofd:CompositeObject ID="6" ResourceID="5" Boundary="0 0 210 297"/>'


def packed(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return stream.getvalue()


def marked(mark: int) -> str:
    """Four empty cells and a word's worth of ink: read right, they are an `unknown-form`."""
    rules = "".join(line(20, 50 + 20 * n, 100, 50 + 20 * n) + line(20 + 40 * n, 50, 20 + 40 * n, 90) for n in range(3))
    return rules + text(f"{mark}甲乙丙丁", 20, 30)


def made(mark: int, change: Mapping[str, bytes] | None = None, more: str = "", **options: str) -> Make:
    """A file of one page; ``change`` are parts of their own, empty ones are left out."""
    parts: Parts = parts_of([marked(mark) + more], **options) | dict(change or {})
    return raw(packed({name: part for name, part in parts.items() if part}))


def picture(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.new("1", (width, height)).save(stream, "PNG")
    return stream.getvalue()


def kinds() -> list[Kind]:
    whole = packed(parts_of([marked(0)]))
    deep = "<ofd:PageBlock>" * 5_000 + "</ofd:PageBlock>" * 5_000
    many = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_0/Content.xml"/>' for n in range(5_000))
    rooted_many = b"<ofd:Pages>" + many.encode() + b"</ofd:Pages>"
    document = parts_of([marked(1)])["Doc_0/Document.xml"]
    return [
        Kind("half.ofd", raw(half(whole)), "unreadable"),
        Kind("nothing in it.ofd", raw(b"\n"), "unreadable"),
        Kind("no page.ofd", made(2, {PAGE: b""}), "unreadable", "lacks its part Pages/Page_0/Content.xml"),
        Kind("no list of documents.ofd", made(3, {"OFD.xml": b""}), "unreadable", "OFD.xml"),
        Kind("encrypted.ofd", made(4, {"Encryptions.xml": b"<a/>"}), "encrypted", "password"),
        Kind("entities.ofd", made(5, {PAGE: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "unreadable", "entities"),
        Kind("120 MB of a page.ofd", made(6, {PAGE: b" " * 120_000_000}), "too-large", "MAX_TEXT_BYTES"),
        Kind("a huge page.ofd", made(7, box="0 0 4900 4900"), "unknown-form"),
        Kind("a page of no size.ofd", made(8, box="0 0 0 297"), "unreadable", "0 × 297 mm"),
        Kind("a page of no number.ofd", made(9, box="0 0 nan inf"), "unreadable"),
        Kind("5,000 pages.ofd", made(10, {"Doc_0/Document.xml": document[: document.index(b"<ofd:Pages>")]
             + rooted_many + b"</ofd:Document>"}), "too-large", "max_pages"),
        Kind("a group that draws itself.ofd", made(11, more=USED, resources=FONTS + GROUP.format(USED)),
             "unknown-form"),
        Kind("a group that draws itself ten times.ofd",
             made(12, more=USED, resources=FONTS + GROUP.format(USED * 10)), "unreadable", "objects"),
        Kind("blocks 5,000 deep.ofd", made(13, more=deep), "unreadable"),
        Kind("a picture of 40,000 by 40,000.ofd", made(14, {"Doc_0/Res/a.png": picture(40_000, 40_000)}, IMAGE,
             resources=FONTS + MEDIA.format("a.png")), "too-large", "MAX_PIXELS"),
        Kind("a picture outside of it.ofd", made(15, None, IMAGE,
             resources=FONTS + MEDIA.format("../../../etc/passwd")), "unreadable", "a picture of the page is missing"),
        Kind("60,000 strokes.ofd", made(16, more=line(0, 0, 9, 9) * 60_000), "unreadable", "objects"),
        Kind("a run without end.ofd", made(17, more=text("1" * 60_000, 1, 1, delta="g 99999999999999 0.1")),
             "unreadable", "characters"),
        Kind("a path of no steps.ofd", made(18, more=filled(1, 1, 9, 9).replace("M 0 0", "%PDF 0")), "unreadable"),
        Kind("a matrix of five numbers.ofd", made(19, more=USED.replace("/>", ' CTM="1 0 0 1 0"/>')), "unreadable"),
        Kind("a typeface that is none.ofd", made(20, {"Doc_0/Res/a.otf": b"OTTO" + bytes(500)}, resources=
             '<ofd:Fonts><ofd:Font ID="1"><ofd:FontFile>a.otf</ofd:FontFile></ofd:Font></ofd:Fonts>'), "unknown-form"),
        Kind("styles in a circle.ofd", made(21, more=filled(1, 1, 9, 9, attributes='DrawParam="3"'), resources=FONTS +
             '<ofd:DrawParams><ofd:DrawParam ID="3" Relative="4"/><ofd:DrawParam ID="4" Relative="3"/></ofd:DrawParams>'
             ), "unknown-form"),
        Kind("a template that is not there.ofd", made(22, {PAGE: rooted("Page.xml",
             '<ofd:Template TemplateID="7"/><ofd:Content/>')}), "unreadable", "template"),
        Kind("a text under the name of an OFD.ofd", raw("绩效自评表".encode()), "unreadable"),
    ]  # fmt: skip
