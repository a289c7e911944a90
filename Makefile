# Everything CI, editors and people call. A fresh machine needs Python 3.11 or newer, GnuPG 2.2 or newer and make.
VENV := .venv
BIN  := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo demo-desk test lint types check locale docs screenshots bench clean

demo: $(READY)
	@$(BIN)/stafet-inbox demo

demo-desk: $(READY)
	@$(BIN)/stafet-inbox demo --desk

test: $(READY) check
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: lint types

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

locale: $(READY)
	@$(BIN)/pybabel -q extract -k mark -k danish --no-location -o $(VENV)/stafet.pot gateway inbox_tui
	@$(BIN)/pybabel -q update -i $(VENV)/stafet.pot -d gateway/locale -D stafet -l da \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 110
	@$(BIN)/pybabel -q compile -d gateway/locale -D stafet

docs: $(READY)
	@$(BIN)/python docs/draw_conversation.py

screenshots: $(READY)
	@$(BIN)/python tests/screens/screenshots.py
	@$(BIN)/python tests/screens/statistics_page.py

$(READY): pyproject.toml
	@sh .ci/prepare $(VENV)
	@touch $@

bench: $(READY)
	@$(BIN)/python bench/road.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
