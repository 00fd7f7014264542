"""Somebody leaves: everything they had in hand has another owner, and nothing of theirs opens any more."""

import subprocess
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import Verb
from accounts.models import AccessLog, Draft, Handover, Membership, Notice, User
from accounts.roles import Role
from action_plans.models import PlanMeasure
from cases.models import Appointment, Case, CaseNote, Enquiry, FollowUp, Person
from cases.workflow import CaseState
from gai_portal import handover
from tests.action_plans.factories import make_plan
from tests.conftest import member
from tests.factories import (
    AppointmentFactory,
    CaseFactory,
    EnquiryFactory,
    FollowUpFactory,
    MembershipFactory,
    OutcomeFactory,
    PersonFactory,
    TopicFactory,
)
from tests.pdf_ua import assert_pdf_ua

LIST = "/workspace/people/handover/"
# What the page counts of forty: what is to be done in a case goes along with it.
PILES = {"case": 12, "follow_up": 7, "appointment": 1, "person": 4, "enquiry": 2, "draft": 2}


@pytest.fixture
def leaver(desk_praia) -> User:
    return desk_praia


@pytest.fixture
def successor(praia) -> User:
    return member("rosa.lima@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def violence(db):
    return TopicFactory(code="VBG.01", restricted=True, name_pt="Violência de parceiro")


def in_hand(leaver, office, violence) -> dict[str, list]:
    """Forty open items of an officer, five of them restricted."""
    kept = {"office": office, "author": leaver, "assigned_to": leaver}
    cases = [CaseFactory(**kept, title=f"Caso {n}") for n in range(10)]
    cases += [CaseFactory(**kept, topic=violence, title=f"Segredo {n}") for n in range(2)]
    CaseNote.objects.create(case=cases[0], author=leaver, text="Falta o registo criminal.")
    of_cases = [
        FollowUpFactory(case=case, author=leaver, assigned_to=leaver, title=f"Telefonar {n}")
        for n, case in enumerate(cases)
    ]
    others = [
        FollowUpFactory(case=None, person=None, is_restricted=False, title=f"Comprar {n}", **kept)
        for n in range(7)
    ]
    appointments = [AppointmentFactory(**kept, title="Pai e filha")]
    people = [PersonFactory(**kept) for _n in range(3)]
    # Nobody's, and restricted: whoever wrote it is the only one who reads it.
    enquiries = [EnquiryFactory(office=office, author=leaver, topic=violence) for _n in range(2)]
    people.append(PersonFactory(office=office, author=leaver, is_restricted=True, name="Nha Segredo"))
    drafts = [
        Draft.objects.create(user=leaver, form=form, fields={"note": ["Escrito a meio."]})
        for form in ("/workspace/desk/", "/workspace/desk/enquiries/new/")
    ]
    return {
        "case": cases,
        "follow_up": [*of_cases, *others],
        "appointment": appointments,
        "person": people,
        "enquiry": enquiries,
        "draft": drafts,
    }


@pytest.fixture
def forty(leaver, office_praia, violence) -> dict[str, list]:
    items = in_hand(leaver, office_praia, violence)
    assert sum(map(len, items.values())) == 40
    return items


def address(user: User) -> str:
    return reverse("handover_create", args=[user.memberships.get().pk])


def pass_on(client, by, leaver, to, status=302, **others):
    client.force_login(by)
    data = {"everything": to.pk if to else ""} | {kind: user.pk for kind, user in others.items()}
    response = client.post(address(leaver), data)
    assert response.status_code == status
    return response


def briefing_text(client, reader) -> tuple[bytes, str]:
    client.force_login(reader)
    pdf = client.get(reverse("handover_briefing", args=[Handover.objects.get(successor=reader).pk])).content
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout
    return pdf, text.decode()


def test_forty_open_items_of_a_leaver_have_owners_and_the_briefing_lists_them_all(
    client, coordinator_praia, leaver, successor, forty
):
    browser = Client()
    browser.force_login(leaver)
    assert browser.get("/workspace/desk/").status_code == 200
    pass_on(client, coordinator_praia, leaver, successor)
    for model in (Case, FollowUp, Appointment, Person, Enquiry):
        assert not model.objects.filter(assigned_to=leaver).exists()
        assert not model.objects.filter(is_restricted=True, assigned_to=None).exists()
    for kind, rows in forty.items():
        if kind != "draft":
            rows = type(rows[0]).objects.filter(pk__in=[row.pk for row in rows])
            assert {row.assigned_to for row in rows} == {successor}
            assert rows.visible_to(successor).count() == rows.count()
    assert set(Draft.objects.values_list("user", flat=True)) == {successor.pk}
    # The role and the open sessions have ended.
    assert not Membership.objects.current().filter(user=leaver).exists()
    assert browser.get("/workspace/desk/").status_code == 302
    # What went along with a case stands under it.
    moved = Handover.objects.get().moved
    assert {kind: len(keys) for kind, keys in moved.items()} == PILES
    pdf, text = briefing_text(client, successor)
    for row in [*forty["case"], *forty["person"], *forty["enquiry"], *forty["appointment"]]:
        assert row.reference in text
    for row in forty["follow_up"]:
        assert row.is_restricted or str(row) in text
    assert text.count("Reservado") >= 2
    assert text.count("Rascunho de atendimento") == 2
    assert "Falta o registo criminal." in text
    assert_pdf_ua(pdf)


def test_what_is_open_in_any_state_and_beside_a_colleagues_case_has_an_owner(
    client, coordinator_praia, leaver, successor, office_praia, violence, praia
):
    kept = {"office": office_praia, "author": leaver, "assigned_to": leaver}
    colleagues = CaseFactory(office=office_praia, author=successor, assigned_to=coordinator_praia)
    measure = make_plan(praia).measures.first()
    PlanMeasure.objects.filter(pk=measure.pk).update(owner=leaver)
    rows = [
        CaseFactory(**kept, state=CaseState.WAITING),
        CaseFactory(**kept, state=CaseState.REOPENED),
        CaseFactory(
            **kept, topic=violence, state=CaseState.CLOSED, closed_at=timezone.now(), outcome=OutcomeFactory()
        ),
        FollowUpFactory(case=colleagues, author=leaver, assigned_to=leaver),
        AppointmentFactory(**kept, case=colleagues),
        AppointmentFactory(**kept, is_restricted=True),
        EnquiryFactory(**kept, topic=violence),
        EnquiryFactory(**kept),
    ]
    pass_on(client, coordinator_praia, leaver, successor)
    for row in rows:
        row.refresh_from_db()
        assert row.assigned_to == successor, row
    colleagues.refresh_from_db()
    assert colleagues.assigned_to == coordinator_praia
    measure.refresh_from_db()
    assert measure.owner == successor


def test_a_briefing_names_nobody_and_prints_nothing_restricted(
    client, coordinator_praia, leaver, successor, forty
):
    pass_on(client, coordinator_praia, leaver, successor)
    _pdf, text = briefing_text(client, successor)
    assert "Segredo" not in text
    assert forty["person"][0].name not in text


def test_a_coordinator_prints_what_they_may_read_and_counts_the_rest(
    client, coordinator_praia, leaver, successor, forty
):
    pass_on(client, coordinator_praia, leaver, successor)
    told = handover.briefing(Handover.objects.get(), coordinator_praia)
    seen = {section.label: (len(section.entries), section.elsewhere) for section in told}
    assert list(seen.values()) == [(12, 0), (7, 0), (1, 0), (4, 0), (2, 0), (0, 2)]
    sealed = [entry for section in told for entry in section.entries if "Reservado" in entry.title]
    assert len(sealed) == 5  # by number, and nothing else
    assert all(
        entry.reference and not (entry.row or entry.facts or entry.text or entry.dates) for entry in sealed
    )
    own = handover.briefing(Handover.objects.get(), successor)
    assert all(section.elsewhere == 0 for section in own)


def test_printing_a_briefing_is_noted_at_each_record(client, coordinator_praia, leaver, successor, forty):
    pass_on(client, coordinator_praia, leaver, successor)
    briefing_text(client, successor)
    assert AccessLog.objects.of(Handover.objects.get()).get().verb == Verb.PRINTED
    for row in (forty["case"][0], forty["person"][0], forty["enquiry"][0]):
        assert AccessLog.objects.of(row).filter(user=successor, verb=Verb.PRINTED).count() == 1


def test_kinds_of_work_may_go_to_different_colleagues(client, coordinator_praia, leaver, successor, forty):
    pass_on(client, coordinator_praia, leaver, successor, person=coordinator_praia)
    assert set(Person.objects.values_list("assigned_to", flat=True)) == {coordinator_praia.pk}
    assert set(Case.objects.values_list("assigned_to", flat=True)) == {successor.pk}
    assert {row.successor: set(row.moved) for row in Handover.objects.all()} == {
        successor: {"case", "follow_up", "appointment", "enquiry", "draft"},
        coordinator_praia: {"person"},
    }
    assert Notice.objects.filter(
        user=successor, url=Handover.objects.get(successor=successor).get_absolute_url()
    )


def test_the_other_coordinators_hear_who_gave_what_to_whom(client, coordinator_praia, leaver, forty, praia):
    other = member("outra.coordenadora@example.org", Role.COORDINATOR, municipality=praia)
    pass_on(client, coordinator_praia, leaver, coordinator_praia)
    assert str(leaver) in Notice.objects.get(user=other).text


def test_who_takes_restricted_work_over_alone_is_seen_to_open_it(
    client, coordinator_praia, leaver, successor, forty
):
    pass_on(client, coordinator_praia, leaver, coordinator_praia)
    opened = AccessLog.objects.filter(verb=Verb.UNSEALED, user=coordinator_praia)
    restricted = [row for rows in forty.values() for row in rows if getattr(row, "is_restricted", False)]
    assert opened.count() == len(restricted) > 5
    assert all(line.why for line in opened)


def test_who_gives_restricted_work_to_a_colleague_opens_nothing(
    client, coordinator_praia, leaver, successor, forty
):
    pass_on(client, coordinator_praia, leaver, successor)
    assert not AccessLog.objects.filter(verb=Verb.UNSEALED).exists()


def test_the_history_says_who_handed_over(client, coordinator_praia, leaver, successor, forty):
    pass_on(client, coordinator_praia, leaver, successor)
    line = forty["case"][0].history.latest()
    assert (line.assigned_to, line.history_user) == (successor, coordinator_praia)
    assert line.version == 2


def test_what_others_have_in_hand_stays(client, coordinator_praia, leaver, successor, office_praia, violence):
    theirs = CaseFactory(office=office_praia, author=leaver, assigned_to=coordinator_praia, topic=violence)
    closed = CaseFactory(
        office=office_praia,
        author=leaver,
        assigned_to=leaver,
        state=CaseState.CLOSED,
        closed_at=timezone.now(),
        outcome=OutcomeFactory(),
    )
    nobodys = CaseFactory(office=office_praia, author=leaver)
    pass_on(client, coordinator_praia, leaver, successor)
    for row, owner in ((theirs, coordinator_praia), (closed, leaver), (nobodys, None)):
        row.refresh_from_db()
        assert row.assigned_to == owner
    assert not Handover.objects.exists()


def test_work_in_another_municipality_stays(client, coordinator_praia, leaver, successor, office_sal, sal):
    MembershipFactory(user=leaver, municipality=sal)
    there = CaseFactory(office=office_sal, author=leaver, assigned_to=leaver)
    here = leaver.memberships.get(municipality="CV-PR")
    client.force_login(coordinator_praia)
    client.post(reverse("handover_create", args=[here.pk]), {"everything": successor.pk})
    there.refresh_from_db()
    assert there.assigned_to == leaver
    assert User.objects.get(pk=leaver.pk).municipality_ids() == {"CV-SL"}


def test_an_enquiry_that_moved_with_somebody_is_handed_over_where_it_is_read(
    client, coordinator_praia, leaver, successor, office_praia, office_sal, violence
):
    moved = EnquiryFactory(office=office_praia, author=leaver, topic=violence, moved_to=office_sal)
    pass_on(client, coordinator_praia, leaver, successor)
    moved.refresh_from_db()
    assert moved.assigned_to is None


def test_a_draft_that_was_handed_over_is_gone_on_with_beside_ones_own(
    client, coordinator_praia, leaver, successor, forty
):
    mine = Draft.objects.create(user=successor, form="/workspace/desk/", fields={"note": ["O meu."]})
    pass_on(client, coordinator_praia, leaver, successor)
    client.force_login(successor)
    today = client.get(reverse("cases:today")).text
    handed = Draft.objects.filter(user=successor).exclude(pk=mine.pk)
    assert all(draft.form in today for draft in handed)
    assert "Escrito a meio." in client.get(handed[0].form).text
    assert "O meu." in client.get("/workspace/desk/").text


def test_whatever_was_typed_and_not_sent_goes_with_its_record(
    client, coordinator_praia, leaver, successor, office_praia
):
    case = CaseFactory(office=office_praia, author=leaver, assigned_to=leaver)
    theirs = CaseFactory(office=office_praia, author=leaver, assigned_to=coordinator_praia)
    note, other = (reverse("cases:case_act", args=[one.pk, "note"]) for one in (case, theirs))
    new = reverse("cases:case_create")
    for form, fields in (
        (note, {"text": ["Dela."]}),
        (other, {"text": ["De um colega."]}),
        (reverse("cases:case_refer", args=[case.pk]), {"reason": ["Aulas."]}),
        (new, {"title": ["Começado"], "about": [f"person {1}"]}),
        (reverse("cases:person_create"), {"name": ["Ninguém"]}),
    ):
        Draft.objects.create(user=leaver, form=form, fields=fields)
    Draft.objects.create(user=successor, form=note, fields={"text": ["Minha."]})
    pass_on(client, coordinator_praia, leaver, successor)
    kept = {draft.form: draft for draft in Draft.objects.all()}
    assert kept[note].initial["text"] == "Minha.\n\nDela."
    assert kept[other].user == coordinator_praia
    assert kept[reverse("cases:person_create")].user == leaver
    client.force_login(successor)
    today = client.get(reverse("cases:today")).text
    assert f'href="{note}"' in today
    assert f"{new}{Draft.objects.get(fields__title__0='Começado').pk}/?person=1" in today
    assert other not in today
    assert "Dela." in client.get(note).text
    _pdf, text = briefing_text(client, successor)
    assert "Rascunho de encaminhamento" in text


def test_a_draft_about_a_record_of_another_town_stays(
    client, coordinator_praia, leaver, successor, office_sal
):
    there = CaseFactory(office=office_sal)
    Draft.objects.create(user=leaver, form=reverse("cases:case_act", args=[there.pk, "note"]), fields={})
    pass_on(client, coordinator_praia, leaver, successor)
    assert Draft.objects.get().user == leaver


def test_measures_go_to_whoever_reports_next_whatever_state_the_plan_is_in(
    client, coordinator_praia, leaver, successor, praia
):
    plan = make_plan(praia)
    measure = plan.measures.first()
    PlanMeasure.objects.filter(pk=measure.pk).update(owner=leaver)
    pass_on(client, coordinator_praia, leaver, successor)
    measure.refresh_from_db()
    assert measure.owner == successor
    assert measure.history.latest().history_user == coordinator_praia
    _pdf, text = briefing_text(client, successor)
    assert measure.code in text


def test_somebody_who_has_left_already_is_still_handed_over(
    client, coordinator_praia, leaver, successor, forty
):
    leaver.memberships.update(ends_on=timezone.localdate() - timedelta(days=9))
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    client.force_login(coordinator_praia)
    page = client.get(LIST).text
    assert leaver.name in page
    assert address(leaver) in page
    pass_on(client, coordinator_praia, leaver, successor)
    assert not Case.objects.filter(assigned_to=leaver).exists()
    assert address(leaver) not in client.get(LIST).text


def test_the_last_coordinator_is_refused_until_there_is_another(
    client, dgi_admin, coordinator_praia, successor, office_praia, praia
):
    CaseFactory(office=office_praia, author=coordinator_praia, assigned_to=coordinator_praia)
    response = pass_on(client, dgi_admin, coordinator_praia, successor, status=200)
    assert "só" in response.text or "única" in response.text
    assert Membership.objects.current().filter(user=coordinator_praia).exists()
    assert Case.objects.get().assigned_to == coordinator_praia
    MembershipFactory(user=successor, municipality=praia, role=Role.COORDINATOR)
    pass_on(client, dgi_admin, coordinator_praia, successor)
    assert Case.objects.get().assigned_to == successor


def test_an_administrator_hands_over_and_reads_nothing(client, dgi_admin, leaver, successor, forty):
    pass_on(client, dgi_admin, leaver, successor)
    handed = Handover.objects.get()
    page = client.get(handed.get_absolute_url())
    assert page.status_code == 200
    assert all(row.title not in page.text for row in forty["case"])
    assert client.get(reverse("handover_briefing", args=[handed.pk])).status_code == 403


@pytest.mark.parametrize("to", ["desk_sal", "planner_praia", "leaver", None])
def test_work_goes_to_nobody_who_has_no_desk_there(request, client, coordinator_praia, leaver, forty, to):
    pass_on(client, coordinator_praia, leaver, to and request.getfixturevalue(to), status=200)
    assert Case.objects.filter(assigned_to=leaver).count() == 12
    assert Membership.objects.current().filter(user=leaver).exists()


def test_the_service_refuses_what_the_page_does_not_offer(
    coordinator_praia, leaver, desk_sal, forty, successor
):
    membership = leaver.memberships.get()
    with pytest.raises(ValidationError):
        handover.hand_over(membership, {"case": desk_sal}, by=coordinator_praia)
    with pytest.raises(ValidationError):
        handover.hand_over(membership, {}, by=coordinator_praia)
    for outsider in (successor, desk_sal, leaver):
        with pytest.raises(PermissionDenied):
            handover.hand_over(membership, {"case": successor}, by=outsider)
    assert Case.objects.filter(assigned_to=leaver).count() == 12  # all or nothing


def test_a_second_click_hands_over_once(client, coordinator_praia, leaver, successor, forty):
    client.force_login(coordinator_praia)
    data = {"everything": successor.pk, "once": "6a7e6a5c-8a3b-4d6e-9b8e-2f1f6f0f7a11"}
    first, second = client.post(address(leaver), data), client.post(address(leaver), data)
    assert first.url == second.url == Handover.objects.get().get_absolute_url()


def test_a_role_without_work_just_ends(client, coordinator_praia, leaver):
    pass_on(client, coordinator_praia, leaver, None)
    assert not Membership.objects.current().filter(user=leaver).exists()
    assert not Handover.objects.exists()


def test_a_role_that_somebody_else_gives_stays_with_its_measures(
    client, coordinator_praia, leaver, successor, forty, praia
):
    MembershipFactory(user=leaver, municipality=praia, role=Role.PLANNER)
    PlanMeasure.objects.filter(pk=make_plan(praia).measures.first().pk).update(owner=leaver)
    client.force_login(coordinator_praia)
    officer = leaver.memberships.get(role=Role.OFFICER)
    client.post(reverse("handover_create", args=[officer.pk]), {"everything": successor.pk})
    assert Membership.objects.current().get(user=leaver).role == Role.PLANNER
    assert PlanMeasure.objects.filter(owner=leaver).exists()
    assert not Case.objects.filter(assigned_to=leaver).exists()


def test_the_preview_counts_each_kind_once(client, coordinator_praia, leaver, forty):
    client.force_login(coordinator_praia)
    who = handover.leaving(leaver.memberships.get(), coordinator_praia)
    assert {kind.name: number for kind, number in who.piles} == PILES


def test_the_pages_cost_the_same_for_few_and_many(
    client, coordinator_praia, leaver, successor, office_praia, violence, praia, count_queries
):
    client.force_login(coordinator_praia)
    in_hand(leaver, office_praia, violence)
    pages = (LIST, address(leaver))
    few = [count_queries(lambda page=page: client.get(page)) for page in pages]
    for _number in range(20):
        CaseFactory(office=office_praia, author=leaver, assigned_to=leaver)
        gone = MembershipFactory(municipality=praia, ends_on=timezone.localdate() - timedelta(days=1)).user
        CaseFactory(office=office_praia, author=gone, assigned_to=gone)
    assert [count_queries(lambda page=page: client.get(page)) for page in pages] == few


def test_the_briefing_costs_the_same_for_few_and_many(
    client, coordinator_praia, leaver, successor, office_praia, violence, count_queries
):
    CaseFactory(office=office_praia, author=leaver, assigned_to=leaver)
    row = {"successor": successor, "municipality": office_praia.municipality}
    row |= {"leaver": leaver, "by": coordinator_praia}
    few = Handover.objects.create(**row, moved={"case": list(Case.objects.values_list("pk", flat=True))})
    in_hand(leaver, office_praia, violence)
    many = Handover.objects.create(**row, moved={"case": list(Case.objects.values_list("pk", flat=True))})
    assert handover.briefing(few, leaver)  # reads the reader's roles, once
    counts = [count_queries(lambda each=each: handover.briefing(each, leaver)) for each in (few, many)]
    assert counts[0] == counts[1]


def test_handover_goes_to_somebody_else(leaver, praia, coordinator_praia):
    with pytest.raises(IntegrityError, match="handover_goes_to_somebody_else"):
        Handover.objects.create(leaver=leaver, successor=leaver, municipality=praia, by=coordinator_praia)
