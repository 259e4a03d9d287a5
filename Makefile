# make demo and make test each work as the first command on a fresh Debian machine with Swift.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test check check-long format lint fuzz smoke simulate mutants bench peers \
    compare check-perf check-clients chaos check-kills drills deb \
    check-packaging clean

SWIFT ?= swift
export SWIFT
RELEASE := .build/release
# Length of `make fuzz` in seconds; a short run by default.
SECONDS := 20
# Worlds `make simulate` runs through.
SEEDS := 1000
# Further arguments, as in: make demo ARGS="--seed 7 --json"
ARGS :=

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

setup: ## Install the Debian packages a build needs, if any are missing
	@.ci/setup

build: setup ## Build arbnode, arbctl and arbsim for use
	@echo "build: release (several minutes the first time) …"
	@$(SWIFT) build -c release --product arbnode
	@$(SWIFT) build -c release --product arbctl
	@$(SWIFT) build -c release --product arbsim

demo: setup ## Trade for 30 seconds against four venue doubles on this machine
	@echo "demo: building (several minutes the first time) …"
	@$(SWIFT) build -c release --product arbnode
	@$(RELEASE)/arbnode demo --seconds 30 $(ARGS)

test: setup ## Build and run all tests
	@.ci/test $(ARGS)

check: lint check-perf check-packaging test fuzz smoke ## Everything a change must pass: format, imports, tests, fuzzing, help texts
	@echo "check: passed."

format: ## Format all sources in place
	@$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## Report what `make format` would change; test the chaos harness's own judge
	@$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	@python3 -m unittest discover --quiet --start-directory Tests/Chaos
	@echo "lint: passed."

fuzz: setup ## Fuzz the venue dialects: make fuzz SECONDS=20
	@Tests/Fuzz/run $(SECONDS)

smoke: setup ## Every command prints its help, every benchmark its figures
	@$(SWIFT) build --product arbnode
	@$(SWIFT) build --product arbctl
	@$(SWIFT) build --product arbsim
	@for command in "" demo run preflight record replay backtest bench "bench kill" config "config validate" "config show" audit "audit verify" "audit replay" backup "backup create" "backup verify" "backup restore"; do \
	    .build/debug/arbnode $$command --help >/dev/null || { echo "smoke: arbnode $$command --help failed" >&2; exit 1; }; \
	done
	@for command in "" status venues books positions orders hedges incidents heartbeats self-check logs monitor runbooks hold resume safe-mode kill maintenance risk-index reconcile portfolio what-if; do \
	    .build/debug/arbctl $$command --help >/dev/null || { echo "smoke: arbctl $$command --help failed" >&2; exit 1; }; \
	done
	@for command in "" run faults crashes drills mutants serve; do \
	    .build/debug/arbsim $$command --help >/dev/null || { echo "smoke: arbsim $$command --help failed" >&2; exit 1; }; \
	done
	@for file in config/demo.yaml config/paper.yaml config/live.yaml config/basis.yaml; do \
	    .build/debug/arbnode config validate $$file; \
	done
	@$(SWIFT) build -c release --product arbnode
	@python3 perf/smoke.py $(RELEASE)/arbnode
	@echo "smoke: passed."

simulate: setup ## Run simulated worlds, one a seed: make simulate SEEDS=1000
	@echo "simulate: building (several minutes the first time) …"
	@$(SWIFT) build -c release --product arbsim
	@$(RELEASE)/arbsim run --seeds 1..$(SEEDS) --twice 10% $(ARGS)

mutants: setup ## Plant known defects one by one; the simulator must find each
	@$(SWIFT) build -c release --product arbsim
	@$(RELEASE)/arbsim mutants $(ARGS)

drills: setup ## Rehearse every runbook, with kills at each step; ARGS="--only rb-27-book-proof"
	@$(SWIFT) build -c release --product arbsim >&2
	@$(RELEASE)/arbsim drills $(ARGS)

# Each in turn and to its end, so that one that fails does not hide what the others would have said.
check-long: setup ## What takes long: 10,000 seeds, every fault, every crash point, every planted defect, chaos
	@$(SWIFT) build -c release --product arbsim
	@failed=""; \
	attempt() { echo "check-long: $$*" >&2; "$$@" || failed="$$failed; $$*"; }; \
	attempt $(RELEASE)/arbsim run --seeds 1..10000 --twice 10%; \
	attempt $(RELEASE)/arbsim faults --run; \
	attempt $(RELEASE)/arbsim crashes; \
	attempt $(RELEASE)/arbsim mutants; \
	attempt $(RELEASE)/arbsim drills; \
	attempt $(MAKE) chaos; \
	[ -z "$$failed" ] || { echo "check-long: FAILED:$${failed#;}" >&2; exit 1; }
	@echo "check-long: passed."

bench: setup ## Measure throughput and latency
	@echo "bench: building (several minutes the first time) …"
	@$(SWIFT) build -c release --product arbnode
	@$(RELEASE)/arbnode bench all $(ARGS)

peers: ## Make what `make compare` compares with: C++ floors, frames, NautilusTrader, ccxt, hftbacktest and others
	@perf/peers/setup

compare: setup ## Ours, the floors and the peers on the same frames: ARGS="--rounds 1 --only W1,W3"
	@[ -d perf/.peers/bin ] || { echo "compare: nothing to compare with yet; run: make peers" >&2; exit 1; }
	@echo "compare: building (several minutes the first time) …"
	@$(SWIFT) build -c release --product arbnode >&2
	@python3 perf/compare.py $(ARGS)

check-perf: setup ## Test the gates of `make compare`; nothing on the hot path may allocate more than it did
	@python3 -m unittest discover --quiet --start-directory perf/compare/tests --top-level-directory perf
	@$(SWIFT) build -c release --product arbnode
	@python3 perf/allocations.py --arbnode $(RELEASE)/arbnode
	@echo "check-perf: passed."

check-clients: setup ## Drive the venue doubles with ccxt, a client that knows nothing of them
	@$(SWIFT) build -c release --product arbsim
	@[ -x .venv/bin/python ] || python3 -m venv .venv || \
	    { echo "check-clients: needs Python 3 with venv (Debian: python3-venv)" >&2; exit 1; }
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check \
	    -r Tests/VenueContractTests/clients/requirements.txt
	@.venv/bin/python Tests/VenueContractTests/clients/ccxt_walk.py --arbsim $(RELEASE)/arbsim $(ARGS)
	@.venv/bin/python Tests/VenueContractTests/clients/ccxt_perpetuals.py --arbsim $(RELEASE)/arbsim

chaos: setup ## Kill, stop, starve and damage a real node; ARGS="--kills 5 --quick" for a minute of it
	@$(SWIFT) build -c release --product arbsim
	@$(SWIFT) build -c release --product arbnode
	@python3 Tests/Chaos/chaos.py --arbnode $(RELEASE)/arbnode --arbsim $(RELEASE)/arbsim $(ARGS)

check-kills: ## The kills of `make chaos` alone, twenty of them
	@$(MAKE) --no-print-directory chaos ARGS="--rounds kill --kills 20 $(ARGS)"

deb: setup ## Make a Debian package, with unit, configuration and dashboards, in .build/deb
	@packaging/deb/build

check-packaging: ## Check the service's unit, the Prometheus rules and the dashboard
	@packaging/check

clean: ## Remove what was built; data/, perf/results/ and what `make peers` made stay
	@rm -rf .build .build-* .venv
	@echo "clean: removed .build, .build-* and .venv."
