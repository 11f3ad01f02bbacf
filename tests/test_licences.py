"""Who installs the workbench takes on no obligation of the GPL or AGPL."""

from __future__ import annotations

import pytest
from tools.licences import LOCK, Licensed, licences_of, licensed, packages_of


def test_no_package_of_the_lock_is_gpl_or_agpl_or_unknown():
    found = list(licensed(packages_of(LOCK.read_text(encoding="utf-8"))))
    assert len(found) > 100
    assert [one for one in found if one.is_refused] == []


@pytest.mark.parametrize(
    ("licences", "is_refused"),
    [
        (("MIT",), False),
        (("LGPL-3.0-only",), False),
        (("GNU Lesser General Public License v2 or later (LGPLv2+)",), False),
        (("GNU Library or Lesser General Public License (LGPL)",), False),
        (("Artistic License", "GNU General Public License (GPL)"), False),
        (("GPL-3.0-or-later",), True),
        (("AGPL-3.0-only",), True),
        (("GNU Affero General Public License v3",), True),
        (("GNU General Public License v2 or later (GPLv2+)",), True),
        ((), True),
    ],
)
def test_what_is_refused(licences, is_refused):
    assert Licensed("x", licences).is_refused == is_refused


def test_where_a_licence_is_looked_for():
    assert licences_of("MIT OR GPL-3.0-only", ["License :: OSI Approved :: BSD License"], "") == ("MIT", "GPL-3.0-only")
    assert licences_of("", ["License :: OSI Approved :: BSD License"], "x") == ("BSD License",)
    both = [
        "License :: OSI Approved :: BSD License",
        "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
    ]
    assert Licensed("x", licences_of("", both, "")).is_refused
    assert not Licensed("x", licences_of("", both, "", is_choice=True)).is_refused
    assert licences_of("", ["License :: OSI Approved"], "MIT\nmore") == ("MIT",)
    assert licences_of("", [], "") == ()
