PYTHON ?= python3
CONSTRAINTS ?= constraints.txt
SEEDS ?= 3
BIN = .venv/bin
PIP = -m pip --disable-pip-version-check install --quiet

.PHONY: demo test test-clients containers check judge docs bench

demo: .venv/made                  ## mocks, reference agent and callers, nearly three minutes; prints the verdict
	$(BIN)/fastbusy demo

test: .venv/made                  ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not container"

test-clients: .venv-clients/made  ## the providers' own SDKs and stock Pipecat and LiveKit bots against the mocks
	.venv-clients/bin/python -m pytest -m clients tests/clients tests/agents tests/system

containers: .venv/made            ## build the images and carry out a short run in them
	@docker info >/dev/null 2>&1 || { \
		echo "no container engine answers at $${DOCKER_HOST:-the usual socket}"; \
		echo "  → start docker; or, as root on a Debian without it: .ci/engine make containers"; \
		exit 1; } >&2
	$(BIN)/python -m pytest -m container tests/containers

check: .venv/made                 ## style, types, import contracts, structure
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd agents && ../$(BIN)/mypy --strict reference.py flawed.py
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/rules

judge: .venv/made                 ## every flaw and the reference agent, over SEEDS seeds, in virtual time
	JUDGE_SEEDS=$(SEEDS) $(BIN)/python -m pytest -n 2 tests/fastbusy/test_flaws.py

docs: .venv/made                  ## regenerate docs/reference from the code
	$(BIN)/python -m fastbusy.reference

bench: .venv/made                 ## measurements, written to docs/benchmarks.md by hand
	$(BIN)/python -m bench

.venv/made: pyproject.toml constraints.txt
	$(call made,.venv,--editable '.[harness$(,)test]' $(CONSTRAINTS:%=--constraint %))

.venv-clients/made: pyproject.toml tests/clients/requirements.txt agents/requirements-pipecat.txt agents/requirements-livekit.txt
	$(call made,.venv-clients,--editable '.[harness]' --requirement tests/clients/requirements.txt)

, := ,
# $(call made,ENVIRONMENT,WHAT PIP INSTALLS)
define made
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "fastbusy needs Python 3.11 or newer, and $(PYTHON) is not: $$($(PYTHON) --version 2>&1)"; \
	echo "  → name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; } >&2
@$(PYTHON) -m venv $(1) || { rm -rf $(1); \
	echo "  → on Debian and Ubuntu: apt install python3-venv"; exit 1; } >&2
$(1)/bin/python $(PIP) $(2)
@touch $(1)/made
endef
