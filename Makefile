# Everything stays in this directory: packages in .venv, whatever is built in build.
#
#   make run      user interrupts on any machine: builds and runs samples/uipi_sample.c
#   make test     the whole test suite
#   make check    style, types, architecture and generated files
#   make bench    speed against the native machine and qemu-user
#   make samples  builds samples/ for x86_64 and aarch64
#   make guests   builds the test programs
#   make tables   writes the generated files and docs
#   make architectures  writes docs/architectures.md from what the tests find
#   make clean    removes what was built (make distclean: .venv, too)

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet install
QEMU := $(PY) -m qemu_user

export PIP_REQUIRE_VIRTUALENV := 1
export PIP_NO_INPUT := 1

.PHONY: run test check bench samples guests tables architectures clean distclean

run: $(VENV)/compilers.stamp
	@$(PY) samples/build.py uipi_sample >build/run.log || { cat build/run.log; exit 1; }
	@$(QEMU) build/samples/x86_64/uipi_sample

test: $(VENV)/test.stamp
	$(PY) -m pytest -n $(JOBS)

check: $(VENV)/test.stamp
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) -m qemu_user.exec.abi.regenerate --check
	$(PY) -m qemu_user.exec.arch.vdso --check
	$(PY) -m qemu_user.exec.substitutes --check
	$(PY) -m qemu_user.syscalls.tables --check
	$(PY) -m pytest -q tests/test_architecture.py

bench: $(VENV)/test.stamp
	$(PY) -m bench

samples: $(VENV)/test.stamp
	$(PY) samples/build.py

guests: $(VENV)/test.stamp
	$(PY) -m tests.programs

tables: $(VENV)/test.stamp
	$(PY) -m qemu_user.exec.abi.regenerate
	$(PY) -m qemu_user.exec.arch.vdso
	$(PY) -m qemu_user.exec.substitutes
	$(PY) -m qemu_user.syscalls.tables

architectures: $(VENV)/test.stamp
	-$(PY) -m pytest -q -n $(JOBS) --junitxml=build/architectures.xml \
		tests/test_guests.py tests/test_debian.py tests/test_cpu_contract.py
	$(PY) -m tests.architectures build/architectures.xml

clean:
	rm -rf build .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)

# Three ways to a virtual environment: with its own pip, with the system's pip, by virtualenv.
$(VENV)/venv.stamp:
	@rm -rf $(VENV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or later is needed (make PYTHON=python3.x)" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	    $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m virtualenv --version >/dev/null 2>&1; then \
	    $(PYTHON) -m virtualenv --quiet $(VENV); \
	elif $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	    PIP_REQUIRE_VIRTUALENV=0 $(PYTHON) -m pip --quiet --python $(PY) install pip; \
	else \
	    rm -rf $(VENV); \
	    echo "this Python has no ensurepip, virtualenv or pip: install python3-venv" >&2; exit 1; \
	fi
	@touch $@

$(VENV)/run.stamp: $(VENV)/venv.stamp pyproject.toml
	@echo "installing the emulator's dependencies into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/compilers.stamp: $(VENV)/run.stamp
	@mkdir -p build
	@$(PY) samples/build.py --native || \
	    { echo "no gcc that knows -muintr: installing ziglang"; $(PIP) --editable '.[compilers]'; }
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	@echo "installing the tools of the tests into $(VENV)"
	@$(PIP) --editable '.[test]'
	@touch $@
