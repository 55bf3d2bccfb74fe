# The commands of the project. `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
VAR ?= $(CURDIR)/var

PY := .venv/bin/python
ALUR := .venv/bin/alur
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.PHONY: help
help:  ## list these commands
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 14

.PHONY: run
run: export ALUR_DATABASE_URL := $(or $(ALUR_DATABASE_URL),sqlite:///$(VAR)/alur.db)
run: .venv/run  ## serve a demo office on 127.0.0.1:8000 (PORT=…, VAR=folder of its data)
	@$(ALUR) db upgrade
	@$(ALUR) demo --logins "$(VAR)/demo-logins.json"
	@exec $(ALUR) serve --port $(PORT)

.PHONY: install
install: .venv/run  ## install into .venv, and start nothing

# Where Chromium is missing and cannot be installed, its tests fail and say so.
.PHONY: chromium
chromium:  ## install Chromium for the browser tests, where it is missing and may be
	@command -v chromium chromium-browser >/dev/null || { [ "$$(id -u)" = 0 ] && \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || true

.PHONY: test
test: .venv/dev chromium  ## lint, types, import contracts and all tests
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: chaos
chaos: .venv/dev  ## kill everything at random under load, and audit what is left (20 minutes each)
	$(PY) -m tests.chaos --database postgresql --instances 1000 --kills 300
	$(PY) -m tests.chaos --database sqlite --instances 1000 --kills 300

.PHONY: bench-timers
bench-timers: .venv/dev  ## measure timers: 100,000 waiting, 1,000 due at once, one alone
	$(PY) -m tests.benchmarks.timers

.PHONY: bench-bpmn
bench-bpmn: .venv/dev  ## measure diagrams: lint, deploying 500 steps, a loop of 10,000 turns
	$(PY) -m tests.benchmarks.diagrams

.PHONY: bench-pages
bench-pages: .venv/dev  ## measure pages: 50,000 open tasks, 1,000,000 rows of history
	$(PY) -m tests.benchmarks.pages

.PHONY: fuzz
fuzz: .venv/dev  ## try 100,000 random and spoilt diagrams (NUMBER=…, SEED=…); failures in var/fuzz
	$(PY) -m tests.fuzz --number $(or $(NUMBER),100000) $(if $(SEED),--seed $(SEED))

.PHONY: pictures
pictures: .venv/dev chromium  ## take the pictures of the guides anew, with the browser tests
	$(PY) -m pytest -q tests/browser/test_guides.py
	cp var/screenshots/panduan/*.png docs/panduan/gambar/

.PHONY: vendor
vendor:  ## fetch what browsers load anew, by npm, into the vendor folders
	$(PYTHON) -m tests.vendoring

.PHONY: lint
lint: .venv/dev  ## check style and import contracts
	$(PY) -m ruff check
	.venv/bin/lint-imports

.PHONY: types
types: .venv/dev  ## check types
	$(PY) -m mypy

.PHONY: format
format: .venv/dev  ## format the code
	$(PY) -m ruff format
	$(PY) -m ruff check --fix

RESOLVE := $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --extra build

.PHONY: lock
lock: .venv/dev  ## resolve the dependencies of pyproject.toml anew into the two lock files
	$(RESOLVE) --output-file requirements.lock
	$(RESOLVE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

# A bundle holds the tracked files and all wheels, for machines that never had internet. It runs
# where system, processor and minor version of Python are those of the machine that made it.
BUNDLE = alur-$(shell $(PY) -c 'import sys, sysconfig; print("py%d.%d" % sys.version_info[:2], sysconfig.get_platform(), sep="-")')

.PHONY: bundle
bundle: .venv/run  ## pack checkout and wheels into var/, for `make run` without internet
	@git rev-parse --is-inside-work-tree >/dev/null || { echo "make bundle needs a git checkout"; exit 1; }
	rm -rf var/bundle && mkdir -p var/bundle/alur/wheelhouse
	git ls-files -z | tar --create --null --files-from=- | tar --extract --directory=var/bundle/alur
	$(PIP) download --require-hashes --only-binary=:all: --dest var/bundle/alur/wheelhouse \
		--requirement requirements.lock
	tar --create --gzip --owner=0 --group=0 --directory=var/bundle --file=var/$(BUNDLE).tar.gz alur
	rm -rf var/bundle
	@echo "var/$(BUNDLE).tar.gz"

# A stamp is written last, so an interrupted installation starts again. An environment that was
# copied or moved along with its checkout is made anew: it would run the code of the old place.
WHEELS := $(if $(wildcard wheelhouse),--no-index --find-links wheelhouse)
PLACE := $(shell cat .venv/place 2>/dev/null)

.venv/run: requirements.lock pyproject.toml
	$(call install,requirements.lock)

.venv/dev: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch .venv/run

ifneq ($(PLACE),$(CURDIR))
.venv/run .venv/dev: elsewhere
endif
.PHONY: elsewhere
elsewhere:
	@test -z "$(PLACE)" || rm -rf .venv

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is missing or older than 3.11: apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make an environment: apt-get install python3-venv" >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo "Installing $(1); this takes a minute …"
	@$(PIP) install $(WHEELS) --require-hashes --requirement $(1)
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@printf '%s\n' "$(CURDIR)" > .venv/place
	@touch $@
endef
