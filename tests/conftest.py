"""The same few people in every test, and a client that notices what a page must not do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

from accounts.models import User
from accounts.roles import Role
from gai_portal.lib import kept
from gai_portal.lib.triggers import KEPT, install_triggers, lift_triggers
from municipalities.models import Municipality, Office, Partner
from tests.factories import (
    MembershipFactory,
    MunicipalityFactory,
    OfficeFactory,
    PartnerFactory,
    UserFactory,
)

DATABASES = {"db", "transactional_db", "live_server"}  # fixtures
# What a safe request may write: the session, and that somebody's record was read.
# The sign-in library mirrors an address into its own table when it first meets its owner.
WRITABLE_BY_GET = ("django_session", "account_emailaddress", "accounts_accesslog")


def pytest_configure(config: pytest.Config) -> None:
    """Compiles the catalogues, so that tests read today's words: once, before the workers start."""
    if not hasattr(config, "workerinput"):
        locale = str(settings.LOCALE_PATHS[0])
        CommandLineInterface().run(["pybabel", "-q", "compile", "-D", "django", "-d", locale])
        translation_file_changed(None, Path(locale) / "django.mo")  # Django may have read older ones


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what asks a database, so that the rest need not run once more on the next one."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASES & set(item.fixturenames):
            item.add_marker("database")


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """PostgreSQL is migrated as in life. SQLite gets its tables from the models, in a second."""
    return connection.vendor != "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """With the table of the shared cache, of which no model tells."""
    with django_db_blocker.unblock():
        call_command("createcachetable", "portal_cache", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def flush_without_triggers():
    """The suite empties the tables after some tests, which the triggers that keep documents would refuse."""
    flush = TransactionTestCase._fixture_teardown

    def lift_and_flush(case):
        lift_triggers(KEPT)
        try:
            flush(case)
        finally:
            install_triggers(KEPT)

    TransactionTestCase._fixture_teardown = lift_and_flush
    yield
    TransactionTestCase._fixture_teardown = flush


def refuse_writes(execute, sql, params, many, context):
    is_write = sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    assert not is_write or any(table in sql for table in WRITABLE_BY_GET), f"A safe request wrote: {sql}"
    return execute(sql, params, many, context)


class StrictClient(Client):
    """Fails the test when a safe request writes, or a page leaks template syntax."""

    def request(self, **request):
        if request.get("REQUEST_METHOD") not in {"GET", "HEAD", "OPTIONS"}:
            return super().request(**request)
        with connection.execute_wrapper(refuse_writes):
            response = super().request(**request)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            assert b"{{" not in response.content
            assert b"{%" not in response.content
        return response


@pytest.fixture(autouse=True)
def _in_the_language_of_the_country():
    """A page that another test asked for in English leaves that language behind."""
    translation.deactivate()


def forget_what_is_cached():
    """Tries are counted and pages kept in caches, which outlive a test."""
    for cache in caches.all(initialized_only=True):
        cache.clear()
    kept.forget()


@pytest.fixture(autouse=True)
def _nothing_cached():
    forget_what_is_cached()


@pytest.fixture
def client() -> Client:
    return StrictClient()


@pytest.fixture
def one_by_one(db) -> Callable[[dict[str, User | None]], Iterator[tuple[str, Client]]]:
    """Each of some people with a client of their own, as if nobody had been there before."""

    def walk(users):
        for name, user in users.items():
            forget_what_is_cached()
            translation.deactivate()
            with transaction.atomic():
                client = StrictClient()
                if user is not None:
                    client.force_login(user)
                yield name, client
                transaction.set_rollback(True)

    return walk


@pytest.fixture
def praia(db) -> Municipality:
    return MunicipalityFactory(code="CV-PR", name="Praia", display_name="Praia", slug="praia")


@pytest.fixture
def sal(db) -> Municipality:
    return MunicipalityFactory(
        code="CV-SL",
        name="Sal",
        display_name="Sal",
        slug="sal",
        island__name="Sal",
        island__group="Barlavento",
        island__group_code="CV-B",
    )


@pytest.fixture
def office_praia(praia) -> Office:
    return OfficeFactory(municipality=praia, code="PR", name="GAI Praia")


@pytest.fixture
def office_sal(sal) -> Office:
    return OfficeFactory(municipality=sal, code="SL", name="GAI Sal")


@pytest.fixture
def partner(db) -> Partner:
    return PartnerFactory(code="PAC", name_pt="Plataforma das Comunidades Africanas")


def member(email: str, role: Role, **scope) -> User:
    user = UserFactory(email=email, name=email.split("@")[0].replace(".", " ").title())
    MembershipFactory(user=user, role=role, **scope)
    return user


@pytest.fixture
def desk_praia(praia, office_praia) -> User:
    return member("desk.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def coordinator_praia(praia, office_praia) -> User:
    return member("coordinator.praia@example.org", Role.COORDINATOR, municipality=praia)


@pytest.fixture
def desk_sal(sal, office_sal) -> User:
    """Somebody who must never see Praia."""
    return member("desk.sal@example.org", Role.OFFICER, municipality=sal)


@pytest.fixture
def planner_praia(praia) -> User:
    return member("planner.praia@example.org", Role.PLANNER, municipality=praia)


@pytest.fixture
def planner_sal(sal) -> User:
    return member("planner.sal@example.org", Role.PLANNER, municipality=sal)


@pytest.fixture
def approver_praia(praia) -> User:
    return member("approver.praia@example.org", Role.APPROVER, municipality=praia)


@pytest.fixture
def dgi_officer(db) -> User:
    return member("officer.dgi@example.org", Role.DGI_OFFICER)


@pytest.fixture
def dgi_admin(db) -> User:
    return member("admin.dgi@example.org", Role.DGI_ADMINISTRATOR)


@pytest.fixture
def partner_user(partner) -> User:
    return member("partner@example.org", Role.PARTNER, partner=partner)


@pytest.fixture
def guest(db) -> User:
    """Somebody with an account and no membership that runs today."""
    return UserFactory(email="guest@example.org", name="Guest")


@pytest.fixture
def count_queries():
    def count(action) -> int:
        kept.forget()
        for model in kept.LISTS:  # no list grows old while it is counted
            kept.kept(model)
        with CaptureQueriesContext(connection) as queries:
            action()
        return len(queries)

    return count
