"""`python -m fuzz values -runs=1000000`: inputs that a claim does not hold of, looked for with atheris (libFuzzer).

The corpus starts from the claim's seeds and grows in a folder for temporary files. An input that a claim does not hold
of is kept beside it as ``…-crash-…``; mend the program, and put the input into `tests/test_fuzzed.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["workbench"]):
    from fuzz.claims import CLAIMS

from fuzz.seeds import seeds

LONGEST = {
    "values": 160,
    "transcription": 1200,
    "html": 1200,
    "formats": 80,
    "xlsx": 4000,
    "received": 2000,
    "journal": 1200,
    "ofd": 3000,
}
"""Bytes of the longest input tried."""


def main() -> None:
    """Fuzz the claim that the first argument names; the others are libFuzzer's."""
    name, *options = sys.argv[1:]
    corpus = Path(tempfile.gettempdir()) / f"fuzz-{name}"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    limits = [f"-max_len={LONGEST[name]}", "-timeout=20", "-rss_limit_mb=3000", f"-artifact_prefix={corpus}-"]
    # A seed stays as it is: of seeds that differ in what they hold and not in what is called, one would be left.
    limits += ["-keep_seed=1", "-len_control=0"]
    arguments = [sys.argv[0], *limits, *options, str(corpus)]
    atheris.Setup(arguments, CLAIMS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
