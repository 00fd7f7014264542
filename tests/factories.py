"""Small true-to-life rows. Reference data comes from here in tests, never from the data files."""

import gzip
import json
from datetime import date, timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Membership, Notice, User
from accounts.roles import Role
from cases.models import (
    Appointment,
    Case,
    CaseDocument,
    Channel,
    Checklist,
    ChecklistItem,
    Consent,
    Enquiry,
    EnquiryImport,
    FollowUp,
    Guidance,
    GuidanceSuggestion,
    GuidanceVersion,
    Language,
    NamePart,
    Outcome,
    Person,
    Recall,
    Referral,
    Topic,
)
from municipalities.models import Island, Municipality, Office, Partner


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence("person{}@example.org".format)
    name = factory.Sequence("Person {}".format)


class IslandFactory(DjangoModelFactory):
    class Meta:
        model = Island
        django_get_or_create = ["name"]

    name = "Santiago"
    group = "Sotavento"
    group_code = "CV-S"


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = Municipality
        django_get_or_create = ["code"]

    code = factory.Sequence("X{:05}".format)  # as long as an ISO 3166-2 code may be
    island = factory.SubFactory(IslandFactory)
    name = factory.Sequence("Municipality {}".format)
    display_name = factory.SelfAttribute("name")
    slug = factory.Sequence("municipality-{}".format)


class OfficeFactory(DjangoModelFactory):
    class Meta:
        model = Office
        django_get_or_create = ["code"]

    municipality = factory.SubFactory(MunicipalityFactory)
    code = factory.Sequence("O{}".format)
    name = factory.Sequence("Office {}".format)


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner
        django_get_or_create = ["code"]

    code = factory.Sequence("PARTNER{}".format)
    name_pt = factory.Sequence("Parceiro {}".format)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.OFFICER
    starts_on = date(2020, 1, 1)


class InvitationFactory(MembershipFactory):
    """A role that somebody was invited to and has not accepted."""

    accepted_at = None
    invited_as = "As it was typed"
    given_by = factory.LazyAttribute(
        lambda membership: (
            MembershipFactory(
                role=Role.COORDINATOR if membership.role == Role.OFFICER else Role.APPROVER,
                municipality=membership.municipality,
            ).user
        )
    )


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic
        django_get_or_create = ["code"]

    class Params:
        restricted = factory.Trait(is_restricted=True, is_sensitive=True, is_urgent=True)

    code = factory.Sequence("TOP.{:02}".format)
    name_pt = factory.Sequence("Assunto {}".format)


class ChannelFactory(DjangoModelFactory):
    class Meta:
        model = Channel
        django_get_or_create = ["code"]

    code = "in_person"
    name_pt = "Presencial"


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = Outcome
        django_get_or_create = ["code"]

    code = "informed"
    name_pt = "Informação dada, assunto resolvido"
    closes = True


class LanguageFactory(DjangoModelFactory):
    class Meta:
        model = Language
        django_get_or_create = ["code"]

    code = "pt"
    name_pt = "Português"


class EnquiryFactory(DjangoModelFactory):
    class Meta:
        model = Enquiry

    office = factory.SubFactory(OfficeFactory)
    author = factory.SubFactory(UserFactory)
    topic = factory.SubFactory(TopicFactory)
    channel = factory.SubFactory(ChannelFactory)
    outcome = factory.SubFactory(OutcomeFactory)
    is_restricted = factory.SelfAttribute("topic.is_restricted")


class EnquiryImportFactory(DjangoModelFactory):
    """A list of two columns and one row."""

    class Meta:
        model = EnquiryImport
        skip_postgeneration_save = True

    office = factory.SubFactory(OfficeFactory)
    author = factory.SubFactory(UserFactory)
    file_name = "atendimentos.csv"
    columns = factory.LazyFunction(
        lambda: [
            {"heading": "Data", "field": "day", "why": ""},
            {"heading": "Assunto", "field": "topic", "why": ""},
        ]
    )
    rows = 1

    @factory.post_generation
    def cells(self, create, extracted, **kwargs):
        if self.state != EnquiryImport.State.DONE:
            packed = gzip.compress(json.dumps([["2", extracted or ["12/03/2024", "Renovação"]]]).encode())
            self.file.save("rows", ContentFile(packed))


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = Consent

    explained = "O que fica registado, quem o lê e até quando."
    language = factory.SubFactory(LanguageFactory)
    form = Consent.Form.SIGNED
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyAttribute(lambda consent: consent.starts_on + timedelta(days=730))
    recorded_by = factory.SubFactory(UserFactory)


class PersonFactory(DjangoModelFactory):
    """Somebody on record, with a signed consent for two years and a name that the search finds."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    office = factory.SubFactory(OfficeFactory)
    name = factory.Sequence("Utente {}".format)
    author = factory.SubFactory(UserFactory)
    consent = factory.SubFactory(ConsentFactory, recorded_by=factory.SelfAttribute("..author"))

    @factory.post_generation
    def on_file(self, create, extracted, **kwargs):
        if create:
            Consent.objects.filter(pk=self.consent_id, person=None).update(person=self)
            self.consent.refresh_from_db()
            NamePart.objects.bulk_create(NamePart.of(self, [self.name]))


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    user = factory.SubFactory(UserFactory)
    text = "Something happened."
    url = "/workspace/"


class ChecklistItemFactory(DjangoModelFactory):
    class Meta:
        model = ChecklistItem
        django_get_or_create = ["code"]

    code = "PASSPORT_COPY"
    name_pt = "Cópia do passaporte"
    required = ChecklistItem.Required.YES
    checklist = factory.LazyFunction(
        lambda: Checklist.objects.get_or_create(code="GENERAL", defaults={"name_pt": "Documentos gerais"})[0]
    )


class CaseFactory(DjangoModelFactory):
    class Meta:
        model = Case

    office = factory.SubFactory(OfficeFactory)
    number = factory.Sequence("GAI-XX-2026-{:05}".format)
    topic = factory.SubFactory(TopicFactory)
    author = factory.SubFactory(UserFactory)
    title = "Renovação da residência"
    is_restricted = factory.LazyAttribute(
        lambda case: case.topic.is_restricted or bool(case.person and case.person.is_restricted)
    )
    person = None


class CaseDocumentFactory(DjangoModelFactory):
    class Meta:
        model = CaseDocument

    case = factory.SubFactory(CaseFactory)
    title = "Contrato de arrendamento"
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7 %%EOF", "scan.pdf"))
    content_type = "application/pdf"
    size = 14
    added_by = factory.SubFactory(UserFactory)


class FollowUpFactory(DjangoModelFactory):
    """Something to do in a case, as restricted as it is."""

    class Meta:
        model = FollowUp

    case = factory.SubFactory(CaseFactory)
    office = factory.SelfAttribute("case.office")
    person = factory.SelfAttribute("case.person")
    is_restricted = factory.SelfAttribute("case.is_restricted")
    author = factory.SubFactory(UserFactory)
    title = "Telefonar"
    due_on = factory.LazyFunction(timezone.localdate)


class AppointmentFactory(DjangoModelFactory):
    """In an hour, for half an hour, with nothing but a few words."""

    class Meta:
        model = Appointment

    office = factory.SubFactory(OfficeFactory)
    author = factory.SubFactory(UserFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    ends_at = factory.LazyAttribute(lambda appointment: appointment.starts_at + timedelta(minutes=30))
    title = "Senhora com dois filhos"
    case = None
    person = None
    is_restricted = factory.LazyAttribute(
        lambda appointment: any(
            row is not None and row.is_restricted for row in (appointment.case, appointment.person)
        )
    )


class ReferralFactory(DjangoModelFactory):
    """A draft in a case; `sent_referral` in tests/cases/referrals.py sends one as the desk does."""

    class Meta:
        model = Referral

    case = factory.SubFactory(CaseFactory)
    office = factory.LazyAttribute(lambda referral: (referral.case or referral.enquiry).office)
    person = factory.LazyAttribute(lambda referral: (referral.case or referral.enquiry).person)
    partner = factory.SubFactory(PartnerFactory)
    reason = "Aulas de português à noite."
    author = factory.SubFactory(UserFactory)


class GuidanceFactory(DjangoModelFactory):
    class Meta:
        model = Guidance
        django_get_or_create = ["topic"]

    topic = factory.SubFactory(TopicFactory)


class GuidanceVersionFactory(DjangoModelFactory):
    """A card in force, reviewed today; as in real life it was a draft before."""

    class Meta:
        model = GuidanceVersion
        skip_postgeneration_save = True

    class Params:
        topic = factory.SubFactory(TopicFactory)

    guidance = factory.SubFactory(GuidanceFactory, topic=factory.SelfAttribute("..topic"))
    number = 1
    state = "published"
    say_pt = "Peça a renovação um mês antes."

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        state, is_material = kwargs.pop("state"), kwargs.pop("is_material", False)
        version = super()._create(model_class, *args, **kwargs)
        if state == "published":
            today = timezone.localdate()
            Guidance.objects.filter(pk=version.guidance_id).update(
                reviewed_on=today, review_by=today + timedelta(days=365)
            )
            version.guidance.refresh_from_db()
            version.guidance.versions.in_force().update(state="superseded")
            version.take_over()
            version.state, version.is_material = state, is_material
            version.published_at, version.published_by = timezone.now(), UserFactory()
            version.save()
        return version


class GuidanceSuggestionFactory(DjangoModelFactory):
    class Meta:
        model = GuidanceSuggestion

    topic = factory.SubFactory(TopicFactory)
    office = factory.SubFactory(OfficeFactory)
    author = factory.SubFactory(UserFactory)
    text_pt = "A taxa mudou em janeiro."


class RecallFactory(DjangoModelFactory):
    """A contact to be told again, since the card of its topic has changed."""

    class Meta:
        model = Recall

    enquiry = factory.SubFactory(EnquiryFactory)
    version = factory.SubFactory(GuidanceVersionFactory, topic=factory.SelfAttribute("..enquiry.topic"))
