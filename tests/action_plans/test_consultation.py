"""A draft is read and commented on by partners, invited people and the public, and they are answered."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from action_plans.documents import document_context
from action_plans.models import Consultation, ConsultationComment
from action_plans.services.consultation import (
    answer_comment,
    comment_on_draft,
    invite_to_comment,
    open_consultation,
    withdraw_invitation,
)
from action_plans.services.plan import make_transition
from action_plans.services.publication import freeze_plan
from action_plans.services.tailoring import EditConflict
from action_plans.workflow import END_CONSULTATION, PlanState
from gai_portal.lib.keys import digest
from tests.action_plans.consultations import running_consultation
from tests.action_plans.factories import make_plan
from tests.factories import PartnerFactory


@pytest.fixture
def consultation(praia, planner_praia, partner):
    return running_consultation(praia, by=planner_praia, partners=[partner])


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def said(consultation, text="Falta a saúde.", **fields):
    return consultation.comments.create(text=text, **fields)


def comment(consultation, text="Falta a saúde.", once=None, **who):
    values = {"kind": "measure", "code": "ACO.M1", "text": text}
    return comment_on_draft(consultation, values, once=once or uuid4(), **who)


def test_partners_are_told_and_the_plan_is_in_consultation(praia, planner_praia, partner, partner_user):
    values = {"closes_on": in_days(10), "introduction": "", "is_public": False, "partners": [partner]}
    consultation = open_consultation(make_plan(praia), values, by=planner_praia)
    assert consultation.plan.state == PlanState.CONSULTATION
    notice = Notice.objects.get(user=partner_user)
    assert notice.url == reverse("action_plans:consultation_read", args=[consultation.pk])


@pytest.mark.parametrize("state", [PlanState.DRAFT, PlanState.RETURNED, PlanState.REVISING])
def test_when_it_ends_the_plan_is_back_where_it_came_from(praia, planner_praia, state):
    values = {"closes_on": in_days(10), "introduction": "", "is_public": True, "partners": []}
    plan = open_consultation(make_plan(praia, state=state), values, by=planner_praia).plan
    plan = make_transition(plan, END_CONSULTATION, by=planner_praia)
    assert plan.state == state
    assert plan.consultations.get().closed_at


def test_a_second_consultation_goes_back_to_its_own_beginning(praia, planner_praia):
    plan = make_plan(praia)
    values = {"closes_on": in_days(10), "introduction": "", "is_public": True, "partners": []}
    for state in (PlanState.DRAFT, PlanState.RETURNED):
        plan.state = state
        plan.save()
        open_consultation(plan, values, by=planner_praia)
        plan = make_transition(plan, END_CONSULTATION, by=planner_praia)
        assert plan.state == state


def test_only_one_consultation_runs_at_a_time(consultation, planner_praia):
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.create(plan=consultation.plan, closes_on=in_days(3), opened_by=planner_praia)


def test_a_comment_on_an_item_names_it(consultation):
    with pytest.raises(IntegrityError, match="comment_is_about_something"), transaction.atomic():
        said(consultation, kind="measure", code="")


def test_an_answer_has_somebody_behind_it(consultation):
    with pytest.raises(IntegrityError, match="comment_answered_by_somebody"), transaction.atomic():
        said(consultation, resolution="noted")


def test_a_partner_reads_the_draft_and_comments(client, consultation, partner_user, partner):
    client.force_login(partner_user)
    assert str(consultation.plan) in client.get(reverse("workspace")).content.decode()
    page = client.get(reverse("action_plans:consultation_read", args=[consultation.pk])).content.decode()
    assert "Medida 1 de Acolhimento." in page
    url = reverse("action_plans:consultation_comment", args=[consultation.pk]) + "?item=measure:ACO.M1"
    assert "Medida 1 de Acolhimento." in client.get(url).content.decode()
    response = client.post(url, {"text": "Falta a noite."})
    assert response.url.endswith("#ACO.M1")
    row = ConsultationComment.objects.get()
    assert (row.author, row.partner, row.voice) == (partner_user, partner, partner.name_pt)


def test_a_partner_who_is_not_asked_sees_nothing(client, consultation, partner_user):
    consultation.partners.set([PartnerFactory()])
    client.force_login(partner_user)
    url = reverse("action_plans:consultation_read", args=[consultation.pk])
    assert client.get(url).status_code == 404
    with pytest.raises(PermissionDenied):
        comment(consultation, by=partner_user)


def test_after_the_last_day_the_draft_is_hidden_and_no_comment_is_taken(client, consultation, partner_user):
    client.force_login(partner_user)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        client.force_login(partner_user)
        page = client.get(reverse("action_plans:consultation_read", args=[consultation.pk]))
        assert "Medida 1 de Acolhimento." not in page.content.decode()
        with pytest.raises(PermissionDenied):
            comment(consultation, by=partner_user)


def test_an_empty_comment_is_refused_beside_the_field(client, consultation, partner_user):
    client.force_login(partner_user)
    url = reverse("action_plans:consultation_comment", args=[consultation.pk])
    response = client.post(url, {"text": "  "})
    assert response.context["form"].errors["text"]
    response = client.post(url, {"text": "a" * 4001})
    assert "a" * 4001 in response.content.decode()


@pytest.mark.parametrize("item", ["measure:NO.SUCH", "chapter:", "nonsense:S1", "area:XXX"])
def test_what_is_not_in_the_plan_cannot_be_commented_on(client, consultation, partner_user, item):
    client.force_login(partner_user)
    url = reverse("action_plans:consultation_comment", args=[consultation.pk])
    assert client.get(url, {"item": item}).status_code == 404


def test_a_second_click_adds_no_second_comment(consultation, partner_user):
    once = uuid4()
    assert comment(consultation, once=once, by=partner_user) == comment(
        consultation, once=once, by=partner_user
    )
    assert consultation.comments.count() == 1


def test_an_invited_person_needs_only_the_link(
    client, consultation, planner_praia, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invite_to_comment(
            consultation, name="Ana", email="Ana@Example.org", organisation="AMI", by=planner_praia
        )
    [message] = mail.outbox
    assert message.to == ["ana@example.org"]
    link = next(line for line in message.body.splitlines() if "/consultations/" in line)
    path = link[link.index("/consultations/") :]
    page = client.get(path)
    assert "Medida 1 de Acolhimento." in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"  # with no referrer a browser sends no origin either
    client.post(path + "comment/?item=chapter:S3", {"text": "Faltam números."})
    row = ConsultationComment.objects.get()
    assert (row.voice, row.person, row.code) == ("AMI", "Ana", "S3")


def test_a_guessed_a_withdrawn_and_an_expired_link_show_no_draft(client, consultation, planner_praia):
    invitation = invite_to_comment(consultation, name="Ana", email="a@example.org", by=planner_praia)
    assert client.get(reverse("consultation_invited", args=["adivinhado"])).status_code == 404
    assert client.get(reverse("consultation_invited", args=[invitation.key_digest])).status_code == 404
    invitation.key_digest = digest("chave")
    invitation.save()
    url = reverse("consultation_invited", args=["chave"])
    assert client.get(url).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert "Medida 1" not in client.get(url).content.decode()
        client.post(url + "comment/", {"text": "Tarde."})
    assert not ConsultationComment.objects.exists()
    withdraw_invitation(invitation, by=planner_praia)
    assert client.get(url).status_code == 404


def test_nobody_is_invited_twice(consultation, planner_praia):
    invite_to_comment(consultation, name="Ana", email="ana@example.org", by=planner_praia)
    with pytest.raises(ValidationError) as error:
        invite_to_comment(consultation, name="Ana", email="ANA@example.org", by=planner_praia)
    assert "email" in error.value.message_dict


def test_anybody_comments_on_a_public_draft_without_a_name(client, praia, planner_praia):
    consultation = running_consultation(praia, by=planner_praia, is_public=True)
    url = reverse("public_consultation", args=[consultation.plan.slug])
    page = client.get(url)
    assert "Medida 1 de Acolhimento." in page.content.decode()
    assert not page.cookies
    client.post(url + "comment/?item=measure:ACO.M1", {"text": "O horário não serve."})
    row = consultation.comments.get()
    assert (row.author, row.voice, row.person) == (None, "", "")


def test_a_draft_that_is_not_public_is_unknown_to_the_public(client, consultation):
    url = reverse("public_consultation", args=[consultation.plan.slug])
    assert client.get(url).status_code == 404
    with pytest.raises(PermissionDenied):
        comment(consultation)


def test_a_program_that_fills_in_every_field_is_thanked_and_not_heard(client, praia, planner_praia):
    consultation = running_consultation(praia, by=planner_praia, is_public=True)
    url = reverse("public_consultation_comment", args=[consultation.plan.slug])
    assert client.post(url, {"text": "Compre já!", "website": "x.example"}).status_code == 302
    assert not consultation.comments.exists()


def test_one_connection_does_not_flood_the_planner(client, praia, planner_praia):
    consultation = running_consultation(praia, by=planner_praia, is_public=True)
    url = reverse("public_consultation_comment", args=[consultation.plan.slug])
    for number in range(20):
        assert client.post(url, {"text": f"Comentário {number}."}).status_code == 302
    response = client.post(url, {"text": "Mais um."})
    assert response.status_code == 200
    assert "Mais um." in response.content.decode()  # nothing typed is lost
    assert consultation.comments.count() == 20


def answer(row, planner, **fields):
    values = {"resolution": "accepted", "reply": "Acrescentámos.", "is_withheld": False, "version": 1}
    return answer_comment(row, **{**values, **fields}, by=planner)


def test_an_answer_is_kept_and_a_colleagues_is_not_overwritten(consultation, planner_praia):
    row = said(consultation)
    answer(row, planner_praia)
    row.refresh_from_db()
    assert (row.resolution, row.replied_by) == ("accepted", planner_praia)
    with pytest.raises(EditConflict):
        answer(row, planner_praia, reply="Outra.")


def test_two_answers_at_once_are_shown_side_by_side(client, consultation, planner_praia):
    row = said(consultation)
    answer(row, planner_praia)
    client.force_login(planner_praia)
    url = row.get_absolute_url()
    posted = {"resolution": "noted", "reply": "A minha.", "version": "1"}
    page = client.post(url, posted).content.decode()
    assert "Acrescentámos." in page
    assert "A minha." in page
    client.post(url, posted | {"version": "2"})
    row.refresh_from_db()
    assert row.reply == "A minha."


def test_an_answer_needs_words(client, consultation, planner_praia):
    row = said(consultation)
    client.force_login(planner_praia)
    response = client.post(row.get_absolute_url(), {"resolution": "noted", "reply": "", "version": "1"})
    assert response.context["form"].errors.keys() == {"reply"}


@pytest.mark.parametrize("person", ["planner_sal", "approver_praia", "dgi_officer"])
def test_only_its_planner_answers(request, consultation, person):
    with pytest.raises(PermissionDenied):
        answer(said(consultation), request.getfixturevalue(person))


def test_the_annex_has_what_was_answered_and_names_no_private_person(consultation, planner_praia, partner):
    answer(said(consultation, text="De uma associação.", partner=partner), planner_praia)
    answer(said(consultation, text="De uma pessoa.", name="Maria Silva"), planner_praia)
    answer(said(consultation, text="Um insulto."), planner_praia, is_withheld=True)
    said(consultation, text="Sem resposta.")
    heard = freeze_plan(consultation.plan)["heard"]
    assert [(row["text"], row["voice"]) for row in heard] == [
        ("De uma associação.", partner.name_pt),
        ("De uma pessoa.", ""),
    ]
    assert "Maria Silva" not in str(heard)


def test_the_public_reads_what_was_done_after_the_end(client, praia, planner_praia):
    consultation = running_consultation(praia, by=planner_praia, is_public=True)
    answer(said(consultation, text="O horário não serve."), planner_praia)
    make_transition(consultation.plan, END_CONSULTATION, by=planner_praia)
    page = client.get(reverse("public_consultation", args=[consultation.plan.slug])).content.decode()
    assert "O horário não serve." in page
    assert "Acrescentámos." in page
    assert "Medida 1 de Acolhimento." not in page


@pytest.mark.parametrize(("day", "field"), [(-1, "closes_on"), (400, "closes_on"), (None, "closes_on")])
def test_a_last_day_that_cannot_be_is_refused_beside_the_field(client, praia, planner_praia, day, field):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    posted = {"closes_on": "" if day is None else in_days(day).isoformat(), "introduction": "Que falta?"}
    response = client.post(reverse("action_plans:consultation_open", args=[plan.pk]), posted)
    assert field in response.context["form"].errors
    assert "Que falta?" in response.content.decode()


def test_the_step_of_the_workflow_leads_to_the_page_that_asks_whom(client, praia, planner_praia):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    step = reverse("action_plans:plan_step", args=[plan.pk, "consult"])
    assert client.get(step).url == reverse("action_plans:consultation_open", args=[plan.pk])


def test_queries_do_not_grow_with_comments(client, consultation, planner_praia, partner, count_queries):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_consultation", args=[consultation.plan_id])
    said(consultation, partner=partner)
    few = count_queries(lambda: client.get(url))
    for number in range(19):
        said(consultation, text=f"Comentário {number}", partner=partner)
    assert count_queries(lambda: client.get(url)) == few


def test_a_name_that_is_a_letter_of_its_own_is_refused(client, consultation, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:consultation_invite", args=[consultation.plan_id])
    posted = {"name": "Ana.\r\n\r\nA sua conta expira: https://evil.example", "email": "a@example.org"}
    assert client.post(url, posted).context["form"].errors.keys() == {"name"}
    assert not consultation.invitations.exists()


def test_invitations_of_a_day_have_an_end(consultation, planner_praia):
    for number in range(40):
        invite_to_comment(consultation, name="Ana", email=f"a{number}@example.org", by=planner_praia)
    with pytest.raises(ValidationError):
        invite_to_comment(consultation, name="Ana", email="b@example.org", by=planner_praia)


def test_a_link_that_is_withdrawn_while_somebody_writes_takes_no_comment(consultation, planner_praia):
    invitation = invite_to_comment(consultation, name="Ana", email="a@example.org", by=planner_praia)
    withdraw_invitation(invitation, by=planner_praia)
    with pytest.raises(PermissionDenied):
        comment(consultation, invitation=invitation)


def test_a_key_of_another_consultation_is_no_answer_to_this_one(praia, sal, planner_praia, planner_sal):
    here = running_consultation(praia, by=planner_praia, is_public=True)
    there = running_consultation(sal, by=planner_sal, is_public=True)
    once = uuid4()
    assert comment(here, once=once).consultation == here
    assert comment(there, once=once).consultation == there


def test_an_organisation_that_somebody_only_types_is_marked(client, praia, planner_praia, partner):
    consultation = running_consultation(praia, by=planner_praia, partners=[partner], is_public=True)
    typed = said(consultation, organisation=partner.name_pt)
    known = said(consultation, partner=partner)
    for row in (typed, known):
        answer(row, planner_praia)
    heard = freeze_plan(consultation.plan)["heard"]
    assert [(row["voice"], row["is_stated"]) for row in heard] == [
        (partner.name_pt, True),
        (partner.name_pt, False),
    ]
    client.force_login(planner_praia)
    marks = [
        client.get(row.get_absolute_url()).content.decode().count("segundo quem") for row in (typed, known)
    ]
    assert marks == [1, 0]


def test_the_draft_does_not_show_what_others_said_before(client, praia, planner_praia, partner):
    closed = running_consultation(praia, by=planner_praia, partners=[partner], closed_at=timezone.now())
    answer(said(closed, text="Só para a Câmara.", partner=partner), planner_praia)
    consultation = running_consultation(praia, by=planner_praia, is_public=True, plan=closed.plan)
    page = client.get(reverse("public_consultation", args=[consultation.plan.slug]))
    assert "Só para a Câmara." not in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(("person", "is_named"), [("planner_praia", True), ("dgi_officer", False)])
def test_a_name_is_for_the_municipality_alone(request, client, consultation, person, is_named):
    row = said(consultation, name="Maria Silva")
    client.force_login(request.getfixturevalue(person))
    for url in (
        reverse("action_plans:plan_consultation", args=[consultation.plan_id]),
        row.get_absolute_url(),
    ):
        assert ("Maria Silva" in client.get(url).content.decode()) == is_named


def test_the_list_calls_an_item_by_its_text_and_offers_to_answer(client, consultation, planner_praia):
    first = said(consultation, kind="measure", code="ACO.M1")
    client.force_login(planner_praia)
    page = client.get(reverse("action_plans:plan_consultation", args=[consultation.plan_id])).content.decode()
    assert "Medida ACO.M1 · Medida 1 de Acolhimento." in page
    assert page.count(f'href="{first.get_absolute_url()}"') == 2  # its title, and the way to answer
    first.resolution, first.replied_by, first.replied_at = "noted", planner_praia, timezone.now()
    first.save()
    page = client.get(reverse("action_plans:plan_consultation", args=[consultation.plan_id])).content.decode()
    assert page.count(f'href="{first.get_absolute_url()}"') == 1


def test_before_it_opens_the_planner_is_told_what_nobody_will_see(client, praia, planner_praia):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    url = reverse("action_plans:consultation_open", args=[plan.pk])
    assert client.get(url).context["undecided"] == 5
    assert "5 medidas ainda estão por decidir" in client.get(url).content.decode()
    plan.measures.update(decision="adopted")
    assert "por decidir" not in client.get(url).content.decode()


def test_partners_are_offered_in_groups_of_a_kind(client, praia, planner_praia):
    church = PartnerFactory(kind="civil", name_pt="Cáritas")
    police = PartnerFactory(kind="public", name_pt="Polícia")
    other = PartnerFactory(kind="", name_pt="Universidades")
    gone = PartnerFactory(kind="civil", is_active=False)
    client.force_login(planner_praia)
    url = reverse("action_plans:consultation_open", args=[make_plan(praia).pk])
    offered = client.get(url).context["form"].fields["partners"].choices
    assert [[pk for pk, _name in rows] for _kind, rows in offered] == [[police.pk], [church.pk], [other.pk]]
    content = {"closes_on": in_days(9).isoformat(), "partners": [church.pk, gone.pk]}
    assert client.post(url, content).context["form"].errors["partners"]
    client.post(url, content | {"partners": [church.pk]})
    assert list(Consultation.objects.get().partners.all()) == [church]


def test_the_annex_calls_an_item_by_its_text(client, consultation, planner_praia):
    answer_comment(
        said(consultation, kind="measure", code="ACO.M1"),
        resolution="noted",
        reply="Obrigado.",
        is_withheld=False,
        version=1,
        by=planner_praia,
    )
    client.force_login(planner_praia)
    preview = client.get(reverse("action_plans:plan_preview", args=[consultation.plan_id])).content.decode()
    assert "ACO.M1 · Medida 1 de Acolhimento." in preview.split('id="heard"')[1]
    [heard] = document_context(freeze_plan(consultation.plan))["plan"]["heard"]
    assert heard["about"] == "Medida 1 de Acolhimento."
