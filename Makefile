# Everything from a bare Debian 12. Each target installs and builds what it lacks and says what it does.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
DESTDIR ?=
# Compiled objects are shared between the build folders, and stay inside the checkout.
export CCACHE_DIR ?= $(CURDIR)/build/ccache
# Not kafka: librdkafka starts its threads by thrd_create, which ThreadSanitizer does not see.
TSAN_PROGRAMS := core pipeline sinks prometheus spdlog systemd
FUZZERS := $(notdir $(basename $(wildcard tests/fuzz/*_fuzz.cc)))
BENCHMARKS := $(notdir $(basename $(wildcard tests/bench/*_bench.cc)))
KAFKA_VERSIONS := 3.9.1 4.1.0
# $(call with_broker,VERSION,COMMAND): COMMAND while a broker serves at $$address; fetches the broker first.
with_broker = folder=$$(mktemp -d); export KAFKA_VERSION=$1; \
  trap 'tests/support/kafka/broker stop "$$folder"; rm -rf "$$folder"' EXIT; \
  address=$$(tests/support/kafka/broker start "$$folder"); $2; \
  tests/support/kafka/broker stop "$$folder"; rm -rf "$$folder"; trap - EXIT
VEDETTE := build/release/src/app/vedette

.PHONY: help deps build demo test bench bench-quality soak check fuzz tsan install

help: ## What there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

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
	@echo "== test: Kafka brokers"
	@for version in $(KAFKA_VERSIONS); do \
	  [ -e "build/kafka-$$version/complete" ] || ($(call with_broker,$$version,true)) || \
	    echo "Kafka $$version could not be fetched or started: its tests will fail"; \
	done
	@echo "== test: run"
	@VEDETTE="$(CURDIR)/$(VEDETTE)" scripts/run-tests build/dev

bench: build ## Benchmarks, optimised, with a real broker
	@echo "== bench: parts"
	cmake --build build/release --parallel $(JOBS) $(BENCHMARKS:%=--target %) --target event_load --target bare_consume
	@for program in $(BENCHMARKS); do echo "== bench: $$program"; build/release/tests/bench/$$program; done
	@echo "== bench: end to end"
	@$(call with_broker,$(firstword $(KAFKA_VERSIONS)),python3 tests/bench/end_to_end.py build/release $$address)

bench-quality: build ## Series figures on labelled data: DATA=DIR with nab/ and kpi/, SCORERS=DIR with their scorers
	@echo "== bench: series quality"
	@python3 tests/bench/quality.py $(VEDETTE) $(DATA) $(SCORERS)

soak: build ## A hundred crashes of the daemon on a real broker
	@echo "== soak"
	cmake --build build/release --parallel $(JOBS) --target event_load
	VEDETTE="$(CURDIR)/$(VEDETTE)" EVENT_LOAD="$(CURDIR)/build/release/tests/support/event_load" tests/integration/run soak

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
