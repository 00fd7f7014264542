"""A draft is commented on by a partner and by somebody with a telephone, and the planner answers."""

from django.urls import reverse

from action_plans.models import ConsultationComment
from tests.action_plans.consultations import running_consultation
from tests.browser.checks import assert_usable


def test_a_partner_and_a_resident_comment_and_are_answered(
    page, phone, open_browser, sign_in, praia, planner_praia, partner, partner_user
):
    consultation = running_consultation(praia, by=planner_praia, partners=[partner], is_public=True)
    sign_in(page, partner_user)
    page.goto(reverse("workspace"))
    page.get_by_role("link", name="Praia 2026-2028").click()
    assert_usable(page)
    page.get_by_role("link", name="Comentar esta medida (ACO.M1)").click()
    page.get_by_label("O seu comentário").fill("Falta um dia à noite.")
    page.get_by_role("button", name="Enviar o comentário").click()
    page.get_by_text("O seu comentário chegou ao município.").wait_for()

    phone.goto(reverse("municipality_detail", args=[praia.slug]))
    phone.get_by_role("link", name="Diga o que pensa").click()
    assert_usable(phone)
    phone.get_by_role("link", name="Comentar o plano no seu conjunto").click()
    assert_usable(phone)
    phone.get_by_label("O seu comentário").fill("Gosto do plano.")
    phone.get_by_role("button", name="Enviar o comentário").click()
    phone.get_by_text("O seu comentário chegou ao município.").wait_for()

    desk = open_browser()
    sign_in(desk, planner_praia)
    desk.goto(reverse("action_plans:plan_consultation", args=[consultation.plan_id]))
    assert_usable(desk)
    desk.get_by_role("link", name="ACO.M1").click()
    assert_usable(desk)
    desk.get_by_label("Acolhido", exact=True).check()
    desk.get_by_label("Resposta").fill("Abre às quintas até às 18h30.")
    desk.get_by_role("button", name="Guardar a resposta").click()
    desk.get_by_text("A resposta foi guardada.").wait_for()
    answered = ConsultationComment.objects.get(code="ACO.M1")
    assert (answered.resolution, answered.replied_by) == ("accepted", planner_praia)
