"""Sentences for people, in their language: written in English in the code, in Chinese from ``chinese.toml``.

A `Phrase` is text, and its value is the English sentence: whatever keeps one, as the dataset does, keeps English on
every machine. What shows one to a person passes it through `shown`. ``WORKBENCH_LANG`` decides which language that is
(the commands have ``--lang``), and where it is not set the locale: Chinese where that is Chinese, else English.
"""

from __future__ import annotations

import locale
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from numbers import Number
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
"""The languages that sentences are shown in."""

VARIABLE = "WORKBENCH_LANG"
"""The environment variable that chooses one of them."""

CATALOGUE = Path(__file__).with_name("chinese.toml")
"""The Chinese of every sentence, by its English, in sections by what they are for."""

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name the locale of messages, the strongest first (POSIX, section 8.2)."""


class Phrase(str):
    """A sentence, or a part of one, in English, which knows its Chinese.

    >>> page = Phrase("the document has no page {number}", number=7)
    >>> page
    'the document has no page 7'
    >>> page.chinese
    '文件没有第7页'

    Attributes:
        template: the sentence with ``{names}`` of its fields, as the catalogue has it; as it is where it has none.
        fields: what stands in their places; among them may be phrases.
    """

    __slots__ = ("_stored", "fields", "template")

    template: str
    fields: Mapping[str, Any]
    _stored: str | None

    def __new__(cls, template: str, /, **fields: object) -> Phrase:
        """Fill a template in; a field that is no number is taken as text, an error as what it says."""
        kept = {name: _plain(value) for name, value in fields.items()}
        phrase = super().__new__(cls, template.format_map(kept) if kept else template)
        phrase.template, phrase.fields, phrase._stored = template, kept, None
        return phrase

    @classmethod
    def stored(cls, english: str, chinese: str | None) -> Phrase:
        """A sentence that was kept in both languages; without Chinese it is English in both."""
        phrase = cls(english)
        phrase._stored = chinese or english
        return phrase

    @property
    def chinese(self) -> str:
        """The sentence in Chinese; what the catalogue does not have stays English."""
        if self._stored is not None:
            return self._stored
        template = chinese_of(self.template)
        return (
            template.format_map({name: _chinese(value) for name, value in self.fields.items()})
            if self.fields
            else template
        )

    def with_texts(self, change: Callable[[str], str]) -> Phrase:
        """The phrase with every text among its fields changed."""
        fields = {name: change(value) if isinstance(value, str) else value for name, value in self.fields.items()}
        return _rebuild(self.template, fields, self._stored)

    def __reduce__(self) -> tuple[Callable[..., Phrase], tuple[object, ...]]:
        return _rebuild, (self.template, dict(self.fields), self._stored)


def _rebuild(template: str, fields: dict[str, object], stored: str | None) -> Phrase:
    phrase = Phrase(template, **fields)
    phrase._stored = stored
    return phrase


def joined(parts: Iterable[object], separator: str = ", ") -> Phrase:
    """Sentences, or parts of one, one after the other."""
    fields = {f"part{number}": part for number, part in enumerate(parts)}
    return Phrase(separator.replace("{", "{{").replace("}", "}}").join(f"{{{name}}}" for name in fields), **fields)


def as_phrase(said: object) -> Phrase:
    """What is said as a phrase: it, or that of an error; any other text is the same in both languages."""
    phrase = _plain(said)
    return phrase if isinstance(phrase, Phrase) else Phrase(str(phrase))


def reason_of(error: BaseException) -> Phrase:
    """Why the system, or a library, refused: its own words; what it says often is in the catalogue."""
    return Phrase(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def shown(said: object, language: str | None = None) -> str:
    """What is said, for a person: a phrase, or the phrase of an error, in ``language`` (`chosen_language`).

    All else is shown as the text that it is.
    """
    phrase = _plain(said)
    if isinstance(phrase, Phrase) and (language or chosen_language()) == "zh":
        return phrase.chinese
    return str(phrase)


def chosen_language() -> str:
    """The language that sentences are shown in now: ``zh`` or ``en``.

    ``WORKBENCH_LANG`` decides; then the variables of the locale; then, on systems without them, the system's locale.
    """
    if (asked := os.environ.get(VARIABLE, "")) in LANGUAGES:
        return asked
    named = next((name for variable in LOCALE_VARIABLES if (name := os.environ.get(variable))), None)
    name = named or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def chinese_of(template: str) -> str:
    """The Chinese of a sentence with the places of its fields; the sentence itself where the catalogue has none."""
    return catalogue().get(template, template)


@cache
def catalogue() -> Mapping[str, str]:
    """The Chinese of every sentence, by its English."""
    sections = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {english: chinese for section in sections.values() for english, chinese in section.items()}


def _plain(value: object) -> object:
    """A value as a phrase holds it: numbers and texts as they are, an error as what it says, all else as text."""
    if isinstance(value, BaseException) and value.args and isinstance(value.args[0], Phrase):
        return value.args[0]
    return value if isinstance(value, (str, Number)) else str(value)


def _chinese(value: object) -> object:
    return value.chinese if isinstance(value, Phrase) else value
