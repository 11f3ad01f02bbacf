"""Word files and workbooks that are cut, lie, explode, or ask for what is outside them."""

from __future__ import annotations

import io
import re
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from tests.written import write_docx, write_xlsx
from tests.zoo.images import encoded
from tests.zoo.kinds import Kind, Make, flipped, half, raw, ruled_page, short_form

BODY, SHEET, STRINGS, BOOK = "word/document.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
LINKS, TYPES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
Parts = Mapping[str, bytes]
Change = Callable[[str], str]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@cache
def parts(suffix: str) -> Parts:
    with tempfile.TemporaryDirectory() as folder:
        path = {"docx": write_docx, "xlsx": write_xlsx}[suffix](short_form(), Path(folder) / "a")
        with zipfile.ZipFile(path) as package:
            content = {name: package.read(name) for name in package.namelist()}
    return with_shared_strings(content) if suffix == "xlsx" else content


def with_shared_strings(content: dict[str, bytes]) -> Parts:
    """As Excel writes a workbook: texts in a part of their own."""
    texts: list[str] = []

    def share(found: re.Match[str]) -> str:
        texts.append(found[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    rows = re.sub(r't="inlineStr"><is><t>(.*?)</t></is>', share, content[SHEET].decode())
    link = '<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    links = (
        content[LINKS]
        .decode()
        .replace("<Relationship ", link + 'Target="sharedStrings.xml" Id="rId9"/><Relationship ', 1)
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    types = content[TYPES].decode().replace("</Types>", override)
    shared = strings("".join(f"<si><t>{text}</t></si>" for text in texts))
    return {**content, SHEET: rows.encode(), LINKS: links.encode(), TYPES: types.encode(), STRINGS: shared}


@cache
def whole(suffix: str) -> bytes:
    return packed(parts(suffix))


def packed(content: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=1) as package:
        for name, part in content.items():
            package.writestr(name, part)
    return stream.getvalue()


def with_part(suffix: str, name: str, content: bytes) -> Make:
    return lambda path: path.write_bytes(packed({**parts(suffix), name: content}))


def edited(suffix: str, name: str, change: Change) -> Make:
    def make(path: Path) -> None:
        before = parts(suffix)[name].decode()
        after = change(before)
        assert after != before, "nothing was changed"
        path.write_bytes(packed({**parts(suffix), name: after.encode()}))

    return make


def swapped(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new, 1)


def declared(declaration: str, entity: str) -> Change:
    """XML with a document type, and an entity where a text stands."""

    def change(xml: str) -> str:
        start = xml.find("?>") + 2 if xml.startswith("<?xml") else 0
        return (
            xml[:start]
            + f"<!DOCTYPE x {declaration}>"
            + re.sub(r"(<(?:w:)?t>)", rf"\g<1>{entity}", xml[start:], count=1)
        )

    return change


LAUGHS = "[<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 11)) + "]"
QUADRATIC = f"[<!ENTITY a '{'ha' * 50_000}'>]"
OUTSIDE = {
    "file": "[<!ENTITY a SYSTEM 'file:///etc/passwd'>]",
    "net": "[<!ENTITY a SYSTEM 'http://127.0.0.1:48573/a'>]",
}
PARAMETER = "[<!ENTITY % a SYSTEM 'http://127.0.0.1:48573/a.dtd'>%a;]"


def in_encoding(suffix: str, name: str, encoding: str) -> Make:
    """A part with entities, in an encoding in which the declaration has other bytes."""

    def make(path: Path) -> None:
        xml = parts(suffix)[name].decode()
        xml = declared(LAUGHS, "&a10;")(xml[xml.find("?>") + 2 :] if xml.startswith("<?xml") else xml)
        text = f"<?xml version='1.0' encoding='{encoding}'?>{xml}"
        content = text.encode(encoding, "xmlcharrefreplace")
        content = content.replace(b"<!", b"+ADwAIQ-") if encoding == "utf-7" else content
        path.write_bytes(packed({**parts(suffix), name: content}))

    return make


def strings(content: str) -> bytes:
    return f"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{content}</sst>".encode()


# --- packages


def bomb(suffix: str, name: str, size: int) -> Make:
    """One part that unpacks to so many bytes of white space."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for other, content in parts(suffix).items():
                with package.open(other, "w") as stream:
                    for _ in range(size // 1_000_000 if other == name else 0):
                        stream.write(b" " * 1_000_000)
                    stream.write(content)

    return make


def lying_bomb(suffix: str, name: str) -> Make:
    """A part that is said to be small and unpacks to 800 million bytes."""

    def make(path: Path) -> None:
        bomb(suffix, name, 800_000_000)(path)
        content = bytearray(path.read_bytes())
        at = content.index(b"PK\1\2")
        while content[at : at + 4] == b"PK\1\2":
            length, extra, comment = struct.unpack_from("<HHH", content, at + 28)
            if content[at + 46 : at + 46 + length] == name.encode():
                struct.pack_into("<I", content, at + 24, 5000)
            at += 46 + length + extra + comment
        path.write_bytes(content)

    return make


def overlapping(suffix: str, name: str) -> Make:
    """A directory in which a thousand names stand for the same large part."""

    def make(path: Path) -> None:
        content = packed({**parts(suffix), name: b" " * 50_000_000 + parts(suffix)[name]})
        start = content.index(b"PK\1\2")
        entries, at = [], start
        while content[at : at + 4] == b"PK\1\2":
            length, extra, comment = struct.unpack_from("<HHH", content, at + 28)
            entries.append((content[at + 46 : at + 46 + length], content[at : at + 46 + length + extra + comment]))
            at += len(entries[-1][1])
        large = next(entry for found, entry in entries if found == name.encode())
        everything = b"".join(entry for _, entry in entries) + large * 1000
        end = struct.pack(
            "<4sHHHHIIH", b"PK\5\6", 0, 0, len(entries) + 1000, len(entries) + 1000, len(everything), start, 0
        )
        path.write_bytes(content[:start] + everything + end)

    return make


def nested(suffix: str) -> bytes:
    inner = packed({"a": bytes(10_000_000)})
    for _ in range(6):
        inner = packed({f"{n}.zip": inner for n in range(10)})
    return inner


def twice(suffix: str, name: str) -> Make:
    """The same name twice, the second time with nothing in it."""

    def make(path: Path) -> None:
        import warnings

        with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as package:
            warnings.simplefilter("ignore")
            for other, content in [*parts(suffix).items(), (name, b"<a/>")]:
                package.writestr(other, content)

    return make


def many_members(suffix: str) -> Make:
    return lambda path: path.write_bytes(
        packed({**parts(suffix), **{f"a/{n}": b"" for n in range(70_000)}}, zipfile.ZIP_STORED)
    )


def marked(suffix: str, offset: int, value: bytes) -> Make:
    """Every entry of the directory changed at one place."""

    def make(path: Path) -> None:
        content = bytearray(whole(suffix))
        at = content.index(b"PK\1\2")
        while content[at : at + 4] == b"PK\1\2":
            content[at + offset : at + offset + len(value)] = value
            at += 46 + sum(struct.unpack_from("<HHH", content, at + 28))
        path.write_bytes(content)

    return make


def of_both(name: str, make: Callable[[str, str], Make], reason: str | None, says: str = "") -> list[Kind]:
    return [
        Kind(f"{name}.{suffix}", make(suffix, part), reason, says) for suffix, part in (("docx", BODY), ("xlsx", SHEET))
    ]


def kinds() -> list[Kind]:
    found = [
        *of_both("half", lambda s, _: raw(half(whole(s))), "unreadable"),
        *of_both("nothing in it", lambda *_: raw(b""), "unreadable"),
        *of_both("zeros", lambda s, _: raw(bytes(6000 + (s == "xlsx"))), "unreadable"),
        *of_both(
            "a bit turned", lambda s, part: raw(flipped(whole(s), whole(s).index(part.encode()) + 400)), "unreadable"
        ),
        *of_both("an empty package", lambda *_: raw(packed({})), "unreadable"),
        *of_both("a package of packages", lambda s, _: raw(nested(s)), "unreadable"),
        *of_both("a picture under a false name", lambda *_: raw(encoded(ruled_page(mark=60), "PNG")), "unreadable"),
        *of_both("the other one under a false name", lambda s, _: raw(whole("xlsx" if s == "docx" else "docx")), None),
        *of_both("an old one under a false name", lambda *_: raw(OLE + bytes(2000)), "unreadable", "save it as"),
        *of_both(
            "locked",
            lambda *_: raw(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)),
            "encrypted",
        ),
        *of_both("locked as a ZIP", lambda s, _: marked(s, 8, b"\1\0"), "encrypted"),
        *of_both("a packing that is not known", lambda s, _: marked(s, 10, b"\x63\0"), "unreadable"),
        *of_both("check sums of nothing", lambda s, _: marked(s, 16, bytes(4)), "unreadable"),
        *of_both("parts behind the end", lambda s, _: marked(s, 42, b"\xff\xff\xff\x7f"), "unreadable"),
        *of_both(
            "a part of 200 MB", lambda s, part: bomb(s, part, 200_000_000), "too-large", "max_text_bytes = 100,000,000"
        ),
        *of_both(
            "a part packed 1,000 to 1",
            lambda s, part: bomb(s, part, 60_000_000),
            "too-large",
            "WORKBENCH_MAX_EXPANSION",
        ),
        Kind("a large part that says it is small.docx", lying_bomb("docx", BODY), "unreadable"),
        *of_both("one part 1,000 times", overlapping, "unreadable", "holds a part twice"),
        *of_both("a part that is there twice", twice, "unreadable"),
        Kind("70,000 parts.docx", many_members("docx"), None),
        *of_both(
            "names that lead out",
            lambda s, _: lambda path: path.write_bytes(packed({**parts(s), "../../evil": b"a", "/tmp/evil": b"a"})),
            None,
        ),
        *of_both(
            "a body outside",
            lambda s, _: edited(
                s, "_rels/.rels", swapped(BODY if s == "docx" else BOOK, "../../../../../../etc/passwd")
            ),
            "unreadable",
        ),
        *of_both(
            "a body on the net",
            lambda s, _: edited(
                s,
                "_rels/.rels",
                lambda t: t.replace(BODY if s == "docx" else BOOK, 'http://127.0.0.1:48573/a" TargetMode="External'),
            ),
            "unreadable",
        ),
        *of_both(
            "XML nested 100,000 deep",
            lambda s, part: with_part(s, part, b"<a>" * 100_000 + b"</a>" * 100_000),
            "unreadable",
        ),
        *of_both("XML without an end", lambda s, part: with_part(s, part, parts(s)[part][:-30]), "unreadable"),
        *of_both(
            "XML with a NUL",
            lambda s, part: edited(
                s, part, swapped("?>", "?>\0") if s == "docx" else swapped("<sheetData", "\0<sheetData")
            ),
            "unreadable",
        ),
        *of_both(
            "text that is no XML", lambda s, part: with_part(s, part, "这不是".encode("gb18030") * 100), "unreadable"
        ),
        Kind(
            "an attribute of 9 MB.docx", with_part("docx", BODY, b"<a b='" + b"ab" * 4_500_000 + b"'/>"), "unreadable"
        ),
        Kind("an attribute of 4 MB.xlsx", with_part("xlsx", SHEET, b"<a b='" + b"ab" * 2_000_000 + b"'/>"), "no-table"),
    ]
    for part_of, part in (("docx", BODY), ("xlsx", SHEET), ("xlsx", STRINGS), ("xlsx", BOOK)):
        where = Path(part).stem if part != BODY else "body"
        found += [
            Kind(
                f"a billion laughs in its {where}.{part_of}",
                edited(part_of, part, declared(LAUGHS, "&a10;")),
                "unreadable",
                "declares XML entities",
            ),
            Kind(
                f"a long entity many times in its {where}.{part_of}",
                edited(part_of, part, declared(QUADRATIC, "&a;" * 20_000)),
                "unreadable",
            ),
            Kind(
                f"a file as entity in its {where}.{part_of}",
                edited(part_of, part, declared(OUTSIDE["file"], "&a;")),
                "unreadable",
            ),
            Kind(
                f"an address as entity in its {where}.{part_of}",
                edited(part_of, part, declared(OUTSIDE["net"], "&a;")),
                "unreadable",
            ),
            Kind(
                f"a declaration from elsewhere in its {where}.{part_of}",
                edited(part_of, part, declared(PARAMETER, "")),
                "unreadable",
            ),
            *(
                Kind(f"laughs in {code} in its {where}.{part_of}", in_encoding(part_of, part, code), "unreadable")
                for code in ("utf-16", "utf-32", "utf-7", "cp037")
            ),
        ]
    return found
