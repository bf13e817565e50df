# Everything a newcomer, the night and the build server call. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
WSIC_HOME ?= $(CURDIR)/data
EXTRACTS ?=
AS_OF ?=
PEOPLE ?= 10000
SEED ?= 1
SMALL ?=
# Which tests: `make test` leaves out what works for minutes (tests/lasting.py), `make test-all` nothing.
WHICH = -m "not long"

# Parsing and linting read no data, so these lead nowhere.
DBT_ENV := WSIC_PSEUDONYMISED_DIR=. WSIC_WAREHOUSE_FILE=:memory: WSIC_PRODUCT=secondary_use \
  DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1

# Absolute, and first on the path: the steps start `dbt` and `airflow` by name.
BIN := $(abspath $(VENV))/bin
STAMP := $(VENV)/.installed
export PATH := $(BIN):$(PATH)
export WSIC_HOME

# In the order in which they stand below.
.PHONY: help install nightly test test-all mesh-sandbox fhir-validator stores store-servers lint format types \
  sql-lint sql-style sql-parse licences sbom wheel bundle check-airgap docs dbt-docs bench test-compose recomputed \
  lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

install: $(STAMP) ## Install everything locked into .venv

# The lock names every package with its hashes, so pip need not resolve anything.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; choose one with: make PYTHON=python3.12 …" >&2; exit 5; }
	@echo "Installing into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --no-compile -r requirements.lock
	@# On every processor, where pip has one; what does not compile is left to whoever imports it, as pip leaves it.
	-@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

nightly: install ## Run the nightly load in Airflow (EXTRACTS=… AS_OF=… or PEOPLE=10000)
	@PEOPLE='$(PEOPLE)' SEED='$(SEED)' EXTRACTS='$(EXTRACTS)' AS_OF='$(AS_OF)' dags/run_nightly

test: install ## Run what guards the project and ends within twenty minutes (CI)
	@# The longest first: it has one processor to itself, and the others share the second.
	@$(MAKE) --no-print-directory --jobs 2 --output-sync sql-lint types lint
	@# The tests start wsic a hundred times: it is compiled once, also where Python is told to write no bytecode.
	@python -m compileall -q connectors expectations pipeline synthetic
	@pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder $(WHICH)

test-all: override WHICH :=
test-all: test ## The same with what works for minutes: nights that go wrong, gates taken away one by one

# It pins its web framework to a version that Airflow does not take, so it has an environment of its own.
mesh-sandbox: install ## Install NHS England's MESH sandbox, which the tests of the exchange talk to
	@$(PYTHON) -m venv $(VENV)/mesh
	@$(VENV)/mesh/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-mesh.lock

# Node's own, and for tests alone: nothing of it is in the product. The lock names no place to fetch it from.
fhir-validator: install ## Install the second FHIR validator, which damaged and exported records are held against
	@mkdir -p $(VENV)/fhir-validator
	@cp tests/fhir_validator/package.json tests/fhir_validator/package-lock.json $(VENV)/fhir-validator/
	@cd $(VENV)/fhir-validator && npm ci --silent --ignore-scripts --omit-lockfile-registry-resolved=true

# The operator's choice: what speaks s3, abfs, gs, sftp and smb. It fits what is installed, version by version.
stores: install ## Add the packages of object stores, SFTP and shares, as docs/transports.md says
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-stores.lock

store-servers: stores ## Install the servers that the tests of those packages speak to
	@$(PYTHON) -m venv $(VENV)/store-servers
	@$(VENV)/store-servers/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-store-servers.lock
	@cp tests/store_servers/package.json tests/store_servers/package-lock.json $(VENV)/store-servers/
	@cd $(VENV)/store-servers && npm ci --silent --ignore-scripts --omit-lockfile-registry-resolved=true

lint: install ## Python style, security and complexity
	@ruff check .
	@ruff format --check .

format: install ## Put the Python code into the agreed form
	@ruff check --fix .
	@ruff format .

types: install ## Static types
	@mypy

sql-lint: sql-style sql-parse ## dbt parses, and its SQL and that of the documentation read as agreed

# In one process: with two, the same files took a quarter more processor time, and types want the other one.
# It keeps what it parsed to its end (0.5 GB): looking again and again for what could go is a seventh of its time.
SQLFLUFF := python -c 'import gc; gc.disable(); from sqlfluff.cli.commands import cli; cli()'
SQL_OF_DOCS := build/sql-of-docs
sql-style: install
	@python -m tests.query_book $(SQL_OF_DOCS)
	@env $(DBT_ENV) $(SQLFLUFF) lint --disable-progress-bar --processes 1 dbt_project/models $(SQL_OF_DOCS)

sql-parse: install
	@env $(DBT_ENV) dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project

licences: install ## Write docs/licences.md anew, or say which package may not be shipped
	@python -m release.licences

sbom: install ## Write the bill of materials, build/sbom.json (CycloneDX)
	@python -m release.sbom build/sbom.json

wheel: install ## Build the project's own wheel into dist/
	@python -c 'from pathlib import Path; from release.wheel import build_wheel; print(build_wheel(Path("dist")))'

bundle: install ## Everything for a machine without a network, in build/bundle: 300 MB
	@python -m release.bundle build/bundle

check-airgap: bundle ## Install that bundle where no network is, and run a night there: 2 GB, ten minutes
	@release/check_airgap build/bundle/wsic-*

docs: install ## Write the generated parts of the documentation anew
	@python -m pipeline.handling

dbt-docs: install ## Write tables, columns and lineage as one page, build/dbt-docs/index.html
	@python -m pipeline.warehouse.docs_page build/dbt-docs/index.html

# A part that misses its target ends with an error, and the others still print theirs.
bench: install ## Measure what the documentation quotes: hours, 12 GB (SMALL=1: minutes)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
	@$(MAKE) --no-print-directory --keep-going bench-febrl bench-linkage bench-landing bench-gates bench-warehouse

.PHONY: bench-febrl bench-linkage bench-landing bench-gates bench-warehouse bench-dashboard
bench-febrl:
	@pytest tests/benchmarks/febrl --override-ini addopts= --import-mode=importlib -p no:cacheprovider -q -s

bench-linkage:
	@python -m tests.benchmarks.linkage $(if $(SMALL),--small)

bench-landing:
	@python -m tests.benchmarks.landing $(if $(SMALL),--rows 100000 --times 1)

bench-gates:
	@python -m tests.benchmarks.gates $(if $(SMALL),,--people 100000 --memory-limit 6GB)

bench-warehouse:
	@python -m tests.benchmarks.warehouse $(if $(SMALL),--people 10000)

PRODUCT ?= $(WSIC_HOME)/published/secondary_use/current.duckdb
bench-dashboard: install ## Time the query book on a product that was published (PRODUCT=file)
	@python -m tests.benchmarks.dashboard --product $(PRODUCT)

# On demand, as root where images are made: a Docker engine, Compose and debootstrap. 4 GB of disk, an hour at most.
test-compose: install ## Build the images, bring the whole stack up, run four nights in it, take it down
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && tests/compose/make_images "$$scratch" \
	  && pytest tests/compose --override-ini addopts= --override-ini faulthandler_timeout=0 --import-mode=importlib \
	    -p no:cacheprovider -v -s -x

recomputed: install ## Work the warehouse of 5,000 people out a second time, to the last digit
	@RECOMPUTED_PEOPLE=5000 pytest -q --numprocesses 0 tests/unit/dbt_project/test_*recomputed.py

LOCKED := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
  --custom-compile-command "make lock"
lock: install ## Resolve the dependencies again, with hashes and without index addresses
	@$(LOCKED) --all-extras --output-file requirements.lock pyproject.toml
	@$(LOCKED) --constraint requirements.lock --output-file requirements-stores.lock --group stores
	@$(LOCKED) --no-emit-package ldap3 --no-emit-package ldapdomaindump \
	  --output-file requirements-store-servers.lock --group store-servers

clean: ## Remove the environment and what tools left behind (never data/)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist ./*.egg-info
	@rm -rf dbt_project/target dbt_project/logs dbt_project/dbt_packages
