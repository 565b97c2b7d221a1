# `make demo` and `make test` work from an empty clone: they need git, make, a Python 3 and network.
PYTHON ?= python3
APP := .venv/bin
BOT := bot/.venv/bin
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev lock train demo test check lint format types imports data packages bench clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup:  ## make both environments and the trained model
	@$(PYTHON) scripts/setup.py
	@$(APP)/doorstep train

setup-dev:
	@$(PYTHON) scripts/setup.py --dev
	@$(APP)/doorstep train

lock:  ## refresh the hash-locked requirements of both environments
	@$(PYTHON) scripts/setup.py --lock

train:  ## train the bot (skipped when nothing changed)
	@$(PYTHON) scripts/setup.py
	@$(APP)/doorstep train

demo: setup  ## run the fictional shop with everything in it
	@exec $(APP)/doorstep demo

test: setup-dev  ## run all tests
	@$(APP)/python scripts/browser.py
	@$(APP)/pytest -n 2 --dist loadfile

check: setup-dev lint types imports data  ## everything CI runs: format, lint, types, imports, rasa data, tests
	@$(APP)/python scripts/browser.py
	@$(APP)/pytest -n 2 --dist loadfile

lint:
	@$(APP)/ruff format --check .
	@$(APP)/ruff check .

format:  ## format and fix what ruff can
	@$(APP)/ruff format .
	@$(APP)/ruff check --fix .

types:
	@$(APP)/mypy

imports:
	@$(APP)/lint-imports

data: train
	@$(BOT)/python -W ignore -m rasa data validate --quiet -c bot/config.yml -d bot/domain --data data
	@$(BOT)/python -W ignore -m rasa test core --quiet -s tests/stories -m models/doorstep.tar.gz --out var/rasa-test --fail-on-prediction-errors

packages: setup-dev  ## write the agents for Alexa and Dialogflow anew from the training data
	@$(APP)/python -m skills.alexa.build
	@$(APP)/python -m skills.dialogflow.build

bench: setup-dev  ## measure beside a stock Rasa assistant, into docs/benchmarks.md
	@$(APP)/python -m bench.run

clean:  ## remove everything that setup made
	rm -rf .venv .tools bot/.venv models var
