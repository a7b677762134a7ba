# The commands of this project. `make` alone lists them. A fresh machine needs Python 3.11 or newer and make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv run demo test coverage test-browser test-dynamodb package test-package bench chaos ways mutate texts generate lint types lock audit clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
TESTS ?=
# Byte code is kept, whatever the surroundings say: four workers read the same thousand modules.
unexport PYTHONDONTWRITEBYTECODE
# COVERAGE=1 measures while the tests run; the gate holds for all of them alone.
COVERED = $(if $(COVERAGE),--cov --cov-report=term --cov-report=json:build/coverage.json $(if $(TESTS),\
	--cov-fail-under=0,--ignore=$(TIMED)))
# Measures time, of which counting lines takes most: run after the others when they are counted.
TIMED := tests/domain/test_linear_time.py

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

venv: $(STAMP)  ## make the virtual environment with pinned packages

$(STAMP): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found. Name one: make PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $$($(PYTHON) --version) is too old. Name another: make PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "The module venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing pinned packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements.txt -r requirements-dev.txt
	@touch $@

run: $(STAMP)  ## start the whole desk on this machine, until Ctrl-C
	@exec $(BIN)/python -m local.run

demo: $(STAMP)  ## fill the running desk with conversations; HOURS=0 leaves its clock alone
	@exec $(BIN)/python -m local.demo

test: $(STAMP)  ## every test that needs only Python; COVERAGE=1 measures as it goes
	$(BIN)/python -m pytest -m "not browser and not chaos and not ways" -n 4 --dist loadfile --no-loadscope-reorder $(COVERED) $(TESTS)
	$(if $(COVERAGE),$(if $(TESTS),,$(BIN)/python -m pytest -q $(TIMED)))

coverage:  ## make test, and lines and branches of models, use cases, stores and erasure: at least 95 %
	$(MAKE) test COVERAGE=1

test-browser: $(STAMP)  ## drive dashboard and phones in Chromium
	@$(BIN)/python -m local.tools chromium
	$(BIN)/python -m pytest -m browser -n 2 --dist loadfile $(TESTS)

test-dynamodb: $(STAMP)  ## storage, intake and delivery against Amazon's DynamoDB Local (Java 17, Maven)
	@$(BIN)/python -m local.tools java mvn
	$(BIN)/python -m pytest -m "not browser and not slow" -n 2 --dist loadfile --dynamodb-local \
		$(or $(TESTS),$(wildcard tests/storage tests/intake tests/delivery))

package: $(STAMP)  ## build/template.json and build/deployment.zip, checked
	$(BIN)/python -m infra.package

test-package: package  ## conversations, erasure, every function, page and command of ops from the package alone
	PACKAGE=build/deployment.zip $(BIN)/python -m pytest tests/e2e/test_whole_way.py tests/e2e/test_erasure.py tests/e2e/test_package_alone.py

bench: $(STAMP)  ## measure; writes bench/results.json and docs/cost.md; SHORT=1 fails on what has become dearer
	$(BIN)/python -m bench $(if $(SHORT),--short)

chaos: $(STAMP)  ## crashes everywhere and hundreds of people at once; writes bench/chaos.json; SEED=… repeats it
	$(BIN)/python -m pytest -m chaos $(or $(TESTS),tests/chaos)

ways: $(STAMP)  ## files, functions and rooms that a message, a reply and an erasure cross; FILES=1 names the files
	@$(BIN)/python -m pytest -q --no-header -m ways tests/ways

mutate: $(STAMP)  ## break FILES=… (all models and the erasure: hours) and list what no test notices; TESTS=… judge
	$(BIN)/python -m quality.mutate

texts: $(STAMP)  ## extract and compile the catalogues of texts
	$(BIN)/python -m chalicelib.locale.build

generate: $(STAMP)  ## write again what is made of schema, operator profiles and the models of the API
	$(BIN)/python -m quality.generate
	$(BIN)/python -m chalicelib.profile.build
	$(BIN)/python -m infra.openapi

CODE := app.py chalicelib infra local tests bench quality
DEPTRY := $(BIN)/deptry --config quality/deptry.toml --no-ansi
lint: $(STAMP)  ## style, the order of the rooms, spelling, dead code, requirements
	$(BIN)/ruff check .
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	$(BIN)/python -m quality.unused
	$(DEPTRY) . --extend-exclude '^(infra|local|bench|quality|tests|build)/'
	$(DEPTRY) infra local bench quality tests --requirements-files requirements.in,requirements-dev.in --ignore DEP002

types: $(STAMP)  ## types, strictly
	$(BIN)/mypy

audit: $(STAMP) package  ## template checks (in package) and insecure code
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml app.py chalicelib infra local quality

COMPILE = $(CURDIR)/.venv-lock/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
lock: export CUSTOM_COMPILE_COMMAND = make lock
lock:  ## pin requirements*.in again; UPGRADE=1 takes newer versions
	@test -x .venv-lock/bin/pip-compile || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet pip-tools; }
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements-checkov.in -o requirements-checkov.txt

clean:  ## remove what the commands made, environments and kept data included
	rm -rf $(VENV) .venv-checkov .venv-lock .local build .mypy_cache .ruff_cache .pytest_cache .coverage
