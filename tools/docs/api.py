"""The page on Python: what `workbench` and an opened dataset offer, from their docstrings and signatures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import workbench
import workbench.errors
from tools.docs.reference import Language, page
from workbench.dataset.store import Dataset
from workbench.settings import Settings

SECTIONS = ("Args", "Returns", "Yields", "Raises", "Attributes")
"""Headings of a docstring that hold lists (Google's style)."""


LINE = 90
"""Most characters of a signature on one line."""


def api(language: Language) -> str:
    """Everything public of the package, in the order in which it is used."""
    title, lead = {
        "zh": ("Python 接口", "`import workbench as wb` 之后可用的一切。说明取自程序中的文档字符串，为英文。"),
        "en": ("Python", "What `import workbench as wb` offers, from the docstrings of the code."),
    }[language]
    offered = [name for name in workbench.__all__ if not name.startswith("_")]
    functions = [_function(f"wb.{name}", getattr(workbench, name)) for name in offered]
    errors = [
        one for _, one in inspect.getmembers(workbench.errors, inspect.isclass) if one.__module__ == "workbench.errors"
    ]
    return page(
        title,
        lead,
        *functions,
        "## `Dataset`",
        markdown_of(Dataset),
        *(_member(name, member) for name, member in vars(Dataset).items() if not name.startswith("_")),
        "## `Settings`",
        markdown_of(Settings),
        "## Errors",
        *(f"### `{one.__name__}`\n\n{markdown_of(one)}" for one in errors),
    )


def _function(name: str, function: Any) -> str:
    """A function of the package; of a room that can be called (`wb.read`, `wb.review`) the call is documented."""
    called: Callable[..., Any] = function if inspect.isfunction(function) else type(function).__call__
    return f"## `{name}`\n\n```python\n{name}{_signature(called)}\n```\n\n{markdown_of(called)}"


def _member(name: str, member: Any) -> str:
    said = markdown_of(member)
    if inspect.isfunction(member):
        return f"### `ds.{name}()`\n\n```python\nds.{name}{_signature(member)}\n```\n\n{said}"
    return f"### `ds.{name}`" + (f"\n\n{said}" if said else "")


def _signature(function: Callable[..., Any]) -> str:
    """The arguments and the result, on a line each where they are too long for one."""
    signature = inspect.signature(function)
    without_quotes = [
        one.replace(annotation=_Bare(one.annotation)) if isinstance(one.annotation, str) else one
        for name, one in signature.parameters.items()
        if name != "self"
    ]
    result = f" -> {signature.return_annotation}" if isinstance(signature.return_annotation, str) else ""
    given = str(signature.replace(parameters=without_quotes, return_annotation=inspect.Signature.empty))
    if len(given) + len(result) <= LINE:
        return given + result
    names = [one.name for one in without_quotes if one.kind is one.KEYWORD_ONLY][:1]
    lines = [("    *,\n" if one.name in names else "") + f"    {one}," for one in without_quotes]
    return "(\n" + "\n".join(lines) + f"\n){result}"


class _Bare:
    """An annotation that is written without quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def markdown_of(thing: Any) -> str:
    """A docstring as Markdown: its sections become lists, its examples blocks of code."""
    lines: list[str] = []
    in_section, in_example = False, False
    for line in (inspect.getdoc(thing) or "").splitlines():
        is_example = line.startswith((">>>", "...")) or (in_example and bool(line.strip()))
        if is_example != in_example:
            lines.append("```python" if is_example else "```")
        in_example = is_example
        if is_example:
            lines.append(re.sub(r"\s+# doctest: .*", "", line))
        elif line.rstrip(":") in SECTIONS and line.endswith(":"):
            in_section = True
            lines += [f"**{line.rstrip(':')}**", ""]
        elif in_section and re.match(r" {4}\S", line):
            name, colon, rest = line.strip().partition(": ")
            lines.append(f"- `{name}`: {rest}" if colon and " " not in name.replace(", ", "") else f"- {line.strip()}")
        elif in_section and line.startswith("        "):
            lines.append(f"  {line.strip()}")
        else:
            lines.append(line)
    if in_example:
        lines.append("```")
    return "\n".join(line if line.startswith("```") else _as_code(line) for line in lines)


def _as_code(line: str) -> str:
    """Names in double backticks, and roles, as Markdown has them; a tag in running text is text."""
    return re.sub(r":\w+:`|``", "`", line)
