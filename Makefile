# make setup | demo | test | lint | lab | profile | bench | bench-grid | bench-forms | bench-archive | bench-speed      (Windows and machines without make: see README.md)
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: setup demo test lint lab profile bench bench-grid bench-forms bench-archive bench-speed clean

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
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist worksteal

lab: setup
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks/department.ipynb

bench: setup bench-forms bench-speed
	$(BIN)/python -m benchmarks.accuracy

profile: setup
	$(BIN)/python -m benchmarks.profile

bench-grid bench-forms bench-speed: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable ".[bench]"
	$(BIN)/python -m $(patsubst bench-%,benchmarks.%,$@)

bench-archive: setup
	$(BIN)/python -m benchmarks.archive

clean:
	rm -rf data/processed/results data/processed/*.parquet data/processed/dataset.json reports exports
