"""Invented cases for demonstrations, in every state, at each office that has invented people."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.reference import LEFT
from accounts.roles import Role
from cases.demo import MARK, MUNICIPALITIES
from cases.models import Case, CaseNote, FollowUp, IdentityDocument, Outcome, Person, Topic
from cases.services.cases import add_note, close_case, open_case, reopen_case, wait_case
from cases.services.deadlines import count_known_deadlines
from cases.services.desk import save_next
from cases.services.follow_ups import add_follow_up
from cases.services.people import save_item
from cases.workflow import CaseState
from gai_portal.lib.reference import Tally
from municipalities.models import Office

# What it is about, topic, how far it is, and in how many days something is to be done.
CASES = (
    ("Renovar a autorização de residência", "RES.02", CaseState.OPEN, -3),
    ("Pedir o cartão de residência perdido", "RES.02", CaseState.WAITING, 9),
    ("Primeira autorização de residência", "RES.02", CaseState.CLOSED, None),
    ("Corrigir o nome no título de residência", "RES.02", CaseState.REOPENED, 2),
)


# What somebody who has left had to do, and in how many days: nobody has it in hand now.
LEFT_BEHIND = (("Confirmar a nova morada com a escola", -12), ("Pedir o comprovativo à segurança social", 4))


@transaction.atomic
def load_demo_cases() -> Tally:
    """A few cases at each office. An office that has them already stays as it is."""
    tally = Tally()
    topics = Topic.objects.in_bulk({topic for _title, topic, _state, _days in CASES})
    outcome = Outcome.objects.filter(is_active=True, closes=True).first()
    if outcome is None or len(topics) < len({topic for _title, topic, _state, _days in CASES}):
        return tally  # a country with lists of its own
    for office in Office.objects.filter(municipality__in=MUNICIPALITIES).select_related("municipality"):
        present = CaseNote.objects.filter(case__office=office, text__endswith=MARK).count()
        by = (
            User.objects.with_role({Role.OFFICER}, office.municipality_id)
            .distinct()
            .order_by("email")
            .first()
        )
        if present or by is None:
            tally.unchanged += len(CASES) if present else 0
            continue
        people = Person.objects.visible_to(by).filter(office=office, consent__explained__endswith=MARK)
        agreeing = [person for person in people.standing().order_by("pk") if person.consent.holds_on()]
        for number, row in enumerate(CASES):
            # The last one is followed without a name.
            person = agreeing[number] if number < min(len(agreeing), len(CASES) - 1) else None
            invent_case(row, office, topics[row[1]], outcome, person, by)
            tally.created += 1
    return tally


def invent_case(
    row: tuple[str, str, CaseState, int | None],
    office: Office,
    topic: Topic,
    outcome: Outcome,
    person: Person | None,
    by: User,
) -> Case:
    title, _topic, state, days = row
    content = {"topic": topic, "title": title, "person": person}
    if person is not None and state == CaseState.OPEN:
        expires = timezone.localdate() + timedelta(days=200)
        save_item(
            IdentityDocument(
                person=person, kind="permit", number=f"TR{person.pk:05}", country="CV", expires_on=expires
            ),
            by=by,
        )
    case = open_case(content, office=office, assigned_to=by, by=by)
    count_known_deadlines(case, by=by)
    add_note(
        case, text=f"Expliquei os passos e os documentos. {MARK}", help_given=CaseNote.Help.INFORMED, by=by
    )
    if state in {CaseState.CLOSED, CaseState.REOPENED}:
        close_case(case, outcome=outcome, reason="Recebeu o título.", by=by)
    if state == CaseState.REOPENED:
        case = reopen_case(case, reason="O nome saiu com um erro.", by=by)
    if days is not None:
        due = timezone.localdate() + timedelta(days=days)
        add_follow_up(case, title="Telefonar para a Fronteira", due_on=due, assigned_to=by, by=by)
    if state == CaseState.WAITING:
        wait_case(case, by=by)
    return case


@transaction.atomic
def load_demo_left_behind() -> Tally:
    """What somebody who has left still has in hand. Whatever is there already stays as it is."""
    tally = Tally()
    for leaver in User.objects.filter(email=LEFT):
        office = Office.objects.filter(municipality__memberships__user=leaver).first()
        present = FollowUp.objects.filter(author=leaver).count()
        if present or office is None:
            tally.unchanged += present
            continue
        for title, days in LEFT_BEHIND:
            due = timezone.localdate() + timedelta(days=days)
            whose = {"author": leaver, "assigned_to": leaver}
            save_next(FollowUp(office=office, title=title, due_on=due, **whose), leaver)
            tally.created += 1
    return tally
