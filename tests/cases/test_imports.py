"""An office's old list: taken over without names, looked at first, recorded once, undone."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from cases.models import Enquiry, EnquiryImport, ImportedRow
from cases.services.enquiries import correct_enquiry, void_enquiry
from cases.services.import_columns import field_labels
from cases.services.import_values import Lists, keyed
from cases.services.imports import (
    discard_list,
    forget_old_lists,
    keep_list,
    look_at,
    open_questions,
    record_list,
    rows_of,
    same_list,
    say_columns,
    say_meanings,
    start_import,
    undo_import,
    untouched,
)
from tests.conftest import member
from tests.factories import (
    CaseFactory,
    ChannelFactory,
    EnquiryImportFactory,
    LanguageFactory,
    OutcomeFactory,
    TopicFactory,
)

PT = {"accept-language": "pt"}
HEAD = "Data;Hora;Nome do utente;Telemóvel;Sexo;Idade;Nacionalidade;Assunto;Forma de contacto;Resultado;Obs."
LIST = f"""GAI Praia - atendimentos 2024

{HEAD}
12/03/2024;10h30;Maria Semedo;9912345;F;34;Senegalesa;Renovação;Presencial;Resolvido;Trouxe o atestado
13/03/2024;;João Djaló;9923456;Masc.;;Nigéria;renovacao;Telefone;Encaminhado;
13-mar-24;;Ana Tavares;9934567;;;;Papéis;;Encaminhado;Ligar ao 993 45 67
amanhã;;Rui Gomes;9945678;M;;;Renovação;Presencial;Resolvido;
"""


@pytest.fixture
def lists(renewal, in_person, informed):
    ChannelFactory(code="phone", name_pt="Telefone")
    OutcomeFactory(code="referred", name_pt="Encaminhado para outro serviço")
    LanguageFactory()


@pytest.fixture
def send(lists, office_praia, desk_praia):
    def send(text=LIST, name="atendimentos.csv", by=desk_praia):
        return keep_list(office_praia, text.encode() if isinstance(text, str) else text, name, by=by)

    return send


@pytest.fixture
def ready(send, desk_praia):
    """A list of which everything is said."""

    def ready(text=LIST, by=desk_praia):
        source = send(text, by=by)
        if "Obs" in text:
            kept = [column for column in source.columns if not column["why"]]
            notes = {"Obs": "note", "Obs.": "note"}
            say_columns(
                source, [column["field"] or notes.get(column["heading"], "") for column in kept], by=by
            )
        said = [("topic", "papeis", "RES.02"), ("channel", "", "in_person"), ("outcome", "", "informed")]
        return say_meanings(source, said, by=by)

    return ready


@pytest.fixture
def take_over(ready, desk_praia):
    def take_over(text=LIST, by=desk_praia):
        source = start_import(ready(text, by=by), by=by)
        record_list(source.pk)
        source.refresh_from_db()
        return source

    return take_over


def lines(number, topic="Renovação", **more):
    rows = [f"{1 + n % 28:02}/{1 + n // 28 % 12:02}/2024;{topic};{n}" for n in range(number)]
    return "Data;Assunto;Obs\n" + "\n".join(rows)


# What is never kept


def test_columns_that_say_who_somebody_is_are_dropped_before_anything_is_stored(send):
    source = send()
    why = {column["heading"]: column["why"] for column in source.columns if column["why"]}
    assert why == {"Nome do utente": "heading", "Telemóvel": "heading"}
    kept = repr(rows_of(source)) + repr(source.columns)
    assert [secret for secret in ("Semedo", "Djaló", "9912345", "993 45 67") if secret in kept] == []


@pytest.mark.parametrize(
    ("heading", "cells", "why"),
    [
        ("Cidadão", ["Maria Semedo", "João da Silva", "Ana Tavares", "Rui Gomes Pina"], "names"),
        ("Ref.", ["991 23 45", "992 34 56", "", "993 45 67"], "numbers"),
        ("Ref.", ["AB123456", "AB123457", "N1234567", "N7654321"], "numbers"),
        ("Data de nascimento", ["12/03/1990"], "heading"),
        ("Contacto", ["sim"], "heading"),
        ("Tipo de contacto", ["Presencial"], "heading"),
        ("Forma de contacto", ["Presencial"], ""),
        ("Data do contacto", ["12/03/2024"], ""),
        ("Assunto", ["Autorização Residência"] * 9, ""),
        ("País", ["Guiné Bissau", "Costa do Marfim"] * 4, ""),
        ("Data", ["2024-03-12 10:30", "45363", "12/03/2024"], ""),
    ],
)
def test_a_column_is_known_by_its_heading_or_by_what_stands_in_it(send, heading, cells, why):
    source = send(f"Dia;{heading}\n" + "\n".join(f"1/1/2024;{cell}" for cell in cells))
    assert source.columns[1]["why"] == why


def test_a_column_left_out_cannot_be_asked_for(client, send, desk_praia):
    source = send()
    client.force_login(desk_praia)
    page = client.get(reverse("cases:import_columns", args=[source.pk]), headers=PT)
    assert "Nome do utente" not in [field.label for field in page.context["form"]]
    assert "Nome do utente" in page.content.decode()
    assert "Semedo" not in page.content.decode()


def test_a_note_with_a_telephone_number_is_left_empty(take_over):
    source = take_over()
    assert source.notes_left_out == 1
    assert set(Enquiry.objects.values_list("note", flat=True)) == {"", "Trouxe o atestado"}


# What the list says


def test_the_headings_say_what_the_columns_hold(send):
    fields = {column["heading"]: column["field"] for column in send().columns if column["field"]}
    assert fields == {
        "Data": "day",
        "Hora": "hour",
        "Sexo": "sex",
        "Idade": "age_band",
        "Nacionalidade": "nationality",
        "Assunto": "topic",
        "Forma de contacto": "channel",
        "Resultado": "outcome",
    }


@pytest.mark.parametrize("heading", ["Observações", "Nota", "Notes", "Remarques"])
def test_a_column_of_free_text_is_known_and_left_out_until_somebody_takes_it(
    client, send, desk_praia, heading
):
    source = send(f"Data;Assunto;{heading}\n1/1/2024;Renovação;Veio com a irmã")
    client.force_login(desk_praia)
    page = reverse("cases:import_columns", args=[source.pk])
    notes = client.get(page, headers=PT).context["form"]["column-2"]
    assert notes.value() == "-"
    assert notes.field.choices[0][1].startswith("Deixar de fora: texto livre")
    client.post(page, {"column-0": "day", "column-1": "topic", "column-2": "note"})
    assert client.get(page).context["form"]["column-2"].value() == "note"


@pytest.mark.parametrize(
    "head",
    ["Date;Subject;Sex;Country;Notes", "Date;Sujet;Sexe;Pays;Remarques", "DIA;TEMA;GÉNERO;PAÍS;OBSERVAÇÕES"],
)
def test_headings_are_known_in_every_language(send, head):
    source = send(f"{head}\n1/1/2024;Renovação;F;Senegal;ok")
    fields = [column["field"] for column in source.columns]
    assert fields == ["day", "topic", "sex", "nationality", ""]  # a note is taken over only by hand


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("topic", "res.02", "RES.02"),
        ("topic", "RENEWAL", "RES.02"),
        ("topic", "Renovação de TRE", "RES.02"),
        ("sex", "Fem.", "f"),
        ("sex", "homem", "m"),
        ("age_band", "34 anos", "25-34"),
        ("age_band", "18-24", "18-24"),
        ("age_band", "230", ""),
        ("nationality", "Sénégal", "SN"),
        ("nationality", "bissau-guineense", "GW"),
        ("nationality", "cv", "CV"),
        ("nationality", "Guiné", ""),  # of two countries: somebody has to say
        ("outcome", "Encaminhado", "referred"),
        ("channel", "telefonema", ""),
    ],
)
def test_a_value_is_known_by_its_code_name_or_synonym(lists, field, text, code):
    assert Lists().known(field, text) == code


def test_every_word_that_is_not_exactly_ours_is_told_the_doubtful_and_frequent_first(send):
    asked = open_questions(send(), Lists())
    assert [(one.field, one.text, one.number, one.how) for one in asked] == [
        ("topic", "papeis", 1, "unknown"),
        ("channel", "", 1, "unknown"),
        ("outcome", "encaminhado", 2, "synonym"),
        ("outcome", "resolvido", 2, "synonym"),
        ("sex", "masc", 1, "synonym"),
        ("nationality", "senegalesa", 1, "synonym"),
    ]
    assert asked[1].code == ""  # nothing stands there: a guess would become a figure


@pytest.mark.parametrize(
    "text", ["Renovação", "renovacao.", "RES.02", "Renewal", "AUTORIZAÇÃO DE RESIDÊNCIA"]
)
def test_what_is_exactly_a_name_or_code_is_not_asked(send, renewal, text):
    TopicFactory(code="RES.09", name_pt="Autorização de residência", parent=renewal.parent)
    assert "topic" not in {one.field for one in open_questions(send(lines(3, text)), Lists())}


@pytest.mark.parametrize("text", ["Renovasão", "Renovação Residência", "Pedido Renovação"])
def test_a_near_miss_is_guessed_but_not_taken(send, text):
    source = send(lines(3, text))
    [one, *_rest] = open_questions(source, Lists())
    assert (one.shown, one.number, one.code, one.how) == (text, 3, "RES.02", "guess")
    assert look_at(source, Lists()).recorded == 0  # until somebody has said yes


def test_a_guess_needs_a_yes_and_nothing_else_that_was_said_is_lost(client, send, desk_praia):
    source = send(lines(3, "Renovasão"))
    client.force_login(desk_praia)
    address = reverse("cases:import_meanings", args=[source.pk])
    said = {"topic:renovasao": "", "channel:": "in_person", "outcome:": "informed"}
    page = client.post(address, said, headers=PT)
    assert "Diga sim" in str(page.context["form"].errors["topic:renovasao"])
    assert '<option value="in_person" selected>' in page.content.decode()
    assert not EnquiryImport.objects.get().meanings
    assert client.post(address, said | {"topic:renovasao": "yes"}).status_code == 302
    source.refresh_from_db()
    assert source.meanings["topic"] == {"renovasao": "RES.02"}
    assert look_at(source, Lists()).recorded == 3
    record_list(start_import(source, by=desk_praia).pk)
    [again, *_rest] = open_questions(send(lines(2, "renovasao")), Lists())
    assert (again.code, again.how) == ("RES.02", "said")  # the office's next list knows it


def test_what_was_said_is_remembered_for_the_office_and_for_no_other(take_over, send, office_sal, desk_sal):
    text = LIST.replace("M;;;Renovação", "M;;;Papéis")
    take_over(text)
    again = send(text.replace("Obs.", "Assunto 2"))
    assert {one.how for one in open_questions(again, Lists()) if one.field == "topic"} == {"said"}
    assert say_columns(again, [c["field"] for c in again.columns if not c["why"]], by=again.author)
    other = keep_list(office_sal, text.encode(), "x.csv", by=desk_sal)
    assert {one.how for one in open_questions(other, Lists()) if one.field == "topic"} == {"unknown"}


def test_a_column_said_otherwise_is_said_so_again(send, ready, desk_praia):
    source = ready("Quando;O quê\n1/1/2024;Renovação")
    say_columns(source, ["day", "topic"], by=desk_praia)
    again = send("QUANDO;O que\n1/1/2024;Renovação")
    assert [column["field"] for column in again.columns] == ["day", "topic"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [(["day", ""], "Assunto"), (["", "topic"], "Data"), (["day", "day"], "Duas colunas")],
)
def test_a_day_and_a_topic_are_needed_once(send, desk_praia, fields, said):
    source = send("A;B\n1/1/2024;Renovação")
    with pytest.raises(ValidationError, match=said):
        say_columns(source, fields, by=desk_praia)


def test_every_field_has_a_label():
    assert list(field_labels()) == [
        *("day", "hour", "topic", "channel", "outcome"),
        *("sex", "age_band", "nationality", "language", "note"),
    ]


# What would be recorded


def test_a_preview_says_what_would_be_recorded_and_what_is_wrong_where(ready):
    look = look_at(ready(), Lists())
    assert (look.recorded, look.repeated, look.faulty, look.notes_left_out) == (3, 0, 1, 1)
    assert look.faults == [("7", "Data", "«amanhã» não é um dia.")]
    first = look.first[0]
    assert timezone.localtime(first.content["at"]).strftime("%d %H:%M") == "12 10:30"
    assert first.content | {"at": None, "note": None} == {
        "at": None,
        "topic_id": "RES.02",
        "channel_id": "in_person",
        "outcome_id": "informed",
        "sex": "f",
        "age_band": "25-34",
        "nationality": "SN",
        "language_id": None,
        "note": None,
        "is_restricted": False,
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1/1/2090;Renovação;M", "ainda não chegou"),
        ("1/1/1970;Renovação;M", "Verifique o ano"),
        ("=TODAY();Renovação;M", "escreva o resultado"),
        ("1/1/2024;=A1;M", "escreva o resultado"),
        ("1/1/2024;;M", "Não há aqui nada"),
        (";Renovação;M", "Não há aqui nada"),
        ("1/1/2024;Renovação;talvez", "Ninguém disse o que «talvez»"),
        ("1/1/2024;Outra;M", "deixar estas linhas de fora"),
    ],
)
def test_each_fault_is_told_in_plain_words(ready, desk_praia, row, said):
    source = ready(f"Data;Assunto;Sexo\n{row}")
    source = say_meanings(source, [("topic", "outra", "")], by=desk_praia)
    look = look_at(source, Lists())
    assert look.recorded == 0
    assert said in look.faults[0][2]


# Recorded


def test_the_rows_become_enquiries_of_whoever_sent_the_list(take_over, desk_praia, office_praia):
    source = take_over()
    assert (source.state, source.recorded, source.faulty, source.looked_at) == ("done", 3, 1, 4)
    enquiries = Enquiry.objects.order_by("pk")
    assert {(row.office, row.author) for row in enquiries} == {(office_praia, desk_praia)}
    [line] = enquiries[0].history.all()
    assert (line.history_type, line.history_user) == ("+", desk_praia)
    assert ImportedRow.objects.count() == 3


def test_the_file_is_deleted_when_its_rows_are_recorded(
    ready, desk_praia, django_capture_on_commit_callbacks
):
    source = start_import(ready(), by=desk_praia)
    name = source.file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        record_list(source.pk)
    assert not default_storage.exists(name)
    source.refresh_from_db()
    assert not source.file


def test_a_restricted_topic_makes_a_restricted_enquiry(take_over, violence, coordinator_praia, desk_praia):
    take_over("Data;Assunto\n1/1/2024;VBG.01")
    assert Enquiry.objects.visible_to(desk_praia).get().is_restricted
    assert not Enquiry.objects.visible_to(coordinator_praia).exists()


def test_rows_that_were_recorded_before_are_known_again(take_over, ready):
    take_over()
    longer = LIST + "14/03/2024;;;;;;;Renovação;Presencial;Resolvido;\n"
    look = look_at(ready(longer), Lists())
    assert (look.recorded, look.repeated) == (1, 3)
    assert take_over(longer).recorded == 1
    assert Enquiry.objects.count() == 4


def test_two_contacts_that_look_the_same_are_two(take_over):
    row = "12/03/2024;Renovação\n"
    assert take_over("Data;Assunto\n" + row * 2).recorded == 2
    assert take_over("Data;Assunto\n" + row * 3).recorded == 1


def test_the_same_file_is_recognised(take_over, send, desk_praia):
    first = take_over()
    assert same_list(send(), desk_praia) == first
    assert same_list(send(LIST + "\n"), desk_praia) is None


def test_nobody_learns_from_a_list_what_a_colleague_keeps_restricted(take_over, ready, violence, praia):
    text = "Data;Assunto\n1/1/2024;VBG.01"
    take_over(text)
    colleague = member("colleague@example.org", "officer", municipality=praia)
    source = ready(text, by=colleague)
    assert look_at(source, Lists()).repeated == 0
    assert same_list(source, colleague) is None


def test_a_key_cannot_be_tried_out_without_the_servers_secret(settings):
    first = keyed("2024-03-12", "RES.02")
    settings.SECRET_KEY = "another"
    assert keyed("2024-03-12", "RES.02") != first


def test_an_import_that_was_cut_off_goes_on_where_it_was(ready, desk_praia, monkeypatch):
    monkeypatch.setattr("cases.services.imports.AT_ONCE", 2)
    source = start_import(ready(lines(5)), by=desk_praia)
    with monkeypatch.context() as broken:
        calls = iter([True, False])
        whole = ImportedRow.objects.bulk_create
        broken.setattr(ImportedRow.objects, "bulk_create", lambda rows: whole(rows) if next(calls) else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record_list(source.pk)
    source.refresh_from_db()
    assert (source.state, source.looked_at, Enquiry.objects.count()) == ("running", 2, 2)
    with pytest.raises(ValidationError):
        start_import(source, by=desk_praia)  # not before it has stood still for a while
    EnquiryImport.objects.update(moved_at=timezone.now() - timedelta(minutes=6))
    start_import(source, by=desk_praia)
    record_list(source.pk)
    record_list(source.pk)
    source.refresh_from_db()
    assert (source.state, source.recorded, Enquiry.objects.count()) == ("done", 5, 5)


def test_a_thousand_rows_take_at_most_five_queries(ready, desk_praia, monkeypatch, count_queries):
    if connection.vendor == "sqlite":  # it takes as many values at once as it was built for
        limit = connection.connection.getlimit(9)  # SQLITE_LIMIT_VARIABLE_NUMBER
        monkeypatch.setattr(type(connection.features), "max_query_params", limit)

    def cost(number):
        source = start_import(ready(lines(number)), by=desk_praia)
        queries = count_queries(lambda: record_list(source.pk))
        undo_import(EnquiryImport.objects.get(pk=source.pk), by=desk_praia)
        return queries

    assert cost(4_000) - cost(2_000) <= 2 * 5


# Undone


def test_an_undo_deletes_what_nobody_has_touched_with_its_history(
    take_over, desk_praia, coordinator_praia, office_praia, renewal
):
    source = take_over(lines(5))
    corrected, voided, filed, *_others = Enquiry.objects.order_by("pk")
    correct_enquiry(corrected, {"sex": "f"}, version=1, by=desk_praia)
    void_enquiry(voided, reason="Duas vezes.", by=coordinator_praia)
    case = CaseFactory(office=office_praia, author=desk_praia, topic=renewal)
    Enquiry.objects.filter(pk=filed.pk).update(case=case)
    assert untouched(source).count() == 2
    undo_import(source, by=coordinator_praia)
    kept = {corrected.pk, voided.pk, filed.pk}
    assert set(Enquiry.objects.values_list("pk", flat=True)) == kept
    assert set(Enquiry.history.values_list("id", flat=True)) == kept
    assert ImportedRow.objects.count() == 3
    source.refresh_from_db()
    assert (source.state, source.undone_by, source.recorded) == ("undone", coordinator_praia, 3)
    undo_import(source, by=coordinator_praia)  # twice changes nothing


def test_what_hangs_on_an_enquiry_keeps_it(take_over, desk_praia, office_praia, renewal):
    source = take_over(lines(2))
    first = Enquiry.objects.earliest("pk")
    case = CaseFactory(office=office_praia, author=desk_praia, topic=renewal)
    case.follow_ups.create(
        office=office_praia,
        enquiry=first,
        title="Telefonar",
        due_on=timezone.localdate(),
        author=desk_praia,
    )
    undo_import(source, by=desk_praia)
    assert Enquiry.objects.get() == first


def test_what_was_undone_can_be_recorded_again(take_over, desk_praia):
    undo_import(take_over(), by=desk_praia)
    assert Enquiry.objects.count() == 0
    assert take_over().recorded == 3


def test_who_undoes_is_the_sender_or_a_coordinator_of_the_office(take_over, praia, desk_sal):
    source = take_over()
    for user in (member("colleague@example.org", "officer", municipality=praia), desk_sal):
        with pytest.raises(PermissionDenied):
            undo_import(source, by=user)


def test_only_the_sender_prepares_and_starts(send, coordinator_praia):
    source = send()
    for do in (
        lambda: say_meanings(source, [], by=coordinator_praia),
        lambda: say_columns(source, [], by=coordinator_praia),
        lambda: start_import(source, by=coordinator_praia),
        lambda: discard_list(source, by=coordinator_praia),
    ):
        with pytest.raises(PermissionDenied):
            do()


def test_another_office_sends_no_list_here(lists, office_praia, desk_sal):
    with pytest.raises(PermissionDenied):
        keep_list(office_praia, LIST.encode(), "x.csv", by=desk_sal)


def test_a_list_that_nobody_records_is_forgotten(
    send, take_over, settings, django_capture_on_commit_callbacks
):
    done, waiting = take_over(), send()
    name = waiting.file.name
    assert forget_old_lists() == "0 deleted"
    EnquiryImport.objects.update(sent_at=timezone.now() - timedelta(days=settings.IMPORT_DAYS, hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_old_lists() == "1 deleted"
    assert not default_storage.exists(name)
    done.refresh_from_db()
    assert done.faults == []


# The database


def test_an_import_is_undone_by_somebody(office_praia, desk_praia):
    with pytest.raises(IntegrityError, match="import_undone_by_somebody"):
        EnquiryImportFactory(office=office_praia, author=desk_praia, state="undone")


def test_an_import_looks_at_its_own_rows(office_praia, desk_praia):
    with pytest.raises(IntegrityError, match="import_looks_at_its_own_rows"):
        EnquiryImportFactory(office=office_praia, author=desk_praia, looked_at=2)


def test_an_imported_row_is_there_once_per_import(take_over):
    take_over(lines(2))
    first, second = ImportedRow.objects.all()
    second.key = first.key
    with pytest.raises(IntegrityError):
        second.save()


def test_a_topic_that_is_no_longer_used_is_not_matched(lists):
    TopicFactory(code="OLD.01", name_pt="Assunto antigo", is_active=False)
    assert Lists().known("topic", "Assunto antigo") == ""
