"""What somebody on record may take home: complete, in their language, logged, without colleagues' names."""

import io
import json
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.access import Verb, record_access
from accounts.models import AccessLog
from cases.models import (
    Alias,
    CaseNote,
    ChecklistEntry,
    Contact,
    IdentityDocument,
    Person,
    ReferralStep,
    whole_file,
)
from cases.models.whole_file import KINDS, LEFT_OUT
from cases.retention import FIELDS, PERSON, Fate
from cases.services.consents import withdraw_consent
from cases.services.merging import merge_people
from tests.factories import (
    CaseDocumentFactory,
    CaseFactory,
    ChecklistItemFactory,
    EnquiryFactory,
    FollowUpFactory,
    LanguageFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    TopicFactory,
)
from tests.pdf_ua import assert_pdf_ua


@pytest.fixture
def desk(client, desk_praia) -> Client:
    client.force_login(desk_praia)
    return client


@pytest.fixture
def fatou(office_praia, desk_praia) -> Person:
    """Somebody who speaks French and has everything on record."""
    person = PersonFactory(
        office=office_praia,
        author=desk_praia,
        name="Fatou Diallo",
        born_on=date(1990, 5, 1),
        nationality="SN",
        language=LanguageFactory(code="fr", name_pt="Francês", name_fr="Français"),
        consent__for_reminders=True,
    )
    person.consent.partners.add(PartnerFactory(code="OIM", name_pt="Organização das Migrações"))
    Alias.objects.create(person=person, name="Fatoumata")
    Contact.objects.create(person=person, channel="phone", value="+2389912345", caution="Irmã atende")
    IdentityDocument.objects.create(person=person, kind="passport", number="AB123", country="SN")
    EnquiryFactory(office=office_praia, author=desk_praia, person=person, note="Perdeu o cartão")
    case = CaseFactory(office=office_praia, author=desk_praia, person=person, title="Segunda via do cartão")
    CaseNote.objects.create(case=case, author=desk_praia, text="Fomos juntas à DEF")
    ChecklistEntry.objects.create(case=case, item=ChecklistItemFactory(), is_done=True, by=desk_praia)
    CaseDocumentFactory(case=case, added_by=desk_praia, title="Declaração de perda")
    FollowUpFactory(case=case, author=desk_praia, title="Levantar o cartão")
    referral = ReferralFactory(
        case=case, author=desk_praia, reason="Pedimos a emissão", shared={"name": "F. Diallo"}
    )
    ReferralStep.objects.create(referral=referral, state="answered", way="link", text="Já foi emitido")
    return person


ON_FILE = [
    "Fatou Diallo",
    "Fatoumata",
    "Irmã atende",
    "AB123",
    "Organização das Migrações",
    "Perdeu o cartão",
    "Segunda via do cartão",
    "Fomos juntas à DEF",
    "Cópia do passaporte",
    "Declaração de perda",
    "Levantar o cartão",
    "Pedimos a emissão",
    "F. Diallo",
    "Já foi emitido",
]


def url(name: str, person: Person, **more) -> str:
    return reverse(f"cases:{name}", kwargs={"pk": person.pk, **more})


def words_in(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def verbs(person: Person) -> list[str]:
    return list(AccessLog.objects.of(person).order_by("pk").values_list("verb", flat=True))


def test_every_model_that_tells_of_somebody_is_in_their_copy():
    search_keys = {"NamePart"}  # the names again, in pieces
    assert {kind.model.__name__ for kind in KINDS} >= PERSON.keys() - search_keys


def test_nothing_that_tells_of_somebody_is_left_out_of_their_copy():
    """What stays out says the same again, leads only to another record of the copy, or opens a link."""
    telling = {
        (kind.model.__name__, name)
        for kind in KINDS
        for name, fate in FIELDS[kind.model.__name__].items()
        if name in LEFT_OUT and fate in {Fate.EMPTY, Fate.COARSE, Fate.SHELL}
    }
    assert telling == {
        ("Enquiry", "person"),
        ("Enquiry", "return_code"),
        ("Case", "person"),
        ("FollowUp", "person"),
        ("Appointment", "person"),
        ("Referral", "person"),
        ("Referral", "link_seed"),
        ("Referral", "link_digest"),
        ("Referral", "link_ends_at"),
    }


@pytest.mark.parametrize("ending", ["pdf", "json"])
def test_the_copy_holds_everything_and_no_colleague_by_name(desk, fatou, desk_praia, ending):
    answer = desk.get(url("person_file", fatou, ending=ending) + "?in=pt")
    text = words_in(answer.content) if ending == "pdf" else answer.content.decode()
    assert [word for word in ON_FILE if word not in text] == []
    assert desk_praia.name not in text
    assert "Técnico de atendimento, GAI Praia" in text
    assert fatou.reference in answer["Content-Disposition"]
    assert "Fatou" not in answer["Content-Disposition"]
    assert verbs(fatou) == ["exported"]


def test_a_machine_reads_the_copy(desk, fatou):
    copy = json.loads(desk.get(url("person_file", fatou, ending="json")).content)
    assert copy["person"][0]["born_on"] == "1990-05-01"
    assert copy["contact"][0]["value"] == "+2389912345"
    assert copy["consent"][0]["partners"] == ["OIM · Organização das Migrações"]
    assert copy["case"][0]["number"] == fatou.cases.get().number
    assert copy["checklistentry"][0]["is_done"] is True


def test_papers_are_in_the_persons_language_unless_another_is_asked_for(desk, fatou):
    page = desk.get(url("person_receipt", fatou)).content.decode()
    assert '<article class="prose section" lang="fr">' in page
    assert "Qui peut le lire" in page
    assert "Receipt and copy" not in page
    assert "Quem o pode ler" in desk.get(url("person_receipt", fatou) + "?in=pt").content.decode()
    assert "Who can read it" in desk.get(url("person_receipt", fatou) + "?in=en").content.decode()
    assert "Qui peut le lire" in desk.get(url("person_receipt", fatou) + "?in=xx").content.decode()


def test_the_receipt_says_who_has_read_what_by_role_and_day_and_is_logged(
    desk, fatou, coordinator_praia, desk_sal
):
    record_access(Verb.READ, fatou, by=coordinator_praia)
    record_access(Verb.READ, fatou.cases.get(), by=coordinator_praia)
    record_access(Verb.MATCHED, fatou, by=desk_sal)
    pdf = desk.get(url("receipt_file", fatou) + "?in=pt").content
    text = words_in(pdf)
    assert "Coordenador do atendimento, GAI Praia" in text
    assert "Outro gabinete" in text
    assert coordinator_praia.name not in text
    assert "Sal" not in text
    assert verbs(fatou)[-1] == "printed"
    assert_pdf_ua(pdf, desk.get(url("person_file", fatou, ending="pdf")).content)


def test_the_receipt_calls_a_partner_a_partner_by_a_link_and_with_an_account(desk, fatou, partner_user):
    record_access(Verb.READ, fatou, by=None, who="Plataforma: PR-E1")
    record_access(Verb.ANSWERED, fatou, by=partner_user)
    readings = whole_file(fatou, fatou.author).readings
    assert {(reading.who, reading.verb) for reading in readings} == {
        ("A entidade parceira", "Leitura"),
        ("A entidade parceira", "Resposta a um encaminhamento"),
    }


def test_the_copy_says_nothing_of_how_a_file_is_stored(desk, fatou, desk_praia):
    [part] = [part for part in whole_file(fatou, desk_praia).parts if part.name == "casedocument"]
    assert "Content type" not in {fact.label for fact in part.rows[0]}


def test_the_receipt_tells_what_is_recorded_without_the_matter_itself(desk, fatou):
    """It may be found by others on the way home."""
    text = words_in(desk.get(url("receipt_file", fatou) + "?in=pt").content)
    assert "Nome, data de nascimento, nacionalidade, língua" in text
    assert "Processos (1)" in text
    for word in set(ON_FILE) - {"Organização das Migrações"}:
        assert word not in text


def test_what_a_colleague_keeps_restricted_is_in_nobody_elses_copy(
    desk, fatou, office_praia, coordinator_praia, desk_praia
):
    CaseFactory(
        office=office_praia,
        author=coordinator_praia,
        person=fatou,
        title="Pedido de asilo",
        is_restricted=True,
    )
    assert "Pedido de asilo" not in desk.get(url("person_file", fatou, ending="json")).content.decode()
    Person.objects.filter(pk=fatou.pk).update(is_restricted=True, author=coordinator_praia)
    for name, more in (("person_receipt", {}), ("receipt_file", {}), ("person_file", {"ending": "json"})):
        assert desk.get(url(name, fatou, **more)).status_code == 404


def test_what_was_merged_belongs_to_the_copy(fatou, office_praia, desk_praia):
    twin = PersonFactory(office=office_praia, author=desk_praia, name="Fatu Jaló", born_on=date(1991, 1, 5))
    merge_people(fatou, twin, by=desk_praia)
    assert "1991-01-05" in json.dumps(whole_file(fatou, desk_praia).as_data())


def test_there_is_no_copy_of_what_was_erased_nor_in_another_form(desk, fatou, desk_praia):
    assert desk.get(url("person_file", fatou, ending="html")).status_code == 404
    withdraw_consent(fatou, "erase", by=desk_praia)
    assert desk.get(url("person_receipt", fatou)).status_code == 403


def test_the_queries_do_not_grow_with_the_file(
    desk, fatou, office_praia, desk_praia, django_assert_max_num_queries
):
    def more(number: int) -> None:
        further = TopicFactory(code=f"FAM.{number}").code
        for n in range(number):
            Contact.objects.create(person=fatou, channel="phone", value=f"+238991{n:04}{number}")
            case = CaseFactory(office=office_praia, author=desk_praia, person=fatou)
            CaseNote.objects.create(case=case, author=desk_praia, text="Telefonou.")
            EnquiryFactory(office=office_praia, author=desk_praia, person=fatou, further_topics=(further,))

    more(1)
    with django_assert_max_num_queries(100) as few:
        desk.get(url("person_file", fatou, ending="json"))
    more(20)
    with django_assert_max_num_queries(len(few)):
        desk.get(url("person_file", fatou, ending="json"))


def test_readings_are_listed_page_by_page(desk, fatou, desk_praia):
    AccessLog.objects.bulk_create(
        [
            AccessLog(
                user=desk_praia, who="Desk Praia", verb="read", kind="cases.person", key=fatou.pk, label="x"
            )
            for _ in range(30)
        ]
    )
    page = desk.get(reverse("cases:person_readings", args=[fatou.pk])).context["page"]
    assert len(page) == 25
    assert page.next_url
