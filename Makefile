# Everything done with jijiao by hand or by machine: `make demo` shows it, `make check` proves it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One stamp for each set of packages, so that a second call does nothing.
READY := $(VENV)/.ready
READY_FACE := $(VENV)/.ready-face
READY_DEV := $(VENV)/.ready-dev
CODE := core tui tests scripts bench

.DEFAULT_GOAL := help
.PHONY: help setup setup-face setup-dev demo run test lint check bench bench-serve format lock clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)$$/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "make %-11s %s\n", $$1, $$2}'

setup: $(READY)  ## make .venv and install the program
setup-face: $(READY_FACE)  ## the same with the comparison of faces, a download of 120 MB more
setup-dev: $(READY_DEV)  ## the same with the development extra

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "jijiao needs Python 3.11 or later, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv $(VENV)

# The build backend is in the lock too, so nothing is fetched that has no hash.
$(READY): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install -qq --require-hashes -r requirements.lock
	$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# The models of faces come as source. $(READY) has put the backend from the lock there to build them: without
# --no-build-isolation pip would fetch one of its own, with no hash.
$(READY_FACE) $(READY_DEV): $(VENV)/.ready-%: requirements-%.lock $(READY)
	$(PIP) install -qq --require-hashes --no-build-isolation -r $<
	@touch $@

demo: $(READY)  ## a demonstration database, and the program on it
	@$(BIN)/jijiao demo

run: $(READY)  ## the program on the user's own database
	@$(BIN)/jijiao

test: $(READY_DEV)  ## all tests
	$(BIN)/pytest -q -n 2 --dist loadfile $(TESTS)

lint: $(READY_DEV)  ## format, ruff, mypy --strict, import contracts
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy --strict core tui bench
	$(BIN)/lint-imports

check: lint test  ## lint and test

bench: $(READY_DEV)  ## the table of ratios
	@$(BIN)/python -m bench

bench-serve: $(READY_DEV)  ## a county at one service, beside plain Textual
	@timeout --foreground 30m $(BIN)/python -m bench.serve

format: $(READY_DEV)  ## write the code in its form
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lock:  ## write the locks anew from pyproject.toml
	@bash scripts/lock.sh

clean:  ## remove what was made here
	rm -rf $(VENV) build dist *.egg-info bench-results.json bench-serve.json .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find core tui tests -name __pycache__ -type d -prune -exec rm -rf {} +
