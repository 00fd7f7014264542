"""Invented enquiries and people in any number, on top of the demonstration's.

Many enquiries are copies of the first ones, on other days of the same years: the database makes a million of
them in a minute or two. Copies have no history.
"""

import random
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cases.demo import CHANNELS, LANGUAGES, NATIONALITIES, NOTES, OUTCOMES, SEXES, TOPICS, pick
from cases.demo_people import NAMES
from cases.models import Consent, Enquiry, NamePart, Person
from municipalities.models import Municipality, Office

YEARS = 10
AT_ONCE = 2_000
INVENTED = 20_000  # enquiries; all others are copies
COPIES = """
    INSERT INTO cases_enquiry ({columns}) SELECT {values} FROM cases_enquiry
    WHERE id > %s AND person_id IS NULL ORDER BY id LIMIT %s
"""
# One office in three is a large one.
TOWN = "CV-PR"
SHARE_OF_TOWN = 0.3


def seed(enquiries: int, *, people: int | None = None) -> None:
    """`enquiries` of ten years at the offices of all municipalities, a tenth of them with a name."""
    dice = random.Random("benchmark")
    offices = _offices()
    by = User.objects.with_role({Role.OFFICER}, TOWN).order_by("email").first()
    assert by is not None, "load the demonstration first"
    named = _people(dice, offices, people or max(1, enquiries // 5), by)
    now = timezone.now()
    last = Enquiry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    invented = min(enquiries, INVENTED)
    for start in range(0, invented, AT_ONCE):
        rows = [_enquiry(dice, offices, named, by, now) for _ in range(min(AT_ONCE, invented - start))]
        with transaction.atomic():
            Enquiry.objects.bulk_create(rows)
            Enquiry.history.bulk_history_create(rows, default_user=by)
    columns = [field.column for field in Enquiry._meta.concrete_fields if not field.primary_key]
    values = ["at - random() * interval '90 days'" if name == "at" else name for name in columns]
    copy = COPIES.format(columns=", ".join(columns), values=", ".join(values))
    missing = enquiries - invented
    with connection.cursor() as cursor:
        while missing:
            cursor.execute(copy, [last, missing])
            missing -= cursor.rowcount
        cursor.execute("ANALYZE")


def _offices() -> list[Office]:
    """One in each municipality, that of the town first."""
    for number, municipality in enumerate(Municipality.objects.filter(offices=None).order_by("code")):
        Office.objects.create(municipality=municipality, code=f"B{number}", name=f"Office of {municipality}")
    town = Office.objects.filter(municipality=TOWN)[:1]
    return [*town, *Office.objects.exclude(municipality=TOWN).order_by("code")]


def _anywhere(dice: random.Random, offices: list[Office]) -> Office:
    return offices[0] if dice.random() < SHARE_OF_TOWN else dice.choice(offices)


def _people(dice: random.Random, offices: list[Office], number: int, by: User) -> dict[int, list[Person]]:
    """By office."""
    today = timezone.localdate()
    found: dict[int, list[Person]] = {office.pk: [] for office in offices}
    language = LANGUAGES["PT"]
    for start in range(0, number, AT_ONCE):
        size = min(AT_ONCE, number - start)
        agreed = {"explained": "Benchmark", "language_id": language, "form": "signed", "recorded_by": by}
        days = {"starts_on": today, "ends_on": today + timedelta(days=365)}
        consents = Consent.objects.bulk_create([Consent(**agreed, **days) for _ in range(size)])
        people = []
        for consent in consents:
            nationality = dice.choice(list(NAMES))
            given, family = (words.split() for words in NAMES[nationality])
            name = f"{dice.choice(given)} {dice.choice(given)} {dice.choice(family)}"
            office = _anywhere(dice, offices)
            people.append(
                Person(office=office, consent=consent, name=name, nationality=nationality, author=by)
            )
        Person.objects.bulk_create(people)
        for consent, person in zip(consents, people, strict=True):
            consent.person = person
            found[person.office_id].append(person)
        Consent.objects.bulk_update(consents, ["person"])
        NamePart.objects.bulk_create(
            [part for person in people for part in NamePart.of(person, [person.name])]
        )
    return found


def _enquiry(
    dice: random.Random, offices: list[Office], named: dict[int, list[Person]], by: User, now: datetime
) -> Enquiry:
    office = _anywhere(dice, offices)
    day = timezone.localdate(now) - timedelta(days=1 + int(dice.random() * 365 * YEARS))
    at = timezone.make_aware(datetime.combine(day, time(dice.randrange(8, 16), dice.randrange(60))))
    is_named = dice.random() < 0.1 and named[office.pk]
    return Enquiry(
        office=office,
        at=at,
        topic_id=pick(dice, TOPICS),
        channel_id=pick(dice, CHANNELS),
        outcome_id=pick(dice, OUTCOMES),
        sex=pick(dice, SEXES),
        nationality=pick(dice, NATIONALITIES),
        person=dice.choice(named[office.pk]) if is_named else None,
        note=dice.choice(NOTES),
        author=by,
        created_at=at,
    )
