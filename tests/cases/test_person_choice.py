"""An enquiry is anonymous first, and names somebody on record only with consent."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Draft
from cases.models import Enquiry, Person
from cases.services.drafts import handed_drafts
from cases.services.enquiries import correct_enquiry, log_enquiry
from cases.services.erasure import erase_person
from tests.factories import CaseFactory, EnquiryFactory, LanguageFactory, PersonFactory

CREATE = "/workspace/desk/enquiries/new/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    return PersonFactory(
        office=office_praia,
        author=desk_praia,
        name="Maria Tavares",
        sex="f",
        nationality="GW",
        born_on=timezone.localdate() - timedelta(days=30 * 366),
        language=LanguageFactory(),
    )


def test_nothing_chosen_is_anonymous(desk, fields, maria):
    desk.post(CREATE, fields)
    desk.post(CREATE, fields | {"who": "anonymous", "asked": "Maria", "person": maria.pk})
    assert [enquiry.person for enquiry in Enquiry.objects.all()] == [None, None]


def test_somebody_on_record_is_found_and_chosen(desk, fields, maria):
    page = desk.post(CREATE, fields | {"who": "known", "asked": "tavarez maria"})
    form = page.context["form"]
    assert not form.is_bound  # a step on the way is no mistake
    assert form["topic"].value() == fields["topic"]
    assert not Enquiry.objects.exists()
    assert "Maria Tavares" in page.content.decode()
    assert "error-summary" not in page.content.decode()
    assert AccessLog.objects.get().verb == "searched"
    desk.post(CREATE, fields | {"who": "known", "person": maria.pk})
    enquiry = Enquiry.objects.get()
    assert enquiry.person == maria
    assert (enquiry.sex, enquiry.nationality, enquiry.language.pk, enquiry.age_band) == (
        "f",
        "GW",
        "pt",
        "25-34",
    )


def test_a_name_and_enter_bring_who_is_found_even_before_a_topic_is_chosen(desk, fields, maria):
    page = desk.post(CREATE, fields | {"topic": "", "who": "known", "asked": "tavarez", "note": "uma nota"})
    assert "error-summary" not in page.content.decode()
    form = page.context["form"]
    assert (form["person"].value(), form["note"].value()) == (None, "uma nota")  # it is spelled otherwise
    assert re.search(r'<input type="radio" name="person"[^>]* autofocus', page.content.decode())
    assert not re.search(r"<select[^>]* autofocus", page.content.decode())


@pytest.mark.parametrize("is_restricted", [False, True])
def test_the_only_one_of_that_name_is_chosen_already_unless_restricted(
    desk, fields, maria, office_praia, is_restricted
):
    Person.objects.update(is_restricted=is_restricted)
    form = desk.post(CREATE, fields | {"who": "known", "asked": "Maria Tavares"}).context["form"]
    assert form["person"].value() == (None if is_restricted else str(maria.pk))
    assert [person.pk for person in form.offered] == [maria.pk]
    PersonFactory(office=office_praia, name="Maria Tavares")
    form = desk.post(CREATE, fields | {"who": "known", "asked": "Maria Tavares"}).context["form"]
    assert form["person"].value() is None


def test_what_the_officer_writes_goes_before_the_record(desk, fields, maria):
    desk.post(CREATE, fields | {"who": "known", "person": maria.pk, "nationality": "SN"})
    assert Enquiry.objects.get().nationality == "SN"


def test_from_somebodys_page_they_are_chosen_already(desk, maria):
    form = desk.get(CREATE, {"person": maria.pk}).context["form"]
    assert (form["who"].value(), form["person"].value()) == ("known", str(maria.pk))
    assert form.offers_person


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"asked": "Zzyzx"}, "asked"),
        ({}, "asked"),
        ({"person": "999999"}, "person"),
        ({"person": "x"}, "person"),
    ],
)
def test_nobody_chosen_is_told_and_nothing_lost(desk, fields, sent, field):
    form = desk.post(CREATE, fields | {"who": "known", "note": "uma nota"} | sent).context["form"]
    assert field in form.errors
    assert form["note"].value() == "uma nota"
    assert not Enquiry.objects.exists()


def test_somebody_of_another_office_cannot_be_chosen(desk, fields, office_sal, desk_sal):
    stranger = PersonFactory(office=office_sal, author=desk_sal, name="Segredo de Sal")
    page = desk.post(CREATE, fields | {"who": "known", "person": stranger.pk})
    assert "person" in page.context["form"].errors
    assert "Segredo" not in page.content.decode()
    assert "Segredo" not in desk.get(CREATE, {"person": stranger.pk}).content.decode()


def test_somebody_whose_agreement_has_ended_cannot_be_named(desk, fields, office_praia, desk_praia):
    ended = PersonFactory(
        office=office_praia, author=desk_praia, consent__starts_on=timezone.localdate() - timedelta(days=800)
    )
    form = desk.post(CREATE, fields | {"who": "known", "person": ended.pk}).context["form"]
    assert "person" in form.errors
    assert not Enquiry.objects.exists()


def test_somebody_new_is_searched_for_first_while_the_enquiry_waits(desk, fields, desk_praia):
    sent = fields | {"who": "new", "asked": "Fatumata Djaló", "note": "uma nota"}
    page = desk.post(CREATE, sent, follow=True)
    assert page.redirect_chain[-1][0].startswith("/workspace/desk/people/?search=")
    assert page.context["text"] == "Fatumata Djaló"
    assert not Enquiry.objects.exists()
    draft = Draft.objects.get(user=desk_praia)
    assert "Fatumata" not in str(draft.fields)
    assert desk.get(CREATE).context["form"]["note"].value() == "uma nota"


def test_the_waiting_enquiry_goes_on_with_the_person_who_was_recorded(desk, fields, maria):
    desk.post(CREATE, fields | {"who": "new", "note": "uma nota"})
    form = desk.get(CREATE, {"person": maria.pk}).context["form"]
    assert (form["who"].value(), form["note"].value()) == ("known", "uma nota")


def keep(desk, page, **typed) -> None:
    """What is typed in a page's form, kept where the page says."""
    url = re.search(r'data-draft-url="([^"]+)"', page.content.decode())[1]
    assert desk.post(url, typed).status_code == 200


def test_what_was_typed_of_one_person_does_not_come_up_under_another(desk, maria, office_praia, desk_praia):
    other = PersonFactory(office=office_praia, author=desk_praia)
    for person, note in ((maria, "Contou que o marido lhe bate."), (other, "Quer estudar.")):
        page = desk.get(CREATE, {"person": person.pk})
        assert page.context["draft"] is None
        keep(desk, page, who="known", person=person.pk, note=note)
    for person, note in ((maria, "Contou que o marido lhe bate."), (other, "Quer estudar.")):
        assert desk.get(CREATE, {"person": person.pk}).context["form"]["note"].value() == note
    assert desk.get(CREATE).context["draft"] is None
    assert handed_drafts(desk_praia) == []  # they are one's own


def test_what_was_typed_of_one_case_does_not_come_up_under_another(desk, office_praia, desk_praia):
    one, other = (CaseFactory(office=office_praia, author=desk_praia) for _n in range(2))
    keep(desk, desk.get(CREATE, {"case": one.pk}), note="Foi despejada.")
    assert desk.get(CREATE, {"case": other.pk}).context["draft"] is None
    assert desk.get(CREATE, {"case": one.pk}).context["draft"].first("note") == "Foi despejada."


def test_a_sent_enquiry_takes_its_own_draft_along_and_no_other(desk, fields, maria, desk_praia):
    keep(desk, desk.get(CREATE), note="De outra pessoa.")
    keep(desk, desk.get(CREATE, {"person": maria.pk}), note="Da Maria.")
    desk.post(f"{CREATE}?person={maria.pk}", fields | {"who": "known", "person": maria.pk})
    assert Draft.objects.get().first("note") == "De outra pessoa."


def test_the_waiting_enquiry_belongs_to_whoever_it_went_on_with(desk, fields, maria, office_praia):
    desk.post(CREATE, fields | {"who": "new", "note": "uma nota"})
    page = desk.get(CREATE, {"person": maria.pk})
    assert 'name="waiting"' in page.content.decode()
    keep(desk, page, who="known", person=maria.pk, note="uma nota longa")
    assert desk.get(CREATE, {"person": PersonFactory(office=office_praia).pk}).context["draft"] is None
    assert desk.get(CREATE, {"person": maria.pk}).context["form"]["note"].value() == "uma nota longa"
    desk.post(f"{CREATE}?person={maria.pk}", fields | {"who": "known", "person": maria.pk, "waiting": "1"})
    assert not Draft.objects.exists()


def test_what_waits_somewhere_else_is_not_lost_by_sending_twice(desk, fields, maria):
    desk.post(CREATE, fields | {"who": "new", "note": "uma nota"})
    sent = fields | {"who": "known", "person": maria.pk, "once": str(uuid4())}
    for _n in range(2):
        desk.post(f"{CREATE}?person={maria.pk}", sent)
    assert Draft.objects.get().first("note") == "uma nota"


def test_the_draft_of_somebody_goes_with_their_record_also_when_only_the_address_names_them(
    desk, maria, desk_praia
):
    keep(desk, desk.get(CREATE, {"person": maria.pk}), note="Contou que o marido lhe bate.")
    erase_person(maria, by=desk_praia)
    assert not Draft.objects.exists()


def test_the_service_names_nobody_whom_the_officer_may_not_read(
    renewal, in_person, informed, office_praia, desk_praia, office_sal, desk_sal
):
    content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    stranger = PersonFactory(office=office_sal, author=desk_sal)
    with pytest.raises(PermissionDenied):
        log_enquiry(content | {"person": stranger}, by=desk_praia)
    enquiry = log_enquiry(content, by=desk_praia)
    with pytest.raises(PermissionDenied):
        correct_enquiry(enquiry, {"person": stranger}, version=1, by=desk_praia)


def test_an_enquiry_is_ascribed_and_released_by_a_correction(desk, fields, maria, office_praia, desk_praia):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic_id=fields["topic"])
    address = reverse("cases:enquiry_correct", args=[enquiry.pk])
    html = desk.post(
        address, fields | {"version": 1, "who": "known", "person": maria.pk}, follow=True
    ).content.decode()
    enquiry.refresh_from_db()
    assert enquiry.person == maria
    assert f"<ins>{maria.reference}</ins>" in html
    form = desk.get(address).context["form"]
    assert (form["who"].value(), form["person"].value()) == ("known", str(maria.pk))
    desk.post(address, fields | {"version": 2, "who": "anonymous"})
    enquiry.refresh_from_db()
    assert enquiry.person is None


def test_correcting_keeps_a_restricted_person_of_a_colleague_unread(
    desk, fields, office_praia, desk_praia, coordinator_praia
):
    hidden = PersonFactory(office=office_praia, author=coordinator_praia, name="Segredo", is_restricted=True)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic_id=fields["topic"], person=hidden)
    address = reverse("cases:enquiry_correct", args=[enquiry.pk])
    assert "Segredo" not in desk.get(address).content.decode()
    assert "Segredo" not in desk.get(enquiry.get_absolute_url()).content.decode()
    desk.post(address, fields | {"version": 1, "who": "anonymous", "note": "outra nota"})
    enquiry.refresh_from_db()
    assert (enquiry.person, enquiry.note) == (hidden, "outra nota")


def test_a_named_enquiry_says_whose_it_is_and_the_reading_is_noted(desk, maria, office_praia, desk_praia):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, person=maria)
    assert "Maria Tavares" in desk.get(enquiry.get_absolute_url()).content.decode()
    assert AccessLog.objects.of(enquiry).get().verb == "read"


def test_reading_an_anonymous_enquiry_needs_no_line(desk, office_praia, desk_praia):
    desk.get(EnquiryFactory(office=office_praia, author=desk_praia).get_absolute_url())
    assert not AccessLog.objects.exists()
