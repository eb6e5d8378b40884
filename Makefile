# Needs Python, git and make. Everything else is fetched, locked, into .tools/ and .venv/.
# `make` alone says what there is.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Asked for its version, because a shim named `uv` may stand for nothing.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo $(CURDIR)/.tools/uv/bin/uv)
UV_VERSION := 0.13.9
BIN := .venv/bin
SAM := $(CURDIR)/.tools/sam/bin/sam
# NetSuite clients that others wrote; two, because their modules have the same name.
FOREIGN := .tools/netsuite_tba/.stamp .tools/netsuite_m2m/.stamp
# Runs the script that is meant for NetSuite; from PyPI, so that nobody has to install it.
NODE := .tools/node/.stamp
SOURCES := handlers shared operate sandbox scripts tests tools

# Where pyenv is, its 3.13 is found without its shims, which lead to whatever is chosen globally.
PYENV_3_13 := $(lastword $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.13.*/bin))
export PATH := $(PATH)$(if $(PYENV_3_13),:$(PYENV_3_13))

# A file of tests goes to one worker. The stories share one sandbox, and mostly wait.
SIDE_BY_SIDE := -n 2 --dist loadfile
STORIES_AT_ONCE ?= 3
# These keep every queue busy, so that nothing else would be in time beside them.
CROWDED_STORIES := tests/stories/test_netsuite_at_scale.py
ARCHITECTURE ?= arm64
SCENARIO ?=
MUTANTS_AT_ONCE ?= 1

export UV ARCHITECTURE
export SAM_CLI_TELEMETRY := 0
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

# Nothing here may ever touch a real account by accident.
OFFLINE := env -u AWS_PROFILE -u AWS_SESSION_TOKEN -u PYTHONDONTWRITEBYTECODE \
	AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true \
	AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

# ── For a newcomer ────────────────────────────────────────────────────────────────────────────────

.PHONY: demo
demo: setup ## sets everything up and plays one whole story, step by step
	@$(BIN)/python -m sandbox.stack demo $(if $(SCENARIO),--scenario "$(SCENARIO)")

.PHONY: sandbox
sandbox: setup ## the same stack, running until Ctrl-C; SCENARIO=path.yaml loads another world
	@$(BIN)/python -m sandbox.stack up $(if $(SCENARIO),--scenario "$(SCENARIO)")

.PHONY: test
test: setup ## all tests
	@echo "pytest, then the stories on the deployed template"
	@$(OFFLINE) $(BIN)/python -m pytest $(SIDE_BY_SIDE) --ignore tests/stories
	@$(OFFLINE) $(BIN)/python -m pytest -n $(STORIES_AT_ONCE) --dist loadfile tests/stories --ignore $(CROWDED_STORIES)
	@$(OFFLINE) $(BIN)/python -m pytest $(CROWDED_STORIES)

HISTORIES ?= 2000

.PHONY: simulate
simulate: .venv/.stamp ## plays HISTORIES=2000 histories of the whole service, on both cores
	@$(BIN)/python -m tests.simulation --histories $(HISTORIES) $(if $(AIM),--aim $(AIM))

.PHONY: simulate-mistakes
simulate-mistakes: .venv/.stamp ## plants one mistake at a time; each must be caught
	@$(BIN)/python -m tests.simulation --mistakes

.PHONY: setup
setup: .venv/.stamp .tools/sam/.stamp .tools/emulator/.stamp $(FOREIGN) $(NODE) ## the locked environments (the other targets call it)

# ── For a developer ───────────────────────────────────────────────────────────────────────────────

.PHONY: check
check: format-check lint types imports template coverage ## format, lint, types, import contracts, template, coverage

.PHONY: format-check lint types imports template coverage
format-check: .venv/.stamp
	$(BIN)/ruff format --check $(SOURCES)

lint: .venv/.stamp
	$(BIN)/ruff check $(SOURCES)

types: .venv/.stamp
	$(BIN)/mypy --strict handlers shared operate sandbox scripts

imports: .venv/.stamp
	$(BIN)/lint-imports

template: .build/template-is-valid ;

.build/template-is-valid: template.yaml samconfig.toml .tools/sam/.stamp
	@echo sam validate --lint
	@$(OFFLINE) $(SAM) validate --lint
	@mkdir -p $(@D) && touch $@

# The gate's threshold and the measured packages are in pyproject.toml.
coverage: .venv/.stamp $(FOREIGN) $(NODE)
	@echo "pytest --cov, then the core's own report"
	@$(OFFLINE) $(BIN)/python -m pytest --quiet $(SIDE_BY_SIDE) --ignore tests/stories --cov
	@$(BIN)/coverage report --include 'shared/domain/*' --fail-under 100

# ── For an operator: settings; with your own AWS credentials, see settings/README.md ──────────────

DIR ?= settings
STACK ?= export-remediation
OPERATE := $(BIN)/python -m operate
OF_STACK = --stack "$(STACK)" $(if $(TABLE),--table "$(TABLE)") $(if $(QUEUE),--queue "$(QUEUE)")

.PHONY: settings-check settings-push settings-replay alias aliases acts-on acts-off held release stays-closed expensify-login reactivate stuck
settings-check: .venv/.stamp ## are the settings in DIR=settings good?
	@$(OPERATE) check --dir "$(DIR)"

settings-push: .venv/.stamp ## writes DIR=settings to STACK=export-remediation; YES=1 asks nothing, PRUNE=1 removes
	@$(OPERATE) push --dir "$(DIR)" $(OF_STACK) $(if $(filter 1,$(YES)),--yes) $(if $(filter 1,$(PRUNE)),--prune)

settings-replay: .venv/.stamp ## sends parked events to intake again (a push does so, too)
	@$(OPERATE) replay $(OF_STACK)

# The label goes by the environment, where no sign of it means anything to the shell.
alias: export OF_LABEL = $(LABEL)
alias: .venv/.stamp ## WS=… LABEL='…' is the project PROJECT=<internal ID>; REMOVE=1 takes it back, ANYWAY=1 insists
	@$(OPERATE) alias --workspace "$(WS)" --label "$$OF_LABEL" --project "$(PROJECT)" $(OF_STACK) \
		$(if $(filter 1,$(REMOVE)),--remove) $(if $(filter 1,$(ANYWAY)),--anyway)

aliases: .venv/.stamp ## what was chosen for labels of WS=…, and what waits for a choice
	@$(OPERATE) aliases --workspace "$(WS)" $(OF_STACK)

acts-on: .venv/.stamp ## the kill switch: every workspace syncs and exports again
	@$(OPERATE) acts on $(OF_STACK)

acts-off: .venv/.stamp ## the kill switch: nothing is synced or exported; what is in flight is read back
	@$(OPERATE) acts off $(OF_STACK)

expensify-login: .venv/.stamp ## signs in to Expensify's app for WS=id, EMAIL=…, with a mailed code, and stores the login
	@$(OPERATE) expensify-login --workspace "$(WS)" --email "$(EMAIL)" $(OF_STACK)

stays-closed: .venv/.stamp ## ACCOUNT=… PROJECT=…: an administrator says that this project won't be reactivated
	@$(OPERATE) stays-closed $(OF_STACK) "$(ACCOUNT)" "$(PROJECT)"

reactivate: .venv/.stamp ## ACCOUNT=… PROJECT=…: approves that we open it in NetSuite; UNTIL=exported: and close it again; asks (YES=1 doesn't); WITHDRAW=1: takes that back
	@$(OPERATE) reactivate $(OF_STACK) $(if $(UNTIL),--until "$(UNTIL)") $(if $(filter 1,$(WITHDRAW)),--withdraw) $(if $(filter 1,$(YES)),--yes) "$(ACCOUNT)" "$(PROJECT)"

OF_CASES = $(if $(WS),--workspace "$(WS)") $(if $(REPORT),--report "$(REPORT)")

stuck: .venv/.stamp ## what is stuck, and what it waits for; WS=id: each report of this one
	@$(OPERATE) stuck $(if $(WS),--workspace "$(WS)") $(OF_STACK)

held: .venv/.stamp ## what waits for its release since its workspace went live; WS=id: of this one
	@$(OPERATE) held $(OF_CASES) $(OF_STACK)

release: .venv/.stamp ## lets go what is held back in WS=id, or only REPORT=id; shows it, asks (YES=1 doesn't)
	@$(OPERATE) release $(OF_CASES) $(OF_STACK) $(if $(filter 1,$(YES)),--yes)

# ── For a developer, rarely ───────────────────────────────────────────────────────────────────────

.PHONY: mutate
mutate: .tools/mutation/.stamp ## changes the core in thousands of ways; each must fail a test or be listed (30 min)
	@rm -rf mutants
	@$(OFFLINE) PYTHONHASHSEED=0 .tools/mutation/bin/mutmut run --max-children $(MUTANTS_AT_ONCE)
	@.tools/mutation/bin/python scripts/mutation_report.py

EXAMPLES ?= 5000

.PHONY: fuzz
fuzz: .venv/.stamp ## EXAMPLES=5000 of each kind to the doors, the parser and every decoder (20 min)
	@$(OFFLINE) FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/fuzz

.PHONY: format
format: .venv/.stamp ## rewrites the sources in the house format
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

.PHONY: build
build: .venv/.stamp .tools/sam/.stamp ## sam build, for ARCHITECTURE=arm64 (the default) or x86_64
	PATH="$(CURDIR)/$(BIN):$$PATH" $(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)

# `sam build` calls this once per function; the packages are installed by the first call only.
.PHONY: build-IntakeFunction build-WatchFunction build-RecoverFunction build-NotifyFunction build-DetectFunction build-SweepFunction build-WebhookFunction
build-IntakeFunction build-WatchFunction build-RecoverFunction build-NotifyFunction build-DetectFunction build-SweepFunction build-WebhookFunction: .venv/.stamp
	$(BIN)/python scripts/build_artifact.py "$(ARTIFACTS_DIR)" --architecture $(ARCHITECTURE)

.PHONY: clean
clean: ## removes everything that was built or fetched, not the sources
	rm -rf .aws-sam .build .sandbox .tools .venv .coverage* htmlcov .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── Environments; a stamp is newer than the lock that it was made from ─────────────────────────────

.tools/uv/bin/uv:
	python3 -m venv .tools/uv
	.tools/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.stamp: pyproject.toml uv.lock .python-version | $(filter %/.tools/uv/bin/uv,$(UV))
	$(UV) sync --locked
	@touch $@

# The mutation run's environment has the same lock: what it tests with is what is tested with elsewhere.
.tools/mutation/.stamp: pyproject.toml uv.lock .python-version | $(filter %/.tools/uv/bin/uv,$(UV))
	UV_PROJECT_ENVIRONMENT=$(CURDIR)/.tools/mutation $(UV) sync --locked --group mutation
	@touch $@

.tools/%/.stamp: tools/%/pyproject.toml tools/%/uv.lock .python-version | $(filter %/.tools/uv/bin/uv,$(UV))
	UV_PROJECT_ENVIRONMENT=$(CURDIR)/.tools/$* $(UV) sync --locked --project tools/$*
	@touch $@

$(CURDIR)/.tools/uv/bin/uv: .tools/uv/bin/uv
