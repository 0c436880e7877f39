# What one does with a checkout. `make` alone lists it.
#
# PYTHON chooses the interpreter:   make test PYTHON=python3.12
# ARGS goes on to the command:      make test ARGS="-k stepping"      make matrix ARGS="--only 3.8"

PYTHON ?= python3
# An interpreter named on the command line gets an environment of its own and leaves the usual one alone.
VENV := $(if $(filter file,$(origin PYTHON)),.venv,.cache/venv/$(subst /,-,$(PYTHON)))
IN := $(VENV)/bin/python
# Two test processes: the suite mostly waits for processes it starts.
JOBS ?= 2
# Of pyproject.toml: "test libraries" adds the libraries some tests are skipped without.
EXTRAS ?= test
# What runs them; tools/again.py gives up to two tests that fail a second try, and says so.
RUNNER ?= -m pytest
MINUTES ?= 30
WAY ?= straight

.PHONY: help demo test test-node matrix coexist bench gate rewriting core-check ways many cycles differential fuzz soak clean python venv

help:
	@echo "make demo        debug an example program from a command script, then time it with and without dapper"
	@echo "make test        run the tests             (PYTHON=python3.12 chooses the interpreter, ARGS goes to pytest)"
	@echo "make test-node   run the second client's tests; takes node and npm"
	@echo "make matrix      run the tests on every Python from 3.8 to 3.15 that is here"
	@echo "make coexist     run coverage, profilers, Hypothesis, pdb, numba and others beside dapper: both have to be right"
	@echo "make bench       measure dapper beside debugpy, pdb and bare Python"
	@echo "make gate        check the counts and the one ratio that must never get worse"
	@echo "make rewriting   take the whole standard library apart and together, then run its own tests with probes (long)"
	@echo "make core-check  look for leaks and wrong memory in the native core; takes gcc's sanitizers"
	@echo "make ways        try every way to start and to reach processes on every Python; writes doc/process-trees.md"
	@echo "make many        debug 200 children at once, 50 of them at a breakpoint"
	@echo "make cycles      attach and detach 1000 times under load (WAY=hub or WAY=pid instead of straight)"
	@echo "make differential  compare small programs' output alone, attached and looked at, all of them"
	@echo "make fuzz        ask 10000 random requests, and look at values that Hypothesis makes up (SEED=1 repeats)"
	@echo "make soak        debug at random for half an hour, killing things at random moments (MINUTES=5)"
	@echo "make clean       remove all that the others made"

python:
	@command -v "$(PYTHON)" >/dev/null || { \
	    echo "dapper: there is no '$(PYTHON)' here. Install Python 3.8 or newer (Debian, Ubuntu: apt-get install" \
	         "python3 python3-venv), or name one: make test PYTHON=/path/to/python"; exit 1; }

venv: python
	@"$(PYTHON)" tools/venv.py "$(VENV)" $(EXTRAS:%=--extra %)

demo: venv
	@"$(IN)" examples/demo.py

test: venv
	"$(IN)" $(RUNNER) -q -n $(JOBS) $(ARGS)

test-node: venv
	@tools/test-node.sh "$(IN)"

matrix: python
	@"$(PYTHON)" tools/matrix.py $(ARGS)

coexist: EXTRAS = test coexistence
coexist: venv
	"$(IN)" tools/coexistence.py run -n $(JOBS) $(ARGS)

bench: python
	@"$(PYTHON)" tools/venv.py .cache/bench --extra bench
	@.cache/bench/bin/python -m benchmarks $(ARGS)

gate: venv
	"$(IN)" -m benchmarks gate

rewriting: venv
	"$(IN)" tools/stdlib_roundtrip.py --probes
	"$(IN)" tools/probe_stdlib_suite.py $(ARGS)

core-check: venv
	"$(IN)" tools/core_leaks.py
	tools/asan.sh "$(CURDIR)/$(IN)"

ways: python
	@"$(PYTHON)" tools/ways.py $(ARGS)

many: venv
	DAPPER_TEST_SPAWNED=200 DAPPER_TEST_AT_ONCE=50 "$(IN)" -m pytest -q tests/dap/test_many_processes.py $(ARGS)

cycles: venv
	"$(IN)" tools/soak.py --minutes 0 --cycles 1000 --way $(WAY) $(ARGS)

differential: venv
	DAPPER_DIFFERENTIAL=all "$(IN)" -m pytest -q -n $(JOBS) tests/dap/test_differential.py $(ARGS)

fuzz: EXTRAS = test fuzz
fuzz: SEED ?= $(shell date +%s)
fuzz: venv
	DAPPER_RANDOM_REQUESTS=10000 DAPPER_RANDOM_VALUES=300 DAPPER_RANDOM_SEED=$(SEED) \
	    "$(IN)" -m pytest -q --timeout 0 tests/dap/test_random_requests.py tests/dap/test_random_values.py $(ARGS)

soak: venv many
	"$(IN)" tools/soak.py --minutes $(MINUTES) $(ARGS)

clean:
	rm -rf .venv .cache .pytest_cache build dist *.egg-info shim/*.egg-info shim/build tests/node/node_modules
	find dapper tests tools examples -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f dapper/_frame_eval/_frame_evaluator.c dapper/_frame_eval/*.so
