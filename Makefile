PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test test-clients check bench docs

demo: .venv/made           ## mocks + reference agent + callers, about two minutes; prints the verdict
	$(BIN)/fastbusy demo

test: .venv/made           ## the whole test suite
	$(BIN)/python -m pytest -n 2

test-clients: .venv-clients/made  ## the providers' own SDKs and a stock Pipecat bot against the mocks
	.venv-clients/bin/python -m pytest -m clients tests/clients tests/agents tests/system

check: .venv/made          ## style, types, import contracts, structure
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && cd agents && ../$(BIN)/mypy --strict reference.py flawed.py && cd .. && $(BIN)/lint-imports && $(BIN)/python -m pytest -q tests/rules

bench: .venv/made          ## measurements, written to docs/benchmarks.md by hand
	$(BIN)/python -m bench

docs: .venv/made           ## regenerate docs/reference from the code
	$(BIN)/python -m fastbusy.reference

.venv/made: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[harness,test]'
	touch .venv/made

.venv-clients/made: pyproject.toml tests/clients/requirements.txt agents/requirements-pipecat.txt
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/pip install --quiet --editable . --requirement tests/clients/requirements.txt
	touch .venv-clients/made
