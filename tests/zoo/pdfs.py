"""PDF files that are cut, lie, go round in circles, explode, or hold more than pages."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fpdf import FPDF

from tests.scans.typeset import typeset
from tests.zoo.images import encoded, zeros
from tests.zoo.kinds import Kind, Make, flipped, half, raw, ruled_page, short_form

FRAME = b"1 w 50 150 100 50 re S 150 150 100 50 re S 50 200 100 50 re S 150 200 100 50 re S"
"""Four empty cells."""

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def stream(content: bytes, entries: bytes = b"", length: bytes = b"") -> bytes:
    return b"<<" + entries + b"/Length " + (length or b"%d" % len(content)) + b">>\nstream\n" + content + b"\nendstream"


def page(entries: bytes = b"", box: bytes = b"0 0 306 396") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R" + entries + b">>"


def pdf(objects: Sequence[bytes], trailer: bytes = b"", xref: int | None = None) -> bytes:
    """Objects 1, 2, …; the first is the catalog. ``xref``: where the table is said to be."""
    parts, places, at = [b"%PDF-1.7\n"], [], 9
    for number, content in enumerate(objects, start=1):
        parts.append(b"%d 0 obj\n" % number + content + b"\nendobj\n")
        places.append(at)
        at += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table)
    head = b"trailer\n<</Size %d/Root 1 0 R" % (len(objects) + 1)
    parts.append(head + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % (at if xref is None else xref))
    return b"".join(parts)


def drawn(content: bytes = FRAME, entries: bytes = b"", *others: bytes, box: bytes = b"0 0 306 396") -> bytes:
    """One page; ``others`` are objects 5, 6, …"""
    return pdf([CATALOG, PAGES, page(entries, box), stream(content), *others])


def flate(content: bytes) -> bytes:
    return stream(content, b"/Filter/FlateDecode")


def with_picture(picture: bytes) -> bytes:
    return drawn(b"306 0 0 396 0 0 cm /X Do", b"/Resources<</XObject<</X 5 0 R>>>>", picture)


def picture(width: int, height: int, data: bytes, bits: int = 8, how: bytes = b"/FlateDecode") -> bytes:
    entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent %d/Filter%s"
    return stream(data, entries % (width, height, bits, how))


def forms(times: int, levels: int) -> bytes:
    """Groups of which each draws the next so many times."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 306 396]"
    groups = [
        stream(b"/X Do " * times, head + b"/Resources<</XObject<</X %d 0 R>>>>" % number)
        for number in range(6, 5 + levels)
    ]
    return drawn(b"/X Do", b"/Resources<</XObject<</X 5 0 R>>>>", *groups, stream(FRAME, head))


def many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + count))
    pages = b"<</Type/Pages/Kids[" + kids + b"]/Count %d/MediaBox[0 0 306 396]>>" % count
    return pdf([CATALOG, pages, stream(FRAME), *([b"<</Type/Page/Parent 2 0 R/Contents 3 0 R>>"] * count)])


def deep_tree(levels: int) -> bytes:
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (n + 1, n - 1) for n in range(3, 3 + levels)]
    leaf = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 306 396]>>" % (2 + levels)
    return pdf([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", *nodes, leaf])


@cache
def typed() -> bytes:
    return typeset(short_form())


def locked(user: str) -> Make:
    def make(path: Path) -> None:
        document = FPDF(format="A4")
        document.add_page()
        for row in range(2):
            for column in range(2):
                document.rect(20 + 60 * column, 20 + 30 * row, 60, 30)
        document.set_encryption(owner_password="owner", user_password=user)
        path.write_bytes(bytes(document.output()))

    return make


JAVASCRIPT = b"/OpenAction<</S/JavaScript/JS(this.submitForm\\('http://127.0.0.1:48573/'\\); while\\(1\\);)>>"
LAUNCH = b"/OpenAction<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)>>>>"
ATTACHED = b"/Names<</EmbeddedFiles<</Names[(a.exe)<</Type/Filespec/F(../../a.exe)/EF<</F 5 0 R>>>>]>>>>"
XFA = b"/AcroForm<</Fields[]/XFA[(template)5 0 R]>>"
JPX = b"\0\0\0\x0cjP  \r\n\x87\n" + b"\xff\x4f\xff\x51" + bytes(60)


def kinds() -> list[Kind]:
    content = typed()
    table_at = content.rindex(b"startxref")
    blocks = (
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]"
        b"/CharProcs<</a 5 0 R>>"
        b"/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]/Resources<</Font<</F 6 0 R>>>>>>>>>>"
    )
    return [
        Kind("half.pdf", raw(half(content)), "unreadable"),
        Kind("only its first bytes.pdf", raw(content[:20]), "unreadable"),
        Kind("nothing in it.pdf", raw(b""), "unreadable"),
        Kind("zeros.pdf", raw(bytes(5000)), "unreadable"),
        Kind("no table of its objects.pdf", raw(content[:table_at]), None),
        Kind("its table is elsewhere.pdf", raw(content[:table_at] + b"startxref\n99999999\n%%EOF\n"), None),
        Kind("a bit of its pages turned.pdf", raw(flipped(content, content.index(b"/Count"), 1)), None),
        Kind("a picture under a false name.pdf", raw(encoded(ruled_page(mark=50), "PNG")), "unsupported"),
        Kind("rubbish before it.pdf", raw(b"\0" * 900 + drawn(FRAME + b" %1")), "unknown-form"),
        Kind("rubbish after it.pdf", raw(drawn(FRAME + b" %2") + b"\xff" * 500), "unknown-form"),
        Kind(
            "its tables point at each other.pdf",
            raw(pdf([CATALOG, PAGES, page(), stream(FRAME)], b"/Prev 9", 9)),
            "unknown-form",
        ),
        Kind(
            "its pages contain themselves.pdf",
            raw(pdf([CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 5>>"])),
            "unreadable",
        ),
        Kind(
            "its pages go in a circle.pdf",
            raw(
                pdf(
                    [
                        CATALOG,
                        b"<</Type/Pages/Kids[3 0 R]/Count 9>>",
                        b"<</Type/Pages/Kids[2 0 R]/Count 9/Parent 2 0 R>>",
                    ]
                )
            ),
            "unreadable",
        ),
        Kind(
            "a page is its own parent.pdf",
            raw(pdf([CATALOG, PAGES, b"<</Type/Page/Parent 3 0 R/Contents 4 0 R>>", stream(FRAME + b" %3")])),
            "unknown-form",
        ),
        Kind("no pages.pdf", raw(pdf([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"])), "unreadable"),
        Kind(
            "says it has 2 billion pages.pdf", raw(drawn().replace(b"/Count 1>", b"/Count 2000000000>")), "unknown-form"
        ),
        Kind("says it has fewer than no pages.pdf", raw(drawn().replace(b"/Count 1>", b"/Count -7>")), "unknown-form"),
        Kind("100,000 pages.pdf", raw(many_pages(100_000)), "too-large", "100,000 pages, more than max_pages = 2,000"),
        Kind("pages nested 5,000 deep.pdf", raw(deep_tree(5000)), "unreadable"),
        Kind(
            "a page of 200 inches.pdf",
            raw(
                drawn(
                    b"306 0 0 396 0 0 cm /X Do",
                    b"/Resources<</XObject<</X 5 0 R>>>>",
                    picture(600, 600, zeros(360_000)),
                    box=b"0 0 14400 14400",
                )
            ),
            "too-large",
            "40,000 × 40,000",
        ),
        Kind("an empty page of 200 inches.pdf", raw(drawn(b"%4", box=b"0 0 14400 14400")), "no-table"),
        Kind("a page of a million inches.pdf", raw(drawn(FRAME + b" %5", box=b"0 0 72000000 72000000")), "too-large"),
        Kind("a page of no size.pdf", raw(drawn(FRAME + b" %6", box=b"0 0 0 0")), "unknown-form"),
        Kind("a page upside down.pdf", raw(drawn(FRAME + b" %7", box=b"306 396 0 0")), "unknown-form"),
        Kind("a page of strange numbers.pdf", raw(drawn(FRAME + b" %8", box=b"1e99 nan (a) /b")), "unknown-form"),
        Kind("a page turned by 37.pdf", raw(drawn(FRAME + b" %9", b"/Rotate 37")), "unknown-form"),
        Kind("a hair.pdf", raw(drawn(FRAME + b" %10", box=b"0 0 1 14400")), "no-table"),
        Kind("locked.pdf", locked("secret"), "encrypted"),
        Kind("locked against changes.pdf", locked(""), "unknown-form"),
        Kind(
            "a lock that is not known.pdf",
            raw(pdf([CATALOG, PAGES, page(), stream(FRAME)], b"/Encrypt<</Filter/Own/V 99>>/ID[(a)(b)]")),
            "encrypted",
        ),
        Kind(
            "a program in it.pdf",
            raw(drawn(FRAME + b" %11").replace(CATALOG, CATALOG[:-2] + JAVASCRIPT + b">>")),
            "unknown-form",
        ),
        Kind(
            "starts a program.pdf",
            raw(drawn(FRAME + b" %12").replace(CATALOG, CATALOG[:-2] + LAUNCH + b">>")),
            "unknown-form",
        ),
        Kind(
            "an attachment.pdf",
            raw(pdf([CATALOG[:-2] + ATTACHED + b">>", PAGES, page(), stream(FRAME + b" %13"), stream(b"MZ" * 500)])),
            "unknown-form",
        ),
        Kind(
            "a form of its own language.pdf",
            raw(pdf([CATALOG[:-2] + XFA + b">>", PAGES, page(), stream(FRAME + b" %14"), stream(b"<a/>")])),
            "unknown-form",
        ),
        Kind(
            "content of 120 MB.pdf",
            raw(pdf([CATALOG, PAGES, page(), flate(zeros(120_000_000, b" "))])),
            "too-large",
            "WORKBENCH_MAX_TEXT_BYTES",
        ),
        Kind(
            "content packed twice.pdf",
            raw(
                pdf(
                    [
                        CATALOG,
                        PAGES,
                        page(),
                        stream(zlib.compress(zeros(120_000_000, b" ")), b"/Filter[/FlateDecode/FlateDecode]"),
                    ]
                )
            ),
            "too-large",
        ),
        Kind(
            "content packed 500 times.pdf",
            raw(pdf([CATALOG, PAGES, page(), stream(FRAME, b"/Filter[" + b"/FlateDecode" * 500 + b"]")])),
            "unknown-form",
        ),
        Kind(
            "content of unknown packing.pdf",
            raw(pdf([CATALOG, PAGES, page(), stream(FRAME, b"/Filter/Own")])),
            "unknown-form",
        ),
        Kind(
            "content that lies about its length.pdf",
            raw(pdf([CATALOG, PAGES, page(), stream(FRAME + b" %15", length=b"999999999999")])),
            "unknown-form",
        ),
        Kind(
            "content of negative length.pdf",
            raw(pdf([CATALOG, PAGES, page(), stream(FRAME + b" %16", length=b"-1")])),
            "unknown-form",
        ),
        Kind("content is a page.pdf", raw(pdf([CATALOG, PAGES, page().replace(b"4 0 R", b"3 0 R")])), "no-table"),
        Kind("a picture that says it is huge.pdf", raw(with_picture(picture(60_000, 60_000, zeros(1000)))), "no-table"),
        Kind("a huge picture.pdf", raw(with_picture(picture(40_000, 40_000, zeros(200_040_000), 1))), "no-table"),
        Kind("a picture of nothing.pdf", raw(with_picture(picture(0, 0, b""))), "no-table"),
        Kind("a broken JPEG 2000.pdf", raw(with_picture(picture(600, 600, JPX, how=b"/JPXDecode"))), "no-table"),
        Kind(
            "a broken JBIG2.pdf",
            raw(with_picture(picture(600, 600, b"\0\0\0\0\x30\0\1" + b"\xff" * 40, 1, b"/JBIG2Decode"))),
            "no-table",
        ),
        Kind(
            "a picture that masks itself.pdf",
            raw(with_picture(picture(60, 60, zeros(3600)).replace(b"/Width", b"/SMask 5 0 R/Width", 1))),
            "no-table",
        ),
        Kind(
            "a group that draws itself.pdf",
            raw(
                drawn(
                    FRAME + b" /X Do %17",
                    b"/Resources<</XObject<</X 5 0 R>>>>",
                    stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 306 396]/Resources<</XObject<</X 5 0 R>>>>"),
                )
            ),
            "unknown-form",
        ),
        Kind(
            "a letter made of itself.pdf",
            raw(
                drawn(
                    FRAME + b" BT /F 9 Tf 60 320 Td (aaa) Tj ET",
                    blocks,
                    stream(b"9 0 d0 BT /F 1 Tf (a) Tj ET"),
                    b"<</Type/Font/Subtype/Type3>>",
                )
            ),
            "unknown-form",
        ),
        Kind(
            "51,000 strokes.pdf",
            raw(
                drawn(b"".join(b"%d %d m %d %d l S " % (n % 600, n % 700, n % 601 + 1, n % 701) for n in range(51_000)))
            ),
            "no-table",
        ),
        Kind(
            "a path of 200,000 points.pdf",
            raw(drawn(b"0 0 m " + b"".join(b"%d %d l " % (n % 600, n * 7 % 700) for n in range(200_000)) + b"S")),
            "no-table",
        ),
        Kind(
            "2,500 crossing rules.pdf",
            raw(
                drawn(
                    b"".join(
                        b"%.2f 10 m %.2f 780 l 10 %.2f m 600 %.2f l S " % (x / 2, x / 2, x / 2, x / 2)
                        for x in range(20, 1200)
                    )
                )
            ),
            "no-table",
        ),
        Kind(
            "80,000 characters.pdf",
            raw(
                drawn(
                    b"BT /F 5 Tf 5 TL 10 -300 Td " + (b"(" + b"a9" * 400 + b")' ") * 100 + b"ET",
                    b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
                )
            ),
            "no-table",
        ),
        Kind("brackets a million deep.pdf", raw(drawn(FRAME + b" " + b"[" * 1_000_000)), "unknown-form"),
        Kind(
            "an object of brackets a million deep.pdf",
            raw(pdf([CATALOG[:-2] + b"/A " + b"[" * 1_000_000 + b">>", PAGES, page(), stream(FRAME + b" %18")])),
            "unknown-form",
        ),
        Kind(
            "a table of 2 billion objects.pdf",
            raw(drawn(FRAME + b" %19").replace(b"xref\n0 5", b"xref\n0 2000000000")),
            "unknown-form",
        ),
    ]
