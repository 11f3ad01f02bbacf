"""Builds the site into ``build/site``: ``make docs`` (``python -m tools.docs``)."""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath

from tools.docs import reference, stages
from tools.docs.api import api
from tools.docs.check import problems_of
from tools.docs.reference import Language
from tools.docs.results import results

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ROOT / "docs" / "site"
BUILD = ROOT / "build"
LANGUAGES: tuple[Language, ...] = ("zh", "en")

MADE: Mapping[str, Callable[[Language], str]] = {
    "commands.md": reference.commands,
    "tables.md": reference.tables,
    "findings.md": reference.findings,
    "settings.md": reference.settings,
    "api.md": api,
    "results.md": results,
}
"""The pages that are made from the code."""

ROOT_PAGES = {"CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md", "CHANGELOG.md": "changelog.md"}
"""Documents in the root of the repository that are pages of the English site."""

FRONT = (
    '<!doctype html><meta charset="utf-8"><title>workbench</title>'
    '<meta http-equiv="refresh" content="0; url=zh/index.html">'
    '<a href="zh/index.html">中文</a> · <a href="en/index.html">English</a>\n'
)
"""The first page: that of the site in Chinese."""


def documents() -> dict[str, str]:
    """The documents of the repository that are pages of the English site: the page's name, by the document's path."""
    return {f"docs/{path.name}": path.name for path in sorted((ROOT / "docs").glob("*.md"))} | ROOT_PAGES


def as_page(path: str, text: str, pages: Mapping[str, str]) -> str:
    """A document with its links to other documents leading to their pages; a link to a file that is no page is text.

    >>> as_page("docs/a.md", "[b](b.md#x), [code](../src/c.py), [web](https://example.org)", {"docs/b.md": "b.md"})
    '[b](b.md#x), code, [web](https://example.org)'
    """

    def led(found: re.Match[str]) -> str:
        picture, label, target = found["picture"], found["label"], found["target"]
        if re.match(r"\w+:|#", target):
            return found[0]
        file, _, anchor = target.partition("#")
        place = normpath(str(PurePosixPath(path).parent / file))
        if picture:
            return f"![{label}](images/{PurePosixPath(file).name})"
        return f"[{label}]({pages[place]}{'#' if anchor else ''}{anchor})" if place in pages else label

    return re.sub(r"(?P<picture>!?)\[(?P<label>[^\]]*)\]\((?P<target>[^)\s]+)\)", led, text)


def lay_out(language: Language, folder: Path) -> None:
    """Put the pages of a language, written, taken and made, into an empty folder."""
    shutil.copytree(WRITTEN / language, folder)
    shutil.copytree(WRITTEN / "assets", folder / "assets")
    shutil.copytree(ROOT / "docs" / "images", folder / "images")
    if language == "en":
        pages = documents()
        for path, name in pages.items():
            text = (ROOT / path).read_text(encoding="utf-8")
            (folder / name).write_text(as_page(path, text, pages), encoding="utf-8")
    for name, make in MADE.items():
        (folder / name).write_text(make(language), encoding="utf-8")


def build(site: Path, with_stages: bool) -> int:
    """Build the site in both languages; gives the number of problems, each of which is printed."""
    from mkdocs.commands.build import build as build_language
    from mkdocs.config import load_config

    shutil.rmtree(site, ignore_errors=True)
    pages = BUILD / "docs"
    shutil.rmtree(pages, ignore_errors=True)
    warned = _Warnings()
    logging.getLogger("mkdocs").addHandler(warned)
    if with_stages:
        stages.draw(ROOT / "data" / "raw", pages / "stages")
    for language in LANGUAGES:
        lay_out(language, pages / language)
        if with_stages:
            shutil.copytree(pages / "stages", pages / language / "stages")
        config = load_config(
            str(WRITTEN / f"{language}.yml"), docs_dir=str(pages / language), site_dir=str(site / language)
        )
        build_language(config)
    (site / "index.html").write_text(FRONT, encoding="utf-8")
    problems = [*warned.warnings, *problems_of(site)]
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    files = [file for file in site.rglob("*") if file.is_file()]
    pages_built, size = sum(file.suffix == ".html" for file in files), sum(file.stat().st_size for file in files)
    print(f"{pages_built} pages, {size / 1e6:.1f} MB, {len(problems)} problem(s) → {site / 'index.html'}")
    return len(problems)


class _Warnings(logging.Handler):
    """Keeps what the generator warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "'../" not in record.getMessage():  # a link into the other language, which `problems_of` follows
            self.warnings.append(record.getMessage())


def main() -> int:
    """Build the site, and say what is wrong with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=BUILD / "site")
    parser.add_argument("--no-pictures", dest="pictures", action="store_false", help="leave the stages of a page out")
    chosen = parser.parse_args()
    return min(1, build(chosen.out, chosen.pictures))


if __name__ == "__main__":
    sys.exit(main())
