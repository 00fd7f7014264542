"""Whom the desks told what is no longer right: listed when a card changes, told again, marked."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Notice
from accounts.roles import Role
from cases.demo_guidance import load_demo_guidance
from cases.models import Consent, Contact, GuidanceVersion, Recall
from cases.services.enquiries import log_enquiry
from cases.services.guidance import begin_draft, mark_of, publish_guidance
from cases.services.recalls import mark_recall, note_try, reopen_recall
from tests.conftest import member
from tests.factories import (
    CaseFactory,
    EnquiryFactory,
    GuidanceVersionFactory,
    OutcomeFactory,
    PersonFactory,
    RecallFactory,
    TopicFactory,
)

LIST = "/workspace/desk/recalls/"
TODAY = "/workspace/desk/today/"
PT = {"accept-language": "pt"}


@pytest.fixture
def change(dgi_officer):
    """Publishes another text of a topic's card, one that makes the older one wrong unless said otherwise."""

    def publish(topic, words="Custa 2.500$00.", **kept):
        draft = begin_draft(topic, by=dgi_officer)
        draft.say_pt = words
        draft.save()
        kept = {"is_material": True, "change_pt": "A taxa subiu."} | kept
        review_by = timezone.localdate() + timedelta(days=365)
        return publish_guidance(draft, seen=mark_of(draft), review_by=review_by, by=dgi_officer, **kept)

    return publish


@pytest.fixture
def card(renewal) -> GuidanceVersion:
    return GuidanceVersionFactory(topic=renewal)


@pytest.fixture
def make(office_praia, desk_praia, renewal):
    def make(**fields):
        days = fields.pop("days", 1)
        at = timezone.now() - timedelta(days=days)
        kept = {"office": office_praia, "author": desk_praia, "topic": renewal, "at": at}
        return EnquiryFactory(**kept | fields)

    return make


@pytest.fixture
def named(office_praia, desk_praia):
    return PersonFactory(office=office_praia, author=desk_praia)


def listed() -> set:
    return {recall.record for recall in Recall.objects.open()}


def test_recent_contacts_and_running_cases_are_listed_once(
    card, make, change, office_praia, renewal, settings
):
    settings.RECALL_MONTHS = 6
    told = make(guidance=card)
    before_cards = make(days=100)
    also = make(topic=TopicFactory(), further_topics=("RES.02",))
    make(days=300)
    make(voided_at=timezone.now(), voided_by=told.author)
    make(topic=TopicFactory())
    case = CaseFactory(office=office_praia, topic=renewal)
    make(case=case)
    closed = CaseFactory(
        office=office_praia,
        topic=renewal,
        state="closed",
        closed_at=timezone.now(),
        outcome=OutcomeFactory(),
    )
    of_closed = make(case=closed)
    change(renewal)
    assert listed() == {told, before_cards, also, case, of_closed}


def test_better_wording_recalls_nobody(card, make, change, renewal):
    make()
    change(renewal, is_material=False)
    assert not Recall.objects.exists()


def test_who_was_told_again_is_listed_again_when_it_changes_again(card, make, change, renewal, desk_praia):
    waiting, told = make(), make()
    change(renewal)
    mark_recall(Recall.objects.get(enquiry=told), by=desk_praia)
    latest = change(renewal, "Custa 3.000$00.")
    assert {(recall.enquiry, recall.version) for recall in Recall.objects.open()} == {
        (waiting, latest),
        (told, latest),
    }


def test_what_was_put_back_does_not_stand_on_the_list_twice(card, make, change, renewal, desk_praia, client):
    make()
    change(renewal)
    first = mark_recall(Recall.objects.get(), by=desk_praia)
    change(renewal, "Custa 3.000$00.")
    client.force_login(desk_praia)
    response = client.post(reverse("cases:recall_reopen", args=[first.pk]), headers=PT, follow=True)
    assert "mudou outra vez" in response.content.decode()
    assert Recall.objects.open().count() == 1
    mark_recall(Recall.objects.open().get(), by=desk_praia)
    assert reopen_recall(first, by=desk_praia).done_at
    latest = Recall.objects.earliest("-version__number")
    assert reopen_recall(latest, by=desk_praia).done_at is None


def test_a_record_that_stood_on_the_list_twice_stops_no_publication(card, make, change, renewal, desk_praia):
    make()
    change(renewal)
    mark_recall(Recall.objects.get(), by=desk_praia)
    change(renewal, "Custa 3.000$00.")
    Recall.objects.update(done_at=None, done_by=None)
    latest = change(renewal, "Custa 4.000$00.")
    assert [recall.version for recall in Recall.objects.all()] == [latest]


def test_who_was_told_the_old_text_is_listed_when_recorded_after_the_change(
    card, change, renewal, office_praia, desk_praia, in_person, informed
):
    def told(version):
        content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
        return log_enquiry(content | {"guidance": version}, by=desk_praia)

    changed = change(renewal)
    reworded = change(renewal, "São 2.500$00.", is_material=False)
    late = told(card)
    for version in (changed, reworded, None):
        told(version)
    assert [(recall.record, recall.version) for recall in Recall.objects.all()] == [(late, changed)]


def test_what_was_voided_or_closed_since_waits_no_longer(card, make, change, renewal, office_praia):
    enquiry = make()
    case = CaseFactory(office=office_praia, topic=renewal)
    change(renewal)
    type(enquiry).objects.update(voided_at=timezone.now(), voided_by=enquiry.author)
    now = timezone.now()
    type(case).objects.update(state="closed", closed_at=now, outcome=OutcomeFactory())
    assert listed() == set()


def test_each_office_sees_its_own_and_the_national_level_none(
    client, card, make, change, renewal, desk_praia, desk_sal, office_sal, dgi_officer
):
    here, there = make(), make(office=office_sal, author=desk_sal)
    change(renewal)
    for user, record in ((desk_praia, here), (desk_sal, there)):
        assert [recall.record for recall in Recall.objects.visible_to(user)] == [record]
    assert not Recall.objects.visible_to(dgi_officer).exists()
    client.force_login(dgi_officer)
    assert client.get(LIST).status_code == 404


def test_a_restricted_contact_is_listed_for_its_author_alone(
    card, make, change, violence, desk_praia, coordinator_praia, praia
):
    colleague = member("colega@example.org", Role.OFFICER, municipality=praia)
    GuidanceVersionFactory(topic=violence)
    enquiry = make(topic=violence, is_restricted=True)
    change(violence)
    assert [recall.record for recall in Recall.objects.visible_to(desk_praia)] == [enquiry]
    for user in (colleague, coordinator_praia):
        assert not Recall.objects.visible_to(user).exists()
    # Her coordinator does not even learn that the topic was asked about; she learns that there is something.
    assert not Notice.objects.filter(user=coordinator_praia).exists()
    assert violence.name_pt not in Notice.objects.get(user=desk_praia).text


def test_coordinators_are_told_how_many_and_nobody_elses(
    card, make, change, renewal, coordinator_praia, office_sal, desk_sal, office_praia
):
    make(), make(), make(office=office_sal, author=desk_sal)
    CaseFactory(office=office_praia, topic=renewal)
    change(renewal)
    notice = Notice.objects.get(user=coordinator_praia)
    assert "o que o GAI Praia disse em 3 conversas ou processos já não está certo" in notice.text
    assert notice.url == LIST


def test_the_page_begins_with_those_who_can_be_reached(
    client, card, make, change, renewal, named, desk_praia
):
    reachable, nameless = make(person=named), make()
    change(renewal)
    client.force_login(desk_praia)
    response = client.get(LIST, headers=PT)
    assert [recall.record for recall in response.context["page"]] == [reachable]
    assert "1 outra conversa sem nome" in response.content.decode()
    everybody = client.get(f"{LIST}?whom=all").context["page"]
    assert {recall.record for recall in everybody} == {reachable, nameless}


def test_today_says_how_many_and_leads_there(client, card, make, change, renewal, named, desk_praia):
    client.force_login(desk_praia)
    assert LIST not in client.get(TODAY).content.decode()
    make(person=named), make()
    change(renewal)
    html = client.get(TODAY, headers=PT).content.decode()
    assert "Uma ficha mudou e há quem avisar de novo: 1 pessoa ou processo" in html
    assert LIST in html


@pytest.mark.parametrize(("data", "dropped"), [({}, False), ({"drop": "1"}, True)])
def test_it_is_marked_by_somebody_and_put_back(client, desk_praia, make, card, data, dropped):
    recall = RecallFactory(version=card, enquiry=make())
    client.force_login(desk_praia)
    response = client.post(reverse("cases:recall_mark", args=[recall.pk]), data, follow=True)
    recall.refresh_from_db()
    assert (recall.done_by, recall.was_dropped) == (desk_praia, dropped)
    assert reverse("cases:recall_reopen", args=[recall.pk]) in response.content.decode()
    assert client.get(f"{LIST}?state=done&whom=all").context["page"].rows == [recall]
    client.post(reverse("cases:recall_reopen", args=[recall.pk]))
    recall.refresh_from_db()
    assert (recall.done_at, recall.done_by, recall.was_dropped) == (None, None, False)


def test_who_was_not_reached_stays_on_the_list_and_it_says_so(client, desk_praia, make, card, named):
    recall = RecallFactory(version=card, enquiry=make(person=named))
    client.force_login(desk_praia)
    for _number in range(2):
        client.post(reverse("cases:recall_mark", args=[recall.pk]), {"missed": "1"})
    page = client.get(LIST, headers=PT)
    assert page.context["page"].rows == [recall]
    assert "Sem contacto, 2 vezes" in page.content.decode()
    mark_recall(recall, by=desk_praia)
    assert note_try(recall, by=desk_praia).tries == 2
    assert "Tratadas há pouco (1)" in client.get(LIST, headers=PT).content.decode()


def phone_of(person, **fields):
    return Contact.objects.create(person=person, channel="phone", value="+2389912345", **fields)


def test_the_list_says_how_somebody_is_reached_without_harm_and_notes_who_read_it(
    client, desk_praia, make, card, named
):
    Consent.objects.filter(pk=named.consent_id).update(for_follow_up=True)
    phone_of(named, safe_from=time(9), safe_until=time(12), caution="Não dizer de onde liga.")
    RecallFactory(version=card, enquiry=make(person=named))
    client.force_login(desk_praia)
    html = client.get(LIST, headers=PT).content.decode()
    for words in (named.name, 'href="tel:+2389912345"', "só das 09:00 às 12:00", "Não dizer de onde liga."):
        assert words in html
    assert AccessLog.objects.filter(user=desk_praia, kind="cases.person", key=str(named.pk)).count() == 1


def test_a_number_is_shown_neither_without_agreement_nor_where_nobody_may_call(
    client, desk_praia, make, card, named
):
    phone = phone_of(named)
    Consent.objects.filter(pk=named.consent_id).update(for_follow_up=False)
    RecallFactory(version=card, enquiry=make(person=named))
    client.force_login(desk_praia)
    assert "991 23 45" not in client.get(LIST).content.decode()
    Consent.objects.filter(pk=named.consent_id).update(for_follow_up=True)
    assert "991 23 45" in client.get(LIST).content.decode()
    Contact.objects.filter(pk=phone.pk).update(may_call=False)
    html = client.get(LIST, headers=PT).content.decode()
    assert "991 23 45" not in html
    assert "Não contactar: avisar quando voltar." in html
    phone.delete()
    assert "Não há contactos registados." in client.get(LIST, headers=PT).content.decode()


def test_a_restricted_person_is_named_to_nobody_else(client, make, card, named, praia, desk_praia):
    colleague = member("colega@example.org", Role.OFFICER, municipality=praia)
    phone_of(named)
    RecallFactory(version=card, enquiry=make(person=named))
    type(named).objects.filter(pk=named.pk).update(is_restricted=True, author=desk_praia)
    client.force_login(colleague)
    html = client.get(LIST).content.decode()
    assert named.name not in html
    assert "991 23 45" not in html


def test_who_marks_second_changes_nothing(make, card, desk_praia, coordinator_praia):
    recall = RecallFactory(version=card, enquiry=make())
    mark_recall(recall, by=desk_praia)
    assert mark_recall(recall, dropped=True, by=coordinator_praia).done_by == desk_praia


def test_only_the_desk_that_keeps_the_record_marks(make, card, desk_sal, dgi_officer, planner_praia):
    recall = RecallFactory(version=card, enquiry=make())
    for user in (desk_sal, dgi_officer, planner_praia):
        for act in (mark_recall, reopen_recall):
            with pytest.raises(PermissionDenied):
                act(recall, by=user)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"enquiry": None}, "recall_of_an_enquiry_or_a_case"),
        ({"done_at": timezone.now()}, "recall_done_by_somebody"),
        ({"was_dropped": True}, "recall_done_by_somebody"),
        ({"tries": 1}, "recall_tried_at_some_time"),
    ],
)
def test_the_database_refuses_an_impossible_row(make, card, changes, name):
    recall = RecallFactory(version=card, enquiry=make())
    with pytest.raises(IntegrityError, match=name):
        Recall.objects.filter(pk=recall.pk).update(**changes)


def test_a_record_is_listed_once_for_a_version(make, card, office_praia, renewal):
    recall = RecallFactory(version=card, enquiry=make())
    with pytest.raises(IntegrityError):
        RecallFactory(version=card, enquiry=recall.enquiry)


def test_a_case_is_listed_once_for_a_version(card, office_praia, renewal):
    case = CaseFactory(office=office_praia, topic=renewal)
    Recall.objects.create(version=card, case=case)
    with pytest.raises(IntegrityError):
        Recall.objects.create(version=card, case=case)


def test_the_list_takes_the_same_queries_for_any_number(client, make, card, desk_praia, named, count_queries):
    RecallFactory(version=card, enquiry=make(person=named))
    client.force_login(desk_praia)
    few = count_queries(lambda: client.get(LIST))
    for _number in range(20):
        RecallFactory(version=card, enquiry=make(person=named))
    assert count_queries(lambda: client.get(LIST)) == few


def test_the_work_of_publishing_does_not_grow_with_the_contacts(make, card, change, renewal, count_queries):
    make()
    few = count_queries(lambda: change(renewal))
    for _number in range(30):
        make()
    assert count_queries(lambda: change(renewal, "Custa 3.000$00.")) <= few


def test_a_second_load_of_the_demonstration_changes_nothing(dgi_officer, renewal, make):
    GuidanceVersionFactory(topic=renewal, state="draft")
    make(note="Explicados os prazos. (demonstração)")
    assert load_demo_guidance().created == 1
    assert Recall.objects.count() == 1
    assert GuidanceVersion.objects.in_force().get().number == 2
    again = load_demo_guidance()
    assert (again.created, again.unchanged) == (0, 2)
