# b24app: everything a clone needs. A fresh machine has Python 3.11+, make and git; the rest is installed into .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo test fast stories check fix bench soak docs model migration release clean

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
RUN := $(BIN)/
SETUP := .venv/.ready

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "b24app needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv failed. On Debian: apt-get install -y python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(SETUP): pyproject.toml uv.lock | $(UV)
	@$(UV) sync --quiet --locked --all-extras --all-groups --python $(BIN)/python
	@touch $@

setup: $(SETUP)  ## virtual environment with the locked dependencies

demo: $(SETUP)  ## sandbox portal + service + a stream of requests; prints where to click; Ctrl-C stops (ARGS="--speed 30")
	@exec $(RUN)b24app demo $(ARGS)

test: $(SETUP)  ## all tests: core, database on SQLite and PostgreSQL, stories over HTTP, browser
	@$(RUN)python tools/chromium.py
	@$(RUN)python -m pytest -n 2 --dist loadgroup -q $(ARGS)

fast: $(SETUP)  ## core tests only, seconds
	@$(RUN)python -m pytest -q tests/core $(ARGS)

stories: $(SETUP)  ## service and sandbox end to end
	@$(RUN)python -m pytest -q tests/stories $(ARGS)

check: $(SETUP)  ## format, lint, types, architecture contracts, pages made from the code
	@$(RUN)ruff format --check .
	@$(RUN)ruff check .
	@$(RUN)mypy
	@$(RUN)lint-imports
	@$(RUN)python -m tools.build_docs --check

fix: $(SETUP)  ## format and repair what the linter can
	@$(RUN)ruff format .
	@$(RUN)ruff check --fix .

bench: $(SETUP)  ## benchmarks: ratios in one run (ARGS="ack|client|sla|classify|patterns")
	@$(RUN)python -m bench $(ARGS)

soak: $(SETUP)  ## the long kill and load tests
	@$(RUN)python -m bench soak $(ARGS)

docs: $(SETUP)  ## regenerate docs/rest.md and the screenshots of the README
	@$(RUN)python -m tools.build_docs

model: $(SETUP)  ## learn the general model of the classifier anew from fixtures/classify
	@$(RUN)python tools/build_model.py

migration: $(SETUP)  ## a new migration: make migration m="what changes"
	@$(RUN)alembic revision --autogenerate -m "$(m)"

release: $(SETUP) check test  ## wheel and sdist into dist/
	@$(UV) build

clean:  ## remove the environment and caches (var/ with its data stays)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
