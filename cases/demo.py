"""Invented enquiries for demonstrations: no names, no real people, the same each time."""

import random
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models import Channel, Enquiry, Language, Outcome, ReferenceRow, RequesterType, Topic
from gai_portal.lib.countries import STATELESS
from gai_portal.lib.history import signed
from gai_portal.lib.reference import Tally
from municipalities.models import Office

MARK = "(demonstração)"
MUNICIPALITIES = ["CV-PR", "CV-SL", "CV-BV", "CV-SV"]
NUMBER = 400  # at each office
MONTHS = 24
WORKING_HOURS = (8, 16)

# Weights. Outreach in São Vicente heard mostly of residence permits, nationality, small-business funding and
# family reunification; nationalities follow the 2021 and 2022 counts of foreign residents.
TOPICS = {
    "RES.02": 60,
    "RES.01": 55,
    "RES.05": 35,
    "RES.08": 15,
    "RES.03": 12,
    "RES.04": 12,
    "RES.06": 6,
    "NAC.01": 30,
    "NAC.03": 12,
    "NAC.02": 6,
    "NEG.04": 22,
    "NEG.01": 10,
    "NEG.03": 8,
    "FAM.02": 18,
    "FAM.01": 14,
    "TRA.02": 14,
    "TRA.03": 10,
    "TRA.01": 12,
    "SEG.01": 10,
    "EDU.01": 10,
    "EDU.02": 5,
    "SAU.01": 8,
    "LIN.01": 7,
    "LIN.03": 5,
    "HAB.01": 6,
    "HAB.04": 8,
    "SOC.01": 6,
    "ENT.02": 6,
    "ENT.04": 5,
    "CIV.01": 6,
    "CON.01": 6,
    "RET.01": 4,
    "JUR.01": 3,
    "DIS.01": 2,
    "VBG.01": 2,
    "TRF.01": 1,
}
CHANNELS = {
    "in_person": 70,
    "phone": 12,
    "whatsapp": 9,
    "outreach": 4,
    "email": 2,
    "joint_day": 2,
    "referral_in": 1,
}
OUTCOMES = {
    "informed": 58,
    "supported": 18,
    "referred": 12,
    "waiting_person": 5,
    "appointment": 3,
    "waiting_service": 2,
    "interpreted": 2,
}
NATIONALITIES = {
    "GW": 37,
    "SN": 13,
    "PT": 7,
    "NG": 8,
    "CN": 5,
    "GN": 5,
    "GH": 3,
    "BR": 3,
    "IT": 2,
    "ST": 2,
    "GM": 2,
    "ML": 2,
    STATELESS: 1,
    "": 10,
}
LANGUAGES = {"GW": "pov", "SN": "wo", "PT": "pt", "NG": "en", "CN": "zh", "GN": "fr", "GH": "en", "BR": "pt"}
SEXES = {"m": 60, "f": 33, "": 7}
AGES = {"18-24": 15, "25-34": 36, "35-44": 26, "45-64": 11, "14-17": 2, "65+": 1, "": 9}
REQUESTERS = {"relative": 6, "association": 3, "employer": 2, "public_service": 1}
SELDOM_SPOKEN = {"wo", "zh"}
PLACES = {
    "outreach": ["Mercado municipal", "Bairro da comunidade", "Obra em construção"],
    "joint_day": ["Escola secundária", "Casa do Cidadão"],
}
NOTES = [
    "Volta com os documentos em falta.",
    "Pediu informação para um familiar.",
    "Explicados os prazos.",
    "Ajuda a preencher o formulário.",
    "Veio pela segunda vez sobre o mesmo assunto.",
    "",
    "",
    "",
]


def pick(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), weights=list(weights.values()))[0]


def moment(dice: random.Random, latest: datetime) -> datetime:
    """A time at the desk in the past months, a working day; rather recently than long ago."""
    days = int(MONTHS * 30.4 * (1 - dice.random() ** 0.75))
    day = (latest - timedelta(days=days + 1)).date()
    day -= timedelta(days=max(0, day.weekday() - 4))
    at = time(dice.randrange(*WORKING_HOURS), dice.randrange(60))
    return timezone.make_aware(datetime.combine(day, at))


def invent(dice: random.Random, office: Office, authors: list[User], restricted: set[str]) -> Enquiry:
    topic, nationality = pick(dice, TOPICS), pick(dice, NATIONALITIES)
    at = moment(dice, timezone.localtime())
    outcome = "referred" if topic in restricted else pick(dice, OUTCOMES)
    enquiry = Enquiry(
        office=office,
        at=at,
        topic_id=topic,
        channel_id=pick(dice, CHANNELS),
        outcome_id=outcome,
        sex=pick(dice, SEXES),
        age_band=pick(dice, AGES),
        nationality=nationality,
        language_id=LANGUAGES.get(nationality) if dice.random() < 0.7 else None,
        note=f"{dice.choice(NOTES)} {MARK}".strip(),
        is_restricted=topic in restricted,
        author=dice.choice(authors),
        created_at=at + timedelta(minutes=dice.randrange(1, 20)),
    )
    _say_more(dice, enquiry, restricted)
    return signed(enquiry, enquiry.author, at=enquiry.created_at)


def _say_more(dice: random.Random, enquiry: Enquiry, restricted: set[str]) -> None:
    """What some contacts have beside the common case."""
    if dice.random() < 0.5:
        enquiry.minutes = dice.choice([5, 10, 15, 15, 20, 30, 45])
    if dice.random() < 0.12:
        others: Any = tuple({pick(dice, TOPICS)} - {enquiry.topic_id, *restricted})
        enquiry.further_topics = others
    if dice.random() < 0.15:
        enquiry.requester_id = pick(dice, REQUESTERS)
    if enquiry.language_id in SELDOM_SPOKEN:
        enquiry.interpreter = dice.choice(["used", "missing", ""])
    if enquiry.channel_id in PLACES:
        enquiry.place = dice.choice(PLACES[enquiry.channel_id])
        if dice.random() < 0.4:
            enquiry.people = dice.randrange(4, 40)


@transaction.atomic
def load_demo_enquiries() -> Tally:
    """About two years of enquiries at four offices. An office that has them already stays as it is."""
    tally = Tally()
    wanted: dict[type[ReferenceRow], set[str]] = {
        Topic: set(TOPICS),
        Channel: set(CHANNELS),
        Outcome: set(OUTCOMES),
        Language: set(LANGUAGES.values()),
        RequesterType: set(REQUESTERS),
    }
    for model, codes in wanted.items():
        if codes - set(model._default_manager.values_list("pk", flat=True)):
            return tally  # a country with lists of its own
    restricted = set(Topic.objects.filter(is_restricted=True).values_list("pk", flat=True))
    for office in Office.objects.filter(municipality__in=MUNICIPALITIES):
        authors = list(
            User.objects.filter(
                memberships__municipality=office.municipality_id, memberships__role__in=DESK_ROLES
            )
            .distinct()
            .order_by("email")
        )
        present = Enquiry.objects.filter(office=office, note__endswith=MARK).count()
        if present or not authors:
            tally.unchanged += present
            continue
        dice = random.Random(office.code)
        rows = sorted(
            (invent(dice, office, authors, restricted) for _ in range(NUMBER)), key=lambda row: row.at
        )
        bulk_create_with_history(rows, Enquiry, batch_size=200)
        tally.created += len(rows)
    return tally
