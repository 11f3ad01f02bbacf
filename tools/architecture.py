"""The rooms of the package and what they import, as a table and a picture in ``docs/architecture.md``.

``make architecture`` (``python -m tools.architecture``) writes both anew from the code; a test holds the table against
the code. The order of the rooms is that of the layers in ``pyproject.toml``, which import-linter enforces.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import BinaryIO

import grimp
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path as Curve

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "images" / "architecture.svg"

PACKAGE = "workbench"
BEGIN, END = "<!-- made by: make architecture -->", "<!-- end of what make architecture makes -->"

STYLE = {"svg.hashsalt": PACKAGE, "font.family": "DejaVu Sans"}
"""How the picture is drawn: without a salt its names would be others each time."""

INK, GREY, PALE, BLUE = "#1F2430", "#8A8F98", "#F3F5F8", "#0072B2"
COLUMN, ROW = 2.02, 1.0
"""Distance of two columns and of two rows of the picture, in inches."""

BOX = (1.6, 0.72)
"""Width and height of a room in the picture, in inches."""

HEAD = 0.12
"""Length of the head of an arrow, in inches."""

PARTS_COLUMNS = 22
"""So many characters of the names of a room's parts fit on a line of its box."""

BEGINNINGS = 200
"""Orders of the rooms that the picture is laid out from."""

SWEEPS = 24
"""Passes over the columns that bring rooms to the height of those that they are joined to."""


@dataclass(frozen=True)
class Room:
    """A package or module at the top of the workbench, its sub-packages, and the rooms that its code imports."""

    name: str
    parts: tuple[str, ...]
    imports: frozenset[str]


@dataclass(frozen=True)
class House:
    """The rooms in the order of the layers, the lowest first; the foundation is what lies below all packages."""

    rooms: tuple[Room, ...]
    foundation: tuple[str, ...]

    def arrows(self) -> frozenset[tuple[str, str]]:
        """From each room to those that import it: the way that data takes."""
        return frozenset((known, room.name) for room in self.rooms for known in room.imports)


@cache
def house() -> House:
    """The house as the code is now."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    modules: dict[str, set[str]] = {}
    imports: dict[str, set[str]] = {}
    for module in graph.modules:
        modules.setdefault(_room_of(module), set()).add(module)
        for imported in graph.find_modules_directly_imported_by(module):
            imports.setdefault(_room_of(module), set()).add(_room_of(imported))
    order = _layers(set(modules))
    lowest = min(order.index(name) for name in modules if len(modules[name]) > 1)
    foundation = tuple(order[:lowest])
    rooms = []
    for name in order[lowest:]:
        parts = (
            sorted(m.rpartition(".")[2] for m in graph.find_children(f"{PACKAGE}.{name}")) if name != PACKAGE else []
        )
        packages = tuple(part for part in parts if graph.find_children(f"{PACKAGE}.{name}.{part}"))
        known = frozenset(imports.get(name, set()) - {name, *foundation})
        rooms.append(Room(name, packages, known))
    return House(tuple(rooms), foundation)


def _room_of(module: str) -> str:
    """``workbench.grid.masks`` lies in ``grid``; what ``workbench/__init__.py`` imports is the package's own."""
    return module.split(".")[1] if "." in module else PACKAGE


def _layers(names: set[str]) -> list[str]:
    """The rooms from the lowest layer to the highest; the package itself stands below the commands."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = content["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract.get("containers") == [PACKAGE])
    order = [name.strip() for layer in reversed(layers) for name in sorted(layer.split("|"))]
    order.insert(order.index("commands"), PACKAGE)
    return [name for name in order if name in names]


def table(found: House) -> str:
    """The rooms and what each imports, as Markdown."""
    lines = ["| room | imports, beside the foundation |", "|---|---|"]
    place = {room.name: number for number, room in enumerate(found.rooms)}
    for room in found.rooms:
        inside = f" ({', '.join(f'`{part}`' for part in room.parts)})" if room.parts else ""
        known = ", ".join(f"`{name}`" for name in sorted(room.imports, key=place.__getitem__))
        lines.append(f"| `{room.name}`{inside} | {known or '(nothing)'} |")
    lines += [
        "",
        "The foundation, which any room may import: " + ", ".join(f"`{name}`" for name in found.foundation) + ".",
    ]
    return "\n".join(lines)


def with_table(document: str, made: str) -> str:
    """The document with the table between its marks replaced."""
    return re.sub(f"(?<={re.escape(BEGIN)}\n).*(?=\n{re.escape(END)})", lambda _: made, document, flags=re.DOTALL)


def reduced(arrows: frozenset[tuple[str, str]]) -> list[tuple[str, str]]:
    """The arrows without those that only shorten a way over other rooms (transitive reduction of an acyclic graph)."""
    following: dict[str, set[str]] = {}
    for known, room in arrows:
        following.setdefault(known, set()).add(room)

    @cache
    def reached(room: str) -> frozenset[str]:
        nearest = following.get(room, set())
        return frozenset(nearest).union(*(reached(after) for after in nearest))

    return sorted(
        (known, room)
        for known, room in arrows
        if not any(room in reached(other) for other in following[known] if other != room)
    )


def columns_of(names: list[str], arrows: list[tuple[str, str]]) -> dict[str, int]:
    """The column of each room: one to the right of the last room that it imports."""
    column = dict.fromkeys(names, 0)
    for name in names:  # in the order of the layers, so that what is imported has its column already
        column[name] = max((column[known] + 1 for known, room in arrows if room == name), default=0)
    return column


@dataclass(frozen=True)
class Plan:
    """Where rooms stand: column and height of each, and the points that each arrow goes through."""

    places: dict[str, tuple[int, float]]
    ways: dict[tuple[str, str], list[tuple[int, float]]]


def plan(names: list[str], arrows: list[tuple[str, str]]) -> Plan:
    """Rooms in columns, each brought to the middle of those it is joined to; an arrow over several columns gets a
    place in each (Sugiyama, Tagawa and Toda, 1981). Of several beginnings the one with the fewest crossings counts."""
    column = columns_of(names, arrows)
    ways = {(a, b): [a, *(f"{a}>{b}@{c}" for c in range(column[a] + 1, column[b])), b] for a, b in arrows}
    column |= {point: int(point.rpartition("@")[2]) for way in ways.values() for point in way[1:-1]}
    steps = [step for way in ways.values() for step in pairwise(way)]
    drawn = (_heights(column, steps, Random(beginning)) for beginning in range(BEGINNINGS))
    height = min(drawn, key=lambda height: (_crossings(column, steps, height), _detours(steps, height)))
    places = {name: (column[name], height[name]) for name in names}
    return Plan(places, {arrow: [(column[point], height[point]) for point in way] for arrow, way in ways.items()})


def _heights(column: dict[str, int], steps: list[tuple[str, str]], random: Random) -> dict[str, float]:
    """Heights of all points, from a random beginning."""
    joined: dict[str, list[str]] = {point: [] for point in column}
    for one, other in steps:
        joined[one].append(other)
        joined[other].append(one)
    stacks = [[point for point in column if column[point] == number] for number in range(max(column.values()) + 1)]
    for stack in stacks:
        random.shuffle(stack)
    height = {point: place - (len(stack) - 1) / 2 for stack in stacks for place, point in enumerate(stack)}
    for sweep in range(SWEEPS):
        for stack in stacks if sweep % 2 == 0 else reversed(stacks):
            wished = {p: sum(height[q] for q in joined[p]) / max(len(joined[p]), 1) for p in stack}
            stack.sort(key=wished.__getitem__)
            height |= _spread(stack, wished)
    return height


def _crossings(column: dict[str, int], steps: list[tuple[str, str]], height: dict[str, float]) -> int:
    """How many pairs of steps between the same columns cross."""
    return sum(
        column[a] == column[c] and (height[a] - height[c]) * (height[b] - height[d]) < 0
        for (a, b), (c, d) in combinations(steps, 2)
    )


def _detours(steps: list[tuple[str, str]], height: dict[str, float]) -> float:
    """By how much arrows rise and fall in all."""
    return sum(abs(height[one] - height[other]) for one, other in steps)


def _spread(stack: list[str], wished: dict[str, float]) -> dict[str, float]:
    """Heights near those wished for, in the order of the stack, no two points closer than they may be."""
    room = {point: 0.5 if "@" in point else 1.0 for point in stack}
    down: list[float] = []
    up: list[float] = []
    for place, point in enumerate(stack):
        least = down[-1] + (room[stack[place - 1]] + room[point]) / 2 if down else wished[point]
        down.append(max(wished[point], least))
    for place, point in reversed(list(enumerate(stack))):
        most = up[-1] - (room[stack[place + 1]] + room[point]) / 2 if up else wished[point]
        up.append(min(wished[point], most))
    return {point: (one + other) / 2 for point, one, other in zip(stack, down, reversed(up), strict=True)}


def draw(found: House) -> Figure:
    """The picture: rooms from left to right, an arrow from each to those that import it, and the foundation below."""
    shown = [room for room in found.rooms if room.name != "__main__"]  # which is the command line by another name
    names = [room.name for room in shown]
    planned = plan(names, [arrow for arrow in reduced(found.arrows()) if set(arrow) <= set(names)])
    rows = [height for _, height in planned.places.values()]
    right, top, bottom = COLUMN * max(c for c, _ in planned.places.values()), min(rows) * ROW, max(rows) * ROW
    figure = Figure(figsize=(right + BOX[0] + 0.5, bottom - top + BOX[1] + 1.5))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(
        xlim=(-BOX[0] / 2 - 0.25, right + BOX[0] / 2 + 0.25), ylim=(bottom + BOX[1] / 2 + 1.2, top - BOX[1] / 2 - 0.3)
    )
    axes.set_axis_off()
    for way in planned.ways.values():
        _arrow(axes, [(COLUMN * column, ROW * height) for column, height in way])
    for room in shown:
        column, height = planned.places[room.name]
        inside = textwrap.fill(" · ".join(room.parts), PARTS_COLUMNS)
        _box(axes, (COLUMN * column, ROW * height), BOX, room.name, inside)
    base = (right / 2, bottom + BOX[1] / 2 + 0.62)
    _box(axes, base, (right + BOX[0], 0.66), " · ".join(found.foundation), "the foundation: any room may import it")
    return figure


def _box(axes: Axes, centre: tuple[float, float], size: tuple[float, float], name: str, inside: str) -> None:
    (x, y), (width, height) = centre, size
    corner = (x - width / 2, y - height / 2)
    style = "round,pad=0,rounding_size=0.08"
    axes.add_patch(FancyBboxPatch(corner, width, height, style, facecolor=PALE, edgecolor=BLUE, lw=1.1, zorder=2))
    above = 0.06 + 0.07 * len(inside.splitlines()) if inside else 0
    axes.text(x, y - above, name, ha="center", va="center", color=INK, fontsize=15, zorder=3)
    if inside:
        axes.text(x, y + 0.16, inside, ha="center", va="center", color="#5A606B", fontsize=8.8, zorder=3)


def _arrow(axes: Axes, points: list[tuple[float, float]]) -> None:
    """A curve through the points that leaves and enters each of them level."""
    (x, y), *_ = points
    path, codes = [(x + BOX[0] / 2, y)], [Curve.MOVETO]
    for number, (x, y) in enumerate(points[1:], start=1):
        (before, level), last = path[-1], number == len(points) - 1
        end = x - BOX[0] / 2 - (HEAD if last else 0)
        middle = (before + end) / 2
        path += [(middle, level), (middle, y), (end, y)]
        codes += [Curve.CURVE4] * 3
        if not last:
            path.append((x + BOX[0] / 2, y))
            codes.append(Curve.LINETO)
    axes.add_patch(PathPatch(Curve(path, codes), fill=False, edgecolor=GREY, lw=1.4, zorder=1))
    x, y = path[-1]
    head = [(x + HEAD, y), (x, y - HEAD / 3), (x, y + HEAD / 3)]
    axes.add_patch(Polygon(head, closed=True, facecolor=GREY, edgecolor="none", zorder=1))


def save(found: House, place: Path | BinaryIO) -> None:
    """Draw the picture into a file. It carries the digest of the table that it shows, and no date."""
    with mpl.rc_context(STYLE):
        draw(found).savefig(place, format="svg", metadata={"Date": None, "Description": digest(found)})


def digest(found: House) -> str:
    """Digest of what the picture shows."""
    return hashlib.sha256(table(found).encode()).hexdigest()[:16]


def main() -> None:
    """Write the table and the picture; the same code gives the same bytes."""
    found = house()
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), table(found)), encoding="utf-8")
    save(found, PICTURE)


if __name__ == "__main__":
    main()
