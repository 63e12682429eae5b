# The recipes of this project. `make` alone lists them.
# A second run of any recipe reuses the set-up. It is made again when the pinned versions change, and
# for another Python: make test PYTHON=python3.13

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# naming another Python sets up again; naming none uses what is there
ifdef PYTHON
STAMP := $(VENV)/.tasted-set-up-$(notdir $(PYTHON))
else
STAMP := $(firstword $(wildcard $(VENV)/.tasted-set-up-*) $(VENV)/.tasted-set-up-python3)
endif
# containers often set it; here hundreds of processes would then compile the same modules again
unexport PYTHONDONTWRITEBYTECODE
SECONDS ?= 20
SEED ?= 1
ROUNDS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types layers collected tests coverage quick chaos fuzz bench bench-peers fix golden clean

help: ## List the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv and install everything into it

$(STAMP): pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/setup.sh
	@touch $(STAMP)

demo: $(STAMP) ## Watch the real daemon score drawings and photographs
	@screens=$$(mktemp -d) && trap 'rm -rf "$$screens"' EXIT && \
		$(BIN)/python -m training.demo_pictures screenshots tests/photos "$$screens" && \
		$(BIN)/tasted demo --photos "$$screens"

test: check ## Everything that CI runs

# each checker needs one core, so they run at once, beside what the tests begin with
check: $(STAMP)
	@$(MAKE) --no-print-directory -j 2 types lint layers collected
	@$(MAKE) --no-print-directory tests

lint: $(STAMP) ## ruff, formatting included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

layers: $(STAMP) ## import-linter: the rooms and who may know whom
	$(BIN)/lint-imports

collected: $(STAMP)
	@# workers would each rewrite the assertions of all test files: those that are written are read;
	@# what cannot be collected is told by the tests
	@$(BIN)/pytest --collect-only --quiet > /dev/null 2>&1 || true

tests: $(STAMP) ## pytest on all cores; what fails runs once more, and the summary says so
	$(BIN)/pytest --numprocesses=auto --dist=worksteal --reruns=1

coverage: $(STAMP) ## The same with branch coverage, which must not fall; half as long again
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses=auto --dist=worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

quick: ## The tests that need no torch, on the newest Python that is installed
	@sh scripts/quick_tests.sh

chaos: $(STAMP) ## Run a daemon through every fault, and check the result: SECONDS=120 SEED=1
	PYTHONPATH=tests $(BIN)/python -m chaos --seconds $(SECONDS) --seed $(SEED)

fuzz: $(STAMP) ## Feed random bytes to everything that reads files; SECONDS=600
	@end=$$(( $$(date +%s) + $(SECONDS) )); while [ $$(date +%s) -lt $$end ]; do \
		FUZZ_TIMES=4 $(BIN)/pytest -q -p no:randomly -o timeout=0 tests/fuzz || exit 1; done

bench: $(STAMP) ## Measure times and memory; some of it: ONLY="burst restart"
	$(BIN)/python -m bench $(ONLY)

bench-peers: $(STAMP) ## Race other programs: CACHE=folder ONLY="race sizes" ROUNDS=3 WRITE=1
	@test -n "$(CACHE)" || { echo "Name a folder for models, pictures and peers: CACHE=folder" >&2; exit 1; }
	$(BIN)/python -m bench.peers --cache "$(CACHE)" --rounds $(ROUNDS) \
		$(if $(ONLY),--only $(ONLY)) $(if $(BEFORE),--before "$(BEFORE)") $(if $(WRITE),--write)

fix: $(STAMP) ## Apply what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(STAMP) ## Rewrite the golden files; review them as a diff
	$(BIN)/pytest --update-golden -q

clean: ## Remove what was built; user files and .tasted stay
	rm -rf $(VENV) .venv-newest .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
