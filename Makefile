# The doors of the project. Each works on a bare checkout and asks nothing.
PORT ?= 8000
SIZE ?= 10000
ROUNDS ?= 15
ROWS ?= 5000

.PHONY: run test check bench bench-lists fix messages lock

run: ## serve the portal on this computer: make run PORT=8123
	@bin/run $(PORT)

test: ## the whole suite, on SQLite and on PostgreSQL
	@bin/test

check: ## style, layers, types, migrations, catalogues, deployment settings
	@bin/check

bench: ## times of the main pages beside the floor: make bench SIZE=100000 ROUNDS=30
	@bin/bench --size $(SIZE) --rounds $(ROUNDS)

bench-lists: ## import and export beside import-export: make bench-lists ROWS=5000
	@bin/bench-lists --rows $(ROWS)

fix: ## let the tools mend what they can
	@bin/python-env requirements-dev.txt
	.venv/bin/ruff check --quiet --fix .
	.venv/bin/ruff format --quiet .
	.venv/bin/djade --target-version 5.2 $$(find templates -name '*.html')

messages: ## bring the catalogues up to date and list what is untranslated
	@bin/python-env requirements-dev.txt
	@bin/messages

lock: ## write requirements.lock again after a change of requirements.txt
	@bin/lock
