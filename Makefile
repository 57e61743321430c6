# Every target installs what it needs into .venv first (deploy/local/bootstrap.py); only Python 3.11+ and make are needed.
PYTHON ?= python3
VENV := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help install install-stack demo test bench faults evaluate up down status reset lint types imports format lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install:
	@$(PYTHON) deploy/local/bootstrap.py

install-stack:
	@$(PYTHON) deploy/local/bootstrap.py --stack

demo: install-stack ## Show the whole loop on real flights: teach, pause, kill, ask, correct, rebuild
	@$(VENV) -m deploy.demo

test: install-stack ## Run all tests, against a real Kafka, PostgreSQL and Chroma started for them
	@$(VENV) -m tests

bench: install-stack ## Measure, and print one JSON line a figure
	@$(VENV) -m tests.bench

faults: install-stack ## Kill and freeze processes at random points and check that nothing is lost
	@$(VENV) -m tests.faults

EVAL ?= ../shared/data/eval
SCORER ?= ../shared/tools/score_answers.py
evaluate: install-stack ## Learn the databases in EVAL, ask its questions, score the answers with SCORER
	@$(VENV) -m tests.evaluation $(EVAL) $(SCORER)

up: install-stack ## Start the stack in the foreground; Ctrl-C stops all of it
	@$(VENV) -m deploy.local up

down: install ## Stop a stack that runs elsewhere
	@$(VENV) -m deploy.local down

status: install ## Show what runs and where
	@$(VENV) -m deploy.local status

reset: install ## Delete the stopped stack's state
	@$(VENV) -m deploy.local reset

lint: install ## Check style and format
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .

types: install ## Check all types
	@$(VENV) -m mypy libs services deploy tests

imports: install ## Check that services never import each other, nor libs a service
	@.venv/bin/lint-imports

format: install ## Format the code
	@$(VENV) -m ruff check --fix --exit-zero --quiet .
	@$(VENV) -m ruff format .

LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --cache-dir .cache/uv
lock: install ## Lock the dependencies again, with hashes
	@$(LOCK) --all-extras pyproject.toml --output-file deploy/locks/all.txt
	@$(VENV) -m deploy.local.kafka_jars
	@echo uv | $(LOCK) - --output-file deploy/locks/installer.txt
