# Everything CI, editors and people call. A fresh machine needs Python 3.11 or newer, GnuPG 2.2 or newer and make.
VENV := .venv
BIN  := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --custom-compile-command "make lock"

SUITE := $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

# What was compiled once is not compiled again by each of the hundreds of programs that tests start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo demo-desk test test-peers peers-programs peers-suite peers-on-postgresql test-postgresql peers-table soak lint types check locale docs screenshots gallery bench lock audit-dependencies fuzz wheel revision clean

demo: $(READY)
	@$(BIN)/stafet-inbox demo

demo-desk: $(READY)
	@$(BIN)/stafet-inbox demo --desk

test: $(READY) check
	@$(SUITE)

# What is tried on PostgreSQL as well: every journey (but the one from a file to a server, which is made there already),
# and what leans on the database the most.
ON_POSTGRESQL := -m 'not soak' --ignore tests/journeys/test_moved.py \
    tests/journeys tests/directory/test_book.py tests/gateway/access/test_act.py tests/gateway/audit/test_trail.py \
    tests/gateway/audit/test_verify.py tests/gateway/test_consent_book.py tests/gateway/test_order_and_cancelling.py \
    tests/gateway/test_outages.py tests/gateway/test_resend.py tests/gateway/retention/test_run.py \
    tests/inbox_tui/test_taking_over.py tests/inbox_tui/test_two_at_once.py

PROGRAMS := postgres systemd-analyze bwrap strace chromium tmux postfix dovecot sq sqop rnp rnpkeys notmuch neomutt thunderbird node npm openpgp

# Tests that need other programs (installed where that is possible), or minutes. What they did must be what docs/peers.md says.
test-peers: peers-programs peers-suite peers-on-postgresql

peers-programs: $(READY)
	@sh .ci/peers $(PROGRAMS)

peers-suite: $(READY)
	@$(SUITE) -m peers

peers-on-postgresql: $(READY)
	@STAFET_TEST_DATABASE=postgresql $(SUITE) $(ON_POSTGRESQL)

# Every test, with each site on a PostgreSQL server of the tests' own; about twice as long as on files.
test-postgresql: $(READY)
	@sh .ci/peers postgres
	@STAFET_TEST_DATABASE=postgresql $(SUITE)

# The same, and docs/peers.md is written anew.
peers-table: export PEERS := write
peers-table: test-peers

# Everything goes wrong at once, for LETTERS letters; twenty minutes on two cores. SEED=n chooses the same misfortunes.
LETTERS := 10000
soak: $(READY)
	@$(BIN)/python tests/faults/soak.py --letters $(LETTERS) $(if $(SEED),--seed $(SEED))
	@$(BIN)/python -m pytest -q -m soak

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

# The handbook, in .venv/handbook; what the code says of itself (the commands, the conversation) is written anew first.
docs: $(READY)
	@$(BIN)/python docs/draw_conversation.py
	@$(BIN)/python docs/draw_commands.py
	@$(BIN)/sphinx-build -W --keep-going -n -q -b html docs $(VENV)/handbook
	@echo "The handbook: $(VENV)/handbook/index.html"

screenshots: $(READY)
	@$(BIN)/python tests/screens/screenshots.py
	@$(BIN)/python tests/screens/statistics_page.py
	@$(BIN)/python tests/peers/picture_thunderbird.py

# Every screen of the inbox, for a person to look at: pictures, text, and a page of each size and ground in GALLERY.
GALLERY := $(VENV)/gallery
gallery: $(READY)
	@$(BIN)/python tests/screens/gallery.py $(GALLERY)

$(READY): pyproject.toml requirements.lock
	@sh .ci/prepare $(VENV)
	@touch $@

# What is pinned stays as it is; `make lock UPGRADE=--upgrade` takes the newest of everything. runtime.lock is the part of it
# that the program itself needs.
lock: $(BIN)/uv
	@$(LOCK) $(UPGRADE) pyproject.toml .ci/build.in --group dev --output-file requirements.lock
	@$(LOCK) pyproject.toml --constraint requirements.lock --output-file runtime.lock
	@$(LOCK) $(UPGRADE) .ci/tools.in --output-file .ci/tools.lock

# Needs the network, and fails with plain words when the advisories could not be looked up.
audit-dependencies: $(BIN)/pip-audit
	@$(BIN)/python .ci/audit_dependencies.py

$(BIN)/uv $(BIN)/pip-audit: $(READY)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement .ci/tools.lock
	@touch $(BIN)/uv $(BIN)/pip-audit

# 50,000 spoiled inputs for every reader of what others wrote; `make fuzz COUNT=1000 SEED=2 TARGET="--target payload"`.
COUNT := 50000
fuzz: $(READY)
	@$(BIN)/python tests/fuzz/fuzz_run.py --count $(COUNT) $(if $(SEED),--seed $(SEED)) $(TARGET)

# What everything costs, in bench/RESULTS.md; some minutes on two cores. ONLY="seal inbox" prints some chapters alone.
bench: $(READY)
	-@sh .ci/peers postgres postfix neomutt
	@PYTHONPATH=tests:tests/peers:tests/journeys $(BIN)/python bench/run.py $(ONLY)

# A draft of a revision: make revision BRANCH=shared SAYS="what changes" (or region, or unit).
revision: $(READY)
	@$(BIN)/python .ci/make_revision.py $(BRANCH) "$(SAYS)"

# The wheel and the source, the libraries the program was tested with, and the sums of all, in dist/.
wheel: $(READY)
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@cp runtime.lock dist/
	@cd dist && sha256sum * >SHA256SUMS && ls

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
