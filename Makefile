# What a person does with this tree. Every target works on a fresh clone with Python 3.11 and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Where bytecode may not be kept, each of the hundred servers that the tests start would compile the tree anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run demo setup test soak quick lint format bench screens lock vendor

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
# half as many again as cores: tests wait for servers and browsers half of their time
CORES = -n $$(( $$(nproc) * 3 / 2 )) --dist loadscope --no-loadscope-reorder
BIOME := .tools/biome

help:
	@echo 'make run      an office on this machine: http://127.0.0.1:8000 (ARGS= for giliran serve)'
	@echo 'make demo     the same, with customers and officers who live a day'
	@echo 'make setup    .venv with everything: giliran, its voice, the development tools'
	@echo 'make test     the tests; as root on Debian it installs what they need'
	@echo 'make soak     the tests that live through hours and power cuts'
	@echo 'make quick    the rules, actions, one store and the API: a minute, no browser, no PostgreSQL'
	@echo 'make lint     ruff, mypy, import contracts, djlint, biome'
	@echo 'make format   what lint would ask for, done'
	@echo 'make bench    the measurements that docs/ quotes'
	@echo 'make screens  the pictures of docs/screens again, from the real pages (ARGS=hall: some)'
	@echo 'make lock     versions and hashes again from setup.cfg (UPGRADE=--upgrade: the newest that fit)'
	@echo 'make vendor   fonts, icons and page libraries again from their packages'

run: $(READY)
	@exec $(BIN)/giliran serve $(ARGS)

demo: $(READY)
	@exec $(BIN)/giliran demo $(ARGS)

setup: $(READY)
	@echo 'Ready: $(BIN)/giliran'

$(READY): requirements/dev.lock setup.cfg pyproject.toml
	@if [ -z '$(PYTHON)' ] || ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Giliran needs Python 3.11 or newer, and finds $$($(or $(PYTHON),python3) --version 2>&1 || true)." >&2; \
		echo 'Install one, or name it: make setup PYTHON=/path/to/python3.11' >&2; exit 2; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "This Python cannot make virtual environments yet: installing $$package"; \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$package; \
		else \
			echo "This Python cannot make virtual environments: install Debian's $$package first." >&2; exit 2; fi; fi
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo 'Installing what requirements/dev.lock names into .venv …'
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

test: $(READY)
	@bash tests/debian.sh test
	@$(BIN)/python -m pytest $(CORES) -m 'not soak' $(ARGS)

soak: $(READY)
	@bash tests/debian.sh test
	@$(BIN)/python -m pytest $(CORES) -m soak $(ARGS)

# of the web the API alone: pages are half of the time
quick: $(READY)
	@$(BIN)/python -m pytest -q $(CORES) -m 'not slow and not browser and not soak' -k 'not postgresql' \
		--ignore-glob='tests/web/test_[!a]*' $(ARGS)

lint: $(READY) $(BIOME)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet server kiosk display counter_terminal
	$(BIOME) ci --colors=off --error-on-warnings

format: $(READY) $(BIOME)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIOME) check --colors=off --write

$(BIOME): requirements/lint/package-lock.json
	@bash tests/debian.sh lint
	@command -v npm >/dev/null || { echo 'make lint needs npm (Debian: nodejs npm).' >&2; exit 2; }
	@mkdir -p .tools && cp requirements/lint/package.json requirements/lint/package-lock.json requirements/lint/.npmrc .tools/
	@cd .tools && npm ci --silent
	@ln -f .tools/node_modules/@biomejs/cli-linux-*/biome $(BIOME) && touch $(BIOME)

bench: $(READY)
	@$(BIN)/python -m bench $(ARGS)

screens: $(READY)
	@$(BIN)/python -m deploy.screenshots $(ARGS)

UV := .tools/lock/bin/uv
COMPILE := $(UV) pip compile --quiet --no-config --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)

lock: $(UV)
	$(COMPILE) --extra dev setup.cfg -o requirements/dev.lock
	$(COMPILE) --extra voice --extra kiosk --extra sms --extra push --extra postgresql --extra redis --extra gevent \
		--constraint requirements/dev.lock setup.cfg -o requirements/server.lock
	$(COMPILE) --constraint requirements/dev.lock requirements/agent.in -o requirements/agent.lock
	cd requirements/lint && npm install --silent --package-lock-only
	cd requirements/vendor && npm install --silent --package-lock-only

$(UV):
	@$(PYTHON) -m venv .tools/lock
	@.tools/lock/bin/pip install --quiet --disable-pip-version-check uv==0.13.9

vendor: $(READY)
	$(BIN)/python deploy/vendor.py
