# make report | make manuscript | make release | make verify | make diff | make trace | make crate | make test | make bench
# make simulate | make faults | make fuzz | make lock | make clean; of the synthetic twins: make twin
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
CORES ?= $(shell nproc)
STUDY ?= xu2025
FIRST = $(shell sed -n 's/^studies: *\[ *\([a-z0-9_]*\).*/\1/p' config/config.yaml)
TWIN := .venv-twin
COHORTS ?= 10000

.PHONY: report manuscript release verify diff trace crate test bench simulate faults fuzz lock clean environment install
.PHONY: picture screenshots
.PHONY: browser-driver browser-lock crate-packages crate-lock
.PHONY: twin twin-keep twin-records twin-accept test-product test-twin twin-lock twin-environment
.DEFAULT_GOAL := report

report: environment ## every study of config/config.yaml, from the delivered files to its report
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/run.py \
	  --cores $(CORES) --prioritize results/$(FIRST)/report/report.html
	@echo "Open: results/index.html"

manuscript: report ## fill the manuscripts that the studies name with their numbers
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/manuscript.py

verify: environment ## whether the files of a study are as they were made and used: make verify STUDY=x
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/verify.py $(STUDY)

release: environment ## what may leave the hospital, under disclosure control: make release STUDY=x
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/release.py $(STUDY) $(CORES)

crate: environment crate-packages ## pack what may be shared of a study as an RO-Crate: make crate STUDY=x
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/crate.py $(STUDY)

A ?= previous
B ?= last
diff: environment ## what differs between two runs, and why: make diff STUDY=x A=previous B=last, or the beginnings of names
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/diff.py $(STUDY) $(call quoted,$(A)) $(call quoted,$(B))

quoted = '$(subst ','\'',$(1))'
trace: environment ## where a number comes from, or a patient: STUDY=... NUMBER=... | RECORD=... [OUT=new private file]
	@PYTHONPATH=workflow $(VENV)/bin/python workflow/tracing.py $(STUDY) \
	  --number $(call quoted,$(NUMBER)) --record $(call quoted,$(RECORD)) --out $(call quoted,$(OUT))

test: environment browser-driver crate-packages ## style, lint, unit and reference tests, the whole workflow, a second run, the rerun matrix
	@$(RUN) ruff check . && $(RUN) ruff format --check .
	@$(RUN) snakefmt --check Snakefile workflow/rules workflow/twin.smk workflow/twin
	@$(RUN) snakemake --lint
	@$(RUN) snakemake --cores $(CORES)
	@$(MAKE) --no-print-directory --jobs=2 test-product test-twin

test-product:
	@$(RUN) pytest -n $(CORES) --dist loadfile

bench: environment ## the ratios of speed, each against an import in the same run; then the simulation
	@$(RUN) tests.bench
	@$(MAKE) --no-print-directory simulate

simulate: environment ## cohorts of known truth, from raw files to estimates: coverage, type I error, wrong cells
	@PYTHONPATH=workflow $(RUN) tests.simulation --cohorts $(COHORTS) --processes $(CORES)

FUZZ ?= 2000
fuzz: environment ## cells, tables, decisions and files that nobody thought of: make fuzz FUZZ=how many of each
	@FUZZ=$(FUZZ) $(RUN) pytest -n $(CORES) --dist load tests/fuzz

twin-records: environment ## raw files of the synthetic twins, from their calibrated cohorts: results/twin/*/data
	@$(RUN) snakemake -s workflow/twin.smk --cores $(CORES) deliver

twin-keep: ## make the cohort that `make twin` found the one of the study
	@cp results/twin/$(STUDY)/calibrated.csv config/studies/$(STUDY)/
	@cd config/studies/$(STUDY) && sha256sum calibrated.csv > calibrated.sha256

twin-accept: twin-records ## copy the raw files of one twin into data/ and their truth into tests/: make twin-accept STUDY=xu2025
	@mkdir -p data/$(STUDY) tests/twin/$(STUDY)
	@cp results/twin/$(STUDY)/data/* data/$(STUDY)/
	@cp results/twin/$(STUDY)/truth.csv tests/twin/$(STUDY)/
	@cd tests/twin/$(STUDY) && sha256sum truth.csv > truth.sha256

KILLS ?= 30
faults: environment ## kills, full disks, damaged files and others: whether `make report` brings the same bytes back
	@PYTHONPATH=workflow $(RUN) tests.faults --kills $(KILLS)

lock: environment ## resolve envs/requirements.in again
	@$(VENV)/bin/uv pip compile --quiet --generate-hashes --upgrade --no-emit-index-url \
	  --no-emit-find-links --no-header --python-version 3.11 envs/requirements.in -o envs/requirements.lock

browser-lock: environment ## resolve envs/browser.in again, at the versions of requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --generate-hashes --upgrade --no-emit-index-url \
	  --no-emit-find-links --no-header --python-version 3.11 -c envs/requirements.lock \
	  envs/browser.in -o envs/browser.lock

# What drives the browser of the tests is no part of the environment of a report.
browser-driver: environment
	@cmp -s envs/browser.lock $(VENV)/browser.lock || { \
	  $(VENV)/bin/uv pip install --quiet --require-hashes --python $(VENV)/bin/python \
	    -r envs/browser.lock && cp envs/browser.lock $(VENV)/browser.lock; }

crate-lock: environment ## resolve envs/crate.in again, at the versions of requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --generate-hashes --upgrade --no-emit-index-url \
	  --no-emit-find-links --no-header --python-version 3.11 -c envs/requirements.lock \
	  envs/crate.in -o envs/crate.lock

# No report needs the packages that write RO-Crates.
crate-packages: environment
	@cmp -s envs/crate.lock $(VENV)/crate.lock || { \
	  $(VENV)/bin/uv pip install --quiet --require-hashes --python $(VENV)/bin/python \
	    -r envs/crate.lock && cp envs/crate.lock $(VENV)/crate.lock; }

picture: report browser-driver ## the picture of the README, from the page of a shipped study
	@$(RUN) tests.browser.picture

screenshots: report browser-driver ## pictures of a report, a screen of each section: make screenshots STUDY=x
	@$(RUN) tests.browser.screenshots $(STUDY)

clean: ## results only; the environment stays
	rm -rf results

# The generator of synthetic twins needs a solver and a compiler that no report needs: an
# environment of its own.
twin: twin-environment ## calibrate the twin of a study to its printed numbers: an hour or two
	@$(TWIN)/bin/python -m snakemake -s workflow/twin.smk --cores $(CORES) results/twin/$(STUDY)/score.csv

test-twin: twin-environment ## the tests that need the solver and the compiler
	@$(TWIN)/bin/python -m pytest tests/twin/test_calibration.py tests/twin/test_kernels.py

twin-lock: environment ## resolve envs/twin.in again, at the versions of requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --generate-hashes --upgrade --no-emit-index-url \
	  --no-emit-find-links --no-header --python-version 3.11 -c envs/requirements.lock \
	  envs/twin.in -o envs/twin.lock

twin-environment: environment
	@cmp -s envs/twin.lock $(TWIN)/installed.lock || { \
	  rm -rf $(TWIN) && $(PYTHON) -m venv $(TWIN) && \
	  UV_COMPILE_BYTECODE=1 $(VENV)/bin/uv pip install --quiet --require-hashes \
	    --python $(TWIN)/bin/python -r envs/twin.lock && \
	  cp envs/twin.lock $(TWIN)/installed.lock; }

# The environment: uv, itself pinned by hash, installs the hashed lock file and compiles it to
# bytecode, without which every job would start three times slower. It is made again when the
# content of the lock file has changed, not when it was touched.
environment:
	@cmp -s envs/requirements.lock $(VENV)/installed.lock || $(MAKE) --no-print-directory install

install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 is needed: make PYTHON=/path/to/python3.11")'
	@echo "Setting up $(VENV) (once, about a minute)"
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r envs/bootstrap.lock
	@UV_COMPILE_BYTECODE=1 $(VENV)/bin/uv pip install --quiet --require-hashes \
	  --python $(VENV)/bin/python -r envs/requirements.lock
	@cp envs/requirements.lock $(VENV)/installed.lock
