# Everything from a bare Debian 12. Each target installs and builds what it lacks and says what it does.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
DESTDIR ?=
# Compiled objects are shared between the build folders, and stay inside the checkout.
export CCACHE_DIR ?= $(CURDIR)/build/ccache
TSAN_PROGRAMS := core pipeline sinks kafka prometheus spdlog systemd
FUZZERS := $(notdir $(basename $(wildcard tests/fuzz/*_fuzz.cc)))
VEDETTE := build/release/src/app/vedette

.PHONY: help deps build demo test bench soak check fuzz tsan install

help: ## What there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

deps: ## Install missing packages of packages.txt (root or sudo)
	@scripts/deps

build: deps ## Build the optimised program, build/release/src/app/vedette
	@echo "== build: optimised program"
	cmake --preset release
	cmake --build build/release --parallel $(JOBS) --target vedette

demo: build ## Run `vedette demo`: embedded broker, simulated attacks and drifts, alerts
	@echo "== demo"
	$(VEDETTE) demo

test: build ## Every test, with ASan and UBSan; ends with `N passed, N failed`
	@echo "== test: build with sanitizers"
	cmake --preset dev
	cmake --build build/dev --parallel $(JOBS)
	@echo "== test: Kafka broker"
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	  tests/support/kafka/broker start "$$folder" && tests/support/kafka/broker stop "$$folder"
	@echo "== test: run"
	@VEDETTE="$(CURDIR)/$(VEDETTE)" scripts/run-tests build/dev

bench: build ## Benchmarks, optimised
	@echo "== bench"
	cmake --build build/release --parallel $(JOBS) --target benchmarks
	@for program in build/release/tests/bench/bench_*; do \
	  [ -x "$$program" ] || continue; echo "== bench: $$program"; "$$program"; done

soak: build ## An hour against a real broker, with faults (SOAK_SECONDS=...)
	@echo "== soak"
	tests/integration/run soak

check: deps ## Format, clang-tidy on changed files, layering, generated reference
	cmake --preset dev
	cmake --build build/dev --parallel $(JOBS)
	@scripts/check

fuzz: deps ## Every fuzz target for FUZZ_SECONDS (60)
	@echo "== fuzz: build with Clang"
	cmake --preset fuzz
	cmake --build build/fuzz --parallel $(JOBS) $(FUZZERS:%=--target %)
	@scripts/fuzz $(FUZZ_SECONDS)

tsan: deps ## The threaded parts under ThreadSanitizer
	@echo "== tsan"
	cmake --preset tsan
	cmake --build build/tsan --parallel $(JOBS) $(TSAN_PROGRAMS:%=--target unit_%)
	@for part in $(TSAN_PROGRAMS); do \
	  echo "== tsan: $$part"; \
	  TSAN_OPTIONS="suppressions=$(CURDIR)/scripts/tsan.supp halt_on_error=1" \
	    build/tsan/tests/unit/$$part/unit_$$part --gtest_brief=1; done

install: build ## Install below DESTDIR; configuration that exists is kept
	@echo "== install: below '$(DESTDIR)/'"
	DESTDIR="$(DESTDIR)" cmake --install build/release --prefix /usr
