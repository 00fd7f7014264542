"""What planners type: a fault is said beside its field, nothing typed is lost, nothing is done twice."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.carrying import account_token
from accounts.roles import Role
from action_plans.models import Plan, PlanIndicator, PlanMeasure, PlanSection
from action_plans.models.template import TEXT_LIMIT
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import issued_template, make_plan
from tests.conftest import member

ONCE = uuid4()
PASTE = "Um texto muito comprido. " * (TEXT_LIMIT // 20)


@pytest.fixture
def plan(praia, partner):
    return make_plan(praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return planner_praia


def address(name, *args):
    return reverse(f"action_plans:{name}", args=args)


def measure_address(plan, code="ACO.M1"):
    return address("plan_measure", plan.pk, code)


def send(client, url, status, **fields):
    response = client.post(url, fields, headers={"accept-language": "pt"})
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode() if status == 200 else response


def adopted(**fields):
    return {"version": 1, "decision": "adopted"} | fields


def values(code="ACO.I1", **fields):
    blank = {"version": 1, "baseline_value": "", "baseline_year": "", "target_value": "", "target_year": ""}
    return {f"{code}-{name}": value for name, value in (blank | fields).items()}


def assert_refused(html, field, message):
    """The message stands beside the field and in the summary, and the field is marked."""
    assert html.count(message) >= 2
    assert f'href="#id_{field}"' in html or f'href="#id_{field}_0"' in html
    assert "error-summary" in html
    assert 'aria-invalid="true"' in html


# A new plan


@pytest.mark.parametrize(
    ("first", "last", "field", "message"),
    [
        ("2026", "2028", "first_year", "Praia já tem um plano para 2026-2028"),
        ("2028", "2030", "first_year", "Praia já tem um plano para 2026-2028"),
        ("2030", "2029", "last_year", "O último ano é anterior ao primeiro."),
        ("dois mil", "2030", "first_year", "número"),
        ("2029", "", "last_year", "obrigatório"),
        ("1999", "2001", "first_year", "Escreva um ano a partir de 2012."),
        ("2029", "2049", "last_year", "no máximo"),
        ("9" * 30, "2030", "first_year", ""),
    ],
)
def test_a_period_that_cannot_be_is_explained(client, planner, plan, first, last, field, message):
    html = send(client, address("plan_create"), 200, municipality="CV-PR", first_year=first, last_year=last)
    assert_refused(html, field, message)
    assert f'value="{first}"' in html
    assert Plan.objects.count() == 1


def test_two_clicks_start_one_plan(client, planner):
    issued_template()
    fields = {"municipality": "CV-PR", "first_year": 2026, "last_year": 2028, "once": uuid4()}
    first, second = (send(client, address("plan_create"), 302, **fields) for _click in range(2))
    assert first.url == second.url == Plan.objects.get().get_absolute_url()


def test_a_plan_of_another_municipality_cannot_be_started(client, planner, sal):
    issued_template()
    html = send(client, address("plan_create"), 200, municipality="CV-SL", first_year=2026, last_year=2028)
    assert "error-summary" in html
    assert not Plan.objects.exists()


# Measures


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"decision": ""}, "decision", "Escolha se adota, adapta ou deixa de fora esta medida."),
        ({"decision": "local"}, "decision", "Selecione uma opção válida"),
        ({"decision": "adapted"}, "text_pt", "Escreva o texto próprio do município."),
        ({"decision": "excluded"}, "reason", "Diga por que razão esta medida fica de fora."),
        ({"text_pt": "Nosso texto."}, "text_pt", "Este texto perder-se-ia."),
        ({"starts_on": "2027-05-01", "ends_on": "2027-04-30"}, "ends_on", "O fim é anterior ao início."),
        ({"starts_on": "2031-01-01"}, "starts_on", "O plano vai de 2026 a 2028"),
        ({"ends_on": "31 de fevereiro"}, "ends_on", "data válida"),
        ({"budget_cve": "mil contos"}, "budget_cve", "Escreva o montante em escudos só com algarismos"),
        ({"budget_cve": "-5"}, "budget_cve", "Um montante não pode ser inferior a zero."),
        ({"budget_cve": "9" * 20}, "budget_cve", "Este montante é demasiado grande."),
        ({"responsible_unit": "x" * 161}, "responsible_unit", "160"),
        ({"deliverable": PASTE}, "deliverable", str(TEXT_LIMIT)),
        ({"owner": "999999"}, "owner", "Selecione uma opção válida"),
        ({"partners": ["999999"]}, "partners", "Selecione uma opção válida"),
    ],
)
def test_a_bad_field_is_said_beside_it_and_everything_typed_is_kept(
    client, planner, plan, fields, field, message
):
    sent = adopted(funding_source="Orçamento municipal") | fields
    html = send(client, measure_address(plan), 200, **sent)
    assert_refused(html, field, message)
    for name, value in sent.items():
        if name in {"budget_cve", "responsible_unit", "funding_source"}:
            assert f'value="{value}"' in html
        if name in {"deliverable", "text_pt"}:
            assert value.strip() in html
    assert plan.measures.get(code="ACO.M1").decision == Decision.UNDECIDED


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.500$00", "1500.00"),
        ("1500", "1500.00"),
        ("1 500,50", "1500.50"),
        ("250000", "250000.00"),
        ("", None),
    ],
)
def test_a_budget_is_understood_as_people_write_it(client, planner, plan, typed, amount):
    send(client, measure_address(plan), 302, **adopted(budget_cve=typed))
    budget = plan.measures.get(code="ACO.M1").budget_cve
    assert (str(budget) if budget is not None else None) == amount


def test_a_day_may_be_typed_as_people_write_it(client, planner, plan):
    send(client, measure_address(plan), 302, **adopted(starts_on="12/03/2026"))
    assert plan.measures.get(code="ACO.M1").starts_on.isoformat() == "2026-03-12"


def test_only_people_of_the_municipality_can_report_on_a_measure(client, planner, plan, planner_sal):
    html = send(client, measure_address(plan), 200, **adopted(owner=planner_sal.pk))
    assert_refused(html, "owner", "Selecione uma opção válida")
    send(client, measure_address(plan), 302, **adopted(owner=planner.pk))


def test_what_somebody_typed_is_shown_as_text(client, planner, plan):
    fields = {"version": 1, "decision": "adapted", "text_pt": "<script>x</script>", "reason": "<b>"}
    send(client, measure_address(plan), 302, **fields)
    for url in (
        measure_address(plan),
        address("plan_area", plan.pk, "ACO"),
        address("plan_preview", plan.pk),
    ):
        assert "<script>x" not in client.get(url).content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_form_without_its_version_saves_nothing(client, planner, plan, version):
    response = client.post(measure_address(plan), {"version": version, "decision": "adopted"})
    assert response.status_code in {200, 409}
    assert plan.measures.get(code="ACO.M1").decision == Decision.UNDECIDED


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        (("plan_measure", "ACO.M1"), adopted()),
        (("plan_section", "S3"), {"version": 1, "text_pt": "Um retrato."}),
        (("plan_indicators", "ACO"), values(target_value="5", target_year="2028")),
    ],
)
def test_a_second_click_on_save_is_no_quarrel_with_oneself(client, planner, plan, page, fields):
    name, code = page
    for _click in range(2):
        send(client, address(name, plan.pk, code), 302, **fields, once=ONCE)
    versions = [*plan.measures.all(), *plan.sections.all(), *plan.indicators.all()]
    assert sorted(item.version for item in versions)[-2:] == [1, 2]


# Local measures


def test_a_local_measure_says_what_it_serves(client, planner, plan):
    url = address("plan_measure_create", plan.pk, "ACO")
    html = send(client, url, 200, version=1, text_pt="", budget_cve="1.500$00")
    assert_refused(html, "text_pt", "Escreva o que o município vai fazer.")
    assert_refused(html, "goals", "Assinale pelo menos um objetivo")
    assert 'value="1.500$00"' in html
    assert not plan.measures.filter(decision=Decision.LOCAL).exists()


def test_two_clicks_add_one_local_measure(client, planner, plan):
    url = address("plan_measure_create", plan.pk, "ACO")
    fields = {"version": 1, "text_pt": "Medida local.", "is_local_priority": "on", "once": uuid4()}
    first, second = (send(client, url, 302, **fields) for _click in range(2))
    assert first.url == second.url
    assert plan.measures.get(decision=Decision.LOCAL).code == "ACO.L1"


# Chapters


def test_a_huge_paste_into_a_chapter_comes_back_whole(client, planner, plan):
    html = send(client, address("plan_section", plan.pk, "S3"), 200, version=1, text_pt=PASTE)
    assert_refused(html, "text_pt", str(TEXT_LIMIT))
    assert PASTE.strip() in html
    assert plan.sections.get(code="S3").text_pt == ""


def test_a_locked_chapter_is_not_written(client, planner, plan):
    send(client, address("plan_section", plan.pk, "S2"), 409, version=1, text_pt="Outro.")
    assert plan.sections.get(code="S2").text_pt == ""


# Indicators


def indicators(plan, code="ACO"):
    return address("plan_indicators", plan.pk, code)


@pytest.mark.parametrize(
    ("area", "fields", "field", "message"),
    [
        ("ACO", {"target_value": "-1", "target_year": "2028"}, "target_value", "não pode ser negativa"),
        (
            "ACO",
            {"baseline_value": "-0,5", "baseline_year": "2025"},
            "baseline_value",
            "não pode ser negativo",
        ),
        ("ACO", {"target_value": "muitos", "target_year": "2028"}, "target_value", "número"),
        ("ACO", {"target_value": "10"}, "target_year", "Escreva o ano deste valor."),
        ("ACO", {"target_year": "2028"}, "target_value", "Escreva o valor, ou esvazie o ano."),
        (
            "ACO",
            {"target_value": "10", "target_year": "2040"},
            "target_year",
            "Escreva um ano de 2026 a 2029.",
        ),
        ("REG", {"target_value": "101", "target_year": "2028"}, "target_value", "não pode passar de 100"),
        ("ACO", {"target_value": "9" * 20, "target_year": "2028"}, "target_value", "número"),
    ],
)
def test_an_indicator_that_cannot_be_is_explained(client, planner, plan, area, fields, field, message):
    html = send(client, indicators(plan, area), 200, **values(f"{area}.I1", **fields))
    assert_refused(html, f"{area}.I1-{field}", message)
    for value in fields.values():
        assert f'value="{value}"' in html
    assert not PlanIndicator.objects.exclude(target_value=None).exists()


def test_numbers_are_written_with_a_comma(client, planner, plan):
    send(client, indicators(plan), 302, **values(target_value="12,5", target_year="2028"))
    assert str(PlanIndicator.objects.get(code="ACO.I1").target_value) == "12.50"
    html = client.get(indicators(plan), headers={"accept-language": "pt"}).content.decode()
    assert 'value="12,5"' in html


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1.500,00", "1500.00"), ("1.500", "1500.00"), ("1 500,5", "1500.50"), ("12.5", "12.50")],
)
def test_a_number_is_understood_as_people_write_it(client, planner, plan, typed, value):
    send(client, indicators(plan), 302, **values(target_value=typed, target_year="2028"))
    assert str(PlanIndicator.objects.get(code="ACO.I1").target_value) == value


def test_nothing_changed_writes_nothing(client, planner, plan):
    send(client, indicators(plan), 302, **values())
    assert PlanIndicator.objects.get(code="ACO.I1").version == 1


# A lost session


def test_a_decision_survives_a_lost_session_and_is_saved_once(client, plan, planner_praia):
    planner_praia.set_password("morabeza-para-todos")
    planner_praia.save()
    fields = adopted(
        account=account_token(planner_praia), responsible_unit="Divisão Social", budget_cve="1.500$00"
    )
    answer = client.post(measure_address(plan), fields)
    assert answer.status_code == 401
    carried = re.search(r'name="carried" value="([^"]+)"', answer.content.decode())[1]
    credentials = {"login": planner_praia.email, "password": "morabeza-para-todos"}
    response = client.post("/accounts/login/", credentials | {"carried": carried})
    assert response.url == reverse("accounts:resume")
    page = client.get(response.url).content.decode()
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert sent["budget_cve"] == "1.500$00"
    assert client.post(measure_address(plan), sent).status_code == 302
    measure = PlanMeasure.objects.get(plan=plan, code="ACO.M1")
    assert (measure.decision, measure.responsible_unit) == ("adopted", "Divisão Social")
    assert client.get(response.url).status_code == 302  # there is nothing left to go on with


# Whoever reads and may not write


@pytest.mark.parametrize("state", [PlanState.SUBMITTED, PlanState.PUBLISHED])
def test_a_plan_that_others_decide_on_is_not_written(client, planner, praia, state):
    plan = make_plan(praia, ready=True, state=state)
    send(client, measure_address(plan), 409, **adopted())
    send(client, address("plan_section", plan.pk, "S3"), 409, version=1, text_pt="x")
    send(client, indicators(plan), 409, **values())
    assert not PlanMeasure.objects.filter(plan=plan).exclude(version=1).exists()
    assert "data-draft-url" not in client.get(measure_address(plan)).content.decode()


# Drafts


def draft_pages(plan):
    return {
        measure_address(plan): {"decision": "adapted", "text_pt": "Começado e não acabado."},
        address("plan_section", plan.pk, "S3"): {"text_pt": "Um retrato por acabar."},
        address("plan_measure_create", plan.pk, "ACO"): {"text_pt": "Uma medida por acabar."},
        indicators(plan): {"ACO.I1-target_value": "12,"},
    }


@pytest.mark.parametrize("number", range(4))
def test_what_is_half_written_comes_back_and_goes_when_it_is_saved(client, planner, plan, number):
    url, typed = list(draft_pages(plan).items())[number]
    page = client.get(url).content.decode()
    draft_url = re.search(r'data-draft-url="([^"]+)"', page)[1].replace("&amp;", "&")
    assert client.post(draft_url, typed).status_code == 200
    restored = client.get(url, headers={"accept-language": "pt"}).content.decode()
    assert "Rascunho de" in restored
    for value in typed.values():
        assert value in restored
    rest = {"version": 1, "is_local_priority": "on"} | values(target_value="12", target_year="2028")
    assert (
        client.post(url, rest | {n: v for n, v in typed.items() if n in {"decision", "text_pt"}}).status_code
        == 302
    )
    assert not planner.drafts.exists()


def test_a_draft_of_an_older_version_meets_the_newer_one(client, planner, plan):
    """What was typed before a colleague saved is compared with it, as if it had been sent."""
    url = address("plan_section", plan.pk, "S3")
    client.post(f"{reverse('accounts:draft_save')}?form={url}", {"version": 1, "text_pt": "Meu rascunho."})
    PlanSection.objects.filter(plan=plan, code="S3").update(version=2, text_pt="Da colega.")
    restored = client.get(url).content.decode()
    assert "Meu rascunho." in restored
    assert 'name="version" value="1"' in restored


def test_what_was_ticked_off_stays_so_in_a_draft(client, planner, plan):
    measure = PlanMeasure.objects.create(
        plan=plan,
        local_area=plan.template.areas.get(code="ACO"),
        code="ACO.L1",
        decision=Decision.LOCAL,
        text_pt="Local.",
        is_local_priority=True,
    )
    url = measure_address(plan, measure.code)
    client.post(f"{reverse('accounts:draft_save')}?form={url}", {"version": 1, "text_pt": "Local."})
    restored = client.get(url).content.decode()
    assert re.search(r'name="is_local_priority"[^>]*checked', restored) is None


def test_a_draft_is_nobody_elses(client, planner, plan, praia):
    url = address("plan_section", plan.pk, "S3")
    client.post(f"{reverse('accounts:draft_save')}?form={url}", {"text_pt": "Só meu."})
    colleague = member("colega@example.org", Role.PLANNER, municipality=praia)
    client.force_login(colleague)
    assert "Só meu." not in client.get(url).content.decode()
