# The recipes of this project. `make` alone lists them.
# A second run of any recipe reuses the set-up; it is made anew when the pinned versions change.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.tasted-set-up
SECONDS ?= 20
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types layers tests chaos fuzz bench fix golden clean

help: ## List the recipes
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv and install everything into it

$(STAMP): pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/setup.sh
	@touch $(STAMP)

demo: $(STAMP) ## Watch the real daemon score drawn and photographed pictures
	@$(BIN)/tasted demo --photos tests/photos

test: check ## Everything that CI runs

check: lint types layers tests

lint: $(STAMP) ## ruff, formatting included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

layers: $(STAMP) ## import-linter: the rooms and who may know whom
	$(BIN)/lint-imports

tests: $(STAMP) ## pytest on all cores, with branch coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses=auto --dist=worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

chaos: $(STAMP) ## Let everything befall a daemon, and see what is lost: SECONDS=120 SEED=1
	PYTHONPATH=tests $(BIN)/python -m chaos --seconds $(SECONDS) --seed $(SEED)

fuzz: $(STAMP) ## Attack whatever reads foreign bytes; SECONDS=600 for so long
	@end=$$(( $$(date +%s) + $(SECONDS) )); while [ $$(date +%s) -lt $$end ]; do \
		FUZZ_TIMES=4 $(BIN)/pytest -q -p no:randomly -o timeout=0 tests/fuzz || exit 1; done

bench: $(STAMP) ## Measure times and memory; ONLY="burst restart" for some of it
	$(BIN)/python -m bench $(ONLY)

fix: $(STAMP) ## Mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(STAMP) ## Rewrite the golden files; review them as a diff
	$(BIN)/pytest --update-golden -q

clean: ## Remove what was built; user files and .tasted stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
