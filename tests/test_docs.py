"""The documents against the code: what they name is there, and what is there they name."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
from functools import cache
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import click
import pytest
import yaml
from tools import architecture

import workbench
from tests.conftest import ROOT
from workbench.cli import main
from workbench.corrections.correction import PROMISED
from workbench.dataset.export.exporting import FORMATS
from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import SCHEMAS
from workbench.dataset.store import Dataset
from workbench.findings import FINDINGS, FLAGS
from workbench.readers.documents import SUPPORTED_SUFFIXES

PACKAGE = ROOT / "src" / "workbench"
DATASET = ROOT / "docs" / "dataset.md"
CHECKED = ("CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/glossary.md", "docs/dataset.md")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINKED = (*CHECKED, "README.md", "README.zh-CN.md")
OF_A_PROJECT = ("data/", "reports/", "exports/", "p-", "NAME", "audits/")
"""Beginnings of the paths of a user's project, which the repository does not hold."""


def text_of(path: str | Path) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def rows_under(text: str, header: str) -> list[list[str]]:
    """The rows of the tables in a text whose first column has this heading."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells and cells[0] == header:
            inside = True
        elif not cells:
            inside = False
        elif inside and set(line) - set("|- "):
            rows.append(cells)
    return rows


def section(text: str, heading: str) -> str:
    """What stands below a heading, down to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"^#{{2,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def code(cell: str) -> str:
    return cell.strip("`")


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def defined() -> frozenset[str]:
    """Every name that the package defines: modules, functions, classes, constants, attributes, arguments."""
    names = {part for path in trees() for part in path.relative_to(PACKAGE).with_suffix("").parts}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.arg):
                names.add(node.arg)
            elif isinstance(node, ast.alias):
                names.add(node.name.rpartition(".")[2])
    return frozenset(names)


@cache
def constants() -> frozenset[str]:
    nodes = (node for tree in trees().values() for node in ast.walk(tree))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def is_there(name: str) -> bool:
    """Whether what a document names in `backticks` is in the repository."""
    words = name.split()
    if words[:1] == ["make"]:
        targets = re.findall(r"^([\w -]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
        return words[1] in " ".join(targets).split()
    if words[:2] == ["python", "-m"] or words[:1] == [".venv/bin/python"]:
        module = words[words.index("-m") + 1]
        return all(map(is_there, (w for w in words if w.startswith("tests/")))) and bool(
            importlib.util.find_spec(module)
        )
    if words[:1] == ["workbench"] and len(words) > 1 and not words[1].startswith("-"):
        options = {word for word in words[2:] if word.startswith("--")}
        return words[1] in main.commands and options <= options_of(main.commands[words[1]])
    if len(words) > 1 or name in constants() | MADE_BY_WALKS:
        return True  # more than a name
    if name.startswith(OF_A_PROJECT) or not re.search(r"[A-Za-z]{2}", name):
        return True
    if "/" in name or Path(name).suffix in {".py", ".md", ".toml", ".js", ".css", ".ipynb", ".cff", ".cmd", ".lock"}:
        return any((folder / name).exists() for folder in (ROOT, PACKAGE))
    return set(re.split(r"[.=()\[\]\"<>{}:*-]+", name)) - {""} <= defined() | constants() | KNOWN


MADE_BY_WALKS = {
    name for pair in re.findall(r"`(\S+)`, a new file|^   wa\.picture\((\S+)\(", GUIDE, re.M) for name in pair
}
"""What the guide for contributors lets its reader make."""

KNOWN = {"wb", "wa", "ds", "workbench", "true", "True", "typed", "py", "json", "dataset", "jsonl", "html", "p01"}
KNOWN |= {"help", "version", "s3", "slow"}
"""Words of examples that no code defines."""


@pytest.mark.parametrize("document", CHECKED)
def test_what_a_document_names_is_there(document):
    text = text_of(document)
    if document == "CHANGELOG.md":
        text = re.sub(r"^ *\|.*$", "", text, flags=re.MULTILINE)  # its tables name what is no more
    names = {name for name in re.findall(r"`([^`\n]+)`", text) if not re.fullmatch(r"\.\w+", name)}
    codes = {code(row[0]) for row in rows_under(text, "code")}
    assert sorted(name for name in names - codes if not is_there(name)) == []


def anchors_of(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", LINKED)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / document).parent / path if path else ROOT / document
        assert place.exists(), target
        assert not anchor or anchor in anchors_of(place), target


EVERYWHERE = {"--help", "--lang"}
"""Options that every command has; they are described before the list of commands."""


def options_of(command: click.Command) -> set[str]:
    found = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
    return {option for option in found if option.startswith("--")} | {"--help"}


def arguments_of(command: click.Command) -> set[str]:
    return {one.name.upper() for one in command.params if isinstance(one, click.Argument)}


class TestDataset:
    """docs/dataset.md, the contract with users."""

    text = text_of(DATASET)

    def test_every_table_has_its_section_in_order(self):
        assert re.findall(r"^### `(\w+)`$", self.text, flags=re.MULTILINE) == list(TABLES) == list(SCHEMAS)

    @pytest.mark.parametrize("table", TABLES)
    def test_every_column_is_named_with_its_type_and_whether_it_can_be_null(self, table):
        rows = rows_under(section(self.text, f"### `{table}`"), "column")
        assert [code(name) for name, *_ in rows] == list(SCHEMAS[table].columns)
        kinds = {"str": "text", "flo": "number", "Int": "whole number", "boo": "true or false"}
        for (_, kind, null, meaning), column in zip(rows, SCHEMAS[table].columns.values(), strict=True):
            checks = {check.name: check.statistics for check in column.checks}
            assert kind == ("0 to 1" if "in_range" in checks else kinds[str(column.dtype)[:3]]), column.name
            assert null == ("null" if column.nullable else ""), column.name
            allowed = checks.get("isin", {}).get("allowed_values", ())
            assert not {value for value in allowed if f"`{value}`" not in meaning}, column.name

    def test_a_finding_code_that_is_named_is_one(self):
        assert {code(row[0]) for row in rows_under(self.text, "code")} <= constants()

    def test_every_flag_is_listed_as_one(self):
        part = section(self.text, "### `findings`").partition("**The form contradicts itself**")[0]
        assert {code(row[0]) for row in rows_under(part, "code")} == FLAGS

    def test_every_finding_code_is_named(self):
        named = {code(row[0]) for row in rows_under(section(self.text, "### `findings`"), "code")}
        assert named == set(FINDINGS) - {"audit"}  # a sample's field is in a queue, and in no table

    def test_every_reason_code_is_named(self):
        named = {code(row[0]) for row in rows_under(section(self.text, "### Reason codes"), "code")}
        given = {
            constant.value
            for tree in trees().values()
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("InputError", "about", "_fault")
            for argument in call.args[:2]
            for constant in ([argument] if isinstance(argument, ast.Constant) else codes_of(argument))
            if isinstance(constant.value, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", constant.value)
        }
        assert given - {"no-picture"} <= named  # said where a picture is asked for, which no table records
        assert named <= constants()

    def test_every_command_and_option_is_named_and_no_other(self):
        rows = rows_under(self.text, "command")
        for usage, _ in rows:
            program, name, *rest = re.findall(r"[\w-]+", code(usage))
            command = main.commands[name]
            assert program == "workbench"
            assert {word for word in rest if word.startswith("--")} == options_of(command) - EVERYWHERE, name
            assert {word for word in rest if word.isupper()} == arguments_of(command), name
            for option in command.params:
                shown = option.opts[0] if isinstance(option, click.Option) else option.name.upper()
                assert shown in EVERYWHERE or (f"[{shown}]" in usage) != option.required, (name, shown)
        assert [re.findall(r"\w+", usage)[1] for usage, _ in rows] == list(main.commands)

    def test_formats_suffixes_and_keys_of_corrections_are_named(self):
        (export,) = (does for usage, does in rows_under(self.text, "command") if "export" in usage)
        assert {kind for kind in FORMATS if f"`{kind}`" not in export} == set()
        assert set(re.findall(r"`(\.\w+)`", section(self.text, "## Input"))) == SUPPORTED_SUFFIXES
        assert set(re.findall(r"`(\w+)`", section(self.text, "## Corrections"))) == set(PROMISED)

    def test_what_python_offers_is_named_and_nothing_else(self):
        offered = section(self.text, "## Python")
        assert set(re.findall(r"`wb\.(\w+)`", offered)) == set(workbench.__all__) - {"__version__"}
        assert all(hasattr(Dataset, name) for name in re.findall(r"`ds\.(\w+)", offered))


def codes_of(argument: ast.expr) -> list[ast.Constant]:
    """The codes of ``"encrypted" if encrypted else "unreadable"``."""
    branches = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else ()
    return [branch for branch in branches if isinstance(branch, ast.Constant)]


class TestArchitecture:
    text = text_of("docs/architecture.md")

    def test_rooms_and_arrows_are_those_of_the_code(self):
        made = architecture.table(architecture.house())
        assert architecture.with_table(self.text, made) == self.text, "run: make architecture"
        assert made in self.text

    def test_the_picture_shows_the_rooms_of_the_code(self):
        picture = architecture.PICTURE.read_text(encoding="utf-8")
        assert architecture.digest(architecture.house()) in picture, "run: make architecture"

    def test_every_package_has_its_paragraph(self):
        described = set(re.findall(r"\*\*`(\w+)`\*\*", self.text))
        packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
        assert packages <= described <= {room.name for room in architecture.house().rooms}

    def test_arrows_run_from_the_lower_layer_to_the_higher(self):
        order = [room.name for room in architecture.house().rooms]
        assert [
            arrow for arrow in architecture.house().arrows() if order.index(arrow[0]) >= order.index(arrow[1])
        ] == []

    def test_an_arrow_that_only_shortens_a_way_is_left_out(self):
        arrows = frozenset({("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("a", "e")})
        assert architecture.reduced(arrows) == [("a", "b"), ("a", "e"), ("b", "c"), ("c", "d")]

    def test_the_picture_is_the_same_each_time_and_shows_no_two_rooms_in_one_place(self):
        pictures = []
        for _ in range(2):
            architecture.save(architecture.house(), file := io.BytesIO())
            pictures.append(file.getvalue())
        assert pictures[0] == pictures[1]
        names = [room.name for room in architecture.house().rooms]
        places = architecture.plan(names, architecture.reduced(architecture.house().arrows())).places
        heights = {column: sorted(h for c, h in places.values() if c == column) for column, _ in places.values()}
        assert all(b - a > 0.99 for column in heights.values() for a, b in pairwise(column))


def test_every_word_of_the_glossary_says_where_it_is():
    rows = rows_under(text_of("docs/glossary.md"), "English")
    assert len(rows) > 60
    assert [row[0] for row in rows if len(row) != 4 or not all(row) or "`" not in row[3]] == []
    words = [word.strip() for row in rows for word in row[0].split(",")]
    assert sorted({word for word in words if words.count(word) > 1}) == []
    for *_, where in rows:
        if found := re.fullmatch(r"(column|table|finding) (.*)", where):
            known = {"column": {c for s in SCHEMAS.values() for c in s.columns}, "table": set(TABLES)}
            named = re.findall(r"`([\w-]+)`", found.group(2))
            assert set(named) <= known.get(found.group(1), constants()), where
        elif found := re.fullmatch(r"`(\w+)` in `(.*\.py)`", where):
            assert re.search(rf"\b{found.group(1)}\b", (ROOT / found.group(2)).read_text(encoding="utf-8")), where


def test_modules_that_moved_are_gone_from_where_they_were_and_are_where_the_changelog_says():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("\n  |", "\n|")
    moved = [(code(old), code(new)) for old, new in rows_under(text, "before")]
    paths = {old: new for old, new in moved if old.startswith("workbench.")}
    assert len(paths) > 50
    assert [old for old in paths if importlib.util.find_spec("workbench") and module_of(old)] == []
    assert [new for new in paths.values() if not module_of(new)] == []
    from workbench import analysis as wa

    for old, new in moved:
        if old.startswith("wa."):
            assert attrgetter(new[3:])(wa)
            with pytest.raises(AttributeError):
                attrgetter(old[3:])(wa)


def module_of(name: str) -> bool:
    path = PACKAGE.parent / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_the_citation_has_what_it_must_have():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(cited)
    assert cited["version"] == workbench.__version__
    assert cited["license"] == "Apache-2.0"
    assert cited["type"] == "software"
    assert all({"name"} <= set(author) or {"family-names"} <= set(author) for author in cited["authors"])


def test_type_checkers_of_other_projects_see_the_types():
    assert (PACKAGE / "py.typed").read_text() == ""
