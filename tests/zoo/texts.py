"""Transcriptions and web pages in odd encodings, of absurd sizes, or that ask for what is outside them."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_LE
from pathlib import Path

from tests.written import html_table
from tests.zoo.kinds import Kind, Make, form_text, raw, short_form


def coded(encoding: str, mark: str) -> Make:
    return lambda path: path.write_bytes(f"{form_text()}\n{mark}\n".encode(encoding))


def page(rows: str, around: str = "{}", mark: str = "") -> Make:
    """A table of a web page."""
    return lambda path: path.write_text(around.format(f"<table>{rows}</table>{mark}"), "utf-8")


def good_page(before: str, inside: str = "") -> Make:
    """The form as a web page, with something before it and in its head."""

    def make(path: Path) -> None:
        form = short_form()
        head = f"<head>{inside}</head>"
        path.write_text(
            f"{before}<html>{head}<body><h1>{form.title}</h1><p>{form.subtitle}</p>{html_table(form)}</body></html>",
            "utf-8",
        )

    return make


def nested_tables(depth: int) -> str:
    return "<table><tr><td>" * depth + "甲" + "</td><td>乙</td></tr></table>" * depth


TWO = "<tr><td>甲</td><td>乙</td></tr>"
LAUGHS = "<!DOCTYPE html [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>" for n in range(9)) + "]>"
OUTSIDE = "<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
ASKING = (
    "<base href='http://127.0.0.1:48573/'><script src='a.js'>while(1);</script><link rel=stylesheet href='a.css'>"
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:48573/'><iframe src='file:///etc/passwd'></iframe>"
)


def kinds() -> list[Kind]:
    return [
        Kind("a blank line.txt", raw(b"\n"), "no-table"),
        Kind("a blank.html", raw(b" "), "no-table"),
        Kind("zeros.txt", raw(bytes(5001)), "unreadable", "no text"),
        Kind("noise.txt", raw(bytes(range(256)) * 20), "unreadable"),
        Kind("a mark of its encoding and no more.txt", raw(BOM_UTF8), "no-table"),
        Kind("half a character.txt", raw(form_text().encode() + b"\xe7\xbb"), "unreadable"),
        Kind("half a number of bytes.txt", raw(BOM_UTF16_LE + "甲\t乙".encode("utf-16-le") + b"\0"), "unreadable"),
        Kind("a picture under a false name.txt", raw(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "unreadable"),
        Kind("a package under a false name.html", raw(b"PK\3\4" + bytes(200)), "unreadable"),
        Kind("UTF-16.txt", coded("utf-16", "70"), None),
        Kind("UTF-16 without a mark.txt", coded("utf-16-le", "71"), "unreadable"),
        Kind("UTF-32.txt", coded("utf-32", "72"), "unreadable"),
        Kind("GB 18030.txt", coded("gb18030", "73"), None),
        Kind("UTF-8 with a mark.txt", coded("utf-8-sig", "74"), None),
        Kind("UTF-7.txt", coded("utf-7", "75"), "unknown-form"),
        Kind("Big5.txt", raw("績效\t指標\n一\t二\n".encode("big5") * 20), "unknown-form"),
        Kind("control characters.txt", raw(b"\x1b[2J\x07\x08a\tb\x01\n\x1b]0;x\x07c\td\n"), "unknown-form"),
        Kind("text from right to left.txt", raw("\u202e甲\t\u2066乙\n丙\t丁\n".encode()), "unknown-form"),
        Kind("one line of 50 MB.txt", raw(b"a" * 50_000_000), "no-table"),
        Kind("one line of 30 MB of tags.txt", raw(b"<a " * 1_000_000), "no-table"),
        Kind("a line of blanks.txt", raw(b" " * 3_000_000 + b"a"), "no-table"),
        Kind("dashes and blanks.txt", raw(b"---" + b" " * 300_000 + b"a"), "no-table"),
        Kind("a million columns.tsv", raw(b"\t".join([b"1"] * 1_000_000)), "too-large", "max_cells"),
        Kind("20,000 columns.tsv", raw(b"\t".join([b"1"] * 20_000)), "unknown-form"),
        Kind("a million columns.md", raw(b"|1" * 1_000_000 + b"|\n|-|\n|1|\n"), "too-large"),
        Kind("a few rows and a wide one.tsv", raw(b"1\t2\n" * 3000 + b"\t" * 3000 + b"3\n"), "too-large"),
        Kind("30,000 lines.txt", raw(b"a\n" * 30_000), "no-table"),
        Kind("3,000 tables.txt", raw("甲\t乙\n\n".encode() * 3000), "too-large", "max_pages"),
        Kind("a quotation that does not end.tsv", raw(b'a\t"b\n' + b'c\td"d"\n' * 1500), "unknown-form"),
        Kind("quotation marks.tsv", raw(b'"' * 100_001 + b"\tb\n" + b"c\td\n"), "unknown-form"),
        Kind("300,000 tables that begin.md", raw(b"<table" * 300_000), "no-table"),
        Kind("tables that begin.md", raw(b"<table>" * 100_000), "unreadable"),
        Kind("a table that ends.md", raw(b"</table>" * 100_000), "no-table"),
        Kind("bold without an end.md", raw(b"**__" * 200_000), "no-table"),
        Kind("bars.md", raw(b"|\\" * 500_000), "no-table"),
        Kind("nested 100,000 deep.html", raw(b"<div>" * 100_000 + b"a"), "unreadable", "nested too deeply"),
        Kind("tables nested 100,000 deep.html", raw(nested_tables(100_000).encode()), "unreadable"),
        Kind("tables nested 300 deep.html", raw(nested_tables(300).encode()), "unknown-form"),
        Kind(
            "rows of a billion.html",
            page(f"<tr><td rowspan=1000000000>甲</td><td rowspan=999999999999>乙</td></tr>{TWO}"),
            "unknown-form",
        ),
        Kind(
            "columns of a billion.html",
            page(f"<tr><td colspan=1000000000>甲</td><td colspan=99>乙</td></tr>{TWO}"),
            "unknown-form",
        ),
        Kind(
            "spans that are no numbers.html",
            page(f"<tr><td rowspan=-1 colspan=a>甲</td><td rowspan=1e9 colspan=''>乙</td></tr>{TWO}", mark="1"),
            "unknown-form",
        ),
        Kind(
            "wide cells in many rows.html",
            page("<tr>" + "<td colspan=1000>甲</td>" * 50 + "</tr>" + TWO * 20),
            "unknown-form",
        ),
        Kind(
            "tall cells over many rows.html",
            page("<tr>" + "<td rowspan=65534>甲</td>" * 20_000 + "</tr>" + "<tr><td>乙</td></tr>" * 30_000),
            "too-large",
        ),
        Kind("a staircase of tall cells.html", page("<tr><td rowspan=65534>甲</td></tr>" * 30_000), "too-large"),
        Kind("210,000 columns.html", page("<tr>" + "<td>1</td>" * 210_000 + "</tr>"), "too-large"),
        Kind("300 columns in 40 rows.html", page(("<tr>" + "<td>1" * 300 + "</tr>") * 40), "unknown-form"),
        Kind(
            "5,000 attributes.html",
            page(f"<tr><td {' '.join(f'a{n}=1' for n in range(5000))}>甲</td><td>乙</td></tr>{TWO}"),
            "unknown-form",
        ),
        Kind(
            "a remark without an end.html",
            raw(f"<table>{TWO * 2}</table><!-- {'a' * 100_000}".encode()),
            "unknown-form",
        ),
        Kind("a billion laughs.html", good_page(LAUGHS), None),
        Kind("a file as entity.html", good_page(OUTSIDE, "&a;"), None),
        Kind("asks for other files.html", good_page("", ASKING), None),
        Kind(
            "numbers of no characters.html",
            raw("<table><tr><td>&#xD800;&#0;&#x110000;甲</td><td>乙</td></tr></table>".encode()),
            "unknown-form",
        ),
        Kind(
            "only a picture in it.html",
            raw(b"<svg><image href='file:///etc/passwd'/></svg><img src=http://127.0.0.1:48573/a.png>"),
            "no-table",
        ),
    ]
