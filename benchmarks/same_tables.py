"""Whether this checkout and another commit make the same tables, digest for digest.

    python -m benchmarks.same_tables HEAD~3                       the sample archive and 30 forms of the corpus
    python -m benchmarks.same_tables HEAD~3 --forms 60 my-scans   more forms, and an archive of one's own

For a change that is to change nothing. The forms are those of `benchmarks.forms`, taken at even distances from all
layouts and kinds of damage, drawn and damaged once, and read by ``workbench ingest`` of both commits. Exit status 1
where a table differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from benchmarks.forms import FormSpec, draw_pages, form_specs
from benchmarks.results import markdown

HERE = Path(__file__).parent.parent
FORMS = 30


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder, _checkout(arguments.commit, Path(folder) / "then") as then:
        drawn = Path(folder) / "drawn"
        specs = list(form_specs())
        for spec in tqdm(specs[:: max(1, len(specs) // arguments.forms)][: arguments.forms], unit="form", disable=None):
            draw_form(spec, drawn)
        rows, differ = [("archive", "table", "rows", arguments.commit, "here", "")], False
        for archive in (HERE / "data" / "raw", drawn, *arguments.archives):
            before, now = (ingested(source, archive, Path(folder) / "out") for source in (then, HERE))
            for file, digest in now["files"].items():
                table, same = Path(file).stem, before["files"].get(file) == digest
                differ |= not same
                digests = str(before["files"].get(file))[:12], digest[:12]
                rows.append((archive.name, table, str(now["rows"][table]), *digests, "" if same else "differs"))
        print("\n".join(markdown(rows)))
    sys.exit("tables differ" if differ else None)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", help="the commit to compare with")
    parser.add_argument("archives", nargs="*", type=Path, help="further folders of documents")
    parser.add_argument("--forms", type=int, default=FORMS, help="of the corpus (%(default)s)")
    return parser.parse_args()


@contextmanager
def _checkout(commit: str, folder: Path) -> Iterator[Path]:
    """A work tree of the commit, for as long as it is needed."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=HERE, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=HERE, check=True)


def draw_form(spec: FormSpec, folder: Path) -> None:
    """Put the pages of a form of `benchmarks.forms` into a folder of their own."""
    document = folder / f"{spec.seed:03}-{spec.condition}-{spec.drawing.form}"
    document.mkdir(parents=True)
    for number, image in enumerate(draw_pages(spec), start=1):
        Image.fromarray(image).save(document / f"{number}.png")


def ingested(checkout: Path, archive: Path, out: Path) -> dict[str, dict[str, object]]:
    """``dataset.json`` of the archive, read afresh by a checkout's code."""
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        command = [sys.executable, "-m", "workbench", "ingest", archive, "--out", folder]
        environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
        run = subprocess.run(command, env=environment, cwd=checkout, capture_output=True, text=True)
        if run.returncode not in (0, 1):  # 1: some documents cannot be read, which the tables say
            sys.exit(f"{checkout}: {run.stderr}")
        return json.loads((Path(folder) / "dataset.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
