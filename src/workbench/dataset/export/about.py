"""What an export says about itself: what it was made from, and where its format made a difference."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import pandas as pd

ABOUT = "about"


class About:
    """What an export says about itself: where it comes from, and notes that its writer adds."""

    def __init__(self, info: Mapping[str, object]) -> None:
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
        """How the format shows something, in every export."""
        self.rules.append(line)

    def note(self, line: str) -> None:
        """Something in this dataset that the format could not hold as it was."""
        self.notes.append(line)

    def table(self) -> pd.DataFrame:
        """Items and their content."""
        facts = [(item, str(content)) for item, content in self.facts.items() if content is not None]
        lines = [("读法", rule) for rule in self.rules] + [("处置", note) for note in self.notes]
        return pd.DataFrame([*facts, *lines], columns=["item", "content"], dtype="str")
