"""Invented transfers for demonstrations: one asked for, one offered, one accepted."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cases.demo import MARK
from cases.models import Case, Person, Transfer
from cases.services.transfers import accept_transfer
from cases.workflow import TransferState
from gai_portal.lib.reference import Tally
from municipalities.models import Office

REASON = "Mudou de ilha por causa do trabalho e volta em breve ao balcão. " + MARK


@transaction.atomic
def load_demo_transfers() -> Tally:
    """Between the offices of Praia, Sal and Boa Vista. A portal that has any transfer stays as it is."""
    tally = Tally()
    offices = {office.code: office for office in Office.objects.filter(code__in=["PR", "SL", "BV"])}
    coordinators = {
        code: User.objects.with_role({Role.COORDINATOR}, office.municipality_id).order_by("email").first()
        for code, office in offices.items()
    }
    people = (
        Person.objects.standing().consenting().filter(is_restricted=False, consent__explained__endswith=MARK)
    )
    case = Case.objects.running().filter(office=offices.get("PR"), person=None, is_restricted=False).first()
    asked = people.filter(office=offices.get("SL"), cases=None).order_by("-pk").first()
    gone = people.filter(office=offices.get("BV"), cases__isnull=False).order_by("pk").first()
    if Transfer.objects.exists() or None in (case, asked, gone, *coordinators.values()) or len(offices) < 3:
        tally.unchanged += Transfer.objects.count()
        return tally
    now = timezone.now()
    kept = {"agreed_on": timezone.localdate() - timedelta(days=3)}
    offered = {"state": TransferState.OFFERED, "reason": REASON, "offered_at": now - timedelta(days=2)}
    Transfer.objects.create(
        from_office=offices["SL"],
        to_office=offices["PR"],
        person=asked,
        state=TransferState.ASKED,
        asked_by=coordinators["PR"],
        asked_at=now - timedelta(days=1),
        **kept,
    )
    Transfer.objects.create(
        from_office=offices["PR"],
        to_office=offices["SL"],
        case=case,
        offered_by=coordinators["PR"],
        **offered,
        **kept,
    )
    moving = Transfer.objects.create(
        from_office=offices["BV"],
        to_office=offices["PR"],
        person=gone,
        offered_by=coordinators["BV"],
        **offered,
        **kept,
    )
    by = coordinators["PR"]
    assert by is not None
    accept_transfer(moving, assigned_to=by, by=by)
    tally.created += 3
    return tally
