"""The access log: who read what, told without content; lines are only added."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.access import Accessed, Verb, log_access, record_access
from accounts.models import AccessLog
from accounts.roles import Role
from tests.conftest import member
from tests.factories import EnquiryFactory, MembershipFactory, PersonFactory


@pytest.fixture
def enquiry(office_praia, desk_praia):
    return EnquiryFactory(office=office_praia, author=desk_praia, note="Maria Tavares perdeu o passaporte")


@pytest.fixture
def line(enquiry, desk_praia) -> AccessLog:
    return record_access(Verb.READ, enquiry, by=desk_praia)


def request_of(user, **headers):
    request = RequestFactory().get("/", **headers)
    request.user = user
    return request


def test_a_line_says_who_read_what_when_and_from_where(enquiry, desk_praia):
    log_access(request_of(desk_praia, REMOTE_ADDR="10.1.2.3"), Verb.READ, enquiry)
    line = AccessLog.objects.get()
    assert (line.user, line.who, line.verb) == (desk_praia, "Desk Praia", "read")
    assert (line.kind, line.key, line.municipality) == ("cases.enquiry", str(enquiry.pk), "CV-PR")
    assert (line.scope, line.address, line.why) == ("CV-PR", "10.1.2.3", "")
    assert timezone.now() - line.at < timedelta(minutes=1)


def test_a_line_tells_nothing_of_what_stands_in_the_record(line):
    said = [str(getattr(line, field.attname)) for field in AccessLog._meta.concrete_fields]
    assert not any("Maria" in text for text in said)


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(enquiry, desk_praia, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    request = request_of(desk_praia, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 41.221.1.9")
    log_access(request, Verb.READ, enquiry)
    assert AccessLog.objects.get().address == "41.221.1.9"


def test_an_ipv6_address_is_kept(enquiry, desk_praia):
    log_access(request_of(desk_praia, REMOTE_ADDR="2001:db8::7"), Verb.READ, enquiry)
    assert AccessLog.objects.get().address == "2001:db8::7"


def test_a_reason_is_kept_when_it_was_asked(enquiry, coordinator_praia):
    log_access(request_of(coordinator_praia), Verb.UNSEALED, enquiry, why="Cover for a sick colleague")
    assert AccessLog.objects.get().why == "Cover for a sick colleague"


def test_a_restricted_record_is_opened_with_a_reason(enquiry, coordinator_praia):
    with pytest.raises(IntegrityError, match="access_unsealed_with_a_reason"):
        record_access(Verb.UNSEALED, enquiry, by=coordinator_praia)


def test_a_job_and_a_visitor_by_link_have_no_account(enquiry):
    line = record_access(Verb.EXPORTED, enquiry, by=None, who="Daily job")
    assert (line.user, line.who, line.scope, line.address) == (None, "Daily job", "", None)


def test_who_acts_for_a_partner_or_the_nation_is_told(enquiry, partner_user, partner, dgi_admin):
    assert record_access(Verb.READ, enquiry, by=partner_user).scope == f"partner {partner.pk}"
    assert record_access(Verb.READ, enquiry, by=dgi_admin).scope == "national"


def test_a_search_names_the_first_records_that_it_showed(office_praia, desk_praia):
    rows = EnquiryFactory.create_batch(12, office=office_praia, author=desk_praia)
    line = record_access(Verb.SEARCHED, Accessed.rows(type(rows[0]), rows, "CV-PR"), by=desk_praia)
    assert line.label.endswith(" +2")
    assert str(rows[9].pk) in line.label
    assert (line.key, line.municipality) == ("", "CV-PR")


def test_a_search_that_finds_nothing_leaves_a_line_too(enquiry, desk_praia):
    line = record_access(Verb.SEARCHED, Accessed.rows(type(enquiry), [], "CV-PR"), by=desk_praia)
    assert line.label == "–"


def test_each_office_that_was_searched_in_sees_its_own_line(
    client, praia, sal, office_praia, office_sal, coordinator_praia, desk_sal
):
    both = member("duas@example.org", Role.OFFICER, municipality=praia)
    MembershipFactory(user=both, role=Role.OFFICER, municipality=sal)
    there = member("coordena.sal@example.org", Role.COORDINATOR, municipality=sal)
    found = PersonFactory(office=office_sal, author=desk_sal, name="Fatou Ndiaye")
    enquiry = EnquiryFactory(office=office_sal, author=both, note="Fatou veio")
    client.force_login(both)
    client.post(reverse("cases:person_search"), {"q": "Fatou Ndiaye"}, follow=True)
    client.post(reverse("cases:enquiry_list"), {"q": "Fatou"}, follow=True)
    client.post(reverse("cases:case_list"), {"q": "Fatou"}, follow=True)
    client.get(reverse("cases:agenda_file"))

    def seen_by(reader):
        lines = AccessLog.objects.visible_to(reader).filter(user=both).order_by("pk")
        return list(lines.values_list("verb", "label"))

    assert seen_by(coordinator_praia) == [("searched", "–")] * 3 + [("printed", "–")]
    assert seen_by(there) == [
        ("searched", found.reference),
        ("searched", enquiry.reference),
        ("searched", "–"),
        ("printed", "–"),
    ]


def test_the_log_of_one_record_is_found(line, enquiry, office_praia, desk_praia):
    other = EnquiryFactory(office=office_praia, author=desk_praia)
    record_access(Verb.READ, other, by=desk_praia)
    assert list(AccessLog.objects.of(enquiry)) == [line]


def test_the_offices_coordinator_reads_its_lines_and_no_other_office(
    line, coordinator_praia, desk_praia, desk_sal, planner_praia, dgi_officer, dgi_admin
):
    for reader, found in [
        (coordinator_praia, 1),
        (dgi_admin, 1),
        (desk_praia, 0),
        (desk_sal, 0),
        (planner_praia, 0),
        (dgi_officer, 0),
    ]:
        assert AccessLog.objects.visible_to(reader).count() == found, reader


def test_a_line_is_never_changed_nor_deleted_by_our_own_code(line):
    line.who = "Nobody"
    for attempt in (
        line.save,
        line.delete,
        AccessLog.objects.all().delete,
        lambda: AccessLog.objects.update(who="Nobody"),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


@pytest.mark.parametrize(
    "sql", ["UPDATE accounts_accesslog SET who = 'Nobody'", "DELETE FROM accounts_accesslog"]
)
def test_the_database_itself_refuses_to_change_or_delete_a_line(line, sql):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AccessLog.objects.get().who == "Desk Praia"


def test_the_administrator_sees_that_a_record_was_read_and_not_why(
    client, enquiry, coordinator_praia, dgi_admin
):
    record_access(Verb.UNSEALED, enquiry, by=coordinator_praia, why="Maria Tavares asked for it")
    client.force_login(dgi_admin)
    for url in [
        "/admin/accounts/accesslog/",
        f"/admin/accounts/accesslog/{AccessLog.objects.get().pk}/change/",
    ]:
        page = client.get(url).content.decode()
        assert "Coordinator Praia" in page
        assert "Maria" not in page
