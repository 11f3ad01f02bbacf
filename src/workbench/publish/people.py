"""The names of the people who corrected: as they signed, or as initials."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterable, Mapping

import pandas as pd

SIGNED = ("corrected", "correction-stale", "correction-conflict")
"""Codes of findings whose messages name people."""

QUOTED = re.compile("(“[^”]*”)")
"""Text of a form in a message; whoever is named in it is part of the form."""

IDEOGRAPH = re.compile("[\u3400-\u9fff]")


def shown_names(people: Iterable[str], has_initials: bool) -> dict[str, str]:
    """What each person is called in a publication.

    A name that is a login on this machine is no signature, and becomes initials in any case. People with the same
    initials are told apart by numbers.
    """
    logins = {_login().casefold()} - {""}
    shown: dict[str, str] = {}
    for name in sorted(set(people)):
        short = initials(name) if has_initials or name.casefold() in logins else name
        taken = set(shown.values())
        shown[name] = next(
            found
            for found in (short, *(f"{short}{number}" for number in range(2, len(taken) + 3)))
            if found not in taken
        )
    return shown


def initials(name: str) -> str:
    """The initials of a name; of a Chinese one the family name.

    >>> initials("Li Ming"), initials("李明"), initials("李"), initials("42")
    ('L.M.', '李某', '李', '某')
    """
    bare = "".join(name.split())
    if IDEOGRAPH.match(bare):
        return bare[0] + ("某" if len(bare) > 1 else "")
    return "".join(f"{word[0].upper()}." for word in re.findall(r"[^\W\d_]+", name)) or "某"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name: then nobody can have signed with it
        return ""


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A text in which people are called otherwise. What it quotes stays as it is.

    >>> renamed("由“机器”改为“李明”（李明，2024-05-01）", {"李明": "李某"})
    '由“机器”改为“李明”（李某，2024-05-01）'
    """
    changed = sorted((name for name, shown in names.items() if name != shown), key=len, reverse=True)
    if not changed:
        return text
    pattern = re.compile("|".join(map(re.escape, changed)))
    parts = QUOTED.split(text)
    return "".join(
        part if place % 2 else pattern.sub(lambda found: names[found[0]], part) for place, part in enumerate(parts)
    )


def findings_with(findings: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The table ``findings`` with people called otherwise, where findings name them."""
    findings = findings.copy()
    signed = findings["code"].isin(SIGNED)
    findings.loc[signed, "message"] = findings.loc[signed, "message"].map(lambda text: renamed(text, names))
    conflict = findings["code"] == "correction-conflict"
    findings.loc[conflict, "expected"] = findings.loc[conflict, "expected"].map(
        lambda text: renamed(text, names), na_action="ignore"
    )
    return findings
