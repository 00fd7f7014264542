"""The update inbox as its planner meets it, and the adoption map as the national level does."""

from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Draft, Notice
from action_plans.models import PlanMeasure, UpdateDecision
from action_plans.services.inbox import inbox_of
from action_plans.services.plan import make_transition
from action_plans.services.tailoring import save_measure, save_section
from action_plans.services.updates import decide_update
from action_plans.workflow import ENDORSE, Decision, PlanState, UpdateChoice
from tests.action_plans.factories import issued_template, make_plan
from tests.action_plans.versions import issue_next
from tests.factories import MunicipalityFactory

OWN = "Medida 1 de Acolhimento, à nossa maneira."


@pytest.fixture
def plan(praia):
    issued_template(number=1)
    return make_plan(praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return planner_praia


def adapt(plan, by, text=OWN):
    row = plan.measures.select_related("plan").get(code="ACO.M1")
    return save_measure(row, {"decision": Decision.ADAPTED, "text_pt": text}, version=row.version, by=by)


def reword(by, code="ACO.M1", text=None):
    return issue_next(lambda draft: draft.reword_measure(code, text), by=by)


def address(plan, kind="measure", code="ACO.M1") -> str:
    return reverse("action_plans:plan_update", args=[plan.pk, kind, code])


def updates(plan) -> str:
    return reverse("action_plans:plan_updates", args=[plan.pk])


def test_issuing_a_version_tells_the_planners_of_open_plans_how_much_there_is_to_look_at(
    plan, sal, planner_praia, planner_sal, approver_praia, dgi_officer, django_capture_on_commit_callbacks
):
    make_plan(sal, state=PlanState.SUBMITTED)
    with django_capture_on_commit_callbacks(execute=True):
        reword(dgi_officer)
    notice = Notice.objects.get()
    assert (notice.user, notice.url) == (planner_praia, updates(plan))
    assert [message.to for message in mail.outbox] == [[planner_praia.email]]


def test_the_inbox_lists_changes_by_area_and_by_what_changed(client, plan, planner, dgi_officer):
    def edit(draft):
        draft.reword_measure("ACO.M1", "Medida 1 de Acolhimento, reformulada.")
        draft.drop_measure("REG.M2")

    issue_next(edit, by=dgi_officer)
    page = client.get(updates(plan))
    assert [change.code for change in page.context["page"]] == ["ACO.M1", "REG.M2"]
    assert b"<ins>" in page.content
    page = client.get(updates(plan), {"show": "dropped"})
    assert [change.code for change in page.context["page"]] == ["REG.M2"]
    for path in (reverse("workspace"), plan.get_absolute_url(), reverse("action_plans:plan_list")):
        assert updates(plan) in client.get(path).content.decode()


def test_deciding_goes_on_to_the_next_change_and_can_be_undone_at_once(client, plan, planner, dgi_officer):
    def edit(draft):
        draft.reword_measure("ACO.M1")
        draft.reword_measure("ACO.M2")

    issue_next(edit, by=dgi_officer)
    form = {"decision": "take", "against": 2, "version": 1}
    answer = client.post(address(plan), form, follow=True)
    assert answer.request["PATH_INFO"] == address(plan, code="ACO.M2")
    undo = reverse("action_plans:plan_update_undo", args=[plan.pk, UpdateDecision.objects.get().pk])
    assert undo in answer.content.decode()
    answer = client.post(undo, follow=True)
    assert answer.request["PATH_INFO"] == address(plan)
    assert plan.measures.get(code="ACO.M1").based_on.document.number == 1


def test_a_decision_that_is_sent_twice_is_taken_once(client, plan, planner, dgi_officer):
    reword(dgi_officer)
    form = {"decision": "take", "against": 2, "version": 1, "once": str(uuid4())}
    first, second = (client.post(address(plan), form) for _time in range(2))
    assert first.url == second.url == updates(plan)
    assert UpdateDecision.objects.count() == 1


def test_a_combined_text_is_proposed_kept_while_it_is_wrong_and_saved(client, plan, planner, dgi_officer):
    adapt(plan, planner, "Medida 1 de Acolhimento, cá.")
    reword(dgi_officer, text="Medida 1 de Acolhimento, com prazo.")
    page = client.get(address(plan))
    assert page.context["form"]["text_pt"].initial == "Medida 1 de Acolhimento ⟦, com prazo ¦ , cá⟧."
    Draft.objects.create(user=planner, form=address(plan), fields={"text_pt": ["Meio escrito."]})
    assert client.get(address(plan)).context["form"]["text_pt"].value() == "Meio escrito."

    form = {"decision": "merge", "against": 2, "version": 2, "text_pt": "Medida ⟦com prazo ¦ cá⟧."}
    page = client.post(address(plan), form)
    assert page.context["form"]["text_pt"].value() == form["text_pt"]
    assert "text_pt" in page.context["form"].errors
    client.post(address(plan), form | {"text_pt": "Medida 1, cá, com prazo."})
    measure = plan.measures.get(code="ACO.M1")
    assert (measure.decision, measure.text_pt) == (Decision.ADAPTED, "Medida 1, cá, com prazo.")
    assert not Draft.objects.exists()


def test_nothing_chosen_and_no_reason_are_said_at_the_field(client, plan, planner, dgi_officer):
    issue_next(lambda draft: draft.add_measure("ACO.M9"), by=dgi_officer)
    url = address(plan, code="ACO.M9")
    page = client.post(url, {"against": 2, "version": 0})
    assert "decision" in page.context["form"].errors
    page = client.post(url, {"decision": "leave_out", "against": 2, "version": 0, "reason": " "})
    assert "reason" in page.context["form"].errors
    client.post(url, {"decision": "leave_out", "against": 2, "version": 0, "reason": "Não há mar."})
    assert plan.measures.get(code="ACO.M9").reason == "Não há mar."


def test_somebody_elses_change_is_shown_before_anything_is_decided(client, plan, planner, dgi_officer):
    reword(dgi_officer)
    adapt(plan, planner, "Escrito entretanto.")
    form = {"decision": "take", "against": 2, "version": 1}
    page = client.post(address(plan), form)
    assert "Escrito entretanto" in page.content.decode()
    assert page.context["form"]["version"].value() == "2"
    assert not UpdateDecision.objects.exists()


@pytest.mark.parametrize("against", ["1", "", "x", "99999999999"])
def test_a_page_of_an_older_version_decides_nothing(client, plan, planner, dgi_officer, against):
    reword(dgi_officer)
    client.post(address(plan), {"decision": "take", "against": against, "version": 1})
    client.post(reverse("action_plans:plan_updates_take", args=[plan.pk]), {"against": against})
    assert not UpdateDecision.objects.exists()


def test_what_is_settled_or_never_was_has_no_page(client, plan, planner, dgi_officer):
    reword(dgi_officer)
    assert client.get(address(plan, code="ACO.M2")).status_code == 302
    assert client.get(address(plan, code="XXX.M1")).status_code == 404
    assert client.get(address(plan, kind="area", code="ACO")).status_code == 404


def test_all_untouched_changes_are_taken_and_given_back_by_one_click(client, plan, planner, dgi_officer):
    def edit(draft):
        for code in ("ACO.M1", "ACO.M2", "ACO.M3"):
            draft.reword_measure(code)

    adapt(plan, planner)
    issue_next(edit, by=dgi_officer)
    take = reverse("action_plans:plan_updates_take", args=[plan.pk])
    page = client.post(take, {"against": 2}, follow=True)
    assert [change.code for change in page.context["page"]] == ["ACO.M1"]
    numbers = "-".join(str(decision.pk) for decision in UpdateDecision.objects.order_by("pk"))
    undo = reverse("action_plans:plan_update_undo", args=[plan.pk, numbers])
    assert undo in page.content.decode()
    page = client.post(undo, follow=True)
    assert len(page.context["page"]) == 3


def test_a_plan_without_changes_is_brought_along(client, plan, planner, dgi_officer):
    issue_next(lambda draft: draft.add_section("S7"), by=dgi_officer)
    issue_next(lambda draft: draft.drop_section("S7"), by=dgi_officer)
    client.post(reverse("action_plans:plan_updates_take", args=[plan.pk]), {"against": 3})
    assert set(plan.measures.values_list("based_on__objective__area__template__number", flat=True)) == {3}
    assert updates(plan) not in client.get(plan.get_absolute_url()).content.decode()


def test_the_list_of_decisions_says_what_was_worked_on_since_and_undoes_it_all_the_same(
    client, plan, planner, dgi_officer
):
    adapt(plan, planner)
    reword(dgi_officer)
    client.post(address(plan), {"decision": "take", "against": 2, "version": 2})
    adapt(plan, planner, "Escrito depois.")
    decision = UpdateDecision.objects.get()
    undo = reverse("action_plans:plan_update_undo", args=[plan.pk, decision.pk])
    client.post(undo)
    assert plan.measures.get(code="ACO.M1").text_pt == "Escrito depois."
    page = client.get(reverse("action_plans:plan_update_decisions", args=[plan.pk]))
    assert page.context["rows"] == [(decision, "Escrito depois.", 4)]
    client.post(undo, {"version": 4})
    assert plan.measures.get(code="ACO.M1").text_pt == OWN
    page = client.get(reverse("action_plans:plan_update_decisions", args=[plan.pk]))
    assert undo not in page.content.decode()


def test_readers_see_the_inbox_without_its_buttons(client, plan, approver_praia, dgi_officer):
    reword(dgi_officer)
    client.force_login(approver_praia)
    for url in (updates(plan), address(plan)):
        assert b"<button" not in client.get(url).content.split(b"<main")[1]


def test_a_plan_that_cannot_be_written_shows_its_changes_and_decides_none(client, plan, planner, dgi_officer):
    reword(dgi_officer)
    plan.state = PlanState.SUBMITTED
    plan.save()
    assert client.get(updates(plan)).context["page"].object_list
    form = {"decision": "take", "against": 2, "version": 1}
    assert client.post(address(plan), form).status_code == 409


def test_what_left_the_plan_can_still_be_read(client, plan, planner, dgi_officer):
    adapt(plan, planner)

    def edit(draft):
        draft.drop_measure("ACO.M1")
        draft.drop_measure("ACO.M2")

    issue_next(edit, by=dgi_officer)
    client.post(address(plan), {"decision": "leave_out", "against": 2, "version": 2})
    client.post(address(plan, code="ACO.M2"), {"decision": "go_on", "against": 2, "version": 1})
    for code, said in (("ACO.M1", OWN), ("ACO.M2", "ACO.L1")):
        page = client.get(reverse("action_plans:plan_item_history", args=[plan.pk, "measures", code]))
        assert said in page.content.decode()
        assert not page.context["can_restore"]
    assert (
        client.get(
            reverse("action_plans:plan_item_history", args=[plan.pk, "measures", "ACO.M9"])
        ).status_code
        == 404
    )


def test_a_plan_may_be_submitted_unseen_and_its_missing_mandatory_measures_are_ticked_one_by_one(
    client, praia, planner, dgi_officer
):
    issued_template(number=1)
    plan = make_plan(praia, ready=True)
    row = plan.measures.select_related("plan").get(code="ACO.M2")
    excluded = {"decision": Decision.EXCLUDED, "reason": "Já existe."}
    save_measure(row, excluded, version=row.version, by=planner)

    def edit(draft):
        draft.add_measure("ACO.M9", is_mandatory=True)
        draft.mandate_measure("ACO.M2")

    issue_next(edit, by=dgi_officer)
    submit = reverse("action_plans:plan_step", args=[plan.pk, "submit"])
    assert address(plan, code="ACO.M9") in client.get(submit).content.decode()
    client.post(submit)
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED

    client.force_login(dgi_officer)
    page = client.get(reverse("action_plans:plan_step", args=[plan.pk, "endorse"]))
    choices = page.context["form"].fields["accepted_exclusions"].choices
    assert [code for code, _label in choices] == ["ACO.M2", "ACO.M9"]
    plan = make_transition(plan, ENDORSE, by=dgi_officer, accepted_exclusions=["ACO.M2", "ACO.M9"])
    assert plan.steps.first().accepted_exclusions == ["ACO.M2", "ACO.M9"]


def test_the_longest_chapter_can_be_compared_and_combined(client, plan, planner, dgi_officer):
    words = "Chegam pessoas de muitos lugares e cada uma traz consigo uma história. "
    long = (words * 400)[:19_000]
    issue_next(lambda draft: draft.write(draft.sections().get(code="S3"), text_pt=long), by=dgi_officer)
    section = plan.sections.select_related("plan").get(code="S3")
    save_section(section, {"text_pt": long.replace("muitos", "tantos")}, version=1, by=planner)
    page = client.get(address(plan, "section", "S3"))
    assert page.status_code == 200


def test_the_pages_take_as_many_queries_for_one_change_as_for_twenty(
    client, praia, planner, dgi_officer, count_queries
):
    template = issued_template(number=1)
    plan = make_plan(praia)

    def more(draft):
        for number in range(20):
            draft.add_measure(f"ACO.M{number + 50}")

    pages = [updates(plan), address(plan), plan.get_absolute_url(), reverse("workspace")]
    reword(dgi_officer)
    decisions = reverse("action_plans:plan_update_decisions", args=[plan.pk])
    for url in pages:
        client.get(url)
    before = [count_queries(lambda url=url: client.get(url)) for url in pages]
    issue_next(more, by=dgi_officer)
    for url in pages:
        client.get(url)
    assert [count_queries(lambda url=url: client.get(url)) for url in pages] == before
    assert template.number == 1

    for number in range(20):
        decide(plan, f"ACO.M{number + 50}", UpdateChoice.TAKE, planner)
        if number == 0:
            one = count_queries(lambda: client.get(decisions))
    assert count_queries(lambda: client.get(decisions)) == one


def decide(plan, code, choice, by, reason=""):
    row = PlanMeasure.objects.filter(plan=plan, code=code).first()
    number = plan.template._meta.model.objects.issued().get().number
    version = row.version if row else 0
    return decide_update(plan, "measure", code, choice, against=number, version=version, by=by, reason=reason)


def test_the_adoption_map_says_who_stands_where_and_who_did_what(
    client, plan, sal, planner_praia, planner_sal, dgi_officer
):
    other = make_plan(sal)
    adapt(plan, planner_praia)

    def edit(draft):
        draft.reword_measure("ACO.M1")
        draft.reword_measure("ACO.M2")

    issue_next(edit, by=dgi_officer)
    decide(plan, "ACO.M1", UpdateChoice.KEEP, planner_praia)
    decide(other, "ACO.M1", UpdateChoice.TAKE, planner_sal)
    client.force_login(dgi_officer)
    page = client.get(reverse("action_plans:template_adoption"))
    rows = [
        (str(row.plan.municipality), dict(counts), row.kept, row.open) for row, counts in page.context["rows"]
    ]
    assert rows == [("Praia", {1: 2, 2: 9}, 1, 1), ("Sal", {1: 1, 2: 10}, 0, 1)]
    first, second = page.context["page"].object_list
    assert (first.code, [count for _label, count in first.counts], first.open) == (
        "ACO.M1",
        [1, 1, 0, 0, 0],
        0,
    )
    assert (second.code, second.open) == ("ACO.M2", 2)

    page = client.get(reverse("action_plans:template_adoption_item", args=["measure", "ACO.M1"]))
    said = [
        (str(plan.municipality), decision.choice, decision.by)
        for plan, _s, decision, _c in page.context["rows"]
    ]
    assert said == [("Praia", "keep", planner_praia), ("Sal", "take", planner_sal)]
    missing = reverse("action_plans:template_adoption_item", args=["measure", "XXX.M1"])
    assert client.get(missing).status_code == 404


def test_the_adoption_map_counts_what_was_decided_about_earlier_versions(
    client, plan, sal, planner_praia, dgi_officer
):
    make_plan(sal)
    reword(dgi_officer)
    decide(plan, "ACO.M1", UpdateChoice.KEEP, planner_praia)
    reword(dgi_officer, "REG.M1")
    decide(plan, "REG.M1", UpdateChoice.TAKE, planner_praia)
    client.force_login(dgi_officer)
    page = client.get(reverse("action_plans:template_adoption"))
    items = [
        (item.code, item.changed_in, [count for _label, count in item.counts], item.open)
        for item in page.context["page"].object_list
    ]
    assert items == [("ACO.M1", [2], [0, 1, 0, 0, 0], 1), ("REG.M1", [3], [1, 0, 0, 0, 0], 1)]
    reword(dgi_officer)  # once more: what was decided about it is not the last word any longer
    first = client.get(reverse("action_plans:template_adoption")).context["page"].object_list[0]
    assert (first.changed_in, sum(first.choices.values()), first.open) == ([2, 4], 0, 2)


def test_what_was_looked_at_stays_so_when_the_next_version_comes(plan, planner_praia, dgi_officer):
    reword(dgi_officer)
    decide(plan, "ACO.M1", UpdateChoice.KEEP, planner_praia)
    reword(dgi_officer, "REG.M1")
    inbox = inbox_of(plan)
    assert (inbox.looked_at, inbox.total) == (1, 2)
    reword(dgi_officer)  # what was looked at has changed once more
    inbox = inbox_of(plan)
    assert (inbox.looked_at, inbox.total) == (0, 2)


def test_pages_call_a_change_by_its_text_and_its_kind(client, plan, planner, dgi_officer):
    reword(dgi_officer, text="Abrir o balcão todos os dias.")
    page = client.get(address(plan)).content.decode()
    assert '<h1 class="is-text">Abrir o balcão todos os dias.</h1>' in page
    assert '<li aria-current="page">Medida ACO.M1</li>' in page
    decide(plan, "ACO.M1", UpdateChoice.TAKE, planner)
    page = client.get(reverse("action_plans:plan_update_decisions", args=[plan.pk])).content.decode()
    assert "Aceite: ACO.M1 · Abrir o balcão todos os dias." in page


def test_without_a_version_in_force_the_map_is_empty(client, db, dgi_officer):
    client.force_login(dgi_officer)
    assert client.get(reverse("action_plans:template_adoption")).status_code == 200


def test_the_map_takes_as_many_queries_for_22_municipalities_and_10_versions_as_for_one(
    client, plan, planner_praia, dgi_officer, count_queries
):
    pages = [
        reverse("action_plans:template_adoption"),
        reverse("action_plans:template_adoption_item", args=["measure", "ACO.M1"]),
        reverse("action_plans:plan_list"),
    ]
    client.force_login(dgi_officer)
    cost = warm_cost(client, pages, count_queries)
    for municipality in MunicipalityFactory.create_batch(21):
        make_plan(municipality)
    for _version in range(9):
        reword(dgi_officer)
        decide(plan, "ACO.M1", UpdateChoice.KEEP, planner_praia)
    assert warm_cost(client, pages, count_queries) == cost


def warm_cost(client, pages, count_queries):
    for url in pages:
        client.get(url)
    return [count_queries(lambda url=url: client.get(url)) for url in pages]


def test_a_translation_that_a_colleague_added_meanwhile_is_not_blanked(client, plan, planner, dgi_officer):
    row = adapt(plan, planner, "Medida 1 de Acolhimento, cá.")
    reword(dgi_officer, text="Medida 1 de Acolhimento, com prazo.")
    shown = {"decision": "merge", "against": 2, "version": row.version, "text_pt": "As duas."}
    assert "text_fr" not in client.get(address(plan)).context["form"].fields
    save_measure(
        row,
        {"decision": Decision.ADAPTED, "text_pt": row.text_pt, "text_fr": "Mesure."},
        version=row.version,
        by=planner,
    )
    form = client.post(address(plan), shown).context["form"]
    assert form["text_pt"].value() == "As duas."
    assert "Mesure." in form["text_fr"].value()
    again = {"text_pt": "As duas.", "text_fr": form["text_fr"].value(), "version": form["version"].value()}
    assert client.post(address(plan), shown | again).status_code == 302
    row.refresh_from_db()
    assert (row.text_pt, row.text_fr) == ("As duas.", "Mesure.")


def test_a_language_that_was_not_sent_stays_as_it_is(plan, planner, dgi_officer):
    row = adapt(plan, planner, "Medida 1 de Acolhimento, cá.")
    values = {"decision": Decision.ADAPTED, "text_pt": row.text_pt, "text_fr": "Mesure."}
    row = save_measure(row, values, version=row.version, by=planner)
    reword(dgi_officer)
    details = {"against": 2, "version": row.version, "by": planner, "texts": {"text_pt": "As duas."}}
    decide_update(plan, "measure", "ACO.M1", UpdateChoice.MERGE, **details)
    row.refresh_from_db()
    assert (row.text_pt, row.text_fr) == ("As duas.", "Mesure.")


def test_a_proposal_left_as_it_was_is_made_anew_from_what_a_colleague_saved(
    client, plan, planner, dgi_officer
):
    row = adapt(plan, planner, "Medida 1 de Acolhimento, cá.")
    reword(dgi_officer, text="Nova medida 1 de Acolhimento.")
    proposed = client.get(address(plan)).context["form"]["text_pt"].value()
    assert proposed == "Nova medida 1 de Acolhimento, cá."
    sent = {"decision": "merge", "against": 2, "version": row.version, "text_pt": proposed}
    adapt(plan, planner, "Medida 1 de Acolhimento, cá na Praia.")
    form = client.post(address(plan), sent).context["form"]
    assert form["text_pt"].value() == "Nova medida 1 de Acolhimento, cá na Praia."


def test_a_closed_plan_promises_no_updates(client, plan, planner, dgi_officer):
    reword(dgi_officer)
    updates_link = f'href="{updates(plan)}"'
    assert updates_link in client.get(plan.get_absolute_url()).content.decode()
    type(plan).objects.filter(pk=plan.pk).update(state=PlanState.CLOSED)
    assert updates_link not in client.get(plan.get_absolute_url()).content.decode()
