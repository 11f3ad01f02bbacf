# make setup | demo | test | wheel-test | lint | architecture | lab | labextension | profile | bench | bench-grid | bench-makers | bench-forms | bench-archive | bench-speed | faults | fuzz | audit | docs | results | licences      (Windows and machines without make: see README.md)
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
RUNS   ?= 100000
PYTHONS := src tests benchmarks fuzz tools examples

.PHONY: setup demo test wheel-test lint architecture lab labextension profile bench bench-grid bench-makers bench-forms bench-archive bench-speed faults fuzz audit docs results licences clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "workbench needs Python 3.11, 3.12 or 3.13; choose one with: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (about 700 MB; 1 to 3 minutes) ..."
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/workbench demo

lint: setup
	$(BIN)/ruff check $(PYTHONS)
	$(BIN)/ruff format --check $(PYTHONS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.labextension --check

test: lint
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist worksteal

# Builds the wheel, installs it into an environment of its own, and reads the sample archive there: a minute or two.
wheel-test: setup
	$(BIN)/python -m tools.wheel

# The table and the picture of docs/architecture.md, from the code.
architecture: setup
	$(BIN)/python -m tools.architecture

lab: setup
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks/department.ipynb

# The JupyterLab extension, from labextension/ into the package. Needs the network; node comes as a Python package.
labextension: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable ".[labextension]"
	$(BIN)/python -m tools.labextension

bench: setup bench-forms bench-speed
	$(BIN)/python -m benchmarks.accuracy

profile: setup
	$(BIN)/python -m benchmarks.profile

bench-grid bench-forms bench-speed: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable ".[bench]"
	$(BIN)/python -m $(patsubst bench-%,benchmarks.%,$@)

bench-grid: bench-makers

# Pages that Chromium and LibreOffice print, where they are installed: the benchmark says which are not.
bench-makers: setup
	@pages=$$(mktemp -d) && trap 'rm -rf "$$pages"' EXIT && $(BIN)/python -m benchmarks.makers "$$pages" --pages 1 \
	  && $(BIN)/python -m benchmarks.makers.score "$$pages" --by maker,damage,kind

bench-archive: setup
	$(BIN)/python -m benchmarks.archive

# A fault at every system call that writes: half an hour.
faults: setup
	EVERY_FAULT=1 $(BIN)/python -m pytest tests/test_every_fault.py

# Linux; RUNS inputs for each claim of fuzz/claims.py.
fuzz: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable ".[fuzz]"
	for claim in values transcription html formats xlsx received journal ofd; do $(BIN)/python -m fuzz $$claim -runs=$(RUNS) || exit 1; done

# Needs the network. --strict: a package that nobody could look up is a failure, not a clean bill.
audit: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable ".[audit]"
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

# The documentation site, build/site/index.html: half a minute. Needs the network once, for the generator.
docs: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable ".[docs]"
	$(BIN)/python -m tools.docs
	$(BIN)/python -m pytest -q tests/test_site_browser.py

# The licences of the locked packages: none may be GPL or AGPL.
licences: setup
	$(BIN)/python -m tools.licences

# The numbers of both READMEs, from the newest runs in benchmarks/results.
results: setup
	$(BIN)/python -m tools.docs.results

clean:
	rm -rf data/processed/results data/processed/*.parquet data/processed/dataset.json reports exports
