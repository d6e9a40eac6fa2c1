# Node 24 comes with the packages: `npm ci` brings it, whatever the machine has.
# Debian keeps daemons where not everybody looks.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH):/usr/sbin:/sbin
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install services demo stack run check test test-faults soak bench bench-quick audit docs format

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-11s %s\n", $$1, $$2 }'

install: node_modules/.installed ## install the pinned packages, Node 24 among them

node_modules/.installed: package.json package-lock.json .npmrc
	scripts/npm-ci
	@touch $@

services: ## install what the tests run for real (Debian, by apt: Redis, Varnish, HAProxy, a clock that jumps, a browser, what checks their files, and a Debian in a folder)
	@scripts/install-services redis-server redis-sentinel ip:iproute2 varnishd:varnish,varnish-modules haproxy openssl \
		docker-compose systemd-analyze:systemd faketime chromium kubectl:kubernetes-client promtool:prometheus \
		ansible-playbook:ansible ansible-lint mmdebstrap systemd-nspawn:systemd-container

demo: install ## serve every badge from the sample index, and a page that shows them
	node sample/demo.ts

stack: install ## the whole stack on this machine: Varnish, two processes, Redis, sample index
	@scripts/install-services redis-server varnishd:varnish,varnish-modules
	node stack/main.ts

run: install ## serve badges from PyPI and pypistats.org
	bin/pypins serve

check: install ## the fast gates: layout, lint, types, documents, licenses, regular expressions
	prettier --check --log-level=warn .
	oxlint --type-aware
	tsc --noEmit
	tsc --noEmit -p page
	node scripts/generate.ts --check
	node scripts/check-lock.ts
	node scripts/check-licenses.ts
	node scripts/check-vcl-regexes.ts

# Where the programs cannot be installed, the tests that need them are skipped, and say so. One part that fails leaves out none.
test: check ## the gates, then in minutes: unit and integration tests, the edge's cases, and the promises on the whole stack
	-@$(MAKE) --no-print-directory --silent services
	@status=0; set -x; \
		vitest run --project unit --project integration --maxWorkers=3 || status=1; \
		node scripts/run-varnishtest.ts || status=1; \
		vitest run --project stack --outputFile.json=reports/vitest-stack.json || status=1; \
		exit $$status

# Programs for tests that are too large for every installation.
test/%/node_modules/.installed: test/%/package-lock.json
	cd test/$* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

test-faults: install test/clickhouse/node_modules/.installed test/telemetry/node_modules/.installed ## the long rest: faults, floods, hostile clients and upstreams, the follower over simulated hours, the page in a browser
	-@$(MAKE) --no-print-directory --silent services
	vitest run --project faults --project browser --outputFile.json=reports/vitest-faults.json

soak: install services ## break everything for longer: 100,000 requests through restarts, a million hostile ones, half a million packages
	@scripts/install-services wrk
	SOAK_REQUESTS=100000 vitest run --no-file-parallelism --outputFile.json=reports/vitest-soak.json test/faults
	node scripts/soak.ts
	node bench/main.ts --keep million
	node bench/report/plots.ts

bench: install test/clickhouse/node_modules/.installed ## measure, side by side, and print ratios
	@scripts/install-services redis-server wrk varnishd:varnish,varnish-modules
	node bench/main.ts
	node bench/report/plots.ts

bench-quick: install ## the ratios alone, in a minute, against those of the last whole run
	@scripts/install-services redis-server wrk varnishd:varnish,varnish-modules
	node bench/quick.ts

audit: ## ask the registry for known faults of what the service depends on
	npm audit --omit=dev

docs: install ## write the tables, pictures and lists that the documents take from the code
	node scripts/generate.ts
	node scripts/check-licenses.ts --write

format: install ## lay out the code
	prettier --write --log-level=warn .
