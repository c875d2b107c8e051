# `make help` lists what there is. All of it runs in a virtual environment of its own.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
# One more than the cores of a small machine: a test waits for its server more than it computes.
WORKERS ?= 3
BENCH_VENV ?= .venv-bench
BENCH_ARGS ?=
DOCS_VENV ?= .venv-docs
MATRIX_ARGS ?=
AUDIT_VENV ?= .venv-audit
AUDIT_ARGS ?=
bin := $(VENV)/bin
pytest := $(bin)/python -m pytest
stamp := $(VENV)/.installed
frameworks_stamp := $(VENV)/.frameworks
bench_stamp := $(BENCH_VENV)/.installed
docs_stamp := $(DOCS_VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-faults test-matrix wheel-test fuzz audit lint lint-sql type sql-review docs check clean

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

venv: $(stamp) ## The virtual environment, with all that development needs

demo: $(stamp) ## The main job on SQLite: import conversations, read them back; then a small agent
	$(bin)/python examples/demo.py

# Without PYTEST_ARGS the fault suite has a run of its own, with a worker for each of its files, as
# these share servers; it comes last, for its figures, and also where the first run fails.
test: export AGENTSTORE_INTEGRATIONS = 1
test: $(frameworks_stamp) ## The tests on all databases (servers start by themselves); PYTEST_ARGS="-k …"
ifeq ($(strip $(PYTEST_ARGS)),)
	@failed=0; set -x; \
	$(pytest) -n $(WORKERS) --dist worksteal --ignore=tests/faults || failed=1; \
	$(pytest) -n 2 --dist loadfile tests/faults || failed=1; \
	{ set +x; } 2>/dev/null; exit $$failed
else
	$(pytest) -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)
endif

test-faults: export AGENTSTORE_FAULTS ?= long
test-faults: $(stamp) ## The fault suite's long form; PYTEST_ARGS="-k …" for a part of it
	$(pytest) -n 2 --dist loadfile tests/faults $(PYTEST_ARGS)

test-matrix: $(frameworks_stamp) ## The versions of databases, Pythons and drivers; MATRIX_ARGS="--cells newest"
	$(bin)/python tests/matrix $(MATRIX_ARGS)

fuzz: export MINUTES ?= 10
fuzz: $(stamp) ## What others' text and bytes go into, fed with anything, for MINUTES (10)
	$(bin)/python tests/fuzz

audit: $(stamp) ## Known advisories of what is installed (pip-audit; asks PyPI, or AUDIT_ARGS="-s osv")
	$(PYTHON) -m venv $(AUDIT_VENV)
	$(AUDIT_VENV)/bin/python -m pip install --quiet 'pip-audit>=2.7'
	@# Strictly: where the service cannot be reached, nothing was audited, and that is no success.
	$(bin)/python -m pip freeze --exclude-editable > $(AUDIT_VENV)/installed.txt
	$(AUDIT_VENV)/bin/pip-audit --strict --disable-pip --no-deps $(AUDIT_ARGS) --requirement $(AUDIT_VENV)/installed.txt

wheel-test: $(stamp) ## Only: build the wheel, install it in a fresh environment, use it
	$(bin)/python -m pytest tests/test_wheel.py

lint: $(stamp) type lint-sql ## Style, types and SQL
	$(bin)/ruff check .
	$(bin)/ruff format --check .

# The tests import each other's modules by their bare names, a folder at a time. Where the adapters'
# frameworks are installed, the adapters and their tests are checked with them.
type: $(stamp) ## mypy --strict, over the package and its tests
	$(bin)/mypy --strict
	MYPYPATH=.:tests:tests/sql:tests/fuzz:tests/integrations $(bin)/mypy --strict tests/*.py tests/broken_stores
	for folder in sql faults command_line import_prisma copies matrix $(if $(wildcard $(frameworks_stamp)),integrations); do \
		MYPYPATH=.:tests:tests/sql:tests/$$folder $(bin)/mypy --strict tests/$$folder/*.py || exit 1; \
	done

lint-sql: $(stamp) ## Every SQL file, by the rules of its dialect
	$(bin)/sqlfluff lint --templater raw --dialect postgres sql/postgresql sql/prisma/postgresql sql/movers/postgresql migrations/postgresql
	$(bin)/sqlfluff lint --templater raw --dialect mysql sql/mysql sql/prisma/mysql sql/movers/mysql migrations/mysql
	$(bin)/sqlfluff lint --templater raw --dialect sqlite sql/sqlite sql/prisma/sqlite sql/movers/sqlite migrations/sqlite \
		tests/third_party/agentstore_shelf

sql-review: $(stamp) ## Write docs/sql-review.md anew: statements, plans, locks, GRANTs, for a DBA
	PYTHONPATH=tests $(bin)/python tests/sql/sql_review.py

docs: export NO_MKDOCS_2_WARNING = 1
docs: $(docs_stamp) ## The documentation's site, in site/: built strictly, its links checked; runs the page on pandas
	$(DOCS_VENV)/bin/python -m mkdocs --quiet build
	$(DOCS_VENV)/bin/python docs/_site/check.py site
	$(DOCS_VENV)/bin/python -m pytest -q tests/test_page_blocks.py -k 'blocks_work and analysis'

check: test lint docs ## What CI runs

bench: $(bench_stamp) ## agentstore beside raw statements and other libraries; BENCH_ARGS="--quick"
	$(BENCH_VENV)/bin/python -m benchmarks.run $(BENCH_ARGS)

bench-scale: $(bench_stamp) ## The cost of calls in a store of ten million messages; BENCH_ARGS="--messages …"
	$(BENCH_VENV)/bin/python -m benchmarks.scale $(BENCH_ARGS)

clean: ## Removes the virtual environment and what tools left behind
	rm -rf $(VENV) $(BENCH_VENV) $(AUDIT_VENV) $(DOCS_VENV) site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(stamp): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "agentstore needs Python 3.10 or later: make PYTHON=…" >&2; exit 1; }
	@# Debian keeps venv in a package of its own.
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv; } || \
		{ echo "$(PYTHON) has no venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(bin)/python -m pip install --quiet --upgrade 'pip>=25.1'  # the first that knows --group
	$(bin)/python -m pip install --quiet --editable '.[all,testing]' --group dev
	@touch $@

# The frameworks of the adapters get along with all that development needs; only the tests use them.
$(frameworks_stamp): $(stamp) tests/integrations/requirements.txt
	$(bin)/python -m pip install --quiet -r tests/integrations/requirements.txt
	@touch $@

# The other libraries bring a hundred packages along: they have an environment to themselves.
$(bench_stamp): pyproject.toml benchmarks/requirements.txt
	$(PYTHON) -m venv --clear $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --upgrade pip
	$(BENCH_VENV)/bin/python -m pip install --quiet --editable '.[all,testing]' -r benchmarks/requirements.txt
	@touch $@

# MkDocs and its plug-ins have no say in what development installs.
$(docs_stamp): pyproject.toml
	$(PYTHON) -m venv --clear $(DOCS_VENV)
	$(DOCS_VENV)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(DOCS_VENV)/bin/python -m pip install --quiet --editable '.[all]' --group docs
	@touch $@
