"""The table ``about`` of an export: what it was made from, and which values its format cannot hold as they are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import pandas as pd

ABOUT = "about"
"""Name of the table."""


class About:
    """Collects the table ``about`` while an export is written.

    Attributes:
        facts: what the export was made from.
        rules: how the format shows values; the same in every export.
        notes: values of this dataset that the format could not hold as they are.
    """

    def __init__(self, info: Mapping[str, object]) -> None:
        """Start with the facts.

        Args:
            info: the content of ``dataset.json``.
        """
        self.facts = {
            "数据集摘要": info.get("digest"),
            "建成时间": info.get("built"),
            "处理程序版本": info.get("pipeline"),
            "识别引擎": info.get("engine"),
            "导出程序": f"workbench {version('jixiao-workbench')}",
        }
        self.rules: list[str] = []
        self.notes: list[str] = []

    def rule(self, line: str) -> None:
        """Add a rule, in Chinese."""
        self.rules.append(line)

    def note(self, line: str) -> None:
        """Add a note, in Chinese."""
        self.notes.append(line)

    def table(self) -> pd.DataFrame:
        """Return the table: one row for each fact, rule and note."""
        facts = [(item, str(content)) for item, content in self.facts.items() if content is not None]
        lines = [("读法", rule) for rule in self.rules] + [("处置", note) for note in self.notes]
        return pd.DataFrame([*facts, *lines], columns=["item", "content"], dtype="str")
