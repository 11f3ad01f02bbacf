"""Administrative divisions by their names. The table is data (``divisions.tsv``), and says its source and its gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from workbench.entities.names import folded

ENDINGS = (
    "特别行政区",
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "自治州",
    "自治县",
    "省",
    "市",
    "区",
    "县",
)
"""What a folder may leave out of the name of a division: 天津 for 天津市."""

COMMON_WORDS = frozenset({"城区", "郊区", "矿区"})
"""Names of divisions that are words as well: they count only below a division that is known."""

NATIONAL = "000000"
"""What stands for a code where a department is the state's own."""

OF_THE_STATE = re.compile(r"(?:中华人民共和国|国家|国务院|中国|全国|中共中央|中央)(?=.{2})")
"""What the name of a department of the state begins with."""

STATE_ENDINGS = re.compile(
    r"(?:总局|总署|应急管理部|(?<!组织)(?<!宣传)(?<!统战)(?<!工作)(?<!武装)(?<!事业)(?<!项目)(?<!管理)部)$"
)
"""What it ends with, where no division stands before it; departments of the Party at any level end with 部, too."""

LOCAL_OFFICE = re.compile(r"国家.{2,8}?总局(?=.{4})")
"""A ministry in front of the name of its office in a place: 国家税务总局天津市税务局."""

LONGEST_NAME = 20
"""Characters of the longest name that is looked for; the longest of the table has 18."""


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city or county under one of its names.

    Attributes:
        code: six digits of GB/T 2260.
        name: its own name, without those above it.
        first: the year of the first revision of the table that has it.
        last: that of the last one.
    """

    code: str
    name: str
    first: int
    last: int

    @property
    def prefix(self) -> str:
        """The digits that all divisions within it begin with."""
        return self.code[:2] if self.code.endswith("0000") else self.code[:4] if self.code.endswith("00") else self.code

    def holds(self, code: str) -> bool:
        """Tell whether a division is this one or lies in it."""
        return code.startswith(self.prefix)


@dataclass(frozen=True, slots=True)
class Placed:
    """The divisions that a text begins with.

    Attributes:
        code: of the last of them; empty where there is none, or where several places have that name.
        rest: the text behind them.
        candidates: the codes that the name may mean, where there are several.
    """

    code: str
    rest: str
    candidates: tuple[str, ...] = ()


@cache
def divisions() -> tuple[Division, ...]:
    """Read the table."""
    source = resources.files("workbench.entities").joinpath("divisions.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in source.splitlines() if not line.startswith("#"))
    return tuple(Division(code, name, int(first), int(last)) for code, name, first, last in rows)


@cache
def _by_name() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for one in divisions():
        found.setdefault(one.name, []).append(one)
    return {name: tuple(ones) for name, ones in found.items()}


@cache
def _by_code() -> dict[str, Division]:
    """Each division by its code, under its latest name."""
    return {one.code: one for one in sorted(divisions(), key=lambda one: one.last)}


@cache
def _by_short_name() -> dict[str, tuple[Division, ...]]:
    """Divisions by their names without the ending: what folders are called."""
    found: dict[str, list[Division]] = {}
    for one in divisions():
        short = next((one.name.removesuffix(end) for end in ENDINGS if one.name.endswith(end)), one.name)
        if len(short) > 1:
            found.setdefault(short, []).append(one)
    return {name: tuple(ones) for name, ones in found.items()}


def full_name(code: str) -> str:
    """The name of a division behind those above it; the code itself where the table does not have it.

    >>> full_name("610116"), full_name("120000"), full_name("000000"), full_name("")
    ('陕西省西安市长安区', '天津市', '中央', '')
    """
    if code == NATIONAL:
        return "中央"
    codes = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code)) if code else {}
    names = [_by_code()[one].name for one in codes if one in _by_code()]
    return "".join(names) or code


def placed(text: str, within: str = "") -> Placed:
    """Find the divisions that a text begins with.

    Args:
        text: a name or a title, folded.
        within: code of a division that the text is said to be about: it decides between places of one name.

    >>> placed("陕西省西安市长安区教育局").code, placed("长安区教育局").code, placed("长安区教育局", "610100").code
    ('610116', '', '610116')
    """
    code, rest, candidates = "", text, tuple[str, ...]()
    while True:
        step = _step(rest, code, within)
        if step is None:
            return Placed(code, rest, candidates)
        codes, name = step
        rest = rest[len(name) :]
        if len(codes) > 1:
            return Placed("", rest, codes)
        code = codes[0]


def placed_department(name: str, within: str = "") -> Placed:
    """Find where a department is by its name: the divisions before it, or that it is the state's own.

    >>> placed_department("国家税务总局天津市税务局"), placed_department("国家粮食局")
    (Placed(code='120000', rest='税务局', candidates=()), Placed(code='000000', rest='粮食局', candidates=()))
    >>> placed_department("生态环境部").code, placed_department("财政局", "120000").code
    ('000000', '')
    """
    local = LOCAL_OFFICE.match(name)
    office = placed(name[local.end() :], within) if local else None
    if office is not None and office.code:
        return office
    found = placed(name, within)
    if found.code or found.candidates:
        return found
    state = OF_THE_STATE.match(name)
    if state or STATE_ENDINGS.search(name):
        return Placed(NATIONAL, name[state.end() :] if state else name)
    return found


def _step(text: str, above: str, within: str) -> tuple[tuple[str, ...], str] | None:
    """The codes that the longest name at the start of a text may mean, and the name."""
    for length in range(min(LONGEST_NAME, len(text)), 1, -1):
        name = text[:length]
        codes = {one.code for one in _by_name().get(name, ())}
        if above:
            codes = {code for code in codes if code != above and _in(code, above)}
        elif within and any(_in(code, within) for code in codes):
            codes = {code for code in codes if _in(code, within)}
        elif name in COMMON_WORDS:
            continue
        if codes:
            return tuple(sorted(codes)), name
    return None


def _in(code: str, above: str) -> bool:
    division = _by_code().get(above)
    return division is not None and division.holds(code)


def division_of_folders(folders: Iterable[str]) -> str:
    """The division that the folders of a file name, the innermost that does; empty where none does.

    >>> [division_of_folders(folders) for folders in (["陕西", "西安市", "2022"], ["北京", "朝阳"], ["2022"])]
    ['610100', '110105', '']
    """
    code = ""
    for folder in map(folded, folders):
        found = placed(folder, code)
        known = _by_short_name().get(folder, ()) if not found.code else ()
        # By itself a short name counts for provinces and cities only: 长安 may be anything, 西安/长安 is a district.
        codes = {one.code for one in known if (_in(one.code, code) if code else one.code.endswith("00"))}
        code = found.code or (codes.pop() if len(codes) == 1 else code)
    return code


def are_compatible(one: str, other: str) -> bool:
    """Tell whether two codes may be of one place: alike, one of them unknown, or one name whose code was changed.

    >>> are_compatible("512081", "510185"), are_compatible("130104", "130703")
    (True, False)
    """
    if not one or not other or one == other:
        return True
    pair = sorted((_by_code()[code] for code in (one, other) if code in _by_code()), key=lambda place: place.first)
    if len(pair) < 2 or NATIONAL in (one, other):
        return False
    return pair[0].name == pair[1].name and one[:2] == other[:2] and pair[0].last <= pair[1].first
