# `make test` and `make demo` need Python 3.11 or newer with venv, git and make, and install the rest into .venv.
PYTHON ?= python3
JOBS ?= auto
TYPED = scripts actions/_setup docs benchmarks tests

.DEFAULT_GOAL := help
.PHONY: help test test-forge lint tools demo lock schemas docs wheel clean environment

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' Makefile

environment:
	@PYTHON='$(PYTHON)' .ci/environment

lint: environment  ## ruff and mypy
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(TYPED)

test: lint  ## everything; the last lines say what was skipped and why
	.venv/bin/pytest -n $(JOBS) $(ARGS)

test-forge: environment  ## the stories on a real forge, which Go builds first: minutes the first time, then none
	@.ci/forge
	.venv/bin/pytest -n 0 $(ARGS) tests/forge

tools:  ## what the tests need beside .venv: act, actionlint, a browser, strace, GTO
	@.ci/tools

demo: environment  ## play the story of examples/flight-delays in a scratch repository
	.venv/bin/python examples/flight-delays/demo.py

lock:  ## make every lock in requirements/ anew (needs uv)
	requirements/lock.sh --upgrade

schemas: environment  ## write schemas/ from the code
	.venv/bin/python docs/generate.py schemas

docs: environment  ## write the generated reference pages
	.venv/bin/python docs/generate.py

wheel: environment  ## build the wheel into dist/
	.venv/bin/python -m build --wheel --no-isolation --outdir dist .

clean:  ## delete what the other targets made
	rm -rf .venv .cache dist build demo mlgate-run .mypy_cache .ruff_cache .pytest_cache .hypothesis
