"""What an OFD file holds: its pages in order, and what they are drawn with. Source: GB/T 33190-2016, chapter 7.

The parts in XML are read at once, typefaces and pictures when a page needs them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.language import Phrase
from workbench.readers.ofd_values import box_of, found, is_true, text_of
from workbench.readers.office import Parts, find, local_name, parse, read_parts
from workbench.settings import Settings

ROOT = "ofd.xml"
"""The part that names the documents, ``OFD.xml``; every OFD has it. Parts are named in small letters here: what names
them is often written otherwise than their names are."""

ENCRYPTIONS = "encryptions.xml"
"""The part that says how the others are encrypted. Source: GM/T 0099-2020."""

A4 = "0 0 210 297"
LONGEST_SIDE = 5_000.0
"""Millimetres: the longest side of a page that a PDF can have is 5,080."""

LEVELS = {"Background": 0, "Body": 1, "Foreground": 2}
"""Layers and templates from the lowest to the highest (7.7)."""


@dataclass(frozen=True, slots=True)
class Located:
    """An element, and the part that it stands in: what it names is looked for from there."""

    element: Any
    part: str


@dataclass(frozen=True, slots=True)
class OfdPage:
    """A page: its number in its document, its part, and the document's root."""

    identity: str
    part: str
    root: str


@dataclass(frozen=True, slots=True)
class Resources:
    """What a page is drawn with, by identity: typefaces, pictures, groups, styles of drawing and colour spaces."""

    fonts: dict[str, Located]
    pictures: dict[str, Located]
    groups: dict[str, Located]
    styles: dict[str, Any]
    spaces: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfdPackage:
    """The XML parts of an OFD file, and its pages in order."""

    path: Path
    settings: Settings
    parts: Parts
    pages: tuple[OfdPage, ...]

    def root(self, name: str) -> Any:
        """The root element of a part.

        Raises:
            InputError: ``unreadable``: the part is not there, or is no XML.
        """
        return _root(self.path, self.parts, name)

    def named(self, location: str, part: str) -> str | None:
        """The name of the XML part that another part names; None where there is no such part."""
        return next((name for name in candidates(location, part) if name in self.parts), None)

    def binary(self, location: str, part: str) -> bytes | None:
        """The bytes of a typeface, a picture or a seal; None where they are not there."""
        names = candidates(location, part)
        read = _lowered(self.path, read_parts(self.path, lambda name: _lower(name) in names, self.settings))
        return next((read[name] for name in names if name in read), None)

    def page_box(self, page: OfdPage) -> tuple[float, float, float, float]:
        """Left, top, width and height of the sheet, millimetres.

        Raises:
            InputError: ``unreadable``: it has no size that a page can have.
            ValueError: it is no box.
        """
        areas = (
            find(self.root(page.part), "Area", "PhysicalBox"),
            find(self.root(page.root), "CommonData", "PageArea", "PhysicalBox"),
        )
        box = box_of(next((text_of(area) for area in areas if text_of(area)), A4))
        if not (0 < box[2] <= LONGEST_SIDE and 0 < box[3] <= LONGEST_SIDE):
            raise InputError(
                "unreadable",
                self.path,
                Phrase(
                    "a page of {width:g} × {height:g} mm cannot be drawn; save the file as PDF",
                    width=box[2],
                    height=box[3],
                ),
            )
        return box

    def resources(self, page: OfdPage) -> Resources:
        """What the page is drawn with: what its document names, its templates and the page itself."""
        known = Resources({}, {}, {}, {}, {})
        common = find(self.root(page.root), "CommonData")
        owners = [(common, page.root), *((self.root(part), part) for part, _ in self.templates(page))]
        for owner, part in [*owners, (self.root(page.part), page.part)]:
            for link in owner if owner is not None else ():
                if local_name(link) in ("PublicRes", "DocumentRes", "PageRes"):
                    name = self.named(text_of(link), part)
                    if name is not None:
                        _collect(known, self.root(name), name)
        return known

    def templates(self, page: OfdPage) -> Iterator[tuple[str, int]]:
        """The templates of a page, each by its part, with its level."""
        common = find(self.root(page.root), "CommonData")
        known = {one.get("ID"): one for one in found(common, "TemplatePage")} if common is not None else {}
        for used in found(self.root(page.part), "Template"):
            template = known.get(used.get("TemplateID"))
            name = self.named(template.get("BaseLoc", ""), page.root) if template is not None else None
            if name is None or template is None:
                raise InputError(
                    "unreadable", self.path, Phrase("the OFD lacks a template of its pages; fetch it again")
                )
            level = used.get("ZOrder") or template.get("ZOrder") or "Background"
            yield name, LEVELS.get(level, 0)

    def layers(self, page: OfdPage) -> list[Located]:
        """The layers of a page and of its templates, from the lowest to the highest."""
        layers: list[tuple[int, int, Located]] = []
        parts = [*self.templates(page), (page.part, LEVELS["Body"])]
        for part, level in sorted(parts, key=lambda one: (one[1], one[0] == page.part)):
            content = find(self.root(part), "Content")
            for layer in found(content, "Layer") if content is not None else ():
                layers.append((level, LEVELS.get(layer.get("Type", "Body"), 1), Located(layer, part)))
        return [layer for *_, layer in sorted(layers, key=lambda one: one[:2])]

    def annotations(self, page: OfdPage) -> Iterator[Located]:
        """The annotations of a page that are shown, each with the part that it stands in."""
        listed = find(self.root(page.root), "Annotations")
        name = self.named(text_of(listed), page.root)
        if name is None:
            return
        for of_page in found(self.root(name), "Page"):
            part = self.named(text_of(find(of_page, "FileLoc")), name)
            if of_page.get("PageID") == page.identity and part is not None:
                yield from (
                    Located(one, part)
                    for one in found(self.root(part), "Annot")
                    if is_true(one.get("Visible"), default=True)
                )

    def seals(self, page: OfdPage) -> Iterator[tuple[Any, bytes]]:
        """The places at which a page is sealed, each with the bytes of the seal or of the signature that holds it."""
        for body in found(self.root(ROOT), "DocBody"):
            if _root_of(self.path, self.parts, body) != page.root:
                continue
            name = self.named(text_of(find(body, "Signatures")), ROOT)
            for listed in found(self.root(name), "Signature") if name is not None else ():
                part = self.named(listed.get("BaseLoc", ""), name or "")
                if part is not None:
                    yield from self._seals_of(part, page)

    def _seals_of(self, part: str, page: OfdPage) -> Iterator[tuple[Any, bytes]]:
        signature = self.root(part)
        signed = find(signature, "SignedInfo")
        places = [] if signed is None else [
            one for one in found(signed, "StampAnnot") if one.get("PageRef") == page.identity
        ]  # fmt: skip
        if places:
            links = (find(signed, "Seal", "BaseLoc"), find(signature, "SignedValue"))
            read = (self.binary(text_of(link), part) for link in links if text_of(link))
            picture = next((content for content in read if content), b"")
            yield from ((place, picture) for place in places)


def open_package(path: Path, settings: Settings) -> OfdPackage:
    """The parts and the pages of an OFD file.

    Raises:
        InputError: ``encrypted``, ``too-large``, ``unreadable``: it is damaged, no OFD, or lacks a part that it names.
    """
    parts = _lowered(path, read_parts(path, lambda name: _lower(name).endswith(".xml"), settings))
    if ENCRYPTIONS in parts:
        raise InputError("encrypted", path, Phrase("the OFD asks for a password; save it without one"))
    if ROOT not in parts:
        raise InputError("unreadable", path, Phrase("the file is no OFD: it lacks its part OFD.xml; fetch it again"))
    pages = []
    for body in found(_root(path, parts, ROOT), "DocBody"):
        root = _root_of(path, parts, body)
        listed = find(_root(path, parts, root), "Pages")
        for page in found(listed, "Page") if listed is not None else ():
            pages.append(OfdPage(page.get("ID", ""), _present(path, parts, page.get("BaseLoc", ""), root), root))
    if not pages:
        raise InputError("unreadable", path, Phrase("the OFD has no pages; fetch it again"))
    return OfdPackage(path, settings, parts, tuple(pages))


def candidates(location: str, part: str) -> list[str]:
    """Where a location that a part names may lie, the likeliest first: from the root, from the part, from its document.

    >>> candidates("Res/a.png", "Doc_0/Pages/Page_0/Content.xml")
    ['doc_0/pages/page_0/res/a.png', 'res/a.png', 'doc_0/res/a.png']
    """
    location = _lower(location)
    part = _lower(part)
    folders = [posixpath.dirname(part), "", part.partition("/")[0]]
    if location.startswith("/"):
        folders = folders[1:]
    names = (posixpath.normpath(posixpath.join("/", folder, location.lstrip("/"))) for folder in folders)
    return list(dict.fromkeys(name.lstrip("/") for name in names)) if location else []


def _lower(name: str) -> str:
    return name.replace("\\", "/").lower()


def _lowered(path: Path, parts: Parts) -> Parts:
    """The parts by their names in small letters."""
    found = {_lower(name): content for name, content in parts.items()}
    if len(found) < len(parts):
        raise InputError("unreadable", path, Phrase("the OFD holds a part twice; fetch it again, or save it as PDF"))
    return found


def _root(path: Path, parts: Parts, name: str) -> Any:
    return parse(path, parts[name])


def _root_of(path: Path, parts: Parts, body: Any) -> str:
    """The name of the root of a document: that of the version that is in force, where it has several (7.4 and 18)."""
    versions = find(body, "Versions")
    for version in found(versions, "Version") if versions is not None else ():
        if is_true(version.get("Current"), default=False):
            name = _present(path, parts, version.get("BaseLoc", ""), ROOT)
            return _present(path, parts, text_of(find(_root(path, parts, name), "DocRoot")), name)
    return _present(path, parts, text_of(find(body, "DocRoot")), ROOT)


def _present(path: Path, parts: Parts, location: str, part: str) -> str:
    name = next((name for name in candidates(location, part) if name in parts), None)
    if name is None:
        what = Phrase("its part {location}", location=location) if location else Phrase("the names of its parts")
        raise InputError(
            "unreadable", path, Phrase("the OFD lacks {what}; fetch it again, or save it as PDF", what=what)
        )
    return name


def _collect(known: Resources, root: Any, part: str) -> None:
    """Add what a part of resources holds; its files lie in the folder that it names."""
    base = posixpath.join(posixpath.dirname(part), root.get("BaseLoc", "").replace("\\", "/").lstrip("/"), "-")
    lists: tuple[tuple[str, Collection[str], dict[str, Any]], ...] = (
        ("Fonts", ("Font",), known.fonts),
        ("MultiMedias", ("MultiMedia",), known.pictures),
        ("CompositeGraphicUnits", ("CompositeGraphicUnit", "CompositeGraphicsUnit"), known.groups),
    )
    for name, kinds, into in lists:
        for one in (entry for entries in found(root, name) for entry in entries):
            if local_name(one) in kinds:
                into[one.get("ID", "")] = Located(one, base)
    for name, into in (("DrawParams", known.styles), ("ColorSpaces", known.spaces)):
        for one in (entry for entries in found(root, name) for entry in entries if local_name(entry)):
            into[one.get("ID", "")] = one
