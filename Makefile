# The two commands that matter: `make run` opens the page, `make test` runs the tests.
# Without make (Windows): see README.md.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: run test test-long lint types bench messages clean

run: $(READY)
	$(BIN)/explorer run

# Side by side, but for the page: a browser that draws in software needs the machine for itself.
test: $(READY_DEV)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not long and not browser" -n auto --maxprocesses 4 --dist loadfile; \
	status=$$?; $(BIN)/python -m pytest -m "browser and not long" || status=$$?; exit $$status

test-long: $(READY_DEV)
	$(BIN)/python -m pytest -m long

lint: $(READY_DEV)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY_DEV)
	$(BIN)/mypy

bench: $(READY_DEV)
	$(BIN)/python scripts/bench.py

messages: $(READY_DEV)
	$(BIN)/python scripts/messages.py

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	touch $@

$(READY_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e ".[dev]"
	touch $@ $(READY)

$(BIN)/python:
	@for python in python3.11 python3.12 python3.13 python3 python; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "$$python -m venv $(VENV)"; exec $$python -m venv $(VENV); \
	    fi; \
	done; \
	echo "Python 3.11 or newer was not found. Install it, then run make again." >&2; exit 3
