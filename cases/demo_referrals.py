"""Invented referrals for demonstrations, in every state, at each office that has invented cases."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.reference import DEMO_PARTNER
from accounts.roles import Role
from cases.demo import MARK, MUNICIPALITIES
from cases.models import Case, CaseNote, Enquiry, Referral, ReferralStep
from cases.services.referrals import answer_referral, draft_referral, send_referral, withdraw_referral
from cases.workflow import RUNNING_STATES, ReferralState
from gai_portal.lib.reference import Tally
from municipalities.models import Office, Partner

# What is asked for, how far it is, and what the partner said.
REFERRALS = (
    ("Vaga num curso de português à noite.", ReferralState.DRAFT, ""),
    ("Confirmar se ainda há vagas para crianças no jardim de infância.", ReferralState.SENT, ""),
    (
        "Aconselhamento jurídico sobre o contrato de trabalho.",
        ReferralState.ANSWERED,
        "Terça-feira às 10h, sala 2.",
    ),
    ("Apoio alimentar para a família.", ReferralState.SOLVED, "Entregue na segunda-feira."),
    ("Alojamento temporário.", ReferralState.REFUSED, "De momento não há vagas."),
    ("Acompanhar a pessoa ao centro de saúde.", ReferralState.WITHDRAWN, ""),
)


@transaction.atomic
def load_demo_referrals() -> Tally:
    """A few referrals at each office. An office that has them already stays as it is."""
    tally = Tally()
    partner = Partner.objects.filter(code=DEMO_PARTNER).first()
    if partner is None:
        return tally  # a country with partners of its own
    for office in Office.objects.filter(municipality__in=MUNICIPALITIES):
        present = Referral.objects.filter(office=office, reason__endswith=MARK).count()
        by = User.objects.with_role({Role.OFFICER}, office.municipality_id).order_by("email").first()
        invented = CaseNote.objects.filter(text__endswith=MARK).values("case")
        cases = Case.objects.filter(office=office, state__in=RUNNING_STATES, pk__in=invented).order_by("pk")
        enquiry = Enquiry.objects.filter(office=office, case=None, note__endswith=MARK, is_restricted=False)
        places = [*cases[:2], enquiry.standing().order_by("pk").last()]
        if present or by is None or len(places) < 3 or None in places:
            tally.unchanged += present
            continue
        for number, row in enumerate(REFERRALS):
            invent_referral(row, places[number % len(places)], partner, by)
            tally.created += 1
    return tally


def invent_referral(
    row: tuple[str, ReferralState, str], about: Case | Enquiry | None, partner: Partner, by: User
) -> None:
    reason, state, text = row
    assert about is not None
    if about.person is not None:  # an invented agreement, as if it had been asked for at the desk
        about.person.consent.partners.add(partner)
    shares = ["name"] if about.person is not None else []
    referral = draft_referral(about, partner=partner, reason=f"{reason} {MARK}", shares=shares, by=by)
    if state == ReferralState.DRAFT:
        return
    due_on = timezone.localdate() + timedelta(days=10)
    referral = send_referral(referral, way=ReferralStep.Way.LINK, due_on=due_on, by=by)
    if state == ReferralState.WITHDRAWN:
        withdraw_referral(referral, by=by)
    elif state != ReferralState.SENT:
        answer_referral(referral, state=state, text=text, way=ReferralStep.Way.DESK, by=by)
