# The doors of the project. Each works on a bare checkout and asks nothing.
#   make run [PORT=8000]   serve the portal on this computer
#   make test              the whole suite, on SQLite and on PostgreSQL
#   make check             style, layers, types, migrations, catalogues, deployment settings
#   make fix               let the tools mend what they can
#   make messages          bring the catalogues up to date and list what is untranslated
#   make lock              write requirements.lock again after a change of requirements.txt

PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
TEMPLATES = $(shell find templates */templates -name '*.html' 2>/dev/null)
MYPY_APPS = gai_portal accounts municipalities cases action_plans
# What a deployment sets, so that the checks see the settings that the public will meet.
PRODUCTION = env DEMO=0 DEBUG=0 ALLOWED_HOSTS=portal.example SITE_URL=https://portal.example \
	SECRET_KEY=only-for-checking-5f0a1c3e7b9d2468ace013579bdf2468-never-in-use \
	DATABASE_URL=postgres://portal@127.0.0.1/portal

.PHONY: run test check fix messages lock tools

run:
	@bin/run $(PORT)

test:
	@bin/test

tools:
	@bin/python-env requirements-dev.txt
	@bin/system-packages test || [ "$$CI" != true ]

check: tools
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports
	$(BIN)/mypy --no-error-summary $(MYPY_APPS)
	env DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run
	bin/messages --check
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

fix: tools
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

messages: tools
	@bin/messages

lock: tools
	@bin/lock
