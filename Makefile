# What people and machines do with this project. Needs Python 3.11, 3.12 or 3.13; tests need Java 17,
# Chromium and PostgreSQL.
#   make demo    audit the sample data
#   make test    everything: style, types, contracts, the wheel on its own, tests, README, notebook
#   make check   the quick part of it, for while you work
#   make clean   remove whatever these made

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
JOBS    ?= 2
ALONE   := build/alone
# Bytecode is made of what is imported, when it is: of all that is installed it takes longer. It is
# kept, also where the environment says otherwise: without it, each worker of the dashboard and each
# command that a test starts would compile all libraries again, 3.5 s of it.
unexport PYTHONDONTWRITEBYTECODE
PIP     := -m pip --disable-pip-version-check --quiet install --no-compile -c constraints.txt
SOURCES := $(shell find audits sample_data -type f -not -name '*.pyc') README.md LICENSE

.PHONY: help demo test check clean ready style types contracts wheel tests java chromium postgresql
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.runtime
	$(BIN)/audits demo

# What waits for the network, for the disk and for a core is done side by side; tests have the
# machine for themselves.
test:
	@$(MAKE) --no-print-directory -j4 --output-sync=target ready
	@$(MAKE) --no-print-directory tests

ready: style types contracts wheel java chromium postgresql

check: style types contracts
	$(BIN)/pytest -q -m "not slow and not real_data and not spark and not browser and not postgresql"

style: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.development
	$(BIN)/mypy

contracts: $(VENV)/.development
	$(BIN)/lint-imports

# Tests, examples in docstrings and the notebook in one run, on two processes (`make tests JOBS=0`
# for one); a file stays together (tests/conftest.py). The exit code is kept for .ci/run.
tests: $(VENV)/.development java chromium postgresql
	@mkdir -p build
	$(BIN)/pytest --doctest-modules --nbmake tests audits docs/notebooks --durations=15 \
		-n $(JOBS) --dist loadgroup --no-loadscope-reorder; \
		code=$$?; echo $$code > build/pytest-exit-code; exit $$code

# The wheel has to work by itself: no source tree, no development packages.
wheel: build/.wheel

build/.wheel: $(SOURCES) $(ALONE)/.made $(VENV)/.development
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation . > build/wheel.log || (cat build/wheel.log; exit 1)
	$(ALONE)/bin/python $(PIP) dist/*.whl
	$(ALONE)/bin/python $(PIP) --force-reinstall --no-deps dist/*.whl
	cd $(ALONE) && bin/audits --version && bin/audits demo > demo.txt || (cat demo.txt; exit 1)
	touch $@

# What the wheel needs is there before it is; whether that is all, its installation says.
$(ALONE)/.made: constraints.txt pyproject.toml | $(VENV)/.made
	rm -rf $(ALONE)
	$(PYTHON) -m venv $(ALONE)
	$(ALONE)/bin/python -c 'import tomllib; \
		print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' \
		> $(ALONE)/needed.txt
	$(ALONE)/bin/python $(PIP) -r $(ALONE)/needed.txt
	touch $@

# -- environments ----------------------------------------------------------------------------------

# pyspark comes as source only: its wheel is built with setuptools, and not compressed.
$(VENV)/.development: $(VENV)/.runtime
	$(BIN)/python $(PIP) setuptools
	$(BIN)/python $(PIP) --no-build-isolation --use-pep517 \
		-C--build-option=--compression=stored pyspark
	$(BIN)/python $(PIP) --no-build-isolation -e '.[dev]'
	touch $@

$(VENV)/.runtime: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python $(PIP) hatchling editables
	$(BIN)/python $(PIP) --no-build-isolation -e '.[dashboard]'
	touch $@

# Debian keeps venv in a package of its own; fetch it where that is possible.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "audits needs Python 3.11 to 3.13: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
		{ echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	touch $@

# Spark runs on Java; fetch it where that is possible. One apt-get after the other.
java: | $(VENV)/.made
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && \
			apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless; } || \
		{ echo "Java is missing. On Debian: apt-get install openjdk-17-jre-headless"; exit 1; }

# The dashboard is tested in a real browser; fetch it where that is possible.
chromium: | java
	@command -v chromium >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && \
			apt-get install -y -qq --no-install-recommends chromium; } || \
		{ echo "Chromium is missing. On Debian: apt-get install chromium"; exit 1; }

# A store for teams is tested on a real server. Tests start their own: Debian's is not to begin one.
postgresql: | chromium
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && \
			apt-get install -y -qq --no-install-recommends postgresql-common && \
			sed -i -E 's/^#?create_main_cluster.*/create_main_cluster = false/' \
				/etc/postgresql-common/createcluster.conf && \
			apt-get install -y -qq --no-install-recommends postgresql; } || \
		{ echo "PostgreSQL is missing. On Debian: apt-get install postgresql"; exit 1; }

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
