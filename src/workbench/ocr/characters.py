"""Which characters Chinese forms are written in: what a reader of pages may expect before it has seen any."""

from __future__ import annotations

SIGNS = frozenset("—–−‥≧≦￥•·㎡㎥㎞㎝㎜㎏㎎")
"""Signs of forms that GB 2312 lacks or knows under another number."""

FOREIGN = (("\u3040", "\u30ff"), ("\u0370", "\u03ff"), ("\u0400", "\u04ff"), ("\u3100", "\u312f"))
"""Kana, Greek, Cyrillic and Bopomofo: in GB 2312, and not in forms."""

RARITY = 0.02
"""How much less often than its readings suggest a character of no form is really there. Engines take 力 for the kana カ
and 毁 for the traditional 毀; names of people and places do hold a rare character now and then."""


def is_expected(character: str) -> bool:
    """Whether a character belongs to simplified Chinese print: GB 2312 without foreign alphabets, and some signs."""
    if character in SIGNS:
        return True
    if any(first <= character <= last for first, last in FOREIGN):
        return False
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
