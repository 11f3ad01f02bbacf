"""Holds a built site against its promises: links and anchors lead somewhere, nothing is fetched, pages are small."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

LARGEST = 1_000_000
"""Most bytes of a page."""

FETCHED = (
    "script/@src",
    "link[@rel='stylesheet' or @rel='icon' or @rel='preconnect']/@href",
    "img/@src",
    "source/@srcset",
    "iframe/@src",
)
"""What a browser fetches when it shows a page, by XPath below ``//``."""


@cache
def _document(file: Path) -> html.HtmlElement:
    return html.document_fromstring(file.read_bytes())


@cache
def _anchors(file: Path) -> frozenset[str]:
    return frozenset([*_document(file).xpath("//@id"), *_document(file).xpath("//a/@name")])


def problems_of(site: Path) -> list[str]:
    """What is wrong with a site, a sentence each; empty where nothing is."""
    pages = sorted(site.rglob("*.html"))
    return [problem for page in pages for problem in _of_page(page, site)]


def _of_page(page: Path, site: Path) -> list[str]:
    name, document = page.relative_to(site).as_posix(), _document(page)
    fetched = [str(url) for path in FETCHED for url in document.xpath(f"//{path}")]
    found = [f"{name}: {url} is fetched from the network" for url in fetched if urlsplit(url).netloc]
    if page.stat().st_size > LARGEST:
        found.append(f"{name}: {page.stat().st_size:,} bytes")
    if page.name == "404.html":
        return found  # its links are those of the server's root
    links = {*map(str, document.xpath("//a/@href")), *fetched}
    return found + [f"{name}: {link} leads nowhere" for link in sorted(links) if not _leads_somewhere(link, page)]


def _leads_somewhere(link: str, page: Path) -> bool:
    url = urlsplit(link)
    if url.scheme or url.netloc:
        return True  # elsewhere
    target = (page.parent / unquote(url.path)).resolve() if url.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return not url.fragment or target.suffix != ".html" or unquote(url.fragment) in _anchors(target)
