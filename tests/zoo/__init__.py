"""A zoo of bad files, made by code: what a stranger may put into an archive, and what is to become of each."""

from __future__ import annotations

from functools import cache

from tests.zoo import images, ofds, office, pdfs, places, texts, word, workbooks
from tests.zoo.kinds import Kind, raw


@cache
def all_kinds() -> tuple[Kind, ...]:
    """Every kind of bad file, each under a path of its own."""
    found = [kind for house in (images, pdfs, ofds, office, word, workbooks, texts, places) for kind in house.kinds()]
    paths = [kind.file for kind in found]
    assert len(set(paths)) == len(paths), {path for path in paths if paths.count(path) > 1}
    return tuple(found)


@cache
def endless_kinds() -> tuple[Kind, ...]:
    """Those that nothing but the time limit ends, since the libraries that open them know no other."""
    attributes = " ".join(f"a{number}=1" for number in range(300_000))
    return (
        Kind("groups that draw ten groups each.pdf", raw(pdfs.forms(10, 9)), "timed-out", "WORKBENCH_PAGE_SECONDS"),
        Kind("300,000 attributes.html", texts.page(f"<tr><td {attributes}>甲</td></tr>"), "timed-out"),
    )
