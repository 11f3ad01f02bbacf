"""The version of the package, and the folder that it lies in: known without loading anything else of it."""

from __future__ import annotations

from pathlib import Path

__version__ = "0.1.0"

PACKAGE = Path(__file__).parent
"""The folder of the package, with its code, layouts and style sheets."""
