"""Who may open what. The rows are in tests/access/, their words in tests/access_table.py."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver, resolve, reverse

from accounts.models import MunicipalityScopedQuerySet
from accounts.roles import DESK_ROLES, MUNICIPAL_ROLES, NATIONAL_ROLES, Role
from action_plans.models import Plan
from municipalities.models import Municipality, Office
from tests.access import accounts, action_plans, cases, guidance, municipalities, portal
from tests.access_table import PEOPLE, SIGN_IN

MODULES = [portal, accounts, municipalities, cases, guidance, action_plans]


def merged(name: str) -> dict:
    return {key: value for module in MODULES for key, value in getattr(module, name, {}).items()}


GET, POST, ARGUMENTS, DATA, QUERY = map(merged, ["GET", "POST", "ARGUMENTS", "DATA", "QUERY"])

CASES = [
    *(("get", name) for name in GET),
    # Each form is sent on both databases by a test of its own.
    *(pytest.param("post", name, marks=pytest.mark.once) for name in POST),
]


@pytest.mark.parametrize(("method", "name"), CASES)
def test_access(request, one_by_one, method, name):
    """One test for each address and method: what it needs is built once, and undone after each person."""
    get = request.getfixturevalue
    users = {person: None if person == "anonymous" else get(person) for person in PEOPLE}
    arguments = ARGUMENTS[name](get) if name in ARGUMENTS else {}
    data = DATA[name](get) if method == "post" and name in DATA else {}
    url = reverse(name, kwargs=arguments)
    expected = dict({"get": GET, "post": POST}[method][name])
    if method == "post" and getattr(resolve(url).func, "login_required", True):
        expected["anonymous"] = SIGN_IN  # in the row it is the redirect of a GET
    found = {
        person: getattr(client, method)(url + QUERY.get(name, ""), data).status_code
        for person, client in one_by_one(users)
    }
    assert found == expected


def addresses(resolver=None, namespace="") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry
        elif entry.namespace != "admin":  # tests/test_admin.py walks that one
            yield from addresses(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)


def answers(view) -> set[str]:
    """The methods that a view answers, as it says itself when asked for one that it does not know."""
    request = RequestFactory().generic("NONSENSE", "/")
    request.user = AnonymousUser()
    return set(view(request).headers["Allow"].split(", "))


def test_every_address_is_in_the_table():
    expected = {"GET": set(), "POST": set()}
    for name, entry in addresses():
        for method in expected.keys() & answers(entry.callback):
            expected[method].add(name)
    assert {"GET": set(GET), "POST": set(POST)} == expected


def test_every_row_names_every_kind_of_person():
    assert all(row.keys() == set(PEOPLE) for table in [GET, POST] for row in table.values())


def test_no_name_stands_in_two_modules():
    for table in ["GET", "POST"]:
        names = [name for module in MODULES for name in getattr(module, table, {})]
        assert len(names) == len(set(names))


def scoped_querysets(base=MunicipalityScopedQuerySet) -> Iterator[type]:
    for queryset in base.__subclasses__():
        # A model's manager is a class made from its queryset: not another set of readers.
        yield queryset
        yield from scoped_querysets(queryset)


def test_the_readers_of_every_scoped_model_are_named():
    desk, everyone_local, national = DESK_ROLES, MUNICIPAL_ROLES, NATIONAL_ROLES
    nobody = frozenset()
    expected = {
        "MembershipQuerySet": (
            {Role.COORDINATOR, Role.PLANNER, Role.APPROVER},
            {Role.DGI_ADMINISTRATOR},
        ),
        "HandoverQuerySet": ({Role.COORDINATOR}, {Role.DGI_ADMINISTRATOR}),
        "AccessLogQuerySet": ({Role.COORDINATOR}, {Role.DGI_ADMINISTRATOR}),
        "RestrictedQuerySet": (desk, nobody),
        "EnquiryQuerySet": (desk, nobody),
        "EnquiryImportQuerySet": (desk, nobody),
        "ImportedRowQuerySet": (desk, nobody),
        "QuarterCountsQuerySet": (nobody, nobody),
        "PersonQuerySet": (desk, nobody),
        "TransferQuerySet": (desk, nobody),
        "MonthlyReportQuerySet": (desk, national),
        "GuidanceSuggestionQuerySet": (desk, national),
        "RecallQuerySet": (desk, nobody),
        "OfPersonQuerySet": (desk, nobody),
        "CaseQuerySet": (desk, nobody),
        "OfCaseQuerySet": (desk, nobody),
        "ReferralQuerySet": (desk, nobody),
        "OfReferralQuerySet": (desk, nobody),
        "CaseDocumentQuerySet": (desk, nobody),
        "CaseNoteQuerySet": (desk, nobody),
        "AppointmentQuerySet": (desk, nobody),
        "FollowUpQuerySet": (desk, nobody),
        "MergeQuerySet": (desk, nobody),
        "ReturnCodeQuerySet": (desk, nobody),
        "ConsultationQuerySet": (everyone_local, national),
        "ConsultationInvitationQuerySet": (everyone_local, national),
        "ConsultationCommentQuerySet": (everyone_local, national),
        "RemarkQuerySet": (everyone_local, national),
        "PlanQuerySet": (everyone_local, national),
        "PlanItemQuerySet": (everyone_local, national),
        "PlanMeasureQuerySet": (everyone_local, national),
        "UpdateDecisionQuerySet": (everyone_local, national),
    }
    found = {q.__name__: (q.local_readers, q.national_readers) for q in scoped_querysets()}
    assert found == expected


def test_every_model_with_a_municipality_is_scoped():
    """Rows of a municipality are reached through `visible_to`; the exceptions are public or a bare number."""
    public = {"DemographicFigure", "Office", "Edition", "PublishedCounts", "CaseCounter"}
    unscoped = {
        model.__name__
        for model in apps.get_models()
        if any(field.related_model in {Municipality, Office, Plan} for field in model._meta.concrete_fields)
        and not issubclass(model._default_manager._queryset_class, MunicipalityScopedQuerySet)
        and not model.__name__.startswith("Historical")
    }
    assert unscoped == public
