# Two commands do everything: `make demo` and `make test`. Both set up what they need the first time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo-data
DISTRICT ?= helsinki
PORT ?= 8080
WEB := geoservice/web
CLIENTS := tests/clients
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --no-deps --require-hashes

PEERS := .venv-peers

.PHONY: demo test ready packages lint check-web check-docker peers bench lock clean

demo: $(VENV)/.compiled $(WEB)/static/index.html  ## build a district from real streets, run the study, serve the map
	$(BIN)/geoservice demo $(DISTRICT) --out $(DEMO)/$(DISTRICT)
	@echo "the map will be at http://127.0.0.1:$(PORT)/"
	$(BIN)/geoservice serve --home $(DEMO)/$(DISTRICT) --port $(PORT)

test:  ## everything CI runs; what it needs is set up side by side
	$(MAKE) --jobs 4 --output-sync ready
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

ready: packages $(VENV)/.test $(VENV)/.compiled $(PEERS)/.installed $(CLIENTS)/node_modules/.package-lock.json lint check-web

packages:
	.ci/packages postgresql-15-postgis-3 chromium fonts-noto-cjk python3-qgis nginx-light caddy curl gdal-bin r-cran-sf r-cran-httr2 r-cran-jsonlite

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff check --preview --select RUF027 .  # a string with {braces} that lacks its f prefix
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-web: $(WEB)/static/index.html
	cd $(WEB) && npm run --silent check

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || (.ci/packages python3-venv && $(PYTHON) -m venv $(VENV))

$(VENV)/.demo: docker/requirements.txt docker/requirements-demo.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) -r docker/requirements.txt
	$(PIP) -r docker/requirements-demo.txt  # only for its street extract; its dependencies are not needed
	$(BIN)/pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.compiled: $(VENV)/.demo  # the kernels, beside the installation of what else is needed
	$(BIN)/python -m geoservice.network.precompile
	$(BIN)/python -m geoservice.analysis.spatial_statistics.precompile
	$(BIN)/python -m geoservice.analysis.scan.precompile
	$(BIN)/python -m geoservice.analysis.siting.precompile
	touch $@

$(VENV)/.test: docker/requirements-test.txt $(VENV)/.demo | $(VENV)/bin/python
	$(PIP) -r docker/requirements-test.txt
	touch $@

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --silent --ignore-scripts

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json  # packages that the examples of /clients load
	cd $(CLIENTS) && npm ci --silent --ignore-scripts

$(WEB)/static/index.html: $(WEB)/node_modules/.package-lock.json $(shell find $(WEB)/src $(WEB)/index.html $(WEB)/vite.config.ts $(WEB)/glyphs.ts 2>/dev/null)
	cd $(WEB) && npm run --silent build

check-docker:  ## run all steps of the image in a clean Debian and serve from it without a network; needs root, takes ten minutes
	docker/check.sh

# OGC's test suite, schemathesis and TiPg pin old versions of packages that we use, so they have their own environment.
$(PEERS)/.installed: docker/requirements-peers.txt
	$(PYTHON) -m venv $(PEERS) || (.ci/packages python3-venv && $(PYTHON) -m venv $(PEERS))
	$(PEERS)/bin/pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r $<
	touch $@

peers: $(PEERS)/.installed  ## install the programs that `geoservice bench serve` compares with
	.ci/packages postgresql-15-postgis-3 nginx-light wrk
	! command -v cargo >/dev/null || test -x $(PEERS)/bin/martin || \
	  cargo install martin --quiet --version 1.14.0 --locked --no-default-features --features pmtiles --root $(PEERS)

bench: $(VENV)/.test $(VENV)/.compiled peers  ## run the benchmarks and write their page from the metrics
	for name in access disclosure geocode maps migrants network pipeline serve soak; do $(BIN)/geoservice bench $$name --json geoservice/docs/bench/$$name.json; done
	$(BIN)/python -m geoservice.bench.page

lock:  ## pin every dependency by hash
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --extra scale --custom-compile-command "make lock" pyproject.toml docker/build.in -o docker/requirements.txt
	uv pip compile --quiet --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make lock" docker/demo.in -o docker/requirements-demo.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --extra notebook --extra peers --extra scale --extra test --custom-compile-command "make lock" -c docker/requirements.txt \
	  pyproject.toml docker/build.in -o docker/requirements-test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make lock" docker/peers.in -o docker/requirements-peers.txt

clean:
	rm -rf $(VENV) $(PEERS) $(DEMO) artifacts build dist $(WEB)/node_modules $(WEB)/static $(CLIENTS)/node_modules
