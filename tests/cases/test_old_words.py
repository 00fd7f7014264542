"""The words of what names nobody go after their term, and no count changes."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Appointment, Case, Enquiry, FollowUp, Referral
from cases.services.enquiries import correct_enquiry, log_enquiry
from cases.services.erasure import empty_old_words, erase_person
from cases.services.follow_ups import add_follow_up, finish_follow_up
from cases.workflow import ReferralState
from gai_portal.management.commands.daily import JOBS
from tests.factories import (
    AppointmentFactory,
    CaseFactory,
    EnquiryFactory,
    FollowUpFactory,
    PersonFactory,
    ReferralFactory,
)

WORD = "Zuzuarte"
NOTHING = "0 enquiries, 0 things to do, 0 appointments"


def everything() -> str:
    """All that stands at the desk, history included."""
    return str([list(model._base_manager.values()) for model in apps.get_app_config("cases").get_models()])


@pytest.fixture
def enquiry(office_praia, desk_praia, renewal, in_person, informed):
    content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    enquiry = log_enquiry({**content, "note": WORD, "place": WORD, "people": 4}, by=desk_praia)
    correct_enquiry(enquiry, {"note": f"{WORD} voltou"}, version=1, by=desk_praia)
    to_do = add_follow_up(enquiry, title=WORD, due_on=timezone.localdate(), by=desk_praia)
    finish_follow_up(to_do, result=WORD, by=desk_praia)
    ReferralFactory(case=None, enquiry=enquiry, author=desk_praia, reason=WORD)
    return enquiry


@pytest.fixture
def later(settings, time_machine):
    return lambda: time_machine.move_to(
        timezone.now() + timedelta(days=settings.ENQUIRY_TEXT_DAYS, minutes=1)
    )


def counted(client, user, day):
    client.force_login(user)
    page = client.get(reverse("cases:enquiry_figures"), {"period": f"{day:%Y}"}).context
    return page["total"], page["reached"], [(table.field, table.rows) for table in page["tables"]]


def test_a_note_of_nobody_goes_with_all_that_hangs_on_it_and_still_counts(client, enquiry, desk_praia, later):
    assert empty_old_words() == NOTHING
    before = counted(client, desk_praia, enquiry.at)
    later()
    assert empty_old_words() == "1 enquiries, 0 things to do, 0 appointments"
    assert WORD not in everything()
    assert counted(client, desk_praia, enquiry.at) == before
    assert Enquiry.objects.get().people == 4
    assert empty_old_words() == NOTHING


def test_it_has_a_term_of_its_own(enquiry, settings, time_machine):
    settings.ENQUIRY_TEXT_DAYS = 10
    time_machine.move_to(timezone.now() + timedelta(days=10, minutes=1))
    assert empty_old_words().startswith("1 enquiries")


def test_a_void_enquiry_says_no_longer_why(enquiry, later):
    now = timezone.now()
    Enquiry.objects.update(voided_at=now, voided_by=enquiry.author, void_reason=WORD)
    later()
    empty_old_words()
    assert WORD not in everything()


def test_what_was_written_down_late_has_its_whole_term(enquiry, settings, time_machine):
    Enquiry.objects.update(at=timezone.now() - timedelta(days=4000))
    assert empty_old_words() == NOTHING


@pytest.mark.parametrize("kept_by", ["person", "case", "to do", "partner"])
def test_what_belongs_to_a_record_or_is_still_to_be_done_waits(enquiry, desk_praia, later, kept_by):
    match kept_by:
        case "person":
            person = PersonFactory(office=enquiry.office, author=desk_praia)
            Enquiry.objects.update(person=person, people=None)
        case "case":
            Enquiry.objects.update(case=CaseFactory(office=enquiry.office, author=desk_praia))
        case "to do":
            add_follow_up(enquiry, title="Ligar", due_on=timezone.localdate(), by=desk_praia)
        case "partner":
            now = timezone.now()
            Referral.objects.update(state=ReferralState.SENT, sent_at=now, due_on=timezone.localdate(now))
    later()
    assert empty_old_words() == NOTHING
    assert Enquiry.objects.get().note == f"{WORD} voltou"


def test_what_was_to_be_done_and_expected_for_nothing_else_goes_too(office_praia, desk_praia, later):
    alone = {"office": office_praia, "author": desk_praia, "case": None, "person": None}
    alone |= {"is_restricted": False}
    now = timezone.now()
    FollowUpFactory(**alone, title=WORD, closed_at=now, closed_by=desk_praia)
    open_one = FollowUpFactory(**alone, title="Comprar papel")
    AppointmentFactory(**alone, title=WORD, place=WORD, starts_at=now - timedelta(hours=1), ends_at=now)
    later()
    assert empty_old_words() == "0 enquiries, 1 things to do, 1 appointments"
    assert WORD not in everything()
    assert FollowUp.objects.get(pk=open_one.pk).title == "Comprar papel"
    assert Appointment.objects.count() == 1
    assert empty_old_words() == NOTHING


def test_many_cost_as_few_queries_as_one(office_praia, desk_praia, later):
    kept = {"office": office_praia, "author": desk_praia, "note": WORD}
    EnquiryFactory(**kept)
    later()
    costs = []
    for _number in range(2):
        with CaptureQueriesContext(connection) as queries:
            empty_old_words()
        costs.append(len(queries))
        for _ in range(20):
            EnquiryFactory(**kept, created_at=timezone.now() - timedelta(days=4000))
    assert costs[0] == costs[1]


def test_it_is_done_every_night():
    assert empty_old_words in JOBS.values()


def test_a_note_about_somebody_erased_since_the_page_was_opened_comes_back(client, office_praia, desk_praia):
    maria = PersonFactory(office=office_praia, author=desk_praia)
    case = CaseFactory(office=office_praia, author=desk_praia, person=maria)
    client.force_login(desk_praia)
    url = reverse("cases:case_act", args=[case.pk, "note"])
    assert f'name="whose" value="{maria.pk}"' in client.get(url).content.decode()
    erase_person(maria, by=desk_praia)
    response = client.post(url, {"text": f"{WORD} voltou", "whose": maria.pk})
    html = response.content.decode()
    assert response.status_code == 200
    assert f"{WORD} voltou" in html
    assert "já não está registada" in html
    assert not Case.objects.get().notes.exists()
    assert 'name="whose" value' not in html
    assert client.post(url, {"text": "Assunto tratado.", "whose": ""}).status_code == 302
