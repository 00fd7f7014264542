"""What is done with a case beside its life: begun at the desk, named, printed; deadlines from the record."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Draft
from cases.models import Case, DeadlineRule, Enquiry, FollowUp, IdentityDocument, Person
from cases.services.cases import file_enquiry, name_case
from cases.services.codes import give_code
from cases.services.deadlines import count_known_deadlines, known_deadlines
from cases.services.enquiries import correct_enquiry
from cases.services.erasure import erase_person
from tests.factories import CaseFactory, EnquiryFactory, OutcomeFactory, PersonFactory

CREATE = "/workspace/desk/enquiries/new/"
TODAY = "/workspace/desk/today/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def person(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, born_on=date(2012, 2, 29))


@pytest.fixture
def case(office_praia, desk_praia, renewal) -> Case:
    return CaseFactory(office=office_praia, author=desk_praia, topic=renewal, number="GAI-PR-2026-00001")


def rule(renewal, code="D1", **fields) -> DeadlineRule:
    fields = {"counts_from": "visa", "offset_hours": -24 * 15} | fields
    row = DeadlineRule.objects.create(code=code, name_pt=f"Prazo {code}", **fields)
    renewal.deadlines.add(row)
    return row


def visa(person: Person, day: date, number="V1") -> IdentityDocument:
    return IdentityDocument.objects.create(
        person=person, kind="visa", number=number, country="CV", expires_on=day
    )


# Begun while an enquiry is recorded


@pytest.mark.parametrize(("chosen", "said"), [("informed", "case_opened"), ("supported", "supported")])
def test_a_matter_whose_case_is_opened_is_not_settled_unless_somebody_says_so(desk, fields, chosen, said):
    OutcomeFactory(code="supported", order=2, closes=True)
    opened = OutcomeFactory(code="case_opened", order=3, closes=False)
    desk.post(CREATE, fields | {"outcome": chosen, "open_case": "1"})
    assert Enquiry.objects.get().outcome_id == said
    desk.post(CREATE, fields | {"outcome": chosen})
    assert Enquiry.objects.latest("pk").outcome_id == chosen
    opened.is_active = False
    opened.save()
    desk.post(CREATE, fields | {"outcome": chosen, "open_case": "1"})
    assert Enquiry.objects.latest("pk").outcome_id == chosen


def test_an_enquiry_and_its_case_are_one_step(desk, fields, desk_praia):
    response = desk.post(CREATE, fields | {"open_case": "1"})
    case = Case.objects.get()
    enquiry = Enquiry.objects.get()
    assert response.url == case.get_absolute_url()
    assert (enquiry.case, case.topic, case.assigned_to) == (case, enquiry.topic, desk_praia)


def test_a_case_that_begins_with_a_named_enquiry_has_its_deadlines(desk, fields, person, renewal):
    in_a_year = timezone.localdate() + timedelta(days=365)
    rule(renewal)
    visa(person, in_a_year)
    desk.post(CREATE, fields | {"open_case": "1", "who": "known", "person": person.pk})
    follow_up = FollowUp.objects.get()
    assert (follow_up.source, follow_up.due_on) == ("deadline", in_a_year - timedelta(days=15))
    assert follow_up.person == person


@pytest.mark.parametrize("typed", ["GAI-PR-2026-00001", "gai-pr-2026-00001"])
def test_an_enquiry_goes_under_a_case_by_its_number(desk, fields, case, typed):
    desk.post(CREATE, fields | {"case_number": typed})
    assert Enquiry.objects.get().case == case


def test_the_case_page_leads_to_the_form_with_its_number(desk, case, person):
    Case.objects.update(person=person)
    form = desk.get(f"{CREATE}?case={case.pk}").context["form"]
    assert form["case_number"].value() == case.number
    assert (form["topic"].value(), form["person"].value()) == (case.topic_id, str(person.pk))


@pytest.mark.parametrize("change", [{"state": "closed"}, {"office": "sal"}, {"is_restricted": True}])
def test_a_case_that_is_closed_elsewhere_or_not_to_be_read_is_unknown(
    desk, fields, case, change, office_sal, desk_sal, informed
):
    if change.get("state"):
        change |= {"closed_at": timezone.now(), "outcome": informed}
    if change.get("office"):
        change = {"office": office_sal}
    Case.objects.update(author=desk_sal, **change)
    response = desk.post(CREATE, fields | {"case_number": case.number})
    assert "case_number" in response.context["form"].errors
    assert not Enquiry.objects.exists()


def test_somebody_else_is_not_recorded_under_the_case_of_a_person(desk, fields, case, person, office_praia):
    Case.objects.update(person=PersonFactory(office=office_praia))
    response = desk.post(
        CREATE, fields | {"case_number": case.number, "who": "known", "person": person.pk, "note": "texto"}
    )
    assert response.context["form"].non_field_errors()
    assert not Enquiry.objects.exists()


# Whose it is


def test_who_works_on_a_nameless_case_names_it_and_a_coordinator_changes_the_name(
    case, person, office_praia, desk_praia, coordinator_praia
):
    name_case(case, person, by=desk_praia)
    case.refresh_from_db()
    other = PersonFactory(office=office_praia)
    with pytest.raises(PermissionDenied):
        name_case(case, other, by=desk_praia)
    name_case(case, other, by=coordinator_praia)
    case.refresh_from_db()
    assert case.person == other
    assert [row.person_id for row in case.history.order_by("history_id")][-2:] == [person.pk, other.pk]


def test_what_is_to_be_done_goes_along_and_a_restricted_person_restricts_the_case(
    case, office_praia, desk_praia
):
    hidden = PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)
    FollowUp.objects.create(
        office=office_praia, case=case, title="Telefonar", due_on=date(2027, 1, 1), author=desk_praia
    )
    name_case(case, hidden, by=desk_praia)
    case.refresh_from_db()
    follow_up = FollowUp.objects.get()
    assert case.is_restricted
    assert (follow_up.person, follow_up.is_restricted) == (hidden, True)


def test_a_case_is_not_named_after_somebody_else_than_its_enquiries(case, person, office_praia, desk_praia):
    EnquiryFactory(
        office=office_praia, author=desk_praia, case=case, person=PersonFactory(office=office_praia)
    )
    with pytest.raises(ValidationError):
        name_case(case, person, by=desk_praia)


def test_the_person_of_a_case_is_found_on_its_page(desk, case, person):
    url = reverse("cases:case_person", args=[case.pk])
    found = desk.post(url, {"who": "known", "asked": person.name})
    assert str(person.pk) in dict(found.context["form"].fields["person"].choices)
    assert AccessLog.objects.filter(verb="searched").count() == 1
    desk.post(url, {"who": "known", "person": person.pk})
    case.refresh_from_db()
    assert case.person == person


def test_strangers_name_nobody(case, person, desk_sal, planner_praia, dgi_admin):
    for user in (desk_sal, planner_praia, dgi_admin):
        with pytest.raises(PermissionDenied):
            name_case(case, person, by=user)


def test_correcting_an_enquiry_names_nobody_else_than_its_case(case, person, desk, office_praia, desk_praia):
    Case.objects.update(person=PersonFactory(office=office_praia))
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic=case.topic, case=case)
    with pytest.raises(ValidationError):
        correct_enquiry(enquiry, {"person": person}, version=1, by=desk_praia)
    sent = {
        "topic": enquiry.topic_id,
        "channel": enquiry.channel_id,
        "outcome": enquiry.outcome_id,
        "version": "1",
        "who": "known",
        "person": person.pk,
    }
    response = desk.post(reverse("cases:enquiry_correct", args=[enquiry.pk]), sent)
    assert response.context["form"].errors


def test_a_conversation_under_a_code_leaves_it_when_its_case_has_a_name(
    case, person, office_praia, desk_praia
):
    met = EnquiryFactory(office=office_praia, author=desk_praia, topic=case.topic)
    give_code(met, by=desk_praia)
    file_enquiry(met, case, by=desk_praia)
    met.refresh_from_db()
    assert met.return_code is not None
    name_case(case, person, by=desk_praia)
    met.refresh_from_db()
    assert met.return_code is None


# Deadlines


def test_of_several_visas_the_one_counts_that_holds_longest(case, person, renewal, desk_praia):
    Case.objects.update(person=person)
    case.refresh_from_db()
    within = rule(renewal)
    visa(person, date(2027, 1, 1))
    visa(person, date(2028, 1, 31), "V2")
    [known] = known_deadlines(case, desk_praia)
    assert (known.rule, known.counted_from, known.due_on) == (within, date(2028, 1, 31), date(2028, 1, 16))


def test_a_birthday_on_the_last_of_february_counts_from_march(case, person, renewal, desk_praia):
    Case.objects.update(person=person)
    case.refresh_from_db()
    rule(renewal, counts_from="birthday", at_age=14, offset_hours=24 * 45)
    [known] = known_deadlines(case, desk_praia)
    assert (known.counted_from, known.due_on) == (date(2026, 3, 1), date(2026, 4, 15))


def test_nothing_is_known_of_a_nameless_case_nor_of_what_is_not_on_file(case, person, renewal, desk_praia):
    rule(renewal)
    rule(renewal, "D3", counts_from="", offset_hours=24 * 8)
    assert known_deadlines(case, desk_praia) == []
    Case.objects.update(person=person)
    case.refresh_from_db()
    assert known_deadlines(case, desk_praia) == []


def test_a_deadline_that_has_passed_is_proposed_and_not_counted_by_itself(
    case, person, renewal, desk, desk_praia
):
    Case.objects.update(person=person)
    case.refresh_from_db()
    within = rule(renewal)
    visa(person, timezone.localdate())
    count_known_deadlines(case, by=desk_praia)
    assert not FollowUp.objects.exists()
    url = reverse("cases:case_act", args=[case.pk, "deadline"])
    form = desk.get(url).context["form"]
    assert form["known"].value() == within.pk
    desk.post(url, {"known": within.pk})
    assert FollowUp.objects.get().counted_from == timezone.localdate()


def test_another_day_is_written_by_hand(case, person, renewal, desk):
    Case.objects.update(person=person)
    within = rule(renewal)
    visa(person, date(2027, 1, 31))
    url = reverse("cases:case_act", args=[case.pk, "deadline"])
    assert set(desk.post(url, {"known": ""}).context["form"].errors) == {"rule", "counted_from"}
    desk.post(url, {"known": "", "rule": within.pk, "counted_from": "2027-03-31"})
    assert FollowUp.objects.get().due_on == date(2027, 3, 16)


@pytest.mark.parametrize("fields", [{"counts_from": "birthday"}, {"counts_from": "visa", "at_age": 14}])
def test_a_deadline_of_a_birthday_says_which(db, fields):
    with pytest.raises(IntegrityError, match="deadline_of_a_birthday_says_which"):
        DeadlineRule.objects.create(code="D9", name_pt="Prazo", **fields)


# Things to do outside a case


def test_something_to_do_is_added_for_the_office(desk, office_praia, desk_praia):
    url = reverse("cases:follow_up_create")
    sent = {"title": "Comprar papel", "due_on": "2027-01-31", "assigned_to": desk_praia.pk}
    assert desk.post(url, sent).url == TODAY
    follow_up = FollowUp.objects.get()
    assert (follow_up.office, follow_up.person, follow_up.case) == (office_praia, None, None)
    assert (follow_up.assigned_to, follow_up.is_restricted) == (desk_praia, False)


def test_something_to_do_is_added_for_somebody_on_record(desk, person):
    url = reverse("cases:follow_up_create") + f"?person={person.pk}"
    sent = {"title": "Telefonar", "due_on": "2027-01-31", "assigned_to": ""}
    assert desk.post(url, sent).url == person.get_absolute_url()
    assert FollowUp.objects.get().person == person


def test_what_is_missing_is_told_and_nothing_typed_is_lost(desk):
    response = desk.post(reverse("cases:follow_up_create"), {"title": "Comprar papel", "due_on": ""})
    assert "due_on" in response.context["form"].errors
    assert "Comprar papel" in response.content.decode()


def test_nothing_is_added_for_whom_another_office_has_on_record(desk, office_sal, desk_sal):
    stranger = PersonFactory(office=office_sal, author=desk_sal)
    assert desk.get(reverse("cases:follow_up_create") + f"?person={stranger.pk}").status_code == 404


# On paper, and drafts


def test_the_sheet_tells_all_of_the_case_and_is_logged_as_printed(desk, case, office_praia, desk_praia):
    case.notes.create(text="Expliquei os passos", author=desk_praia)
    page = desk.get(reverse("cases:case_sheet", args=[case.pk])).content.decode()
    assert "Expliquei os passos" in page
    line = AccessLog.objects.get()
    assert (line.verb, line.label) == ("printed", case.number)


def test_a_sheet_costs_as_much_for_twenty_notes_as_for_one(desk, case, desk_praia, count_queries):
    def read() -> None:
        desk.get(reverse("cases:case_sheet", args=[case.pk]))

    case.notes.create(text="Uma nota", author=desk_praia)
    read()
    one = count_queries(read)
    for number in range(19):
        case.notes.create(text=f"Nota {number}", author=desk_praia)
    assert count_queries(read) == one


@pytest.mark.parametrize("act", ["note", "close"])
def test_what_is_typed_in_a_long_form_is_kept_as_a_draft_until_it_is_sent(desk, case, desk_praia, act):
    url = reverse("cases:case_act", args=[case.pk, act])
    assert "data-draft-url" in desk.get(url).content.decode()
    field = "text" if act == "note" else "reason"
    Draft.objects.create(user=desk_praia, form=url, fields={field: ["Ainda a meio"]})
    assert desk.get(url).context["form"][field].value() == "Ainda a meio"


def test_a_draft_of_one_case_is_not_offered_for_another_matter(desk, person, office_praia, desk_praia):
    url = reverse("cases:case_create")
    Draft.objects.create(
        user=desk_praia, form=url, fields={"title": ["Renovar"], "about": [f"person {person.pk}"]}
    )
    assert desk.get(url).context["form"]["title"].value() is None
    assert desk.get(f"{url}?person={person.pk}").context["form"]["title"].value() == "Renovar"


def test_drafts_about_a_persons_case_go_with_the_person(desk, case, person, desk_praia):
    Case.objects.update(person=person)
    Draft.objects.create(
        user=desk_praia, form=reverse("cases:case_act", args=[case.pk, "note"]), fields={"text": ["segredo"]}
    )
    Draft.objects.create(
        user=desk_praia,
        form=reverse("cases:case_create"),
        fields={"title": ["segredo"], "about": [f"person {person.pk}"]},
    )
    erase_person(person, by=desk_praia)
    assert not Draft.objects.exists()


def test_the_button_that_closes_a_case_says_so_and_the_outcome_is_asked_for_in_words(desk, case, informed):
    page = desk.get(reverse("cases:case_act", args=[case.pk, "close"])).content.decode()
    assert ">Encerrar o processo</button>" in page
    assert ">Escolha</option>" in page
    assert "---------" not in page


def test_a_case_asks_for_the_day_of_each_legal_deadline_that_nobody_has_counted(desk, case, renewal):
    loss = rule(renewal, code="D4", offset_hours=48)
    assert desk.get(case.get_absolute_url()).context["uncounted"] == [loss]
    today = timezone.localdate()
    desk.post(
        reverse("cases:case_act", args=[case.pk, "deadline"]), {"rule": "D4", "counted_from": str(today)}
    )
    assert case.follow_ups.get().due_on == today + timedelta(days=2)
    assert desk.get(case.get_absolute_url()).context["uncounted"] == []
