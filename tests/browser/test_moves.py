"""Records that move: to another office by a transfer, and to a colleague when somebody leaves."""

from accounts.models import Handover, Membership
from accounts.roles import Role
from cases.models import Case, CaseNote, Transfer
from tests.browser.checks import assert_usable
from tests.browser.conftest import PHONE
from tests.conftest import member
from tests.factories import CaseFactory, FollowUpFactory, PersonFactory


def test_a_record_is_offered_accepted_on_a_telephone_and_read_by_its_sender(
    page,
    open_browser,
    sign_in,
    coordinator_praia,
    desk_praia,
    office_praia,
    office_sal,
    topic,
):
    receiver = member("coordinator.sal@example.org", Role.COORDINATOR, municipality=office_sal.municipality)
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatou Ndiaye")
    case = CaseFactory(office=office_praia, author=desk_praia, person=person, topic=topic, title="Renovar")
    CaseNote.objects.create(case=case, author=desk_praia, text="Falta o registo criminal.")
    sign_in(page, coordinator_praia)
    page.goto(person.get_absolute_url())
    page.get_by_role("link", name="Transferir para outro gabinete").click()
    page.get_by_role("heading", name="Transferir para outro gabinete").wait_for()
    assert_usable(page)
    page.get_by_label("Para que gabinete?").select_option(label=str(office_sal))
    page.get_by_label("O que precisa de saber o outro gabinete?").fill("Mudou de ilha em março.")
    page.get_by_role("button", name="Propor a transferência").click()
    page.get_by_role("alert").wait_for()  # not without the person's agreement
    assert_usable(page)
    assert not Transfer.objects.exists()
    page.get_by_label("A pessoa está de acordo").check()
    page.get_by_role("button", name="Propor a transferência").click()
    page.get_by_text("Até ser aceite, o registo fica no seu gabinete").wait_for()
    assert_usable(page)

    phone = open_browser(PHONE, has_touch=True)
    sign_in(phone, receiver)
    phone.goto("/workspace/desk/today/")
    transfer = Transfer.objects.get()
    phone.get_by_role("link", name=transfer.reference).first.tap()
    phone.get_by_text("Mudou de ilha em março.").wait_for()
    assert_usable(phone)
    assert "Fatou Ndiaye" not in phone.locator("main").inner_text()  # not before it is accepted
    phone.get_by_role("link", name="Aceitar a transferência").tap()
    phone.get_by_role("heading", name="Aceitar a transferência").wait_for()
    assert_usable(phone)
    phone.get_by_role("button", name="Aceitar a transferência").tap()
    phone.get_by_text("A partir de agora o registo é do seu gabinete").wait_for()
    person.refresh_from_db()
    phone.get_by_role("link", name=person.reference).tap()
    phone.get_by_role("heading", name="Fatou Ndiaye").wait_for()
    assert_usable(phone)
    assert Case.objects.get().office == office_sal

    page.goto(transfer.get_absolute_url())
    assert_usable(page)
    page.get_by_role("link", name="Ler o que foi transferido").click()
    page.get_by_text("Falta o registo criminal.").wait_for()
    assert_usable(page)
    assert page.locator("main form").count() == 0  # read, and changed no more
    page.goto(person.get_absolute_url())  # what the sender no longer opens leads here, too
    assert page.url.endswith(transfer.get_absolute_url())


def test_a_leavers_work_goes_to_a_colleague_who_reads_the_briefing(
    page, open_browser, sign_in, coordinator_praia, desk_praia, praia, office_praia, topic
):
    successor = member("rosa.lima@example.org", Role.OFFICER, municipality=praia)
    case = CaseFactory(office=office_praia, author=desk_praia, assigned_to=desk_praia, topic=topic)
    FollowUpFactory(case=case, author=desk_praia, assigned_to=desk_praia, title="Telefonar")
    leaver = open_browser()
    sign_in(leaver, desk_praia)
    leaver.goto("/workspace/desk/")
    leaver.get_by_role("heading", name="Registar atendimento").wait_for()

    sign_in(page, coordinator_praia)
    page.goto("/workspace/people/handover/")
    assert_usable(page)
    page.get_by_role("link", name=f"Entregar o trabalho {desk_praia}").click()
    page.get_by_role("button", name="Entregar o trabalho e terminar a função agora").wait_for()
    assert_usable(page)
    page.get_by_label("Quem continua o trabalho?").select_option(label=str(successor))
    page.get_by_role("button", name="Entregar o trabalho e terminar a função agora").click()
    page.get_by_text("O que mudou de mãos").wait_for()
    assert_usable(page)
    case.refresh_from_db()
    assert case.assigned_to == successor
    assert not Membership.objects.current().filter(user=desk_praia).exists()

    # The leaver's open window is worth nothing any more.
    leaver.goto("/workspace/desk/")
    assert "/accounts/login/" in leaver.url

    theirs = open_browser(PHONE, has_touch=True)
    sign_in(theirs, successor)
    theirs.goto("/workspace/notices/")
    theirs.get_by_role("button", name=f"Abrir O trabalho de {desk_praia} passou para si").tap()
    briefing = theirs.get_by_role("link", name="Nota de passagem (PDF)")
    briefing.wait_for()
    assert_usable(theirs)
    file = theirs.context.request.get(briefing.get_attribute("href"))
    assert file.headers["content-type"] == "application/pdf"
    assert file.body().startswith(b"%PDF")
    assert Handover.objects.get().successor == successor
