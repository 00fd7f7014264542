"""Invented people on record for demonstrations: names drawn by lot, numbers that belong to nobody."""

import random
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.demo import MARK, MUNICIPALITIES
from cases.models import Consent, Enquiry, Language, Person
from cases.services.consents import explanation, usual_end
from cases.services.people import correct_person, record_person
from cases.services.reminders import remind_of_consents, remind_of_documents
from gai_portal.lib.reference import Tally
from gai_portal.lib.text import fold
from municipalities.models import Office, Partner

NUMBER = 36  # at each office
NAMES = {
    "GW": (
        "Mamadu Fatumata Ibraima Aissatu Braima Mariama Djenabu Quintino Binta Suleimane Umaro Nhima",
        "Djaló Baldé Sanhá Mané Embaló Camará Sambú Seidi Indjai Cassamá Turé",
    ),
    "SN": (
        "Mamadou Ousmane Cheikh Aminata Abdoulaye Moussa Khady Awa Babacar Coumba",
        "Diop Ndiaye Fall Sow Gueye Faye Sarr Cissé Niang",
    ),
    "NG": ("Chinedu Blessing Emeka Ngozi Adebayo Funmilayo Ibrahim", "Okafor Eze Balogun Adeyemi Nwosu Obi"),
    "CN": ("Wei Xiaoming Meiling Jun Fang Guangming", "Chen Lin Zhang Huang Zheng Liu"),
    "PT": ("João Marta Rui Catarina Nuno Inês", "Ferreira Marques Antunes Simões Gonçalves"),
    "ST": ("Edson Zita Wilson Neusa", "Quaresma Trovoada Bragança Lima"),
}
LANGUAGES = {"GW": "pov", "SN": "wo", "NG": "en", "CN": "zh", "PT": "pt", "ST": "pt"}


@transaction.atomic
def load_demo_people_on_record() -> Tally:
    """Some three dozen people at each office that has invented enquiries, and their enquiries among those."""
    tally = Tally()
    if set(LANGUAGES.values()) - set(Language.objects.values_list("pk", flat=True)):
        return tally  # a country with lists of its own
    for office in Office.objects.filter(municipality__in=MUNICIPALITIES).select_related("municipality"):
        present = Person.objects.filter(office=office, consent__explained__endswith=MARK).count()
        authors = list(
            User.objects.with_role(DESK_ROLES, office.municipality_id).distinct().order_by("email")
        )
        if present or not authors:
            tally.unchanged += present
            continue
        dice = random.Random(f"people of {office.code}")
        people = [invent_person(dice, office, authors, n) for n in range(NUMBER)]
        _set_apart(people)
        _ascribe_enquiries(dice, office, people)
        tally.created += len(people)
    # As the work of a night would: what expires soon is on the list of Today.
    remind_of_documents()
    remind_of_consents()
    return tally


def invent_person(dice: random.Random, office: Office, authors: list[User], number: int) -> Person:
    today = timezone.localdate()
    nationality = dice.choices(list(NAMES), weights=[40, 25, 10, 8, 9, 8])[0]
    given, family = (words.split() for words in NAMES[nationality])
    name = f"{dice.choice(given)} {dice.choice(family)}"
    name = " ".join(reversed(name.split())) if nationality == "CN" else name
    start = today - timedelta(days=dice.randrange(5, 500))
    spoken = dice.random() < 0.2
    consent = {
        "explained": f"{explanation(office, usual_end(start))} {MARK}",
        "language": Language.objects.get(pk=LANGUAGES[nationality]),
        "form": Consent.Form.SPOKEN if spoken else Consent.Form.SIGNED,
        "witness": "Mediadora do bairro" if spoken else "",
        "for_reminders": dice.random() < 0.7,
        "starts_on": start,
        "recorded_at": timezone.now() - (today - start),
        "ends_on": usual_end(start),
        "partners": list(Partner.objects.order_by("code")[:1]) if dice.random() < 0.2 else [],
    }
    # Invented numbers; the demonstration writes its mails to the console and calls nobody.
    contacts = [
        {
            "channel": "phone",
            "value": f"+238590{number:04}",
            "may_whatsapp": dice.random() < 0.6,
            "caution": "Não dizer quem telefona." if dice.random() < 0.1 else "",
        }
    ]
    expires = today + timedelta(days=dice.choice([-20, 12, 25, 40, 200, 600, 1200]))
    documents = [
        {
            "kind": "passport",
            "number": f"X{dice.randrange(10**6):06}",
            "country": nationality,
            "expires_on": expires,
        }
    ]
    return record_person(
        {
            "office": office,
            "name": name,
            "born_on": date(dice.randrange(1958, 2006), dice.randrange(1, 13), dice.randrange(1, 29)),
            "sex": dice.choice("fm"),
            "nationality": nationality,
            "language": consent["language"],
            "created_at": timezone.now() - (today - start),
        },
        consent=consent,
        contacts=contacts if dice.random() < 0.8 else [],
        documents=documents if dice.random() < 0.7 else [],
        by=dice.choice(authors),
    )


def _set_apart(people: list[Person]) -> None:
    """One whose agreement has ended, one restricted, and one who was recorded a second time."""
    ended, restricted, once, twice = people[:4]
    again = {"name": fold(once.name).title(), "born_on": once.born_on, "nationality": once.nationality}
    correct_person(twice, again, version=1, by=twice.author)
    yesterday = timezone.localdate() - timedelta(days=1)
    Consent.objects.filter(pk=ended.consent_id).update(
        starts_on=yesterday - timedelta(days=730), ends_on=yesterday
    )
    Person.objects.filter(pk=restricted.pk).update(is_restricted=True)
    Person.history.filter(id=restricted.pk).update(is_restricted=True)


def _ascribe_enquiries(dice: random.Random, office: Office, people: list[Person]) -> None:
    """About two of the office's invented enquiries for each person, in the record and in its history."""
    rows = Enquiry.objects.filter(
        office=office, note__endswith=MARK, is_restricted=False, people=None, return_code=None
    )
    rows = rows.order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    for pk in dice.sample(pks, min(len(pks), 2 * len(people))):
        person = dice.choice(people[2:])
        for table in (Enquiry.objects.filter(pk=pk), Enquiry.history.filter(id=pk)):
            table.update(person=person, nationality=person.nationality, sex=person.sex)
