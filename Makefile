# `make build` builds this repository's site, `make test` runs every check. Nothing else is needed
# than Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: build test lint cards browser outside clean

build: .venv/built
	@$(BIN)/proofpress build

test: lint cards
	$(BIN)/pytest tests/builder --numprocesses=$(WORKERS)

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The cards' tests, as the author of any site runs them.
cards: .venv/tested
	$(BIN)/proofpress test

# Chromium, for the tests that press keys; without it they are skipped, and say so.
browser:
	@command -v chromium >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; }
	@chromium --version

# Tools made elsewhere that measure pages; without them those tests are skipped, and say so (in CI they fail).
outside: browser
	@command -v java >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless; }
	@command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; }
	@npm install --prefix tests/builder/outside --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error

clean:
	rm -rf .venv .proofpress site

.venv/built: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what building needs into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,pdf]'
	@touch $@

.venv/tested: .venv/built
	@echo "installing what the tests need into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[images,pdf,snippets,cluster,dev]'
	@touch $@
