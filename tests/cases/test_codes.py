"""Return codes: the first of the three doors between offices."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from cases.models import CODE_LENGTH, Enquiry, ReturnCode, digest_of
from cases.services.codes import end_code, forget_ended_codes, give_code
from cases.services.doors import (
    CODES_OF_OFFICER,
    CODES_OF_TOWN,
    QUESTIONS_WITHIN,
    TooManyQuestions,
    thread_of_code,
    told_by_thread,
)
from cases.services.enquiries import correct_enquiry, log_enquiry
from gai_portal.lib.codes import ALPHABET, random_code, read_code, spelled
from tests.conftest import member
from tests.factories import EnquiryFactory, PersonFactory

SEARCH = "/workspace/desk/codes/"


@pytest.fixture
def met(office_praia, desk_praia, renewal) -> Enquiry:
    """Somebody without a name, met at Praia."""
    return EnquiryFactory(
        office=office_praia, author=desk_praia, topic=renewal, note="tem medo do patrão", place="Achada"
    )


@pytest.fixture
def code(met, desk_praia) -> str:
    code = give_code(met, by=desk_praia)
    met.refresh_from_db()
    return code


@pytest.fixture
def at_sal(client, desk_sal):
    client.force_login(desk_sal)
    return client


def test_a_code_is_ten_characters_that_spell_no_word_and_look_like_no_other(code):
    assert len(code.replace("-", "")) == CODE_LENGTH + 1 == 10
    assert set(code) <= {*ALPHABET, "-"}
    assert not set("AEIOUYBLQSZ01") & set(code)


def test_every_slip_of_one_character_and_every_swap_is_noticed():
    code = random_code(length=CODE_LENGTH).replace("-", "")
    slips = [code[:i] + c + code[i + 1 :] for i in range(10) for c in ALPHABET if c != code[i]]
    swaps = [code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(9) if code[i] != code[i + 1]]
    assert [wrong for wrong in slips + swaps if read_code(wrong, length=CODE_LENGTH)] == []
    assert read_code(f" {code[:3].lower()} {code[3:]}", length=CODE_LENGTH)


def test_the_code_stands_in_no_table(code):
    compact = code.replace("-", "")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not [row for row in cursor.fetchall() if code in str(row) or compact in str(row)]


def test_another_office_is_told_day_office_topic_and_outcome_and_nothing_else(
    code, met, at_sal, office_praia
):
    response = at_sal.post(SEARCH, {"code": code.lower().replace("-", " ")}, follow=True)
    [told] = response.context["told"]
    assert vars(told) == {
        "office": office_praia,
        "day": timezone.localdate(met.at),
        "topic": met.topic,
        "outcome": met.outcome,
        "guidance": None,
        "url": "",
    }
    page = response.content.decode()
    for hidden in ("medo", "Achada", str(met), str(met.author), code):
        assert hidden not in page
    assert all(code not in url for url, _status in response.redirect_chain)


def test_the_own_office_is_led_to_what_it_reads_anyway(code, met, desk_praia, office_praia):
    [told] = told_by_thread(met.return_code, by=desk_praia)
    assert told.url == met.get_absolute_url()


def test_of_a_restricted_one_only_whom_to_ask(office_praia, office_sal, desk_praia, desk_sal, violence):
    met = EnquiryFactory(office=office_praia, author=desk_praia, topic=violence)
    code = give_code(met, by=desk_praia)
    thread = thread_of_code(code, by=desk_sal, office=office_sal)
    [told] = told_by_thread(thread, by=desk_sal)
    assert (told.office, told.day, told.topic, told.outcome, told.url) == (office_praia, None, None, None, "")


def test_the_conversation_goes_on_at_another_office_under_the_code(code, met, at_sal, fields, office_sal):
    page = at_sal.post(SEARCH, {"code": code}, follow=True)
    form = f"{reverse('cases:enquiry_create')}?code={page.context['key']}"
    assert "who" not in at_sal.get(form).context["form"].fields
    at_sal.post(form, fields)
    second = Enquiry.objects.get(office=office_sal)
    assert (second.return_code, second.person) == (met.return_code, None)
    assert len(at_sal.get(page.request["PATH_INFO"]).context["told"]) == 2


def test_a_group_does_not_go_on_under_a_code(code, at_sal, fields):
    page = at_sal.post(SEARCH, {"code": code}, follow=True)
    form = f"{reverse('cases:enquiry_create')}?code={page.context['key']}"
    response = at_sal.post(form, fields | {"people": "5"})
    assert "people" in response.context["form"].errors


def test_a_key_serves_only_whom_the_code_was_shown_to_and_for_a_working_day(
    code, at_sal, coordinator_praia, client, time_machine
):
    page = at_sal.post(SEARCH, {"code": code}, follow=True)
    path = page.request["PATH_INFO"]
    client.force_login(coordinator_praia)
    assert client.get(path).url == SEARCH
    client.force_login(page.wsgi_request.user)
    time_machine.move_to(timezone.now() + timedelta(hours=9))
    client.force_login(page.wsgi_request.user)
    assert client.get(path).url == SEARCH


def test_a_key_from_a_code_that_was_replaced_opens_nothing(code, met, at_sal, desk_praia):
    path = at_sal.post(SEARCH, {"code": code}).url
    assert at_sal.get(path).status_code == 200
    give_code(met, by=desk_praia)
    assert at_sal.get(path).url == SEARCH


def test_what_was_typed_is_not_lost_when_the_key_is_too_old(code, at_sal, fields):
    response = at_sal.post(f"{reverse('cases:enquiry_create')}?code=old", fields | {"note": "muito texto"})
    assert response.context["form"].non_field_errors()
    assert "muito texto" in response.content.decode()
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "7K3MP", "7K3MP-T9XF5", "AEIOU-AEIOU"])
def test_what_cannot_be_a_code_is_told_at_once_and_counts_as_no_try(at_sal, typed):
    response = at_sal.post(SEARCH, {"code": typed})
    assert "code" in response.context["form"].errors
    assert not AccessLog.objects.exists()


def test_unknown_ended_and_given_up_codes_are_answered_alike(
    code, met, at_sal, desk_praia, renewal, office_praia
):
    def answer(asked: str) -> str:
        return at_sal.post(SEARCH, {"code": asked}).context["form"].errors["code"][0]

    never = answer(random_code(length=CODE_LENGTH))
    ReturnCode.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    ended = answer(code)
    other = EnquiryFactory(office=office_praia, author=desk_praia, topic=renewal)
    given_up = give_code(other, by=desk_praia)
    end_code(other, by=desk_praia)
    assert never == ended == answer(given_up)


def test_each_question_is_noted_at_every_office_that_it_leads_to(code, desk_sal, office_sal):
    thread_of_code(random_code(length=CODE_LENGTH), by=desk_sal, office=office_sal)
    thread = thread_of_code(code, by=desk_sal, office=office_sal, address="10.0.0.1")
    told_by_thread(thread, by=desk_sal)
    lines = AccessLog.objects.order_by("pk").values_list("verb", "municipality", "label")
    assert list(lines) == [
        ("searched", "CV-SL", "–"),
        ("searched", "CV-SL", "–"),
        ("read", "CV-PR", thread.reference),
    ]


def test_an_officer_asks_a_few_times_an_hour(code, desk_sal, office_sal, time_machine):
    for _ in range(CODES_OF_OFFICER):
        thread_of_code(random_code(length=CODE_LENGTH), by=desk_sal, office=office_sal)
    with pytest.raises(TooManyQuestions):
        thread_of_code(code, by=desk_sal, office=office_sal)
    time_machine.move_to(timezone.now() + QUESTIONS_WITHIN + timedelta(minutes=1))
    assert thread_of_code(code, by=desk_sal, office=office_sal)


def test_all_desks_of_a_municipality_together_ask_a_few_times_more(code, office_sal):
    number = -(-CODES_OF_TOWN // CODES_OF_OFFICER)
    town = office_sal.municipality
    officers = [member(f"o{i}@example.org", Role.OFFICER, municipality=town) for i in range(number + 1)]
    for i in range(CODES_OF_TOWN):
        officer = officers[i // CODES_OF_OFFICER]
        thread_of_code(random_code(length=CODE_LENGTH), by=officer, office=office_sal)
    with pytest.raises(TooManyQuestions):
        thread_of_code(code, by=officers[-1], office=office_sal)


def test_the_page_says_so(code, at_sal, monkeypatch):
    monkeypatch.setattr("cases.services.doors.CODES_OF_OFFICER", 0)
    assert at_sal.post(SEARCH, {"code": code}).context["form"].non_field_errors()


def test_only_the_desk_asks_and_only_for_its_office(
    code, met, office_praia, desk_sal, planner_praia, dgi_admin
):
    for user in (desk_sal, planner_praia, dgi_admin):
        with pytest.raises(PermissionDenied):
            thread_of_code(code, by=user, office=office_praia)
    for user in (planner_praia, dgi_admin):
        with pytest.raises(PermissionDenied):
            told_by_thread(met.return_code, by=user)


def test_another_code_for_the_same_conversations_takes_the_place_of_the_first(
    code, met, desk_praia, desk_sal, office_sal
):
    again = give_code(met, by=desk_praia)
    assert thread_of_code(code, by=desk_sal, office=office_sal) is None
    assert thread_of_code(again, by=desk_sal, office=office_sal) == met.return_code


def test_a_desk_that_never_saw_the_code_gets_no_key_to_what_another_office_was_told(
    code, met, desk_sal, desk_praia, office_sal, office_praia
):
    at_sal = EnquiryFactory(office=office_sal, author=desk_sal, return_code=met.return_code)
    again = give_code(at_sal, by=desk_sal)
    opened = thread_of_code(again, by=desk_sal, office=office_sal)
    assert [told.office for told in told_by_thread(opened, by=desk_sal)] == [office_sal]
    assert thread_of_code(code, by=desk_praia, office=office_praia) == met.return_code
    end_code(at_sal, by=desk_sal)
    at_sal.refresh_from_db()
    assert at_sal.return_code is None
    assert thread_of_code(code, by=desk_praia, office=office_praia) == met.return_code


def test_a_desk_takes_only_its_own_part_out_of_a_code(
    code, met, desk_sal, desk_praia, office_sal, office_praia
):
    at_sal = EnquiryFactory(office=office_sal, author=desk_sal, return_code=met.return_code)
    end_code(at_sal, by=desk_sal)
    at_sal.refresh_from_db()
    assert at_sal.return_code is None
    assert thread_of_code(code, by=desk_praia, office=office_praia) == met.return_code


def test_the_code_is_shown_once_with_a_slip_in_the_chosen_language(client, desk_praia, met):
    client.force_login(desk_praia)
    url = reverse("cases:code_give", args=[met.pk])
    html = client.get(url).content.decode()
    once = html.partition('name="once" value="')[2].partition('"')[0]
    shown = client.post(url, {"language": "fr", "once": once})
    assert 'lang="fr"' in shown.content.decode()
    met.refresh_from_db()
    assert met.return_code.digest == digest_of(shown.context["code"])
    assert shown["Cache-Control"].startswith("max-age=0")
    assert "data-print" in shown.content.decode()
    for group in spelled(shown.context["code"]):
        assert group in shown.content.decode()
    again = client.post(url, {"language": "fr", "once": once})
    assert again.url == met.get_absolute_url()
    assert ReturnCode.objects.get().digest == digest_of(shown.context["code"])


def test_a_code_is_dictated_letter_by_letter():
    assert spelled("7K3MP-X9XF4") == ["7 · Kilo · 3 · Mike · Papa", "X-ray · 9 · X-ray · Foxtrot · 4"]
    letters = {character for character in ALPHABET if character.isalpha()}
    assert {word[0] for group in spelled("".join(letters)) for word in group.split(" · ")} == letters


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7K3MP-T9XO4", "Nenhum código tem vogais, B, L"),
        ("7k3 mp t9xf", "tem dez letras e algarismos: aqui falta um"),
        ("7K3MP-T9XF5", "Um dos caracteres está errado"),
    ],
)
def test_a_code_that_cannot_be_one_says_what_is_wrong(client, desk_praia, office_praia, typed, said):
    client.force_login(desk_praia)
    html = client.post(reverse("cases:code_search"), {"code": typed}, headers={"accept-language": "pt"})
    assert said in html.content.decode()
    assert f'value="{typed}"' in html.content.decode()


def test_the_slip_is_offered_in_the_language_that_is_spoken(client, desk_praia, met):
    client.force_login(desk_praia)
    url = reverse("cases:code_give", args=[met.pk])
    assert client.get(url).context["form"].fields["language"].initial == "pt"


def test_given_up_nothing_tells_what_belonged_together(code, met, client, desk_praia):
    client.force_login(desk_praia)
    client.post(reverse("cases:code_end", args=[met.pk]))
    met.refresh_from_db()
    assert met.return_code is None
    assert not ReturnCode.objects.exists()
    assert "return_code" not in {field.name for field in Enquiry.history.model._meta.fields}


def test_strangers_neither_give_nor_end_a_code(code, met, desk_sal, planner_praia):
    for user in (desk_sal, planner_praia):
        for act in (give_code, end_code):
            with pytest.raises(PermissionDenied):
                act(met, by=user)


@pytest.mark.parametrize("fields", [{"person": True}, {"people": 4}])
def test_a_code_is_for_one_person_without_a_name(office_praia, desk_praia, fields):
    if "person" in fields:
        fields = {"person": PersonFactory(office=office_praia, author=desk_praia)}
    named = EnquiryFactory(office=office_praia, author=desk_praia, **fields)
    with pytest.raises(PermissionDenied):
        give_code(named, by=desk_praia)
    code = ReturnCode.objects.create(digest="x", given_by=desk_praia, ends_on=timezone.localdate())
    with pytest.raises(IntegrityError, match="enquiry_under_a_code_is_of_one_without_a_name"):
        Enquiry.objects.filter(pk=named.pk).update(return_code=code)


def test_an_enquiry_that_is_given_a_name_leaves_the_code(code, met, office_praia, desk_praia):
    person = PersonFactory(office=office_praia, author=desk_praia)
    correct_enquiry(met, {"person": person}, version=1, by=desk_praia)
    met.refresh_from_db()
    assert (met.person, met.return_code) == (person, None)


def test_a_voided_conversation_is_not_told(code, met, desk_sal, desk_praia):
    Enquiry.objects.update(voided_at=timezone.now(), voided_by=desk_praia)
    assert told_by_thread(met.return_code, by=desk_sal) == []


def test_a_code_holds_on_from_each_conversation_and_is_forgotten_when_it_ends(
    code, met, desk_praia, renewal, in_person, informed, office_praia, time_machine
):
    thread = met.return_code
    time_machine.move_to(timezone.now() + timedelta(days=300))
    content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    second = log_enquiry(content, return_code=thread, by=desk_praia)
    time_machine.move_to(timezone.now() + timedelta(days=365))
    assert forget_ended_codes() == "0 codes"
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert forget_ended_codes() == "1 codes"
    second.refresh_from_db()
    assert second.return_code is None
    with pytest.raises(ValidationError):
        log_enquiry(content, return_code=thread, by=desk_praia)


def test_a_code_without_conversations_goes_too(desk_praia):
    ReturnCode.objects.create(digest="x", given_by=desk_praia, ends_on=timezone.localdate())
    assert forget_ended_codes() == "1 codes"


def test_many_conversations_cost_as_much_as_one(code, met, desk_sal, count_queries):
    def read() -> None:
        assert told_by_thread(met.return_code, by=desk_sal)

    read()
    one = count_queries(read)
    EnquiryFactory.create_batch(19, office=met.office, author=met.author, return_code=met.return_code)
    assert count_queries(read) == one
