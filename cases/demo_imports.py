"""An invented old list for demonstrations: what one office kept in a table before it had the portal."""

import random
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cases.demo import MARK, MONTHS
from cases.models import EnquiryImport
from cases.services.import_values import Lists
from cases.services.imports import (
    keep_list,
    open_questions,
    record_list,
    say_columns,
    say_meanings,
    start_import,
)
from gai_portal.lib.reference import Tally
from municipalities.models import Office

MUNICIPALITY = "CV-SV"
ROWS = 60
HEADINGS = "Data;Nome;Sexo;Idade;Nacionalidade;Assunto;Forma de contacto;Resultado;Observações"
TOPICS = ["Renovação", "renovação de residência", "NIF", "Pedido de nacionalidade", "Emprego", "Passaporte"]
NATIONALITIES = ["Guiné-Bissau", "Senegalesa", "Nigeriana", "Portuguesa", "chinesa", ""]


def old_list() -> str:
    """The same each time but for its days, the three months before the first invented enquiry."""
    dice = random.Random(MUNICIPALITY)
    first = timezone.localdate() - timedelta(days=round((MONTHS + 3) * 30.5))
    rows = []
    for number in range(ROWS):
        day = first + timedelta(days=number)
        rows.append(
            [
                f"{day:%d/%m/%Y}" if number % 20 else "sem data",
                f"Pessoa Inventada {number}",
                dice.choice("FM"),
                dice.choice(["24", "31", "45", ""]),
                dice.choice(NATIONALITIES),
                dice.choice(TOPICS),
                dice.choice(["Balcão", "Telefone"]),
                dice.choice(["Resolvido", "Encaminhado"]),
                MARK,
            ]
        )
    return "\r\n".join([HEADINGS, *(";".join(row) for row in rows)])


@transaction.atomic
def load_demo_import() -> Tally:
    """The first time. An office that has taken over any list stays as it is."""
    tally = Tally()
    by = User.objects.with_role({Role.OFFICER}, MUNICIPALITY).order_by("email").first()
    office = Office.objects.filter(municipality=MUNICIPALITY).first()
    if by is None or office is None:
        return tally
    if EnquiryImport.objects.filter(office=office).exists():
        tally.unchanged += 1
        return tally
    source = keep_list(office, old_list().encode(), f"Atendimentos antigos {MARK}.csv", by=by)
    kept = [column for column in source.columns if not column["why"]]
    say_columns(source, [column["field"] or "note" for column in kept], by=by)
    asked = open_questions(source, Lists())
    say_meanings(source, [(one.field, one.text, one.code) for one in asked], by=by)
    start_import(source, by=by)
    record_list(source.pk)
    # It came long ago, so its years are published with the others.
    EnquiryImport.objects.filter(pk=source.pk).update(moved_at=timezone.now() - timedelta(days=365))
    tally.created += 1
    return tally
