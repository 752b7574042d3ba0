# What there is to run. `make help` lists it.

.DEFAULT_GOAL := help
SHELL := /bin/bash

ADAPTER ?= all
PREFIX ?= /usr/local
SCENARIOS ?= tests/conformance/scenarios
FILTER ?=
COMMIT ?= HEAD

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^##@ / { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ What it is about

.PHONY: demo
demo: toolchain ## Play an incident on an embedded server: log, error, report and journal on one screen
	@cargo run --quiet --package reqtrail-examples --bin quickstart

.PHONY: demo-openstack
demo-openstack: toolchain ## Follow and explain a server action and a volume that fail after their 202, on real services on loopback
	@scripts/demo-openstack.sh

##@ While you work

.PHONY: quick
quick: toolchain-lint ## After every edit: formats, clippy and tests of the core, floors, generated files
	@scripts/format.sh --check
	cargo clippy --quiet --package reqtrail --all-targets -- -D warnings
	cargo test --quiet --package reqtrail --lib --test call
	cargo run --quiet --package xtask -- floors
	cargo run --quiet --package xtask -- codegen --check

.PHONY: fmt
fmt: toolchain-lint ## Format the sources of every language
	@scripts/format.sh

.PHONY: fix
fix: toolchain-lint ## Let the linters repair what they can, write generated files again, and format
	cargo clippy --fix --allow-dirty --allow-staged --workspace --all-targets
	cargo run --quiet --package xtask -- codegen
	cargo run --quiet --package xtask --features command -- command
	cargo run --quiet --package xtask -- api
	@scripts/lint.sh --fix
	@scripts/format.sh

.PHONY: codegen
codegen: toolchain ## Write all generated files again: options and records of every language, code tables, C headers, schemas, pages, completions, man pages
	cargo run --quiet --package xtask -- codegen
	cargo run --quiet --package xtask --features command -- command

.PHONY: test-core
test-core: toolchain ## All tests of the core: unit, calls, wire, both transports, doctests
	cargo test --package reqtrail
	cargo test --package reqtrail --features reqwest --lib --test wire-reqwest
	@scripts/features.sh --test

##@ Before a change lands

.PHONY: check
check: toolchain-lint ## Formats and lints of every language, licences, advisories, docs, MSRV, generated files, the Rust API
	@scripts/format.sh --check
	@scripts/lint.sh
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --package reqtrail --package reqtrail-adapter-rust --all-targets --features reqtrail/reqwest,reqtrail-adapter-rust/reqwest -- -D warnings
	@# The fuzz targets' entry points; building the targets themselves needs a nightly compiler.
	cargo rustc --quiet --package reqtrail --lib --profile dev --features openstack,testing -- --cfg fuzzing -D warnings
	@scripts/features.sh
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --features reqtrail/reqwest --quiet
	@# As docs.rs builds it.
	RUSTDOC=$(CURDIR)/scripts/rustdoc-unstable.sh RUSTDOCFLAGS="--cfg docsrs -D warnings" cargo doc --package reqtrail --no-deps --all-features --quiet
	cargo run --quiet --package xtask -- api --check
	cargo run --quiet --package xtask -- codegen --check
	@# What the command's completions and man pages need is behind a feature.
	cargo clippy --package xtask --features command --all-targets -- -D warnings
	cargo test --quiet --package xtask --features command command
	cargo run --quiet --package xtask --features command -- command --check
	cargo run --quiet --package xtask -- msrv
	cargo run --quiet --package xtask -- links
	@python3 -m bench.common.table --check
	cargo run --quiet --package xtask -- floors
	@scripts/deny.sh

.PHONY: test
test: export NO_BUILD = 1
test: toolchain-all ## Build everything and pass all tests, conformance and a short soak included
	cargo build --workspace --all-targets
	cargo test --workspace
	cargo test --package reqtrail --features reqwest --lib --test wire-reqwest
	cargo test --package reqtrail --features reqwest --doc reqwest
	@scripts/features.sh --test
	@# Once for all that needs it below: a prefix of another day would be taken as it is.
	@NO_BUILD= scripts/c_env.sh >/dev/null
	@scripts/conformance.sh all $(SCENARIOS)
	@scripts/conformance-must-fail.sh
	@# The mock: the same trails as over sockets, and in every language.
	@WAY=compare scripts/conformance.sh rust
	@WAY=equal scripts/conformance.sh all
	@scripts/side_by_side.sh python=scripts/test-python.sh node=scripts/test-node.sh go=scripts/test-go.sh c=scripts/test-c.sh \
		sdist=scripts/test-sdist.sh examples=scripts/examples.sh bench="python3 -m unittest -q bench.common.test_common"
	@scripts/soak.sh --seconds 20 --seed 1
	@scripts/test-openstack.sh
	@NO_BUILD=1 scripts/demo-openstack.sh

.PHONY: full
full: test ## Before a release: all of `test`, the crates' packages, a million calls and journal records, and real nginx, HAProxy and Squid, which it installs
	cargo package --quiet --package reqtrail-sandbox --package reqtrail --package reqtrail-cli --allow-dirty
	@$(MAKE) --no-print-directory soak
	@$(MAKE) --no-print-directory blackbox
	@scripts/test-proxies.sh

##@ One language, or one kind of test

.PHONY: wheel
wheel: toolchain ## Build the Python wheel and sdist into target/wheels
	@scripts/wheel.sh

.PHONY: test-python
test-python: toolchain ## Tests of the Python package, against its installed wheel (PYTHON=python3.13 for another)
	@scripts/test-python.sh

.PHONY: test-sdist
test-sdist: toolchain ## Build the Python wheel from its sdist, alone and offline, and run it
	@scripts/test-sdist.sh

.PHONY: npm
npm: toolchain ## Pack the Node package and its platform package into target/npm
	@scripts/npm.sh

.PHONY: test-node
test-node: toolchain ## Tests of the Node package, against its installed tarballs
	@scripts/test-node.sh

.PHONY: test-go
test-go: toolchain ## Tests of the Go package, its examples, and programs that only require it
	@scripts/test-go.sh

.PHONY: install-c
install-c: toolchain ## Install libreqtrail, its header, reqtrail.pc and the CMake package into PREFIX
	@scripts/install-c.sh "$(PREFIX)"

.PHONY: test-c
test-c: toolchain ## Tests of the C library, against what install-c installs: sanitizers, valgrind, examples
	@scripts/test-c.sh

.PHONY: conformance
conformance: toolchain ## Play scenarios: ADAPTER=rust|rust-blocking|rust-reqwest|python|python-async|node|c|c-started|c-queue|go|go-queue|all SCENARIOS=dir FILTER=part
	@scripts/conformance.sh "$(ADAPTER)" "$(SCENARIOS)" "$(FILTER)"

.PHONY: test-openstack
test-openstack: toolchain ## Tests against real services of OpenStack, which it installs on its first run
	@scripts/test-openstack.sh

##@ Searching for faults

.PHONY: soak
soak: toolchain ## A million calls against a server that misbehaves (SOAK_CALLS, SOAK_SEED)
	@PROFILE=soak scripts/soak.sh --calls $${SOAK_CALLS:-1000000} --seed $${SOAK_SEED:-1}

.PHONY: blackbox
blackbox: toolchain ## Kill programs a thousand times, and flood their journal with a million records (REQTRAIL_KILLS, REQTRAIL_FLOOD)
	REQTRAIL_KILLS=$${REQTRAIL_KILLS:-1000} REQTRAIL_FLOOD=$${REQTRAIL_FLOOD:-1000000} \
		cargo test --profile soak --package reqtrail-blackbox

.PHONY: fuzz
fuzz: toolchain ## Fuzz every parser for FUZZ_SECONDS each (120); needs a nightly compiler
	@scripts/fuzz.sh

.PHONY: mutants
mutants: toolchain ## Mutation testing of retry, retry_after, trail and decoding
	@scripts/mutants.sh

.PHONY: memory-python
memory-python: toolchain ## 100,000 calls of the Python package in release mode, and what memory they leave behind
	@PROFILE=release MEMORY_CALLS=50000 scripts/test-python.sh -k test_memory

##@ Figures

.PHONY: bench
bench: ## The five benches, one after the other (options: bench/README.md)
	@scripts/bench-needs.sh rust python node c go
	@scripts/bench-rust.sh
	@scripts/bench-python.sh
	@scripts/bench-node.sh
	@scripts/bench-c.sh
	@scripts/bench-go.sh

.PHONY: bench-rust
bench-rust: ## reqtrail beside its peers, into bench/results/rust.json
	@scripts/bench-rust.sh

.PHONY: bench-command
bench-command: ## The command over 64 MiB of journals
	cargo build --quiet --release --package reqtrail-cli
	python3 bench/command/bench.py target/release/reqtrail

.PHONY: bench-python
bench-python: ## The Python package beside its peers, into bench/results/python.json
	@scripts/bench-python.sh

.PHONY: bench-node
bench-node: ## The Node package beside its peers, into bench/results/node.json
	@scripts/bench-node.sh

.PHONY: bench-c
bench-c: ## The C library beside libcurl, into bench/results/c.json
	@scripts/bench-c.sh

.PHONY: bench-go
bench-go: ## The Go package beside net/http and resty, into bench/results/go.json
	@scripts/bench-go.sh

.PHONY: bench-tables
bench-tables: ## Write the figures of bench/results into bench/README.md and the chart docs/bench.svg
	@python3 -m bench.common.table

.PHONY: bench-test
bench-test: ## Tests of the bench's own arithmetic
	@python3 -m unittest -q bench.common.test_common

.PHONY: lines
lines: ## Count the lines of each language's face that are written by hand
	@scripts/lines.py

.PHONY: cost
cost: ## Count the edits by hand that a commit took, by folder (COMMIT=HEAD)
	@scripts/cost.sh $(COMMIT)

.PHONY: toolchain
toolchain:
	@scripts/toolchain.sh

.PHONY: toolchain-lint
toolchain-lint:
	@scripts/toolchain.sh python node go

.PHONY: toolchain-all
toolchain-all:
	@scripts/toolchain.sh all
