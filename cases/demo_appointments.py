"""Invented appointments for demonstrations: today, tomorrow, and a joint day in the week after."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cases.demo import MUNICIPALITIES
from cases.models import Appointment, Case, Person
from cases.services.appointments import make_appointment, make_joint_day
from gai_portal.lib.reference import Tally
from municipalities.models import Office, Partner

USUAL = timedelta(minutes=30)


@transaction.atomic
def load_demo_appointments() -> Tally:
    """A few at each office that has invented cases. An office that has any already stays as it is."""
    tally = Tally()
    for office in Office.objects.filter(municipality__in=MUNICIPALITIES):
        officers = User.objects.with_role({Role.OFFICER}, office.municipality_id)
        by = officers.distinct().order_by("email").first()
        present = Appointment.objects.filter(office=office).count()
        if present or by is None:
            tally.unchanged += present
            continue
        tally.created += _expect(office, by)
    return tally


def _expect(office: Office, by: User) -> int:
    def at(days: int, hour: int, minute: int = 0) -> datetime:
        day = timezone.localdate() + timedelta(days=days)
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))

    cases = Case.objects.visible_to(by).filter(office=office, is_restricted=False).running()
    case = cases.exclude(person=None).select_related("office", "person__consent").order_by("pk").first()
    people = Person.objects.visible_to(by).filter(office=office, is_restricted=False).standing().consenting()
    reminded = people.filter(consent__for_reminders=True, contacts__isnull=False).order_by("pk").first()

    def expect(starts_at: datetime, title: str, **matter: Case | Person | None) -> None:
        content = {"starts_at": starts_at, "ends_at": starts_at + USUAL, "title": title, "assigned_to": by}
        make_appointment(content | matter, office=office, by=by)

    expect(at(0, 16), "Senhora que perdeu o passaporte")
    expect(at(0, 10), "Trazer os documentos", case=case)
    expect(at(1, 10), "Renovar o passaporte", person=reminded)
    expect(at(1, 11, 15), "Casal com um bebé")
    partner = Partner.objects.order_by("code").first()
    joint_day = {"starts_at": at(8, 9), "place": "Escola secundária", "partner": partner}
    make_joint_day(joint_day, until=at(8, 11), minutes=30, office=office, by=by)
    return Appointment.objects.filter(office=office).count()
