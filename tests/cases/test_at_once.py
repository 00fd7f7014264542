"""Several at once, each with a connection of its own: one waits for the other, and what each counts on holds.

SQLite has one writer at a time: there the others only begin later.
"""

from datetime import timedelta
from time import sleep
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.access import Verb, record_access
from accounts.models import AccessLog, Handover, User
from accounts.roles import Role
from cases.models import (
    Case,
    CaseNote,
    Contact,
    Enquiry,
    FollowUp,
    GuidanceVersion,
    IdentityDocument,
    Recall,
    Referral,
    Transfer,
)
from cases.services import doors
from cases.services.cases import add_note, change_case, close_case, open_case
from cases.services.doors import TooManyQuestions, known_elsewhere, read_sent, thread_of_code
from cases.services.enquiries import EnquiryChanged, correct_enquiry, log_enquiry
from cases.services.erasure import anonymise_person, erase_person
from cases.services.follow_ups import add_follow_up
from cases.services.guidance import begin_draft, mark_of, publish_guidance
from cases.services.referrals import answer_referral, withdraw_referral
from cases.services.transfers import accept_transfer, offer_transfer
from gai_portal import handover
from gai_portal.lib.keys import key_from
from tests.cases.at_once import all_at_once, during, during_or_after
from tests.cases.referrals import sent_referral
from tests.conftest import member
from tests.factories import (
    CaseFactory,
    EnquiryFactory,
    GuidanceVersionFactory,
    OfficeFactory,
    OutcomeFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


# Two who act on one record


@pytest.fixture
def referral(office_praia, desk_praia, partner):
    case = CaseFactory(office=office_praia, author=desk_praia, assigned_to=desk_praia)
    return sent_referral(case=case, partner=partner, author=desk_praia)


def answering(referral, text, **by):
    stale = Referral.objects.with_work().get(pk=referral.pk)
    return lambda: answer_referral(stale, state="solved", text=text, once=uuid4(), **by)


def by_link(referral):
    return {"way": "link", "key": key_from(referral.link_seed)}


def test_answered_twice_at_once_the_first_answer_stands(aside, referral):
    first, second = (answering(referral, text, **by_link(referral)) for text in ("Sim.", "Não."))
    refused = during(aside, first, second)
    assert isinstance(refused, PermissionDenied | ValidationError)
    assert list(referral.steps.filter(state="solved").values_list("text", flat=True)) == ["Sim."]


def test_the_same_answer_sent_twice_at_once_is_one(aside, referral):
    once = uuid4()
    stale = [Referral.objects.with_work().get(pk=referral.pk) for _ in range(2)]
    answers = [
        lambda row=row: answer_referral(row, state="received", once=once, **by_link(referral))
        for row in stale
    ]
    assert during(aside, *answers) == referral
    assert referral.steps.filter(state="received").count() == 1


def test_an_answer_to_what_is_being_withdrawn_is_refused(aside, referral, desk_praia):
    answer = answering(referral, "Sim.", **by_link(referral))
    refused = during(aside, lambda: withdraw_referral(referral, by=desk_praia), answer)
    assert isinstance(refused, PermissionDenied | ValidationError)
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert not referral.steps.filter(state="solved").exists()


def test_what_is_being_answered_is_not_withdrawn(aside, referral, desk_praia):
    stale = Referral.objects.with_work().get(pk=referral.pk)
    answer = answering(referral, "Sim.", **by_link(referral))
    refused = during(aside, answer, lambda: withdraw_referral(stale, by=desk_praia))
    assert isinstance(refused, ValidationError)
    referral.refresh_from_db()
    assert referral.state == "solved"


@pytest.fixture
def successor(praia):
    return member("rosa.lima@example.org", Role.OFFICER, municipality=praia)


def handing_over(leaver, to, by):
    membership = leaver.memberships.get()
    return lambda: handover.hand_over(membership, {kind.name: to for kind in handover.KINDS}, by=by)


def test_handed_over_twice_at_once_it_goes_to_the_first_successor(
    aside, office_praia, desk_praia, coordinator_praia, successor, praia
):
    other = member("ines.melo@example.org", Role.OFFICER, municipality=praia)
    case = CaseFactory(office=office_praia, author=desk_praia, assigned_to=desk_praia)
    first, second = (handing_over(desk_praia, to, coordinator_praia) for to in (successor, other))
    said = during(aside, first, second)
    assert said == [] or isinstance(said, PermissionDenied)
    case.refresh_from_db()
    assert (case.assigned_to, case.version) == (successor, 2)
    assert [made.successor for made in Handover.objects.all()] == [successor]


def test_two_coordinators_do_not_leave_at_once(aside, coordinator_praia, dgi_admin, praia):
    other = member("outra@example.org", Role.COORDINATOR, municipality=praia)
    first, second = (handing_over(leaver, None, dgi_admin) for leaver in (coordinator_praia, other))
    assert isinstance(during(aside, first, second), ValidationError)
    assert coordinator_praia.memberships.get().ended_at
    assert not other.memberships.get().ended_at


def test_what_a_leaver_writes_while_it_is_handed_over_is_in_the_open(
    aside, office_praia, desk_praia, coordinator_praia, successor, renewal
):
    """It is the successor's, or the list of those who have left tells that there is some left."""
    stale = User.objects.get(pk=desk_praia.pk)
    written = during_or_after(
        aside,
        handing_over(desk_praia, successor, coordinator_praia),
        lambda: open_case({"topic": renewal}, office=office_praia, assigned_to=stale, by=stale),
    )
    if isinstance(written, Case):
        written.refresh_from_db()
        left = {row.membership.user for row in handover.people_of(coordinator_praia) if row.has_left}
        assert written.assigned_to == successor or desk_praia in left
    else:
        assert isinstance(written, PermissionDenied | ValidationError)


def test_what_a_leaver_is_writing_when_it_is_handed_over_goes_along_or_is_left_to_see(
    aside, office_praia, desk_praia, coordinator_praia, successor, renewal
):
    write = lambda: open_case(  # noqa: E731
        {"topic": renewal}, office=office_praia, assigned_to=desk_praia, by=desk_praia
    )
    during_or_after(aside, write, handing_over(desk_praia, successor, coordinator_praia))
    left = {row.membership.user for row in handover.people_of(coordinator_praia) if row.has_left}
    assert Case.objects.get().assigned_to == successor or desk_praia in left


# Who is erased while somebody writes


@pytest.fixture
def maria(office_praia, desk_praia):
    return PersonFactory(office=office_praia, author=desk_praia)


@pytest.fixture
def matter(maria, desk_praia):
    case = CaseFactory(office=maria.office, author=desk_praia, person=maria)
    return Case.objects.select_related("person__consent", "office").get(pk=case.pk)


@pytest.mark.parametrize("clear", [erase_person, anonymise_person])
@pytest.mark.parametrize(
    "write",
    [
        lambda case, by: add_note(case, text="Zuzu voltou.", by=by),
        lambda case, by: add_follow_up(case, title="Ligar a Zuzu", due_on=timezone.localdate(), by=by),
        lambda case, by: add_follow_up(case.person, title="Zuzu", due_on=timezone.localdate(), by=by),
        lambda case, by: change_case(case, {"title": "Zuzu"}, version=case.version, by=by),
        lambda case, by: close_case(case, outcome=OutcomeFactory(), reason="Zuzu", by=by),
    ],
    ids=["note", "follow-up", "follow-up of the person", "title", "end"],
)
def test_what_waited_for_an_erasure_is_refused_in_plain_words(aside, matter, maria, desk_praia, clear, write):
    refused = during(aside, lambda: clear(maria, by=desk_praia), lambda: write(matter, desk_praia))
    assert isinstance(refused, ValidationError)
    assert "Nothing was saved" in refused.messages[0] or "Nada ficou guardado" in refused.messages[0]
    assert not CaseNote.objects.exists()
    assert not FollowUp.objects.exists()
    assert Case.objects.get().title == ""


def test_an_enquiry_that_is_corrected_while_its_person_is_erased_shows_the_conflict(
    aside, maria, desk_praia, renewal
):
    enquiry = EnquiryFactory(office=maria.office, author=desk_praia, person=maria, topic=renewal)
    correct = lambda: correct_enquiry(  # noqa: E731
        enquiry, {"note": "Zuzu", "person": maria}, version=1, by=desk_praia
    )
    assert isinstance(during(aside, lambda: erase_person(maria, by=desk_praia), correct), EnquiryChanged)
    assert Enquiry.objects.get().note == ""


def test_an_enquiry_that_names_somebody_who_is_being_erased_is_refused_in_plain_words(
    aside, maria, desk_praia, renewal, in_person, informed
):
    content = {"office": maria.office, "topic": renewal, "channel": in_person, "outcome": informed}
    log = lambda: log_enquiry({**content, "person": maria, "note": "Zuzu"}, by=desk_praia)  # noqa: E731
    refused = during(aside, lambda: erase_person(maria, by=desk_praia), log)
    assert isinstance(refused, ValidationError)
    assert not Enquiry.objects.exists()


# A card that changes while it is told


@pytest.fixture
def new_text(renewal, dgi_officer):
    GuidanceVersionFactory(topic=renewal)
    draft = begin_draft(renewal, by=dgi_officer)
    draft.say_pt = "Agora é assim."
    draft.save()

    def publish():
        return publish_guidance(
            draft,
            seen=mark_of(draft),
            review_by=timezone.localdate() + timedelta(days=365),
            is_material=True,
            change_pt="Mudou.",
            by=dgi_officer,
        )

    return publish


@pytest.fixture
def told(office_praia, desk_praia, renewal, in_person, informed, new_text):
    shown = GuidanceVersion.objects.told().get(guidance__topic=renewal)
    content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    return lambda: log_enquiry({**content, "guidance": shown}, by=desk_praia)


@pytest.mark.parametrize("is_told_first", [True, False])
def test_who_is_told_a_card_while_it_changes_is_told_again(aside, told, new_text, is_told_first):
    during(aside, *([told, new_text] if is_told_first else [new_text, told]))
    recall = Recall.objects.get()
    assert (recall.enquiry.guidance.number, recall.version.number) == (1, 2)


# How often the doors between offices open


@pytest.fixture
def known_at_sal(office_sal, desk_sal):
    person = PersonFactory(office=office_sal, author=desk_sal)
    Contact.objects.create(person=person, channel="phone", value="+2389912345", verified_at=timezone.now())
    return person


@pytest.fixture(autouse=True)
def slowly(monkeypatch):
    """Counting and noting are apart."""
    record = doors.record_access
    monkeypatch.setattr(doors, "record_access", lambda *args, **more: (sleep(0.2), record(*args, **more))[1])


def asked_before(times, verb, thing, by):
    for _ in range(times):
        record_access(verb, thing, by=by)


@pytest.mark.parametrize("kept", ["phone", "document"])
def test_the_last_question_about_a_person_is_answered_once(
    aside, known_at_sal, office_praia, desk_praia, kept
):
    passport = IdentityDocument(kind="passport", number="AB 123", country="GW")
    question = {"phone": "+2389912345"} if kept == "phone" else {"document": passport}
    thing = doors.Accessed("cases.person", "–", municipality="CV-PR")
    asked_before(doors.QUESTIONS - 1, Verb.MATCHED, thing, desk_praia)
    ask = lambda: known_elsewhere(by=desk_praia, office=office_praia, **question)  # noqa: E731
    said = all_at_once(aside, [ask] * 3)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 2
    assert AccessLog.objects.filter(kind="cases.person", label="–").count() == doors.QUESTIONS


def test_the_last_code_of_an_officer_is_answered_once(aside, office_praia, desk_praia, praia):
    second = OfficeFactory(municipality=praia, code="PR2")
    thing = doors.Accessed("cases.returncode", "–", municipality="CV-PR")
    asked_before(doors.CODES_OF_OFFICER - 1, Verb.SEARCHED, thing, desk_praia)
    asks = [
        lambda office=office: thread_of_code("BCDFGHJKLM", by=desk_praia, office=office)
        for office in (office_praia, second)
    ]
    said = all_at_once(aside, asks)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 1


def test_the_last_code_of_a_town_is_answered_once(aside, office_praia, desk_praia, praia):
    second = OfficeFactory(municipality=praia, code="PR2")
    colleague = member("colega.praia@example.org", Role.OFFICER, municipality=praia)
    others = [member(f"outra{number}@example.org", Role.OFFICER, municipality=praia) for number in range(4)]
    thing = doors.Accessed("cases.returncode", "–", municipality="CV-PR")
    for number in range(doors.CODES_OF_TOWN - 1):
        record_access(Verb.SEARCHED, thing, by=others[number % 4])
    asks = [
        lambda by=by, office=office: thread_of_code("BCDFGHJKLM", by=by, office=office)
        for by, office in ((desk_praia, office_praia), (colleague, second))
    ]
    said = all_at_once(aside, asks)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 1


def test_the_last_reading_of_what_was_sent_is_one(
    aside, office_praia, office_sal, desk_praia, coordinator_praia, sal
):
    there = member("coordena.sal@example.org", Role.COORDINATOR, municipality=sal)
    person = PersonFactory(office=office_praia, author=desk_praia)
    agreed = {"reason": "Vive agora no Sal.", "agreed_on": timezone.localdate()}
    transfer = offer_transfer(person, to_office=office_sal, **agreed, by=coordinator_praia)
    accept_transfer(transfer, by=there)
    asked_before(doors.QUESTIONS - 1, Verb.READ, transfer, desk_praia)
    read = lambda: read_sent(Transfer.objects.get(pk=transfer.pk), by=desk_praia)  # noqa: E731
    said = all_at_once(aside, [read] * 3)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 2
