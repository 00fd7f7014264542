"""Today and the agenda in a real browser: by keyboard alone, without scripts, and on a phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Appointment, FollowUp
from tests.browser.checks import assert_usable
from tests.factories import AppointmentFactory, CaseFactory, FollowUpFactory, TopicFactory

TODAY, AGENDA = "/workspace/desk/today/", "/workspace/desk/appointments/"


@pytest.fixture
def busy(desk_praia, office_praia):
    """Something overdue, something due, and somebody who is expected now."""
    case = CaseFactory(office=office_praia, author=desk_praia, topic=TopicFactory(code="RES.02"))
    yesterday = timezone.localdate() - timedelta(days=1)
    known = {"case": case, "assigned_to": desk_praia}
    FollowUpFactory(**known, title="Telefonar para a Fronteira", due_on=yesterday)
    FollowUpFactory(**known, title="Pedir o certificado")
    AppointmentFactory(
        office=office_praia, starts_at=timezone.now(), assigned_to=desk_praia, title="Pai e filha"
    )
    return desk_praia


def test_by_keyboard_alone_something_is_done_and_taken_up_again(page, sign_in, busy):
    sign_in(page, busy)
    page.goto(TODAY)
    assert_usable(page)
    done = page.get_by_role("button", name=re.compile("Feito.*Telefonar para a Fronteira"))
    for _press in range(60):
        if done.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Feito: Telefonar para a Fronteira").wait_for()
    assert FollowUp.objects.open().count() == 1
    page.get_by_role("button", name="Desfazer").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Está outra vez na lista").wait_for()
    assert FollowUp.objects.open().count() == 2


def test_without_scripts_the_day_is_worked_through(open_browser, sign_in, busy, topic):
    page = open_browser(java_script_enabled=False)
    sign_in(page, busy)
    page.goto(TODAY)
    page.get_by_role("button", name=re.compile("Feito.*Pedir o certificado")).click()
    assert FollowUp.objects.open().get().title == "Telefonar para a Fronteira"
    page.get_by_role("link", name=re.compile("Registar o atendimento.*Pai e filha")).click()
    page.get_by_role("combobox", name="Assunto").select_option("RES.02")
    page.get_by_role("button", name="Registar", exact=True).click()
    assert Appointment.objects.get().state == "kept"


def test_without_scripts_a_coordinator_gives_several_things_away(
    open_browser, sign_in, busy, coordinator_praia
):
    page = open_browser(java_script_enabled=False)
    sign_in(page, coordinator_praia)
    page.goto(f"{TODAY}?whose=all")
    for title in ("Telefonar para a Fronteira", "Pedir o certificado"):
        page.get_by_role("checkbox", name=title).check()
    page.get_by_label("Atribuir o que está assinalado a").select_option(str(coordinator_praia.pk))
    page.get_by_role("button", name="Atribuir").click()
    assert set(FollowUp.objects.values_list("assigned_to", flat=True)) == {coordinator_praia.pk}


@pytest.mark.parametrize(
    "address", [TODAY, AGENDA, f"{AGENDA}new/", f"{AGENDA}joint-day/", f"{AGENDA}reminders/"]
)
def test_the_days_pages_are_usable_on_a_phone(phone, sign_in, busy, address):
    sign_in(phone, busy)
    phone.goto(address)
    assert_usable(phone)


def test_a_handover_is_made_without_scripts(open_browser, sign_in, busy, coordinator_praia):
    page = open_browser(java_script_enabled=False)
    sign_in(page, coordinator_praia)
    page.goto("/workspace/people/handover/")
    page.get_by_role("link", name="Entregar o trabalho").click()
    page.get_by_label("Quem continua o trabalho?").select_option(str(coordinator_praia.pk))
    page.get_by_role("button", name="Entregar o trabalho e terminar a função agora").click()
    page.get_by_text("foi entregue").wait_for()
    assert set(FollowUp.objects.values_list("assigned_to", flat=True)) == {coordinator_praia.pk}
