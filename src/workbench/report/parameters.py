"""Makes papermill write the parameters of a notebook as Python that a Chinese reader can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from papermill.translators import PythonTranslator, papermill_translators


class ReadableTranslator(PythonTranslator):  # type: ignore[misc]
    """Translates strings to Python without ``\\uXXXX``, except for characters that cannot be seen.

    Those stay escaped, as some of them end a line for IPython, and behind a line end a ``!`` begins a command.
    """

    @classmethod
    def translate_escaped_str(cls, str_val: object) -> str:
        """Write a string as a Python literal."""
        written = json.dumps(str(str_val), ensure_ascii=False)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in written)


@contextmanager
def readable_parameters() -> Iterator[None]:
    """Make papermill inject readable strings inside this block; afterwards it is as it was."""
    papermill_translators.register("python", ReadableTranslator)
    try:
        yield
    finally:
        papermill_translators.register("python", PythonTranslator)
