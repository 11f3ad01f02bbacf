"""What people decided about entities: ``data/entities.toml``, a list that is only ever appended to.

    [[decision]]
    relation = "same"            # same: one entity; successor: `to` took over from `from`; different: they are two
    kind = "department"          # department, unit or project
    from = { name = "天津市农业局", division = "120000" }
    to = { name = "天津市农业农村局", division = "120000" }
    by = "李"
    at = "2026-11-30T09:00:00+08:00"
    source = "2018年机构改革方案"

A project names its department, too: ``{ name = "数字乡村试点", department = "天津市农业局", division = "120000" }``.
Nothing is one entity because of this program: it proposes (`workbench.entities.proposals`), and a person decides.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from workbench.entities.names import KINDS, Designation, EntityKind, folded
from workbench.errors import EntitiesError, about
from workbench.files import open_regular, require_inside, write_atomically
from workbench.language import Phrase, reason_of
from workbench.remote import Location

Relation = Literal["same", "successor", "different"]
"""What a person says of two designations."""

ENTITIES = "entities.toml"
"""Name of the file with the decisions, beside the folder of the dataset."""

KEYS = ("relation", "kind", "from", "to", "by", "at", "source")
"""Keys of a decision; all of them are needed."""

SIDE_KEYS: Mapping[str, tuple[str, ...]] = {
    "department": ("name", "division"),
    "unit": ("name", "division"),
    "project": ("name", "department", "division"),
}
"""Keys of ``from`` and ``to``, by the kind; only ``name`` is always needed."""

PATIENCE = 10.0
"""Seconds to wait for another program that is writing to the same file."""

LARGEST = 20_000_000
"""Bytes of a file that is read: some fifty thousand decisions."""

HEAD = """\
# 部门、单位、项目在各年度之间的对应关系，由人决定。workbench entities 列出建议，
# --accept、--reject 把决定写在后面；也可以手写。
# relation：same 同一个；successor 由 to 承接（合并、拆分）；different 不是同一个。
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about two designations.

    Attributes:
        relation: what they are to each other.
        before: the one that ``from`` names.
        after: the one that ``to`` names.
        by: who decided.
        at: when, as RFC 3339.
        source: on what grounds.
        line: of the file, from 1; 0 where it is not known.
    """

    relation: Relation
    before: Designation
    after: Designation
    by: str
    at: str
    source: str
    line: int = 0

    @property
    def pair(self) -> frozenset[str]:
        """The ids of both sides."""
        return frozenset((self.before.id, self.after.id))


def entities_file(processed: Location) -> Path:
    """The file with the decisions about a dataset: ``entities.toml`` beside its folder.

    Raises:
        EntitiesError: the dataset lies in a store, where no decisions are kept.
    """
    if not isinstance(processed, Path):
        raise EntitiesError(
            processed, Phrase("decisions are kept beside a dataset on this machine; fetch a copy of the tables")
        )
    return processed.resolve().parent / ENTITIES


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """Read the decisions of a file; none where there is no file.

    Raises:
        EntitiesError: the file cannot be read or says something that cannot be; the error names line and key.
    """
    try:
        require_inside(path, path.parent.resolve())
        with open_regular(path) as stream:
            content = stream.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise EntitiesError(path, Phrase("this is not UTF-8; save it as UTF-8")) from error
    except OSError as error:
        raise EntitiesError(path, Phrase("it cannot be read ({reason})", reason=reason_of(error))) from error
    if len(content) > LARGEST:
        raise EntitiesError(
            path,
            Phrase(
                "it is larger than {largest} MB, which no list of decisions is; take it away", largest=LARGEST // 10**6
            ),
        )
    return parsed(path, text)


def parsed(path: Path, text: str) -> tuple[Decision, ...]:
    """Read the decisions of a text.

    Raises:
        EntitiesError: see `read_decisions`.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"at line (\d+)", str(error))
        raise EntitiesError(
            path, Phrase("this is not TOML: {error}", error=error), int(place[1]) if place else None
        ) from error
    for key in content:
        if key != "decision":
            raise EntitiesError(
                path, Phrase("{key}: write [[decision]] before each decision", key=key), _line_of(text, key=key)
            )
    listed = content.get("decision", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise EntitiesError(
            path, Phrase("decision: write [[decision]] before each decision"), _line_of(text, key="decision")
        )
    decisions = tuple(_decision(path, text, number, one) for number, one in enumerate(listed))
    require_consistent(path, decisions)
    return decisions


def _decision(path: Path, text: str, number: int, one: Mapping[str, Any]) -> Decision:
    """One decision of a file, counted from 0."""

    def refuse(key: str, message: str) -> EntitiesError:
        return EntitiesError(path, about(key, message), _line_of(text, number, key))

    for key in one:
        if key not in KEYS:
            raise refuse(key, Phrase("a decision has {keys}, and nothing else", keys=", ".join(KEYS)))
    for key in KEYS:
        if key not in one:
            raise refuse(key, Phrase("every decision needs one; who decided, when and on what grounds is kept with it"))
    for key, allowed in (("relation", get_args(Relation)), ("kind", KINDS)):
        if one[key] not in allowed:
            raise refuse(key, Phrase("{key!r} is none of {allowed}", key=one[key], allowed=", ".join(allowed)))
    for key in ("by", "at", "source"):
        if not isinstance(one[key], str) or not one[key].strip():
            raise refuse(key, Phrase("write it in quotation marks; it must not be empty"))
    before, after = (_side(one["kind"], one[key], partial(refuse, key)) for key in ("from", "to"))
    if before == after:
        raise refuse(
            "to", Phrase("it is the same as from: names that differ in width, spaces or punctuation only are one")
        )
    return Decision(one["relation"], before, after, one["by"], one["at"], one["source"], _line_of(text, number) or 0)


def _side(kind: EntityKind, value: Any, refuse: Any) -> Designation:
    """One side of a decision."""
    keys = SIDE_KEYS[kind]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not folded(value["name"]):
        raise refuse(Phrase('write { name = "…" }, with the name as forms print it'))
    for key in value:
        if key not in keys or not isinstance(value[key], str):
            raise refuse(
                Phrase("{key}: a {kind} has {keys}, in quotation marks", key=key, kind=kind, keys=", ".join(keys))
            )
    division = value.get("division", "")
    if division and not re.fullmatch(r"\d{6}", division):
        raise refuse(
            Phrase("division = {division!r}: write the six digits of the code, or leave it out", division=division)
        )
    if kind != "project":
        return Designation(kind, folded(value["name"]), division)
    department = folded(value.get("department", ""))
    owner = Designation("department", department, division).id if department else ""
    return Designation(kind, folded(value["name"]), owner=owner)


def require_consistent(path: Path, decisions: Sequence[Decision]) -> None:
    """Require that no two decisions contradict each other.

    Raises:
        EntitiesError: two do; the error names both lines.
    """
    roots = same_groups(decisions)
    said: dict[frozenset[str], Decision] = {}
    for one in decisions:
        earlier = said.setdefault(one.pair, one)
        turned = one.relation == "successor" and earlier.before != one.before
        if earlier.relation != one.relation or turned:
            _refuse(
                path,
                one,
                Phrase("line {line} says {relation!r} of the same two", line=earlier.line, relation=earlier.relation),
            )
        if one.relation != "same" and roots.get(one.before.id, one.before.id) == roots.get(one.after.id, one.after.id):
            lines = [str(other.line) for other in decisions if other.relation == "same" and one.pair & other.pair]
            _refuse(path, one, Phrase("by the decisions in line {lines} the two are the same", lines=", ".join(lines)))
    _require_no_circle(path, decisions, roots)


def _require_no_circle(path: Path, decisions: Sequence[Decision], roots: Mapping[str, str]) -> None:
    """Require that nothing is its own successor.

    Raises:
        EntitiesError: something is.
    """
    after: dict[str, set[str]] = {}
    for one in decisions:
        if one.relation == "successor":
            start, end = (roots.get(side.id, side.id) for side in (one.before, one.after))
            reached, waiting = {end}, [end]
            while waiting:
                found = after.get(waiting.pop(), set()) - reached
                reached |= found
                waiting += found
            if start in reached:
                _refuse(path, one, Phrase("by earlier decisions its `to` came before its `from`"))
            after.setdefault(start, set()).add(end)


def _refuse(path: Path, one: Decision, why: str) -> None:
    pair = f"{one.before.name} → {one.after.name}"
    message = Phrase(
        "relation: {relation!r} ({pair}) contradicts what stands above: {why}; remove one of them",
        relation=one.relation,
        pair=pair,
        why=why,
    )
    raise EntitiesError(path, message, one.line or None)


def same_groups(decisions: Iterable[Decision]) -> dict[str, str]:
    """The id that stands for each designation that is the same as another: that of the earliest decision's ``from``."""
    roots: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for one in decisions:
        if one.relation != "same":
            continue
        for side in (one.before.id, one.after.id):
            members.setdefault(roots.setdefault(side, side), [side])
        # Dictionaries keep their order: of two groups the one that was there first keeps its id.
        order = list(members)
        first, second = sorted((roots[one.before.id], roots[one.after.id]), key=order.index)
        if first != second:
            for member in members.pop(second):
                roots[member] = first
                members[first].append(member)
    return roots


def _line_of(text: str, number: int | None = None, key: str = "") -> int | None:
    """The line, from 1, of a key of a decision, or of the decision; of a key of the file where no number is given."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[\s*decision\s*\]\]", line)]
    if number is None:
        return next((n + 1 for n, line in enumerate(lines) if re.match(rf"\s*\[*\s*{re.escape(key)}\b", line)), None)
    if number >= len(starts):
        return None
    end = starts[number + 1] if number + 1 < len(starts) else len(lines)
    named = (n for n in range(starts[number], end) if key and re.match(rf"\s*{re.escape(key)}\s*[=.]", lines[n]))
    return next(named, starts[number]) + 1


def append_decisions(path: Path, added: Sequence[tuple[Relation, Mapping[str, Any]]], by: str, source: str) -> str:
    """Write decisions behind those of a file; the file is made where there is none.

    Args:
        path: the file.
        added: relation and facts of each: ``kind``, ``from``, ``to``, and ``source`` where it has its own grounds.
        by: who decided.
        source: on what grounds.

    Returns:
        The lines that were written: `take_back` takes them out again.

    Raises:
        EntitiesError: the file cannot be read or written, or they contradict what stands there.
    """
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    blocks = "".join(_block(relation, facts, by, at, source) for relation, facts in added)
    with _writing(path):
        read_decisions(path)
        before = path.read_text("utf-8-sig") if path.exists() else HEAD
        parsed(path, before + blocks)
        write_atomically(path, (before + blocks).encode())
    return blocks


def take_back(path: Path, blocks: str) -> None:
    """Take the last decisions out of a file again, as `append_decisions` wrote them.

    Raises:
        EntitiesError: the file cannot be read or written, or something else is its end now.
    """
    with _writing(path):
        text = path.read_text("utf-8-sig")
        if not text.endswith(blocks):
            message = Phrase("it was changed since this decision was written; take the decision out of it by hand")
            raise EntitiesError(path, message)
        write_atomically(path, text.removesuffix(blocks).encode())


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Let nobody else write to a file of decisions meanwhile.

    Raises:
        EntitiesError: it cannot be written, or another program does not end to write.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE):
            yield
    except Timeout as error:
        raise EntitiesError(path, Phrase("another program is writing to it; try again")) from error
    except OSError as error:
        raise EntitiesError(path, Phrase("it cannot be written ({reason})", reason=reason_of(error))) from error


def _block(relation: Relation, facts: Mapping[str, Any], by: str, at: str, source: str) -> str:
    """The lines of a decision."""
    values = {"relation": relation, "by": by, "at": at, "source": source} | dict(facts)
    return "\n[[decision]]\n" + "".join(f"{key} = {_toml(values[key])}\n" for key in KEYS)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items() if one) + " }"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
