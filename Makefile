# Everything CI, editors and people call. A fresh machine needs Python 3.11 or newer, GnuPG 2.2 or newer and make.
VENV := .venv
BIN  := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint types check locale screenshots clean

demo: $(READY)
	@$(BIN)/stafet-inbox demo

test: $(READY) check
	@$(BIN)/python -m pytest -q -n 2

check: lint types

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

locale: $(READY)
	@$(BIN)/python -m gateway.locale_tools

screenshots: $(READY)
	@$(BIN)/python -m tests.screens.screenshots

$(READY): pyproject.toml
	@sh .ci/prepare $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
