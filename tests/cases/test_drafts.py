"""What was typed at the desk and not sent: whom it reaches when its writer leaves, and how it ends."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.access import Verb
from accounts.models import AccessLog, Draft, User
from accounts.roles import Role
from cases.models import Person
from cases.services.erasure import erase_person
from municipalities.models import Office
from tests.cases.walking import Forms
from tests.conftest import member
from tests.factories import (
    CaseFactory,
    ChannelFactory,
    EnquiryFactory,
    OutcomeFactory,
    PersonFactory,
    TopicFactory,
)
from tests.test_handover import address, pass_on

DESK = "/workspace/desk/"
SECRET = "Fugiu do marido, dorme em casa da irmã."


@pytest.fixture
def rosa(praia) -> User:
    return member("rosa.lima@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def maria(praia) -> User:
    return member("maria.tavares@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def violence(db):
    return TopicFactory(code="VBG.01", restricted=True)


def typed(user: User, form: str, **fields: str) -> Draft:
    sent = {name: [value] for name, value in fields.items()}
    return Draft.objects.create(user=user, form=form, fields=sent)


def number_of(office: Office, number: int) -> str:
    return f"GAI-{office.code}-{timezone.localdate().year}-{number:05}"


def save(client, form: str, **fields) -> int:
    """What the page of a form sends while somebody types."""
    url = reverse("accounts:draft_save") + f"?form={form}"
    content_type = "application/x-www-form-urlencoded"
    return client.post(url, urlencode(fields, doseq=True), content_type=content_type).status_code


# Handed over


def test_what_was_typed_about_somebody_restricted_goes_to_whoever_reads_them(
    client, coordinator_praia, desk_praia, rosa, office_praia
):
    person = PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)
    typed(desk_praia, DESK, who="known", person=str(person.pk), note=SECRET)
    pass_on(client, coordinator_praia, desk_praia, rosa, draft=coordinator_praia)
    assert not Person.objects.visible_to(coordinator_praia).filter(pk=person.pk).exists()
    draft = Draft.objects.get()
    assert draft.user == rosa
    assert SECRET not in client.get(draft.form).text
    client.force_login(rosa)
    assert SECRET in client.get(draft.form).text


def test_a_draft_about_a_colleagues_restricted_record_goes_to_the_colleague(
    client, coordinator_praia, desk_praia, rosa, maria, office_praia, violence
):
    person = PersonFactory(office=office_praia, author=maria, is_restricted=True)
    case = CaseFactory(office=office_praia, author=maria, topic=violence, number=number_of(office_praia, 12))
    typed(desk_praia, reverse("cases:enquiry_create"), who="known", person=str(person.pk), note=SECRET)
    typed(desk_praia, f"{reverse('cases:enquiry_create')}?person={person.pk}", note=SECRET)
    typed(desk_praia, DESK, case_number="12", note=SECRET)
    typed(desk_praia, reverse("cases:case_act", args=[case.pk, "note"]), text=SECRET)
    typed(desk_praia, reverse("cases:case_create"), about=f"person {person.pk}", title=SECRET)
    pass_on(client, coordinator_praia, desk_praia, rosa)
    assert set(Draft.objects.values_list("user", flat=True)) == {maria.pk}
    assert Draft.objects.count() == 5


def test_a_case_begun_for_a_restricted_enquiry_goes_to_whoever_takes_the_enquiry(
    client, coordinator_praia, desk_praia, rosa, office_praia, violence
):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic=violence)
    typed(desk_praia, reverse("cases:case_create"), about=f"enquiry {enquiry.pk}", title=SECRET)
    pass_on(client, coordinator_praia, desk_praia, rosa, draft=coordinator_praia)
    assert Draft.objects.get().user == rosa


def test_a_draft_in_a_case_goes_to_nobody_who_has_left(
    client, coordinator_praia, desk_praia, rosa, maria, office_praia
):
    case = CaseFactory(office=office_praia, author=maria, assigned_to=maria)
    maria.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    typed(desk_praia, reverse("cases:case_act", args=[case.pk, "note"]), text="Telefonou outra vez.")
    pass_on(client, coordinator_praia, desk_praia, rosa)
    assert Draft.objects.get().user == rosa


def test_a_draft_that_nobody_may_read_ends(client, coordinator_praia, desk_praia, rosa, maria, office_praia):
    case, other = (
        CaseFactory(office=office_praia, author=author, is_restricted=True) for author in (maria, rosa)
    )
    form = reverse("cases:case_act", args=[case.pk, "note"])
    typed(desk_praia, form, text=SECRET, about=f"case {other.pk}")
    pass_on(client, coordinator_praia, desk_praia, rosa)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("cases:enquiry_create", {"topic": "VBG.01"}),
        ("cases:enquiry_create", {"topic": "RES.02", "further_topics": "VBG.01"}),
        ("cases:case_create", {"topic": "VBG.01"}),
        ("cases:case_create", {"topic": "RES.02", "is_restricted": "on"}),
    ],
)
def test_who_takes_a_restricted_draft_over_alone_is_seen_to_open_it(
    client, coordinator_praia, desk_praia, office_praia, violence, form, fields
):
    typed(desk_praia, reverse(form), note=SECRET, **fields)
    pass_on(client, coordinator_praia, desk_praia, coordinator_praia)
    line = AccessLog.objects.get(verb=Verb.UNSEALED)
    assert (line.user, line.key) == (coordinator_praia, str(Draft.objects.get().pk))
    assert line.why
    page = client.get(reverse("cases:unsealed_list")).text
    assert "Rascunho de" in page


def test_who_gives_a_restricted_draft_to_a_colleague_opens_nothing(
    client, coordinator_praia, desk_praia, rosa, office_praia, violence
):
    typed(desk_praia, DESK, topic="VBG.01", note=SECRET)
    pass_on(client, coordinator_praia, desk_praia, rosa)
    assert not AccessLog.objects.filter(verb=Verb.UNSEALED).exists()


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("cases:enquiry_create", {"office": ["", "2"], "note": "x"}),
        ("cases:enquiry_create", {"person": ["1", "2", "9" * 5000], "case_number": ["9" * 5000, "1"]}),
        ("cases:enquiry_create", {"case_number": "-" * 60_000, "topic": ["RES.02", "VBG.01"]}),
        ("cases:case_create", {"about": ["person 1", "person 2"], "title": ["x", "y"]}),
        ("cases:case_create", {"about": f"case {'9' * 18}", "topic": ["1", "2"], "priority": ["1", "2"]}),
    ],
)
def test_whatever_was_sent_as_a_draft_it_can_be_handed_over_and_opened(
    client, coordinator_praia, desk_praia, rosa, office_praia, form, fields
):
    ChannelFactory(), OutcomeFactory(), TopicFactory(code="RES.02")
    client.force_login(desk_praia)
    assert save(client, reverse(form), **fields) == 200
    client.force_login(coordinator_praia)
    assert client.get(address(desk_praia)).status_code == 200
    pass_on(client, coordinator_praia, desk_praia, rosa)
    draft = Draft.objects.get()
    client.force_login(rosa)
    assert draft.form in client.get(reverse("cases:today")).text
    assert client.get(draft.form).status_code == 200


def test_nothing_is_lost_of_two_drafts_that_were_begun_in_the_same_form(
    client, coordinator_praia, desk_praia, rosa, office_praia
):
    TopicFactory(code="RES.02")
    ana, bento = (PersonFactory(office=office_praia, author=desk_praia) for _ in range(2))
    new, suggestion = reverse("cases:case_create"), reverse("cases:suggestion_create", args=["RES.02"])
    typed(desk_praia, new, title="Casa da Ana", about=f"person {ana.pk}")
    typed(rosa, new, title="Escola do Bento", about=f"person {bento.pk}")
    typed(desk_praia, suggestion, text_pt="A taxa mudou.")
    typed(rosa, suggestion, text_pt="O prazo mudou.")
    pass_on(client, coordinator_praia, desk_praia, rosa)
    client.force_login(rosa)
    today = client.get(reverse("cases:today")).text
    handed = Draft.objects.get(fields__title__0="Casa da Ana")
    url = f"{handed.form}?person={ana.pk}"
    assert f'href="{url}"' in today
    assert "Casa da Ana" in client.get(url).text
    assert "Escola do Bento" in client.get(f"{new}?person={bento.pk}").text
    both = client.get(suggestion).text
    assert "A taxa mudou." in both
    assert "O prazo mudou." in both


def test_a_draft_about_somebody_of_another_town_stays(
    client, coordinator_praia, desk_praia, rosa, office_sal
):
    person = PersonFactory(office=office_sal)
    typed(desk_praia, reverse("cases:case_create"), about=f"person {person.pk}", title="Ali")
    pass_on(client, coordinator_praia, desk_praia, rosa)
    assert Draft.objects.get().user == desk_praia


# Erased


@pytest.fixture
def fatoumata(office_praia, desk_praia) -> Person:
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Diallo")
    person.aliases.create(name="Fanta da Silva")
    person.documents_of_identity.create(kind="passport", country="GN", number="AB 123-456")
    person.contacts.create(channel="phone", value="+2389912345", tail="9912345")
    return person


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("cases:person_create", {"name": "FATOUMATA  DIALLO"}),
        ("cases:person_create", {"name": "F. D.", "number": "ab123456"}),
        ("cases:person_create", {"name": "F. D.", "phone": "+238 991 23 45"}),
        ("cases:desk", {"who": "known", "asked": "Diallo, Fatoumata", "note": "Perdeu o passaporte."}),
        ("cases:desk", {"note": "Veio a Fanta Silva."}),
        ("cases:case_create", {"title": "Passaporte AB 123 456"}),
        ("cases:desk", {"case_number": "12", "note": SECRET}),
    ],
)
def test_what_a_colleague_typed_of_somebody_goes_with_their_record(
    coordinator_praia, desk_praia, office_praia, fatoumata, form, fields
):
    CaseFactory(office=office_praia, author=desk_praia, person=fatoumata, number=number_of(office_praia, 12))
    typed(coordinator_praia, reverse(form), **fields)
    erase_person(fatoumata, by=desk_praia)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Fatoumata Baldé", "phone": "9912346", "number": "AB123457"},
        {"note": "Fanta telefonou.", "case_number": "13"},
    ],
)
def test_what_tells_of_somebody_else_stays(coordinator_praia, desk_praia, office_praia, fatoumata, fields):
    CaseFactory(office=office_praia, author=desk_praia, person=fatoumata, number=number_of(office_praia, 12))
    typed(coordinator_praia, DESK, **fields)
    erase_person(fatoumata, by=desk_praia)
    assert Draft.objects.exists()


def test_a_name_of_one_word_is_not_looked_for_among_others(coordinator_praia, desk_praia, office_praia):
    maria = PersonFactory(office=office_praia, author=desk_praia, name="Maria")
    typed(coordinator_praia, DESK, note="A Maria Tavares veio.")
    typed(coordinator_praia, reverse("cases:person_create"), name="maria")
    erase_person(maria, by=desk_praia)
    assert Draft.objects.get().form == DESK


def test_a_draft_of_another_town_that_tells_the_same_name_stays(desk_sal, desk_praia, fatoumata):
    typed(desk_sal, DESK, note="Fatoumata Diallo")
    erase_person(fatoumata, by=desk_praia)
    assert Draft.objects.exists()


@pytest.mark.parametrize("page", ["note", "case", "case_of_enquiry", "case_refer", "enquiry_refer"])
def test_a_page_that_was_open_before_keeps_nothing_of_somebody_erased(
    client, desk_praia, office_praia, fatoumata, page
):
    ChannelFactory(), OutcomeFactory()
    kept = {"office": office_praia, "author": desk_praia, "person": fatoumata}
    case, enquiry = CaseFactory(**kept), EnquiryFactory(**kept)
    new = reverse("cases:case_create")
    url = {
        "note": reverse("cases:case_act", args=[case.pk, "note"]),
        "case": f"{new}?person={fatoumata.pk}",
        "case_of_enquiry": f"{new}?enquiry={enquiry.pk}",
        "case_refer": reverse("cases:case_refer", args=[case.pk]),
        "enquiry_refer": reverse("cases:enquiry_refer", args=[enquiry.pk]),
    }[page]
    client.force_login(desk_praia)
    controls = Forms(client.get(url).text).controls
    fields = {name: control.value for name, control in controls.items()} | {"text": SECRET}
    form = url.partition("?")[0]
    assert save(client, form, **fields) == 200
    erase_person(fatoumata, by=desk_praia)
    assert save(client, form, **fields) == 409
    assert not Draft.objects.exists()
