# Amends: what one can do here. `make` lists it.

SHELL := bash
target := $(or $(CARGO_TARGET_DIR),target)
minutes ?= 10

.DEFAULT_GOAL := help
.PHONY: help demo web test bench bench-peers bench-load bench-desk bench-grants bench-import bench-precedents bench-walls lighthouse fuzz docs audit fmt

help: ## list these
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

web: ## bundle the scripts, styles, icons and the font of the pages
	@scripts/web.sh

demo: web ## build Amends and open a made-up shop with five stories that wait on the desk
	cargo build --release -p amends
	@$(target)/release/amends demo

test: web ## everything CI checks: rules, lints, tests, books, replay, documentation
	@scripts/test.sh

bench: ## measure the core (criterion)
	cargo bench -p amends-core

bench-peers: ## measure other engines beside ours, in one run (builds them first: long)
	cargo run --release --manifest-path bench/peers/Cargo.toml

bench-load: ## requests per second of `amends serve` beside an empty endpoint, and its memory (needs wrk)
	@bench/load.sh

bench-desk: web ## the pages of the desk among ten thousand and a million cases, beside the health endpoint (SQLite)
	cargo bench -p amends --bench desk

bench-import: ## a million orders from Parquet, beside the quickest way into the same table, on both databases
	@database="$$(scripts/postgres.sh start)"; trap 'scripts/postgres.sh stop "$${database%%$$'\n'*}"' EXIT; \
	  AMENDS_TEST_POSTGRES="$${database##*$$'\n'}" cargo bench -p amends --bench import

bench-precedents: ## the nearest of a million past decisions, beside one row by its key, on both databases
	@database="$$(scripts/postgres.sh start)"; trap 'scripts/postgres.sh stop "$${database%%$$'\n'*}"' EXIT; \
	  AMENDS_TEST_POSTGRES="$${database##*$$'\n'}" cargo bench -p amends --bench precedents

bench-grants: ## durable grants a second on both databases, beside the disk and a lock for each request
	@database=$$(scripts/postgres.sh start); trap "scripts/postgres.sh stop $${database%%$$'\n'*}" EXIT; \
	  AMENDS_TEST_POSTGRES="$${database##*$$'\n'}" cargo bench -p amends --bench grants

bench-walls: web ## what others notice of 200 connections that open, stall, stream and flood, and the server's memory
	cargo bench -p amends --bench walls

lighthouse: web ## what Lighthouse says of the desk and a case; fails below 95 for accessibility and best practices
	@scripts/packages.sh && cd e2e/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	cargo build -p amends
	@chromium=$$(scripts/browser.sh) && CHROMIUM="$$chromium" AMENDS="$(target)/debug/amends" node e2e/lighthouse/run.mjs

fuzz: ## run every fuzz target side by side; minutes=10
	@scripts/fuzz.sh $$(( $(minutes) * 60 ))

docs: ## build the documentation into target/docs
	@PATH="$$(scripts/tools.sh):$$PATH" mdbook build docs --dest-dir "$$(cd $(target) && pwd)/docs"
	@echo "open $(target)/docs/index.html"

audit: ## known vulnerabilities in what we depend on (needs the network)
	@PATH="$$(scripts/tools.sh):$$PATH" cargo deny check advisories

fmt: ## format the code and the books
	cargo fmt --all
	@cargo build -q -p amends
	@for book in books/*/; do $(target)/debug/amends fmt "$$book"; done
