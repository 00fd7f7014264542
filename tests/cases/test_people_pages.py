"""The pages about people: searched before recorded, read-logged, corrected, withdrawn."""

import re
from datetime import time, timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Draft
from cases.models import Alias, CaseNote, Consent, Contact, IdentityDocument, Person, timeline
from cases.services.cases import add_note, close_case
from cases.services.doors import QUESTIONS
from cases.services.follow_ups import add_follow_up, finish_follow_up
from cases.services.people import save_item
from cases.views.searches import SALT, SEARCHES
from tests.factories import (
    CaseDocumentFactory,
    CaseFactory,
    ConsentFactory,
    EnquiryFactory,
    LanguageFactory,
    OutcomeFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
)

SEARCH = "/workspace/desk/people/"
CREATE = "/workspace/desk/people/new/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, name="Maria Tavares")


@pytest.fixture
def new_person(desk) -> dict:
    """The least that an officer sends for somebody new, after a search."""
    return {
        "search": searched(desk, "Fatumata Djaló").context["key"],
        "name": "Fatumata Djaló",
        "spoken_in": LanguageFactory().pk,
        "given": "signed",
        "for_follow_up": "on",
        "ends_on": str(timezone.localdate() + timedelta(days=400)),
    }


def searched(client, words: str):
    """The page of results, which a search leads to."""
    return client.post(SEARCH, {"q": words}, follow=True)


def lines() -> list[tuple[str, str]]:
    return list(AccessLog.objects.order_by("pk").values_list("verb", "kind"))


def test_a_search_shows_who_is_meant_and_leaves_a_line(desk, maria):
    page = searched(desk, "tavarez maria")
    assert "Maria Tavares" in page.content.decode()
    line = AccessLog.objects.get()
    assert (line.verb, line.label, line.municipality) == ("searched", maria.reference, "CV-PR")


def test_without_words_nothing_is_searched_and_nothing_noted(desk, maria):
    assert "Maria" not in searched(desk, " ").content.decode()
    assert not desk.get(SEARCH, {"q": "Maria"}).context["found"]
    assert lines() == []


def test_no_address_holds_what_was_searched_for(desk, maria):
    [(address, _status)] = searched(desk, "tavarez maria").redirect_chain
    assert "tavarez" not in address
    key = unquote(address.partition("?search=")[2])
    assert "tavarez" not in str(signing.loads(key, salt=SALT))  # the key is signed, not hidden
    page = desk.get(address).content.decode()  # the way back from somebody's file
    assert "Maria Tavares" in page
    assert not [link for link in re.findall('(?:href|action)="([^"]*)', page) if "avare" in link]


def test_a_search_is_kept_for_an_hour_and_for_nobody_else(desk, maria, coordinator_praia, time_machine):
    [(address, _status)] = searched(desk, "tavarez maria").redirect_chain
    other = Client()
    other.force_login(coordinator_praia)
    assert "Maria" not in other.get(address).content.decode()
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    page = desk.get(address).content.decode()
    assert "Maria" not in page
    assert "Pesquise de novo" in page


def test_the_latest_searches_are_kept_and_no_more(desk):
    for number in range(15):
        searched(desk, f"Maria {number}")
    assert [row[1] for row in desk.session[SEARCHES]] == [f"Maria {number}" for number in range(5, 15)]


def test_nobody_is_recorded_without_a_search(desk, new_person):
    del new_person["search"]
    assert desk.get(CREATE).url == SEARCH
    assert desk.post(CREATE, new_person).url == SEARCH
    assert not Person.objects.exists()


def test_the_search_of_somebody_else_does_not_count(desk, client, coordinator_praia, new_person):
    client.force_login(coordinator_praia)
    assert client.post(CREATE, new_person).url == SEARCH
    assert not Person.objects.exists()


def test_a_search_counts_for_an_hour(desk, new_person, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert desk.post(CREATE, new_person).url == SEARCH


def test_a_new_record_begins_with_the_name_that_was_searched_for(desk, new_person):
    form = desk.get(CREATE, {"search": new_person["search"]}).context["form"]
    assert form["name"].value() == "Fatumata Djaló"


def test_a_person_is_recorded(desk, new_person, desk_praia):
    extra = {
        "phone": "991 23 45",
        "may_text": "on",
        "phone_checked": "on",
        "kind": "passport",
        "number": "C 123",
        "country": "GW",
    }
    page = desk.post(CREATE, new_person | extra, follow=True)
    person = Person.objects.get()
    assert page.redirect_chain[-1][0] == person.get_absolute_url()
    assert (person.name, person.author) == ("Fatumata Djaló", desk_praia)
    assert person.contacts.get().value == "+2389912345"
    assert person.contacts.get().verified_at is not None
    assert person.documents_of_identity.get().number_key == "C123"
    assert "GAI Praia" in person.consent.explained


def test_what_was_typed_of_somebody_new_comes_back_for_the_same_search_only(desk, desk_praia, new_person):
    Draft.objects.create(
        user=desk_praia, form=CREATE, fields={name: [value] for name, value in new_person.items()}
    )
    page = desk.get(CREATE, {"search": new_person["search"]})
    assert "data-draft-url" in page.content.decode()
    assert page.context["form"]["given"].value() == "signed"
    other = searched(desk, "Outra Pessoa").context["key"]
    assert desk.get(CREATE, {"search": other}).context["form"]["given"].value() is None
    desk.post(CREATE, new_person)
    assert not Draft.objects.exists()


def test_a_double_click_records_one_person(desk, new_person):
    new_person["once"] = str(uuid4())
    first = desk.post(CREATE, new_person)
    assert desk.post(CREATE, new_person | {"new_indeed": "1"}).url == first.url
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 500),
        ("phone", "12345"),
        ("born_on", str(timezone.localdate() + timedelta(days=1))),
        ("born_on", "1850-01-01"),
        ("born_on", "não sei"),
        ("ends_on", str(timezone.localdate() - timedelta(days=1))),
        ("ends_on", "2199-01-01"),
        ("ends_on", ""),
        ("spoken_in", ""),
        ("given", "guessed"),
        ("nationality", "ZZ"),
        ("for_follow_up", ""),  # the only thing that they agree to
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(desk, new_person, field, value):
    form = desk.post(CREATE, new_person | {field: value}).context["form"]
    assert field in form.errors
    if field != "name":
        assert form["name"].value() == "Fatumata Djaló"
    assert not Person.objects.exists()


def test_sharing_with_a_partner_is_enough_of_an_agreement(desk, new_person):
    del new_person["for_follow_up"]
    desk.post(CREATE, new_person | {"partners": [PartnerFactory().pk]})
    assert Consent.objects.get().partners.exists()


def test_how_a_number_may_be_used_is_ticked_beforehand_nowhere(desk, new_person, maria):
    new = desk.get(CREATE, {"search": new_person["search"]}).context["form"]
    more = desk.get(reverse("cases:person_item_add", args=[maria.pk, "contacts"])).context["form"]
    for form in (new, more):
        assert [field.value() for field in form.may_fields if field.value()] == []


def test_a_number_is_not_recorded_before_somebody_has_asked_how_it_may_be_used(desk, new_person):
    form = desk.post(CREATE, new_person | {"phone": "9912345"}).context["form"]
    assert form.errors.keys() == {"may_call"}
    desk.post(CREATE, new_person | {"phone": "9912345", "no_contact": "on"})
    contact = Contact.objects.get()
    assert (contact.may_call, contact.may_text, contact.may_whatsapp) == (False, False, False)
    edit = reverse("cases:person_item_edit", args=[contact.person_id, "contacts", contact.pk])
    assert desk.get(edit).context["form"]["no_contact"].value() is True


def test_what_is_read_out_stands_in_each_language_and_is_kept_in_that_of_the_person(desk, new_person, maria):
    french = LanguageFactory(code="fr", name_pt="Francês")
    for page in (
        desk.get(CREATE, {"search": new_person["search"]}),
        desk.get(reverse("cases:consent_renew", args=[maria.pk])),
    ):
        html = page.content.decode()
        for words in ("Não tem de dizer", "You do not have to", "Vous n’êtes pas obligé", "consent.pdf?"):
            assert words in html
    desk.post(CREATE, new_person | {"spoken_in": french.pk})
    assert Consent.objects.latest("pk").explained.startswith("Vous n’êtes pas obligé")


def test_a_spoken_agreement_needs_a_witness(desk, new_person):
    form = desk.post(CREATE, new_person | {"given": "spoken"}).context["form"]
    assert "witness" in form.errors
    desk.post(CREATE, new_person | {"given": "spoken", "witness": "Ana Lima"})
    assert Consent.objects.get().witness == "Ana Lima"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"number": "C123"}, "kind"),
        ({"kind": "passport", "country": "GW"}, "number"),
        ({"kind": "passport", "number": "--", "country": "GW"}, "number"),
        ({"kind": "passport", "number": "C123"}, "country"),
        ({"kind": "permit", "number": "C123", "country": "GW"}, "country"),
    ],
)
def test_a_document_has_kind_number_and_the_right_country(desk, new_person, document, field):
    assert field in desk.post(CREATE, new_person | document).context["form"].errors
    assert not Person.objects.exists()


def test_likely_duplicates_are_shown_before_somebody_is_recorded(desk, new_person, office_praia, desk_praia):
    PersonFactory(office=office_praia, author=desk_praia, name="Djaló Fatoumata")
    page = desk.post(CREATE, new_person)
    assert "Djaló Fatoumata" in page.content.decode()
    assert Person.objects.count() == 1
    desk.post(CREATE, new_person | {"new_indeed": "1"})
    assert Person.objects.count() == 2


def test_two_of_one_name_and_other_birthdays_are_no_duplicates(desk, new_person, office_praia, desk_praia):
    PersonFactory(office=office_praia, author=desk_praia, name="Fatumata Djaló", born_on="1970-03-02")
    desk.post(CREATE, new_person | {"born_on": "1999-11-20"})
    assert Person.objects.count() == 2


def test_a_restricted_duplicate_of_a_colleague_is_not_given_away(
    desk, new_person, office_praia, coordinator_praia
):
    hidden = PersonFactory(
        office=office_praia, author=coordinator_praia, name="Fatumata Djaló", is_restricted=True
    )
    Contact.objects.create(person=hidden, channel="phone", value="+2389912345", verified_at=timezone.now())
    page = desk.post(CREATE, new_person | {"phone": "9912345", "may_call": "on"}, follow=True)
    assert hidden.reference not in page.content.decode()
    assert Person.objects.count() == 2


@pytest.fixture
def known_at_sal(office_sal, desk_sal) -> Person:
    person = PersonFactory(office=office_sal, author=desk_sal, name="Segredo de Sal")
    Contact.objects.create(person=person, channel="phone", value="+2389912345", verified_at=timezone.now())
    return person


def test_another_office_that_knows_the_telephone_is_named_and_nothing_else(desk, new_person, known_at_sal):
    page = desk.post(CREATE, new_person | {"phone": "9912345", "may_call": "on"}).content.decode()
    assert "GAI Sal" in page
    assert "Segredo" not in page
    assert known_at_sal.reference not in page
    assert AccessLog.objects.of(known_at_sal).get().verb == "matched"
    desk.post(CREATE, new_person | {"phone": "9912345", "may_call": "on", "new_indeed": "1"})
    assert Person.objects.filter(name="Fatumata Djaló").exists()


def test_who_asks_too_often_gets_no_more_answers_and_can_still_work(
    desk, new_person, known_at_sal, desk_praia
):
    AccessLog.objects.bulk_create(
        [AccessLog(user=desk_praia, who="x", verb="matched", kind="cases.person", label="–")] * QUESTIONS
    )
    page = desk.post(
        CREATE, new_person | {"phone": "9912345", "may_call": "on"}, follow=True
    ).content.decode()
    assert "GAI Sal" not in page
    assert Person.objects.filter(name="Fatumata Djaló").exists()


def test_the_file_shows_everything_and_leaves_a_line(desk, maria, office_praia, desk_praia):
    Alias.objects.create(person=maria, name="Bia Moreno")
    Contact.objects.create(person=maria, channel="phone", value="+2389912345", caution="Não dizer quem fala")
    IdentityDocument.objects.create(
        person=maria, kind="passport", number="C123", country="GW", expires_on="2020-01-01"
    )
    EnquiryFactory(office=office_praia, author=desk_praia, person=maria, topic__name_pt="Renovação")
    html = desk.get(maria.get_absolute_url()).content.decode()
    for text in ("Maria Tavares", "Bia Moreno", "991 23 45", "Não dizer quem fala", "C123", "Renovação"):
        assert text in html
    assert lines() == [("read", "cases.person")]
    assert "Desk Praia" in desk.get(reverse("cases:person_readings", args=[maria.pk])).content.decode()


def test_the_timeline_goes_on_page_by_page(desk, maria, office_praia, desk_praia):
    for hours in range(14):
        EnquiryFactory(
            office=office_praia,
            author=desk_praia,
            person=maria,
            at=timezone.now() - timedelta(hours=hours + 1),
        )
    first = desk.get(maria.get_absolute_url()).context
    older = first["older"]
    second = desk.get(
        maria.get_absolute_url(), {"before": older.at.isoformat(), "shown": older.shown}
    ).context
    assert (len(first["moments"]), len(second["moments"])) == (10, 5)  # with the consent
    assert second["older"] is None
    for place in ({"before": "yesterday"}, {"before": "2026-02-31T10:00Z"}, {"shown": "x"}, {"shown": "-1"}):
        assert (
            desk.get(maria.get_absolute_url(), {"before": older.at.isoformat(), **place}).status_code == 200
        )


@pytest.mark.parametrize("steps", [0, 3])
def test_no_moment_falls_between_two_pages_of_the_timeline(maria, office_praia, desk_praia, steps):
    at = timezone.now() - timedelta(days=3)
    case = CaseFactory(office=office_praia, author=desk_praia, person=maria, opened_at=at)
    for _ in range(steps):
        CaseDocumentFactory(case=case, added_at=at)
        CaseNote.objects.create(case=case, author=desk_praia, text="Telefonou.", at=at)
    EnquiryFactory.create_batch(25, office=office_praia, author=desk_praia, person=maria, at=at)
    EnquiryFactory(office=office_praia, author=desk_praia, person=maria, at=at - timedelta(days=1))
    shown, sizes, place = [], [], None
    while place or not shown:
        page, place = timeline(maria, desk_praia, before=place)
        sizes.append(len(page))
        shown += page
    assert set(sizes[:-1]) == {10}
    assert [moment.at for moment in shown] == sorted((moment.at for moment in shown), reverse=True)
    enquiries = [moment.url for moment in shown if "/enquiries/" in moment.url]
    assert len(enquiries) == len(set(enquiries)) == 26
    assert len(shown) == 26 + 2 + 2 * steps  # with the case and the consent


def test_what_belongs_to_a_person_by_a_case_is_on_their_timeline(desk, maria, office_praia, desk_praia):
    case = CaseFactory(office=office_praia, author=desk_praia, person=maria)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, case=case, note="Sem nome")
    ReferralFactory(
        case=None, enquiry=enquiry, person=None, author=desk_praia, partner__name_pt="Cruz Vermelha"
    )
    add_note(case, text="Fui com ela à conservatória", by=desk_praia)
    CaseDocumentFactory(case=case, title="Contrato de trabalho", added_by=desk_praia)
    finish_follow_up(
        add_follow_up(case, title="Telefonar à Fronteira", due_on=timezone.localdate(), by=desk_praia),
        result="Está pronto",
        by=desk_praia,
    )
    html = desk.get(maria.get_absolute_url()).content.decode()
    for text in ("Sem nome", "Cruz Vermelha", "Fui com ela", "Contrato de trabalho", "Está pronto"):
        assert html.count(text) == 1


def test_what_is_open_comes_before_what_happened(desk, maria, office_praia, desk_praia):
    running = CaseFactory(office=office_praia, author=desk_praia, person=maria, title="Renovar o título")
    ended = CaseFactory(office=office_praia, author=desk_praia, person=maria, title="Já acabou")
    close_case(ended, outcome=OutcomeFactory(), reason="Feito", by=desk_praia)
    page = desk.get(maria.get_absolute_url())
    assert page.context["running"] == [running]
    html = page.content.decode()
    assert html.index("Renovar o título") < html.index('id="timeline"') < html.index("Já acabou")


def test_restricted_enquiries_of_colleagues_stay_out_of_the_timeline(
    desk, maria, office_praia, coordinator_praia, violence
):
    EnquiryFactory(
        office=office_praia, author=coordinator_praia, person=maria, topic=violence, note="Segredo"
    )
    html = desk.get(maria.get_absolute_url()).content.decode()
    assert "Violência" not in html
    assert "Segredo" not in html


def test_a_file_costs_the_same_however_much_is_in_it(desk, maria, office_praia, desk_praia, count_queries):
    def fill(number):
        for n in range(number):
            Alias.objects.create(person=maria, name=f"Nome {n} {number}")
            Contact.objects.create(person=maria, channel="email", value=f"m{n}.{number}@example.org")
            IdentityDocument.objects.create(person=maria, kind="other", number=f"{number}N{n}", country="GW")
            EnquiryFactory(office=office_praia, author=desk_praia, person=maria)
            PersonFactory(office=office_praia, author=desk_praia, name="Maria Tavares")
            ConsentFactory(person=maria, recorded_by=desk_praia)

    fill(1)
    desk.get(maria.get_absolute_url())
    one = count_queries(lambda: desk.get(maria.get_absolute_url()))
    fill(20)
    assert count_queries(lambda: desk.get(maria.get_absolute_url())) == one


def test_a_common_file_asks_the_database_at_most_seventeen_times(desk, maria, desk_praia, count_queries):
    Contact.objects.create(person=maria, channel="email", value="maria@example.org")
    IdentityDocument.objects.create(person=maria, kind="other", number="GW1", country="GW")
    EnquiryFactory(office=maria.office, author=desk_praia, person=maria)
    CaseFactory(office=maria.office, author=desk_praia, person=maria)
    desk.get(maria.get_absolute_url())
    assert count_queries(lambda: desk.get(maria.get_absolute_url())) <= 17


def test_a_correction_shows_in_the_history_of_the_file(desk, maria):
    address = reverse("cases:person_edit", args=[maria.pk])
    sent = {"name": "Maria Moreno", "version": maria.version, "nationality": "GW"}
    assert (
        f"O registo {maria.reference} foi guardado" in desk.post(address, sent, follow=True).content.decode()
    )
    html = desk.get(reverse("cases:person_readings", args=[maria.pk])).content.decode()
    assert "<del>Maria Tavares</del>" in html
    assert "<ins>Maria Moreno</ins>" in html


def test_who_saves_over_a_colleagues_change_is_told_and_keeps_the_own_text(desk, maria):
    address = reverse("cases:person_edit", args=[maria.pk])
    Person.objects.update(version=2)
    page = desk.post(address, {"name": "Maria Moreno", "version": 1})
    assert page.context["conflict"]
    assert page.context["form"]["name"].value() == "Maria Moreno"
    desk.post(address, {"name": "Maria Moreno", "version": page.context["form"]["version"].value()})
    maria.refresh_from_db()
    assert maria.name == "Maria Moreno"


def test_who_restricts_a_colleagues_record_is_told_that_it_is_closed_now(client, maria, coordinator_praia):
    client.force_login(coordinator_praia)
    sent = {"name": "Maria Tavares", "version": 1, "is_restricted": "on"}
    page = client.post(reverse("cases:person_edit", args=[maria.pk]), sent, follow=True)
    assert page.redirect_chain[-1][0] == SEARCH


def test_a_contact_is_added_changed_and_removed(desk, maria):
    add = reverse("cases:person_item_add", args=[maria.pk, "contacts"])
    desk.post(add, {"channel": "phone", "value": "991 23 45", "may_call": "on", "checked": "on"})
    contact = maria.contacts.get()
    assert (contact.value, contact.may_whatsapp, contact.verified_at is None) == ("+2389912345", False, False)
    assert 'href="tel:+2389912345"' in desk.get(maria.get_absolute_url()).content.decode()
    edit = reverse("cases:person_item_edit", args=[maria.pk, "contacts", contact.pk])
    seen = desk.get(edit).context["form"]["seen"].value()
    new = {"channel": "phone", "value": "9954321", "no_contact": "on"}
    for _click in range(2):
        assert desk.post(edit, {**new, "seen": seen}).url == maria.get_absolute_url()
    assert "tel:" not in desk.get(maria.get_absolute_url()).content.decode()  # it may not be called
    contact.refresh_from_db()
    assert (contact.value, contact.may_call, contact.verified_at) == ("+2389954321", False, None)
    desk.post(reverse("cases:person_item_remove", args=[maria.pk, "contacts", contact.pk]))
    assert not maria.contacts.exists()
    assert "995 43 21" in desk.get(reverse("cases:person_readings", args=[maria.pk])).content.decode()


def test_a_colleagues_caution_is_not_overwritten_unseen(desk, maria, desk_praia):
    contact = Contact.objects.create(person=maria, channel="phone", value="+2389912345")
    edit = reverse("cases:person_item_edit", args=[maria.pk, "contacts", contact.pk])
    stale = {"channel": "phone", "value": "991 23 45", "may_call": "on", "whose": "irmã"}
    stale["seen"] = desk.get(edit).context["form"]["seen"].value()
    contact.caution, contact.may_call = "O marido atende: não ligar.", False
    contact.safe_from, contact.safe_until = time(18), time(20)
    save_item(contact, by=desk_praia)
    page = desk.post(edit, stale)
    assert [(theirs, mine) for _label, theirs, mine in page.context["form"].differences] == [
        ("", "irmã"),
        ("não", "sim"),
        ("18:00", ""),
        ("20:00", ""),
        ("O marido atende: não ligar.", ""),
    ]
    assert "O marido atende" in page.content.decode()
    contact.refresh_from_db()
    assert (contact.whose, contact.may_call) == ("", False)
    assert desk.post(edit, stale | {"seen": page.context["form"]["seen"].value()}).status_code == 302
    contact.refresh_from_db()
    assert (contact.whose, contact.may_call) == ("irmã", True)


def test_a_colleagues_correction_of_a_name_or_document_is_not_overwritten_unseen(desk, maria, desk_praia):
    name = Alias.objects.create(person=maria, name="Marie")
    day = timezone.localdate() + timedelta(days=100)
    document = IdentityDocument.objects.create(
        person=maria, kind="passport", number="AB 1", country="GW", expires_on=day
    )
    for kind, row, field, new, stale in (
        ("names", name, "name", "Mariama", {"name": "Maria Djaló", "kind": "former"}),
        ("documents", document, "number", "AB 2", {"kind": "passport", "number": "AB 3", "country": "GW"}),
    ):
        edit = reverse("cases:person_item_edit", args=[maria.pk, kind, row.pk])
        stale["seen"] = desk.get(edit).context["form"]["seen"].value()
        setattr(row, field, new)
        save_item(row, by=desk_praia)
        page = desk.post(edit, stale)
        assert page.context["form"].differences
        assert new in page.content.decode()
        row.refresh_from_db()
        assert getattr(row, field) == new


@pytest.mark.parametrize(
    ("kind", "sent", "field"),
    [
        ("contacts", {"channel": "phone", "value": "123"}, "value"),
        ("contacts", {"channel": "email", "value": "123"}, "value"),
        ("contacts", {"channel": "phone", "value": "9912345", "safe_from": "18:00"}, "__all__"),
        ("contacts", {"channel": "phone", "value": "9912345", "may_leave_message": "on"}, "may_call"),
        (
            "contacts",
            {"channel": "phone", "value": "9912345", "may_text": "on", "no_contact": "on"},
            "no_contact",
        ),
        ("names", {"name": " ", "kind": "former"}, "name"),
        ("names", {"name": "Bia", "kind": "merged"}, "kind"),
        ("documents", {"kind": "visa", "number": "1", "country": "GW"}, "country"),
        ("documents", {"kind": "passport", "number": "-", "country": "GW"}, "number"),
    ],
)
def test_a_wrong_item_is_told_at_its_field(desk, maria, kind, sent, field):
    page = desk.post(reverse("cases:person_item_add", args=[maria.pk, kind]), sent)
    assert field in page.context["form"].errors


def test_the_same_item_twice_is_told_in_words(desk, maria):
    Contact.objects.create(person=maria, channel="phone", value="+2389912345")
    sent = {"channel": "phone", "value": "991 23 45", "may_call": "on"}
    page = desk.post(reverse("cases:person_item_add", args=[maria.pk, "contacts"]), sent)
    assert page.context["form"].errors
    assert maria.contacts.count() == 1


def test_an_item_of_somebody_else_is_not_found_under_this_person(desk, maria, office_praia, desk_praia):
    other = PersonFactory(office=office_praia, author=desk_praia)
    row = Contact.objects.create(person=other, channel="phone", value="+2389912345")
    for name in ("cases:person_item_edit", "cases:person_item_remove"):
        assert desk.post(reverse(name, args=[maria.pk, "contacts", row.pk])).status_code == 404
    assert desk.get(reverse("cases:person_item_add", args=[maria.pk, "secrets"])).status_code == 404


def test_an_ended_agreement_stops_the_work_until_it_is_renewed(desk, office_praia, desk_praia):
    long_ago = timezone.localdate() - timedelta(days=800)
    person = PersonFactory(office=office_praia, author=desk_praia, consent__starts_on=long_ago)
    assert desk.get(reverse("cases:person_edit", args=[person.pk])).status_code == 403
    renew = reverse("cases:consent_renew", args=[person.pk])
    sent = {"spoken_in": LanguageFactory().pk, "given": "signed", "ends_on": str(timezone.localdate())}
    refused = desk.post(renew, sent).context["form"]
    assert refused.errors.keys() == {"for_follow_up"}  # they would have agreed to nothing
    desk.post(renew, sent | {"for_reminders": "on"})
    assert desk.get(reverse("cases:person_edit", args=[person.pk])).status_code == 200
    assert person.consents.count() == 2


def test_what_somebody_agrees_to_is_ticked_beforehand_nowhere(desk, maria, new_person):
    new = desk.get(CREATE, {"search": new_person["search"]}).context["form"]
    again = desk.get(reverse("cases:consent_renew", args=[maria.pk])).context["form"]
    for form in (new, again):
        for name in ("given", "for_follow_up", "for_reminders", "partners"):
            assert not form[name].value()


@pytest.mark.parametrize(("choice", "erasure"), [("erase", "erased"), ("anonymise", "anonymised")])
def test_a_withdrawal_does_at_once_what_the_person_chose(desk, maria, choice, erasure):
    page = desk.post(reverse("cases:consent_withdraw", args=[maria.pk]), {"choice": choice}, follow=True)
    maria.refresh_from_db()
    assert (maria.erasure, maria.name) == (erasure, "")
    assert maria.reference in page.content.decode()
    html = desk.get(maria.get_absolute_url()).content.decode()
    assert "Maria" not in html
