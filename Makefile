# make run and make test set everything up by themselves; see README.md.
PYTHON := .venv/bin/python
ASSISTANT := .venv/bin/vla-assistant

.PHONY: help setup run test test-slow check bench evaluate weights stop-words clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: ## Debian packages, .venv, the program
	@packaging/setup.sh

run: setup ## open the window; without a display run the spoken demo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then $(ASSISTANT); \
	else echo "No display here: running the spoken demo without a window."; $(ASSISTANT) demo --out demo; fi

test: setup ## all tests, as CI runs them
	@$(PYTHON) -m pytest -q

test-slow: setup ## what takes minutes: 100,000 random lines never move the arm
	@$(PYTHON) -m pytest -q -m slow

check: setup ## ruff and mypy
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy

bench: setup ## run every benchmark and renew the table in docs/benchmarks.md
	@$(PYTHON) benchmarks/run_all.py

evaluate: setup ## the suite tabletop on all splits, report in runs/evaluation (hours; goes on where it was stopped)
	@$(ASSISTANT) evaluate --split all --episodes 1000 --beside 300 --videos 50 --out runs/evaluation

weights: setup ## train the shipped weights again from nothing (hours)
	@packaging/train_weights.sh

stop-words: setup ## train the stop spotter again (half an hour)
	@$(PYTHON) -m vla_assistant.train.stop_words benchmarks/spoken/near_stops.txt benchmarks/spoken/talk.txt benchmarks/spoken/commands.tsv

clean: ## remove what was built
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache demo
