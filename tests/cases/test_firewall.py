"""Two offices: nothing of one is found at the other, by any queryset or page.

The tables are to be extended: a model of the desk needs a line in RECORDS, an address a line in PAGES. Tests
fail while one is missing.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import Verb, record_access
from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import Role
from cases.models import (
    Alias,
    Appointment,
    Case,
    CaseDocument,
    CaseNote,
    Channel,
    ChecklistEntry,
    Consent,
    Contact,
    Enquiry,
    EnquiryImport,
    FollowUp,
    GuidanceVersion,
    IdentityDocument,
    ImportedRow,
    Merge,
    NamePart,
    Outcome,
    Person,
    Recall,
    ReferenceRow,
    Referral,
    ReferralStep,
    ReturnCode,
    Topic,
    Transfer,
    digest_of,
    find_people,
    likely_duplicates,
    timeline,
)
from cases.services.merging import merge_people
from cases.views.codes import key_to
from municipalities.models import Office
from tests.conftest import member
from tests.factories import (
    AppointmentFactory,
    CaseDocumentFactory,
    CaseFactory,
    ChecklistItemFactory,
    EnquiryFactory,
    EnquiryImportFactory,
    FollowUpFactory,
    GuidanceVersionFactory,
    MunicipalityFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
)
from tests.test_access import addresses, answers

# Rows that belong to no person and no office alone.
NOBODYS = {
    *("PublishedCounts", "QuarterCounts", "CaseCounter", "MonthlyReport", "FirstDay"),
    *("Guidance", "GuidanceVersion", "GuidanceSuggestion"),
}
HISTORY = "Historical"


class World:
    """An office, its people, and one row of every kind with a word that must not be read elsewhere."""

    def __init__(
        self, office: Office, mark: str, digits: str, *, restricted: bool = False, with_rows: bool = True
    ) -> None:
        self.office, self.mark, self.digits, self.restricted = office, mark, digits, restricted
        town = office.municipality
        name = office.code.lower() + ("r" if restricted else "")
        self.officer = member(f"officer.{name}@example.org", Role.OFFICER, municipality=town)
        self.colleague = member(f"colleague.{name}@example.org", Role.OFFICER, municipality=town)
        self.coordinator = member(f"coordinator.{name}@example.org", Role.COORDINATOR, municipality=town)
        self.rows: dict[str, models.Model] = {}
        if with_rows:
            self.make_rows()

    def make_rows(self) -> None:
        for model, make in RECORDS.items():
            self.rows[model.__name__] = make(self)

    def __getattr__(self, name: str) -> Any:
        """`world.person` is its row of Person."""
        return self.rows[next(key for key in self.rows if key.lower() == name.replace("_", ""))]

    def secrets(self) -> list[str]:
        person = self.rows["Person"]
        return [self.mark.lower(), self.digits, f"{self.office.code}-P{person.pk}".lower()]

    def ways_to_ask(self) -> list[str]:
        return [
            f"{self.mark} Semedo",
            self.mark,
            f"+238{self.digits}",
            self.digits,
            f"AB{self.digits}",
            f"{self.mark}@example.org",
            self.rows["Person"].reference,
            str(self.rows["Enquiry"]),
        ]


def _person(world: World) -> Person:
    return PersonFactory(
        office=world.office,
        author=world.officer,
        name=f"{world.mark} Semedo",
        is_restricted=world.restricted,
        consent__witness=world.mark,
    )


def _enquiry(world: World) -> Enquiry:
    topic = Topic.objects.get_or_create(
        code="VBG.01" if world.restricted else "RES.02",
        defaults={"name_pt": "Assunto", "is_restricted": world.restricted},
    )[0]
    return EnquiryFactory(
        office=world.office, author=world.officer, topic=topic, person=world.person, note=f"nota {world.mark}"
    )


def _return_code(world: World) -> ReturnCode:
    code = ReturnCode.objects.create(
        digest=digest_of(world.mark), given_by=world.officer, ends_on=timezone.localdate()
    )
    EnquiryFactory(
        office=world.office,
        author=world.officer,
        topic=world.enquiry.topic,
        note=f"voltou {world.mark}",
        return_code=code,
    )
    return code


def _merge(world: World) -> Merge:
    gone = PersonFactory(office=world.office, author=world.officer, name=f"{world.mark} Gone")
    return merge_people(world.person, gone, by=world.officer)


def _recall(world: World) -> Recall:
    told = GuidanceVersion.objects.told().filter(guidance__topic=world.enquiry.topic).first()
    version = told or GuidanceVersionFactory(topic=world.enquiry.topic)
    return Recall.objects.create(version=version, enquiry=world.enquiry)


# One row of each model, in an order in which they can be made.
RECORDS: dict[type[models.Model], Callable[[World], models.Model]] = {
    Person: _person,
    Consent: lambda world: world.person.consent,
    Alias: lambda world: Alias.objects.create(person=world.person, name=f"{world.mark} Bia"),
    Contact: lambda world: Contact.objects.create(
        person=world.person, channel="phone", value=f"+238{world.digits}", caution=world.mark
    ),
    IdentityDocument: lambda world: IdentityDocument.objects.create(
        person=world.person, kind="passport", number=f"AB{world.digits}", country="GW"
    ),
    Enquiry: _enquiry,
    ReturnCode: _return_code,
    EnquiryImport: lambda world: EnquiryImportFactory(
        office=world.office,
        author=world.officer,
        file_name=f"lista {world.mark}.csv",
        cells=["12/03/2024", world.mark],
    ),
    ImportedRow: lambda world: ImportedRow.objects.create(
        source=world.enquiry_import, enquiry=world.enquiry, key=world.mark
    ),
    Merge: _merge,
    Case: lambda world: CaseFactory(
        office=world.office,
        author=world.officer,
        topic=world.enquiry.topic,
        person=world.person,
        title=f"caso {world.mark}",
    ),
    CaseNote: lambda world: CaseNote.objects.create(
        case=world.case, author=world.officer, text=f"nota {world.mark}"
    ),
    CaseDocument: lambda world: CaseDocumentFactory(
        case=world.case, added_by=world.officer, title=f"contrato {world.mark}"
    ),
    ChecklistEntry: lambda world: ChecklistEntry.objects.create(
        case=world.case, by=world.officer, item=ChecklistItemFactory()
    ),
    FollowUp: lambda world: FollowUpFactory(
        case=world.case, author=world.officer, title=f"telefonar {world.mark}"
    ),
    Appointment: lambda world: AppointmentFactory(
        office=world.office,
        case=world.case,
        person=world.person,
        author=world.officer,
        title=f"marcação {world.mark}",
        place=world.mark,
    ),
    Referral: lambda world: ReferralFactory(
        case=world.case,
        author=world.officer,
        partner=PartnerFactory(code="PAC"),
        reason=f"pedido {world.mark}",
        shared={"name": world.person.name, "phone-1": f"+238{world.digits}"},
    ),
    ReferralStep: lambda world: ReferralStep.objects.create(
        referral=world.referral, state="received", way="desk", by=world.officer, text=world.mark
    ),
    Transfer: lambda world: Transfer.objects.create(
        from_office=world.office,
        to_office=Office.objects.get_or_create(
            code="XX", defaults={"municipality": MunicipalityFactory(), "name": "Terceiro"}
        )[0],
        person=world.person,
        state="offered",
        agreed_on=timezone.localdate(),
        reason=f"{world.mark} mudou-se",
        offered_by=world.officer,
        offered_at=timezone.now(),
    ),
    Recall: _recall,
    # The last: bringing two records together writes them anew.
    NamePart: lambda world: NamePart.objects.filter(person=world.person).first(),
}

# Every page of the desk, with what stands in its address: rows of the other office.
PAGES: dict[str, Callable[[World], dict[str, Any]]] = {
    "cases:desk": lambda world: {},
    "cases:enquiry_list": lambda world: {},
    "cases:enquiry_create": lambda world: {},
    "cases:enquiry_handed": lambda world: {"handed": 1},
    "cases:shortcuts": lambda world: {},
    "cases:first_day": lambda world: {},
    "cases:enquiry_export": lambda world: {"ending": "csv"},
    "cases:blank_form": lambda world: {},
    "cases:blank_form_file": lambda world: {},
    "cases:consent_paper": lambda world: {},
    "cases:enquiry_detail": lambda world: {"pk": world.enquiry.pk},
    "cases:enquiry_correct": lambda world: {"pk": world.enquiry.pk},
    "cases:enquiry_file": lambda world: {"pk": world.enquiry.pk},
    "cases:enquiry_void": lambda world: {"pk": world.enquiry.pk},
    "cases:code_give": lambda world: {"pk": world.return_code.enquiries.first().pk},
    "cases:code_search": lambda world: {},
    # With a key that somebody else was given: the door itself is walked in test_codes.py.
    "cases:thread_detail": lambda world: {"key": key_to(world.officer, world.return_code)},
    "cases:import_list": lambda world: {},
    **dict.fromkeys(
        [
            "cases:import_detail",
            "cases:import_columns",
            "cases:import_meanings",
            "cases:import_preview",
            "cases:import_faults",
        ],
        lambda world: {"pk": world.enquiry_import.pk},
    ),
    "cases:enquiry_figures": lambda world: {},
    "cases:report_list": lambda world: {},
    "cases:report_overview": lambda world: {},
    "cases:report_file": lambda world: {"code": world.office.code, "year": 2026, "month": 1},
    "cases:report_edit": lambda world: {"code": world.office.code, "year": 2026, "month": 1},
    "cases:topic_card": lambda world: {"code": world.enquiry.topic_id},
    "cases:person_search": lambda world: {},
    "cases:person_create": lambda world: {},
    "cases:person_detail": lambda world: {"pk": world.person.pk},
    "cases:person_edit": lambda world: {"pk": world.person.pk},
    "cases:person_readings": lambda world: {"pk": world.person.pk},
    "cases:person_receipt": lambda world: {"pk": world.person.pk},
    "cases:receipt_file": lambda world: {"pk": world.person.pk},
    "cases:person_file": lambda world: {"pk": world.person.pk, "ending": "json"},
    "cases:person_merge": lambda world: {"pk": world.person.pk, "other": world.merge.gone_id},
    "cases:person_item_add": lambda world: {"pk": world.person.pk, "kind": "contacts"},
    "cases:person_item_edit": lambda world: {
        "pk": world.person.pk,
        "kind": "contacts",
        "item": world.contact.pk,
    },
    "cases:consent_renew": lambda world: {"pk": world.person.pk},
    "cases:consent_withdraw": lambda world: {"pk": world.person.pk},
    "cases:case_list": lambda world: {},
    "cases:today": lambda world: {},
    "cases:follow_up_create": lambda world: {},
    "cases:case_sheet": lambda world: {"pk": world.case.pk},
    "cases:case_person": lambda world: {"pk": world.case.pk},
    "cases:transfer_list": lambda world: {},
    "cases:transfer_detail": lambda world: {"pk": world.transfer.pk},
    "cases:transfer_act": lambda world: {"pk": world.transfer.pk, "act": "withdraw"},
    "cases:transfer_sent": lambda world: {"pk": world.transfer.pk},
    "cases:person_transfer": lambda world: {"pk": world.person.pk},
    "cases:case_transfer": lambda world: {"pk": world.case.pk},
    "cases:appointment_list": lambda world: {},
    "cases:agenda_file": lambda world: {},
    "cases:appointment_create": lambda world: {},
    "cases:joint_day_create": lambda world: {},
    "cases:reminder_list": lambda world: {},
    "cases:appointment_edit": lambda world: {"pk": world.appointment.pk},
    "cases:follow_up_edit": lambda world: {"pk": world.follow_up.pk},
    "cases:case_create": lambda world: {},
    "cases:case_handed": lambda world: {"handed": 1},
    "cases:case_detail": lambda world: {"pk": world.case.pk},
    "cases:case_edit": lambda world: {"pk": world.case.pk},
    "cases:document_add": lambda world: {"pk": world.case.pk},
    "cases:document_open": lambda world: {"pk": world.case_document.pk},
    "cases:note_correct": lambda world: {"pk": world.case.pk, "note": world.case_note.pk},
    "cases:case_act": lambda world: {"pk": world.case.pk, "act": "note"},
    "cases:referral_list": lambda world: {},
    "cases:case_refer": lambda world: {"pk": world.case.pk},
    "cases:enquiry_refer": lambda world: {"pk": world.enquiry.pk},
    **dict.fromkeys(
        [
            "cases:referral_detail",
            "cases:referral_edit",
            "cases:referral_send",
            "cases:referral_answer",
            "cases:referral_letter",
            "cases:received_detail",
        ],
        lambda world: {"pk": world.referral.pk},
    ),
    "cases:received_list": lambda world: {},
    "cases:suggestion_create": lambda world: {"code": world.enquiry.topic_id},
    "cases:suggestion_list": lambda world: {},
    "cases:recall_list": lambda world: {},
    "cases:guidance_sheet": lambda world: {"code": world.enquiry.topic_id},
    "cases:suggestion_answer": lambda world: {"pk": 1},
    "cases:guidance_list": lambda world: {},
    "cases:guidance_export": lambda world: {},
    "cases:guidance_import": lambda world: {},
    **dict.fromkeys(
        ["cases:guidance_detail", "cases:guidance_edit", "cases:guidance_publish"],
        lambda world: {"code": world.enquiry.topic_id},
    ),
    "cases:guidance_version": lambda world: {"code": world.enquiry.topic_id, "number": 1},
    "cases:sealed_list": lambda world: {},
    "cases:unsealed_list": lambda world: {},
    "cases:unseal": lambda world: {"pk": world.person.pk, "kind": "person"},
}
# Searches that are posted, so that no name stands in an address: the field of each.
POSTED = {
    **dict.fromkeys(["cases:person_search", "cases:enquiry_list", "cases:case_list"], "q"),
    "cases:code_search": "code",
}
# Pages outside the desk that show something of it.
AROUND = ["/workspace/", "/workspace/notices/", "/workspace/people/handover/"]


@pytest.fixture
def worlds(office_praia, office_sal, db) -> tuple[World, World]:
    Channel.objects.create(code="in_person", name_pt="Presencial")
    Outcome.objects.create(code="informed", name_pt="Informado")
    return World(office_praia, "Quimbombo", "9912345"), World(office_sal, "Zumbizeiro", "9954321")


@pytest.fixture
def sealed(worlds, office_praia) -> World:
    """What the officer of Praia keeps from her colleagues."""
    world = World(office_praia, "Xaxualho", "9967891", restricted=True)
    record_access(Verb.UNSEALED, world.person, by=world.coordinator, why="Xaxualho ficou doente")
    return world


def desk_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_app_config("cases").get_models()
        if not issubclass(model, ReferenceRow)
        and not model.__name__.startswith(HISTORY)
        and model.__name__ not in NOBODYS
    ]


def test_every_model_of_the_desk_is_walked():
    assert {model.__name__ for model in desk_models()} == {model.__name__ for model in RECORDS}


def test_every_page_of_the_desk_is_walked():
    pages = {
        name for name, entry in addresses() if name.startswith("cases:") and "GET" in answers(entry.callback)
    }
    assert pages == set(PAGES)


def test_no_queryset_leads_from_one_office_to_the_other(worlds):
    for model in RECORDS:
        assert issubclass(model._default_manager._queryset_class, MunicipalityScopedQuerySet)
        for here, there in (worlds, worlds[::-1]):
            for user in (here.officer, here.coordinator):
                seen = set(model._default_manager.visible_to(user).values_list("pk", flat=True))
                assert here.rows[model.__name__].pk in seen, model
                assert there.rows[model.__name__].pk not in seen, model


def test_no_queryset_leads_to_what_a_colleague_keeps_restricted(sealed):
    for model in RECORDS:
        row = sealed.rows[model.__name__]
        assert model._default_manager.visible_to(sealed.officer).filter(pk=row.pk).exists(), model
        assert not model._default_manager.visible_to(sealed.colleague).filter(pk=row.pk).exists(), model


def test_no_search_leads_from_one_office_to_the_other(worlds):
    for here, there in (worlds, worlds[::-1]):
        for user in (here.officer, here.coordinator):
            for asked in there.ways_to_ask():
                assert find_people(user, asked) == [], asked
            numbers = ([there.contact.value], [there.identity_document.number_key])
            stranger = Person(office=here.office, name=there.person.name)
            assert likely_duplicates(user, stranger, *numbers) == []
            assert timeline(there.person, user)[0] == []


def opened(client: Client, name: str, there: World) -> str:
    """What a page tells, whatever it answers; the words of a redirect, too."""
    return words_of(client.get(reverse(name, kwargs=PAGES[name](there)), follow=True))


def posted(client: Client, user: User, name: str, asked: str) -> str:
    """What a search tells."""
    client.force_login(user)
    return words_of(client.post(reverse(name), {POSTED[name]: asked}, follow=True))


def words_of(response: Any) -> str:
    # A PDF is packed: what stands in it is that of its page, which is read here too.
    return " ".join(
        [response.getvalue().decode(errors="replace"), *(url for url, _status in response.redirect_chain)]
    ).lower()


def told(text: str, there: World, asked: str = "") -> list[str]:
    """The secrets in a page that were not in the question itself."""
    return [secret for secret in there.secrets() if secret in text and secret not in asked.lower()]


def test_no_page_leads_from_one_office_to_the_other(one_by_one, worlds):
    for here, there in (worlds, worlds[::-1]):
        for name in PAGES:
            for _who, client in one_by_one({"officer": here.officer, "coordinator": here.coordinator}):
                assert told(opened(client, name, there), there) == [], name


def test_no_page_leads_to_what_a_colleague_keeps_restricted(one_by_one, sealed):
    for name in PAGES:
        for _who, client in one_by_one({"colleague": sealed.colleague}):
            assert told(opened(client, name, sealed), sealed) == [], name


def test_no_posted_search_leads_to_what_is_not_for_its_reader(client, worlds, sealed):
    here, there = worlds
    for user, secret in ((there.officer, here), (there.coordinator, here), (sealed.colleague, sealed)):
        for name in POSTED:
            for asked in secret.ways_to_ask():
                assert told(posted(client, user, name, asked), secret, asked) == [], (name, asked)


def test_no_page_around_the_desk_tells_of_it(client, worlds, sealed):
    here, there = worlds
    for user, secret in ((there.officer, here), (there.coordinator, here), (sealed.colleague, sealed)):
        client.force_login(user)
        for path in AROUND:
            assert told(client.get(path).content.decode().lower(), secret) == [], path


def test_the_walk_would_notice(client, worlds):
    """The same pages, opened by those who may: they do tell."""
    here, _there = worlds
    client.force_login(here.officer)
    for name in (
        "cases:person_detail",
        "cases:enquiry_detail",
        "cases:person_edit",
        "cases:case_detail",
        "cases:referral_detail",
    ):
        assert told(opened(client, name, here), here)
    assert told(posted(client, here.officer, "cases:person_search", here.digits), here, here.digits)
