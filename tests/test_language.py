"""Everything that is said to a person is said in Chinese, too, and in the language that the person asked for."""

from __future__ import annotations

import ast
import pickle
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from inspect import cleandoc
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import workbench
from workbench.cli import main
from workbench.commands.help import MODULES, paragraphs
from workbench.errors import InputError, SelectionError
from workbench.language import Phrase, catalogue, chosen_language, joined, reason_of, shown

PACKAGE = Path(workbench.__file__).parent
CLICK = Path(click.__file__).parent

LOOKED_UP = {"system", "click"}
"""Sections of the catalogue whose English stands in no ``Phrase(…)`` of ours: others say it."""

NOT_FOR_PEOPLE = {"ocr/testing.py": "for those who write an OCR engine, in the language of its documentation"}


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """Every module that says something to people, by its path in the package."""
    files = ((file.relative_to(PACKAGE).as_posix(), file) for file in sorted(PACKAGE.rglob("*.py")))
    return [(name, ast.parse(file.read_text(encoding="utf-8"))) for name, file in files if name not in NOT_FOR_PEOPLE]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def phrases() -> dict[str, str]:
    """Every template in the package, with the module that says it."""
    found = {}
    for name, tree in modules():
        for called, call in calls(tree):
            if called == "Phrase" and call.args and isinstance(call.args[0], ast.Constant):
                found[call.args[0].value] = name
    return found


def helps() -> set[str]:
    """Every paragraph of a command's help, and the help of every option."""
    commands = [main, *main.commands.values()]
    said = {part for one in commands for part in paragraphs(cleandoc(one.help or "")) if not part.startswith("\b")}
    for option in (each for one in commands for each in one.params if isinstance(each, click.Option) and each.help):
        text, _, rest = option.help.partition("  [")
        said |= {text, rest.removesuffix("]")}
    return said | {"Examples:"} - {""}


def fields(template: str) -> list[str]:
    """The fields of a template, each with its conversion and format."""
    parts = string.Formatter().parse(template)
    return sorted(f"{name}!{conversion}:{layout}" for _, name, layout, conversion in parts if name is not None)


def has_words(template: str) -> bool:
    """Whether a template says something itself, beside what is filled in."""
    return any(character.isalpha() for text, *_ in string.Formatter().parse(template) for character in text)


def test_everything_that_is_said_is_in_the_catalogue():
    missing = {text: place for text, place in phrases().items() if has_words(text) and text not in catalogue()}
    missing |= dict.fromkeys(helps() - catalogue().keys() - {""}, "help")
    assert not missing


def test_nothing_in_the_catalogue_is_said_by_nobody():
    words = {
        node.value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    sections = tomllib.loads((PACKAGE / "chinese.toml").read_text(encoding="utf-8"))
    ours = {english for name, section in sections.items() if name not in LOOKED_UP for english in section}
    assert not ours - words - helps()


def test_a_sentence_has_the_same_fields_in_both_languages():
    plain = {
        getattr(call.args[0], "value", None)
        for _, tree in modules()
        for called, call in calls(tree)
        if called == "Phrase" and call.args and not call.keywords
    }
    filled = {english: chinese for english, chinese in catalogue().items() if english not in plain}
    assert not [english for english, chinese in filled.items() if fields(english) != fields(chinese)]


def is_bare(node: ast.JoinedStr | ast.Constant) -> bool:
    """Whether it is a sentence of English words that the catalogue does not know."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = " ".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return any(map(str.isalpha, text)) and " " in text.strip() and text not in catalogue()


def test_what_an_error_says_is_a_phrase():
    """An f-string, or a bare sentence, would be English in every language."""
    bare = []
    for name, tree in modules():
        for called, call in calls(tree):
            says = called.endswith("Error") or called in ("print_line", "complain", "say", "too_large", "require")
            sentences = [
                one
                for one in (*call.args, *(keyword.value for keyword in call.keywords))
                if isinstance(one, ast.JoinedStr | ast.Constant) and is_bare(one)
            ]
            if says and called not in ("AssertionError", "AttributeError") and sentences:
                bare += [f"{name}:{one.lineno}" for one in sentences]
    assert not bare


def test_what_click_says_is_known_to_the_click_that_is_installed():
    source = "".join((CLICK / f"{name}.py").read_text(encoding="utf-8") for name in MODULES)
    text = " ".join(
        node.value
        for node in ast.walk(ast.parse(source.replace("from __future__ import annotations", "")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    section = tomllib.loads((PACKAGE / "chinese.toml").read_text(encoding="utf-8"))["click"]
    assert [english for english in section if english not in text] == []


def test_a_phrase_is_english_wherever_it_is_kept():
    inner = Phrase("the document has no page {number}", number=3)
    outer = joined(["a.pdf", inner], "; ")
    assert outer == "a.pdf; the document has no page 3"
    assert shown(outer, "zh") == "a.pdf; 文件没有第3页"
    again = pickle.loads(pickle.dumps(outer))
    assert (again, shown(again, "zh")) == (outer, shown(outer, "zh"))


def test_a_phrase_with_braces_in_its_text_is_not_filled_in():
    assert shown(reason_of(OSError(2, "{odd} name")), "zh") == "{odd} name"


def test_an_error_speaks_the_language_of_whoever_sees_it(monkeypatch):
    error = InputError("missing", "表.pdf", Phrase("the document has no page {number}", number=7), 2)
    assert str(error) == "表.pdf, page 2: the document has no page 7"
    monkeypatch.setenv("WORKBENCH_LANG", "zh")
    assert str(error) == "表.pdf，第2页：文件没有第7页"
    assert error.detail == "the document has no page 7"
    assert str(pickle.loads(pickle.dumps(error))) == "表.pdf，第2页：文件没有第7页"


def test_what_a_selection_lacks_is_named_in_chinese(monkeypatch):
    monkeypatch.setenv("WORKBENCH_LANG", "zh")
    assert str(SelectionError("department", "甲局", ["甲厅"])) == "数据集中没有部门 '甲局'；最接近的有：甲厅"


@pytest.mark.parametrize(
    "environment, language",
    [
        ({"WORKBENCH_LANG": "zh", "LANG": "C"}, "zh"),
        ({"WORKBENCH_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "de_DE.UTF-8"}, "zh"),
        ({"WORKBENCH_LANG": "fr", "LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_asked_for_then_that_of_the_locale(environment, language, monkeypatch):
    for name in ("WORKBENCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert chosen_language() == language


@pytest.fixture
def asked(monkeypatch):
    """Run the command line, and give what it printed; the language that it chooses ends with the test."""
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_the_help_of_a_command_is_in_the_language_asked_for(command, asked):
    english = asked(command, "--help").output
    chinese = asked("--lang", "zh", command, "--help").output
    assert "Usage:" in english and "Examples:" in english
    assert "用法：" in chinese and "示例：" in chinese and "选项" in chinese
    assert "Show this message" not in chinese


def test_the_list_of_commands_is_in_the_language_asked_for(asked):
    assert "读入数据集" in asked("--lang", "zh", "--help").output


def test_lines_of_chinese_help_fit_a_terminal(asked):
    output = asked("--lang", "zh", "report", "--help").output
    helped, _, _ = output.partition("示例：")
    assert max(sum(1 + (character > "\u2e80") for character in line) for line in helped.splitlines()) <= 84


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["check", "--year", "x"], "'--year' 的值不对：'x' 不是有效的 integer。"),
        (["nothing"], "没有命令 'nothing'。"),
        (["grid"], "缺少参数 'SCAN'"),
        (["export", "--format", "pdf"], "'--format' 的值不对"),
    ],
)
def test_wrong_usage_is_explained_in_the_language_asked_for(arguments, said, asked):
    done = asked("--lang", "zh", *arguments)
    assert done.exit_code == 2 and said in done.output


def test_an_error_of_a_command_is_in_the_language_asked_for(tmp_path, asked):
    done = asked("check", str(tmp_path), "--lang", "zh")
    assert done.exit_code == 1
    assert f"出错：{tmp_path}：这里没有数据集；生成请运行：workbench ingest" in done.output


def test_a_language_that_there_is_not_is_wrong_usage(asked, monkeypatch):
    monkeypatch.setenv("WORKBENCH_LANG", "fr")
    assert asked("kinds").exit_code == 2
